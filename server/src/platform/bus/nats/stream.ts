// The one place that speaks JetStream: one shop's stream of events on a broker. Knows no consumer
// and no outbox; what is in the stream is a copy, and whoever reads it checks that nothing is
// missing.
import type { Envelope } from '@holdfast/contract'
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node'
import { type Link, placeFromText, placeToText, positionFromText, positionToText } from './position.ts'

/** An event in the stream. */
export interface Message extends Link {
  /** The stream's own number of it. Begins again when a stream is made anew. */
  readonly sequence: number
  readonly id: string
  readonly type: string
  readonly bytes: number
  /**
   * Undefined where the event was too large for the broker: its contents are in the outbox alone.
   */
  envelope(): Envelope | undefined
}

/** The end of the stream. The message is null when there is none, or none of ours. */
export interface StreamEnd {
  readonly sequence: number
  readonly message: Message | null
}

export interface Outgoing extends Link {
  readonly envelope: Envelope
  /** What the stream must end with, or the broker refuses the message. */
  readonly expected: { readonly sequence: number; readonly id?: string }
}

export interface EventStream {
  /**
   * Makes the stream when there is none. One that is there is left as it is: its limits and copies
   * are the operator's.
   */
  ensure(): Promise<void>
  end(): Promise<StreamEnd>
  at(sequence: number): Promise<Message | null>
  /**
   * Resolves when the broker has all of them, each expecting the one before: so only the last is
   * answered, and its answer stands for all. Throws when one was refused, and when nobody knows.
   */
  publish(outgoing: readonly Outgoing[]): Promise<void>
  /** Takes everything out of it. */
  clear(): Promise<void>
  /**
   * Messages from `sequence` on, as they come. Ends when `signal` aborts; throws when the broker
   * ends it or falls silent.
   */
  read(sequence: number, signal: AbortSignal): AsyncGenerator<Message>
}

const placeHeader = 'Holdfast-Place'
const beforeHeader = 'Holdfast-Before'
const idHeader = 'Nats-Msg-Id'
const expectedSequenceHeader = 'Nats-Expected-Last-Sequence'
const expectedIdHeader = 'Nats-Expected-Last-Msg-Id'
const requestTimeoutMs = 5_000
/**
 * Consumers that are far behind read the outbox, so the stream needs to hold no more than some
 * minutes of a busy sale.
 */
const streamBytesMax = 256 * 1024 * 1024
/** Room for the subject and headers beside an event. */
const overheadBytes = 4_096
const fetchMessages = 256
const fetchMs = 30_000
/**
 * While nothing happens the broker says so this often; when it does not, twice, it is taken for
 * gone.
 */
const heartbeatMs = 2_500
/** What we read by is forgotten by the broker when nobody asks for so long. */
const inactiveMs = 60_000

export const subjectsOf = (shop: string): string => `holdfast.events.${shop}`

export async function openEventStream(connection: NatsConnection, shop: string): Promise<EventStream> {
  const name = `HOLDFAST_${shop}`
  const subjects = subjectsOf(shop)
  const timeout = requestTimeoutMs
  // Loaded only by who has a broker: it takes time and memory.
  const [{ headers, nanos }, { jetstream, jetstreamManager }] = await Promise.all([
    import('@nats-io/transport-node'),
    import('@nats-io/jetstream'),
  ])
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout })
  const client = jetstream(connection, { timeout })
  const payloadBytesMax = Math.min(connection.info?.max_payload ?? 0, 1024 * 1024) - overheadBytes
  const encoder = new TextEncoder()

  return {
    async ensure() {
      await manager.streams
        .add({
          name,
          subjects: [`${subjects}.>`],
          storage: 'file',
          discard: 'old',
          // No age: the newest event would go too, and with it the knowledge of how far the stream
          // has got.
          max_bytes: streamBytesMax,
        })
        .catch(async (error: unknown) => {
          // There is one with other limits.
          if (!(await manager.streams.info(name).catch(() => null))) throw error
        })
    },
    async end() {
      const { state } = await manager.streams.info(name)
      const found =
        state.messages === 0
          ? null
          : await manager.streams.getMessage(name, { last_by_subj: `${subjects}.>` })
      // Published meanwhile by another relay: whoever acts on the number is refused, and asks
      // again.
      return { sequence: state.last_seq, message: found && toMessage(found, found.header) }
    },
    async at(sequence) {
      const found = await manager.streams.getMessage(name, { seq: sequence })
      return found && toMessage(found, found.header)
    },
    async publish(outgoing) {
      for (const [index, { envelope, place, before, expected }] of outgoing.entries()) {
        const carried = headers()
        carried.set(idHeader, envelope.id)
        carried.set(placeHeader, placeToText(place))
        carried.set(beforeHeader, positionToText(before))
        carried.set(expectedSequenceHeader, String(expected.sequence))
        if (expected.id !== undefined) carried.set(expectedIdHeader, expected.id)
        const told = encoder.encode(JSON.stringify(envelope))
        const payload = told.length <= payloadBytesMax ? told : undefined
        const subject = `${subjects}.${envelope.source.slice(envelope.source.indexOf('/') + 1)}.${envelope.type}`
        if (index < outgoing.length - 1) connection.publish(subject, payload, { headers: carried })
        else {
          const { duplicate } = await client.publish(subject, payload, { headers: carried })
          // It is there already, and perhaps not where the next one expects it.
          if (duplicate) throw new Error(`event ${envelope.id} was published before`)
        }
      }
    },
    async clear() {
      await manager.streams.purge(name)
    },
    async *read(sequence, signal) {
      const { name: reader } = await manager.consumers.add(name, {
        ack_policy: 'none',
        deliver_policy: 'by_start_sequence',
        opt_start_seq: sequence,
        inactive_threshold: nanos(inactiveMs),
        mem_storage: true,
        num_replicas: 1,
      })
      let batch: ConsumerMessages | undefined
      const stop = () => void batch?.close()
      signal.addEventListener('abort', stop, { once: true })
      try {
        const consumer = await client.consumers.get(name, reader)
        while (!signal.aborted) {
          batch = await consumer.fetch({
            max_messages: fetchMessages,
            expires: fetchMs,
            idle_heartbeat: heartbeatMs,
          })
          for await (const found of batch) {
            const message = toMessage(found, found.headers)
            if (message) yield message
          }
        }
      } finally {
        signal.removeEventListener('abort', stop)
        stop()
        // Where the connection is lost the broker forgets it by itself.
        manager.consumers.delete(name, reader).catch(() => undefined)
      }
    },
  }
}

const decoder = new TextDecoder()

/** Null for what somebody else put there. */
function toMessage(
  { subject, seq, data }: Pick<JsMsg, 'subject' | 'seq' | 'data'>,
  carried?: MsgHdrs,
): Message | null {
  const place = placeFromText(carried?.get(placeHeader) ?? '')
  const before = positionFromText(carried?.get(beforeHeader) ?? '')
  const id = carried?.get(idHeader)
  if (!place || !before || !id) return null
  let envelope: Envelope | undefined
  return {
    sequence: seq,
    id,
    type: subject.slice(subject.lastIndexOf('.') + 1),
    place,
    before,
    bytes: data.length,
    envelope() {
      if (data.length > 0) envelope ??= JSON.parse(decoder.decode(data)) as Envelope
      return envelope
    },
  }
}
