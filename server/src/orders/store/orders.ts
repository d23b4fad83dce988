// SQL of orders for deciding: loads with locks, saves in bulk. Their stock is in stock.ts, reads
// for views are in read/.
import type { CancelReason, OrderLine } from '@holdfast/contract'
import {
  copyInto,
  type InTransaction,
  type Queryable,
  sql,
  type Write,
  withRows,
  writeRows,
} from '../../platform/postgres/database.ts'
import { placesOf } from '../domain/lines.ts'
import type { Order } from '../domain/order.ts'

export interface OrderRow {
  readonly id: string
  readonly version: number
  readonly status: Order['status']
  readonly buyer_id: string
  readonly buyer_email: string
  readonly show_id: string
  readonly lines: OrderLine[]
  readonly code_id: string | null
  readonly code_uses: number | null
  readonly total_minor: number
  readonly currency: string
  readonly created_at: string
  readonly expires_at: string
  readonly extended: boolean
  readonly hold_seconds: number
  readonly payment_id: string | null
  readonly payment_under_way: string | null
  readonly refunded_minor: number
  readonly return_id: string | null
  readonly cancel_reason: CancelReason | null
}

/** What may change of an order, and by what it is found. */
const changingTypes = {
  id: 'uuid',
  version: 'int',
  status: 'text',
  expires_at: 'timestamptz',
  extended: 'boolean',
  payment_id: 'uuid',
  payment_under_way: 'uuid',
  refunded_minor: 'bigint',
  return_id: 'uuid',
  cancel_reason: 'text',
} as const
const orderTypes = {
  ...changingTypes,
  buyer_id: 'uuid',
  buyer_email: 'text',
  show_id: 'uuid',
  lines: 'json',
  code_id: 'uuid',
  code_uses: 'int',
  total_minor: 'bigint',
  currency: 'text',
  created_at: 'timestamptz',
  hold_seconds: 'int',
} as const
const orderColumns = Object.keys(orderTypes).join(', ')
/** What is stored once, for sums. */
const newOrderTypes = { ...orderTypes, places: 'int' } as const

export function toOrder(row: OrderRow): Order {
  const facts = {
    id: row.id,
    version: row.version,
    buyer: { id: row.buyer_id, email: row.buyer_email },
    showId: row.show_id,
    lines: row.lines,
    ...(row.code_id === null ? {} : { code: { id: row.code_id, uses: present(row.code_uses) } }),
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
      return {
        ...facts,
        status: 'complete',
        paymentId: row.payment_id,
        refundedMinor: row.refunded_minor,
        returning: row.return_id,
      }
    case 'refunded':
      return {
        ...facts,
        status: 'refunded',
        paymentId: present(row.payment_id),
        refundedMinor: row.refunded_minor,
        returnId: row.return_id,
      }
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
    code_id: order.code?.id ?? null,
    code_uses: order.code?.uses ?? null,
    total_minor: order.total.amountMinor,
    currency: order.total.currency,
    created_at: order.createdAt,
    expires_at: order.expiresAt,
    extended: order.extended,
    hold_seconds: order.holdSeconds,
    payment_id: 'paymentId' in order ? order.paymentId : null,
    payment_under_way: order.status === 'created' ? order.paymentUnderWay : null,
    refunded_minor: 'refundedMinor' in order ? order.refundedMinor : 0,
    return_id: returnIdOf(order),
    cancel_reason: order.status === 'cancelled' ? order.reason : null,
  }
}

function returnIdOf(order: Order): string | null {
  if (order.status === 'complete') return order.returning
  return order.status === 'refunded' ? order.returnId : null
}

const loadOrdersStatement = sql(
  'orders.load_orders',
  `select ${orderColumns} from orders.orders where id = any($1::uuid[]) order by id for update`,
)

export async function loadOrders(tx: InTransaction, orderIds: readonly string[]): Promise<Order[]> {
  const rows = await tx.query<OrderRow>(loadOrdersStatement, [orderIds])
  return rows.map(toOrder)
}

const insertOrdersStatement = copyInto('orders.insert_orders', 'orders.orders', newOrderTypes)
const updateOrdersStatement = withRows(
  'orders.update_orders',
  changingTypes,
  (rows) => `update orders.orders o
   set version = n.version, status = n.status, expires_at = n.expires_at, extended = n.extended,
       payment_id = n.payment_id, payment_under_way = n.payment_under_way, refunded_minor = n.refunded_minor,
       return_id = n.return_id, cancel_reason = n.cancel_reason
   from ${rows} as n where o.id = n.id`,
)

export function insertOrders(orders: readonly Order[]): readonly Write[] {
  return writeRows(
    insertOrdersStatement,
    orders.map((order) => ({ ...toRow(order), places: placesOf(order.lines) })),
  )
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
