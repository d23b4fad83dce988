// Puts the shop together: adapters, the chosen services, the HTTP edge. The only place that knows
// all of them.
import type { ServiceName } from '@holdfast/contract'
import type { FastifyInstance } from 'fastify'
import { auditMigrations, makeAudit } from './audit/index.ts'
import { startTimedBackups } from './backup/timer.ts'
import { makeDemoOnSale } from './boot/demo/on-sale.ts'
import type { Config } from './config/config.ts'
import { makeIsLocal, makeLimitsNetwork, secretSourceOf } from './config/local-mode.ts'
import { version } from './config/version.ts'
import { service as expiration } from './expiration/index.ts'
import { service as identity } from './identity/index.ts'
import { service as mail } from './mail/index.ts'
import { opsRoutes } from './ops/routes/operators.ts'
import { service as orders } from './orders/index.ts'
import { makeService as makePayments, type PaymentsOptions } from './payments/index.ts'
import { makeNatsBus } from './platform/bus/nats/carrier.ts'
import { makePostgresBus } from './platform/bus/postgres-carrier.ts'
import { watchForProxy } from './platform/http/crowd/proxies.ts'
import { healthRoutes } from './platform/http/health.ts'
import { makeLimits, noLimits } from './platform/http/limits.ts'
import { makeLinkTokens } from './platform/http/links/tokens.ts'
import { describeApi } from './platform/http/openapi/describe.ts'
import { makeRequireOperator } from './platform/http/operators.ts'
import { type Http, makeHttp } from './platform/http/server.ts'
import { makeSessions } from './platform/http/sessions.ts'
import { makeKeys } from './platform/http/staff/keys.ts'
import { type Database, makeDatabase } from './platform/postgres/database.ts'
import { isUpToDate, type MigrationSet, migrate, migrationsOf } from './platform/postgres/migrate.ts'
import { findPooler } from './platform/postgres/pooler.ts'
import { systemClock } from './platform/process/clock.ts'
import { readInstallation } from './platform/process/installation.ts'
import type { Log } from './platform/process/log.ts'
import { type Metrics, makeMetrics } from './platform/process/metrics.ts'
import { announceProcess } from './platform/process/processes.ts'
import { makeSecurityLog } from './platform/process/security-log.ts'
import { StartError } from './platform/process/start-error.ts'
import { makeSwitches, setSwitch } from './platform/process/switches.ts'
import { openSecrets, secretsOfLinks } from './platform/secrets/keep.ts'
import { makeTicketCodes } from './platform/secrets/tickets.ts'
import { makeWebhookSecrets } from './platform/secrets/webhooks.ts'
import { startPruneWorker } from './prune/worker.ts'
import type { Platform, ServiceDefinition } from './service.ts'
import { service as tickets } from './tickets/index.ts'
import { service as webhooks } from './webhooks/index.ts'

export interface Shop {
  readonly app: Http
  readonly metrics: Metrics
  readonly platform: Platform
  /** The address it listens on. */
  readonly url: string
  stop(): Promise<void>
}

export interface ShopOptions {
  readonly config: Config
  readonly databaseUrl: string
  readonly log: Log
  /** A card processor instead of the configured one; for measuring the shop alone. */
  readonly payments?: PaymentsOptions
  /** Told which part comes next. */
  readonly progress?: (text: string) => void
  /** Restored, and not settled with the card processor yet: only whoever settles may start it. */
  readonly settling?: boolean
  /** Adds what is not a service, such as the web pages. */
  readonly extend?: (app: Http) => Promise<void>
}

const drainMs = 5_000
const younger = new Set<ServiceName>(['mail', 'webhooks'])

function definitionsOf(payments: PaymentsOptions): Record<ServiceName, ServiceDefinition> {
  return { identity, tickets, orders, expiration, payments: makePayments(payments), mail, webhooks }
}

export async function startShop(options: ShopOptions): Promise<Shop> {
  const { config, log } = options
  const db = makeDatabase({
    url: options.databaseUrl,
    maxConnections: config.groupCommit ? 16 : 24,
    onIdleError: (error) => log.warn({ err: error }, 'a database connection broke'),
  })
  if (config.databaseUrl !== null) await refusePooler(config.databaseUrl)
  const definitions = definitionsOf(options.payments ?? {})
  options.progress?.('Updating the database')
  const chosen = config.services.map((name) => definitions[name])
  const migrations = [
    migrationsOf('platform'),
    auditMigrations,
    ...chosen.filter(({ name }) => !younger.has(name)).map((definition) => definition.migrations),
    // In every shop: a shop from before them may name the services that it runs, and the auditor, the
    // operator's page and what removes old data read these schemas.
    mail.migrations,
    webhooks.migrations,
  ]
  if (!(await isUpToDate(db, migrations))) await bringUpToDate(options.databaseUrl, migrations)
  if (options.settling !== true) await refuseUnsettled(db)
  const secrets = await secretsOf(db, config)

  const clock = systemClock
  const metrics = makeMetrics()
  const sessions = makeSessions(db, clock)
  const keys = makeKeys(db, clock)
  const security = makeSecurityLog({ log, metrics })
  const limits = config.rateLimits === 'off' ? noLimits : makeLimits(db, security)
  const tools = { db, clock, log, metrics }
  const bus = config.nats ? makeNatsBus({ ...tools, nats: config.nats }) : makePostgresBus(tools)
  const switches = makeSwitches({ db, clock, log })
  const requireOperator = makeRequireOperator({ config, db, clock, security })
  const platform: Platform = {
    config,
    db,
    bus,
    clock,
    log,
    metrics,
    sessions,
    keys,
    limits,
    switches,
    requireOperator,
    security,
    ticketCodes: makeTicketCodes(secrets),
    linkTokens: makeLinkTokens(secretsOfLinks(secrets)),
    webhookSecrets: makeWebhookSecrets(secrets),
  }
  const services = chosen.map((definition) => definition.make(platform))
  // Where payments runs is the processor's key, which the audit needs too.
  const audit = config.services.includes('payments') ? makeAudit(platform) : null

  const app = makeHttp({
    log,
    metrics,
    sessions,
    keys,
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    hstsSubdomains: config.hstsSubdomains,
    contentSecurityPolicy: contentSecurityPolicy(config),
    limitsNetwork: makeLimitsNetwork(config),
  })
  await noteProxies(app as unknown as FastifyInstance, platform)
  await describeApi(app as unknown as FastifyInstance, version)
  app.after(() => {
    healthRoutes(app, { db, metrics, config, isLocal: makeIsLocal(config), requireOperator })
    for (const service of services) service.routes(app)
    if (audit) opsRoutes(app, { platform, audit, demo: makeDemoOnSale({ app, ...platform }) })
  })
  await options.extend?.(app)

  for (const service of services) service.subscribe?.(bus)
  await bus.start()
  const stops = [await announceProcess({ db, clock, log }, { services: config.services, version })]
  await switches.refresh()
  const unfollowSwitches = switches.start()
  for (const service of services) {
    const stop = await service.start?.()
    if (stop) stops.push(stop)
  }
  if (audit) stops.push(audit.worker.start())
  stops.push(startPruneWorker(tools))
  const { backup, dataDirectory } = config
  if (backup) stops.push(startTimedBackups({ ...tools, ...options, config: backup, dataDirectory, version }))
  const url = await app.listen({ port: config.port, host: config.host }).catch((error: Error) => {
    throw explainListen(error, config)
  })

  return {
    app,
    metrics,
    platform,
    url,
    async stop() {
      unfollowSwitches()
      const closed = app.close()
      // A client that sends half a request must not keep us from stopping.
      const deadline = setTimeout(() => app.server.closeAllConnections(), drainMs)
      for (const stop of stops.toReversed()) await stop()
      await closed
      clearTimeout(deadline)
      await bus.stop()
      await db.close()
    },
  }
}

/** What an operator can mend is told with its cure. */
function explainListen(error: NodeJS.ErrnoException, { host, port }: Config): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(
        `Port ${port} at ${host} is in use. Stop what uses it, or set PORT to another one.`,
      )
    case 'EADDRNOTAVAIL':
      return new StartError(
        `HOST=${host} is no address of this machine. Set HOST to one of its own, or leave it out.`,
      )
    case 'EACCES':
      return new StartError(`Port ${port} needs rights that this user lacks. Set PORT to one above 1023.`)
    default:
      return error
  }
}

/** Operators are told of a proxy that the shop does not know of, until it does. */
async function noteProxies(app: FastifyInstance, { config, db, log }: Platform): Promise<void> {
  if (config.trustProxy) {
    await setSwitch(db, 'unknown_proxy', { isOn: false, reason: null })
    return
  }
  watchForProxy(app, () => {
    const reason = 'requests come through a proxy, and TRUST_PROXY is off: all buyers count as one network'
    log.warn(reason)
    setSwitch(db, 'unknown_proxy', { isOn: true, reason }).catch((error: unknown) => {
      log.warn({ err: error }, 'operators could not be told of a proxy')
    })
  })
}

async function refusePooler(url: string): Promise<void> {
  const reason = await findPooler(url)
  if (reason !== null) throw new StartError(`DATABASE_URL: ${reason}`)
}

/** A shop that does not know of the newest charges would sell their places again. */
async function refuseUnsettled(db: Database): Promise<void> {
  const { settledAt } = await readInstallation(db)
  if (settledAt !== null) return
  await db.close()
  throw new StartError(
    'this shop came back from a backup and has not settled with the card processor; run: npm run holdfast -- settle',
  )
}

async function secretsOf(db: Database, config: Config) {
  try {
    return await openSecrets(db, secretSourceOf(config))
  } catch (error) {
    await db.close()
    throw error
  }
}

/**
 * With time: a migration may rewrite a large table, and must not be cut off like an ordinary
 * statement.
 */
async function bringUpToDate(url: string, migrations: readonly MigrationSet[]): Promise<void> {
  const db = makeDatabase({ url, maxConnections: 1, queryTimeoutMs: 60 * 60 * 1_000 })
  try {
    await migrate(db, migrations)
  } finally {
    await db.close()
  }
}

/** Pages run our scripts and the card processor's, and nothing inline. */
function contentSecurityPolicy({ processor }: Config): string {
  const origins =
    processor.kind === 'stripe'
      ? 'https://js.stripe.com https://api.stripe.com https://hooks.stripe.com'
      : processor.origin
  return [
    `default-src 'self'`,
    `script-src 'self' ${origins}`,
    `frame-src 'self' ${origins}`,
    `connect-src 'self' ${origins}`,
    `img-src 'self' data:`,
    `style-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}
