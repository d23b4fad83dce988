// What tickets does by itself: shows follow their seller. Settles what a crash left between a block
// and its shows.
import type { Database } from '../platform/postgres/database.ts'
import type { Clock } from '../platform/process/clock.ts'
import type { Log } from '../platform/process/log.ts'
import type { ShowHandler } from './model.ts'
import { listUnsettledShows } from './store/sellers.ts'

export interface SettlingParts {
  readonly db: Database
  readonly handler: ShowHandler
  readonly clock: Clock
  readonly log: Log
}

const settleEveryMs = 30_000

/** Brings every show in line with its seller. Repeating it is harmless. */
export async function settleSellers({ db, handler }: Pick<SettlingParts, 'db' | 'handler'>): Promise<void> {
  for (const { id, organiserId } of await listUnsettledShows(db))
    await handler.handle({ type: 'SettleSeller', showId: id, organiserId }, { causationId: 'settle_sellers' })
}

/** Returns how to stop, which finishes what is under way. */
export function startSettling(parts: SettlingParts): () => Promise<void> {
  const stopping = new AbortController()
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await settleSellers(parts)
      } catch (error) {
        parts.log.warn({ err: error }, 'shows could not follow their sellers; trying again')
      }
      await parts.clock.sleep(settleEveryMs, stopping.signal)
    }
  }
  const running = run()
  return async () => {
    stopping.abort()
    await running
  }
}
