// One service behind the real HTTP edge, on a database with only its own tables, with a real bus.
// Nothing is faked.
import { readConfig } from '../src/config/config.ts'
import { makeLimitsNetwork } from '../src/config/local-mode.ts'
import { makePostgresBus } from '../src/platform/bus/postgres-carrier.ts'
import { makeLimits, noLimits } from '../src/platform/http/limits.ts'
import { makeLinkTokens } from '../src/platform/http/links/tokens.ts'
import { makeRequireOperator } from '../src/platform/http/operators.ts'
import { makeHttp } from '../src/platform/http/server.ts'
import { beginSession, makeSessions, type Principal } from '../src/platform/http/sessions.ts'
import { makeKeys } from '../src/platform/http/staff/keys.ts'
import { systemClock } from '../src/platform/process/clock.ts'
import { readInstallation } from '../src/platform/process/installation.ts'
import { makeLog } from '../src/platform/process/log.ts'
import { makeMetrics } from '../src/platform/process/metrics.ts'
import { makeSecurityLog } from '../src/platform/process/security-log.ts'
import { makeSwitches } from '../src/platform/process/switches.ts'
import { makeWebhookSecrets } from '../src/platform/secrets/webhooks.ts'
import type { Platform, ServiceDefinition } from '../src/service.ts'
import { type Client, makeClient } from './client.ts'
import { testCodes } from './codes.ts'
import { makeTestDatabase, type TestDatabase } from './database.ts'

export interface ServiceApp {
  readonly url: string
  readonly db: TestDatabase
  readonly platform: Platform
  /** What was said of each route, by `METHOD /path`. */
  readonly routeConfigs: ReadonlyMap<string, unknown>
  /** A client signed in as this principal; identity need not run. */
  as(principal: Principal): Promise<Client>
  stop(): Promise<void>
}

export async function startServiceApp(
  definition: ServiceDefinition,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServiceApp> {
  const db = await makeTestDatabase([definition.name])
  const config = readConfig({ LOG_LEVEL: 'error', ...environment })
  const log = makeLog(config.logLevel)
  const metrics = makeMetrics({ defaults: false })
  const clock = systemClock
  const sessions = makeSessions(db, clock)
  const keys = makeKeys(db, clock)
  const bus = makePostgresBus({ db, clock, log, metrics })
  const security = makeSecurityLog({ log, metrics })
  const limits = config.rateLimits === 'off' ? noLimits : makeLimits(db, security)
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
    ticketCodes: testCodes,
    linkTokens: makeLinkTokens([(await readInstallation(db)).secret]),
    webhookSecrets: makeWebhookSecrets([(await readInstallation(db)).secret]),
  }
  const service = definition.make(platform)
  const { publicUrl, trustProxy } = config
  const app = makeHttp({
    log,
    metrics,
    sessions,
    keys,
    publicUrl,
    trustProxy,
    contentSecurityPolicy: `default-src 'none'`,
    limitsNetwork: makeLimitsNetwork(config),
  })
  service.routes(app)
  service.subscribe?.(bus)
  await bus.start()
  const stopWork = await service.start?.()
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    url,
    db,
    platform,
    routeConfigs: app.routeConfigs,
    async as(principal) {
      const { token } = await beginSession(db, principal, { purpose: 'session', ttlSeconds: 3_600 })
      const client = makeClient(url)
      return {
        call: (method, path, body, headers) =>
          client.call(method, path, body, { authorization: `Bearer ${token}`, ...headers }),
      }
    },
    async stop() {
      await stopWork?.()
      await app.close()
      await bus.stop()
      await db.drop()
    },
  }
}
