// What a consumer does first when it gets its turn: another version of the shop may have read
// before it, which hears other types of events and cannot read all of them. Nothing that it passed
// over, put off or gave up for that is lost.

import type { Connection } from '../postgres/database.ts'
import { tryRead, unreadable } from './delivery.ts'
import { readSetAside, revive } from './parked-store.ts'
import {
  type Heard,
  lowestPosition,
  type Position,
  readHeard,
  readNextPage,
  readPosition,
  type StoredEvent,
  saveHeard,
  startOfWindow,
} from './store.ts'

export interface TakeoverOptions {
  readonly connection: Connection
  readonly consumer: string
  readonly types: readonly string[]
  readonly pageSize: number
  /**
   * Handles or parks what comes. Told again what was handled, by a crash on the way, the inbox
   * knows it.
   */
  readonly onPage: (rows: readonly StoredEvent[]) => Promise<void>
  readonly signal: AbortSignal
}

/**
 * What could not be read by whoever read before, and can be by this version, gets a round of tries
 * at once.
 */
export async function reviveReadable({
  connection,
  consumer,
  pageSize: limit,
}: TakeoverOptions): Promise<void> {
  for (let afterSeq = 0; ; ) {
    const setAside = await readSetAside(connection, consumer, { afterSeq, reason: unreadable, limit })
    const readable = setAside.filter(({ envelope }) => !('reason' in tryRead(envelope)))
    await revive(
      connection,
      consumer,
      readable.map(({ seq }) => seq),
    )
    if (setAside.length < limit) return
    afterSeq = setAside.at(-1)?.seq ?? afterSeq
  }
}

/**
 * Brings the types that are ours up to the position that another version left, and returns where to
 * read on. They are heard from their first event on; what came before them of an aggregate was
 * handled before them. A crash at any step begins again with all that is missing: that it is not is
 * stored last, and with it that the open window begins anew.
 */
export async function catchUp(options: TakeoverOptions): Promise<Position> {
  const { connection, consumer, types, pageSize, onPage, signal } = options
  const position = await readPosition(connection, consumer)
  const before = await readHeard(connection, consumer)
  const heard = hearWith(before, types, position)
  // Stored before anything is read: from now on the position moves without the types that are not
  // ours.
  const isNews = before === null || JSON.stringify(before) !== JSON.stringify(heard)
  if (isNews) await saveHeard(connection, consumer, heard)
  const missed = Object.entries(heard).flatMap(([type, from]) =>
    from !== null && types.includes(type) ? [{ type, from }] : [],
  )
  if (missed.length === 0) return isNews ? startOfWindow(position.windowFrom) : position
  const names = missed.map(({ type }) => type)
  const windowFrom = Math.min(...missed.map(({ from }) => from))
  let next: Position = { windowFrom, windowTo: position.windowFrom, afterSeq: 0 }
  while (next.windowTo !== null) {
    const page = await readNextPage(connection, { position: next, types: names, limit: pageSize })
    await onPage(page.rows)
    next = page.next
    // Whoever comes next begins again with them.
    if (signal.aborted) return position
  }
  await saveHeard(connection, consumer, {
    ...heard,
    ...Object.fromEntries(names.map((name) => [name, null])),
  })
  return startOfWindow(position.windowFrom)
}

/**
 * What the position stands for once `types` are those that are read. `before` is null for a
 * consumer that is new, and for one whose position is older than this book: then it stands for the
 * types of whoever opens the book. So a version that hears a type more must not be the first to run
 * behind one that kept no book.
 */
function hearWith(before: Heard | null, types: readonly string[], { windowFrom }: Position): Heard {
  const fromWindow = (type: string): number | null => {
    if (before === null) return null
    return Object.hasOwn(before, type) ? (before[type] ?? null) : lowestPosition
  }
  const ours = types.map((type) => [type, fromWindow(type)] as const)
  const others = Object.entries(before ?? {}).flatMap(([type, from]) =>
    types.includes(type) ? [] : [[type, from ?? windowFrom] as const],
  )
  return Object.fromEntries([...ours, ...others].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
