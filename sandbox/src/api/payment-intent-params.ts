// The parameters that each call on payment intents takes; a name that is not here is refused.

import { methodNames } from '../core/method-names.ts'
import {
  clearable,
  filled,
  flag,
  hash,
  hashWith,
  metadata,
  natural,
  oneOf,
  optionalText,
  positive,
  type Read,
  type Reader,
  text,
} from '../core/params.ts'
import { optionalMandateData } from './mandates.ts'
import { methodTypes } from './method-types.ts'
import { methodData, radarOptions, shipping } from './methods.ts'

export const NETWORKS = [
  'amex',
  'cartes_bancaires',
  'diners',
  'discover',
  'eftpos_au',
  'girocard',
  'interac',
  'jcb',
  'link',
  'mastercard',
  'unionpay',
  'unknown',
  'visa',
] as const
/**
 * Whether the buyer is away, and how the payment came about; what is said of that means that they
 * are.
 */
const offSession: Reader<boolean> = (value, name) =>
  value === 'one_off' || value === 'recurring' ? true : flag(value, name)
const CAPTURE = oneOf('automatic', 'automatic_async', 'manual')
const USAGE = oneOf('off_session', 'on_session')
const offered = oneOf('if_available', 'never')
const plan = hash({
  count: natural,
  interval: oneOf('month'),
  type: oneOf('bonus', 'fixed_count', 'revolving'),
})
export const cardOptions = hash({
  capture_method: clearable(oneOf('manual')),
  installments: hash({ enabled: flag, plan: clearable(plan) }),
  network: clearable(oneOf(...NETWORKS)),
  request_extended_authorization: offered,
  request_incremental_authorization: offered,
  request_multicapture: offered,
  request_overcapture: offered,
  request_three_d_secure: oneOf('any', 'automatic', 'challenge'),
  require_cvc_recollection: flag,
  setup_future_usage: clearable(oneOf('none', 'off_session', 'on_session')),
  statement_descriptor_suffix_kana: optionalText,
  statement_descriptor_suffix_kanji: optionalText,
})
const options = hash({
  card: cardOptions,
  link: hash({
    capture_method: clearable(oneOf('manual')),
    setup_future_usage: clearable(oneOf('none', 'off_session')),
  }),
})
const amountDetails = hash({
  discount_amount: clearable(natural),
  shipping: clearable(
    hash({ amount: clearable(natural), from_postal_code: optionalText, to_postal_code: optionalText }),
  ),
  tax: clearable(hashWith(['total_tax_amount'], { total_tax_amount: natural })),
})
const paymentDetails = hash({ customer_reference: optionalText, order_reference: optionalText })

const shared = {
  allowed_payment_method_types: methodNames,
  amount_details: clearable(amountDetails),
  application_fee_amount: clearable(natural),
  capture_method: CAPTURE,
  description: optionalText,
  excluded_payment_method_types: methodNames,
  payment_details: clearable(paymentDetails),
  payment_method: filled,
  payment_method_configuration: filled,
  payment_method_data: methodData,
  payment_method_options: options,
  payment_method_types: methodTypes,
  receipt_email: optionalText,
  setup_future_usage: clearable(USAGE),
  shipping: clearable(shipping),
  statement_descriptor: optionalText,
  statement_descriptor_suffix: optionalText,
  transfer_group: optionalText,
}
/** What a confirmation may say, on its own or as part of a creation. */
const confirming = {
  confirmation_token: filled,
  error_on_requires_action: flag,
  mandate: filled,
  mandate_data: optionalMandateData,
  off_session: offSession,
  radar_options: radarOptions,
  return_url: filled,
  use_stripe_sdk: flag,
}
export const create = {
  ...shared,
  ...confirming,
  amount: positive,
  automatic_payment_methods: hash({ enabled: flag, allow_redirects: oneOf('always', 'never') }),
  confirm: flag,
  confirmation_method: oneOf('automatic', 'manual'),
  currency: filled,
  customer: filled,
  metadata,
  on_behalf_of: filled,
  transfer_data: hash({ destination: filled, amount: positive, description: text, metadata }),
}
export const update = {
  ...shared,
  amount: positive,
  currency: filled,
  customer: filled,
  metadata,
  transfer_data: hash({ amount: positive, description: text, metadata }),
}
export const confirm = {
  ...confirming,
  allowed_payment_method_types: methodNames,
  amount_details: clearable(amountDetails),
  amount_to_confirm: positive,
  capture_method: CAPTURE,
  client_secret: filled,
  excluded_payment_method_types: methodNames,
  payment_details: clearable(paymentDetails),
  payment_method: filled,
  payment_method_data: methodData,
  payment_method_options: options,
  payment_method_types: methodTypes,
  receipt_email: optionalText,
  setup_future_usage: clearable(USAGE),
  shipping: clearable(shipping),
}
export const capture = {
  amount_details: clearable(amountDetails),
  amount_to_capture: positive,
  application_fee_amount: natural,
  final_capture: flag,
  metadata,
  payment_details: clearable(paymentDetails),
  statement_descriptor: optionalText,
  statement_descriptor_suffix: optionalText,
  transfer_data: hash({ amount: positive }),
}
export type IntentChange = Read<typeof update>
