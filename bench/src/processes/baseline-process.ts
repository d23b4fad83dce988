// What the shop is compared with: the same rows, written with one transaction per order, straight
// on Postgres.
import pg from 'pg'
import { newId } from '../../../server/src/platform/process/clock.ts'
import { type Latency, latencyOf, makeHistogram } from '../histogram.ts'
import { seedId } from '../ids.ts'
import { answerRequests } from '../requests.ts'

export interface BaselineJob {
  readonly databaseUrl: string
  readonly connections: number
  readonly seconds: number
  /** How many pools the connections take turns on: 1 is the hot row. */
  readonly pools: number
}

export interface BaselineReport extends Latency {
  readonly perSecond: number
  readonly done: number
  readonly cpuMs: number
  readonly acknowledged: readonly string[]
}

const holdPlace = `update orders.pools set held = held + 1 where id = $1 and held + sold + 1 <= capacity`
const insertOrder = `insert into orders.orders (id, version, status, buyer_id, buyer_email, show_id, lines, total_minor, currency, created_at, expires_at, hold_seconds)
  values ($1, 1, 'created', $2, $3, $4, $5, $6, 'EUR', now(), now() + interval '900 seconds', 900)`
const insertEvent = `insert into platform.outbox (id, type, source, subject, version, occurred_at, causation_id, correlation_id, data)
  values ($1, 'OrderCreated', 'holdfast/orders', $2, 1, now(), $3, $4, $5)`
const insertAnswer = `insert into platform.idempotency_keys (scope, key, fingerprint, answer) values ($1, $2, $3, $4)`

const email = 'buyer@example.com'
const fingerprint = 'x'.repeat(27)

async function placeOrder(client: pg.Client, pool: number): Promise<string> {
  const orderId = newId()
  const buyerId = seedId('organiser', 1)
  const showId = seedId('show', 0)
  const poolId = seedId('pool', 0, pool)
  const ticketTypeId = seedId('ticketType', 0)
  const lines = [
    { ticketTypeId, name: 'Standing', takes: [{ poolId, count: 1 }], unitPriceMinor: 4_500, quantity: 1 },
  ]
  const amount = { amountMinor: 4_500, currency: 'EUR' }
  const expiresAt = new Date().toISOString()
  await client.query('begin')
  const held = await client.query({ name: 'hold_place', text: holdPlace, values: [poolId] })
  if (held.rowCount !== 1) throw new Error('the baseline sold out')
  await client.query({
    name: 'insert_order',
    text: insertOrder,
    values: [orderId, buyerId, email, showId, JSON.stringify(lines), 4_500],
  })
  const data = { orderId, buyerId, buyerEmail: email, showId, organiserId: buyerId, lines, amount, expiresAt }
  await client.query({
    name: 'insert_event',
    text: insertEvent,
    values: [newId(), orderId, newId(), orderId, JSON.stringify(data)],
  })
  await client.query({
    name: 'insert_answer',
    text: insertAnswer,
    values: [`orders:${buyerId}`, newId(), fingerprint, JSON.stringify({ orderId })],
  })
  await client.query('commit')
  return orderId
}

let clients: pg.Client[] = []

/**
 * Connections are kept from one run to the next: a new one has everything to look up and to plan.
 */
async function connect({ databaseUrl, connections }: BaselineJob): Promise<void> {
  if (clients.length > 0) return
  clients = Array.from({ length: connections }, () => new pg.Client({ connectionString: databaseUrl }))
  await Promise.all(clients.map((client) => client.connect()))
}

async function run(job: BaselineJob): Promise<BaselineReport> {
  await connect(job)
  const { connections, seconds, pools } = job
  const histogram = makeHistogram()
  const acknowledged: string[] = []
  const before = process.cpuUsage()
  const endMs = performance.now() + seconds * 1_000
  const runClient = async (client: pg.Client, first: number) => {
    for (let pool = first; performance.now() < endMs; pool += connections) {
      const begunMs = performance.now()
      acknowledged.push(await placeOrder(client, pool % pools))
      const nowMs = performance.now()
      if (nowMs <= endMs) histogram.record(nowMs - begunMs)
    }
  }
  await Promise.all(clients.map(runClient))
  const { user, system } = process.cpuUsage(before)
  return {
    perSecond: histogram.count / seconds,
    done: histogram.count,
    acknowledged,
    cpuMs: (user + system) / 1_000,
    ...latencyOf(histogram),
  }
}

answerRequests({ run }, async () => {
  await Promise.all(clients.map((client) => client.end()))
})
