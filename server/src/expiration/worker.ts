// Fires timers when they are due on the database's clock. Any number of processes may run this;
// sleeping is only a hint.

import type { Database } from '../platform/postgres/database.ts'
import type { Clock } from '../platform/process/clock.ts'
import type { Log } from '../platform/process/log.ts'
import type { ExpirationHandler } from './model.ts'
import { nextDueInMs } from './store/timers.ts'

export interface ExpirationWorker {
  start(): () => Promise<void>
}

const batchSize = 500
/**
 * Looks at least this often: timers are set meanwhile, none shorter than this, and the database's
 * clock may jump.
 */
const longestRestMs = 1_000
const shortestRestMs = 5

export function makeExpirationWorker({
  db,
  clock,
  log,
  handler,
}: {
  db: Database
  clock: Clock
  log: Log
  handler: ExpirationHandler
}): ExpirationWorker {
  const stopping = new AbortController()

  /** Fires one batch; tells how long to rest. */
  const fireDue = async (): Promise<number> => {
    const dueInMs = await nextDueInMs(db)
    if (dueInMs === null) return longestRestMs
    if (dueInMs > 0) return Math.max(shortestRestMs, Math.min(longestRestMs, dueInMs))
    const outcome = await handler.handle({ type: 'FireDue', limit: batchSize })
    // None fired though one is due: another process has them locked.
    return outcome.ok && outcome.answer === 0 ? 50 : 0
  }

  const run = async () => {
    while (!stopping.signal.aborted) {
      let restMs = longestRestMs
      try {
        restMs = await fireDue()
      } catch (error) {
        log.warn({ err: error }, 'deadlines could not be looked at; trying again')
      }
      if (restMs > 0) await clock.sleep(restMs, stopping.signal)
    }
  }

  return {
    start() {
      const running = run()
      return async () => {
        stopping.abort()
        await running
      }
    },
  }
}
