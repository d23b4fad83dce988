// What must be true in the database after a run, however fast it was. Reads every schema, which
// only a bench may.

import { type Database, sql } from '../../../server/src/platform/postgres/database.ts'
import { systemClock } from '../../../server/src/platform/process/clock.ts'

const poolsThatLie = sql(
  'bench.pools_that_lie',
  `select p.id, p.capacity, p.held, p.sold, coalesce(s.held, 0)::int as "heldByOrders", coalesce(s.sold, 0)::int as "soldByOrders"
   from orders.pools p
   left join (
     select (take ->> 'poolId')::uuid as pool_id,
            sum((line ->> 'quantity')::int * (take ->> 'count')::int) filter (where o.status in ('created', 'claimed')) as held,
            sum((line ->> 'quantity')::int * (take ->> 'count')::int) filter (where o.status = 'complete') as sold
     from orders.orders o cross join lateral json_array_elements(o.lines) as line
       cross join lateral json_array_elements(line -> 'takes') as take
     group by 1
   ) s on s.pool_id = p.id
   where p.held <> coalesce(s.held, 0) or p.sold <> coalesce(s.sold, 0) or p.held + p.sold > p.capacity
   limit 5`,
)
const seatsSoldTwice = sql(
  'bench.seats_sold_twice',
  `select seat_id from orders.orders o cross join lateral json_array_elements(o.lines) as line
   cross join lateral json_array_elements_text(line -> 'seatIds') as seat_id
   where o.status in ('created', 'claimed', 'complete') and line -> 'seatIds' is not null
   group by seat_id having count(*) > 1 limit 5`,
)
const lostOrders = sql(
  'bench.lost_orders',
  `select a.id from unnest($1::uuid[]) as a (id) left join orders.orders o on o.id = a.id where o.id is null limit 5`,
)
const countOrders = sql('bench.count_orders', 'select count(*) as orders from orders.orders')

/** Stock adds up, and every order that was acknowledged is there. */
export async function checkStock(db: Database, acknowledged: readonly string[]): Promise<string[]> {
  const problems: string[] = []
  const say = (what: string, rows: readonly unknown[]) => {
    if (rows.length > 0) problems.push(`${what}: ${JSON.stringify(rows)}`)
  }
  say('pools differ from their orders', await db.query(poolsThatLie))
  say('seats with two orders', await db.query(seatsSoldTwice))
  say('acknowledged orders are lost', await db.query(lostOrders, [acknowledged]))
  const [row] = await db.query<{ orders: number }>(countOrders)
  if (row && row.orders < acknowledged.length)
    problems.push(`${acknowledged.length} orders acknowledged, ${row.orders} stored`)
  return problems
}

// A consumer records each event that it handles. Of a type that it heard once it must have heard
// all.
const missedEvents = sql(
  'bench.missed_events',
  `with heard as (
     select i.consumer, o.type, count(*) as events
     from platform.inbox i join platform.outbox o on o.id = i.event_id group by 1, 2
     union all
     select consumer, type, 0 from unnest($1::text[], $2::text[]) as must (consumer, type)
   ), sums as (select consumer, type, sum(events)::bigint as heard from heard group by 1, 2)
   select s.consumer, s.type, s.heard, (select count(*) from platform.outbox o where o.type = s.type) as stored
   from sums s
   where s.heard <> (select count(*) from platform.outbox o where o.type = s.type)`,
)
const strangeDeliveries = sql(
  'bench.strange_deliveries',
  `select 'dead letter' as what, consumer, seq::text as id from platform.parked_deliveries
   union all
   select 'handled, never stored', consumer, event_id::text from platform.inbox i
   where not exists (select 1 from platform.outbox o where o.id = i.event_id)
   limit 5`,
)

export interface Delivery {
  readonly consumer: string
  readonly type: string
}

const deliverWithinMs = 120_000

/** Waits until every consumer has handled every event that is for it, or says what is missing. */
export async function checkDelivery(db: Database, expected: readonly Delivery[]): Promise<string[]> {
  const values = [expected.map(({ consumer }) => consumer), expected.map(({ type }) => type)]
  const deadlineMs = performance.now() + deliverWithinMs
  let missed = await db.query(missedEvents, values)
  while (missed.length > 0 && performance.now() < deadlineMs) {
    await systemClock.sleep(50)
    missed = await db.query(missedEvents, values)
  }
  const strange = await db.query(strangeDeliveries)
  return [
    ...missed.map((row) => `events not delivered once: ${JSON.stringify(row)}`),
    ...strange.map((row) => `a delivery went wrong: ${JSON.stringify(row)}`),
  ]
}
