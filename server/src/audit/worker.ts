// Runs the auditor each minute in exactly one of the processes: whoever holds a session lock. One
// connection of its own for everything, so that a slow look never takes one from buyers; statements
// are short, and none is inside a transaction.
import { Counter, Gauge } from 'prom-client'
import type { Books } from '../payments/processor/books.ts'
import { type Connection, type Database, sql } from '../platform/postgres/database.ts'
import { choreNames, readChore } from '../platform/process/chores.ts'
import type { Clock } from '../platform/process/clock.ts'
import { makeWaker } from '../platform/process/clock.ts'
import type { Log } from '../platform/process/log.ts'
import type { Metrics } from '../platform/process/metrics.ts'
import { listSilentConsumers } from '../prune/readers.ts'
import { makeReconciliation } from './books/reconcile.ts'
import { countDifferences } from './books/store.ts'
import { invariants } from './invariants.ts'
import { type AuditParts, type RunReport, runOverAll, runSmall } from './run.ts'
import { noteFailure, noteSuccess, readHorizonAge, readLastBackup, readMark, saveMark } from './store.ts'

export interface AuditWorkerOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly books: Books
  readonly everySeconds: number
}

export interface AuditWorker {
  /** Has everything looked at soon, by whichever process audits. */
  ask(): Promise<void>
  start(): () => Promise<void>
}

/** A difference younger than this may only be under way. */
export const shownAfterSeconds = 120
export const restWithinSeconds = 120
/**
 * With pauses twice as long as its pages, looking at the orders of a rush takes a third of one
 * processor.
 */
const pauseFactor = 2
const settleMs = 1_000
export const confirmMs = 3_000
const lookForWorkMs = 1_000
const lockRetryMs = 5_000
const askedMark = 'asked'
const statementSeconds = 15

const tryLock = sql('audit.try_lock', `select pg_try_advisory_lock(hashtext('holdfast.audit')) as locked`)
// In a shop of many processes the others may not have made their tables yet.
const readTables = sql(
  'audit.tables_there',
  `select bool_and(to_regclass(name) is not null) as complete
   from unnest(array['orders.orders', 'payments.payments', 'tickets.tickets', 'expiration.timers']) as name`,
)
const beCareful = sql(
  'audit.be_careful',
  `select set_config('statement_timeout', '${statementSeconds}s', false)`,
)

export function makeAuditWorker(options: AuditWorkerOptions): AuditWorker {
  const { db, clock, log } = options
  const gauges = makeGauges(options.metrics)
  const waker = makeWaker(clock)
  const stopping = new AbortController()

  /**
   * A pause that is cut short must not be taken for one: what was seen before it proves nothing.
   */
  const stoppable: Clock = {
    ...clock,
    async sleep(delayMs) {
      await clock.sleep(delayMs, stopping.signal)
      if (stopping.signal.aborted) throw new Error('the audit was stopped')
    },
  }

  /** Operators see it: a shop that is not looked at is not a sound one. */
  const noteFailed = async (reason: Error) => {
    log.error({ err: reason }, 'the audit could not run')
    gauges.failed.inc()
    const failing = await noteFailure(db).catch(() => null)
    gauges.failing.set(failing?.runs ?? 1)
  }

  const runOnce = async (connection: Connection, parts: AuditParts): Promise<RunReport> => {
    const asked = await readMark(connection, askedMark)
    const report = asked === 'all' ? await runOverAll(parts) : await runSmall(parts)
    if (asked === 'all') await saveMark(connection, askedMark, '')
    gauges.tell(report)
    if (report.failure) await noteFailed(report.failure)
    else {
      gauges.failing.set(0)
      await noteSuccess(connection)
    }
    gauges.horizonAge.set((await readHorizonAge(connection)) / 1_000)
    gauges.differences.set(await countDifferences(connection, shownAfterSeconds))
    gauges.lastBackup.set(await readLastBackup(connection))
    gauges.silentConsumers.set((await listSilentConsumers(connection)).length)
    for (const name of choreNames)
      gauges.failingChores.set({ chore: name }, (await readChore(connection, name)).failingSince ? 1 : 0)
    return report
  }

  /** Runs while the connection lives and this process holds the lock. */
  const audit = async (connection: Connection, signal: AbortSignal): Promise<void> => {
    const [row] = await connection.query<{ locked: boolean }>(tryLock)
    if (row?.locked !== true) return
    const [tables] = await connection.query<{ complete: boolean }>(readTables)
    if (!tables?.complete) return
    await connection.query(beCareful)
    log.info('this process audits')
    const books = makeReconciliation({ db: connection, books: options.books, shownAfterSeconds })
    const waits = { settleMs, confirmMs, restWithinSeconds, pauseFactor }
    const parts = { db: connection, clock: stoppable, log, books, ...waits, mayStopSales: true }
    let nextAtMs = clock.elapsedMs()
    while (!signal.aborted) {
      const asked = (await readMark(connection, askedMark)) === 'all'
      if (asked || clock.elapsedMs() >= nextAtMs) {
        nextAtMs = clock.elapsedMs() + options.everySeconds * 1_000
        const { caughtUp } = await runOnce(connection, parts)
        // In a rush the next part is looked at soon.
        if (!caughtUp) nextAtMs = clock.elapsedMs() + 1_000
      }
      await waker.rest(Math.max(0, Math.min(lookForWorkMs, nextAtMs - clock.elapsedMs())))
    }
  }

  const supervise = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const session = new AbortController()
      const end = () => {
        session.abort()
        waker.wake()
      }
      let connection: Connection | undefined
      stopping.signal.addEventListener('abort', end, { once: true })
      try {
        connection = await db.connect({ name: 'holdfast-audit' })
        connection.onLost(end)
        await audit(connection, session.signal)
      } catch (error) {
        // It looks again: what it could not look at is unchecked, not sound.
        if (!stopping.signal.aborted) await noteFailed(error as Error)
      } finally {
        stopping.signal.removeEventListener('abort', end)
        await connection
          ?.close()
          .catch((error: Error) => log.debug({ err: error }, 'closing the audit connection failed'))
      }
      await clock.sleep(lockRetryMs, stopping.signal)
    }
  }

  return {
    async ask() {
      await saveMark(db, askedMark, 'all')
      waker.wake()
    },
    start() {
      if (options.everySeconds === 0) return async () => undefined
      const supervision = supervise()
      return async () => {
        stopping.abort()
        await supervision
      }
    },
  }
}

function makeGauges({ registry }: Metrics) {
  const registers = [registry]
  const breaches = new Gauge({
    name: 'holdfast_audit_breaches',
    help: 'Open breaches of each invariant; anything but 0 needs a person',
    labelNames: ['invariant'],
    registers,
  })
  const lastRun = new Gauge({
    name: 'holdfast_audit_last_run_seconds',
    help: 'When the last run ended, in seconds since the epoch; of the process that audits',
    registers,
  })
  const took = new Gauge({
    name: 'holdfast_audit_run_duration_seconds',
    help: 'How long the last run took',
    registers,
  })
  const failed = new Counter({
    name: 'holdfast_audit_failed_total',
    help: 'Runs that could not be ended',
    registers,
  })
  const failing = new Gauge({
    name: 'holdfast_audit_failing_runs',
    help: 'Runs that failed one after the other; anything but 0 needs a person',
    registers,
  })
  const horizonAge = new Gauge({
    name: 'holdfast_outbox_horizon_age_seconds',
    help: 'Age of the oldest transaction that may still write: newer events wait for its end',
    registers,
  })
  const differences = new Gauge({
    name: 'holdfast_reconciliation_differences',
    help: 'Open differences; money on the account that is not this shop’s is left out',
    registers,
  })
  const lastBackup = new Gauge({
    name: 'holdfast_last_backup_seconds',
    help: 'When the newest whole backup was taken, in seconds since the epoch; 0: never',
    registers,
  })
  const silentConsumers = new Gauge({
    name: 'holdfast_silent_consumers',
    help: 'Consumers that said nothing for a month: events are removed without them',
    registers,
  })
  const failingChores = new Gauge({
    name: 'holdfast_chore_failing',
    help: '1 while work that the shop does by itself fails: prune, backup',
    labelNames: ['chore'],
    registers,
  })
  return {
    failed,
    failing,
    horizonAge,
    differences,
    lastBackup,
    silentConsumers,
    failingChores,
    tell(report: RunReport) {
      for (const { name } of invariants)
        breaches.set(
          { invariant: name },
          report.breaches.filter(({ invariant }) => invariant === name).length,
        )
      lastRun.set(Date.now() / 1_000)
      took.set(report.tookMs / 1_000)
    },
  }
}
