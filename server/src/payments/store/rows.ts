// Translates rows of the payments schema to domain objects and back, by one table of names each.
// Decides nothing.
import type { Money } from '@holdfast/contract'
import type { KnownOrder } from '../domain/known-order.ts'
import type { LedgerEntry } from '../domain/ledger.ts'
import type { Payment } from '../domain/payment.ts'
import type { Refund } from '../domain/refund.ts'

/** Columns, each with the field that it stores as it is. */
type Names = Readonly<Record<string, string>>
type RowOf<N extends Names, Whole> = { readonly [Column in keyof N]: Whole[N[Column] & keyof Whole] }
type FieldsOf<N extends Names, Whole> = {
  readonly [Column in keyof N as N[Column]]: Whole[N[Column] & keyof Whole]
}

function toRow<N extends Names, Whole>(names: N, whole: Whole): RowOf<N, Whole> {
  const row: Record<string, unknown> = {}
  for (const column in names) row[column] = whole[names[column] as string as keyof Whole]
  return row as RowOf<N, Whole>
}

function toFields<N extends Names, Whole>(names: N, row: RowOf<N, Whole>): FieldsOf<N, Whole> {
  const fields: Record<string, unknown> = {}
  for (const column in names) fields[names[column] as string] = row[column]
  return fields as FieldsOf<N, Whole>
}

interface MoneyRow {
  readonly amount_minor: number
  readonly currency: string
}

const moneyOf = ({ amount_minor: amountMinor, currency }: MoneyRow): Money => ({ amountMinor, currency })
const moneyRowOf = ({ amountMinor, currency }: Money): MoneyRow => ({ amount_minor: amountMinor, currency })

const paymentNames = {
  id: 'id',
  order_id: 'orderId',
  buyer_id: 'buyerId',
  organiser_id: 'organiserId',
  payment_method: 'paymentMethod',
  tender: 'tender',
  status: 'status',
  step: 'step',
  intent_id: 'intentId',
  intent_status: 'intentStatus',
  charge_id: 'chargeId',
  claim: 'claim',
  asked_version: 'askedVersion',
  authorized_minor: 'authorizedMinor',
  captured_minor: 'capturedMinor',
  refunded_minor: 'refundedMinor',
  decline_code: 'declineCode',
  reason: 'reason',
  capture_refused: 'captureRefused',
  disputed: 'disputed',
  version: 'version',
  fence: 'fence',
  leased_until: 'leasedUntil',
  attempts: 'attempts',
  next_attempt_at: 'nextAttemptAt',
  created_at: 'createdAt',
} as const
const refundNames = {
  id: 'id',
  payment_id: 'paymentId',
  order_id: 'orderId',
  origin: 'origin',
  reason: 'reason',
  status: 'status',
  processor_id: 'processorId',
  failure_code: 'failureCode',
  created_at: 'createdAt',
} as const
const entryNames = {
  source_id: 'sourceId',
  kind: 'kind',
  payment_id: 'paymentId',
  order_id: 'orderId',
  debit_account: 'debit',
  credit_account: 'credit',
  currency: 'currency',
  posted_minor: 'postedMinor',
  pending_minor: 'pendingMinor',
} as const

export type PaymentRow = RowOf<typeof paymentNames, Payment> & MoneyRow
export type RefundRow = RowOf<typeof refundNames, Refund> & MoneyRow

export interface KnownOrderRow {
  readonly id: string
  readonly version: number
  readonly status: KnownOrder['status']
  readonly buyer_id: string | null
  readonly buyer_email: string | null
  readonly organiser_id: string | null
  readonly show_id: string | null
  readonly amount_minor: number | null
  readonly currency: string | null
  readonly expires_at: string | null
  readonly claimed_by: string | null
}

export function toPayment(row: PaymentRow): Payment {
  return { ...toFields<typeof paymentNames, Payment>(paymentNames, row), amount: moneyOf(row) }
}

export function paymentRowOf(payment: Payment): PaymentRow {
  return { ...toRow(paymentNames, payment), ...moneyRowOf(payment.amount) }
}

/** The row of a new payment. For updates, the statement itself computes `open`. */
export function newPaymentRowOf(payment: Payment) {
  return { ...paymentRowOf(payment), open: payment.nextAttemptAt !== null }
}

export function toKnownOrder(row: KnownOrderRow): KnownOrder {
  const { buyer_id: buyerId, organiser_id: organiserId, amount_minor: amountMinor, currency } = row
  const show = row.show_id === null ? {} : { showId: row.show_id }
  const address = row.buyer_email === null ? {} : { buyerEmail: row.buyer_email }
  const whole = buyerId !== null && organiserId !== null && amountMinor !== null && currency !== null
  return {
    id: row.id,
    version: row.version,
    status: row.status,
    terms: whole ? { buyerId, ...address, organiserId, ...show, amount: { amountMinor, currency } } : null,
    expiresAt: row.expires_at,
    claimedBy: row.claimed_by,
  }
}

export function orderRowOf(order: KnownOrder): KnownOrderRow {
  return {
    id: order.id,
    version: order.version,
    status: order.status,
    buyer_id: order.terms?.buyerId ?? null,
    buyer_email: order.terms?.buyerEmail ?? null,
    organiser_id: order.terms?.organiserId ?? null,
    show_id: order.terms?.showId ?? null,
    amount_minor: order.terms?.amount.amountMinor ?? null,
    currency: order.terms?.amount.currency ?? null,
    expires_at: order.expiresAt,
    claimed_by: order.claimedBy,
  }
}

export function toRefund(row: RefundRow): Refund {
  return { ...toFields<typeof refundNames, Refund>(refundNames, row), amount: moneyOf(row) }
}

export function refundRowOf(refund: Refund): RefundRow {
  return { ...toRow(refundNames, refund), ...moneyRowOf(refund.amount) }
}

export function entryRowOf(entry: LedgerEntry, effectiveAt: string) {
  return { ...toRow(entryNames, entry), effective_at: effectiveAt }
}
