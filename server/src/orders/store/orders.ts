// SQL of orders for deciding: loads with locks, saves in bulk. Their stock is in stock.ts, reads
// for views are in read/.
import {
  copyInto,
  type InTransaction,
  type Queryable,
  sql,
  type Write,
  withRows,
  writeRows,
} from '../../platform/postgres/database.ts'
import type { Order } from '../domain/order.ts'
import { changingTypes, type OrderRow, orderColumns, orderTypes, toOrder, toRow } from './rows.ts'

const loadOrdersStatement = sql(
  'orders.load_orders',
  `select ${orderColumns} from orders.orders where id = any($1::uuid[]) order by id for update`,
)

export async function loadOrders(tx: InTransaction, orderIds: readonly string[]): Promise<Order[]> {
  const rows = await tx.query<OrderRow>(loadOrdersStatement, [orderIds])
  return rows.map(toOrder)
}

const readOrganisationsStatement = sql(
  'orders.read_organisations',
  `select o.id, s.organiser_id as "organisationId"
   from orders.orders o join orders.shows s on s.id = o.show_id where o.id = any($1::uuid[])`,
)

/** Whose each order is: its show's, which never moves to another. */
export async function readOrganisations(
  tx: InTransaction,
  orderIds: readonly string[],
): Promise<Map<string, string>> {
  if (orderIds.length === 0) return new Map()
  const rows = await tx.query<{ id: string; organisationId: string }>(readOrganisationsStatement, [orderIds])
  return new Map(rows.map(({ id, organisationId }) => [id, organisationId]))
}

const insertOrdersStatement = copyInto('orders.insert_orders', 'orders.orders', orderTypes)
const updateOrdersStatement = withRows(
  'orders.update_orders',
  changingTypes,
  (rows) => `update orders.orders o
   set version = n.version, status = n.status, kind = n.kind, expires_at = n.expires_at, extended = n.extended,
       payment_id = n.payment_id, payment_under_way = n.payment_under_way, refunded_minor = n.refunded_minor,
       return_id = n.return_id, returns = n.returns, back = n.back, disputed = n.disputed, code_uses = n.code_uses,
       places = n.places, cancel_reason = n.cancel_reason, tender = n.tender, tender_reason = n.tender_reason,
       tendered_by = n.tendered_by
   from ${rows} as n where o.id = n.id`,
)

export function insertOrders(orders: readonly Order[]): readonly Write[] {
  return writeRows(insertOrdersStatement, orders.map(toRow))
}

export function updateOrders(orders: readonly Order[]): readonly Write[] {
  return writeRows(updateOrdersStatement, orders.map(toRow))
}

const saveTicketsStatement = withRows(
  'orders.save_tickets',
  { orderId: 'uuid', tickets: 'json' },
  (rows) => `update orders.orders o set known_tickets = n.tickets from ${rows} as n where o.id = n."orderId"`,
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

const markTicketsUsedStatement = sql(
  'orders.mark_tickets_used',
  `update orders.orders o
   set known_tickets = (
     select json_agg(case when ticket ->> 'id' = any($2) then jsonb_set(ticket, '{used}', 'true') else ticket end)
     from jsonb_array_elements(o.known_tickets::jsonb) as ticket)
   where o.id = any($1::uuid[]) and o.known_tickets is not null`,
)

export function markTicketsUsed(orderIds: readonly string[], ticketIds: readonly string[]): readonly Write[] {
  return orderIds.length === 0 ? [] : [{ statement: markTicketsUsedStatement, values: [orderIds, ticketIds] }]
}

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
