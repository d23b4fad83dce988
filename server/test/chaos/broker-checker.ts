// What the broker holds when all is over: a copy of a piece of the outbox, in the relay's order,
// with nothing missing in between and nothing twice. The shop does not depend on it: it finds gaps.
// It must not be made to find many.
import { connect } from '@nats-io/transport-node'
import { readShopName } from '../../src/platform/bus/nats/outbox.ts'
import { positionAfter } from '../../src/platform/bus/nats/position.ts'
import { type Message, openEventStream } from '../../src/platform/bus/nats/stream.ts'
import { type Database, sql } from '../../src/platform/postgres/database.ts'
import type { NatsServer } from '../nats-server.ts'
import type { Verdict } from './checker.ts'

const readUnknown = sql(
  'chaos.read_unknown',
  `select m.id from unnest($1::uuid[], $2::bigint[]) as m (id, seq)
   where not exists (select from platform.outbox o where o.id = m.id and o.seq = m.seq) limit 20`,
)

export async function checkStream(db: Database, broker: NatsServer): Promise<Verdict> {
  const messages = await readAll(db, broker)
  const breaches: string[] = []
  const ids = new Set<string>()
  for (const [index, { id, before }] of messages.entries()) {
    const last = messages[index - 1]
    if (ids.has(id)) breaches.push(`event ${id} is in the stream twice`)
    if (last && JSON.stringify(before) !== JSON.stringify(positionAfter(last.place)))
      breaches.push(`event ${id} does not follow event ${last.id} in the stream`)
    ids.add(id)
  }
  const unknown = await db.query<{ id: string }>(readUnknown, [
    messages.map(({ id }) => id),
    messages.map(({ place }) => place.seq),
  ])
  breaches.push(...unknown.map(({ id }) => `event ${id} is in the stream and not in the outbox`))
  return {
    invariant: '7',
    title: 'The stream is a piece of the outbox, in its order',
    looked: messages.length,
    breaches,
  }
}

async function readAll(db: Database, broker: NatsServer): Promise<Message[]> {
  const connection = await connect({ servers: `127.0.0.1:${broker.port}`, reconnect: false })
  const over = new AbortController()
  try {
    const stream = await openEventStream(connection, await readShopName(db))
    const { message: last } = await stream.end()
    const found: Message[] = []
    if (!last) return found
    for await (const message of stream.read(1, over.signal)) {
      found.push(message)
      if (message.sequence >= last.sequence) break
    }
    return found
  } finally {
    over.abort()
    await connection.close()
  }
}
