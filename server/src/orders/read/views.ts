// What buyers and organisers see of orders and stock: SQL reads without locks, and their shapes.
// Decides nothing.
import { endingsOfCode, type OrderView, type ReturnView, unitsOf } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import { type TicketCodes, ticketIdOf } from '../../platform/secrets/tickets.ts'
import { asPlaced } from '../domain/evolve.ts'
import type { KnownTicket } from '../domain/known-tickets.ts'
import type { Order } from '../domain/order.ts'
import type { Sale } from '../domain/stock.ts'
import { type OrderRow, toOrder } from '../store/rows.ts'
import { saleColumns } from '../store/stock.ts'
import { ticketViews, toOrderView, worthOf } from './order-view.ts'

type ViewRow = OrderRow & {
  readonly known_tickets: KnownTicket[] | null
  readonly code_word: string | null
}

const viewColumns = `o.id, o.version, o.status, o.buyer_id, o.buyer_email, o.buyer_name, o.show_id, o.lines, o.code_id,
  o.code_uses, (select c.word from orders.codes c where c.id = o.code_id) as code_word, o.total_minor, o.due_minor,
  o.channel, o.sold_by, o.tender, o.tender_reason, o.tendered_by, o.currency,
  o.created_at, o.kind, o.expires_at, o.extended, o.hold_seconds, o.payment_id, o.payment_under_way, o.refunded_minor,
  o.return_id, o.return_terms, o.returns, o.back, o.disputed, o.cancel_reason, o.known_tickets`

const toView = (row: ViewRow, codes: TicketCodes): OrderView => {
  const order = toOrder(row)
  const tickets = ticketViews(row.known_tickets, codes, worthOf(order))
  return toOrderView(order, { tickets, codeWord: row.code_word })
}

const readOrderStatement = sql(
  'orders.read_order',
  `select ${viewColumns}, s.organiser_id from orders.orders o join orders.shows s on s.id = o.show_id where o.id = $1`,
)

/** An order with the two who may see it. */
export interface SeenOrder {
  readonly view: OrderView
  readonly buyerId: string
  readonly organiserId: string
  readonly returns: readonly ReturnView[]
  /** The unit of a ticket, if the order has it. */
  readonly unitOf: ReadonlyMap<string, number>
}

export async function readOrder(
  db: Queryable,
  orderId: string,
  codes: TicketCodes,
): Promise<SeenOrder | null> {
  const [row] = await db.query<ViewRow & { organiser_id: string }>(readOrderStatement, [orderId])
  if (!row) return null
  const ids = ticketIdsOf(row)
  return {
    view: toView(row, codes),
    buyerId: row.buyer_id,
    organiserId: row.organiser_id,
    returns: returnsOf(row, ids),
    unitOf: new Map([...ids].map(([unit, ticketId]) => [ticketId, unit])),
  }
}

/** By unit. Tickets from before may have other ids than are computed. */
function ticketIdsOf({ id, show_id: showId, lines, known_tickets }: ViewRow): ReadonlyMap<number, string> {
  const computed = unitsOf({ showId, lines }).map(({ no }) => [no, ticketIdOf(id, no)] as const)
  return new Map([...computed, ...(known_tickets ?? []).map((ticket) => [ticket.unit, ticket.id] as const)])
}

function returnsOf(row: ViewRow, ids: ReadonlyMap<number, string>): ReturnView[] {
  const order = toOrder(row)
  if (!('returns' in order)) return []
  return order.returns.map(({ id, status, by, units, amountMinor, restock }) => ({
    id,
    orderId: order.id,
    status,
    by,
    ticketIds: units.flatMap((no) => ids.get(no) ?? []),
    refund: { amountMinor, currency: order.total.currency },
    restock,
  }))
}

const readShowIdsStatement = sql(
  'orders.read_show_ids',
  `select distinct show_id from orders.orders where id = any($1::uuid[])`,
)

/** The shows of these orders. */
export async function readShowIds(db: Queryable, orderIds: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ show_id: string }>(readShowIdsStatement, [orderIds])
  return rows.map((row) => row.show_id)
}

const readOrganiserStatement = sql(
  'orders.read_organiser',
  `select organiser_id from orders.shows where id = $1`,
)

/** Who sells a show, or null when it was never on sale. */
export async function readOrganiser(db: Queryable, showId: string): Promise<string | null> {
  const [row] = await db.query<{ organiser_id: string }>(readOrganiserStatement, [showId])
  return row?.organiser_id ?? null
}

/** The order as its buyer was first answered. */
export async function readOrderAsPlaced(db: Queryable, orderId: string): Promise<Order> {
  const [row] = await db.query<ViewRow>(readOrderStatement, [orderId])
  if (!row) throw new Error(`order ${orderId} was answered and is not there`)
  return asPlaced(toOrder(row))
}

const listOrdersStatement = sql(
  'orders.list_orders',
  `select ${viewColumns} from orders.orders o
   where o.buyer_id = $1 and o.id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
   order by o.id desc limit $3`,
)
// Of somebody who was several buyers, or proved an address: rare, and another plan.
const listOrdersOfPersonStatement = sql(
  'orders.list_orders_of_person',
  `select ${viewColumns}
   from (select unnest($1::uuid[]) as buyer_id, true as whole union all select unnest($4::uuid[]), false) b
     cross join lateral (
       select * from orders.orders
       where buyer_id = b.buyer_id and (b.whole or buyer_email = any($5::text[]))
         and id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
       order by id desc limit $3
     ) o
   order by o.id desc limit $3`,
)

/** Whose orders: all of these buyers, and of those others what was bought with these addresses. */
interface OrdersQuery {
  readonly buyerIds: readonly string[]
  readonly otherIds?: readonly string[]
  readonly addresses?: readonly string[]
  readonly beforeId: string | null
  readonly limit: number
  readonly codes: TicketCodes
}

/** A person's orders, newest first, before the order `beforeId`. Ids grow with time. */
export async function listOrders(
  db: Queryable,
  { buyerIds, addresses = [], beforeId, limit, codes, ...more }: OrdersQuery,
): Promise<OrderView[]> {
  const otherIds = (more.otherIds ?? []).filter((id) => !buyerIds.includes(id))
  const rows =
    buyerIds.length === 1 && otherIds.length === 0
      ? await db.query<ViewRow>(listOrdersStatement, [buyerIds[0], beforeId, limit])
      : await db.query<ViewRow>(listOrdersOfPersonStatement, [buyerIds, beforeId, limit, otherIds, addresses])
  return rows.map((row) => toView(row, codes))
}

const listShowOrdersStatement = sql(
  'orders.list_show_orders',
  `select ${viewColumns} from orders.orders o
   where o.show_id = $1 and o.id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     and ($4::text is null or o.status = $4) and ($5::text is null or o.buyer_email like $5)
     and ($6::text is null or o.buyer_email like $6
       or (cardinality($7::text[]) > 0 and right(o.id::text, 14) = any($7::text[])))
   order by o.id desc limit $3`,
)

export interface ShowOrdersQuery {
  readonly showId: string
  readonly beforeId: string | null
  readonly limit: number
  readonly status: string | null
  /** The beginning of a buyer's e-mail address, in lower case. */
  readonly emailPrefix: string | null
  /** The beginning of an address in lower case, or the code of an order. */
  readonly search: string | null
  readonly codes: TicketCodes
}

/** What begins like this, with the signs that `like` reads otherwise taken as they are written. */
function beginningWith(prefix: string | null): string | null {
  return prefix === null ? null : `${prefix.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
}

/** Orders of a show, newest first. Whoever asks was found to be its organiser. */
export async function listShowOrders(db: Queryable, query: ShowOrdersQuery): Promise<OrderView[]> {
  const { showId, beforeId, limit, status, emailPrefix, search, codes } = query
  const endings = search === null ? [] : endingsOfCode(search)
  const values = [showId, beforeId, limit, status, beginningWith(emailPrefix), beginningWith(search), endings]
  const rows = await db.query<ViewRow>(listShowOrdersStatement, values)
  return rows.map((row) => toView(row, codes))
}

const readSaleStatement = sql('orders.read_sale', `select ${saleColumns} from orders.shows where id = $1`)

/** What is for sale of a show, or null when it never was. */
export async function readSale(db: Queryable, showId: string): Promise<Sale | null> {
  const [sale] = await db.query<Sale>(readSaleStatement, [showId])
  return sale ?? null
}
