// The words of the payments domain: commands, facts, rejections, and the part of the world that one batch may change.
import type { FactOf } from '@holdfast/contract'
import type { KnownOrder, NoteOrder } from './known-order.ts'
import type { LedgerEntry } from './ledger.ts'
import type { IntentStatus, Payment, Step } from './payment.ts'
import type { Refund, RefundSeen } from './refund.ts'

/** A PaymentIntent as the processor shows it. */
export interface IntentSeen {
  readonly intentId: string
  readonly status: IntentStatus
  readonly amountMinor: number
  readonly receivedMinor: number
  readonly currency: string
  readonly chargeId: string | null
  readonly declineCode: string | null
}

/** Why the processor said no: its code, which is the bank's own word where that is told, and whether the card is the reason. */
export interface Refusal {
  readonly code: string
  readonly card: boolean
}

/** Every result of a call carries the fence of the lease it was made under. */
interface Result {
  readonly paymentId: string
  readonly fence: number
}

export type Command =
  | NoteOrder
  | {
      readonly type: 'StartPayment'
      readonly paymentId: string
      readonly orderId: string
      readonly buyerId: string
      readonly paymentMethod: string
    }
  /** `look`: ask the processor although nothing is due. */
  | { readonly type: 'TakeLease'; readonly paymentId: string; readonly look: boolean }
  /** `refused`: when the processor said no to the step, and the intent was read again. */
  | (Result & {
      readonly type: 'RecordObservation'
      readonly seen: IntentSeen
      readonly refused: Refusal | null
      readonly disputed?: boolean
    })
  | (Result & { readonly type: 'RecordUnknown'; readonly step: Step; readonly refundId?: string })
  /** The processor refused to make an intent, and made none. */
  | (Result & { readonly type: 'RecordRefusal' } & Refusal)
  /** The idempotency key is dead and the processor's list holds no intent of this payment. */
  | (Result & { readonly type: 'RecordAbsence' })
  /** `importIds`: ids for refunds that were made at the processor itself. */
  | (Result & {
      readonly type: 'RecordRefunds'
      readonly seen: readonly RefundSeen[]
      readonly importIds: readonly string[]
      /** All of the payment's refunds were listed, and another one of ours may have this id. */
      readonly restId?: string
      readonly disputed?: boolean
    })
  | (Result & { readonly type: 'RecordRefundRefusal'; readonly refundId: string; readonly code: string })
  | { readonly type: 'NoteClaimRejected'; readonly orderId: string; readonly paymentId: string; readonly reason: string }
  | {
      readonly type: 'RequestRefund'
      readonly refundId: string
      readonly orderId: string
      readonly organiserId: string
      /** Null: all that is left. */
      readonly amountMinor: number | null
      readonly reason: string | null
    }

export type CommandOf<Type extends Command['type']> = Extract<Command, { readonly type: Type }>

/** Facts that the other services hear. */
export type PublicFact = FactOf<
  | 'PaymentStarted'
  | 'PaymentAuthorized'
  | 'ChargeCreated'
  | 'ChargeFailed'
  | 'PaymentVoided'
  | 'ChargeRefunded'
  | 'RefundReturned'
>

/** Facts that change this service only. */
export type PrivateFact =
  | { readonly type: 'PaymentMoved'; readonly data: Payment }
  | { readonly type: 'OrderNoted'; readonly data: KnownOrder }
  | { readonly type: 'RefundMoved'; readonly data: Refund }
  | { readonly type: 'LedgerPosted'; readonly data: LedgerEntry }
  | { readonly type: 'WorkLeased'; readonly data: Work }

export type PaymentFact = PublicFact | PrivateFact

export type Rejection =
  | 'order_unknown'
  | 'order_not_payable'
  | 'payment_unknown'
  | 'lease_lost'
  | 'intent_mismatch'
  | 'nothing_to_refund'
  | 'refund_exceeds_charge'
  | 'payment_disputed'

/** A step that the holder of the lease is to do, with all it needs to know. */
export interface Work {
  readonly payment: Payment
  readonly step: Step
  readonly fence: number
  readonly refund: Refund | null
}

export interface Answer {
  readonly paymentId: string
  readonly refundId?: string
  /** The lease that was taken is for a look at the processor, which shows all there is. */
  readonly looks?: true
}

export type Decision =
  | { readonly facts: readonly PaymentFact[]; readonly answer: Answer }
  | { readonly rejection: Rejection; readonly detail?: string }

/** What one batch of commands may read and change, in memory. */
export interface World {
  readonly payments: Map<string, Payment>
  readonly orders: Map<string, KnownOrder>
  readonly refundsByPayment: Map<string, Refund[]>
  /** Payments of an order, as far as a command of the batch needs them all. */
  readonly idsByOrder: Map<string, string[]>
  /** Other payments of an order that somebody wants to pay: a hint, not locked. */
  readonly siblingsByOrder: Map<string, Sibling[]>
  readonly entries: LedgerEntry[]
  readonly works: Work[]
  /** What is to be saved. */
  readonly changed: {
    payments: Set<string>
    newPayments: Set<string>
    orders: Set<string>
    newOrders: Set<string>
    refunds: Map<string, Refund>
  }
}

export type Sibling = Pick<Payment, 'id' | 'status' | 'claim'>

export function makeWorld(): World {
  return {
    payments: new Map(),
    orders: new Map(),
    refundsByPayment: new Map(),
    idsByOrder: new Map(),
    siblingsByOrder: new Map(),
    entries: [],
    works: [],
    changed: { payments: new Set(), newPayments: new Set(), orders: new Set(), newOrders: new Set(), refunds: new Map() },
  }
}
