// The pages of one reader, out of the stream as far as it can be proven that nothing is missing
// there, and else out of the outbox. Never skips an event, whatever happened to the stream.

import type { Clock } from '../../process/clock.ts'
import type { PageSource, Reading } from '../carrier.ts'
import {
  contentsOf,
  type EventPage,
  type Position,
  readHorizon,
  readNextPage,
  type StoredEvent,
  startOfWindow,
} from '../store.ts'
import type { Feed } from './feed.ts'
import { follows, gapBefore, isBehind, positionAfter } from './position.ts'
import type { Message } from './stream.ts'

/**
 * When the stream has been silent for so long, a reader looks into the outbox: nobody may be
 * publishing.
 */
const silentMs = 2_000

export interface NatsReading extends Reading {
  readonly feed: Feed
  readonly clock: Clock
  /** Told how many events were read from the outbox. */
  readonly onPulled: (events: number) => void
}

export function makeNatsPages(reading: NatsReading): PageSource {
  const { db, feed, clock, types, limit, atHand, onPulled } = reading
  const wanted = new Set(types)
  /** The next message of the feed to look at. */
  let index = feed.first
  let lookAtMs = Number.NEGATIVE_INFINITY
  let given: Position | undefined

  const pull = async (position: Position): Promise<EventPage> => {
    const page = await readNextPage(db, { position, types, limit, atHand })
    onPulled(page.rows.length)
    return page
  }

  /** Reads what the stream does not tell, up to where this message can be taken. */
  const pullBefore = async (position: Position, message: Message): Promise<EventPage> => {
    const gap = gapBefore(position, message)
    // A database that was set back to an older state: what is behind its horizon may still be
    // committed.
    if (position.windowTo === null && gap.windowTo > (await readHorizon(db))) {
      index += 1
      return { rows: [], next: position }
    }
    return pull(gap)
  }

  /**
   * Looks past the stream. Where there is nothing, the position stays where the stream can go on
   * from; while there is no stream it moves, or every look would begin further back.
   */
  const look = async (position: Position): Promise<EventPage> => {
    let page = await pull(position)
    if (page.rows.length === 0 && position.windowTo !== null)
      page = await pull(startOfWindow(position.windowTo))
    if (page.rows.length === 0) {
      lookAtMs = clock.elapsedMs() + silentMs
      return { rows: [], next: feed.tells ? position : page.next }
    }
    if (feed.tells) feed.doubt()
    return page
  }

  const toStored = async (taken: readonly Message[]): Promise<StoredEvent[]> => {
    const stored = taken.map(({ id, place, envelope }): StoredEvent | number => {
      const own = atHand(id)
      if (own) return { seq: place.seq, envelope: own, own }
      const told = envelope()
      return told ? { seq: place.seq, envelope: told } : place.seq
    })
    if (stored.every((each) => typeof each === 'object')) return stored
    // Too large for the broker.
    const places = taken.flatMap(({ id, place }, at) =>
      typeof stored[at] === 'number' ? [{ id, seq: place.seq }] : [],
    )
    const fetched = new Map((await contentsOf(db, places, undefined)).map((each) => [each.seq, each]))
    // One that is not there was removed: it is old, and needed by nobody.
    return stored.flatMap((each) =>
      typeof each === 'object' ? [each] : [fetched.get(each)].filter((found) => found !== undefined),
    )
  }

  const nextBehind = async (start: Position): Promise<EventPage> => {
    const taken: Message[] = []
    let position = start
    index = Math.max(index, feed.first)
    for (let message = feed.at(index); message && taken.length < limit; message = feed.at(index)) {
      if (isBehind(position, message)) {
        index += 1
        continue
      }
      if (!follows(position, message)) {
        if (taken.length > 0) break
        const page = await pullBefore(position, message)
        if (page.rows.length > 0) return page
        position = page.next
        index = Math.max(index, feed.first)
        continue
      }
      index += 1
      position = positionAfter(message.place)
      if (wanted.has(message.type)) taken.push(message)
      lookAtMs = clock.elapsedMs() + silentMs
    }
    if (taken.length > 0) return { rows: await toStored(taken), next: position }
    if (!feed.tells || clock.elapsedMs() >= lookAtMs) return look(position)
    return { rows: [], next: position }
  }

  return {
    async next(position) {
      if (position !== given) {
        // Not where we left off: the last page was not handled.
        index = feed.first
        lookAtMs = Number.NEGATIVE_INFINITY
      }
      given = undefined
      const page = await nextBehind(position)
      given = page.next
      return page
    },
  }
}
