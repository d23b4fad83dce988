// The routes of payment intents: create, retrieve, update, confirm, capture, cancel, list, search.
import { checkAmount, checkCurrency } from '../core/currency.ts'
import { ApiError, badParamReference, invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import { checkCardsLeft } from '../core/method-names.ts'
import { filled, given, mergeMetadata, oneOf, type Read } from '../core/params.ts'
import { refusal } from '../machines/payment-intent.ts'
import type { PaymentIntent } from '../objects/kinds.ts'
import { newPaymentIntent, publicView, withMethod } from '../objects/payment-intent.ts'
import type { Unit } from '../store/unit.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { captureIntent, release } from './capture.ts'
import { checkCancellable } from './checkout/complete.ts'
import { chooseMethod, confirmIntent, unexpectedState } from './confirm.ts'
import { changedAmountDetails, changedOptions, paymentDetails, transferData } from './intent-changes.ts'
import {
  checkEmail,
  checkFee,
  checkOneMethod,
  checkOneShare,
  checkPublishable,
  checkServerConfirms,
  checkShare,
  checkSuffix,
} from './intent-checks.ts'
import { listRoute } from './lists.ts'
import { chooseTypes } from './method-types.ts'
import { checkUsable, shippingOf } from './methods.ts'
import { capture, confirm, create, type IntentChange, update } from './payment-intent-params.ts'
import { searchRoute } from './search.ts'
import { SINCE } from './versions.ts'

interface References {
  customer?: string | undefined
  on_behalf_of?: string | undefined
  payment_method_configuration?: string | undefined
  transfer_data?: { amount?: number | undefined; destination?: string | undefined } | undefined
}

function checkReferences(unit: Unit, params: References): void {
  const { customer, on_behalf_of: behalf, payment_method_configuration: configuration } = params
  if (customer !== undefined && unit.find('customer', customer) === undefined)
    throw badParamReference('customer', customer, 'customer')
  if (behalf !== undefined && unit.find('account', behalf) === undefined)
    throw badParamReference('account', behalf, 'on_behalf_of')
  if (configuration !== undefined)
    throw badParamReference('payment_method_configuration', configuration, 'payment_method_configuration')
  const destination = params.transfer_data?.destination
  if (destination !== undefined && unit.find('account', destination) === undefined)
    throw badParamReference('destination', destination, 'transfer_data[destination]')
}

function hasSeller(unit: Unit, transfer: unknown): boolean {
  return unit.account !== '' || (transfer !== undefined && transfer !== null)
}

/** The parameters that creating, updating and confirming share, applied to an intent. */
function applied(intent: PaymentIntent, params: IntentChange): PaymentIntent {
  const { shipping } = params
  const changed: PaymentIntent = {
    ...intent,
    allowed_payment_method_types: given(
      params.allowed_payment_method_types,
      intent.allowed_payment_method_types,
    ),
    amount_details: changedAmountDetails(intent.amount_details, params.amount_details),
    application_fee_amount: given(params.application_fee_amount, intent.application_fee_amount),
    capture_method: params.capture_method ?? intent.capture_method,
    customer: params.customer ?? intent.customer,
    description: given(params.description, intent.description),
    excluded_payment_method_types: given(
      params.excluded_payment_method_types,
      intent.excluded_payment_method_types,
    ),
    metadata: mergeMetadata(intent.metadata, params.metadata),
    payment_method_options: changedOptions(intent.payment_method_options, params.payment_method_options),
    payment_method_types: params.payment_method_types ?? intent.payment_method_types,
    ...paymentDetails(intent.payment_details, params.payment_details),
    receipt_email: given(params.receipt_email, intent.receipt_email),
    setup_future_usage: given(params.setup_future_usage, intent.setup_future_usage),
    shipping: shipping == null ? given(shipping, intent.shipping) : shippingOf(shipping),
    statement_descriptor: given(params.statement_descriptor, intent.statement_descriptor),
    statement_descriptor_suffix: given(
      params.statement_descriptor_suffix,
      intent.statement_descriptor_suffix,
    ),
    transfer_data: transferData(intent.transfer_data, params.transfer_data),
    transfer_group: given(params.transfer_group, intent.transfer_group),
  }
  checkCardsLeft(changed.allowed_payment_method_types, changed.excluded_payment_method_types)
  return changed
}

/** Refuses what does not fit together; `intent` is as it would be. */
function checkIntent(unit: Unit, intent: PaymentIntent, params: IntentChange & References): void {
  const { amount, application_fee_amount: fee, transfer_data: transfer } = intent
  checkReferences(unit, params)
  checkOneMethod(params)
  checkEmail(params.receipt_email, 'receipt_email')
  checkSuffix(params.statement_descriptor_suffix)
  checkFee(fee, amount, hasSeller(unit, transfer))
  checkOneShare(fee, transfer?.amount)
  checkShare(params.transfer_data?.amount, amount)
}

const CONFIRM_ONLY = [
  'confirmation_token',
  'error_on_requires_action',
  'mandate',
  'mandate_data',
  'off_session',
  'return_url',
] as const

/** Saying that nothing is to happen says nothing, so `false` passes. */
function checkConfirmOnly(params: Read<typeof create>): void {
  if (params.confirm === true) return
  const name = CONFIRM_ONLY.find(
    (each) => params[each] !== undefined && params[each] !== false && params[each] !== null,
  )
  if (name !== undefined)
    throw invalidRequest(`This parameter can only be used when \`confirm=true\`: ${name}.`, { param: name })
}

/** The checked intent of these parameters, not yet stored. */
export function draftIntent(call: ApiCall, params: Read<typeof create>): PaymentIntent {
  const { unit } = call
  if (params.amount === undefined) throw missingParam('amount')
  if (params.currency === undefined) throw missingParam('currency')
  const currency = checkCurrency(params.currency)
  checkAmount(params.amount, currency)
  checkConfirmOnly(params)
  const empty = newPaymentIntent(
    {
      amount: params.amount,
      currency,
      captureMethod:
        params.capture_method ?? (call.version < SINCE.asyncCapture ? 'automatic' : 'automatic_async'),
      confirmationMethod: params.confirmation_method ?? 'automatic',
      ...chooseTypes(call, params),
      customer: params.customer ?? null,
      metadata: {},
      onBehalfOf: params.on_behalf_of ?? null,
    },
    unit.now,
  )
  const intent = applied(empty, params)
  checkIntent(unit, intent, params)
  return intent
}

function createIntent(call: ApiCall, params: Read<typeof create>): PaymentIntent {
  const { unit } = call
  const intent = draftIntent(call, params)
  if (params.confirm === true) {
    unit.put('payment_intent', intent)
    unit.emit('payment_intent.created', intent)
    return confirmIntent(call, intent, params)
  }
  const withCard =
    params.payment_method === undefined && params.payment_method_data === undefined
      ? intent
      : addMethod(call, intent, params)
  const session = params.radar_options?.session
  unit.put('payment_intent', withCard, session === undefined ? {} : { hidden: { radarSession: session } })
  unit.emit('payment_intent.created', withCard)
  return withCard
}

function addMethod(
  call: ApiCall,
  intent: PaymentIntent,
  params: Pick<Read<typeof create>, 'payment_method' | 'payment_method_data'>,
): PaymentIntent {
  const { found } = chooseMethod(call, intent, {
    payment_method: params.payment_method,
    payment_method_data: params.payment_method_data,
  })
  checkUsable(found, intent.customer)
  return withMethod(intent, found.method.id)
}

export function loadIntent(call: ApiCall): PaymentIntent {
  const intent = call.unit.find('payment_intent', call.id)
  if (intent === undefined) throw noSuch('payment_intent', call.id)
  const faults = intent.metadata['sandbox_fault']
  if (faults !== undefined) call.wantFault(faults)
  return intent
}

/** A publishable key proves nothing but the client secret that comes with it. */
export function checkClientSecret(call: ApiCall, stored: string | null, given: string | undefined): void {
  if (!call.publishable) return
  if (given === undefined) throw missingParam('client_secret')
  if (given !== stored) {
    throw new ApiError(400, {
      type: 'invalid_request_error',
      code: 'payment_intent_invalid_parameter',
      param: 'client_secret',
      message: `The client_secret provided does not match any associated PaymentIntent on this account. Ensure the publishable key used belongs to the same account that created the PaymentIntent.`,
    })
  }
}

function shown(call: ApiCall, intent: PaymentIntent): object {
  return call.publishable ? publicView(intent) : intent
}

function updateIntent(call: ApiCall, params: Read<typeof update>): PaymentIntent {
  const { unit } = call
  const intent = loadIntent(call)
  if (
    params.amount !== undefined ||
    params.currency !== undefined ||
    params.payment_method !== undefined ||
    params.payment_method_data !== undefined
  ) {
    const refused = refusal('update_amount', intent)
    if (refused !== undefined)
      throw unexpectedState(intent, refused, params.amount === undefined ? undefined : 'amount')
  }
  const currency = params.currency === undefined ? intent.currency : checkCurrency(params.currency)
  const amount = params.amount ?? intent.amount
  checkAmount(amount, currency)
  const changed = applied({ ...intent, amount, currency }, params)
  checkIntent(unit, changed, params)
  const after =
    params.payment_method === undefined && params.payment_method_data === undefined
      ? changed
      : addMethod(call, changed, params)
  unit.put('payment_intent', after)
  return after
}

export const paymentIntentRoutes: RouteTable = {
  'POST /v1/payment_intents': route('payment_intents.create', create, createIntent),
  'GET /v1/payment_intents': listRoute('payment_intents.list', 'payment_intent', ['customer']),
  'GET /v1/payment_intents/search': searchRoute('payment_intents.search', 'payment_intent'),
  'GET /v1/payment_intents/:id': route(
    'payment_intents.retrieve',
    { client_secret: filled },
    (call, params) => {
      const intent = loadIntent(call)
      checkClientSecret(call, intent.client_secret, params.client_secret)
      return shown(call, intent)
    },
    { publishable: true },
  ),
  'POST /v1/payment_intents/:id': route('payment_intents.update', update, updateIntent),
  'POST /v1/payment_intents/:id/confirm': route(
    'payment_intents.confirm',
    confirm,
    (call, params) => {
      const intent = loadIntent(call)
      checkClientSecret(call, intent.client_secret, params.client_secret)
      checkPublishable(call, params)
      checkServerConfirms(call, intent)
      checkOneMethod(params)
      checkEmail(params.receipt_email, 'receipt_email')
      if (params.amount_to_confirm !== undefined && params.amount_to_confirm !== intent.amount) {
        throw new ApiError(400, {
          type: 'invalid_request_error',
          param: 'amount_to_confirm',
          message: `The amount_to_confirm (${params.amount_to_confirm}) does not match the amount of the PaymentIntent (${intent.amount}).`,
        })
      }
      return shown(call, confirmIntent(call, applied(intent, params), params))
    },
    { publishable: true },
  ),
  'POST /v1/payment_intents/:id/capture': route('payment_intents.capture', capture, (call, params) =>
    captureIntent(call, loadIntent(call), params),
  ),
  'POST /v1/payment_intents/:id/cancel': route(
    'payment_intents.cancel',
    { cancellation_reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned') },
    (call, params) => {
      const intent = loadIntent(call)
      const refused = refusal('cancel', intent)
      if (refused !== undefined) throw unexpectedState(intent, refused)
      checkCancellable(call.unit, intent)
      return release(call.unit, intent, params.cancellation_reason ?? null, 'charge.refunded')
    },
  ),
}
