// What orders does by itself: forgets from where holds came that are long over.
import type { Database } from '../platform/postgres/database.ts'
import type { Clock } from '../platform/process/clock.ts'
import type { Log } from '../platform/process/log.ts'
import { forgetOrigins } from './store/taken.ts'

export interface ForgettingParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
}

const forgetEveryMs = 10 * 60_000

/** Returns how to stop, which finishes what is under way. */
export function startForgetting({ db, clock, log }: ForgettingParts): () => Promise<void> {
  const stopping = new AbortController()
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await forgetOrigins(db)
      } catch (error) {
        log.warn({ err: error }, 'old origins of holds could not be forgotten; trying again')
      }
      await clock.sleep(forgetEveryMs, stopping.signal)
    }
  }
  const running = run()
  return async () => {
    stopping.abort()
    await running
  }
}
