// The routes of payment intents: create, retrieve, update, confirm, capture, cancel, list, search.
import { cardByKey } from "../cards/test-cards.ts";
import { DECLINES } from "../cards/declines.ts";
import { checkAmount, checkCurrency, spoken } from "../core/currency.ts";
import { ApiError, badParamReference, invalidRequest, missingParam, noSuch } from "../core/errors.ts";
import { anything, clearable, filled, flag, hash, listOf, mergeMetadata, metadata, natural, oneOf, positive, text, type Read } from "../core/params.ts";
import { refusal } from "../machines/payment-intent.ts";
import { releasedCharge } from "../objects/charge.ts";
import type { PaymentIntent } from "../objects/kinds.ts";
import { cancelled, newPaymentIntent, publicView, succeeded, withMethod } from "../objects/payment-intent.ts";
import { fullAddress } from "../objects/payment-method.ts";
import type { Unit } from "../store/unit.ts";
import { route, type ApiCall, type RouteTable } from "./call.ts";
import { chooseMethod, confirmIntent, unexpectedState } from "./confirm.ts";
import { listRoute, searchRoute } from "./lists.ts";
import { checkUsable, methodData, shipping } from "./methods.ts";
import { bringTrouble, settle } from "./settle.ts";

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
const create = {
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
const update = {
  ...shared, amount: positive, currency: filled, customer: filled, metadata, payment_method_configuration: filled, statement_descriptor: text,
  statement_descriptor_suffix: text, transfer_data: hash({ amount: positive }), transfer_group: text,
};
const confirm = {
  allowed_payment_method_types: listOf(filled), amount_details: anything, amount_to_confirm: positive, capture_method: CAPTURE, client_secret: filled, confirmation_token: filled,
  error_on_requires_action: flag, excluded_payment_method_types: anything, hooks: anything, mandate: filled, mandate_data: anything, off_session: flag, payment_details: anything,
  payment_method: filled, payment_method_data: methodData, payment_method_options: threeDs, radar_options: anything, receipt_email: clearable(text), return_url: filled,
  setup_future_usage: clearable(USAGE), shipping: clearable(shipping), use_stripe_sdk: flag,
};
const capture = {
  amount_details: anything, amount_to_capture: positive, application_fee_amount: natural, final_capture: flag, hooks: anything, metadata, payment_details: anything,
  statement_descriptor: text, statement_descriptor_suffix: text, transfer_data: hash({ amount: positive }),
};

function checkReferences(unit: Unit, params: { customer?: string | undefined; transfer_data?: { destination?: string | undefined } | undefined }): void {
  if (params.customer !== undefined && unit.find("customer", params.customer) === undefined) throw badParamReference("customer", params.customer, "customer");
  const destination = params.transfer_data?.destination;
  if (destination !== undefined && unit.find("account", destination) === undefined) throw badParamReference("account", destination, "transfer_data[destination]");
}

function shippingOf(input: Read<typeof create>["shipping"]): PaymentIntent["shipping"] {
  if (input == null) return null;
  return { address: fullAddress(input.address), carrier: input.carrier ?? null, ...(input.name === undefined ? {} : { name: input.name }), phone: input.phone ?? null, tracking_number: input.tracking_number ?? null };
}

function createIntent(call: ApiCall, params: Read<typeof create>): PaymentIntent {
  const { unit } = call;
  if (params.amount === undefined) throw missingParam("amount");
  if (params.currency === undefined) throw missingParam("currency");
  const currency = checkCurrency(params.currency);
  checkAmount(params.amount, currency);
  checkReferences(unit, params);
  if (params.confirm !== true) {
    for (const name of ["return_url", "confirmation_token", "off_session", "error_on_requires_action", "mandate_data"] as const) {
      if (params[name] !== undefined) throw invalidRequest(`This parameter can only be used when \`confirm=true\`: ${name}.`, { param: name });
    }
  }
  const automatic = params.automatic_payment_methods?.enabled === true || (params.automatic_payment_methods === undefined && params.allowed_payment_method_types === undefined);
  const intent = newPaymentIntent(
    {
      amount: params.amount,
      currency,
      captureMethod: params.capture_method ?? "automatic_async",
      confirmationMethod: params.confirmation_method ?? "automatic",
      allowRedirects: automatic ? (params.automatic_payment_methods?.allow_redirects ?? "always") : null,
      allowedTypes: params.allowed_payment_method_types ?? null,
      customer: params.customer ?? null,
      description: params.description ?? null,
      metadata: mergeMetadata({}, params.metadata),
      receiptEmail: params.receipt_email ?? null,
      setupFutureUsage: params.setup_future_usage ?? null,
      shipping: shippingOf(params.shipping),
      statementDescriptor: params.statement_descriptor ?? null,
      statementDescriptorSuffix: params.statement_descriptor_suffix ?? null,
      threeDs: params.payment_method_options?.card?.request_three_d_secure ?? "automatic",
      onBehalfOf: params.on_behalf_of ?? null,
      applicationFee: params.application_fee_amount ?? null,
      transferData: params.transfer_data?.destination === undefined ? null : { destination: params.transfer_data.destination, ...(params.transfer_data.amount === undefined ? {} : { amount: params.transfer_data.amount }) },
      transferGroup: params.transfer_group ?? null,
    },
    unit.now,
  );
  const faults = intent.metadata["sandbox_fault"];
  if (faults !== undefined) call.wantFault(faults);
  if (params.confirm === true) {
    unit.put("payment_intent", intent);
    unit.emit("payment_intent.created", intent);
    return confirmIntent(call, intent, params);
  }
  const withCard = params.payment_method === undefined && params.payment_method_data === undefined ? intent : addMethod(call, intent, params);
  unit.put("payment_intent", withCard);
  unit.emit("payment_intent.created", withCard);
  return withCard;
}

function addMethod(call: ApiCall, intent: PaymentIntent, params: Pick<Read<typeof create>, "payment_method" | "payment_method_data">): PaymentIntent {
  const { found } = chooseMethod(call, intent, { payment_method: params.payment_method, payment_method_data: params.payment_method_data });
  checkUsable(found, intent.customer);
  return withMethod(intent, found.method.id);
}

export function loadIntent(call: ApiCall): PaymentIntent {
  const intent = call.unit.find("payment_intent", call.id);
  if (intent === undefined) throw noSuch("payment_intent", call.id);
  const faults = intent.metadata["sandbox_fault"];
  if (faults !== undefined) call.wantFault(faults);
  return intent;
}

/** A publishable key proves nothing but the client secret that comes with it. */
export function checkClientSecret(call: ApiCall, stored: string | null, given: string | undefined): void {
  if (!call.publishable) return;
  if (given === undefined) throw missingParam("client_secret");
  if (given !== stored) {
    throw new ApiError(400, {
      type: "invalid_request_error", code: "payment_intent_invalid_parameter", param: "client_secret",
      message: `The client_secret provided does not match any associated PaymentIntent on this account. Ensure the publishable key used belongs to the same account that created the PaymentIntent.`,
    });
  }
}

function shown(call: ApiCall, intent: PaymentIntent): object {
  return call.publishable ? publicView(intent) : intent;
}

function updateIntent(call: ApiCall, params: Read<typeof update>): PaymentIntent {
  const { unit } = call;
  const intent = loadIntent(call);
  checkReferences(unit, { customer: params.customer });
  if (params.amount !== undefined || params.currency !== undefined || params.payment_method !== undefined || params.payment_method_data !== undefined) {
    const refused = refusal("update_amount", intent);
    if (refused !== undefined) throw unexpectedState(intent, refused, params.amount === undefined ? undefined : "amount");
  }
  const currency = params.currency === undefined ? intent.currency : checkCurrency(params.currency);
  const amount = params.amount ?? intent.amount;
  checkAmount(amount, currency);
  const threeDsRequest = params.payment_method_options?.card?.request_three_d_secure;
  const changed: PaymentIntent = {
    ...intent,
    amount,
    currency,
    customer: params.customer ?? intent.customer,
    description: params.description ?? intent.description,
    metadata: mergeMetadata(intent.metadata, params.metadata),
    receipt_email: params.receipt_email === undefined ? intent.receipt_email : params.receipt_email,
    setup_future_usage: params.setup_future_usage === undefined ? intent.setup_future_usage : params.setup_future_usage,
    shipping: params.shipping === undefined ? intent.shipping : shippingOf(params.shipping),
    statement_descriptor: params.statement_descriptor ?? intent.statement_descriptor,
    capture_method: params.capture_method ?? intent.capture_method,
    application_fee_amount: params.application_fee_amount === undefined ? intent.application_fee_amount : params.application_fee_amount,
    transfer_group: params.transfer_group ?? intent.transfer_group,
    payment_method_options: threeDsRequest === undefined ? intent.payment_method_options : { card: { installments: null, mandate_options: null, network: null, request_three_d_secure: threeDsRequest } },
  };
  const after = params.payment_method === undefined && params.payment_method_data === undefined ? changed : addMethod(call, changed, params);
  unit.put("payment_intent", after);
  return after;
}

function captureIntent(call: ApiCall, params: Read<typeof capture>): PaymentIntent {
  const { unit } = call;
  const intent = loadIntent(call);
  const refused = refusal("capture", intent);
  if (refused !== undefined) throw unexpectedState(intent, refused);
  const amount = params.amount_to_capture ?? intent.amount_capturable;
  if (amount > intent.amount_capturable) {
    throw new ApiError(400, {
      type: "invalid_request_error", code: "amount_too_large", param: "amount_to_capture",
      message: `The amount_to_capture (${spoken(amount, intent.currency)}) is greater than the amount that can be captured (${spoken(intent.amount_capturable, intent.currency)}).`,
    });
  }
  const charge = intent.latest_charge === null ? undefined : unit.find("charge", intent.latest_charge);
  const hidden = charge === undefined ? undefined : unit.hidden("charge", charge.id);
  if (charge === undefined || hidden === undefined) throw new Error(`the charge of ${intent.id} is missing`);
  const card = cardByKey(hidden.card);
  const { metadata: change } = params;
  const current = { ...intent, metadata: mergeMetadata(intent.metadata, change), application_fee_amount: params.application_fee_amount ?? intent.application_fee_amount };
  if (card.declineAtCapture === true) throw declineCapture(unit, current);
  const settled = settle(unit, { ...charge, application_fee_amount: current.application_fee_amount }, amount, card);
  unit.put("charge", settled);
  unit.emit("charge.captured", settled);
  const after = succeeded(current, charge.id, amount);
  unit.put("payment_intent", after, { due: null });
  unit.emit("payment_intent.succeeded", after);
  bringTrouble(unit, settled, card);
  return after;
}

/** The bank has taken back its word: the authorization is gone and so is the intent. */
function declineCapture(unit: Unit, intent: PaymentIntent): ApiError {
  release(unit, intent, "automatic", "charge.expired");
  return new ApiError(402, { type: "card_error", code: "card_declined", decline_code: "generic_decline", message: DECLINES.generic.message, ...(intent.latest_charge === null ? {} : { charge: intent.latest_charge }), payment_intent: unit.find("payment_intent", intent.id) }, true);
}

/** Cancels an intent and gives an authorization back; `event` says how the charge ended. */
export function release(unit: Unit, intent: PaymentIntent, reason: string | null, event: "charge.refunded" | "charge.expired"): PaymentIntent {
  const charge = intent.status !== "requires_capture" || intent.latest_charge === null ? undefined : unit.find("charge", intent.latest_charge);
  if (charge !== undefined) {
    const released = releasedCharge(charge);
    unit.put("charge", released);
    unit.emit(event, released);
  }
  const after = cancelled(intent, reason, unit.now);
  unit.put("payment_intent", after, { due: null });
  unit.emit("payment_intent.canceled", after);
  return after;
}

export const paymentIntentRoutes: RouteTable = {
  "POST /v1/payment_intents": route("payment_intents.create", create, createIntent),
  "GET /v1/payment_intents": listRoute("payment_intents.list", "payment_intent", ["customer"]),
  "GET /v1/payment_intents/search": searchRoute("payment_intents.search", "payment_intent"),
  "GET /v1/payment_intents/:id": route("payment_intents.retrieve", { client_secret: filled }, (call, params) => {
    const intent = loadIntent(call);
    checkClientSecret(call, intent.client_secret, params.client_secret);
    return shown(call, intent);
  }, { publishable: true }),
  "POST /v1/payment_intents/:id": route("payment_intents.update", update, updateIntent),
  "POST /v1/payment_intents/:id/confirm": route("payment_intents.confirm", confirm, (call, params) => {
    const intent = loadIntent(call);
    checkClientSecret(call, intent.client_secret, params.client_secret);
    if (params.amount_to_confirm !== undefined && params.amount_to_confirm !== intent.amount) {
      throw new ApiError(400, { type: "invalid_request_error", param: "amount_to_confirm", message: `The amount_to_confirm (${params.amount_to_confirm}) does not match the amount of the PaymentIntent (${intent.amount}).` });
    }
    return shown(call, confirmIntent(call, { ...intent, capture_method: params.capture_method ?? intent.capture_method, receipt_email: params.receipt_email ?? intent.receipt_email }, params));
  }, { publishable: true }),
  "POST /v1/payment_intents/:id/capture": route("payment_intents.capture", capture, captureIntent),
  "POST /v1/payment_intents/:id/cancel": route("payment_intents.cancel", { cancellation_reason: oneOf("duplicate", "fraudulent", "requested_by_customer", "abandoned") }, (call, params) => {
    const intent = loadIntent(call);
    const refused = refusal("cancel", intent);
    if (refused !== undefined) throw unexpectedState(intent, refused);
    return release(call.unit, intent, params.cancellation_reason ?? null, "charge.refunded");
  }),
};
