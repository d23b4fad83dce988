// A broker, a wire to it and a database for tests of the NATS adapter, with a look at what is in
// the stream.
import type { Envelope } from '@holdfast/contract'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { expect } from 'vitest'
import type { Bus, RetryPolicy, Subscription } from '../../src/platform/bus/bus.ts'
import { makeNatsBus } from '../../src/platform/bus/nats/carrier.ts'
import type { NatsConfig } from '../../src/platform/bus/nats/connection.ts'
import { readShopName } from '../../src/platform/bus/nats/outbox.ts'
import { positionAfter } from '../../src/platform/bus/nats/position.ts'
import { type EventStream, type Message, openEventStream } from '../../src/platform/bus/nats/stream.ts'
import { type Database, sql } from '../../src/platform/postgres/database.ts'
import { systemClock } from '../../src/platform/process/clock.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { makeMetrics } from '../../src/platform/process/metrics.ts'
import { makeProxy, type Proxy } from '../chaos/proxy.ts'
import { makeTestDatabase, type TestDatabase } from '../database.ts'
import { makeNatsServer, type NatsServer } from '../nats-server.ts'
import { waitFor } from '../wait.ts'
import { eventOf, publish } from './suite.ts'

export interface NatsProcess {
  readonly bus: Bus
  /** The present value of one of its metrics. */
  metric(name: string): Promise<number>
}

export interface NatsRig {
  readonly db: TestDatabase
  readonly broker: NatsServer
  readonly wire: Proxy
  /** A process with a bus, started with these consumers. */
  start(
    subscriptions: readonly Subscription[],
    options?: { retry?: RetryPolicy; pageSize?: number },
  ): Promise<NatsProcess>
  /** Works with the stream past all processes. */
  withStream<T>(
    work: (stream: EventStream, connection: NatsConnection, name: string) => Promise<T>,
  ): Promise<T>
  /** Everything in the stream. */
  messages(): Promise<Message[]>
  close(): Promise<void>
}

type NatsBusSettings = {
  retry?: RetryPolicy
  pageSize?: number
  shown?: Pick<NatsConfig, 'user' | 'pass' | 'token'>
}

export function natsBusOn(db: Database, port: number, { shown, ...options }: NatsBusSettings = {}) {
  const metrics = makeMetrics({ defaults: false })
  const nats = { servers: [`127.0.0.1:${port}`], tls: false, ...shown }
  const bus = makeNatsBus({ db, clock: systemClock, log: makeLog('silent'), metrics, nats, ...options })
  return { bus, metrics }
}

/** Cuts the connections by which buses read the database. */
export async function cutBusConnections(db: Database): Promise<void> {
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'holdfast-bus'`
  await db.query(sql('', cut))
}

/** The broker is started unless the test wants to do it. */
export async function makeNatsRig({
  started = true,
  settings = [] as readonly string[],
} = {}): Promise<NatsRig> {
  const [db, broker] = await Promise.all([makeTestDatabase([]), makeNatsServer(settings)])
  if (started) await broker.start()
  const wire = await makeProxy(() => broker.port)
  const buses: Bus[] = []
  const shop = await readShopName(db)

  const rig: NatsRig = {
    db,
    broker,
    wire,
    async start(subscriptions, options) {
      const { bus, metrics } = natsBusOn(db, wire.port, options)
      buses.push(bus)
      for (const subscription of subscriptions) bus.subscribe(subscription)
      await bus.start()
      return {
        bus,
        async metric(name) {
          const found = (await metrics.registry.getMetricsAsJSON()).find((each) => each.name === name)
          return found?.values[0]?.value ?? Number.NaN
        },
      }
    },
    async withStream(work) {
      const connection = await connect({ servers: `127.0.0.1:${broker.port}`, reconnect: false })
      try {
        return await work(await openEventStream(connection, shop), connection, `HOLDFAST_${shop}`)
      } finally {
        await connection.close()
      }
    },
    messages: () =>
      rig.withStream(async (stream) => {
        const { sequence } = await stream.end()
        const found: Message[] = []
        for (let at = 1; at <= sequence; at += 1) {
          const message = await stream.at(at)
          if (message) found.push(message)
        }
        return found
      }),
    async close() {
      await Promise.all(buses.map((bus) => bus.stop()))
      await wire.close()
      await broker.remove()
      await db.drop()
    },
  }
  return rig
}

/** Makes the stream before the shop does, with limits that a test wants. */
export function makeStream(
  rig: NatsRig,
  limits: { max_msgs?: number; duplicate_window?: number },
): Promise<void> {
  return rig.withStream(async (_stream, connection, name) => {
    const manager = await jetstreamManager(connection)
    const subjects = [`holdfast.events.${name.replace('HOLDFAST_', '')}.>`]
    await manager.streams.add({ name, subjects, discard: 'old', ...limits })
  })
}

/** Tells one event after another, until one came by the stream and was not read from the outbox. */
export async function waitUntilCarried(
  rig: NatsRig,
  process: NatsProcess,
  handled: readonly { id: string }[],
): Promise<void> {
  await waitFor('an event by the stream', async () => {
    const pulled = await process.metric('holdfast_events_pulled_total')
    const event = eventOf(crypto.randomUUID(), 1)
    await publish(rig.db, [event])
    process.bus.hint()
    await waitFor('the event', () => handled.some(({ id }) => id === event.id))
    return (await process.metric('holdfast_events_pulled_total')) === pulled
  })
}

/**
 * The stream is an exact piece of the outbox's order: nothing missing, nothing twice, and it ends
 * with the last of these.
 */
export async function expectExact(rig: NatsRig, last: Envelope): Promise<Message[]> {
  const messages = await waitFor('the stream at its end', async () => {
    const found = await rig.messages().catch(() => [])
    return found.at(-1)?.id === last.id && found
  })
  for (const [index, message] of messages.entries()) {
    const before = messages[index - 1]
    if (before) expect(message.before).toEqual(positionAfter(before.place))
  }
  expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length)
  return messages
}
