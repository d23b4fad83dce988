// The commands of the payments domain, what a decision may read, and what it answers.
import type { ElsewhereTender, Tendered } from '@holdfast/contract'
import type { PaymentFact } from './facts.ts'
import type { KnownOrder, NoteOrder } from './known-order.ts'
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

/**
 * Why the processor refused. `code` is the bank's own code if the processor passes it on. `card`:
 * the bank refused.
 */
export interface Refusal {
  readonly code: string
  readonly card: boolean
}

/** The result of a call, with the fence of the lease under which the call was made. */
interface Result {
  readonly paymentId: string
  readonly fence: number
}

/** How staff took money: a comp is no money. */
export type TenderedElsewhere = Tendered & { readonly tender: ElsewhereTender }

export type Command =
  | NoteOrder
  | {
      readonly type: 'StartPayment'
      readonly paymentId: string
      readonly orderId: string
      readonly buyerId: string
      /** The guests that the buyer was before they had an account. */
      readonly formerIds?: readonly string[]
      /** Addresses whose mails they read. */
      readonly proved?: readonly string[]
      /** They came by a link in a mail about this order. */
      readonly byLink?: boolean
      readonly paymentMethod: string
    }
  /** Staff took all that is due outside of the shop. */
  | {
      readonly type: 'TakeElsewhere'
      readonly paymentId: string
      readonly orderId: string
      readonly tendered: TenderedElsewhere
    }
  /** `look`: ask the processor even if nothing is due. */
  | { readonly type: 'TakeLease'; readonly paymentId: string; readonly look: boolean }
  /** `refused`: the processor refused the step, and the intent was read again afterwards. */
  | (Result & {
      readonly type: 'RecordObservation'
      readonly seen: IntentSeen
      readonly refused: Refusal | null
      readonly disputed?: boolean
    })
  | (Result & { readonly type: 'RecordUnknown'; readonly step: Step; readonly refundId?: string })
  /** The processor refused to create an intent. */
  | (Result & { readonly type: 'RecordRefusal' } & Refusal)
  /** The idempotency key has expired and the processor's list has no intent of this payment. */
  | (Result & { readonly type: 'RecordAbsence' })
  /** `importIds`: ids for refunds that were created at the processor itself. */
  | (Result & {
      readonly type: 'RecordRefunds'
      readonly seen: readonly RefundSeen[]
      readonly importIds: readonly string[]
      /**
       * Set if all refunds of the payment were listed: the id for one more refund, if one is owed.
       */
      readonly restId?: string
      readonly disputed?: boolean
    })
  | (Result & { readonly type: 'RecordRefundRefusal'; readonly refundId: string; readonly code: string })
  | {
      readonly type: 'NoteClaimRejected'
      readonly orderId: string
      readonly paymentId: string
      readonly reason: string
    }
  | {
      readonly type: 'RequestRefund'
      readonly refundId: string
      readonly orderId: string
      readonly organiserId: string
      /** Null: the whole rest. */
      readonly amountMinor: number | null
      readonly reason: string | null
    }

export type CommandOf<Type extends Command['type']> = Extract<Command, { readonly type: Type }>

export type Rejection =
  | 'order_unknown'
  | 'order_not_payable'
  | 'payment_unknown'
  | 'lease_lost'
  | 'intent_mismatch'
  | 'nothing_to_refund'
  | 'refund_exceeds_charge'
  | 'refund_not_payable'
  | 'payment_disputed'

export interface Answer {
  readonly paymentId: string
  readonly refundId?: string
  /**
   * The lease is for a look: the processor will be asked for everything it knows of the payment.
   */
  readonly looks?: true
}

export type Decision =
  | { readonly facts: readonly PaymentFact[]; readonly answer: Answer }
  | { readonly rejection: Rejection; readonly detail?: string }

export type Sibling = Pick<Payment, 'id' | 'status' | 'claim'>

/** What a decision may read. */
export interface Records {
  readonly payments: ReadonlyMap<string, Payment>
  readonly orders: ReadonlyMap<string, KnownOrder>
  readonly refundsByPayment: ReadonlyMap<string, readonly Refund[]>
  /** All payments of an order, if a command of the batch needs them. */
  readonly idsByOrder: ReadonlyMap<string, readonly string[]>
  /**
   * Other payments of an order that a buyer wants to pay. They are not locked, so this is only a
   * hint.
   */
  readonly siblingsByOrder: ReadonlyMap<string, readonly Sibling[]>
}
