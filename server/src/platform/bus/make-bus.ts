// A bus, whoever carries its events: one connection to Postgres with the session locks of all its
// consumers, the loop of each, live views, and what was given up. Which event comes next it asks of
// the carrier.
import assert from 'node:assert/strict'
import type { Connection, Database } from '../postgres/database.ts'
import type { Clock } from '../process/clock.ts'
import type { Log } from '../process/log.ts'
import type { Metrics } from '../process/metrics.ts'
import { type Bus, defaultRetryPolicy, type RetryPolicy, type Subscription } from './bus.ts'
import type { Carrier, CarrierParts } from './carrier.ts'
import { type Consumer, makeConsumer } from './consumer.ts'
import { makeFreshEvents } from './fresh-events.ts'
import { listDeadLetters, replayDeadLetter } from './parked-store.ts'
import { makeTail, type Tail, tailPageSize } from './tail.ts'

/** Longer than handling a page may take; the loops ask several times a second. */
const silentSeconds = 20

export interface BusOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly retry?: RetryPolicy
  readonly pageSize?: number
}

export function makeBusWith(makeCarrier: (parts: CarrierParts) => Carrier, options: BusOptions): Bus {
  const { db, clock, log } = options
  const subscriptions: Subscription[] = []
  const tails = new Set<Tail>()
  const stopping = new AbortController()
  let consumers: Consumer[] = []
  let started = false
  let supervision: Promise<void> = Promise.resolve()

  const fresh = makeFreshEvents(
    (type) => subscriptions.filter(({ types }) => (types as readonly string[]).includes(type)).length,
  )

  /** Wakes who listens to one of these types, or everybody when none is named. */
  const wake = (types?: ReadonlySet<string>) => {
    for (const [index, consumer] of consumers.entries()) {
      if (!types || subscriptions[index]?.types.some((type) => types.has(type))) consumer.wake()
    }
    for (const tail of tails) tail.wake()
  }
  const carrier = makeCarrier({ wake, look: fresh.look })

  const makeConsumers = (connection: Connection) =>
    subscriptions.map((subscription) => {
      const limit = options.pageSize ?? 600
      const source = carrier.read({ db: connection, types: subscription.types, limit, atHand: fresh.take })
      const retry = options.retry ?? defaultRetryPolicy
      return makeConsumer({ ...options, subscription, connection, retry, source, pageSize: limit })
    })

  /**
   * Connects, reads until the connection is lost, and begins again: locks live and die with the
   * connection.
   */
  const supervise = async (onFirst: () => void): Promise<void> => {
    while (!stopping.signal.aborted) {
      const session = new AbortController()
      const end = () => session.abort()
      let connection: Connection | undefined
      stopping.signal.addEventListener('abort', end, { once: true })
      try {
        // Without locks to lose it may be silent.
        const hasLocks = subscriptions.length > 0 || carrier.work !== undefined
        connection = await db.connect({
          name: 'holdfast-bus',
          lazyCommit: true,
          ...(hasLocks ? { silentSeconds } : {}),
        })
        connection.onLost(end)
        await carrier.attach(connection)
        consumers = makeConsumers(connection)
        onFirst()
        const over = new Promise<void>((resolve) => {
          if (session.signal.aborted) resolve()
          else session.signal.addEventListener('abort', () => resolve(), { once: true })
        })
        const runs = consumers.map((consumer) => consumer.run(session.signal))
        if (carrier.work) runs.push(carrier.work(connection, session.signal))
        const ends = runs.map((run) =>
          run.catch((error: unknown) => {
            log.error({ err: error }, 'the bus lost its connection')
            end()
          }),
        )
        // All of them are waited for: what one is handling must not overlap with the next
        // connection's deliveries. Without any, the connection is still what hints are sent by.
        await Promise.all([over, ...ends])
      } catch (error) {
        log.error({ err: error }, 'the bus cannot connect')
      } finally {
        stopping.signal.removeEventListener('abort', end)
        await connection
          ?.close()
          .catch((error: Error) => log.warn({ err: error }, 'closing the bus connection failed'))
      }
      await clock.sleep(500, stopping.signal)
    }
  }

  return {
    subscribe(subscription) {
      // The session lock would not keep two loops of one process apart, and one that came late
      // would never run.
      assert(!started, 'consumers are registered before the bus starts')
      assert(
        !subscriptions.some(({ consumer }) => consumer === subscription.consumer),
        `two consumers are ${subscription.consumer}`,
      )
      subscriptions.push(subscription)
    },
    tail(types, onEvents) {
      const source = carrier.read({ db, types, limit: tailPageSize, atHand: fresh.look })
      const tail = makeTail({ db, clock, log, source, onEvents })
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
      wake()
      await Promise.all([supervision, ...[...tails].map((tail) => tail.stop())])
      await carrier.stop()
    },
    hint(events) {
      if (events) fresh.add(events)
      carrier.hint(events && new Set(events.map(({ type }) => type)))
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
