// Confirming a setup: which card, whether its bank asks the buyer, and the attempt that is recorded
// either way.
import type Stripe from 'stripe'
import { ApiError, type ErrorBody, invalidRequest } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { Read } from '../core/params.ts'
import { authenticationStep } from '../machines/authentication.ts'
import { AUTHENTICATION_FAILED, noReturnUrl } from '../machines/payment-intent.ts'
import { setupRefusal } from '../machines/setup-intent.ts'
import type { SetupIntent } from '../objects/kinds.ts'
import { threeDsFields } from '../objects/payment-method.ts'
import type { Unit } from '../store/unit.ts'
import { cardError } from './attempt.ts'
import type { ApiCall } from './call.ts'
import { makeMandate } from './mandates.ts'
import {
  attach,
  buildMethod,
  checkUsable,
  type FoundMethod,
  findMethod,
  redeemToken,
  saveMethod,
} from './methods.ts'
import type { confirm } from './setup-intent-params.ts'

export function unexpected(intent: SetupIntent, message: string): ApiError {
  return new ApiError(400, {
    type: 'invalid_request_error',
    code: 'setup_intent_unexpected_state',
    message,
    setup_intent: intent,
  })
}

type ConfirmParams = Pick<
  Read<typeof confirm>,
  | 'confirmation_token'
  | 'mandate_data'
  | 'payment_method'
  | 'payment_method_data'
  | 'return_url'
  | 'use_stripe_sdk'
>

export function choose(
  call: ApiCall,
  intent: SetupIntent,
  params: ConfirmParams,
): FoundMethod & { returnUrl?: string | null } {
  if (params.confirmation_token !== undefined)
    return redeemToken(call.unit, params.confirmation_token, { kind: 'setup_intent', id: intent.id })
  if (params.payment_method_data !== undefined)
    return saveMethod(call.unit, buildMethod(call.unit, params.payment_method_data))
  const id = params.payment_method ?? intent.payment_method
  if (id === null)
    throw unexpected(
      intent,
      "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.",
    )
  return findMethod(call.unit, id)
}

/** The agreement that comes along is stored; the setup names it. */
function mandateOf(
  call: ApiCall,
  intent: SetupIntent,
  found: FoundMethod,
  params: ConfirmParams,
): string | null {
  if (params.mandate_data == null) return intent.mandate
  return makeMandate(call.unit, params.mandate_data, {
    method: found.method.id,
    onBehalfOf: intent.on_behalf_of,
  })
}

export function confirmSetup(call: ApiCall, intent: SetupIntent, params: ConfirmParams): SetupIntent {
  const refused = setupRefusal('confirm', intent.status)
  if (refused !== undefined) throw unexpected(intent, refused)
  const returns =
    params.return_url !== undefined ||
    params.use_stripe_sdk === true ||
    params.confirmation_token !== undefined
  if (intent.automatic_payment_methods?.allow_redirects === 'always' && !returns)
    throw invalidRequest(noReturnUrl('SetupIntent'), { param: 'return_url' })
  const already = intent.payment_method !== null && params.payment_method === intent.payment_method
  const found = choose(call, intent, already ? { ...params, payment_method: undefined } : params)
  checkUsable(found, intent.customer)
  const step = authenticationStep({
    threeDs: found.card.threeDs,
    offSession: false,
    setUp: found.hidden.setUp === true,
    requested: ['any', 'challenge'].includes(
      String(intent.payment_method_options?.card?.request_three_d_secure),
    ),
  })
  const mandate = mandateOf(call, intent, found, params)
  const named = { ...intent, mandate, payment_method: found.method.id }
  if (step.kind !== 'challenge')
    return finishSetup(call, named, found, { allowed: step.kind !== 'lookup_failed', authenticated: false })
  const page = `${call.baseUrl}/_sandbox/3ds/${intent.id}`
  const returnUrl = params.return_url
  const waiting: SetupIntent = {
    ...named,
    status: 'requires_action',
    next_action:
      returnUrl === undefined || params.use_stripe_sdk === true || params.confirmation_token !== undefined
        ? {
            type: 'use_stripe_sdk',
            use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: page, source: newId('src') },
          }
        : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url: page } },
  }
  call.unit.put('setup_intent', waiting, { hidden: returnUrl === undefined ? {} : { returnUrl } })
  call.unit.emit('setup_intent.requires_action', waiting)
  return waiting
}

interface Outcome {
  error: ErrorBody | null
  authenticated: boolean
}

function attemptDetails(
  found: FoundMethod,
  { authenticated, error }: Outcome,
): Stripe.SetupAttempt.PaymentMethodDetails {
  const { card } = found.method
  if (card === undefined) return { type: 'card' }
  const result =
    error?.code === 'setup_intent_authentication_failure' ? 'failed' : authenticated ? 'authenticated' : null
  return {
    card: {
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      last4: card.last4,
      network: card.brand,
      three_d_secure: threeDsFields(result),
      wallet: null,
    },
    type: 'card',
  }
}

function recordAttempt(call: ApiCall, intent: SetupIntent, found: FoundMethod, outcome: Outcome): string {
  const id = newId('setatt')
  const { error } = outcome
  call.unit.put('setup_attempt', {
    id,
    object: 'setup_attempt',
    application: null,
    created: call.unit.now,
    customer: intent.customer,
    customer_account: null,
    flow_directions: intent.flow_directions ?? null,
    livemode: false,
    on_behalf_of: intent.on_behalf_of,
    payment_method: found.method.id,
    payment_method_details: attemptDetails(found, outcome),
    setup_error: error as Stripe.SetupAttempt.SetupError | null,
    setup_intent: intent.id,
    status: error === null ? 'succeeded' : 'failed',
    usage: intent.usage,
  })
  return id
}

function failSetup(call: ApiCall, intent: SetupIntent, found: FoundMethod, error: ErrorBody): ApiError {
  const attemptId = recordAttempt(call, intent, found, { error, authenticated: false })
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

interface Finishing {
  /** The bank could be asked. */
  allowed: boolean
  authenticated: boolean
}

function finishSetup(call: ApiCall, intent: SetupIntent, found: FoundMethod, how: Finishing): SetupIntent {
  const { allowed, authenticated } = how
  const { card, hidden } = found
  const declines =
    card.decline !== undefined && card.attaches !== true && (card.declineNeedsCvc !== true || hidden.cvcGiven)
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
    latest_attempt: recordAttempt(call, intent, found, { error: null, authenticated }),
  }
  call.unit.put('setup_intent', after)
  call.unit.emit('setup_intent.succeeded', after)
  return after
}

export function finishSetupChallenge(call: ApiCall, intent: SetupIntent, passed: boolean): SetupIntent {
  if (intent.status !== 'requires_action' || intent.payment_method === null) return intent
  const found = findMethod(call.unit, intent.payment_method)
  try {
    if (passed) return finishSetup(call, intent, found, { allowed: true, authenticated: true })
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

export function cancelSetup(
  unit: Unit,
  intent: SetupIntent,
  reason: SetupIntent['cancellation_reason'],
): SetupIntent {
  const after: SetupIntent = { ...intent, status: 'canceled', next_action: null, cancellation_reason: reason }
  unit.put('setup_intent', after)
  unit.emit('setup_intent.canceled', after)
  return after
}
