// The bus on Postgres: the outbox table itself, read by each consumer below the snapshot horizon. One process at a
// time reads for a consumer (a session lock); events are never deleted or changed here.
import assert from 'node:assert/strict'
import { type Event, type EventType, MalformedEvent, parseEvent } from '@holdfast/contract'
import { type Bus, defaultRetryPolicy, type RetryPolicy, type Subscription } from './bus.ts'
import { type Consumer, makeConsumer } from './bus-postgres-consumer.ts'
import { makeFreshEvents } from './bus-postgres-fresh.ts'
import {
  listDeadLetters,
  type Position,
  readHorizon,
  readNextPage,
  replayDeadLetter,
  type StoredEvent,
  startOfWindow,
} from './bus-postgres-store.ts'
import { type Clock, makeWaker } from './clock.ts'
import { type Connection, type Database, sql } from './db.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

const hintChannel = 'holdfast_events'
const notifyHint = sql('platform.notify_hint', `select pg_notify('${hintChannel}', $1)`)
/** Hints to other processes are sent at most this often: each NOTIFY takes a lock that every commit shares. */
const notifyEveryMs = 5

/** Longer than handling a page may take; the loops ask several times a second. */
const silentSeconds = 20

export interface PostgresBusOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly retry?: RetryPolicy
  readonly pageSize?: number
}

export function makePostgresBus(options: PostgresBusOptions): Bus {
  const { db, clock, log } = options
  const subscriptions: Subscription[] = []
  const tails = new Set<Tail>()
  const stopping = new AbortController()
  let consumers: Consumer[] = []
  let connection: Connection | undefined
  let lastNotifyMs = Number.NEGATIVE_INFINITY
  let started = false
  let notifyTimer: NodeJS.Timeout | undefined
  let supervision: Promise<void> = Promise.resolve()

  const hinted = new Set<string>()
  const fresh = makeFreshEvents((type) => subscriptions.filter(({ types }) => (types as readonly string[]).includes(type)).length)

  /** Wakes who listens to one of these types, or everybody when none is named. */
  const wake = (types?: ReadonlySet<string>) => {
    for (const [index, consumer] of consumers.entries()) {
      if (!types || subscriptions[index]?.types.some((type) => types.has(type))) consumer.wake()
    }
    for (const tail of tails) tail.wake()
  }

  /** Connects, reads until the connection is lost, and begins again: locks live and die with the connection. */
  const supervise = async (onFirst: () => void): Promise<void> => {
    while (!stopping.signal.aborted) {
      const session = new AbortController()
      const end = () => session.abort()
      stopping.signal.addEventListener('abort', end, { once: true })
      try {
        connection = await db.connect({ name: 'holdfast-bus', lazyCommit: true, silentSeconds })
        connection.onLost(end)
        await connection.listen(hintChannel, (payload) => wake(payload === '' ? undefined : new Set(payload.split(','))))
        const lent = connection
        consumers = subscriptions.map((subscription) =>
          makeConsumer({
            ...options,
            subscription,
            connection: lent,
            retry: options.retry ?? defaultRetryPolicy,
            takeFresh: fresh.take,
            pageSize: options.pageSize ?? 600,
          }),
        )
        onFirst()
        const over = new Promise<void>((resolve) => {
          if (session.signal.aborted) resolve()
          else session.signal.addEventListener('abort', () => resolve(), { once: true })
        })
        const runs = consumers.map((consumer) =>
          consumer.run(session.signal).catch((error: unknown) => {
            log.error({ err: error }, 'the bus lost its connection')
            end()
          }),
        )
        // All of them are waited for: what one is handling must not overlap with the next connection's deliveries. Without
        // any, the connection is still what hints are sent by.
        await Promise.all([over, ...runs])
      } catch (error) {
        log.error({ err: error }, 'the bus cannot connect')
      } finally {
        stopping.signal.removeEventListener('abort', end)
        await connection?.close().catch((error: Error) => log.warn({ err: error }, 'closing the bus connection failed'))
        connection = undefined
      }
      await clock.sleep(500, stopping.signal)
    }
  }

  const notifyOthers = () => {
    if (notifyTimer || stopping.signal.aborted) return
    notifyTimer = setTimeout(
      () => {
        notifyTimer = undefined
        lastNotifyMs = clock.elapsedMs()
        const payload = [...hinted].join(',')
        hinted.clear()
        connection?.query(notifyHint, [payload]).catch((error: Error) => log.debug({ err: error }, 'a hint was not sent'))
      },
      Math.max(0, lastNotifyMs + notifyEveryMs - clock.elapsedMs()),
    )
  }

  return {
    subscribe(subscription) {
      // The session lock would not keep two loops of one process apart, and one that came late would never run.
      assert(!started, 'consumers are registered before the bus starts')
      assert(
        !subscriptions.some(({ consumer }) => consumer === subscription.consumer),
        `two consumers are ${subscription.consumer}`,
      )
      subscriptions.push(subscription)
    },
    tail(types, onEvents) {
      const tail = makeTail({ db, clock, log, types, onEvents, look: fresh.look })
      tails.add(tail)
      return () => {
        void tail.stop()
        tails.delete(tail)
      }
    },
    start: () =>
      new Promise((resolve) => {
        started = true
        // Resolves too when it is stopped before the database could be reached.
        supervision = supervise(resolve).finally(resolve)
      }),
    async stop() {
      stopping.abort()
      clearTimeout(notifyTimer)
      notifyTimer = undefined
      wake()
      await Promise.all([supervision, ...[...tails].map((tail) => tail.stop())])
    },
    hint(events) {
      if (events) fresh.add(events)
      const types = events && new Set(events.map(({ type }) => type))
      wake(types)
      for (const type of types ?? []) hinted.add(type)
      notifyOthers()
    },
    listDeadLetters: (consumer) => listDeadLetters(db, consumer),
    async replay(consumer, eventId) {
      const found = await replayDeadLetter(db, consumer, eventId)
      if (found) for (const each of consumers) each.reloadParked()
      wake()
      return found
    },
  }
}

interface Tail {
  wake(): void
  /** Resolves when nothing is asked or shown any more. */
  stop(): Promise<void>
}

interface TailOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly types: readonly EventType[]
  readonly onEvents: (events: readonly Event[]) => void
  readonly look: (id: string) => Event | undefined
}

const tailPollMs = 250
/** A live view is as good some moments later; on a busy stream it is read this often and no more. */
const tailRestMs = 40

/** Follows the stream from now on with a position in memory only. */
function makeTail({ db, clock, log, types, onEvents, look }: TailOptions): Tail {
  const stopping = new AbortController()
  const waker = makeWaker(clock)
  let position: Position | undefined

  const show = (rows: readonly StoredEvent[]) => {
    const events: Event[] = []
    for (const { envelope, own } of rows) {
      try {
        events.push(own ?? parseEvent(envelope))
      } catch (error) {
        // Consumers make it a dead letter; a live view has nothing to show of it.
        if (!(error instanceof MalformedEvent)) throw error
      }
    }
    try {
      if (events.length > 0 && !stopping.signal.aborted) onEvents(events)
    } catch (error) {
      log.error({ err: error }, 'a live view failed on events')
    }
  }

  const run = async () => {
    position ??= startOfWindow(await readHorizon(db))
    while (!stopping.signal.aborted) {
      const page = await readNextPage(db, { position, types, limit: 500, atHand: look })
      position = page.next
      if (page.rows.length > 0) show(page.rows)
      else {
        await waker.rest(tailPollMs)
        if (!stopping.signal.aborted) await clock.sleep(tailRestMs, stopping.signal)
        if (stopping.signal.aborted) return
      }
    }
  }
  const supervise = async () => {
    while (!stopping.signal.aborted) {
      try {
        await run()
      } catch (error) {
        // It goes on where it was: what was committed meanwhile is shown late, not lost.
        log.warn({ err: error }, 'a live view lost the stream')
        await clock.sleep(500, stopping.signal)
      }
    }
  }
  const supervision = supervise()
  return {
    wake: () => waker.wake(),
    stop() {
      stopping.abort()
      waker.wake()
      return supervision
    },
  }
}
