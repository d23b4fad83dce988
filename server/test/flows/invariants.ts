// The invariants of the domain as SQL over a whole shop's database, and against the processor's own
// list.
import type Stripe from 'stripe'
import { expect } from 'vitest'
import { type Queryable, sql } from '../../src/platform/postgres/database.ts'

const brokenPools = sql(
  'test.broken_pools',
  `with units as (
     select o.id, o.status, o.returns, e.line, row_number() over (partition by o.id order by e.place, n) - 1 as no
     from orders.orders o cross join lateral json_array_elements(o.lines) with ordinality as e (line, place)
       cross join lateral generate_series(1, (e.line ->> 'quantity')::int) as n
   ), placed as (
     select (take ->> 'poolId')::uuid as pool_id,
            sum((take ->> 'count')::int) filter (where u.status in ('created', 'claimed')) as held,
            sum((take ->> 'count')::int) filter (where u.status = 'complete' and r.restock is null) as sold,
            sum((take ->> 'count')::int) filter (where r.restock = 'false') as withheld
     from units u left join lateral (
         select r ->> 'restock' as restock
         from json_array_elements(u.returns) as r cross join lateral json_array_elements_text(r -> 'units') as unit
         where r ->> 'status' in ('places_returned', 'done', 'money_owed') and unit::int = u.no) r on true
       cross join lateral json_array_elements(u.line -> 'takes') as take
     group by 1)
   select p.* from orders.pools p left join placed on placed.pool_id = p.id
   where p.held <> coalesce(placed.held, 0) or p.sold <> coalesce(placed.sold, 0)
     or p.withheld <> coalesce(placed.withheld, 0) or p.held + p.sold + p.withheld > p.capacity`,
)
const brokenSeats = sql(
  'test.broken_seats',
  `select s.id from orders.seats s left join orders.orders o on o.id = s.order_id
   where (s.state = 'held' and o.status not in ('created', 'claimed'))
      or (s.state = 'sold' and o.status <> 'complete')
      or (s.state <> 'available' and o.id is null)`,
)
const brokenTickets = sql(
  'test.broken_tickets',
  `select o.id, o.status, count(t.id) filter (where t.status in ('valid', 'used'))::int as tickets
   from orders.orders o left join tickets.tickets t on t.order_id = o.id
   group by o.id
   having count(t.id) filter (where t.status in ('valid', 'used')) <>
     case when o.status = 'complete' then o.places else 0 end`,
)
const unsettledOrders = sql(
  'test.unsettled_orders',
  `select id, status from orders.orders where status in ('created', 'claimed') and expires_at < now() - interval '1 second'`,
)
const versionsOutOfOrder = sql(
  'test.versions_out_of_order',
  `select subject, source from (
     select subject, source, version, lag(version) over (partition by subject, source order by seq) as before from platform.outbox) e
   where before is not null and version <= before`,
)
const orderTotals = sql(
  'test.order_totals',
  `select id, status, total_minor as "totalMinor", refunded_minor as "refundedMinor" from orders.orders`,
)

interface OrderTotal {
  readonly id: string
  readonly status: string
  readonly totalMinor: number
  readonly refundedMinor: number
}

/** Stock, seats, tickets and streams agree with the orders. */
export async function expectStockInvariants(db: Queryable): Promise<void> {
  expect(await db.query(brokenPools)).toEqual([])
  expect(await db.query(brokenSeats)).toEqual([])
  expect(await db.query(brokenTickets)).toEqual([])
  expect(await db.query(versionsOutOfOrder)).toEqual([])
}

export async function unsettled(db: Queryable): Promise<unknown[]> {
  return db.query(unsettledOrders)
}

/** What the processor says it holds and took for each order. */
export async function readProcessor(
  stripe: Stripe,
): Promise<Map<string, { authorized: number; kept: number }>> {
  const byOrder = new Map<string, { authorized: number; kept: number }>()
  for await (const intent of stripe.paymentIntents.list({ limit: 100, expand: ['data.latest_charge'] })) {
    const orderId = intent.metadata['order_id']
    if (orderId === undefined) continue
    const entry = byOrder.get(orderId) ?? { authorized: 0, kept: 0 }
    if (intent.status === 'requires_capture') entry.authorized += intent.amount_capturable
    const charge = intent.latest_charge
    const refunded = charge && typeof charge !== 'string' && charge.captured ? charge.amount_refunded : 0
    if (intent.status === 'succeeded') entry.kept += intent.amount_received - refunded
    byOrder.set(orderId, entry)
  }
  return byOrder
}

/**
 * Every order at rest agrees with the processor's own list: paid in full or not charged at all,
 * nothing left authorized.
 */
export async function expectMoneyInvariants(db: Queryable, stripe: Stripe): Promise<void> {
  const processor = await readProcessor(stripe)
  const orders = await db.query<OrderTotal>(orderTotals)
  const expected = orders.map(({ id, status, totalMinor, refundedMinor }) => ({
    id,
    status,
    authorized: 0,
    kept: status === 'complete' || status === 'refunded' ? totalMinor - refundedMinor : 0,
  }))
  const actual = orders.map(({ id, status }) => ({
    id,
    status,
    ...(processor.get(id) ?? { authorized: 0, kept: 0 }),
  }))
  expect(actual).toEqual(expected)
  const known = new Set(orders.map(({ id }) => id))
  expect([...processor.keys()].filter((id) => !known.has(id))).toEqual([])
}
