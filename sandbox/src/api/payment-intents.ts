// The routes of payment intents: create, retrieve, update, confirm, capture, cancel, list, search.
import { checkAmount, checkCurrency } from '../core/currency.ts'
import { ApiError, badParamReference, invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import { filled, mergeMetadata, oneOf, type Read } from '../core/params.ts'
import { refusal } from '../machines/payment-intent.ts'
import type { PaymentIntent } from '../objects/kinds.ts'
import { newPaymentIntent, publicView, withCardOptions, withMethod } from '../objects/payment-intent.ts'
import { fullAddress } from '../objects/payment-method.ts'
import type { Unit } from '../store/unit.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { captureIntent, release } from './capture.ts'
import { chooseMethod, confirmIntent, unexpectedState } from './confirm.ts'
import {
  checkEmail,
  checkFee,
  checkOneMethod,
  checkPublishable,
  checkServerConfirms,
  checkShare,
  checkSuffix,
} from './intent-checks.ts'
import { listRoute } from './lists.ts'
import { chooseTypes } from './method-types.ts'
import { checkUsable } from './methods.ts'
import { capture, confirm, create, update } from './payment-intent-params.ts'
import { searchRoute } from './search.ts'
import { SINCE } from './versions.ts'

function checkReferences(
  unit: Unit,
  params: { customer?: string | undefined; transfer_data?: { destination?: string | undefined } | undefined },
): void {
  if (params.customer !== undefined && unit.find('customer', params.customer) === undefined)
    throw badParamReference('customer', params.customer, 'customer')
  const destination = params.transfer_data?.destination
  if (destination !== undefined && unit.find('account', destination) === undefined)
    throw badParamReference('account', destination, 'transfer_data[destination]')
}

function hasSeller(unit: Unit, transfer: unknown): boolean {
  return unit.account !== '' || (transfer !== undefined && transfer !== null)
}

function shippingOf(input: Read<typeof create>['shipping']): PaymentIntent['shipping'] {
  if (input == null) return null
  return {
    address: fullAddress(input.address),
    carrier: input.carrier ?? null,
    ...(input.name === undefined ? {} : { name: input.name }),
    phone: input.phone ?? null,
    tracking_number: input.tracking_number ?? null,
  }
}

function createIntent(call: ApiCall, params: Read<typeof create>): PaymentIntent {
  const { unit } = call
  if (params.amount === undefined) throw missingParam('amount')
  if (params.currency === undefined) throw missingParam('currency')
  const currency = checkCurrency(params.currency)
  checkAmount(params.amount, currency)
  checkReferences(unit, params)
  checkOneMethod(params)
  checkEmail(params.receipt_email, 'receipt_email')
  checkSuffix(params.statement_descriptor_suffix)
  checkFee(params.application_fee_amount ?? null, params.amount, hasSeller(unit, params.transfer_data))
  checkShare(params.transfer_data?.amount, params.amount)
  if (params.confirm !== true) {
    for (const name of ['return_url', 'confirmation_token', 'off_session', 'error_on_requires_action', 'mandate_data'] as const) {
      if (params[name] !== undefined)
        throw invalidRequest(`This parameter can only be used when \`confirm=true\`: ${name}.`, { param: name })
    }
  }
  const intent = newPaymentIntent(
    {
      amount: params.amount,
      currency,
      captureMethod: params.capture_method ?? (call.version < SINCE.asyncCapture ? 'automatic' : 'automatic_async'),
      confirmationMethod: params.confirmation_method ?? 'automatic',
      ...chooseTypes(call, params),
      customer: params.customer ?? null,
      description: params.description ?? null,
      metadata: mergeMetadata({}, params.metadata),
      receiptEmail: params.receipt_email ?? null,
      setupFutureUsage: params.setup_future_usage ?? null,
      shipping: shippingOf(params.shipping),
      statementDescriptor: params.statement_descriptor ?? null,
      statementDescriptorSuffix: params.statement_descriptor_suffix ?? null,
      threeDs: params.payment_method_options?.card?.request_three_d_secure ?? 'automatic',
      holdCards: params.payment_method_options?.card?.capture_method === 'manual',
      onBehalfOf: params.on_behalf_of ?? null,
      applicationFee: params.application_fee_amount ?? null,
      transferData:
        params.transfer_data?.destination === undefined
          ? null
          : {
              destination: params.transfer_data.destination,
              ...(params.transfer_data.amount === undefined ? {} : { amount: params.transfer_data.amount }),
            },
      transferGroup: params.transfer_group ?? null,
    },
    unit.now,
  )
  if (params.confirm === true) {
    unit.put('payment_intent', intent)
    unit.emit('payment_intent.created', intent)
    return confirmIntent(call, intent, params)
  }
  const withCard =
    params.payment_method === undefined && params.payment_method_data === undefined ? intent : addMethod(call, intent, params)
  unit.put('payment_intent', withCard)
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
  checkReferences(unit, { customer: params.customer })
  if (
    params.amount !== undefined ||
    params.currency !== undefined ||
    params.payment_method !== undefined ||
    params.payment_method_data !== undefined
  ) {
    const refused = refusal('update_amount', intent)
    if (refused !== undefined) throw unexpectedState(intent, refused, params.amount === undefined ? undefined : 'amount')
  }
  const currency = params.currency === undefined ? intent.currency : checkCurrency(params.currency)
  const amount = params.amount ?? intent.amount
  checkAmount(amount, currency)
  checkOneMethod(params)
  checkEmail(params.receipt_email, 'receipt_email')
  checkSuffix(params.statement_descriptor_suffix)
  const fee = params.application_fee_amount === undefined ? intent.application_fee_amount : params.application_fee_amount
  checkFee(fee, amount, hasSeller(unit, intent.transfer_data))
  checkShare(params.transfer_data?.amount, amount)
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
    statement_descriptor_suffix: params.statement_descriptor_suffix ?? intent.statement_descriptor_suffix,
    capture_method: params.capture_method ?? intent.capture_method,
    application_fee_amount: fee,
    transfer_data:
      params.transfer_data?.amount === undefined || intent.transfer_data == null
        ? (intent.transfer_data ?? null)
        : { ...intent.transfer_data, amount: params.transfer_data.amount },
    transfer_group: params.transfer_group ?? intent.transfer_group,
    payment_method_options: withCardOptions(intent, params.payment_method_options?.card),
    payment_method_types: params.payment_method_types ?? intent.payment_method_types,
  }
  const after =
    params.payment_method === undefined && params.payment_method_data === undefined ? changed : addMethod(call, changed, params)
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
      return shown(
        call,
        confirmIntent(
          call,
          {
            ...intent,
            capture_method: params.capture_method ?? intent.capture_method,
            receipt_email: params.receipt_email ?? intent.receipt_email,
            shipping: params.shipping === undefined ? intent.shipping : shippingOf(params.shipping),
            payment_method_options: withCardOptions(intent, params.payment_method_options?.card),
            payment_method_types: params.payment_method_types ?? intent.payment_method_types,
          },
          params,
        ),
      )
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
      return release(call.unit, intent, params.cancellation_reason ?? null, 'charge.refunded')
    },
  ),
}
