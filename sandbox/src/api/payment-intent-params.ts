// The parameters that each call on payment intents takes; a name that is not here is refused.
import { anything, clearable, filled, flag, hash, listOf, metadata, natural, oneOf, positive, text } from "../core/params.ts";
import { methodData, shipping } from "./methods.ts";

const CAPTURE = oneOf("automatic", "automatic_async", "manual");
const USAGE = oneOf("off_session", "on_session");
const threeDs = hash({ card: hash({ request_three_d_secure: oneOf("any", "automatic", "challenge"), capture_method: oneOf("manual"), setup_future_usage: anything, network: anything, require_cvc_recollection: flag, request_extended_authorization: anything, request_incremental_authorization: anything, request_multicapture: anything, request_overcapture: anything, mandate_options: anything, installments: anything, statement_descriptor_suffix_kana: anything, statement_descriptor_suffix_kanji: anything }), link: anything });

const shared = {
  allowed_payment_method_types: listOf(filled),
  amount_details: anything,
  application_fee_amount: clearable(natural),
  capture_method: CAPTURE,
  description: text,
  excluded_payment_method_types: listOf(filled),
  hooks: anything,
  payment_details: anything,
  payment_method: filled,
  payment_method_data: methodData,
  payment_method_options: threeDs,
  receipt_email: clearable(text),
  setup_future_usage: clearable(USAGE),
  shipping: clearable(shipping),
};
export const create = {
  ...shared,
  amount: positive,
  automatic_payment_methods: hash({ enabled: flag, allow_redirects: oneOf("always", "never") }),
  confirm: flag,
  confirmation_method: oneOf("automatic", "manual"),
  confirmation_token: filled,
  currency: filled,
  customer: filled,
  error_on_requires_action: flag,
  mandate: filled,
  mandate_data: anything,
  metadata,
  off_session: flag,
  on_behalf_of: filled,
  payment_method_configuration: filled,
  radar_options: anything,
  return_url: filled,
  statement_descriptor: text,
  statement_descriptor_suffix: text,
  transfer_data: hash({ destination: filled, amount: positive, description: text, metadata }),
  transfer_group: text,
  use_stripe_sdk: flag,
};
export const update = {
  ...shared, amount: positive, currency: filled, customer: filled, metadata, payment_method_configuration: filled, statement_descriptor: text,
  statement_descriptor_suffix: text, transfer_data: hash({ amount: positive }), transfer_group: text,
};
export const confirm = {
  allowed_payment_method_types: listOf(filled), amount_details: anything, amount_to_confirm: positive, capture_method: CAPTURE, client_secret: filled, confirmation_token: filled,
  error_on_requires_action: flag, excluded_payment_method_types: anything, hooks: anything, mandate: filled, mandate_data: anything, off_session: flag, payment_details: anything,
  payment_method: filled, payment_method_data: methodData, payment_method_options: threeDs, radar_options: anything, receipt_email: clearable(text), return_url: filled,
  setup_future_usage: clearable(USAGE), shipping: clearable(shipping), use_stripe_sdk: flag,
};
export const capture = {
  amount_details: anything, amount_to_capture: positive, application_fee_amount: natural, final_capture: flag, hooks: anything, metadata, payment_details: anything,
  statement_descriptor: text, statement_descriptor_suffix: text, transfer_data: hash({ amount: positive }),
};
