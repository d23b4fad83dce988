// Builds Checkout Sessions and says what of them changes when they end. No IO, no rules.
import type Stripe from 'stripe'
import { randomText } from '../core/ids.ts'
import type { CheckoutSession } from './kinds.ts'

export interface NewSession {
  baseUrl: string
  mode: 'payment' | 'setup'
  amount: number | null
  currency: string | null
  cancelUrl: string | null
  clientReferenceId: string | null
  customer: string | null
  customerCreation: 'always' | 'if_required' | null
  customerEmail: string | null
  expiresAt: number
  locale: Stripe.Checkout.Session.Locale | null
  metadata: Record<string, string>
  submitType: Stripe.Checkout.Session.SubmitType | null
  successUrl: string
  types: string[]
  allowedTypes: string[] | null
  billingAddress: 'auto' | 'required' | null
  uiMode: string
  threeDs: 'any' | 'automatic' | 'challenge'
}

export function newSession(input: NewSession, now: number): CheckoutSession {
  const id = `cs_test_${randomText(58)}`
  const payment = input.mode === 'payment'
  return {
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: input.allowedTypes,
    amount_subtotal: input.amount,
    amount_total: input.amount,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: input.billingAddress,
    cancel_url: input.cancelUrl,
    client_reference_id: input.clientReferenceId,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: now,
    currency: input.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: input.customer,
    customer_account: null,
    customer_creation: input.customerCreation,
    customer_details: input.customerEmail === null ? null : detailsOf({ email: input.customerEmail }),
    customer_email: input.customerEmail,
    discounts: payment ? [] : null,
    expires_at: input.expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: input.locale,
    managed_payments: null,
    metadata: input.metadata,
    mode: input.mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: payment ? 'if_required' : 'always',
    payment_method_configuration_details: null,
    payment_method_options: { card: { request_three_d_secure: input.threeDs } },
    payment_method_types: input.types,
    payment_status: payment && input.amount !== 0 ? 'unpaid' : 'no_payment_required',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: input.submitType,
    subscription: null,
    success_url: input.successUrl,
    total_details: payment ? { amount_discount: 0, amount_shipping: 0, amount_tax: 0 } : null,
    ui_mode: input.uiMode,
    url: `${input.baseUrl}/_sandbox/checkout/${id}`,
    wallet_options: null,
  } satisfies Stripe.Checkout.Session
}

export interface Buyer {
  email?: string | undefined
  name?: string | undefined
}

export function detailsOf({ email, name }: Buyer): Stripe.Checkout.Session.CustomerDetails {
  return {
    address: null,
    business_name: null,
    email: email ?? null,
    individual_name: null,
    name: name ?? null,
    phone: null,
    tax_exempt: 'none',
    tax_ids: [],
  }
}

/**
 * Where the buyer goes when the session is complete; the template is replaced where it stands as
 * such.
 */
export function successAddress({
  id,
  success_url: url,
}: Pick<CheckoutSession, 'id' | 'success_url'>): string | null {
  return url === null ? null : url.replaceAll('{CHECKOUT_SESSION_ID}', id)
}
