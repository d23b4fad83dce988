// Builds and changes payment intents; every change returns a new body. No IO, no rules: those are
// in machines/.
import type Stripe from 'stripe'
import type { ErrorBody } from '../core/errors.ts'
import { newId, newSecret } from '../core/ids.ts'
import type { PaymentIntent } from './kinds.ts'

export interface NewIntent {
  amount: number
  currency: string
  captureMethod: 'automatic' | 'automatic_async' | 'manual'
  confirmationMethod: 'automatic' | 'manual'
  allowRedirects: 'always' | 'never' | null
  allowedTypes: string[] | null
  types: string[]
  customer: string | null
  metadata: Record<string, string>
  onBehalfOf: string | null
}

/**
 * An intent of which only the money is known; the other parameters are applied to it as by an
 * update.
 */
export function newPaymentIntent(input: NewIntent, now: number): PaymentIntent {
  const id = newId('pi')
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: input.allowedTypes,
    amount: input.amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods:
      input.allowRedirects === null ? null : { allow_redirects: input.allowRedirects, enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: input.captureMethod,
    client_secret: newSecret(id),
    confirmation_method: input.confirmationMethod,
    created: now,
    currency: input.currency,
    customer: input.customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: input.metadata,
    next_action: null,
    on_behalf_of: input.onBehalfOf,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: input.types,
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  } satisfies Stripe.PaymentIntent
}

/** Whether a card is charged at once; otherwise its money is only held. */
export function capturesAtOnce(intent: PaymentIntent): boolean {
  return (
    intent.capture_method !== 'manual' && intent.payment_method_options?.card?.capture_method !== 'manual'
  )
}

export function withMethod(intent: PaymentIntent, method: string): PaymentIntent {
  return {
    ...intent,
    payment_method: method,
    status: intent.status === 'requires_payment_method' ? 'requires_confirmation' : intent.status,
  }
}

export function inChallenge(
  intent: PaymentIntent,
  nextAction: Stripe.PaymentIntent.NextAction,
): PaymentIntent {
  return { ...intent, status: 'requires_action', next_action: nextAction, last_payment_error: null }
}

/** Authenticated, and waiting for the shop's server, which has kept the last word for itself. */
export function awaitingServer(intent: PaymentIntent): PaymentIntent {
  return { ...intent, status: 'requires_confirmation', next_action: null, last_payment_error: null }
}

export function authorized(intent: PaymentIntent, charge: string): PaymentIntent {
  return {
    ...intent,
    status: 'requires_capture',
    amount_capturable: intent.amount,
    latest_charge: charge,
    next_action: null,
    processing: null,
    last_payment_error: null,
  }
}

export function succeeded(intent: PaymentIntent, charge: string, amount: number): PaymentIntent {
  return {
    ...intent,
    status: 'succeeded',
    amount_capturable: 0,
    amount_received: amount,
    latest_charge: charge,
    next_action: null,
    processing: null,
    last_payment_error: null,
  }
}

/** Nobody knows yet: the bank answers later, and until then nothing can be done with the intent. */
export function processing(intent: PaymentIntent, charge: string): PaymentIntent {
  return {
    ...intent,
    status: 'processing',
    latest_charge: charge,
    next_action: null,
    last_payment_error: null,
    processing: { type: 'card', card: {} },
  }
}

/** A failed attempt: the intent asks for another method and can be confirmed again. */
export function failed(intent: PaymentIntent, error: ErrorBody, charge: string | null): PaymentIntent {
  return {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    amount_capturable: 0,
    next_action: null,
    processing: null,
    latest_charge: charge ?? intent.latest_charge,
    last_payment_error: error as Stripe.PaymentIntent.LastPaymentError,
  }
}

export function cancelled(intent: PaymentIntent, reason: string | null, now: number): PaymentIntent {
  return {
    ...intent,
    status: 'canceled',
    amount_capturable: 0,
    next_action: null,
    processing: null,
    canceled_at: now,
    cancellation_reason: reason,
  }
}

const PUBLIC = [
  'id',
  'object',
  'amount',
  'automatic_payment_methods',
  'canceled_at',
  'cancellation_reason',
  'capture_method',
  'client_secret',
  'confirmation_method',
  'created',
  'currency',
  'description',
  'last_payment_error',
  'livemode',
  'next_action',
  'payment_method',
  'payment_method_types',
  'processing',
  'receipt_email',
  'setup_future_usage',
  'shipping',
  'source',
  'status',
] as const satisfies (keyof PaymentIntent)[]

/**
 * What a publishable key may see: enough to show the next step, nothing about the customer or the
 * shop.
 */
export function publicView(intent: PaymentIntent): object {
  return Object.fromEntries(PUBLIC.map((name) => [name, intent[name]]))
}
