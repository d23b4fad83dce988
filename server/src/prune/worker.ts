// Prunes in the running shop: once an hour, when buyers leave room, for as long as they do. Whichever
// process comes first does it for all.
import { Counter } from 'prom-client'
import type { Database } from '../platform/postgres/database.ts'
import { failChore } from '../platform/process/chores.ts'
import type { Clock } from '../platform/process/clock.ts'
import type { Log } from '../platform/process/log.ts'
import type { Metrics } from '../platform/process/metrics.ts'
import { isCalm } from './calm.ts'
import { prune } from './run.ts'

export interface PruneWorkerOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** Not at once: a shop that has just started has other work. */
  readonly firstAfterMs?: number
  readonly everyMs?: number
}

const tenMinutes = 10 * 60 * 1_000
const hour = 60 * 60 * 1_000
/** Events are gone through once a day: what was kept is mostly kept again. */
const eventsEverySeconds = 20 * 3_600
/** A fifth of one connection's time, and none of a processor that a buyer waits for. */
const pauseFactor = 4
const lookEveryMs = 2_000

export function startPruneWorker(options: PruneWorkerOptions): () => Promise<void> {
  const { db, clock, log, metrics, firstAfterMs = tenMinutes, everyMs = hour } = options
  const stopping = new AbortController()
  const rows = new Counter({
    name: 'holdfast_pruned_rows_total',
    help: 'Rows that nobody needed any more and were removed',
    labelNames: ['what'],
    registers: [metrics.registry],
  })
  const stoppable: Clock = { ...clock, sleep: (delayMs) => clock.sleep(delayMs, stopping.signal) }

  const pruneOnce = async () => {
    const mayGoOn = remembered(clock, () => isCalm(db, clock))
    const report = await prune({
      db,
      clock: stoppable,
      pauseFactor,
      eventsEverySeconds,
      mayGoOn: async () => !stopping.signal.aborted && (await mayGoOn()),
    })
    if (!report) return
    for (const [what, count] of Object.entries(report.removed)) rows.inc({ what }, count)
    for (const { consumer, silentSince, passedOverAt } of report.silent)
      log.error(
        { consumer, silentSince, passedOverAt },
        'a consumer has said nothing for a month: events are removed without it. Start the process that runs it',
      )
  }

  const run = async () => {
    await clock.sleep(firstAfterMs, stopping.signal)
    while (!stopping.signal.aborted) {
      await pruneOnce().catch(async (error: Error) => {
        log.warn({ err: error }, 'pruning failed; it is tried again')
        await failChore(db, 'prune', error.message).catch(() => undefined)
      })
      await clock.sleep(everyMs, stopping.signal)
    }
  }
  const running = run()
  return async () => {
    stopping.abort()
    await running
  }
}

/** Looks at the buyers now and then, and not before each batch. */
function remembered(clock: Clock, look: () => Promise<boolean>): () => Promise<boolean> {
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let answer = false
  return async () => {
    if (clock.elapsedMs() - lookedAtMs < lookEveryMs) return answer
    answer = await look()
    lookedAtMs = clock.elapsedMs()
    return answer
  }
}
