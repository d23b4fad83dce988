// SQL of orders for deciding: loads with locks, saves in bulk. Their stock is in stock.ts, reads
// for views are in read/.
import {
  admissionsOf,
  type CancelReason,
  type Channel,
  type OrderKind,
  type OrderLine,
  type Tender,
  type Tendered,
} from '@holdfast/contract'
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

export interface OrderRow {
  readonly id: string
  readonly version: number
  readonly status: Order['status']
  readonly buyer_id: string
  readonly buyer_email: string | null
  readonly buyer_name: string | null
  readonly show_id: string
  readonly lines: OrderLine[]
  readonly code_id: string | null
  readonly code_uses: number | null
  readonly total_minor: number
  /** Null of an order of which all was due. */
  readonly due_minor: number | null
  readonly channel: Channel
  readonly sold_by: string | null
  readonly tender: Tender | null
  readonly tender_reason: string | null
  readonly tendered_by: string | null
  readonly currency: string
  readonly created_at: string
  readonly kind: OrderKind
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
  kind: 'text',
  expires_at: 'timestamptz',
  extended: 'boolean',
  payment_id: 'uuid',
  payment_under_way: 'uuid',
  refunded_minor: 'bigint',
  return_id: 'uuid',
  cancel_reason: 'text',
  tender: 'text',
  tender_reason: 'text',
  tendered_by: 'uuid',
} as const
const orderTypes = {
  ...changingTypes,
  buyer_id: 'uuid',
  buyer_email: 'text',
  buyer_name: 'text',
  show_id: 'uuid',
  lines: 'json',
  code_id: 'uuid',
  code_uses: 'int',
  total_minor: 'bigint',
  due_minor: 'bigint',
  channel: 'text',
  sold_by: 'uuid',
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
    buyer: {
      id: row.buyer_id,
      email: row.buyer_email,
      ...(row.buyer_name === null ? {} : { name: row.buyer_name }),
    },
    showId: row.show_id,
    lines: row.lines,
    ...(row.code_id === null ? {} : { code: { id: row.code_id, uses: present(row.code_uses) } }),
    total: { amountMinor: row.total_minor, currency: row.currency },
    due: { amountMinor: row.due_minor ?? row.total_minor, currency: row.currency },
    channel: row.channel,
    soldBy: row.sold_by,
    tendered: tenderedOf(row),
    createdAt: row.created_at,
    kind: row.kind,
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

function tenderedOf({ tender, tender_reason: reason, tendered_by: by }: OrderRow): Tendered | null {
  if (tender === null || by === null) return null
  return { tender, by, ...(reason === null ? {} : { reason }) }
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
    buyer_name: order.buyer.name ?? null,
    show_id: order.showId,
    lines: [...order.lines],
    code_id: order.code?.id ?? null,
    code_uses: order.code?.uses ?? null,
    total_minor: order.total.amountMinor,
    due_minor: order.due.amountMinor,
    channel: order.channel,
    sold_by: order.soldBy,
    tender: order.tendered?.tender ?? null,
    tender_reason: order.tendered?.reason ?? null,
    tendered_by: order.tendered?.by ?? null,
    currency: order.total.currency,
    created_at: order.createdAt,
    kind: order.kind,
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

const insertOrdersStatement = copyInto('orders.insert_orders', 'orders.orders', newOrderTypes)
const updateOrdersStatement = withRows(
  'orders.update_orders',
  changingTypes,
  (rows) => `update orders.orders o
   set version = n.version, status = n.status, kind = n.kind, expires_at = n.expires_at, extended = n.extended,
       payment_id = n.payment_id, payment_under_way = n.payment_under_way, refunded_minor = n.refunded_minor,
       return_id = n.return_id, cancel_reason = n.cancel_reason, tender = n.tender, tender_reason = n.tender_reason,
       tendered_by = n.tendered_by
   from ${rows} as n where o.id = n.id`,
)

export function insertOrders(orders: readonly Order[]): readonly Write[] {
  return writeRows(
    insertOrdersStatement,
    orders.map((order) => ({ ...toRow(order), places: admissionsOf(order.lines) })),
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
