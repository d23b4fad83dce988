// Translates rows of the payments schema to domain objects and back. Decides nothing.
import type { KnownOrder } from '../domain/known-order.ts'
import type { LedgerEntry } from '../domain/ledger.ts'
import type { IntentStatus, Payment, PaymentStatus, Step } from '../domain/payment.ts'
import type { Refund, RefundStatus } from '../domain/refund.ts'

export interface PaymentRow {
  readonly id: string
  readonly order_id: string
  readonly buyer_id: string
  readonly organiser_id: string
  readonly amount_minor: number
  readonly currency: string
  readonly payment_method: string
  readonly status: PaymentStatus
  readonly step: Step | null
  readonly intent_id: string | null
  readonly intent_status: IntentStatus | null
  readonly charge_id: string | null
  readonly claim: 'won' | 'lost' | null
  readonly asked_version: number | null
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
  readonly decline_code: string | null
  readonly reason: string | null
  readonly capture_refused: boolean
  readonly disputed: boolean
  readonly version: number
  readonly fence: number
  readonly leased_until: string | null
  readonly attempts: number
  readonly next_attempt_at: string | null
  readonly created_at: string
}

export interface KnownOrderRow {
  readonly id: string
  readonly version: number
  readonly status: KnownOrder['status']
  readonly buyer_id: string | null
  readonly organiser_id: string | null
  readonly amount_minor: number | null
  readonly currency: string | null
  readonly expires_at: string | null
  readonly claimed_by: string | null
}

export interface RefundRow {
  readonly id: string
  readonly payment_id: string
  readonly order_id: string
  readonly amount_minor: number
  readonly currency: string
  readonly origin: Refund['origin']
  readonly reason: string | null
  readonly status: RefundStatus
  readonly processor_id: string | null
  readonly failure_code: string | null
  readonly created_at: string
}

export function toPayment(row: PaymentRow): Payment {
  return {
    id: row.id,
    orderId: row.order_id,
    buyerId: row.buyer_id,
    organiserId: row.organiser_id,
    amount: { amountMinor: row.amount_minor, currency: row.currency },
    paymentMethod: row.payment_method,
    status: row.status,
    step: row.step,
    intentId: row.intent_id,
    intentStatus: row.intent_status,
    chargeId: row.charge_id,
    claim: row.claim,
    askedVersion: row.asked_version,
    authorizedMinor: row.authorized_minor,
    capturedMinor: row.captured_minor,
    refundedMinor: row.refunded_minor,
    declineCode: row.decline_code,
    reason: row.reason,
    captureRefused: row.capture_refused,
    disputed: row.disputed,
    version: row.version,
    fence: row.fence,
    leasedUntil: row.leased_until,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    createdAt: row.created_at,
  }
}

export function paymentRowOf(payment: Payment): PaymentRow {
  return {
    id: payment.id,
    order_id: payment.orderId,
    buyer_id: payment.buyerId,
    organiser_id: payment.organiserId,
    amount_minor: payment.amount.amountMinor,
    currency: payment.amount.currency,
    payment_method: payment.paymentMethod,
    status: payment.status,
    step: payment.step,
    intent_id: payment.intentId,
    intent_status: payment.intentStatus,
    charge_id: payment.chargeId,
    claim: payment.claim,
    asked_version: payment.askedVersion,
    authorized_minor: payment.authorizedMinor,
    captured_minor: payment.capturedMinor,
    refunded_minor: payment.refundedMinor,
    decline_code: payment.declineCode,
    reason: payment.reason,
    capture_refused: payment.captureRefused,
    disputed: payment.disputed,
    version: payment.version,
    fence: payment.fence,
    leased_until: payment.leasedUntil,
    attempts: payment.attempts,
    next_attempt_at: payment.nextAttemptAt,
    created_at: payment.createdAt,
  }
}

/** The row of a new payment. For updates, the statement itself computes `open`. */
export function newPaymentRowOf(payment: Payment) {
  return { ...paymentRowOf(payment), open: payment.nextAttemptAt !== null }
}

export function toKnownOrder(row: KnownOrderRow): KnownOrder {
  const { buyer_id: buyerId, organiser_id: organiserId, amount_minor: amountMinor, currency } = row
  const whole = buyerId !== null && organiserId !== null && amountMinor !== null && currency !== null
  return {
    id: row.id,
    version: row.version,
    status: row.status,
    terms: whole ? { buyerId, organiserId, amount: { amountMinor, currency } } : null,
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
    organiser_id: order.terms?.organiserId ?? null,
    amount_minor: order.terms?.amount.amountMinor ?? null,
    currency: order.terms?.amount.currency ?? null,
    expires_at: order.expiresAt,
    claimed_by: order.claimedBy,
  }
}

export function toRefund(row: RefundRow): Refund {
  return {
    id: row.id,
    paymentId: row.payment_id,
    orderId: row.order_id,
    amount: { amountMinor: row.amount_minor, currency: row.currency },
    origin: row.origin,
    reason: row.reason,
    status: row.status,
    processorId: row.processor_id,
    failureCode: row.failure_code,
    createdAt: row.created_at,
  }
}

export function refundRowOf(refund: Refund): RefundRow {
  return {
    id: refund.id,
    payment_id: refund.paymentId,
    order_id: refund.orderId,
    amount_minor: refund.amount.amountMinor,
    currency: refund.amount.currency,
    origin: refund.origin,
    reason: refund.reason,
    status: refund.status,
    processor_id: refund.processorId,
    failure_code: refund.failureCode,
    created_at: refund.createdAt,
  }
}

export function entryRowOf(entry: LedgerEntry, effectiveAt: string) {
  return {
    source_id: entry.sourceId,
    kind: entry.kind,
    payment_id: entry.paymentId,
    order_id: entry.orderId,
    debit_account: entry.debit,
    credit_account: entry.credit,
    currency: entry.currency,
    posted_minor: entry.postedMinor,
    pending_minor: entry.pendingMinor,
    effective_at: effectiveAt,
  }
}
