// Pool and transactions: with `statements` what all others see of the database, with `pipeline` and
// `values` the one place that touches the Postgres driver. Knows no table.
import pg from 'pg'
import { isUnavailable, UnknownCommit, wasRefused } from './failures.ts'
import { makeBundler, NotRun, parametersOf, queryOn } from './pipeline.ts'
import { type Statement, sql, type Write } from './statements.ts'

export * from './statements.ts'

/**
 * What a store function needs: rows for a statement. Inside a transaction it is that transaction.
 */
export interface Queryable {
  query<Row>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>
}

/**
 * An open write transaction. `now` is the database's clock when it began: the only clock that
 * decides. Statements asked for together (`Promise.all`) travel together, in the order they were
 * asked for.
 */
export interface Tx extends Queryable {
  readonly now: string
  /**
   * Runs several statements at once, as `Database.execute` does, inside of the transaction. For
   * migrations.
   */
  execute(text: string): Promise<void>
}

/**
 * The transaction of a batch, in two ways to the server: its first reads travel with `begin`, its
 * writes with the commit. In between it is decided, in memory.
 */
export interface BatchTx extends Queryable {
  /**
   * The `now` of this transaction, once it is known to be open. Before that nothing may be written.
   */
  readonly begun: Promise<string>
  /**
   * Stores these and commits, all sent together: the last that is asked of a transaction. When one
   * of them fails none is stored, and its failure is told. Nothing that it answers can be a reason
   * to roll back: that is for `decide` and the `where`.
   */
  commitWith(writes: readonly Write[]): Promise<void>
}

/** Either kind, for what reads: what it locks stays locked until the end of the transaction. */
export type InTransaction = Tx | BatchTx

export interface Database extends Queryable {
  /** Runs `work` in one transaction; commits when it returns, rolls back when it throws. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** The same for a batch, which commits with its writes. */
  batch<T>(work: (tx: BatchTx) => Promise<T>): Promise<T>
  /**
   * Runs DDL or several statements at once, outside of any plan cache. For migrations and tests.
   */
  execute(text: string): Promise<void>
  /**
   * Lends a connection of its own, for session locks and LISTEN, and for reports. The caller ends
   * it.
   */
  connect(settings?: ConnectionSettings): Promise<Connection>
  close(): Promise<void>
}

export interface ConnectionSettings {
  readonly name?: string
  readonly lazyCommit?: boolean
  /**
   * The server ends the connection when nothing was asked for so long, and gives its session locks
   * to others. A process that is frozen, or whose machine is gone without a word, would keep them
   * until somebody notices.
   */
  readonly silentSeconds?: number
}

export interface Connection extends Queryable {
  /** Hears what others send to a channel, and not what this connection sends itself. */
  listen(channel: string, onNotify: (payload: string) => void): Promise<void>
  onLost(callback: () => void): void
  close(): Promise<void>
}

export interface DatabaseOptions {
  readonly url: string
  readonly maxConnections?: number
  readonly queryTimeoutMs?: number
  /** Told of connections that break while idle; they are replaced by themselves. */
  readonly onIdleError?: (error: Error) => void
}

export function makeDatabase(options: DatabaseOptions): Database {
  const queryTimeoutMs = options.queryTimeoutMs ?? 15_000
  const settings: pg.ClientConfig = {
    connectionString: options.url,
    query_timeout: queryTimeoutMs,
    // The server gives up a little later than we do: a statement nobody waits for must not keep its
    // locks.
    statement_timeout: queryTimeoutMs + 1_000,
    // A process that is frozen inside a transaction would hold its locks, and every reader of
    // events, for ever.
    idle_in_transaction_session_timeout: queryTimeoutMs + 1_000,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  }
  const onIdleError = options.onIdleError ?? (() => undefined)
  const pool = new pg.Pool({ ...settings, max: options.maxConnections ?? 10, idleTimeoutMillis: 30_000 })
  pool.on('error', onIdleError)
  // A client that breaks while it is lent out would otherwise end the process.
  pool.on('connect', (client) => client.on('error', onIdleError))

  return {
    async query<Row>(statement: Statement, values: readonly unknown[] = []) {
      const client = await pool.connect()
      let broken: Error | undefined
      try {
        return await queryOn<Row>(client, statement, values)
      } catch (error) {
        broken = isUnavailable(error) ? (error as Error) : undefined
        throw error
      } finally {
        client.release(broken)
      }
    },
    transaction: (work) =>
      runTransaction(pool, async ({ begun, query, execute }) => work({ now: await begun, query, execute })),
    batch: (work) =>
      runTransaction(pool, async ({ begun, query, commitWith }) => work({ begun, query, commitWith })),
    async execute(text) {
      await pool.query(text)
    },
    async connect({ name = 'holdfast', lazyCommit = false, silentSeconds } = {}) {
      const flags = [
        // Losing a lazy commit in a crash only repeats work that is idempotent.
        ...(lazyCommit ? ['-c synchronous_commit=off'] : []),
        ...(silentSeconds === undefined ? [] : [`-c idle_session_timeout=${silentSeconds * 1_000}`]),
      ]
      const client = new pg.Client({
        ...settings,
        application_name: name,
        ...(flags.length > 0 ? { options: flags.join(' ') } : {}),
      })
      const lost: (() => void)[] = []
      client.on('error', onIdleError)
      client.on('end', () => {
        for (const callback of lost) callback()
      })
      await client.connect()
      // One connection runs one statement at a time; whoever asks meanwhile waits here.
      let last: Promise<unknown> = Promise.resolve()
      const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
        const turn = last.then(work, work)
        last = turn
        return turn
      }
      return {
        query: (statement, values) => inTurn(() => queryOn(client, statement, values)),
        async listen(channel, onNotify) {
          const { rows } = await inTurn(() => client.query<{ pid: number }>('select pg_backend_pid() as pid'))
          client.on('notification', ({ processId, payload = '' }) => {
            if (processId !== rows[0]?.pid) onNotify(payload)
          })
          await inTurn(() => client.query(`listen ${pg.escapeIdentifier(channel)}`))
        },
        onLost: (callback) => lost.push(callback),
        close: () => client.end(),
      }
    },
    close: () => pool.end(),
  }
}

/**
 * What a transaction reads and changes it finds by key. A plan that is made while a table is small
 * would read all of it, and is kept while the table grows: in here, indexes alone are used, and no
 * statement is planned twice. An index is walked by a list of keys in their order: rows that are
 * locked in that order need not be gathered first and sorted.
 */
const settle = sql(
  'platform.settle',
  `select clock_timestamp() as now, set_config('plan_cache_mode', 'force_generic_plan', true),
     set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
     set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`,
)
const begin = sql('platform.begin', 'begin')
const commit = sql('platform.commit', 'commit')
const rollback = sql('platform.rollback', 'rollback')

/**
 * Waits for the end of a transaction whose last writes were sent along with its commit. What a
 * write says counts only when the server says that it rolled back; when it says nothing of the
 * commit, nobody knows.
 */
export async function endOf(sent: readonly Promise<unknown>[], committed: Promise<boolean>): Promise<void> {
  const [end, ...answers] = await Promise.allSettled([committed, ...sent])
  const refused = answers.find((answer) => answer.status === 'rejected')
  if (end.status === 'rejected') {
    if (wasRefused(end.reason)) throw end.reason
    throw new UnknownCommit('commit sent, no answer', { cause: end.reason })
  }
  if (end.value) {
    // A write whose answer could not be read: nobody may take this for a rollback, and try again.
    if (refused)
      throw new UnknownCommit('committed, and one of its writes is said to have failed', {
        cause: refused.reason,
      })
    return
  }
  // The first that failed: those behind it are refused because of it.
  if (refused) throw refused.reason
  throw new Error('the transaction was rolled back: a failed statement was ignored in it')
}

/** All that an open transaction can do. Nobody is given both ways to work in one. */
type OpenTx = BatchTx & Pick<Tx, 'execute'>

async function runTransaction<T>(pool: pg.Pool, work: (tx: OpenTx) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  const { ask, askWith, send } = makeBundler(client)
  let broken: Error | undefined
  try {
    let isOpen = false
    const opened = ask(begin)
    const begun = ask(settle).then(({ rows }) => {
      isOpen = true
      return (rows[0] as { now: string }).now
    })
    // What was sent along fails for the same reason, and tells of it first.
    for (const end of [opened, begun]) end.catch(() => undefined)
    let ending: Promise<void> | undefined
    const commitWith = (writes: readonly Write[]): Promise<void> => {
      if (ending) throw new Error('a transaction is committed twice')
      // Sent behind a `begin` that fails, they would be stored each by itself.
      if (!isOpen) throw new Error('a transaction is written to before it has begun')
      // A parameter that cannot be sent throws here, before any of them is asked for.
      const ready = writes.map(({ statement, values }) => ({
        statement,
        parameters: parametersOf(statement, values),
      }))
      const sent = ready.map(({ statement, parameters }) => askWith(statement, parameters))
      // A transaction in which a statement failed answers `commit` with a rollback, and no error.
      const committed = ask(commit).then(
        ({ command }) => command === 'COMMIT',
        (error: Error) => {
          // Behind a write that failed it was not run.
          if (error instanceof NotRun) return false
          throw error
        },
      )
      ending = endOf(sent, committed)
      ending.catch(() => undefined)
      return ending
    }
    const result = await work({
      begun,
      commitWith,
      async query<Row>(statement: Statement, values?: readonly unknown[]) {
        if (ending) throw new Error(`${statement.name} is asked of a transaction that was committed`)
        return (await ask(statement, values)).rows as Row[]
      },
      async execute(text) {
        send()
        await client.query(text)
      },
    })
    await begun
    await (ending ?? commitWith([]))
    return result
  } catch (error) {
    if (isUnavailable(error)) broken = error as Error
    else {
      // By itself: behind a statement that fails it would not be run.
      send()
      await queryOn(client, rollback).catch((cause: Error) => {
        broken = cause
      })
    }
    throw error
  } finally {
    client.release(broken)
  }
}
