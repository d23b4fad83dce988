// Carries the outbox to the stream: one process at a time, every event, in one order. Remembers
// nothing of its own: how far it has got is what the stream ends with, so that an answer that did
// not come is never guessed.
import type { Event } from '@holdfast/contract'
import type { Connection } from '../../postgres/database.ts'
import { type Clock, makeWaker } from '../../process/clock.ts'
import type { Log } from '../../process/log.ts'
import {
  type EventPage,
  type Position,
  readHorizon,
  readNextPage,
  startOfWindow,
  tryLockConsumer,
} from '../store.ts'
import type { NatsMetrics } from './metrics.ts'
import { isInOutbox, readOldestSince, windowOf } from './outbox.ts'
import { type Place, positionAfter } from './position.ts'
import type { EventStream, Outgoing } from './stream.ts'

export interface RelayOptions {
  readonly connection: Connection
  /** The stream, while the broker is there. */
  readonly stream: () => EventStream | null
  readonly clock: Clock
  readonly log: Log
  readonly metrics: NatsMetrics
  readonly look: (id: string) => Event | undefined
}

export interface Relay {
  /** True while this process is the one that publishes. */
  readonly publishes: boolean
  wake(): void
  /** Works until `signal` aborts. Throws when its connection is of no use any more. */
  run(signal: AbortSignal): Promise<void>
}

/** The session lock of whoever publishes. No consumer has a dot in its name. */
const lockName = 'nats.relay'
const lockRetryMs = 500
const pageSize = 500
const pollMs = 200
const busyPollMs = 5
const quickLooksMax = 8
/** Pages are read this far apart: what is committed meanwhile shares the way to the broker. */
const pageEveryMs = 2
const againMs = 250
const awayPollMs = 500

/** What the stream ends with, and what that means for the next message. */
interface Standing {
  position: Position
  before: Position
  sequence: number
  /**
   * Of the message before, published by this run: a broker that was started again has forgotten
   * older ones.
   */
  id?: string
}

export function makeRelay({ connection, stream, clock, log, metrics, look }: RelayOptions): Relay {
  const waker = makeWaker(clock)
  let publishes = false
  let quickLooks = 0
  /** The position of the farthest event that this run has published. */
  let farthest = 0
  let standing: Standing | undefined
  /** Where events begin to wait when no stream was ever seen. */
  let firstLook: Position | undefined

  /** Asks the stream where it ends, and begins there. */
  const findStanding = async (into: EventStream): Promise<Standing> => {
    await into.ensure()
    const { message, sequence } = await into.end()
    if (message && (await isInOutbox(connection, message.place.seq, message.id))) {
      const position = positionAfter(message.place)
      return { position, before: position, sequence }
    }
    if (message) {
      log.error(
        { eventId: message.id },
        'the stream ends with an event that is not in the outbox: it is emptied',
      )
      await into.clear()
    }
    // Nothing to go on from. What was before is in the outbox, where readers find that they miss
    // it.
    const position = startOfWindow(await readHorizon(connection))
    return { position, before: position, sequence }
  }

  const publishPage = async (into: EventStream, page: EventPage, from: Standing): Promise<Standing> => {
    const window = windowOf(from.position, page)
    const to = { ...from, position: page.next }
    const outgoing = page.rows.map(({ seq, envelope }, index): Outgoing => {
      const place: Place = {
        ...window,
        seq,
        endsWindow: page.next.windowTo === null && index === page.rows.length - 1,
      }
      const expected = { sequence: to.sequence, ...(to.id === undefined ? {} : { id: to.id }) }
      const link = { place, before: to.before, expected }
      to.before = positionAfter(place)
      to.sequence += 1
      to.id = envelope.id
      return { ...link, envelope }
    })
    await into.publish(outgoing)
    metrics.republished.inc(outgoing.filter(({ place }) => place.windowFrom < farthest).length)
    farthest = Math.max(farthest, window.windowFrom)
    return to
  }

  const tellAge = ({ rows: [oldest] }: EventPage) => {
    metrics.waitingSinceMs = oldest ? Date.parse(oldest.envelope.occurredAt) : null
  }

  /**
   * While the broker is away: keeps the connection from falling silent, and tells how old is what
   * waits.
   */
  const wait = async (signal: AbortSignal) => {
    const { windowFrom, windowTo } =
      standing?.position ?? (firstLook ??= startOfWindow(await readHorizon(connection)))
    metrics.waitingSinceMs = await readOldestSince(connection, windowTo ?? windowFrom)
    await clock.sleep(awayPollMs, signal)
  }

  const publishOn = async (into: EventStream, signal: AbortSignal) => {
    let now = (standing = await findStanding(into))
    while (!signal.aborted && stream() === into) {
      const page = await readNextPage(connection, {
        position: now.position,
        types: null,
        limit: pageSize,
        atHand: look,
      })
      tellAge(page)
      if (page.rows.length > 0) {
        now = standing = await publishPage(into, page, now)
        quickLooks = quickLooksMax
        tellAge({ rows: [], next: now.position })
        if (page.rows.length < pageSize) await clock.sleep(pageEveryMs, signal)
      } else {
        now = standing = { ...now, position: page.next }
        await waker.rest(quickLooks > 0 ? busyPollMs : pollMs)
        quickLooks = Math.max(0, quickLooks - 1)
      }
    }
  }

  return {
    get publishes() {
      return publishes
    },
    wake() {
      quickLooks = quickLooksMax
      waker.wake()
    },
    async run(signal) {
      signal.addEventListener('abort', () => waker.wake(), { once: true })
      while (!signal.aborted && !(await tryLockConsumer(connection, lockName)))
        await clock.sleep(lockRetryMs, signal)
      publishes = true
      log.info('publishes events to the broker')
      try {
        while (!signal.aborted) {
          const into = stream()
          if (!into) await wait(signal)
          else
            await publishOn(into, signal).catch(async (error: unknown) => {
              log.warn({ err: error }, 'publishing was interrupted: the stream is asked how far it got')
              await clock.sleep(againMs, signal)
              // When even this fails, the connection is lost, and the lock with it.
              if (!signal.aborted) await readHorizon(connection)
            })
        }
      } finally {
        publishes = false
        metrics.waitingSinceMs = null
      }
    },
  }
}
