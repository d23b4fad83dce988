// What a service is to the composition: one record. `main.ts` puts the chosen ones together.
import type { ServiceName } from '@holdfast/contract'
import type { Config } from './config/config.ts'
import type { Bus } from './platform/bus/bus.ts'
import type { HandlerOptions } from './platform/commands/handle.ts'
import type { Limits } from './platform/http/limits.ts'
import type { LinkTokens } from './platform/http/links/tokens.ts'
import type { RequireOperator } from './platform/http/operators.ts'
import type { Http } from './platform/http/server.ts'
import type { Sessions } from './platform/http/sessions.ts'
import type { Keys } from './platform/http/staff/keys.ts'
import type { Database } from './platform/postgres/database.ts'
import type { MigrationSet } from './platform/postgres/migrate.ts'
import type { Clock } from './platform/process/clock.ts'
import type { Log } from './platform/process/log.ts'
import type { Metrics } from './platform/process/metrics.ts'
import type { SecurityLog } from './platform/process/security-log.ts'
import type { Switches } from './platform/process/switches.ts'
import type { TicketCodes } from './platform/secrets/tickets.ts'
import type { WebhookSecrets } from './platform/secrets/webhooks.ts'

export interface Platform {
  readonly config: Config
  readonly db: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly sessions: Sessions
  readonly keys: Keys
  readonly limits: Limits
  readonly switches: Switches
  readonly requireOperator: RequireOperator
  readonly security: SecurityLog
  readonly ticketCodes: TicketCodes
  readonly linkTokens: LinkTokens
  readonly webhookSecrets: WebhookSecrets
}

/** A service made ready for one process: its routes, its consumers on the bus, its workers. */
export interface Service {
  readonly name: ServiceName
  routes(app: Http): void
  /** Registers consumers; called before the bus starts. */
  subscribe?(bus: Bus): void
  /** Begins background work; what it returns ends it, finishing what is under way. */
  start?(): Promise<() => Promise<void>>
}

/**
 * Each service's `index.ts` exports one, as `service`, or `makeService` where it can be given
 * something to work with.
 */
export interface ServiceDefinition {
  readonly name: ServiceName
  readonly migrations: MigrationSet
  make(platform: Platform): Service
}

/**
 * How a service's handler stores and tells, and how it groups: as it sees fit, or a command at a
 * time, to measure what that brings.
 */
export function handlerOptionsOf({
  db,
  bus,
  config,
}: Pick<Platform, 'db' | 'bus' | 'config'>): HandlerOptions {
  const grouping = config.groupCommit ? {} : { lanes: 8, maxBatch: 1 }
  return { db, onCommitted: (events) => bus.hint(events), ...grouping }
}
