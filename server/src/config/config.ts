// The environment, read once and checked: one frozen record, or a refusal that names every wrong
// value at once.
import { resolve } from 'node:path'
import type { ServiceName } from '@holdfast/contract'
import type { NatsConfig } from '../platform/bus/nats/connection.ts'
import { problemOfFailpoints } from '../platform/process/failpoint.ts'
import { type BackupConfig, readBackup } from './backup.ts'
import { namedAs } from './hosts.ts'
import { type MailConfig, readMail } from './mail.ts'
import { readNats } from './nats.ts'
import { checkSandboxIsLocal, type ProcessorConfig, readProcessor } from './processor.ts'
import { type Environment, makeReader, type Reader } from './reader.ts'
import { readSecretKeys } from './secrets.ts'
import { problemsOfUnknown } from './unknown.ts'

export type { ProcessorConfig } from './processor.ts'
export { type Environment, serviceNames } from './reader.ts'

export interface Config {
  readonly port: number
  readonly host: string
  readonly publicUrl: string
  readonly trustProxy: boolean
  readonly hstsSubdomains: boolean
  readonly dataDirectory: string
  /** Null: a Postgres of our own in the data directory. */
  readonly databaseUrl: string | null
  /** Null: events travel through Postgres. */
  readonly nats: NatsConfig | null
  readonly services: readonly ServiceName[]
  /** The first makes codes and links, all are known. Empty: the shop makes its own where it may. */
  readonly secretKeys: readonly string[]
  readonly orderHoldSeconds: number
  /**
   * Limits on attempts hold unless this is `off`. Those per network hold in local mode only when it
   * is `on`.
   */
  readonly rateLimits: 'on' | 'off' | 'unless_local'
  readonly demo: boolean
  /** Who may put shows on sale: every account, or those that an operator approved. */
  readonly sellers: 'approved' | 'open'
  /**
   * E-mail addresses, in lower case, of the accounts that operate the shop once an address can be
   * proved. Until then they give no rights: anybody can sign up with an address.
   */
  readonly operators: readonly string[]
  /** How often the shop audits itself; 0: never. */
  readonly auditSeconds: number
  readonly logLevel: string
  /** Opens `/metrics` to a program; null: operators only, and everybody in local mode. */
  readonly metricsToken: string | null
  /** Off only to measure what it brings. */
  readonly groupCommit: boolean
  /** Where the process is to die; empty but for tests. */
  readonly failpoints: string
  readonly processor: ProcessorConfig
  readonly mail: MailConfig
  /** Webhooks may go to private addresses and over plain HTTP: for tests, and in one's own network. */
  readonly webhookPrivate: boolean
  /** Null: no backup is taken by itself. */
  readonly backup: BackupConfig | null
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`fix these environment variables:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

export function readConfig(environment: Environment): Config {
  const read = makeReader(environment)
  const port = read.integer('PORT', 3000, 0, 65_535)
  const host = read.open('HOST', '127.0.0.1')
  const publicUrl = readPublicUrl(read, `http://${namedAs(host)}:${port}`)
  const processor = readProcessor(read, publicUrl)
  const dataDirectory = resolve(read.text('DATA_DIR', './data'))
  const config: Config = {
    port,
    host,
    publicUrl,
    trustProxy: read.flag('TRUST_PROXY', false),
    hstsSubdomains: read.flag('HSTS_SUBDOMAINS', true),
    dataDirectory,
    databaseUrl: read.optionalUrl('DATABASE_URL', ['postgres:', 'postgresql:']),
    nats: readNats(read.list('NATS_URL'), read.problem),
    services: read.services('SERVICES'),
    secretKeys: readSecretKeys(read.list('SECRET_KEY'), read.problem),
    orderHoldSeconds: read.integer('ORDER_HOLD_SECONDS', 900, 1, 86_400),
    rateLimits: readRateLimits(read),
    demo: read.flag('DEMO', true),
    sellers: readSellers(read, processor),
    operators: read.emails('OPERATORS'),
    auditSeconds: read.integer('AUDIT_SECONDS', 60, 0, 86_400),
    logLevel: read.choice('LOG_LEVEL', 'warn', logLevels),
    metricsToken: readMetricsToken(read),
    groupCommit: read.flag('GROUP_COMMIT', true),
    failpoints: readFailpoints(read),
    processor,
    mail: readMail(read, publicUrl),
    webhookPrivate: read.flag('WEBHOOK_PRIVATE', false),
    backup: readBackup(read, dataDirectory),
  }
  if (config.processor.kind === 'sandbox') checkSandboxIsLocal(read, config, config.processor.network)
  for (const problem of problemsOfUnknown(environment, read.names)) read.problem(problem)
  if (read.problems.length > 0) throw new ConfigError(read.problems)
  return Object.freeze(config)
}

function readRateLimits(read: Reader): Config['rateLimits'] {
  const on = read.flag('RATE_LIMITS', true)
  if (read.text('RATE_LIMITS', '') === '') return 'unless_local'
  return on ? 'on' : 'off'
}

/** The pages, links and cookies are made for the root of an origin. */
function readPublicUrl(read: Reader, shopsOwn: string): string {
  const text = read.url('PUBLIC_URL', shopsOwn, ['http:', 'https:'])
  if (!URL.canParse(text)) return text
  const { username, password, pathname, search, hash } = new URL(text)
  if (username !== '' || password !== '')
    read.problem('PUBLIC_URL: must not hold a user name or a password; everybody can read it')
  else if (pathname !== '/' || search !== '' || hash !== '')
    read.problem(
      'PUBLIC_URL: expected scheme, name and port only, as in https://tickets.example; a path is not supported',
    )
  return text
}

const sellersPolicies = ['approved', 'open'] as const

/** With Stripe, what a show takes comes to the owner's account: not everybody may sell on it. */
function readSellers(read: Reader, processor: ProcessorConfig): Config['sellers'] {
  const fallback = processor.kind === 'sandbox' ? 'open' : 'approved'
  const value = read.choice('SELLERS', '', ['', ...sellersPolicies])
  return sellersPolicies.find((policy) => policy === value) ?? fallback
}

const metricsTokenLeast = 16

function readMetricsToken(read: Reader): string | null {
  const token = read.text('METRICS_TOKEN', '')
  if (token === '') return null
  if (!/^[\x21-\x7e]+$/.test(token) || token.length < metricsTokenLeast)
    read.problem(
      `METRICS_TOKEN: expected at least ${metricsTokenLeast} letters, digits or signs, without spaces`,
    )
  return token
}

/** A shop that takes real money never dies on purpose. */
function readFailpoints(read: Reader): string {
  const text = read.text('FAILPOINT', '')
  if (text === '') return text
  const problem = problemOfFailpoints(text)
  if (problem !== null) read.problem(`FAILPOINT: ${problem}`)
  if (/^(sk|rk)_live_/.test(read.text('STRIPE_SECRET_KEY', '')))
    read.problem('FAILPOINT: not allowed with a live Stripe key')
  return text
}
