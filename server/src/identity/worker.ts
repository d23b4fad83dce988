// Forgets sessions that ended by time. They admit nobody any more; this only keeps the table small.
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/db.ts'
import type { Log } from '../platform/log.ts'
import { forgetExpiredSessions } from '../platform/sessions.ts'

const everyMs = 3_600_000

/** Begins to forget, once an hour; what it returns ends that. */
export function startForgetting({ db, clock, log }: { db: Database; clock: Clock; log: Log }): () => Promise<void> {
  const stopping = new AbortController()
  const run = async () => {
    while (!stopping.signal.aborted) {
      await forgetExpiredSessions(db).catch((error: Error) => log.warn({ err: error }, 'old sessions were not forgotten'))
      await clock.sleep(everyMs, stopping.signal)
    }
  }
  const running = run()
  return async () => {
    stopping.abort()
    await running
  }
}
