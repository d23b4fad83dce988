// Builds setup intents and says what of them a browser may see. No IO, no rules.
import type Stripe from 'stripe'
import { newId, newSecret } from '../core/ids.ts'
import type { SetupIntent } from './kinds.ts'

export interface NewSetup {
  allowedTypes: SetupIntent['allowed_payment_method_types']
  allowRedirects: 'always' | 'never' | null
  types: string[]
  customer: string | null
  onBehalfOf: string | null
  usage: 'off_session' | 'on_session'
}

export function newSetupIntent(input: NewSetup, now: number): SetupIntent {
  const id = newId('seti')
  return {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: input.allowedTypes,
    application: null,
    automatic_payment_methods:
      input.allowRedirects === null ? null : { allow_redirects: input.allowRedirects, enabled: true },
    cancellation_reason: null,
    client_secret: newSecret(id),
    created: now,
    customer: input.customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata: {},
    next_action: null,
    on_behalf_of: input.onBehalfOf,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: input.types,
    single_use_mandate: null,
    status: 'requires_payment_method',
    usage: input.usage,
  } satisfies SetupIntent & Stripe.SetupIntent
}

const PUBLIC = [
  'id',
  'object',
  'automatic_payment_methods',
  'cancellation_reason',
  'client_secret',
  'created',
  'description',
  'last_setup_error',
  'livemode',
  'next_action',
  'payment_method',
  'payment_method_types',
  'status',
  'usage',
] as const satisfies (keyof SetupIntent)[]

/** What a publishable key may see: nothing about the customer or the shop. */
export function publicSetupView(intent: SetupIntent): object {
  return Object.fromEntries(PUBLIC.map((name) => [name, intent[name]]))
}
