// SQL of the stock for deciding: what is for sale, the pools and the seats. Loads with locks, saves
// in bulk.
import type { PublishedShow } from '@holdfast/contract'
import { type InTransaction, sql, type Write, withRows, writeRows } from '../../platform/postgres/database.ts'
import type { Pool, Sale, SaleType, StockSeat } from '../domain/stock.ts'
import type { PoolMove } from '../world.ts'

// Locks are taken in one order everywhere, against deadlocks: shows, orders, seats, buyers, pools;
// each by ascending id. Pools are last because everybody wants the same one: mostly it is locked no
// longer than its commit takes.

export const saleColumns = `id as "showId", version, organiser_id as "organiserId", title, currency,
  hold_seconds as "holdSeconds", max_per_order as "maxPerOrder", max_per_buyer as "maxPerBuyer", status,
  sales_end_at as "salesEndAt", return_terms as "returnTerms", ticket_types as types`
const loadSalesStatement = sql(
  'orders.load_sales',
  `select ${saleColumns}
   from orders.shows
   where id = any(array(
     select unnest($1::uuid[])
     union all
     select show_id from orders.orders where id = any($2::uuid[])))
   order by id for share`,
)
const loadSalesToChange = sql(
  'orders.load_sales_to_change',
  loadSalesStatement.text.replace('for share', 'for update'),
)

/**
 * The sales that a batch looks at: by their shows, and through orders without knowing their shows.
 */
export interface TouchedSales {
  readonly showIds: readonly string[]
  readonly orderIds: readonly string[]
}

/**
 * Sales that are only looked at, held still until the commit: a sale cannot end between a look and
 * a hold.
 */
export async function loadSales(
  tx: InTransaction,
  { showIds, orderIds }: TouchedSales,
  toChange: boolean,
): Promise<Sale[]> {
  if (showIds.length === 0 && orderIds.length === 0) return []
  return tx.query<Sale>(toChange ? loadSalesToChange : loadSalesStatement, [showIds, orderIds])
}

/**
 * The pools that a batch touches: by their ids, and through what is for sale and what was sold,
 * without knowing either.
 */
export interface TouchedPools {
  readonly poolIds: readonly string[]
  readonly ticketTypeIds: readonly string[]
  /** Shows that the ticket types belong to. */
  readonly showIds: readonly string[]
  /** Orders whose pools are touched. */
  readonly orderIds: readonly string[]
}

const poolColumns = `id, show_id as "showId", capacity, held, sold, withheld, latch, closed`
const loadPoolsStatement = sql(
  'orders.load_pools',
  `select ${poolColumns} from orders.pools
   where id = any(array(
     select unnest($1::uuid[])
     union all
     select k."poolId" from orders.shows s
     cross join lateral json_to_recordset(s.ticket_types) as t (id uuid, takes json)
     cross join lateral json_to_recordset(t.takes) as k ("poolId" uuid)
     where s.id = any($2::uuid[]) and t.id = any($3::uuid[])
     union all
     select k."poolId" from orders.orders o
     cross join lateral json_to_recordset(o.lines) as l (takes json)
     cross join lateral json_to_recordset(l.takes) as k ("poolId" uuid)
     where o.id = any($4::uuid[])))`,
)
const lockPoolsStatement = sql(
  'orders.lock_pools',
  `select ${poolColumns} from orders.pools where id = any($1::uuid[]) order by id for update`,
)

/** Pools as they are, and may no longer be when this transaction moves them. */
export async function loadPools(
  tx: InTransaction,
  { poolIds, showIds, ticketTypeIds, orderIds }: TouchedPools,
): Promise<Pool[]> {
  if (poolIds.length === 0 && ticketTypeIds.length === 0 && orderIds.length === 0) return []
  return tx.query<Pool>(loadPoolsStatement, [poolIds, showIds, ticketTypeIds, orderIds])
}

/** Pools as they stay until the commit. */
export async function lockPools(tx: InTransaction, poolIds: readonly string[]): Promise<Pool[]> {
  return tx.query<Pool>(lockPoolsStatement, [poolIds])
}

const loadSeatsStatement = sql(
  'orders.load_seats',
  `select id, ticket_type_id as "ticketTypeId", state, order_id as "orderId" from orders.seats
   where id = any($1::uuid[]) order by id for update`,
)

export async function loadSeats(tx: InTransaction, seatIds: readonly string[]): Promise<StockSeat[]> {
  return seatIds.length === 0 ? [] : tx.query<StockSeat>(loadSeatsStatement, [seatIds])
}

// Moved by a difference, whatever others have made of it since it was looked at. That a pool holds
// and sells no more than it has is for its table to say; so is, by a count below zero, that nothing
// is taken of a pool that closed since. Locked by id, as everywhere: a join would lock the rows as
// it finds them.
const movePoolsStatement = withRows(
  'orders.move_pools',
  { id: 'uuid', held: 'int', sold: 'int', withheld: 'int', took: 'boolean', closed: 'boolean' },
  (rows) => `update orders.pools p
   set held = case when p.closed and n.took then -1 else p.held + n.held end, sold = p.sold + n.sold,
       withheld = p.withheld + n.withheld,
       closed = p.closed or n.closed
         or (p.latch and p.held + p.sold + p.withheld + n.held + n.sold + n.withheld >= p.capacity)
   from (
     select r.* from ${rows} as r join orders.pools l on l.id = r.id order by l.id for no key update of l
   ) as n where p.id = n.id`,
)

export function movePools(moves: readonly PoolMove[]): readonly Write[] {
  return writeRows(movePoolsStatement, moves)
}

const updateSeatsStatement = withRows(
  'orders.update_seats',
  { id: 'uuid', state: 'text', orderId: 'uuid' },
  (rows) =>
    `update orders.seats s set state = n.state, order_id = n."orderId" from ${rows} as n where s.id = n.id`,
)

export function updateSeats(seats: readonly StockSeat[]): readonly Write[] {
  return writeRows(updateSeatsStatement, seats)
}

const saveSaleStatement = sql(
  'orders.save_sale',
  `insert into orders.shows (id, version, organiser_id, title, currency, hold_seconds, max_per_order, max_per_buyer, status,
     sales_end_at, return_terms, ticket_types)
   select "showId", version, "organiserId", title, currency, "holdSeconds", "maxPerOrder", "maxPerBuyer", status, "salesEndAt",
     "returnTerms", types
   from json_to_record($1) as s ("showId" uuid, version int, "organiserId" uuid, title text, currency text,
     "holdSeconds" int, "maxPerOrder" int, "maxPerBuyer" int, status text,
     "salesEndAt" timestamptz, "returnTerms" json, types json)
   on conflict (id) do update
   set version = excluded.version, title = excluded.title, hold_seconds = excluded.hold_seconds,
       max_per_order = excluded.max_per_order, max_per_buyer = excluded.max_per_buyer, status = excluded.status,
       sales_end_at = excluded.sales_end_at, return_terms = excluded.return_terms, ticket_types = excluded.ticket_types`,
)
// A pool never shrinks below what is taken of it, whatever the show now says. One that closed
// opens again only by getting more places.
const savePoolsStatement = sql(
  'orders.save_pools',
  `insert into orders.pools as p (id, show_id, capacity, latch, closed)
   select id, $2, capacity, coalesce(latch, false), coalesce(latch, false) and capacity = 0
   from json_to_recordset($1) as n (id uuid, capacity int, latch boolean) order by id
   on conflict (id) do update
   set capacity = greatest(excluded.capacity, p.held + p.sold + p.withheld), latch = excluded.latch,
       closed = excluded.latch
         and ((p.closed and excluded.capacity <= p.capacity) or p.held + p.sold + p.withheld >= excluded.capacity)`,
)
const saveSeatsStatement = sql(
  'orders.save_seats',
  `insert into orders.seats (id, show_id, ticket_type_id)
   select id, $2, type_id from json_to_recordset($1) as n (id uuid, type_id uuid) order by id
   on conflict (id) do nothing`,
)

export function saveSale(sale: Sale & { readonly types: readonly SaleType[] }): Write {
  return { statement: saveSaleStatement, values: [JSON.stringify(sale)] }
}

/**
 * The pools and seats that a published show brings into stock. What is there already keeps its
 * holds and sales.
 */
export function saveStock(show: PublishedShow): readonly Write[] {
  const seats = show.ticketTypes.flatMap((type) =>
    (type.seats ?? []).map(({ id }) => ({ id, type_id: type.id })),
  )
  return [
    ...writeRows(savePoolsStatement, show.pools, show.id),
    ...writeRows(saveSeatsStatement, seats, show.id),
  ]
}
