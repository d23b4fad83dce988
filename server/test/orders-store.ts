// Orders of a test on a real database: their handler, short ways to tell it things, and the
// invariants of stock as SQL.

import { type EventType, eventDefinitions, type FactOf, type LineBody } from '@holdfast/contract'
import { expect } from 'vitest'
import type { Origin } from '../src/orders/domain/taken.ts'
import { makeOrdersHandler, type OrdersHandler } from '../src/orders/model.ts'
import type { IdempotencyKey } from '../src/platform/commands/idempotency.ts'
import { appendToOutbox } from '../src/platform/commands/outbox.ts'
import { type Database, sql } from '../src/platform/postgres/database.ts'
import { newId } from '../src/platform/process/clock.ts'
import { storeAtOnce } from './database.ts'
import { makeBuyer, type SaleSample } from './sale.ts'

/** A handler as a process of its own has it. */
export function makeTestHandler(
  db: Database,
  batching: { lanes?: number; maxBatch?: number } = {},
): OrdersHandler {
  return makeOrdersHandler({ db, onCommitted: () => undefined, ...batching }, () => undefined)
}

export async function putOnSale(handler: OrdersHandler, { show }: SaleSample, version = 1): Promise<void> {
  expect(await handler.handle({ type: 'KnowShow', show, version })).toMatchObject({ ok: true })
}

/** What a buyer's request says: the order's id, or why there is none. */
export async function place(
  handler: OrdersHandler,
  { show }: SaleSample,
  lines: readonly LineBody[],
  {
    buyer = makeBuyer(),
    idempotency,
    origin,
  }: { buyer?: ReturnType<typeof makeBuyer>; idempotency?: IdempotencyKey; origin?: Origin } = {},
): Promise<{ orderId: string } | { rejection: string }> {
  const asked = { orderId: newId(), buyer, showId: show.id, lines, ...(origin ? { origin } : {}) }
  const command = { type: 'PlaceOrder', ...asked } as const
  const outcome = await handler.handle(command, idempotency ? { idempotency } : {})
  if (!outcome.ok) return { rejection: outcome.rejection }
  if (!outcome.answer) throw new Error('an order was placed without an answer')
  return { orderId: outcome.answer.orderId }
}

export async function placeOne(
  handler: OrdersHandler,
  sale: SaleSample,
  lines: readonly LineBody[],
): Promise<string> {
  const placed = await place(handler, sale, lines)
  if ('rejection' in placed) throw new Error(`not placed: ${placed.rejection}`)
  return placed.orderId
}

/** How many were placed, and how often each refusal was given. */
export function tally(
  placed: readonly ({ orderId: string } | { rejection: string })[],
): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const each of placed) {
    const key = 'rejection' in each ? each.rejection : 'placed'
    counts[key] = (counts[key] ?? 0) + 1
  }
  return counts
}

/** An event of another service. */
export function foreignEvent<Type extends EventType>(
  type: Type,
  subject: string,
  data: FactOf<Type>['data'],
  version = 1,
) {
  const source = `holdfast/${eventDefinitions[type].owner}`
  const occurredAt = new Date().toISOString()
  return {
    specversion: '1.0',
    id: newId(),
    source,
    subject,
    version,
    occurredAt,
    causationId: null,
    correlationId: subject,
    type,
    data,
  } as const
}

export function publish(db: Database, events: Parameters<typeof appendToOutbox>[0]): Promise<void> {
  return storeAtOnce(db, () => appendToOutbox(events))
}

const wrongPools = sql(
  '',
  `select p.id, p.capacity, p.held, p.sold, s.held as should_hold, s.sold as should_have_sold
   from orders.pools p left join (
     select k."poolId" as id,
            coalesce(sum(l.quantity * k.count) filter (where o.status in ('created', 'claimed')), 0)::int as held,
            coalesce(sum(l.quantity * k.count) filter (where o.status = 'complete'), 0)::int as sold
     from orders.orders o cross join lateral json_to_recordset(o.lines) as l (takes json, quantity int)
     cross join lateral json_to_recordset(l.takes) as k ("poolId" uuid, count int)
     group by 1) s on s.id = p.id
   where p.held <> coalesce(s.held, 0) or p.sold <> coalesce(s.sold, 0) or p.held + p.sold > p.capacity`,
)
const wrongSeats = sql(
  '',
  `with taken as (
     select seat::uuid as id, o.id as order_id, case o.status when 'complete' then 'sold' else 'held' end as state
     from orders.orders o cross join lateral json_to_recordset(o.lines) as l ("seatIds" json)
     cross join lateral json_array_elements_text(coalesce(l."seatIds", '[]')) as seat
     where o.status in ('created', 'claimed', 'complete'))
   select s.id, s.state, s.order_id, t.state as should_be, t.order_id as by
   from orders.seats s full join taken t on t.id = s.id
   where s.id is null or s.state <> coalesce(t.state, 'available') or s.order_id is distinct from t.order_id
   union all
   select id, 'taken twice', null, null, null from taken group by id having count(*) > 1`,
)
const wrongVersions = sql(
  '',
  // Refunds are counted and told to nobody: they may leave a gap before the return that follows them.
  `select subject, version, previous from (
     select subject, type, version, lag(version, 1, 0) over (partition by subject order by seq) as previous
     from platform.outbox where source = 'holdfast/orders') v
   where version <= previous or (version > previous + 1 and type not in ('ReturnRequested', 'PlacesReturned'))`,
)

const wrongUses = sql(
  '',
  `select p.id, p.uses, p.held, p.used, s.held as should_hold, s.used as should_have_used
   from orders.code_pools p cross join lateral (
     select coalesce(sum(code_uses) filter (where status in ('created', 'claimed')), 0)::int as held,
       coalesce(sum(code_uses) filter (where status = 'complete'), 0)::int as used
     from orders.orders where code_id = p.id) s
   where p.held <> s.held or p.used <> s.used or p.held + p.used > p.uses`,
)

/** Invariants 1 and 10, and that each order's story has no gap. Called when nothing is under way. */
export async function expectSoundStock(db: Database): Promise<void> {
  expect(await db.query(wrongPools)).toEqual([])
  expect(await db.query(wrongSeats)).toEqual([])
  expect(await db.query(wrongUses)).toEqual([])
  expect(await db.query(wrongVersions)).toEqual([])
}

export async function countByStatus(db: Database): Promise<Record<string, number>> {
  const rows = await db.query<{ status: string; count: number }>(
    sql('', 'select status, count(*)::int as count from orders.orders group by status'),
  )
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]))
}

export async function readPools(
  db: Database,
  { show }: SaleSample,
): Promise<{ capacity: number; held: number; sold: number }[]> {
  const rows = await db.query<{ id: string; capacity: number; held: number; sold: number }>(
    sql('', 'select id, capacity, held, sold from orders.pools where show_id = $1'),
    [show.id],
  )
  return show.pools
    .flatMap(({ id }) => rows.filter((row) => row.id === id))
    .map(({ capacity, held, sold }) => ({ capacity, held, sold }))
}

/** All of the money goes back, and once the tickets are void, all of the places. */
export function refundWhole(handler: OrdersHandler, orderId: string, paymentId: string, amountMinor = 4_500) {
  const refundId = newId()
  return [
    handler.handle({ type: 'RecordRefund', orderId, paymentId, amountMinor, full: true, refundId }),
    handler.handle({ type: 'ReturnPlaces', orderId, returnId: refundId }),
  ]
}
