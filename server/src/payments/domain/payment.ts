// A payment: its state, its next step at the card processor, and how long to wait between steps.
// Pure.
import { addSeconds, type ElsewhereTender, type Money } from '@holdfast/contract'
import type { KnownOrder } from './known-order.ts'
import type { Refund } from './refund.ts'
import { isUnsettled } from './refund.ts'

/** `unknown`: the outcome of `step` is not certain. */
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

/** States of a PaymentIntent, spelled as the processor spells them. */
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
  /** Money that staff took outside of the shop: no processor knows of it. Null of a card. */
  readonly tender: ElsewhereTender | null
  readonly status: PaymentStatus
  readonly step: Step | null
  readonly intentId: string | null
  /** As last seen at the processor. */
  readonly intentStatus: IntentStatus | null
  readonly chargeId: string | null
  /** The order's answer to the authorization. Won: captured. Lost: given back. */
  readonly claim: 'won' | 'lost' | null
  /** The order's version in PaymentAuthorized. Null until that event was published. */
  readonly askedVersion: number | null
  /** Held on the card, not taken. */
  readonly authorizedMinor: number
  readonly capturedMinor: number
  /** Given back, as confirmed by the processor. */
  readonly refundedMinor: number
  /** Why the card was declined. For staff: buyers see a softer code. */
  readonly declineCode: string | null
  /** Why money was given back, or why a capture failed. */
  readonly reason: string | null
  /** The processor refused the capture for good: the authorization is worth nothing. */
  readonly captureRefused: boolean
  readonly disputed: boolean
  readonly version: number
  /** Counts leases. A result with an older number is dropped. */
  readonly fence: number
  readonly leasedUntil: string | null
  /** Unknown or refused outcomes in a row. */
  readonly attempts: number
  /** When the sweeper looks again. Null: nothing is left to do. */
  readonly nextAttemptAt: string | null
  readonly createdAt: string
}

/**
 * Longer than a usual call, so that two processes rarely work on one payment. Short enough that
 * another process soon replaces a killed one. If a slow call takes longer, the next holder uses the
 * same key, and the fence drops the result of the first.
 */
export const leaseSeconds = 20
/** The processor forgets idempotency keys after a day. One hour less, for safety. */
const keyLifeSeconds = 23 * 3600
const retrySeconds = [1, 2, 5, 15, 60, 300, 900, 3600] as const
const lookSeconds = [60, 120, 300, 900, 3600] as const

/** Retries never end: giving up would be a guess about money. */
export function retryAt(now: string, attempts: number): string {
  return addSeconds(now, retrySeconds[Math.min(attempts, retrySeconds.length) - 1] ?? retrySeconds[0])
}

/** When to look at a payment that waits for a webhook or an event: both may be lost. */
export function lookAgainAt(now: string, attempts: number): string {
  return addSeconds(now, lookSeconds[Math.min(attempts, lookSeconds.length - 1)] ?? lookSeconds[0])
}

/**
 * An older key may no longer find the first attempt. Then only the processor's list tells whether
 * that arrived.
 */
export function isKeyAlive(createdAt: string, now: string): boolean {
  return addSeconds(createdAt, keyLifeSeconds) > now
}

/**
 * Longer than any call with all its repetitions. After it, the processor lists whatever an ended
 * request created.
 */
const settledSeconds = 300

export function isSettled(createdAt: string, now: string): boolean {
  return addSeconds(createdAt, settledSeconds) <= now
}

export function isLeased(payment: Payment, now: string): boolean {
  return payment.leasedUntil !== null && payment.leasedUntil > now
}

/** This payment may still hold or take money. */
export function isOpen({ status }: Pick<Payment, 'status'>): boolean {
  return (
    status === 'started' || status === 'requires_action' || status === 'authorized' || status === 'unknown'
  )
}

/** An authorization that the order has accepted or may still accept. */
export function isHolding({ status, claim }: Pick<Payment, 'status' | 'claim'>): boolean {
  if (status === 'authorized' || status === 'captured' || status === 'refunded') return claim !== 'lost'
  return status === 'unknown' && claim === 'won'
}

/** The processor's intent can still become an authorization. */
function isIntentLive(payment: Payment): boolean {
  const { intentId, intentStatus } = payment
  return intentId !== null && intentStatus !== 'succeeded' && intentStatus !== 'canceled'
}

/** This payment may not keep money: the order is cancelled, or another payment has it. */
export function isUnwanted({ claim }: Payment, order: KnownOrder | undefined): boolean {
  if (claim === 'lost' || order?.status === 'cancelled') return true
  return order?.status === 'complete' && claim === null
}

/** The next call to the processor. Null: wait for an event or a webhook. */
export function nextStep(
  payment: Payment,
  order: KnownOrder | undefined,
  refunds: readonly Refund[],
): Step | null {
  if (payment.tender !== null) return null
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
    // Anybody with the secret could confirm a declined intent again with another card, so it is
    // cancelled.
    case 'declined':
    case 'voided':
      return isIntentLive(payment) ? 'void' : null
    case 'captured':
    case 'refunded':
      return refunds.some((refund) => isToDo(refund, payment)) ? 'refund' : null
  }
}

/** The money of a return waits for the bank while the charge is disputed. */
export function isToDo({ status, origin }: Refund, { disputed }: Pick<Payment, 'disputed'>): boolean {
  return status === 'unknown' || (status === 'requested' && !(disputed && origin === 'return'))
}

/** How far an intent is. It only moves forward, except after a failed challenge. */
const rankOf: Record<IntentStatus, number> = {
  requires_payment_method: 0,
  requires_confirmation: 0,
  requires_action: 1,
  processing: 2,
  requires_capture: 3,
  succeeded: 4,
  canceled: 4,
}

/** Whether `known` is as new as `seen` or newer, so that `seen` needs no look at the processor. */
export function isOldNews(known: IntentStatus | null, seen: IntentStatus): boolean {
  if (known === null || known === seen) return known === seen
  return rankOf[known] >= rankOf.requires_capture && rankOf[known] > rankOf[seen]
}

/** Whether the payment needs no further look. */
export function isAtRest(
  payment: Payment,
  order: KnownOrder | undefined,
  refunds: readonly Refund[],
): boolean {
  // The order answers, and nobody else could be asked.
  if (payment.tender !== null) return true
  if (isOpen(payment) || nextStep(payment, order, refunds) !== null) return false
  if (refunds.some(isUnsettled)) return false
  // Captured before the order answered the claim: the answer is still to come.
  return payment.status !== 'captured' || payment.claim !== null
}
