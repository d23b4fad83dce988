// The environment, read once and checked: one frozen record, or a refusal that names every wrong value at once.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ServiceName } from '@holdfast/contract'
import type { NatsConfig } from '../platform/bus/nats/connection.ts'
import { problemOfFailpoints } from '../platform/process/failpoint.ts'
import { readNats } from './nats.ts'

export const serviceNames = ['identity', 'tickets', 'orders', 'expiration', 'payments'] as const satisfies ServiceName[]

export interface Config {
  readonly port: number
  readonly host: string
  readonly publicUrl: string
  readonly trustProxy: boolean
  readonly dataDirectory: string
  /** Null: a Postgres of our own in the data directory. */
  readonly databaseUrl: string | null
  /** Null: events travel through Postgres. */
  readonly nats: NatsConfig | null
  readonly services: readonly ServiceName[]
  readonly orderHoldSeconds: number
  readonly rateLimits: boolean
  readonly demo: boolean
  /** E-mail addresses of the accounts that may operate the shop, in lower case. */
  readonly operators: readonly string[]
  /** How often the shop audits itself; 0: never. */
  readonly auditSeconds: number
  readonly logLevel: string
  /** Off only to measure what it brings. */
  readonly groupCommit: boolean
  /** Where the process is to die; empty but for tests. */
  readonly failpoints: string
  readonly processor: ProcessorConfig
}

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

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`fix these environment variables:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

type Environment = Readonly<Record<string, string | undefined>>

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

export function readConfig(environment: Environment): Config {
  const read = makeReader(environment)
  const port = read.integer('PORT', 3000, 0, 65_535)
  const publicUrl = read.url('PUBLIC_URL', `http://localhost:${port}`, ['http:', 'https:'])
  const config: Config = {
    port,
    host: read.text('HOST', '127.0.0.1'),
    publicUrl,
    trustProxy: read.flag('TRUST_PROXY', false),
    dataDirectory: resolve(read.text('DATA_DIR', './data')),
    databaseUrl: read.optionalUrl('DATABASE_URL', ['postgres:', 'postgresql:']),
    nats: readNats(read.list('NATS_URL'), read.problem),
    services: read.services('SERVICES'),
    orderHoldSeconds: read.integer('ORDER_HOLD_SECONDS', 900, 1, 86_400),
    rateLimits: read.flag('RATE_LIMITS', true),
    demo: read.flag('DEMO', true),
    operators: read.emails('OPERATORS'),
    auditSeconds: read.integer('AUDIT_SECONDS', 60, 0, 86_400),
    logLevel: read.choice('LOG_LEVEL', 'warn', logLevels),
    groupCommit: read.flag('GROUP_COMMIT', true),
    failpoints: readFailpoints(read),
    processor: readProcessor(read, publicUrl),
  }
  if (read.problems.length > 0) throw new ConfigError(read.problems)
  return Object.freeze(config)
}

/** On the network a browser cannot find the sandbox as localhost: it has the name of the shop. */
function sandboxOrigin(host: string, port: number, network: boolean, publicUrl: string): string {
  const shop = URL.canParse(publicUrl) ? new URL(publicUrl) : null
  const name = host !== '' ? host : network && shop?.protocol === 'http:' ? shop.hostname : 'localhost'
  return `http://${name}:${port}`
}

function readProcessor(read: Reader, publicUrl: string): ProcessorConfig {
  const secretKey = read.text('STRIPE_SECRET_KEY', '')
  const webhookSecrets = read.list('STRIPE_WEBHOOK_SECRET')
  const sandboxPort = read.integer('SANDBOX_PORT', 12_111, 0, 65_535)
  const sandboxHost = read.text('SANDBOX_HOST', '')
  const network = read.flag('SANDBOX', false)
  if (secretKey !== '') {
    if (sandboxHost !== '') read.problem('SANDBOX_HOST: can’t be combined with STRIPE_SECRET_KEY')
    if (!/^(sk|rk)_(test|live)_/.test(secretKey)) read.problem('STRIPE_SECRET_KEY: expected sk_… or rk_…')
    if (webhookSecrets.length === 0) read.problem('STRIPE_WEBHOOK_SECRET: required with STRIPE_SECRET_KEY')
    else if (!webhookSecrets.every((secret) => /^whsec_\S+$/.test(secret)))
      read.problem('STRIPE_WEBHOOK_SECRET: expected whsec_…')
    const publishableKey = read.text('STRIPE_PUBLISHABLE_KEY', '')
    if (publishableKey === '') read.problem('STRIPE_PUBLISHABLE_KEY: required with STRIPE_SECRET_KEY')
    return { kind: 'stripe', secretKey, publishableKey, webhookSecrets }
  }
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

/** A shop that takes real money never dies on purpose. */
function readFailpoints(read: Reader): string {
  const text = read.text('FAILPOINT', '')
  if (text === '') return text
  const problem = problemOfFailpoints(text)
  if (problem !== null) read.problem(`FAILPOINT: ${problem}`)
  if (/^(sk|rk)_live_/.test(read.text('STRIPE_SECRET_KEY', ''))) read.problem('FAILPOINT: not allowed with a live Stripe key')
  return text
}

type Reader = ReturnType<typeof makeReader>

/** Reads values one by one, keeping every problem for the end. `NAME_FILE` names a file that holds the value. */
function makeReader(environment: Environment) {
  const problems: string[] = []
  const problem = (text: string) => {
    problems.push(text)
  }
  const raw = (name: string): string => {
    const file = environment[`${name}_FILE`]
    if (!file) return environment[name]?.trim() ?? ''
    try {
      return readFileSync(file, 'utf8').trim()
    } catch (error) {
      problem(`${name}_FILE: ${(error as Error).message}`)
      return ''
    }
  }
  const text = (name: string, fallback: string) => raw(name) || fallback
  const integer = (name: string, fallback: number, minimum: number, maximum: number) => {
    const value = raw(name)
    if (value === '') return fallback
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (number >= minimum && number <= maximum) return number
    problem(`${name}: expected a whole number from ${minimum} to ${maximum}, got "${value}"`)
    return fallback
  }
  const choice = (name: string, fallback: string, allowed: readonly string[]) => {
    const value = text(name, fallback)
    if (allowed.includes(value)) return value
    problem(`${name}: expected one of ${allowed.join(', ')}, got "${value}"`)
    return fallback
  }
  const flag = (name: string, fallback: boolean) => {
    const value = raw(name).toLowerCase()
    if (value === '') return fallback
    if (['on', '1', 'true'].includes(value)) return true
    if (['off', '0', 'false'].includes(value)) return false
    problem(`${name}: expected on or off, got "${value}"`)
    return fallback
  }
  const url = (name: string, fallback: string, protocols: readonly string[]) => {
    const value = text(name, fallback)
    const parsed = URL.canParse(value) ? new URL(value) : null
    if (!parsed || !protocols.includes(parsed.protocol)) problem(`${name}: expected a URL with ${protocols.join(' or ')}`)
    return value
  }
  const optionalUrl = (name: string, protocols: readonly string[]) => (raw(name) === '' ? null : url(name, '', protocols))
  /** Values by commas. An empty one among them is none: an empty secret would be one that everybody knows. */
  const list = (name: string): string[] =>
    raw(name)
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)
  const services = (name: string): ServiceName[] => {
    const asked = list(name)
    if (asked.length === 0) return [...serviceNames]
    const wrong = asked.filter((part) => !serviceNames.some((service) => service === part))
    if (wrong.length > 0) problem(`${name}: unknown ${wrong.join(', ')}; choose from ${serviceNames.join(', ')}`)
    return serviceNames.filter((service) => asked.includes(service))
  }
  const emails = (name: string): string[] => {
    const asked = list(name).map((part) => part.toLowerCase())
    const wrong = asked.filter((part) => !/^[^@\s]+@[^@\s]+$/.test(part))
    if (wrong.length > 0) problem(`${name}: expected comma-separated email addresses, got "${wrong.join(', ')}"`)
    return asked
  }
  return { problems, problem, text, list, integer, choice, flag, url, optionalUrl, services, emails }
}
