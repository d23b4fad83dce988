// What identity does by itself: forgets guests who have no session any more. What they bought is with
// orders.
import { findPrincipalsAlive } from '../platform/http/sessions.ts'
import type { Database, Queryable } from '../platform/postgres/database.ts'
import type { Clock } from '../platform/process/clock.ts'
import type { Log } from '../platform/process/log.ts'
import { deleteGuests, listOldGuests } from './store/guests.ts'

const forgetEveryMs = 60 * 60_000
/** Before every guest's. */
const firstId = '00000000-0000-0000-0000-000000000000'

export async function forgetGuests(db: Queryable): Promise<void> {
  let ids = await listOldGuests(db, firstId)
  while (ids.length > 0) {
    const alive = await findPrincipalsAlive(db, ids)
    await deleteGuests(
      db,
      ids.filter((id) => !alive.has(id)),
    )
    ids = await listOldGuests(db, ids.at(-1) ?? firstId)
  }
}

export interface ForgettingParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
}

/** Returns how to stop, which finishes what is under way. */
export function startForgetting({ db, clock, log }: ForgettingParts): () => Promise<void> {
  const stopping = new AbortController()
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await forgetGuests(db)
      } catch (error) {
        log.warn({ err: error }, 'guests could not be forgotten; trying again')
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
