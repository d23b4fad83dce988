// Setup intents: saving a card for later, with authentication where its bank wants it.
import type Stripe from 'stripe'
import { ApiError, badParamReference, type ErrorBody, invalidRequest, noSuch } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { anything, filled, flag, hash, listOf, mergeMetadata, metadata, oneOf, type Read, text } from '../core/params.ts'
import { authenticationStep } from '../machines/authentication.ts'
import { AUTHENTICATION_FAILED, NO_RETURN_URL } from '../machines/payment-intent.ts'
import { setupRefusal } from '../machines/setup-intent.ts'
import type { SetupIntent } from '../objects/kinds.ts'
import { newSetupIntent, publicSetupView } from '../objects/setup-intent.ts'
import { cardError } from './attempt.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { checkOneMethod, checkPublishable } from './intent-checks.ts'
import { listRoute } from './lists.ts'
import { chooseTypes, methodTypes } from './method-types.ts'
import { attach, buildMethod, checkUsable, type FoundMethod, findMethod, methodData, redeemToken, saveMethod } from './methods.ts'

const confirm = {
  allowed_payment_method_types: listOf(filled),
  client_secret: filled,
  confirmation_token: filled,
  mandate_data: anything,
  payment_method: filled,
  payment_method_data: methodData,
  payment_method_options: anything,
  return_url: filled,
  use_stripe_sdk: flag,
}
const update = {
  attach_to_self: flag,
  customer: filled,
  description: text,
  excluded_payment_method_types: listOf(filled),
  flow_directions: anything,
  metadata,
  payment_method: filled,
  payment_method_configuration: filled,
  payment_method_data: methodData,
  payment_method_options: anything,
  allowed_payment_method_types: listOf(filled),
  payment_method_types: methodTypes,
}
const create = {
  ...update,
  confirm: flag,
  confirmation_token: filled,
  mandate_data: anything,
  on_behalf_of: filled,
  return_url: filled,
  single_use: anything,
  usage: oneOf('off_session', 'on_session'),
  use_stripe_sdk: flag,
  automatic_payment_methods: hash({ enabled: flag, allow_redirects: oneOf('always', 'never') }),
}

function unexpected(intent: SetupIntent, message: string): ApiError {
  return new ApiError(400, {
    type: 'invalid_request_error',
    code: 'setup_intent_unexpected_state',
    message,
    setup_intent: intent,
  })
}

function createSetup(call: ApiCall, params: Read<typeof create>): SetupIntent {
  const { unit } = call
  if (params.customer !== undefined && unit.find('customer', params.customer) === undefined)
    throw badParamReference('customer', params.customer, 'customer')
  checkOneMethod(params)
  const intent = newSetupIntent(
    {
      ...chooseTypes(call, params),
      customer: params.customer ?? null,
      description: params.description ?? null,
      metadata: mergeMetadata({}, params.metadata),
      onBehalfOf: params.on_behalf_of ?? null,
      usage: params.usage ?? 'off_session',
    },
    unit.now,
  )
  const named =
    params.payment_method === undefined && params.payment_method_data === undefined ? undefined : choose(call, intent, params)
  const ready: SetupIntent =
    named === undefined ? intent : { ...intent, payment_method: named.method.id, status: 'requires_confirmation' }
  unit.put('setup_intent', ready)
  unit.emit('setup_intent.created', ready)
  return params.confirm === true ? confirmSetup(call, ready, params) : ready
}

type ConfirmParams = Pick<
  Read<typeof confirm>,
  'confirmation_token' | 'payment_method' | 'payment_method_data' | 'return_url' | 'use_stripe_sdk'
>

function choose(call: ApiCall, intent: SetupIntent, params: ConfirmParams): FoundMethod & { returnUrl?: string | null } {
  if (params.confirmation_token !== undefined)
    return redeemToken(call.unit, params.confirmation_token, { kind: 'setup_intent', id: intent.id })
  if (params.payment_method_data !== undefined) return saveMethod(call.unit, buildMethod(call.unit, params.payment_method_data))
  const id = params.payment_method ?? intent.payment_method
  if (id === null)
    throw unexpected(
      intent,
      "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.",
    )
  return findMethod(call.unit, id)
}

function confirmSetup(call: ApiCall, intent: SetupIntent, params: ConfirmParams): SetupIntent {
  const refused = setupRefusal('confirm', intent.status)
  if (refused !== undefined) throw unexpected(intent, refused)
  const returns = params.return_url !== undefined || params.use_stripe_sdk === true || params.confirmation_token !== undefined
  if (intent.automatic_payment_methods?.allow_redirects === 'always' && !returns)
    throw invalidRequest(NO_RETURN_URL, { param: 'return_url' })
  const already = intent.payment_method !== null && params.payment_method === intent.payment_method
  const found = choose(call, intent, already ? { ...params, payment_method: undefined } : params)
  checkUsable(found, intent.customer)
  const step = authenticationStep({
    threeDs: found.card.threeDs,
    offSession: false,
    setUp: found.hidden.setUp === true,
    requested: false,
  })
  const named = { ...intent, payment_method: found.method.id }
  if (step.kind !== 'challenge') return finishSetup(call, named, found, step.kind !== 'lookup_failed')
  const page = `${call.baseUrl}/_sandbox/3ds/${intent.id}`
  const returnUrl = params.return_url
  const waiting: SetupIntent = {
    ...named,
    status: 'requires_action',
    next_action:
      returnUrl === undefined || params.use_stripe_sdk === true || params.confirmation_token !== undefined
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: page, source: newId('src') } }
        : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url: page } },
  }
  call.unit.put('setup_intent', waiting, { hidden: returnUrl === undefined ? {} : { returnUrl } })
  call.unit.emit('setup_intent.requires_action', waiting)
  return waiting
}

function recordAttempt(call: ApiCall, intent: SetupIntent, found: FoundMethod, error: ErrorBody | null): string {
  const id = newId('setatt')
  call.unit.put('setup_attempt', {
    id,
    object: 'setup_attempt',
    application: null,
    created: call.unit.now,
    customer: intent.customer,
    customer_account: null,
    flow_directions: null,
    livemode: false,
    on_behalf_of: intent.on_behalf_of,
    payment_method: found.method.id,
    payment_method_details: { type: 'card' },
    setup_error: error as Stripe.SetupAttempt.SetupError | null,
    setup_intent: intent.id,
    status: error === null ? 'succeeded' : 'failed',
    usage: intent.usage,
  })
  return id
}

function failSetup(call: ApiCall, intent: SetupIntent, found: FoundMethod, error: ErrorBody): ApiError {
  const attemptId = recordAttempt(call, intent, found, error)
  const after: SetupIntent = {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    latest_attempt: attemptId,
    last_setup_error: error as Stripe.SetupIntent.LastSetupError,
  }
  call.unit.put('setup_intent', after)
  call.unit.emit('setup_intent.setup_failed', after)
  return new ApiError(402, { ...error, setup_intent: after }, true)
}

function finishSetup(call: ApiCall, intent: SetupIntent, found: FoundMethod, allowed: boolean): SetupIntent {
  const { card, hidden } = found
  const declines = card.decline !== undefined && card.attaches !== true && (card.declineNeedsCvc !== true || hidden.cvcGiven)
  if (card.decline !== undefined && (declines || !allowed))
    throw failSetup(call, intent, found, cardError(card.decline, found, null))
  const ready = { ...hidden, setUp: true }
  call.unit.put('payment_method', found.method, { hidden: ready })
  if (intent.customer !== null) attach(call.unit, { ...found, hidden: ready }, intent.customer)
  const after: SetupIntent = {
    ...intent,
    status: 'succeeded',
    next_action: null,
    last_setup_error: null,
    latest_attempt: recordAttempt(call, intent, found, null),
  }
  call.unit.put('setup_intent', after)
  call.unit.emit('setup_intent.succeeded', after)
  return after
}

export function finishSetupChallenge(call: ApiCall, intent: SetupIntent, passed: boolean): SetupIntent {
  if (intent.status !== 'requires_action' || intent.payment_method === null) return intent
  const found = findMethod(call.unit, intent.payment_method)
  try {
    if (passed) return finishSetup(call, intent, found, true)
    throw failSetup(call, intent, found, {
      type: 'invalid_request_error',
      code: 'setup_intent_authentication_failure',
      message: AUTHENTICATION_FAILED,
      payment_method: found.method,
    })
  } catch (error) {
    if (error instanceof ApiError && error.keep) return call.unit.find('setup_intent', intent.id) ?? intent
    throw error
  }
}

function load(call: ApiCall, clientSecret?: string): SetupIntent {
  const intent = call.unit.find('setup_intent', call.id)
  if (intent === undefined) throw noSuch('setup_intent', call.id)
  if (call.publishable && clientSecret !== intent.client_secret) {
    throw invalidRequest('The client_secret provided does not match any associated SetupIntent on this account.', {
      code: 'setup_intent_invalid_parameter',
      param: 'client_secret',
    })
  }
  return intent
}

function shown(call: ApiCall, intent: SetupIntent): object {
  return call.publishable ? publicSetupView(intent) : intent
}

export const setupIntentRoutes: RouteTable = {
  'POST /v1/setup_intents': route('setup_intents.create', create, createSetup),
  'GET /v1/setup_intents': listRoute('setup_intents.list', 'setup_intent', ['customer', 'payment_method']),
  'GET /v1/setup_attempts': listRoute('setup_attempts.list', 'setup_attempt', ['setup_intent'], undefined, ['setup_intent']),
  'GET /v1/setup_intents/:id': route(
    'setup_intents.retrieve',
    { client_secret: filled },
    (call, params) => shown(call, load(call, params.client_secret)),
    {
      publishable: true,
    },
  ),
  'POST /v1/setup_intents/:id': route('setup_intents.update', update, (call, params) => {
    const intent = load(call)
    const named =
      params.payment_method === undefined && params.payment_method_data === undefined ? undefined : choose(call, intent, params)
    const after: SetupIntent = {
      ...intent,
      metadata: mergeMetadata(intent.metadata ?? {}, params.metadata),
      description: params.description ?? intent.description,
      customer: params.customer ?? intent.customer,
      payment_method_types: params.payment_method_types ?? intent.payment_method_types,
      ...(named === undefined ? {} : { payment_method: named.method.id, status: 'requires_confirmation' as const }),
    }
    call.unit.put('setup_intent', after)
    return after
  }),
  'POST /v1/setup_intents/:id/confirm': route(
    'setup_intents.confirm',
    confirm,
    (call, params) => {
      const intent = load(call, params.client_secret)
      checkPublishable(call, params)
      checkOneMethod(params)
      return shown(call, confirmSetup(call, intent, params))
    },
    { publishable: true },
  ),
  'POST /v1/setup_intents/:id/cancel': route(
    'setup_intents.cancel',
    { cancellation_reason: oneOf('abandoned', 'requested_by_customer', 'duplicate') },
    (call, params) => {
      const intent = load(call)
      const refused = setupRefusal('cancel', intent.status)
      if (refused !== undefined) throw unexpected(intent, refused)
      const after: SetupIntent = {
        ...intent,
        status: 'canceled',
        next_action: null,
        cancellation_reason: params.cancellation_reason ?? null,
      }
      call.unit.put('setup_intent', after)
      call.unit.emit('setup_intent.canceled', after)
      return after
    },
  ),
}
