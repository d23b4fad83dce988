// The bus on NATS JetStream: a relay copies the outbox to a stream, and consumers are told by it.
// Postgres stays the source: the stream may be lost, and the broker may be away, and no event is.
import type { NatsConnection } from '@nats-io/transport-node'
import type { Bus } from '../bus.ts'
import { type Carrier, type CarrierParts, makeHintSender } from '../carrier.ts'
import { type BusOptions, makeBusWith } from '../make-bus.ts'
import { keepConnected, type NatsConfig } from './connection.ts'
import { makeFeed } from './feed.ts'
import { makeNatsMetrics } from './metrics.ts'
import { readShopName } from './outbox.ts'
import { makeNatsPages } from './pages.ts'
import { makeRelay, type Relay } from './relay.ts'
import { type EventStream, openEventStream } from './stream.ts'

export interface NatsBusOptions extends BusOptions {
  readonly nats: NatsConfig
}

export function makeNatsBus(options: NatsBusOptions): Bus {
  return makeBusWith((parts) => makeNatsCarrier(options, parts), options)
}

function makeNatsCarrier(
  { nats, clock, log, metrics: { registry } }: NatsBusOptions,
  { wake, look }: CarrierParts,
): Carrier {
  const metrics = makeNatsMetrics(registry, clock.nowMs)
  const feed = makeFeed({ clock, log, onNews: () => wake() })
  const stopping = new AbortController()
  let broker: { readonly connection: NatsConnection; readonly stream: EventStream } | null = null
  let relay: Relay | undefined
  let shop: string | undefined
  let supervision: Promise<void> = Promise.resolve()

  const hintSubject = () => `holdfast.hint.${shop}`
  const sender = makeHintSender(clock.elapsedMs, () => {
    if (broker && !broker.connection.isClosed()) broker.connection.publish(hintSubject())
  })

  const work = async (connection: NatsConnection, signal: AbortSignal) => {
    const stream = await openEventStream(connection, shop ?? '')
    await stream.ensure()
    connection.subscribe(hintSubject(), { callback: () => relay?.wake() })
    broker = { connection, stream }
    metrics.connected.set(1)
    relay?.wake()
    try {
      await feed.run(stream, signal)
    } finally {
      broker = null
      metrics.connected.set(0)
    }
  }

  return {
    async attach(connection) {
      if (shop !== undefined) return
      shop = await readShopName(connection)
      supervision = keepConnected({ nats, clock, log, work }, stopping.signal)
    },
    async work(connection, signal) {
      relay = makeRelay({ connection, stream: () => broker?.stream ?? null, clock, log, metrics, look })
      await relay.run(signal)
    },
    read: (reading) =>
      makeNatsPages({ ...reading, feed, clock, onPulled: (events) => metrics.pulled.inc(events) }),
    hint(types) {
      if (!feed.tells) wake(types)
      if (relay?.publishes) relay.wake()
      else sender.hint()
    },
    async stop() {
      sender.stop()
      stopping.abort()
      await supervision
    },
  }
}
