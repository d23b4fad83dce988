// SQL of payments. Loads lock rows in the order of their ids, saves are bulk statements, reads
// serve answers. Decides nothing.
import {
  copyInto,
  type InTransaction,
  type Queryable,
  sql,
  type Write,
  withRows,
  writeRows,
} from '../../platform/postgres/database.ts'
import type { Command, Sibling } from '../domain/commands.ts'
import type { KnownOrder } from '../domain/known-order.ts'
import type { Payment } from '../domain/payment.ts'
import type { Refund } from '../domain/refund.ts'
import { makeWorld, type World } from '../world.ts'
import {
  entryRowOf,
  type KnownOrderRow,
  newPaymentRowOf,
  orderRowOf,
  type PaymentRow,
  paymentRowOf,
  type RefundRow,
  refundRowOf,
  toKnownOrder,
  toPayment,
  toRefund,
} from './rows.ts'

const paymentColumns = `id, order_id, buyer_id, organiser_id, amount_minor, currency, payment_method, tender, status, step,
  intent_id, intent_status, charge_id, claim, asked_version, authorized_minor, captured_minor, refunded_minor, decline_code,
  reason, capture_refused, disputed, version, fence, leased_until, attempts, next_attempt_at, created_at`
const orderTypes = {
  id: 'uuid',
  version: 'int',
  status: 'text',
  buyer_id: 'uuid',
  organiser_id: 'uuid',
  show_id: 'uuid',
  buyer_email: 'text',
  amount_minor: 'bigint',
  currency: 'text',
  expires_at: 'timestamptz',
  claimed_by: 'uuid',
} as const
const orderColumns = Object.keys(orderTypes).join(', ')
const refundColumns =
  'id, payment_id, order_id, amount_minor, currency, origin, reason, status, processor_id, failure_code, created_at'

const lockPayments = sql(
  'payments.lock_payments',
  `select ${paymentColumns} from payments.payments
   where id = any(array(
     select unnest($1::uuid[]) union all select id from payments.payments where order_id = any($2::uuid[])))
   order by id for update`,
)
const readSiblings = sql(
  'payments.read_siblings',
  `select id, order_id, status, claim from payments.payments where order_id = any($1::uuid[])`,
)
// Also the orders of the payments: their ids are not known yet when this statement is sent.
const readOrders = sql(
  'payments.read_orders',
  `select ${orderColumns} from payments.known_orders
   where id = any(array(
     select unnest($1::uuid[]) union all select order_id from payments.payments where id = any($2::uuid[])))`,
)
const readRefundsOf = sql(
  'payments.read_refunds_of',
  `select ${refundColumns} from payments.refunds where payment_id = any($1::uuid[]) order by id`,
)

/**
 * Reads what the commands need. Payments are locked before orders are read, so the second of two
 * transactions that lock a payment sees a cancellation. The statements are sent together, and the
 * server runs them in order. Only captured payments have refunds, so most batches need no second
 * round trip.
 */
export async function load(tx: InTransaction, commands: readonly Command[]): Promise<World> {
  const paymentIds = new Set<string>()
  const orderIds = new Set<string>()
  const allOfOrder = new Set<string>()
  const hinted = new Set<string>()
  for (const command of commands) {
    if ('orderId' in command) orderIds.add(command.orderId)
    if (command.type === 'StartPayment' || command.type === 'TakeElsewhere') hinted.add(command.orderId)
    else if (command.type === 'NoteOrderCancelled' || command.type === 'RequestRefund')
      allOfOrder.add(command.orderId)
    else if ('paymentId' in command) paymentIds.add(command.paymentId)
  }
  const touchesPayments = paymentIds.size > 0 || allOfOrder.size > 0
  const [payments, siblings, orders] = await Promise.all([
    touchesPayments ? tx.query<PaymentRow>(lockPayments, [[...paymentIds], [...allOfOrder]]) : [],
    hinted.size > 0 ? tx.query<Sibling & { order_id: string }>(readSiblings, [[...hinted]]) : [],
    tx.query<KnownOrderRow>(readOrders, [[...orderIds], [...paymentIds]]),
  ])
  const world = makeWorld()
  for (const row of payments) {
    world.payments.set(row.id, toPayment(row))
    if (allOfOrder.has(row.order_id)) addTo(world.idsByOrder, row.order_id, row.id)
  }
  for (const { order_id, ...sibling } of siblings) addTo(world.siblingsByOrder, order_id, sibling)
  for (const row of orders) world.orders.set(row.id, toKnownOrder(row))
  const captured = [...world.payments.values()]
    .filter(({ capturedMinor }) => capturedMinor > 0)
    .map(({ id }) => id)
  const refunds = captured.length > 0 ? await tx.query<RefundRow>(readRefundsOf, [captured]) : []
  for (const row of refunds) addTo(world.refundsByPayment, row.payment_id, toRefund(row))
  return world
}

function addTo<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

/** The columns of a payment that change, with its key. */
const changingTypes = {
  id: 'uuid',
  status: 'text',
  step: 'text',
  intent_id: 'text',
  intent_status: 'text',
  charge_id: 'text',
  claim: 'text',
  asked_version: 'int',
  authorized_minor: 'bigint',
  captured_minor: 'bigint',
  refunded_minor: 'bigint',
  decline_code: 'text',
  reason: 'text',
  capture_refused: 'boolean',
  disputed: 'boolean',
  version: 'int',
  fence: 'int',
  leased_until: 'timestamptz',
  attempts: 'int',
  next_attempt_at: 'timestamptz',
} as const
const insertPayments = copyInto('payments.insert_payments', 'payments.payments', {
  ...changingTypes,
  order_id: 'uuid',
  buyer_id: 'uuid',
  organiser_id: 'uuid',
  amount_minor: 'bigint',
  currency: 'text',
  payment_method: 'text',
  tender: 'text',
  open: 'boolean',
  created_at: 'timestamptz',
})
const updatePayments = withRows(
  'payments.update_payments',
  changingTypes,
  (rows) => `update payments.payments p
   set status = n.status, step = n.step, intent_id = n.intent_id, intent_status = n.intent_status,
       charge_id = n.charge_id, claim = n.claim, asked_version = n.asked_version, authorized_minor = n.authorized_minor,
       captured_minor = n.captured_minor, refunded_minor = n.refunded_minor, decline_code = n.decline_code,
       reason = n.reason, capture_refused = n.capture_refused, disputed = n.disputed, version = n.version,
       fence = n.fence, leased_until = n.leased_until, attempts = n.attempts, next_attempt_at = n.next_attempt_at,
       open = n.next_attempt_at is not null, updated_at = now()
   from ${rows} as n where p.id = n.id`,
)
const insertOrders = copyInto('payments.insert_orders', 'payments.known_orders', orderTypes)
// A newer copy that another process has written stays.
const updateOrders = withRows(
  'payments.update_orders',
  orderTypes,
  (rows) => `update payments.known_orders k
   set version = n.version, status = n.status, buyer_id = n.buyer_id, organiser_id = n.organiser_id,
       show_id = n.show_id, buyer_email = n.buyer_email, amount_minor = n.amount_minor, currency = n.currency, expires_at = n.expires_at, claimed_by = n.claimed_by
   from ${rows} as n where k.id = n.id and k.version <= n.version`,
)
const saveRefunds = sql(
  'payments.save_refunds',
  `insert into payments.refunds (${refundColumns})
   select ${refundColumns}
   from json_to_recordset($1) as r (
     id uuid, payment_id uuid, order_id uuid, amount_minor bigint, currency text, origin text, reason text, status text,
     processor_id text, failure_code text, created_at timestamptz)
   on conflict (id) do update
   set status = excluded.status, processor_id = excluded.processor_id, failure_code = excluded.failure_code, updated_at = now()`,
)
const insertEntries = copyInto('payments.insert_entries', 'payments.ledger_entries', {
  source_id: 'uuid',
  kind: 'text',
  payment_id: 'uuid',
  order_id: 'uuid',
  debit_account: 'text',
  credit_account: 'text',
  currency: 'text',
  posted_minor: 'bigint',
  pending_minor: 'bigint',
  effective_at: 'timestamptz',
})

const pick = <Value>(map: ReadonlyMap<string, Value>, ids: Iterable<string>): Value[] =>
  [...ids].flatMap((id) => map.get(id) ?? [])

export function save(world: World, now: string): readonly Write[] {
  const { newPayments, payments, newOrders, orders, refunds } = world.changed
  return [
    ...writeRows(insertOrders, pick(world.orders, newOrders).map(orderRowOf)),
    ...writeRows(updateOrders, pick(world.orders, orders.difference(newOrders)).map(orderRowOf)),
    ...writeRows(insertPayments, pick(world.payments, newPayments).map(newPaymentRowOf)),
    ...writeRows(updatePayments, pick(world.payments, payments.difference(newPayments)).map(paymentRowOf)),
    ...writeRows(saveRefunds, [...refunds.values()].map(refundRowOf)),
    ...writeRows(
      insertEntries,
      world.entries.map((entry) => entryRowOf(entry, now)),
    ),
  ]
}

const readPaymentStatement = sql(
  'payments.read_payment',
  `select ${paymentColumns} from payments.payments where id = $1`,
)
const readOrderStatement = sql(
  'payments.read_order',
  `select ${orderColumns} from payments.known_orders where id = $1`,
)
const findKnownStatement = sql(
  'payments.find_known',
  `select id from payments.known_orders where id = any($1::uuid[]) and buyer_id is not null`,
)
const readRefundStatement = sql(
  'payments.read_refund',
  `select ${refundColumns} from payments.refunds where id = $1`,
)
const listRefundsStatement = sql(
  'payments.list_refunds',
  `select ${refundColumns} from payments.refunds
   where order_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
)
const findDueStatement = sql(
  'payments.find_due',
  `select id from payments.payments where open and next_attempt_at <= now() order by next_attempt_at limit $1`,
)

export async function readPayment(db: Queryable, id: string): Promise<Payment | null> {
  const [row] = await db.query<PaymentRow>(readPaymentStatement, [id])
  return row ? toPayment(row) : null
}

export async function readKnownOrder(db: Queryable, id: string): Promise<KnownOrder | null> {
  const [row] = await db.query<KnownOrderRow>(readOrderStatement, [id])
  return row ? toKnownOrder(row) : null
}

/** Whether the terms of each order are known. */
export async function areKnown(db: Queryable, ids: readonly string[]): Promise<boolean[]> {
  const rows = await db.query<{ id: string }>(findKnownStatement, [ids])
  const known = new Set(rows.map(({ id }) => id))
  return ids.map((id) => known.has(id))
}

export async function readRefund(db: Queryable, id: string): Promise<Refund | null> {
  const [row] = await db.query<RefundRow>(readRefundStatement, [id])
  return row ? toRefund(row) : null
}

/** Newest first. `before`: the last id of the previous page. */
export async function listRefunds(
  db: Queryable,
  orderId: string,
  page: { before: string | null; limit: number },
): Promise<Refund[]> {
  const rows = await db.query<RefundRow>(listRefundsStatement, [orderId, page.before, page.limit])
  return rows.map(toRefund)
}

/** Payments that are due, longest overdue first. */
export async function findDue(db: Queryable, limit: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>(findDueStatement, [limit])
  return rows.map(({ id }) => id)
}
