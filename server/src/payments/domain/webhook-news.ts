// What a signed event of the processor means, compared with what the payment's row knows. Pure. An
// event only triggers a look: what the row does not know yet is read from the processor.
import { type IntentStatus, isOldNews, type PaymentStatus } from './payment.ts'

/**
 * A webhook with a valid signature. It only triggers a look: amounts in it are read from the
 * processor again.
 */
export interface WebhookEvent {
  readonly id: string
  readonly type: string
  readonly livemode: boolean
  /** The id of a connected account. Such events are not ours. */
  readonly account: string | null
  readonly paymentId: string | null
  readonly intentId: string | null
  /** The intent's status, if the event is about an intent. */
  readonly intentStatus: IntentStatus | null
  readonly amountMinor: number | null
  readonly currency: string | null
  /** The total refunded, if the event is about a charge. */
  readonly refundedMinor: number | null
}

/** What the row of the payment knows. */
export interface KnownState {
  readonly eventId: string
  /** The event has taken effect before. */
  readonly seen: boolean
  /** Null: not a payment of ours. */
  readonly paymentId: string | null
  readonly status: PaymentStatus | null
  readonly intentId: string | null
  readonly intentStatus: IntentStatus | null
  readonly amountMinor: number | null
  readonly refundedMinor: number | null
  readonly currency: string | null
}

/** `behind`: the row does not know yet what the event tells of. */
export type Judgement = 'ignored' | 'duplicate' | 'foreign' | 'mismatch' | 'known' | 'behind'

const others = new Set(['charge.refunded', 'refund.updated', 'refund.failed'])

/**
 * What our own calls do not tell. All else is told by these as well, or is nobody's business here.
 */
export function isOfInterest(type: string): boolean {
  return type.startsWith('payment_intent.') || type.startsWith('charge.dispute.') || others.has(type)
}

/** Compares an event with the row. */
export function judgeEvent(event: WebhookEvent, state: KnownState | undefined, livemode: boolean): Judgement {
  if (event.livemode !== livemode || event.account !== null) return 'mismatch'
  if (state?.seen) return 'duplicate'
  if (!state?.paymentId) return 'foreign'
  if (state.intentId !== null && event.intentId !== null && event.intentId !== state.intentId)
    return 'mismatch'
  if (
    event.amountMinor !== null &&
    (event.amountMinor !== state.amountMinor || event.currency !== state.currency)
  )
    return 'mismatch'
  if (event.intentStatus !== null)
    return isOldNews(state.intentStatus, event.intentStatus) ? 'known' : 'behind'
  if (event.type !== 'charge.refunded') return 'behind'
  // From the charge's side a void is a refund too.
  const untouched = state.status === 'voided' || state.status === 'declined'
  return untouched || event.refundedMinor === state.refundedMinor ? 'known' : 'behind'
}
