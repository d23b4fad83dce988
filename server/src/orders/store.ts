// SQL of the orders service for deciding: loads with locks, saves in bulk. Reads for views are in views.ts.
import type { CancelReason, OrderLine, PublishedShow } from '@holdfast/contract'
import { type Queryable, sql, type Tx, type Write, writeRows } from '../platform/db.ts'
import type { Order } from './domain/order.ts'
import type { Pool, Sale, SaleType, StockSeat } from './domain/stock.ts'

export interface OrderRow {
  readonly id: string
  readonly version: number
  readonly status: Order['status']
  readonly buyer_id: string
  readonly buyer_email: string
  readonly show_id: string
  readonly lines: OrderLine[]
  readonly total_minor: number
  readonly currency: string
  readonly created_at: string
  readonly expires_at: string
  readonly extended: boolean
  readonly hold_seconds: number
  readonly payment_id: string | null
  readonly payment_under_way: string | null
  readonly refunded_minor: number
  readonly cancel_reason: CancelReason | null
}

const orderColumns = `id, version, status, buyer_id, buyer_email, show_id, lines, total_minor, currency, created_at,
  expires_at, extended, hold_seconds, payment_id, payment_under_way, refunded_minor, cancel_reason`

export function toOrder(row: OrderRow): Order {
  const facts = {
    id: row.id,
    version: row.version,
    buyer: { id: row.buyer_id, email: row.buyer_email },
    showId: row.show_id,
    lines: row.lines,
    total: { amountMinor: row.total_minor, currency: row.currency },
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    extended: row.extended,
    holdSeconds: row.hold_seconds,
  }
  switch (row.status) {
    case 'created':
      return { ...facts, status: 'created', paymentUnderWay: row.payment_under_way }
    case 'claimed':
      return { ...facts, status: 'claimed', paymentId: present(row.payment_id) }
    case 'complete':
      return { ...facts, status: 'complete', paymentId: row.payment_id, refundedMinor: row.refunded_minor }
    case 'refunded':
      return { ...facts, status: 'refunded', paymentId: present(row.payment_id), refundedMinor: row.refunded_minor }
    case 'cancelled':
      return { ...facts, status: 'cancelled', reason: present(row.cancel_reason) }
  }
}

function present<T>(value: T | null): T {
  if (value === null) throw new Error('a column that this status needs is null')
  return value
}

function toRow(order: Order): OrderRow {
  return {
    id: order.id,
    version: order.version,
    status: order.status,
    buyer_id: order.buyer.id,
    buyer_email: order.buyer.email,
    show_id: order.showId,
    lines: [...order.lines],
    total_minor: order.total.amountMinor,
    currency: order.total.currency,
    created_at: order.createdAt,
    expires_at: order.expiresAt,
    extended: order.extended,
    hold_seconds: order.holdSeconds,
    payment_id: 'paymentId' in order ? order.paymentId : null,
    payment_under_way: order.status === 'created' ? order.paymentUnderWay : null,
    refunded_minor: 'refundedMinor' in order ? order.refundedMinor : 0,
    cancel_reason: order.status === 'cancelled' ? order.reason : null,
  }
}

// Locks are taken in one order everywhere, against deadlocks: shows, orders, pools, seats, buyers; each by ascending id.

const loadSalesStatement = sql(
  'orders.load_sales',
  `select id as "showId", version, organiser_id as "organiserId", title, currency, hold_seconds as "holdSeconds",
          max_per_order as "maxPerOrder", max_per_buyer as "maxPerBuyer", status, ticket_types as types
   from orders.shows
   where id = any(array(
     select unnest($1::uuid[])
     union all
     select show_id from orders.orders where id = any($2::uuid[])))
   order by id for share`,
)
const loadSalesToChange = sql('orders.load_sales_to_change', loadSalesStatement.text.replace('for share', 'for update'))

/** The sales that a batch looks at: by their shows, and through orders without knowing their shows. */
export interface TouchedSales {
  readonly showIds: readonly string[]
  readonly orderIds: readonly string[]
}

/** Sales that are only looked at, held still until the commit: a sale cannot end between a look and a hold. */
export async function loadSales(tx: Tx, { showIds, orderIds }: TouchedSales, toChange: boolean): Promise<Sale[]> {
  if (showIds.length === 0 && orderIds.length === 0) return []
  return tx.query<Sale>(toChange ? loadSalesToChange : loadSalesStatement, [showIds, orderIds])
}

const loadOrdersStatement = sql(
  'orders.load_orders',
  `select ${orderColumns} from orders.orders where id = any($1::uuid[]) order by id for update`,
)

export async function loadOrders(tx: Tx, orderIds: readonly string[]): Promise<Order[]> {
  const rows = await tx.query<OrderRow>(loadOrdersStatement, [orderIds])
  return rows.map(toOrder)
}

/** The pools that a batch touches: by their ids, and through what is for sale and what was sold, without knowing either. */
export interface TouchedPools {
  readonly poolIds: readonly string[]
  readonly ticketTypeIds: readonly string[]
  /** Shows that the ticket types belong to. */
  readonly showIds: readonly string[]
  /** Orders whose pools are touched. */
  readonly orderIds: readonly string[]
}

export interface TouchedSeats {
  readonly seatIds: readonly string[]
  /** Seats of new orders, with the size of the order: one that is too large for its show is refused unseen. */
  readonly askedSeats: readonly { readonly seatId: string; readonly showId: string; readonly places: number }[]
}

const loadPoolsStatement = sql(
  'orders.load_pools',
  `select id, show_id as "showId", capacity, held, sold from orders.pools
   where id = any(array(
     select unnest($1::uuid[])
     union all
     select t."poolId" from orders.shows s
     cross join lateral json_to_recordset(s.ticket_types) as t (id uuid, "poolId" uuid)
     where s.id = any($2::uuid[]) and t.id = any($3::uuid[])
     union all
     select l."poolId" from orders.orders o cross join lateral json_to_recordset(o.lines) as l ("poolId" uuid)
     where o.id = any($4::uuid[])))
   order by id for update`,
)

export async function loadPools(tx: Tx, { poolIds, showIds, ticketTypeIds, orderIds }: TouchedPools): Promise<Pool[]> {
  if (poolIds.length === 0 && ticketTypeIds.length === 0 && orderIds.length === 0) return []
  return tx.query<Pool>(loadPoolsStatement, [poolIds, showIds, ticketTypeIds, orderIds])
}

const loadSeatsStatement = sql(
  'orders.load_seats',
  `select id, ticket_type_id as "ticketTypeId", state, order_id as "orderId" from orders.seats
   where id = any(array(
     select unnest($1::uuid[])
     union all
     select a.seat_id from unnest($2::uuid[], $3::uuid[], $4::int[]) as a (seat_id, show_id, places)
     join orders.shows s on s.id = a.show_id where s.max_per_order >= a.places))
   order by id for update`,
)

export async function loadSeats(tx: Tx, { seatIds, askedSeats }: TouchedSeats): Promise<StockSeat[]> {
  if (seatIds.length === 0 && askedSeats.length === 0) return []
  const asked = [
    askedSeats.map(({ seatId }) => seatId),
    askedSeats.map(({ showId }) => showId),
    askedSeats.map(({ places }) => places),
  ]
  return tx.query<StockSeat>(loadSeatsStatement, [seatIds, ...asked])
}

const insertOrdersStatement = sql(
  'orders.insert_orders',
  `insert into orders.orders (${orderColumns})
   select ${orderColumns} from json_to_recordset($1) as o (
     id uuid, version int, status text, buyer_id uuid, buyer_email text, show_id uuid, lines json, total_minor bigint,
     currency text, created_at timestamptz, expires_at timestamptz, extended boolean, hold_seconds int,
     payment_id uuid, payment_under_way uuid, refunded_minor bigint, cancel_reason text)`,
)
const updateOrdersStatement = sql(
  'orders.update_orders',
  `update orders.orders o
   set version = n.version, status = n.status, expires_at = n.expires_at, extended = n.extended,
       payment_id = n.payment_id, payment_under_way = n.payment_under_way, refunded_minor = n.refunded_minor,
       cancel_reason = n.cancel_reason
   from json_to_recordset($1) as n (
     id uuid, version int, status text, expires_at timestamptz, extended boolean, payment_id uuid,
     payment_under_way uuid, refunded_minor bigint, cancel_reason text)
   where o.id = n.id`,
)

export function insertOrders(orders: readonly Order[]): readonly Write[] {
  return writeRows(insertOrdersStatement, orders.map(toRow))
}

export function updateOrders(orders: readonly Order[]): readonly Write[] {
  const rows = orders.map((order) => ({ ...toRow(order), lines: undefined, buyer_email: undefined }))
  return writeRows(updateOrdersStatement, rows)
}

const updatePoolsStatement = sql(
  'orders.update_pools',
  `update orders.pools p set held = n.held, sold = n.sold
   from json_to_recordset($1) as n (id uuid, held int, sold int)
   where p.id = n.id`,
)

export function updatePools(pools: readonly Pool[]): readonly Write[] {
  return writeRows(updatePoolsStatement, pools)
}

const updateSeatsStatement = sql(
  'orders.update_seats',
  `update orders.seats s set state = n.state, order_id = n."orderId"
   from json_to_recordset($1) as n (id uuid, state text, "orderId" uuid)
   where s.id = n.id`,
)

export function updateSeats(seats: readonly StockSeat[]): readonly Write[] {
  return writeRows(updateSeatsStatement, seats)
}

const saveSaleStatement = sql(
  'orders.save_sale',
  `insert into orders.shows (id, version, organiser_id, title, currency, hold_seconds, max_per_order, max_per_buyer, status,
     ticket_types)
   select "showId", version, "organiserId", title, currency, "holdSeconds", "maxPerOrder", "maxPerBuyer", status, types
   from json_to_record($1) as s ("showId" uuid, version int, "organiserId" uuid, title text, currency text,
     "holdSeconds" int, "maxPerOrder" int, "maxPerBuyer" int, status text, types json)
   on conflict (id) do update
   set version = excluded.version, title = excluded.title, hold_seconds = excluded.hold_seconds,
       max_per_order = excluded.max_per_order, max_per_buyer = excluded.max_per_buyer, status = excluded.status,
       ticket_types = excluded.ticket_types`,
)
// A pool never shrinks below what is held and sold, whatever the show now says.
const savePoolsStatement = sql(
  'orders.save_pools',
  `insert into orders.pools as p (id, show_id, capacity)
   select id, $2, capacity from json_to_recordset($1) as n (id uuid, capacity int) order by id
   on conflict (id) do update set capacity = greatest(excluded.capacity, p.held + p.sold)`,
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

/** The pools and seats that a published show brings into stock. What is there already keeps its holds and sales. */
export function saveStock(show: PublishedShow): readonly Write[] {
  const seats = show.ticketTypes.flatMap((type) => (type.seats ?? []).map(({ id }) => ({ id, type_id: type.id })))
  return [...writeRows(savePoolsStatement, show.pools, show.id), ...writeRows(saveSeatsStatement, seats, show.id)]
}

const saveTicketsStatement = sql(
  'orders.save_tickets',
  `update orders.orders o set known_tickets = n.tickets
   from json_to_recordset($1) as n ("orderId" uuid, tickets json)
   where o.id = n."orderId"`,
)

export function saveKnownTickets(known: readonly { orderId: string; tickets: unknown }[]): readonly Write[] {
  return writeRows(saveTicketsStatement, known)
}

const markTicketsVoidStatement = sql(
  'orders.mark_tickets_void',
  `update orders.orders o
   set known_tickets = (
     select json_agg(case when ticket ->> 'id' = any($2) then jsonb_set(ticket, '{status}', '"void"') else ticket end)
     from jsonb_array_elements(o.known_tickets::jsonb) as ticket)
   where o.id = any($1::uuid[]) and o.known_tickets is not null`,
)

export function markTicketsVoid(orderIds: readonly string[], ticketIds: readonly string[]): readonly Write[] {
  return orderIds.length === 0 ? [] : [{ statement: markTicketsVoidStatement, values: [orderIds, ticketIds] }]
}

const openOrdersOfShow = sql(
  'orders.open_orders_of_show',
  `select id from orders.orders where show_id = $1 and status = 'created' and id > $2 order by id limit 200`,
)

/** Some of a show's orders that wait for a payment, from the one behind `afterId` on. */
export async function listOpenOrderIds(db: Queryable, showId: string, afterId: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>(openOrdersOfShow, [showId, afterId])
  return rows.map((row) => row.id)
}
