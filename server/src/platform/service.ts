// What a service is to the composition: one record. `main.ts` puts the chosen ones together.
import type { ServiceName } from '@holdfast/contract'
import type { Config } from '../config.ts'
import type { Bus } from './bus.ts'
import type { Clock } from './clock.ts'
import type { Database } from './db.ts'
import type { Http } from './http.ts'
import type { Limits } from './limits.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { MigrationSet } from './migrate.ts'
import type { RequireOperator } from './operators.ts'
import type { Sessions } from './sessions.ts'
import type { Switches } from './switches.ts'

export interface Platform {
  readonly config: Config
  readonly db: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly sessions: Sessions
  readonly limits: Limits
  readonly switches: Switches
  readonly requireOperator: RequireOperator
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

export interface ServiceDefinition {
  readonly name: ServiceName
  readonly migrations: MigrationSet
  make(platform: Platform): Service
}
