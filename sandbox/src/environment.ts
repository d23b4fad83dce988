// The environment of the command, read once: options of a sandbox, or one refusal that names every
// wrong value.
import { readFileSync } from 'node:fs'
import { isVersion } from './api/versions.ts'
import type { SandboxOptions } from './index.ts'

type Environment = Readonly<Record<string, string | undefined>>

function makeReader(environment: Environment) {
  const wrong: string[] = []
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined

  function file(name: string): string | undefined {
    const path = text(name)
    if (path === undefined) return undefined
    try {
      return readFileSync(path, 'utf8').trim()
    } catch (error) {
      wrong.push(`${name}: ${(error as Error).message}`)
      return undefined
    }
  }

  function checked(name: string, isRight: (value: string) => boolean, wanted: string): string | undefined {
    const value = text(name)
    if (value === undefined || isRight(value)) return value
    wrong.push(`${name} must be ${wanted}`)
    return undefined
  }

  return {
    wrong,
    text,
    file,
    checked,
    url: (name: string) =>
      checked(name, (value) => /^https?:/.test(value) && URL.canParse(value), 'an http or https URL'),
    integer(name: string, fallback: number, most: number, wanted: string): number {
      const isRight = (value: string): boolean => /^\d{1,9}$/.test(value) && Number(value) <= most
      return Number(checked(name, isRight, wanted) ?? fallback)
    },
    list: (name: string): string[] =>
      (text(name) ?? '')
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
  }
}

type Reader = ReturnType<typeof makeReader>

function readWebhook(read: Reader): Pick<SandboxOptions, 'webhook' | 'webhookRetryMs' | 'webhookHosts'> {
  const url = read.url('SANDBOX_WEBHOOK_URL')
  const secret = read.file('SANDBOX_WEBHOOK_SECRET_FILE') ?? read.text('SANDBOX_WEBHOOK_SECRET')
  if ((read.text('SANDBOX_WEBHOOK_URL') === undefined) !== (secret === undefined))
    read.wrong.push('SANDBOX_WEBHOOK_URL and SANDBOX_WEBHOOK_SECRET go together')
  const retries = read.list('SANDBOX_WEBHOOK_RETRY_MS')
  if (!retries.every((delay) => /^\d{1,9}$/.test(delay)))
    read.wrong.push('SANDBOX_WEBHOOK_RETRY_MS must be milliseconds separated by commas')
  const events = read.list('SANDBOX_WEBHOOK_EVENTS')
  return {
    webhookHosts: read.list('SANDBOX_WEBHOOK_HOSTS'),
    ...(url === undefined || secret === undefined
      ? {}
      : { webhook: { url, secret, ...(events.length === 0 ? {} : { events }) } }),
    ...(retries.length === 0 ? {} : { webhookRetryMs: retries.map(Number) }),
  }
}

function readTls(read: Reader): Pick<SandboxOptions, 'tls'> {
  const cert = read.file('SANDBOX_TLS_CERT_FILE')
  const key = read.file('SANDBOX_TLS_KEY_FILE')
  if (
    (read.text('SANDBOX_TLS_CERT_FILE') === undefined) !==
    (read.text('SANDBOX_TLS_KEY_FILE') === undefined)
  )
    read.wrong.push('SANDBOX_TLS_CERT_FILE and SANDBOX_TLS_KEY_FILE go together')
  return cert === undefined || key === undefined ? {} : { tls: { cert, key } }
}

export function readEnvironment(environment: Environment): SandboxOptions {
  const read = makeReader(environment)
  const publicUrl = read.url('SANDBOX_PUBLIC_URL')?.replace(/\/$/, '')
  const apiVersion = read.checked('SANDBOX_API_VERSION', isVersion, 'an API version')
  const instance = read.text('SANDBOX_INSTANCE')
  const seedFile = read.text('SANDBOX_SEED_FILE')
  const origins = read.list('SANDBOX_ORIGINS')
  for (const origin of origins) {
    if (!URL.canParse(origin) || !/^https?:\/\/[^/]+\/?$/.test(origin))
      read.wrong.push(`SANDBOX_ORIGINS: "${origin}" is no origin such as https://shop.test:8443`)
  }
  const options = {
    port: read.integer('SANDBOX_PORT', 12_111, 65_535, 'a port number'),
    host: read.text('SANDBOX_HOST') ?? '127.0.0.1',
    openToNetwork: read.checked('SANDBOX', (value) => ['on', 'off'].includes(value), 'on or off') === 'on',
    hosts: read.list('SANDBOX_HOSTS'),
    origins,
    dataDir: read.text('DATA_DIR') ?? './data',
    searchLagSeconds: read.integer('SANDBOX_SEARCH_LAG_SECONDS', 0, 86_400, 'a whole number of seconds'),
    ...readWebhook(read),
    ...readTls(read),
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(instance === undefined ? {} : { instance }),
    ...(seedFile === undefined ? {} : { seedFile }),
  }
  if (read.wrong.length > 0) throw new Error(read.wrong.join('; '))
  return options
}
