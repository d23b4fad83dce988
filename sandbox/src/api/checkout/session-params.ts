// The parameters of Checkout Sessions; what is not emulated is refused by its name.
import { filled, hash, integer, listOf, metadata, natural, oneOf, positive, text } from '../../core/params.ts'
import { methodTypes } from '../method-types.ts'
import { shipping } from '../methods.ts'
import { notEmulated, switchedOff } from './emulated.ts'
import { lineItems } from './line-items.ts'

const intentData = hash({
  application_fee_amount: natural,
  capture_method: oneOf('automatic', 'automatic_async', 'manual'),
  description: text,
  metadata,
  on_behalf_of: filled,
  receipt_email: text,
  setup_future_usage: oneOf('off_session', 'on_session'),
  shipping,
  statement_descriptor: text,
  statement_descriptor_suffix: text,
  transfer_data: hash({ destination: filled, amount: positive }),
  transfer_group: text,
})

export const create = {
  after_expiration: notEmulated,
  allow_promotion_codes: notEmulated,
  allowed_payment_method_types: listOf(filled),
  automatic_tax: switchedOff,
  billing_address_collection: oneOf('auto', 'required'),
  cancel_url: filled,
  client_reference_id: text,
  consent_collection: notEmulated,
  currency: filled,
  custom_fields: notEmulated,
  custom_text: notEmulated,
  customer: filled,
  customer_creation: oneOf('always', 'if_required'),
  customer_email: filled,
  customer_update: notEmulated,
  discounts: notEmulated,
  excluded_payment_method_types: listOf(filled),
  expires_at: integer,
  invoice_creation: switchedOff,
  line_items: lineItems,
  locale: filled,
  metadata,
  mode: oneOf('payment', 'setup', 'subscription'),
  optional_items: notEmulated,
  payment_intent_data: intentData,
  payment_method_configuration: filled,
  payment_method_options: hash({
    card: hash({ request_three_d_secure: oneOf('any', 'automatic', 'challenge') }),
  }),
  payment_method_types: methodTypes,
  phone_number_collection: switchedOff,
  redirect_on_completion: notEmulated,
  return_url: notEmulated,
  saved_payment_method_options: notEmulated,
  setup_intent_data: hash({ description: text, metadata, on_behalf_of: filled }),
  shipping_address_collection: notEmulated,
  shipping_options: notEmulated,
  submit_type: oneOf('auto', 'book', 'donate', 'pay'),
  subscription_data: notEmulated,
  success_url: filled,
  tax_id_collection: switchedOff,
  ui_mode: filled,
}
export const update = {
  metadata,
  collected_information: notEmulated,
  line_items: notEmulated,
  shipping_options: notEmulated,
}
