// The processor's webhooks: whether their signature is right, and what they say.
import { isUtf8 } from 'node:buffer'
import Stripe from 'stripe'
import type { IntentStatus } from '../domain/payment.ts'
import type { WebhookEvent } from '../domain/webhook-news.ts'

/** Older webhooks may be replays. Webhooks from the future come from a wrong clock or a forger. */
const toleranceSeconds = 300
const signatureShape = /^[^\s,=]+=[^\s,=]+(,[^\s,=]+=[^\s,=]+)*$/

/** What a webhook says, or null when it is not one of ours. */
export function verifyWebhook(
  stripe: Stripe,
  secrets: readonly string[],
  { body, signature, nowMs }: { body: Uint8Array; signature: string | undefined; nowMs: number },
): WebhookEvent | null {
  // The SDK decodes before it verifies. It would accept a byte order mark and invalid UTF-8 that
  // were never signed.
  if (!isUtf8(body) || (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf)) return null
  // The SDK throws other errors than a refusal if a part is empty.
  if (signature === undefined || !signatureShape.test(signature)) return null
  // The SDK refuses old timestamps but accepts any from the future, and a stolen signature must not
  // stay valid for years. It takes the last of two timestamps, so exactly one is allowed.
  const stamps = signature.split(',').filter((part) => part.startsWith('t='))
  if (stamps.length !== 1 || !(Number(stamps[0]?.slice(2)) <= nowMs / 1000 + toleranceSeconds)) return null
  for (const secret of secrets) {
    try {
      const event = stripe.webhooks.constructEvent(
        Buffer.from(body),
        signature,
        secret,
        toleranceSeconds,
        undefined,
        nowMs,
      )
      return isEvent(event) ? toWebhookEvent(event) : null
    } catch (error) {
      if (error instanceof SyntaxError) return null
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) throw error
    }
  }
  return null
}

/** A signed body may still be malformed. */
function isEvent(value: unknown): value is Stripe.Event {
  const event = value as { id?: unknown; type?: unknown; data?: { object?: unknown } | null } | null
  const object = event?.data?.object
  return (
    typeof event?.id === 'string' &&
    typeof event.type === 'string' &&
    typeof object === 'object' &&
    object !== null
  )
}

/** The parts of an event's object that identify its payment. */
interface WebhookObject {
  readonly object?: string
  readonly id?: string
  readonly status?: string
  readonly amount?: number
  readonly currency?: string
  readonly amount_refunded?: number
  readonly metadata?: Record<string, string> | null
  readonly payment_intent?: string | { id: string } | null
}

function toWebhookEvent(event: Stripe.Event): WebhookEvent {
  const object = event.data.object as WebhookObject
  const about = object.object === 'payment_intent'
  const intent = about
    ? object.id
    : typeof object.payment_intent === 'string'
      ? object.payment_intent
      : object.payment_intent?.id
  return {
    id: event.id,
    type: event.type,
    livemode: event.livemode,
    account: event.account ?? null,
    paymentId: object.metadata?.['payment_id'] ?? null,
    intentId: intent ?? null,
    intentStatus: about ? (object.status as IntentStatus) : null,
    amountMinor: about ? (object.amount ?? null) : null,
    currency: about ? (object.currency?.toUpperCase() ?? null) : null,
    refundedMinor: object.amount_refunded ?? null,
  }
}
