// How far a consumer has read, and when that is stored. Losing it in a crash repeats deliveries,
// which the inbox recognizes.
import type { Connection } from '../postgres/database.ts'
import type { Clock } from '../process/clock.ts'
import { makeFailpoint } from '../process/failpoint.ts'
import { type Position, savePosition } from './store.ts'

const saveEveryMs = 100
/**
 * A position that only moved over others' transactions: saving is one too, so an idle shop would
 * write for ever.
 */
const saveIdleEveryMs = 60_000

export interface Bookmark {
  readonly position: Position
  /** `handled`: events were, on the way there. */
  moveTo(next: Position, handled: boolean): void
  saveIfDue(): Promise<void>
  save(): Promise<void>
}

export interface BookmarkOptions {
  readonly connection: Connection
  readonly consumer: string
  readonly clock: Clock
}

export function makeBookmark({ connection, consumer, clock }: BookmarkOptions, start: Position): Bookmark {
  const beforeMark = makeFailpoint(`${consumer}.before_mark`)
  let position = start
  let savedAtMs = clock.elapsedMs()
  let unsaved: 'nothing' | 'window' | 'events' = 'nothing'

  return {
    get position() {
      return position
    },
    moveTo(next, handled) {
      if (handled) unsaved = 'events'
      else if (unsaved === 'nothing' && next.windowFrom !== position.windowFrom) unsaved = 'window'
      position = next
    },
    async saveIfDue() {
      const saveAfterMs = unsaved === 'events' ? saveEveryMs : saveIdleEveryMs
      if (unsaved === 'nothing' || clock.elapsedMs() - savedAtMs < saveAfterMs) return
      beforeMark()
      await savePosition(connection, consumer, position)
      savedAtMs = clock.elapsedMs()
      unsaved = 'nothing'
    },
    async save() {
      if (unsaved !== 'nothing') await savePosition(connection, consumer, position)
    },
  }
}
