// Statements of payments, by name.
import { only, type View } from './engine.ts'
import type { Row } from './schema.ts'
import {
  by,
  byColumn,
  byKeys,
  columnsOf,
  compare,
  copyInto,
  recordsOf,
  type StatementTwins,
  shape,
} from './statement.ts'

const payments = 'payments.payments'
const changingColumns = `status step intent_id intent_status charge_id claim asked_version authorized_minor captured_minor
  refunded_minor decline_code reason capture_refused disputed version fence leased_until attempts next_attempt_at`
const paymentColumns = `id order_id buyer_id organiser_id amount_minor currency payment_method tender ${changingColumns} created_at`
const orderColumns =
  'id version status buyer_id buyer_email organiser_id show_id amount_minor currency expires_at claimed_by'
const refundColumns =
  'id payment_id order_id amount_minor currency origin reason status processor_id failure_code created_at'

const ofAny = (rows: readonly Row[], column: string, values: unknown): Row[] => {
  const wanted = new Set(values as string[])
  return wanted.size === 0 ? [] : rows.filter((row) => wanted.has(row[column] as string))
}
const isOpen = (row: Row) => ({ open: row['next_attempt_at'] !== null })
const isoOf = (ms: number) => new Date(ms).toISOString()

function knownState(view: View, { eventId, paymentId, intentId }: Row): Row[] {
  const seen = view.get('payments.webhook_events', eventId as string) !== null
  const found =
    paymentId === null || paymentId === undefined
      ? view.all(payments).filter((row) => intentId !== null && row['intent_id'] === intentId)
      : only(view.get(payments, paymentId as string))
  const state = shape(
    `paymentId=id status intentId=intent_id intentStatus=intent_status amountMinor=amount_minor currency
     refundedMinor=refunded_minor`,
  )
  return (found.length > 0 ? found : [{}]).map((row) => ({ eventId, seen, ...state(row) }))
}

export const paymentsStatements: StatementTwins = {
  'payments.lock_payments': (view, [ids, orderIds]) => {
    const ofOrders = ofAny(view.all(payments), 'order_id', orderIds).map((row) => row['id'] as string)
    return byKeys(payments, paymentColumns, 'update')(view, [[...(ids as string[]), ...ofOrders]])
  },
  'payments.read_siblings': byColumn(payments, 'order_id', 'id order_id status claim'),
  'payments.read_orders': (view, [ids, paymentIds]) => {
    const ofPayments = (paymentIds as string[])
      .flatMap((id) => only(view.get(payments, id)))
      .map((row) => row['order_id'] as string)
    return byKeys('payments.known_orders', orderColumns)(view, [[...(ids as string[]), ...ofPayments]])
  },
  'payments.read_refunds_of': byColumn('payments.refunds', 'payment_id', refundColumns, ['id']),
  'payments.insert_payments': copyInto(payments, `${paymentColumns} open`),
  'payments.update_payments': (view, [rows]) => {
    for (const record of recordsOf(rows)) {
      const row = columnsOf(record, changingColumns)
      view.update(payments, record['id'] as string, { ...row, ...isOpen(row), updated_at: isoOf(view.nowMs) })
    }
    return []
  },
  'payments.insert_orders': copyInto('payments.known_orders', orderColumns),
  'payments.update_orders': (view, [rows]) => {
    for (const record of recordsOf(rows)) {
      const { id, ...changes } = columnsOf(record, orderColumns)
      view.update(
        'payments.known_orders',
        id as string,
        changes,
        (old) => (old['version'] as number) <= (changes['version'] as number),
      )
    }
    return []
  },
  'payments.save_refunds': (view, [json]) => {
    for (const record of recordsOf(json)) {
      const changes = {
        ...columnsOf(record, 'status processor_id failure_code'),
        updated_at: isoOf(view.nowMs),
      }
      view.insert('payments.refunds', columnsOf(record, refundColumns), () => changes)
    }
    return []
  },
  'payments.insert_entries': copyInto(
    'payments.ledger_entries',
    `source_id kind payment_id order_id debit_account credit_account currency posted_minor pending_minor effective_at`,
  ),
  'payments.read_payment': (view, [id]) => only(view.get(payments, id as string)).map(shape(paymentColumns)),
  'payments.read_order': (view, [id]) =>
    only(view.get('payments.known_orders', id as string)).map(shape(orderColumns)),
  'payments.find_known': (view, [ids]) =>
    [...new Set(ids as string[])]
      .flatMap((id) => only(view.get('payments.known_orders', id)))
      .filter((row) => row['buyer_id'] !== null)
      .map(shape('id')),
  'payments.read_refund': (view, [id]) =>
    only(view.get('payments.refunds', id as string)).map(shape(refundColumns)),
  'payments.list_refunds': (view, [orderId, before, limit]) =>
    view
      .all('payments.refunds')
      .filter(
        (row) =>
          row['order_id'] === orderId && (before === null || (row['id'] as string) < (before as string)),
      )
      .toSorted((a, b) => compare(b['id'], a['id']))
      .slice(0, limit as number)
      .map(shape(refundColumns)),
  'payments.find_due': (view, [limit]) =>
    view
      .all(payments)
      .filter((row) => row['open'] === true && (row['next_attempt_at'] as string) <= isoOf(view.nowMs))
      .toSorted(by('next_attempt_at'))
      .slice(0, limit as number)
      .map(shape('id')),
  'payments.read_webhook_states': (view, [json]) =>
    recordsOf(json).flatMap((asked) => knownState(view, asked)),
  'payments.record_webhook_events': (view, [json]) => {
    for (const record of recordsOf(json)) {
      view.insert('payments.webhook_events', columnsOf(record, 'id type payment_id outcome'), 'skip')
    }
    return []
  },
}
