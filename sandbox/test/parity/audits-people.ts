// The parameters of customers, cards, accounts and endpoints.
// Where the processor documents them: https://docs.stripe.com/api, the page of each route.
import {
  ACCOUNT,
  ACCOUNT_ACTS,
  type Audit,
  BILLING,
  BROWSER,
  CUSTOMER,
  CUSTOMER_ACTS,
  ENDPOINT,
  METADATA,
  TOKEN,
  TOKEN_ACTS,
} from './samples.ts'

export const PEOPLE_AUDITS: readonly Audit[] = [
  {
    op: 'payment_methods.create',
    call: 'POST /v1/payment_methods',
    sent: {
      type: 'card',
      card: { token: 'tok_visa', exp_month: 12, networks: { preferred: 'visa' } },
      billing_details: BILLING,
      metadata: METADATA,
      allow_redisplay: 'always',
      radar_options: { session: 'rse_1' },
    },
    acts: {
      ...BROWSER,
      client_secret: 'what Stripe.js says about itself',
      'card[number]': 'is never shown: surface.test.ts',
      'card[cvc]': 'is never shown: surface.test.ts',
      'card[exp_month]': 'of a typed card: errors.test.ts',
      'card[exp_year]': 'of a typed card: errors.test.ts',
      'card[token]': 'is redeemed: surface.test.ts',
    },
  },
  {
    op: 'payment_methods.update',
    call: 'POST /v1/payment_methods/{card}',
    sent: {
      allow_redisplay: 'limited',
      billing_details: BILLING,
      card: { exp_month: 7, exp_year: 2041, networks: { preferred: 'visa' } },
      metadata: METADATA,
    },
  },
  {
    op: 'payment_methods.attach',
    call: 'POST /v1/payment_methods/pm_card_visa/attach',
    sent: { customer: '{customer}' },
  },
  {
    op: 'confirmation_tokens.create',
    call: 'POST /v1/confirmation_tokens',
    sent: {
      ...TOKEN,
      payment_method: 'pm_card_visa',
      mandate_data: {
        customer_acceptance: { type: 'online', online: { ip_address: '192.0.2.1', user_agent: 'test' } },
      },
      use_stripe_sdk: false,
    },
    acts: {
      ...BROWSER,
      ...TOKEN_ACTS,
      'mandate_data[customer_acceptance][accepted_at]': 'the token has no place for it',
      'client_context[mode]': 'what Stripe.js says about its elements',
      'client_context[currency]': 'what Stripe.js says about its elements',
    },
  },
  {
    op: 'confirmation_tokens.test',
    call: 'POST /v1/test_helpers/confirmation_tokens',
    sent: { ...TOKEN, payment_method: 'pm_card_visa' },
    acts: TOKEN_ACTS,
  },
  {
    op: 'tokens.create',
    call: 'POST /v1/tokens',
    sent: {
      card: {
        number: '4242424242424242',
        cvc: '123',
        exp_month: 12,
        exp_year: 2035,
        name: 'Ada',
        address_zip: '10117',
        address_line1: 'Weg 1',
        address_line2: 'Hof',
        address_city: 'Berlin',
        address_state: 'BE',
        address_country: 'DE',
        currency: 'eur',
      },
    },
    acts: {
      ...BROWSER,
      'card[number]': 'is never shown: surface.test.ts',
      'card[cvc]': 'is never shown: surface.test.ts',
    },
  },
  {
    op: 'webhook_endpoints.create',
    call: 'POST /v1/webhook_endpoints',
    sent: { ...ENDPOINT, api_version: '2026-08-26.dahlia' },
    acts: { connect: 'hears of connected accounts: webhooks.test.ts' },
  },
  {
    op: 'webhook_endpoints.update',
    call: 'POST /v1/webhook_endpoints/{endpoint}',
    sent: ENDPOINT,
    acts: { disabled: 'is its status: validation.test.ts' },
  },
  {
    op: 'customers.create',
    call: 'POST /v1/customers',
    sent: CUSTOMER,
    acts: {
      ...CUSTOMER_ACTS,
      payment_method: 'is attached: customers.test.ts',
      test_clock: 'there is none, so it is refused: validation.test.ts',
    },
  },
  { op: 'customers.update', call: 'POST /v1/customers/{customer}', sent: CUSTOMER, acts: CUSTOMER_ACTS },
  {
    op: 'accounts.create',
    call: 'POST /v1/accounts',
    sent: {
      ...ACCOUNT,
      country: 'DE',
      controller: {
        fees: { payer: 'application' },
        losses: { payments: 'application' },
        requirement_collection: 'application',
        stripe_dashboard: { type: 'none' },
      },
    },
    acts: { ...ACCOUNT_ACTS, type: 'is shown, but not together with a controller: accounts.test.ts' },
  },
  { op: 'accounts.update', call: 'POST /v1/accounts/{seller}', sent: ACCOUNT, acts: ACCOUNT_ACTS },
]
