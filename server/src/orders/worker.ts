// What orders does by itself: keeps guests' way to their tickets open, and forgets from where holds
// came that are long over.
import { extendGuests, listEndingGuests } from '../platform/http/guest-sessions.ts'
import type { Database, Queryable } from '../platform/postgres/database.ts'
import type { Clock } from '../platform/process/clock.ts'
import type { Log } from '../platform/process/log.ts'
import { readUntil } from './read/guests.ts'
import { forgetOrigins } from './store/taken.ts'

export interface TidyingParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
}

const minuteMs = 60_000
const forgetEveryMs = 10 * minuteMs
/** Often enough for sessions that end within a day, though the shop may be away for a while. */
const keepEveryMs = 6 * 60 * minuteMs
/** Before every guest's. */
const firstId = '00000000-0000-0000-0000-000000000000'

/** A guest has no other way to what they paid for: their session lasts until after the show. */
export async function keepGuests(db: Queryable): Promise<void> {
  let ids = await listEndingGuests(db, firstId)
  while (ids.length > 0) {
    await extendGuests(db, await readUntil(db, ids))
    ids = await listEndingGuests(db, ids.at(-1) ?? firstId)
  }
}

/** Returns how to stop, which finishes what is under way. */
export function startTidying({ db, clock, log }: TidyingParts): () => Promise<void> {
  const stopping = new AbortController()
  const repeat = async (what: string, everyMs: number, work: () => Promise<void>) => {
    while (!stopping.signal.aborted) {
      try {
        await work()
      } catch (error) {
        log.warn({ err: error }, `${what}; trying again`)
      }
      await clock.sleep(everyMs, stopping.signal)
    }
  }
  const running = [
    repeat('old origins of holds could not be forgotten', forgetEveryMs, () => forgetOrigins(db)),
    repeat('sessions of guests could not be kept', keepEveryMs, () => keepGuests(db)),
  ]
  return async () => {
    stopping.abort()
    await Promise.all(running)
  }
}
