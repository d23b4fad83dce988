// Values for every parameter, and what those do that no answer shows where they were sent.

type Sent = { [name: string]: string | number | boolean | string[] | Sent | Sent[] }

export interface Audit {
  op: string
  /** Method and path; {name} stands for an object that the test has made. */
  call: string
  sent: Sent
  /** Parameters that are not shown where they were sent: what they do, and which test sees it. */
  acts?: Record<string, string>
  key?: string
}

const ADDRESS = {
  city: 'Berlin',
  country: 'DE',
  line1: 'Weg 1',
  line2: 'Hof',
  postal_code: '10117',
  state: 'BE',
}
const SHIP_TO = { address: ADDRESS, name: 'Ada', phone: '+491' }
export const SHIPPING = { ...SHIP_TO, carrier: 'Post', tracking_number: 'T1' }
export const BILLING = { address: ADDRESS, email: 'ada@example.org', name: 'Ada', phone: '+491', tax_id: '1' }
export const METADATA = { order: '7' }
const PLAN = { count: 3, interval: 'month', type: 'fixed_count' }
const CARD_OPTIONS = {
  capture_method: 'manual',
  installments: { enabled: true, plan: PLAN },
  network: 'visa',
  request_extended_authorization: 'if_available',
  request_incremental_authorization: 'if_available',
  request_multicapture: 'if_available',
  request_overcapture: 'if_available',
  request_three_d_secure: 'challenge',
  require_cvc_recollection: true,
  setup_future_usage: 'off_session',
  statement_descriptor_suffix_kana: 'カナ',
  statement_descriptor_suffix_kanji: '漢字',
}
const OPTIONS = { card: CARD_OPTIONS, link: { capture_method: 'manual', setup_future_usage: 'off_session' } }
export const AMOUNT_DETAILS = {
  discount_amount: 10,
  shipping: { amount: 20, from_postal_code: '10115', to_postal_code: '10117' },
  tax: { total_tax_amount: 5 },
}
export const PAYMENT_DETAILS = { customer_reference: 'c1', order_reference: 'o1' }
const MANDATE = 'the agreement is stored and named: intents.test.ts'
export const MANDATE_ACTS = {
  'mandate_data[customer_acceptance][type]': MANDATE,
  'mandate_data[customer_acceptance][accepted_at]': MANDATE,
  'mandate_data[customer_acceptance][online][ip_address]': MANDATE,
  'mandate_data[customer_acceptance][online][user_agent]': MANDATE,
}
export const CONFIRM_ACTS = {
  confirmation_token: 'is redeemed: surface.test.ts',
  error_on_requires_action: 'declines instead of asking: authentication.test.ts',
  mandate: 'the charge names it: intents.test.ts',
  ...MANDATE_ACTS,
  off_session: 'asks nobody: off-session.test.ts',
  'radar_options[session]': 'the charge names it: intents.test.ts',
  return_url: 'is part of the next action: authentication.test.ts',
  use_stripe_sdk: 'decides about the next action: authentication.test.ts',
}
export const TYPES_ACT = { payment_method_types: 'belongs to older versions: versions.test.ts' }
export const CONFIGURATION = {
  payment_method_configuration: 'there is none, so it is refused: intents.test.ts',
}
export const FEE = { application_fee_amount: 'reduces what the seller gets: money.test.ts' }
export const INTENT = {
  allowed_payment_method_types: ['card'],
  amount_details: AMOUNT_DETAILS,
  capture_method: 'manual',
  excluded_payment_method_types: ['klarna'],
  payment_details: PAYMENT_DETAILS,
  payment_method_options: OPTIONS,
  receipt_email: 'ada@example.org',
  setup_future_usage: 'on_session',
  shipping: SHIPPING,
}
export const DESCRIBED = { description: 'd', statement_descriptor_suffix: 'SHOP', transfer_group: 'g1' }
export const BROWSER = {
  payment_user_agent: 'what Stripe.js says about itself',
  referrer: 'what Stripe.js says about itself',
}
export const SETUP = {
  allowed_payment_method_types: ['card'],
  description: 'd',
  excluded_payment_method_types: ['klarna'],
  flow_directions: ['inbound'],
  metadata: METADATA,
  payment_method_options: { card: { network: 'visa', request_three_d_secure: 'any' } },
}
export const SETUP_ACTS = {
  payment_method: 'the card is saved: authentication.test.ts',
  ...TYPES_ACT,
  ...CONFIGURATION,
}
export const CUSTOMER = {
  address: ADDRESS,
  balance: 5,
  business_name: 'Shop',
  description: 'd',
  email: 'ada@example.org',
  individual_name: 'Ada L',
  invoice_prefix: 'ABC123',
  invoice_settings: {
    custom_fields: [{ name: 'n', value: 'v' }],
    footer: 'Bye',
    rendering_options: { amount_tax_display: 'include_inclusive_tax', template: 'inrtem_1' },
  },
  metadata: METADATA,
  name: 'Ada',
  next_invoice_sequence: 7,
  phone: '+491',
  preferred_locales: ['de', 'en'],
  shipping: SHIP_TO,
  tax_exempt: 'exempt',
}
export const CUSTOMER_ACTS = {
  'invoice_settings[default_payment_method]': 'must be the customer’s own: customers.test.ts',
  source: 'card tokens are refused: customers.test.ts',
}
export const ACCOUNT = {
  business_profile: {
    annual_revenue: { amount: 1, currency: 'eur', fiscal_year_end: '2025-12-31' },
    estimated_worker_count: 3,
    mcc: '5734',
    minority_owned_business_designation: ['none_of_these_apply'],
    monthly_estimated_revenue: { amount: 2, currency: 'eur' },
    name: 'Shop',
    product_description: 'Tickets',
    specified_commercial_transactions_act_url: 'https://shop.example/law',
    support_address: ADDRESS,
    support_email: 'help@shop.example',
    support_phone: '+492',
    support_url: 'https://shop.example/help',
    url: 'https://shop.example',
  },
  business_type: 'company',
  company: {
    address: ADDRESS,
    directors_provided: true,
    executives_provided: true,
    name: 'Shop GmbH',
    owners_provided: true,
    phone: '+493',
  },
  default_currency: 'eur',
  email: 'shop@example.org',
  individual: {
    address: ADDRESS,
    dob: { day: 1, month: 2, year: 1990 },
    email: 'ada@example.org',
    first_name: 'Ada',
    last_name: 'Lovelace',
    phone: '+494',
  },
  metadata: METADATA,
  settings: {
    branding: { icon: 'file_1', logo: 'file_2', primary_color: '#112233', secondary_color: '#445566' },
    card_payments: { statement_descriptor_prefix: 'SHOP' },
    payments: { statement_descriptor: 'SHOP' },
    payouts: {
      debit_negative_balances: false,
      schedule: { delay_days: 5, interval: 'monthly', monthly_anchor: 3, weekly_anchor: 'friday' },
      statement_descriptor: 'PAYOUT',
    },
  },
  tos_acceptance: { date: 1, ip: '192.0.2.1', service_agreement: 'full', user_agent: 'test' },
}
export const ACCOUNT_ACTS = {
  capabilities: 'become active or inactive: accounts.test.ts',
  'company[tax_id]': 'only that it was given is shown: accounts.test.ts',
  'company[vat_id]': 'only that it was given is shown: accounts.test.ts',
  'individual[id_number]': 'only that it was given is shown: accounts.test.ts',
  'individual[ssn_last_4]': 'only that it was given is shown: accounts.test.ts',
}
const EVIDENCE_NAMES =
  'access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal ' +
  'customer_communication customer_email_address customer_name customer_purchase_ip customer_signature ' +
  'duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt ' +
  'refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation ' +
  'shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number ' +
  'uncategorized_file uncategorized_text'
export const EVIDENCE = Object.fromEntries(EVIDENCE_NAMES.split(' ').map((name) => [name, `about ${name}`]))
export const TOKEN = {
  payment_method_options: { card: { installments: { plan: PLAN } } },
  return_url: 'https://shop.example',
  setup_future_usage: 'off_session',
  shipping: SHIP_TO,
}
export const TOKEN_ACTS = { payment_method: 'is shown as a preview: surface.test.ts' }
export const ENDPOINT = {
  url: 'https://shop.example/hook',
  enabled_events: ['charge.failed'],
  description: 'd',
  metadata: METADATA,
}
export const PAID_TO = { amount: 100, currency: 'chf', metadata: METADATA, description: 'd' }
