// A payment: its state, what is to be done with the card processor next, and when to look again. Pure.
import { addSeconds, type Money } from '@holdfast/contract'
import type { KnownOrder } from './known-order.ts'
import type { Refund } from './refund.ts'
import { isUnsettled } from './refund.ts'

/** `unknown` stands for every outcome that is not certain; `step` tells what was under way. */
export type PaymentStatus =
  | 'started'
  | 'requires_action'
  | 'authorized'
  | 'captured'
  | 'voided'
  | 'declined'
  | 'refunded'
  | 'unknown'

/** A call to the processor. `retrieve` only looks. */
export type Step = 'create' | 'retrieve' | 'capture' | 'void' | 'refund'

/** States of a PaymentIntent, in the processor's spelling. */
export type IntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'requires_capture'
  | 'succeeded'
  | 'canceled'

export interface Payment {
  readonly id: string
  readonly orderId: string
  readonly buyerId: string
  readonly organiserId: string
  readonly amount: Money
  readonly paymentMethod: string
  readonly status: PaymentStatus
  readonly step: Step | null
  readonly intentId: string | null
  /** The intent as it was last seen at the processor. */
  readonly intentStatus: IntentStatus | null
  readonly chargeId: string | null
  /** The order's answer to the authorization. Captured only when won; given back when lost. */
  readonly claim: 'won' | 'lost' | null
  /** The version of the order that the claim was asked with; null until PaymentAuthorized was told. */
  readonly askedVersion: number | null
  /** Set aside on the card and not taken. */
  readonly authorizedMinor: number
  readonly capturedMinor: number
  /** Returned for good, as the processor told. */
  readonly refundedMinor: number
  /** Why the card was declined, for staff: buyers see a softer word. */
  readonly declineCode: string | null
  /** Why money was given back, or why a capture failed. */
  readonly reason: string | null
  /** The processor refused to capture: the authorization is worth nothing any more. */
  readonly captureRefused: boolean
  readonly disputed: boolean
  readonly version: number
  /** Counts leases: a result that comes with an older number is dropped. */
  readonly fence: number
  readonly leasedUntil: string | null
  /** Uncertain or refused outcomes in a row. */
  readonly attempts: number
  /** When the sweeper looks again; null when nothing is left to do. */
  readonly nextAttemptAt: string | null
  readonly createdAt: string
}

/**
 * Longer than a call takes on a good day, so that two rarely work on one payment; short enough that a killed process is soon
 * made up for. When a slow call outlasts it, the next holder asks with the same key, and the fence keeps the first one's word out.
 */
export const leaseSeconds = 20
/** The processor forgets idempotency keys after a day; a little less, to be on the safe side. */
const keyLifeSeconds = 23 * 3600
const retrySeconds = [1, 2, 5, 15, 60, 300, 900, 3600] as const
const lookSeconds = [60, 120, 300, 900, 3600] as const

/** Retries never run out: giving up would be a guess about money. */
export function retryAt(now: string, attempts: number): string {
  return addSeconds(now, retrySeconds[Math.min(attempts, retrySeconds.length) - 1] ?? retrySeconds[0])
}

/** When to look at a payment that waits for somebody else: webhooks and events may be lost. */
export function lookAgainAt(now: string, attempts: number): string {
  return addSeconds(now, lookSeconds[Math.min(attempts, lookSeconds.length - 1)] ?? lookSeconds[0])
}

/** Beyond this age the same key may no longer find the first attempt: only listing tells whether it arrived. */
export function isKeyAlive(createdAt: string, now: string): boolean {
  return addSeconds(createdAt, keyLifeSeconds) > now
}

/** Longer than any call takes with all its repetitions: what a request that has ended left behind is listed by now. */
const settledSeconds = 300

export function isSettled(createdAt: string, now: string): boolean {
  return addSeconds(createdAt, settledSeconds) <= now
}

export function isLeased(payment: Payment, now: string): boolean {
  return payment.leasedUntil !== null && payment.leasedUntil > now
}

/** Money may still be set aside or taken by this payment. */
export function isOpen({ status }: Pick<Payment, 'status'>): boolean {
  return status === 'started' || status === 'requires_action' || status === 'authorized' || status === 'unknown'
}

/** The processor's intent can still become an authorization. */
function isIntentLive(payment: Payment): boolean {
  const { intentId, intentStatus } = payment
  return intentId !== null && intentStatus !== 'succeeded' && intentStatus !== 'canceled'
}

/** Money that this payment may not keep: the order went to another payment or is gone, for good. */
export function isUnwanted({ claim }: Payment, order: KnownOrder | undefined): boolean {
  if (claim === 'lost' || order?.status === 'cancelled') return true
  return order?.status === 'complete' && claim === null
}

export function refundableMinor(payment: Payment, refunds: readonly Refund[]): number {
  let left = payment.capturedMinor
  for (const refund of refunds) if (refund.status !== 'failed') left -= refund.amount.amountMinor
  return left
}

/** What is to be done with the processor next. Null: nothing until somebody else speaks. */
export function nextStep(payment: Payment, order: KnownOrder | undefined, refunds: readonly Refund[]): Step | null {
  switch (payment.status) {
    case 'started':
      return 'create'
    case 'unknown':
      return payment.intentId === null ? 'create' : 'retrieve'
    case 'requires_action':
      return isUnwanted(payment, order) ? 'void' : null
    case 'authorized':
      if (isUnwanted(payment, order) || payment.captureRefused) return 'void'
      return payment.claim === 'won' ? 'capture' : null
    // A declined intent could be confirmed again with another card by whoever has its secret: it is closed.
    case 'declined':
    case 'voided':
      return isIntentLive(payment) ? 'void' : null
    case 'captured':
    case 'refunded':
      return refunds.some((refund) => refund.status === 'requested' || refund.status === 'unknown') ? 'refund' : null
  }
}

/** Whether nobody has to look at this payment again. */
export function isAtRest(payment: Payment, order: KnownOrder | undefined, refunds: readonly Refund[]): boolean {
  if (isOpen(payment) || nextStep(payment, order, refunds) !== null) return false
  if (refunds.some(isUnsettled)) return false
  // Captured before its claim was answered: the answer is still to come.
  return payment.status !== 'captured' || payment.claim !== null
}
