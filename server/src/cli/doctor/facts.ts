// What `doctor` finds out before it judges.
/** What was found out about the machine, the database, the processor and the way to the shop. */
export interface Facts {
  readonly node: string
  readonly freeBytes: number
  readonly dataDirectoryWritable: boolean
  /** How far our clock is from the processor's; null: not asked. */
  readonly clockOffBySeconds: number | null
  readonly database: DatabaseFacts | { readonly error: string }
  /** Null: no broker is set. */
  readonly broker: { readonly error: string | null } | null
  /** Null: the sandbox. */
  readonly live: boolean | null
  readonly processor: 'ok' | 'unauthorized' | 'unreachable'
  /** Endpoints at the processor that point to this shop; null: could not be read, or the sandbox. */
  readonly webhookEndpoints: readonly { readonly url: string; readonly enabled: boolean }[] | null
  readonly publicUrl: string
  readonly local: boolean
  readonly trustProxy: boolean
  /** Status of `PUBLIC_URL/healthz`, or why there was none. */
  readonly reached: number | string
  readonly demo: boolean
  readonly rateLimits: boolean
  readonly failpoints: boolean
  readonly now: string
  /** Backups on a timer; null: none are set up. */
  readonly backups: {
    readonly directory: string
    readonly everyHours: number
    readonly error: string | null
  } | null
}

export interface DatabaseFacts {
  readonly version: number
  readonly embedded: boolean
  readonly fsync: boolean
  readonly synchronousCommit: boolean
  readonly canCreate: boolean
  readonly connectionsFree: number
  /** Age of the oldest transaction that may still write. */
  readonly oldestTransactionSeconds: number
  readonly clockOffBySeconds: number
  readonly pending: number
  readonly changed: number
  readonly settled: boolean
  /** Why the shop may not go on with the keys that it has; null: it may. */
  readonly secretFault: string | null
  readonly lastBackupAt: string | null
  /** Why backups on a timer, and pruning, fail; null while they do not. */
  readonly backupProblem: string | null
  readonly pruneProblem: string | null
  readonly silentConsumers: readonly string[]
  readonly orders: number
  readonly operators: number
  readonly salesStopped: string | null
  readonly deadLetters: number
  readonly versions: readonly string[]
}
