// The card processor as payments sees it. Each call has one of three outcomes. Only a definite
// answer with a body is `ok` or `refused`. Everything else is `unknown`, which never counts as a
// refusal.
import type { Money } from '@holdfast/contract'
import type { IntentSeen } from '../domain/commands.ts'
import type { RefundSeen } from '../domain/refund.ts'
import type { WebhookEvent } from '../domain/webhook-news.ts'

export type CallResult<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  | {
      readonly kind: 'refused'
      readonly code: string
      /** The bank refused, not the processor. */
      readonly card: boolean
      /** The intent after the refusal, if the processor sent it. */
      readonly intent: Intent | null
    }
  | {
      readonly kind: 'unknown'
      readonly reason: string
      /**
       * The processor repeated the failure stored for the key: that request has ended, and no other
       * will have an effect.
       */
      readonly repeated?: true
    }

/**
 * What the buyer's browser has to do. Never stored: the client secret gives access to the intent.
 */
export interface NextAction {
  readonly type: string
  readonly url?: string
}

export interface Intent extends IntentSeen {
  readonly clientSecret: string | null
  readonly nextAction: NextAction | null
}

/** An intent, and whether an open dispute has taken its money back. */
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
  /** Written to the intent beside the ids. */
  readonly metadata?: Readonly<Record<string, string>>
}

export interface RefundRequest {
  readonly intentId: string
  readonly refundId: string
  readonly paymentId: string
  readonly amountMinor: number
  readonly key: string
}

export interface Processor {
  /** Real money moves. Events of the other mode are refused. */
  readonly livemode: boolean
  authorize(request: AuthorizeRequest): Promise<CallResult<Intent>>
  retrieve(intentId: string): Promise<CallResult<IntentInFull>>
  capture(intentId: string, key: string): Promise<CallResult<Intent>>
  cancel(intentId: string, key: string): Promise<CallResult<Intent>>
  refund(request: RefundRequest): Promise<CallResult<RefundSeen>>
  listRefunds(intentId: string): Promise<CallResult<readonly RefundSeen[]>>
  /**
   * The intent with this payment in its metadata, created at `since` or later. Null only if the
   * whole list was read.
   */
  find(payment: { readonly paymentId: string; readonly since: string }): Promise<CallResult<Intent | null>>
  /** The event, or null if the signature is missing, wrong, too old or from the future. */
  verifyWebhook(body: Uint8Array, signature: string | undefined, nowMs: number): WebhookEvent | null
}
