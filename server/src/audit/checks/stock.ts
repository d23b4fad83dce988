// Invariant 1: pools and seats against all orders of a show. Orders that settled long ago are added
// up once, in stretches, and added up anew when one of them changes: a show with a million orders
// costs no more than its newest ones. A sum that does not fit is counted in full before anybody
// hears of it. Writes only its own stretches.
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Finding } from '../invariants.ts'

/** Orders in a stretch. */
const stretchOrders = 5_000
/** New stretches of one show in one look: a show found late is taken in over some runs. */
const cutsMax = 10
const firstId = '00000000-0000-0000-0000-000000000000'

/** Where a show's last stretch ends. */
const lastEnd = `coalesce((select to_id from audit.stretches where show_id = $1 order by to_id desc limit 1), '${firstId}')`
const quantity = `(line ->> 'quantity')::int`
const countOf = `(take ->> 'count')::int`
const countedOrders = `
  select (take ->> 'poolId')::uuid as pool_id,
         coalesce(sum(${quantity} * ${countOf}) filter (where o.status in ('created', 'claimed')), 0)::bigint as held,
         coalesce(sum((${quantity} - coalesce(g.gone, 0)) * ${countOf}) filter (where o.status = 'complete'), 0)::bigint as sold,
         coalesce(sum(g.withheld * ${countOf}) filter (where o.status in ('complete', 'refunded')), 0)::bigint as withheld`
/**
 * Each line of the orders `o`, with each pool that its units take from, and how many of its units
 * were given back. Units are numbered through the lines.
 */
const takesOfLines = `cross join lateral json_array_elements(o.lines) with ordinality as e (line, place)
  left join lateral (
    select count(*) as gone, count(*) filter (where r ->> 'restock' = 'false') as withheld
    from json_array_elements(o.returns) as r cross join lateral json_array_elements_text(r -> 'units') as unit
      cross join lateral (
        select sum((b.line ->> 'quantity')::int) as behind
        from json_array_elements(o.lines) with ordinality as b (line, place) where b.place <= e.place) b
    where r ->> 'status' in ('places_returned', 'done', 'money_owed')
      and unit::int < b.behind and unit::int >= b.behind - (e.line ->> 'quantity')::int
  ) g on o.returns is not null
  cross join lateral json_array_elements(line -> 'takes') as take`
const poolColumns = `p.id, p.show_id as "showId", p.capacity, p.held, p.sold, p.withheld,
  coalesce(s.held, 0)::bigint as "heldByOrders", coalesce(s.sold, 0)::bigint as "soldByOrders",
  coalesce(s.withheld, 0)::bigint as "withheldByOrders"`
const doesNotFit = `(p.held <> coalesce(s.held, 0) or p.sold <> coalesce(s.sold, 0) or p.withheld <> coalesce(s.withheld, 0)
  or p.held + p.sold + p.withheld > p.capacity)`

const nextCut = sql(
  'audit.next_cut',
  `select o.id from orders.orders o
   where o.show_id = $1 and o.id > ${lastEnd}
   order by o.id offset ${stretchOrders - 1} limit 1`,
)
const addStretch = sql(
  'audit.add_stretch',
  `insert into audit.stretches (show_id, from_id, to_id, fresh_looks)
   values ($1, ${lastEnd}, $2, 2)
   on conflict do nothing`,
)
// An order's refund is told by payments before orders has taken it in: a stretch is counted twice
// after each change.
const freshenStatement = sql(
  'audit.freshen_stretches',
  `update audit.stretches s set fresh_looks = 2
   from orders.orders o
   where o.id = any($1::uuid[]) and s.show_id = o.show_id and o.id > s.from_id and o.id <= s.to_id and s.fresh_looks < 2`,
)
const freshenOldest = sql(
  'audit.freshen_oldest',
  `update audit.stretches set fresh_looks = 1
   where (show_id, to_id) in (
     select show_id, to_id from audit.stretches where fresh_looks = 0 order by counted_at limit $1)
   returning show_id as id`,
)
const countStretches = sql(
  'audit.count_stretches',
  `update audit.stretches s
   set tallies = n.tallies, fresh_looks = s.fresh_looks - 1, counted_at = now()
   from (
     select f.show_id, f.to_id, (
       select coalesce(jsonb_agg(t), '[]') from (
         ${countedOrders}
         from orders.orders o ${takesOfLines}
         where o.show_id = f.show_id and o.id > f.from_id and o.id <= f.to_id group by 1) t) as tallies
     from audit.stretches f where f.show_id = $1 and f.fresh_looks > 0
   ) n
   where s.show_id = n.show_id and s.to_id = n.to_id`,
)
const forgetStretches = sql(
  'audit.forget_stretches',
  `delete from audit.stretches where show_id = any($1::uuid[])`,
)

/**
 * The pools of a show that do not fit the tallies of its old orders and the rows of its new ones.
 */
const estimateStatement = sql(
  'audit.estimate_stock',
  `with ranges as (
     select from_id, to_id from audit.stretches where show_id = $1 and fresh_looks > 0
     union all
     select ${lastEnd}, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
   ), parts as (
     select t.pool_id, t.held, t.sold, t.withheld
     from audit.stretches c
       cross join lateral jsonb_to_recordset(c.tallies) as t (pool_id uuid, held bigint, sold bigint, withheld bigint)
     where c.show_id = $1 and c.fresh_looks = 0
     union all
     ${countedOrders}
     from ranges r join orders.orders o on o.show_id = $1 and o.id > r.from_id and o.id <= r.to_id
       ${takesOfLines}
     group by 1
   ), s as (select pool_id, sum(held) as held, sum(sold) as sold, sum(withheld) as withheld from parts group by 1)
   select ${poolColumns} from orders.pools p left join s on s.pool_id = p.id where p.show_id = $1 and ${doesNotFit}`,
)
const countStatement = sql(
  'audit.count_stock',
  `with s as (
     ${countedOrders}
     from orders.orders o ${takesOfLines} where o.show_id = $1 group by 1)
   select ${poolColumns} from orders.pools p left join s on s.pool_id = p.id where p.show_id = $1 and ${doesNotFit}`,
)
const straySeats = sql(
  'audit.stray_seats',
  `select s.id, s.state, s.order_id as "orderId", o.status
   from orders.seats s left join orders.orders o on o.id = s.order_id
   where s.show_id = $1 and s.state <> 'available'
     and (o.id is null or o.show_id <> s.show_id
          or (s.state = 'held' and o.status not in ('created', 'claimed')) or (s.state = 'sold' and o.status <> 'complete')
          or (s.state = 'withheld' and o.status not in ('complete', 'refunded'))
          or not exists (
            select 1 from json_array_elements(o.lines) as line cross join lateral json_array_elements_text(line -> 'seatIds') as seat
            where seat = s.id::text))
   limit 100`,
)

interface PoolRow {
  readonly id: string
  readonly capacity: number
  readonly held: number
  readonly sold: number
  readonly withheld: number
  readonly heldByOrders: number
  readonly soldByOrders: number
  readonly withheldByOrders: number
}

const withheldIn = (count: number) => (count > 0 ? `, ${count} kept from the sale` : '')
const explainPool = (row: PoolRow) =>
  `Pool of ${row.capacity}: ${row.held} held, ${row.sold} sold${withheldIn(row.withheld)}; by its orders: ${row.heldByOrders} held, ${row.soldByOrders} sold${withheldIn(row.withheldByOrders)}`

/** Makes the sums of these orders' stretches be added up anew. */
export async function noteChangedOrders(db: Queryable, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length > 0) await db.query(freshenStatement, [orderIds])
}

/** Has some of the oldest sums added up anew; tells the shows they are of. */
export async function freshenOldSums(db: Queryable, stretches: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>(freshenOldest, [stretches])
  return [...new Set(rows.map(({ id }) => id))]
}

/**
 * Cuts a show's settled orders into stretches. False when there are so many that it takes another
 * run.
 */
async function cutStretches(db: Queryable, showId: string): Promise<boolean> {
  for (let cuts = 0; cuts < cutsMax; cuts += 1) {
    const [cut] = await db.query<{ id: string }>(nextCut, [showId])
    if (!cut) return true
    await db.query(addStretch, [showId, cut.id])
    await db.query(countStretches, [showId])
  }
  return false
}

/**
 * Pools of a show that do not add up. `exactly`: all of its orders are counted, whatever that
 * costs.
 */
export async function judgeStock(db: Queryable, showId: string, exactly: boolean): Promise<Finding[]> {
  if (!exactly) {
    if (!(await cutStretches(db, showId))) return []
    const suspicious = await db.query<PoolRow>(estimateStatement, [showId])
    await db.query(countStretches, [showId])
    if (suspicious.length === 0) return []
  }
  const rows = await db.query<PoolRow>(countStatement, [showId])
  // The sums were wrong and not the pools: something changed without an event.
  if (rows.length === 0 && !exactly) await db.query(forgetStretches, [[showId]])
  return rows.map((row) => ({
    invariant: 'stock_adds_up',
    key: row.id,
    showId,
    orderIds: [],
    explanation: explainPool(row),
  }))
}

interface SeatRow {
  readonly id: string
  readonly state: string
  readonly orderId: string | null
  readonly status: string | null
}

const seatsWithTwoCodes = sql(
  'audit.seats_with_two_codes',
  `select t.seat_id as id, array_agg(distinct t.order_id) as "orderIds", count(*)::int as tickets
   from orders.orders o join tickets.tickets t on t.order_id = o.id
   where o.show_id = $1 and t.seat_id is not null and t.status <> 'void'
   group by t.seat_id having count(*) > 1 limit 100`,
)

/** Seats of a show of which two tickets open a door. True at no time, also between two services. */
export async function judgeCodes(db: Queryable, showId: string): Promise<Finding[]> {
  const rows = await db.query<{ id: string; orderIds: string[]; tickets: number }>(seatsWithTwoCodes, [
    showId,
  ])
  return rows.map(({ id, orderIds, tickets }) => ({
    invariant: 'one_code_per_seat',
    key: id,
    showId,
    orderIds,
    explanation: `${tickets} tickets of the seat are valid`,
  }))
}

/** Seats of a show that are taken by an order that does not have them. */
export async function judgeSeats(db: Queryable, showId: string): Promise<Finding[]> {
  const rows = await db.query<SeatRow>(straySeats, [showId])
  return rows.map(({ id, state, orderId, status }) => ({
    invariant: 'seats_have_one_order',
    key: id,
    showId,
    orderIds: orderId === null ? [] : [orderId],
    explanation: `The seat is ${state}, but its order is ${status ?? 'missing'} or doesn’t include it`,
  }))
}
