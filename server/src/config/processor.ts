// The card processor's part of the environment, and the mistakes that would publish a secret or
// give tickets away.
import type { Reader } from './reader.ts'

/** Which card processor: Stripe itself, or a sandbox (ours by default) that speaks its protocol. */
export type ProcessorConfig =
  | {
      readonly kind: 'stripe'
      readonly secretKey: string
      readonly publishableKey: string
      readonly webhookSecrets: readonly string[]
    }
  | {
      readonly kind: 'sandbox'
      readonly secretKey: string
      readonly publishableKey: string
      readonly host: string
      readonly port: number
      /** True when this process runs the sandbox beside itself. */
      readonly embedded: boolean
      /** True when the network may reach the embedded sandbox, for the phone of a demo. */
      readonly network: boolean
      /** Where browsers load its script and frames from. */
      readonly origin: string
      readonly webhookSecrets: readonly string[]
    }

/** On the network a browser cannot find the sandbox as localhost: it has the name of the shop. */
function sandboxOrigin(host: string, port: number, network: boolean, publicUrl: string): string {
  const shop = URL.canParse(publicUrl) ? new URL(publicUrl) : null
  const name = host !== '' ? host : network && shop?.protocol === 'http:' ? shop.hostname : 'localhost'
  return `http://${name}:${port}`
}

export function readProcessor(read: Reader, publicUrl: string): ProcessorConfig {
  const secretKey = read.text('STRIPE_SECRET_KEY', '')
  const webhookSecrets = read.list('STRIPE_WEBHOOK_SECRET')
  const sandboxPort = read.integer('SANDBOX_PORT', 12_111, 0, 65_535)
  const sandboxHost = read.open('SANDBOX_HOST', '')
  const network = read.flag('SANDBOX', false)
  const publishableKey = read.open('STRIPE_PUBLISHABLE_KEY', '')
  if (secretKey !== '') {
    if (sandboxHost !== '') read.problem('SANDBOX_HOST: can’t be combined with STRIPE_SECRET_KEY')
    if (!/^(sk|rk)_(test|live)_/.test(secretKey)) read.problem('STRIPE_SECRET_KEY: expected sk_… or rk_…')
    if (webhookSecrets.length === 0) read.problem('STRIPE_WEBHOOK_SECRET: required with STRIPE_SECRET_KEY')
    else if (!webhookSecrets.every((secret) => /^whsec_\S+$/.test(secret)))
      read.problem('STRIPE_WEBHOOK_SECRET: expected whsec_…')
    checkPublishableKey(read, publishableKey, /^(?:sk|rk)_(test|live)_/.exec(secretKey)?.[1])
    return { kind: 'stripe', secretKey, publishableKey, webhookSecrets }
  }
  if (publishableKey !== '')
    read.problem('STRIPE_PUBLISHABLE_KEY: needs STRIPE_SECRET_KEY; without both the sandbox is on')
  return {
    kind: 'sandbox',
    secretKey: 'sk_test_holdfast',
    publishableKey: 'pk_test_holdfast',
    host: sandboxHost === '' ? '127.0.0.1' : sandboxHost,
    port: sandboxPort,
    embedded: sandboxHost === '',
    network,
    origin: sandboxOrigin(sandboxHost, sandboxPort, network, publicUrl),
    webhookSecrets: webhookSecrets.length > 0 ? webhookSecrets : ['whsec_holdfast_sandbox'],
  }
}

/** Every visitor of the shop is given this key. */
function checkPublishableKey(read: Reader, key: string, mode: string | undefined): void {
  if (key === '') {
    if (!read.problems.some((problem) => problem.startsWith('STRIPE_PUBLISHABLE_KEY:')))
      read.problem('STRIPE_PUBLISHABLE_KEY: required with STRIPE_SECRET_KEY')
  } else if (!/^pk_(?:test|live)_\w+$/.test(key))
    read.problem('STRIPE_PUBLISHABLE_KEY: expected pk_test_… or pk_live_…')
  else if (mode !== undefined && !key.startsWith(`pk_${mode}_`))
    read.problem(
      `STRIPE_PUBLISHABLE_KEY: is a key for another mode than STRIPE_SECRET_KEY, which is for ${mode} mode`,
    )
}

/** The sandbox takes every card: on a public address it would give tickets away. */
export function checkSandboxIsLocal(
  read: Reader,
  { host, publicUrl }: { readonly host: string; readonly publicUrl: string },
  allowed: boolean,
): void {
  if (allowed) return
  const cure = 'with the card sandbox tickets cost nothing; set STRIPE_SECRET_KEY, or SANDBOX=on to allow it'
  if (!isLoopback(host)) read.problem(`HOST: other machines can reach this shop, and ${cure}`)
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : null
  if (url?.protocol === 'https:' && !isLoopback(url.hostname))
    read.problem(`PUBLIC_URL: this is a public address, and ${cure}`)
}

export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^127(?:\.\d{1,3}){3}$/.test(name)
  )
}
