// What can happen to a payment, its refunds and the copy of its order. Each fact says one thing
// that happened; `evolve.ts` tells what it changes, `ledger.ts` what it books.
import type { FactOf, Money } from '@holdfast/contract'
import type { OrderFact } from './known-order.ts'
import type { IntentStatus, Payment, PaymentStatus, Step } from './payment.ts'
import type { Refund } from './refund.ts'

/** Facts that the other services hear. */
export type PublicFact = FactOf<
  | 'PaymentStarted'
  | 'PaymentAuthorized'
  | 'ChargeCreated'
  | 'ChargeFailed'
  | 'PaymentVoided'
  | 'ChargeRefunded'
  | 'RefundReturned'
  | 'RefundFailed'
  | 'DisputeOpened'
  | 'DisputeClosed'
>

/** A fact that changes this service only. */
interface Private<Type extends string, Data = unknown> {
  readonly type: Type
  readonly data: { readonly paymentId: string } & Data
}

/** A payment begins. Other services get only `PaymentStarted`. */
type PaymentOpened = Private<
  'PaymentOpened',
  Pick<Payment, 'orderId' | 'buyerId' | 'organiserId' | 'paymentMethod' | 'tender'> & {
    readonly amount: Money
  }
>

/** What the processor shows of the intent and its money. */
type Observed =
  | Private<'IntentSeen', { intentId: string; status: IntentStatus; chargeId: string | null }>
  | Private<'DisputeSeen', { disputed: boolean }>
  /** The processor answered. `news`: the answer holds something that was not known. */
  | Private<'AnswerReceived', { news: boolean }>
  | Private<'MoneyHeld'>
  | Private<'MoneyReleased'>
  | Private<'MoneyTaken', { amountMinor: number }>

/** How a call ended for the payment. A declined or closed payment says why. */
type Ended =
  | Private<
      'OutcomeKnown',
      { status: Exclude<PaymentStatus, 'started' | 'captured' | 'refunded' | 'unknown'> } & Partial<
        Pick<Payment, 'declineCode' | 'reason'>
      >
    >
  | Private<'OutcomeUnknown', { step: Step }>
  /** The authorization is worth nothing any more. A null reason keeps the one that is known. */
  | Private<'CaptureRefused', { reason: string | null }>

/**
 * The order's answer, or what payments concludes when the order can no longer give one. The first
 * reason is kept.
 */
type Claimed = Private<'ClaimSettled', { claim: 'won' | 'lost'; reason: string | null }>

export type RefundFact =
  | Private<
      'RefundRequested',
      { refundId: string; orderId: string } & Pick<Refund, 'amount' | 'origin' | 'reason' | 'processorId'>
    >
  /** `unknown`: no answer came. */
  | Private<
      'RefundAnswered',
      { refundId: string; status: Exclude<Refund['status'], 'requested'> } & Pick<
        Refund,
        'processorId' | 'failureCode'
      >
    >

/**
 * The next call to the processor, or its time. Each command gives a payment at most one of these.
 */
type Scheduled =
  | Private<'WorkLeased', { step: Step; refundId: string | null }>
  /** The step failed or its outcome is unknown: it is tried again later. */
  | Private<'WorkPutOff'>
  /**
   * Nothing to do now. `at`: when to look again, or never. `lease`: another process may still be at
   * work.
   */
  | Private<'NextLookSet', { at: string | null; lease: 'kept' | 'returned' }>

/** Facts that change the payment itself. */
export type PaymentChange = PublicFact | PaymentOpened | Observed | Ended | Claimed | Scheduled
export type PaymentFact = PaymentChange | RefundFact | OrderFact

export function chargeCreated(
  {
    orderId,
    id: paymentId,
    amount: { currency },
    tender,
  }: Pick<Payment, 'orderId' | 'id' | 'amount' | 'tender'>,
  amountMinor: number,
): PublicFact {
  const data = { orderId, paymentId, amount: { amountMinor, currency }, ...named(tender) }
  return { type: 'ChargeCreated', data }
}

/** Of a card nothing is said. */
export const named = (tender: Payment['tender']) => (tender === null ? {} : { tender })

export function chargeFailed({ orderId, id: paymentId }: Payment, code: string): PublicFact {
  return { type: 'ChargeFailed', data: { orderId, paymentId, code } }
}

/** Orders wait for a payment that is under way. This one will bring no money. */
export function paymentVoided({ orderId, id: paymentId }: Payment, reason: string): PublicFact {
  return { type: 'PaymentVoided', data: { orderId, paymentId, reason } }
}
