// The card processor as payments sees it: a small port. Every call has one of three outcomes, and only a definite
// answer with a body is `ok` or `refused`; all else is `unknown` and is never taken for a no.
import type { Money } from '@holdfast/contract'
import type { IntentSeen } from '../domain/commands.ts'
import type { RefundSeen } from '../domain/refund.ts'

export type CallResult<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | {
      readonly kind: 'refused'
      readonly code: string
      /** The bank said no, not the processor. */
      readonly card: boolean
      /** The intent as it stands after the refusal, when the processor sent it along. */
      readonly intent: Intent | null
    }
  | {
      readonly kind: 'unknown'
      readonly reason: string
      /** The processor repeats a failure that it keeps for the key: that request has ended, and no other will have an effect. */
      readonly repeated?: true
    }

/** What the buyer's browser has to do. Never stored: the secret is a key to the intent. */
export interface NextAction {
  readonly type: string
  readonly url?: string
}

export interface Intent extends IntentSeen {
  readonly clientSecret: string | null
  readonly nextAction: NextAction | null
}

/** An intent, and whether the bank has its money back for as long as a dispute lasts. */
export interface IntentInFull {
  readonly intent: Intent
  readonly disputed: boolean
}

export interface AuthorizeRequest {
  readonly paymentId: string
  readonly orderId: string
  readonly amount: Money
  /** `pm_…` or a confirmation token `ctoken_…`. */
  readonly paymentMethod: string
  readonly key: string
}

export interface RefundRequest {
  readonly intentId: string
  readonly refundId: string
  readonly paymentId: string
  readonly amountMinor: number
  readonly key: string
}

/** A webhook whose signature is good. The body is a trigger: what it says of money is asked again. */
export interface WebhookEvent {
  readonly id: string
  readonly type: string
  readonly livemode: boolean
  /** A connected account's id: never ours. */
  readonly account: string | null
  readonly paymentId: string | null
  readonly intentId: string | null
  /** The intent's status, when the event is about an intent. */
  readonly intentStatus: IntentSeen['status'] | null
  readonly amountMinor: number | null
  readonly currency: string | null
  /** All that was refunded of a charge, when the event is about one. */
  readonly refundedMinor: number | null
}

export interface Processor {
  /** True when real money moves: events of the other mode are refused. */
  readonly livemode: boolean
  authorize(request: AuthorizeRequest): Promise<CallResult<Intent>>
  retrieve(intentId: string): Promise<CallResult<IntentInFull>>
  capture(intentId: string, key: string): Promise<CallResult<Intent>>
  cancel(intentId: string, key: string): Promise<CallResult<Intent>>
  refund(request: RefundRequest): Promise<CallResult<RefundSeen>>
  listRefunds(intentId: string): Promise<CallResult<readonly RefundSeen[]>>
  /** The intent of a payment by its metadata, among those made since `since`. Null only when the list was read to its end. */
  find(payment: { readonly paymentId: string; readonly since: string }): Promise<CallResult<Intent | null>>
  /** The event, or null when the signature is missing, wrong, too old or from the future. */
  verifyWebhook(body: Uint8Array, signature: string | undefined, nowMs: number): WebhookEvent | null
}
