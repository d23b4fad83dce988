// Confirming a payment intent: which method, whether it must be authenticated, then the attempt.
// Also the end of a challenge, whoever brings its outcome.
import { DECLINES } from '../cards/declines.ts'
import { ApiError, badParamReference, type ErrorBody, invalidRequest } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import { authenticationStep } from '../machines/authentication.ts'
import { AUTHENTICATION_FAILED, NO_METHOD, noReturnUrl, refusal } from '../machines/payment-intent.ts'
import type { PaymentIntent } from '../objects/kinds.ts'
import { awaitingServer, inChallenge, withMethod } from '../objects/payment-intent.ts'
import { attempt, cardError, declineIntent, OFF_SESSION_DECLINE, type Said, saidOf } from './attempt.ts'
import type { ApiCall } from './call.ts'
import { usageOf } from './intent-changes.ts'
import { checkDescriptor } from './intent-checks.ts'
import { type MandateInput, makeMandate } from './mandates.ts'
import {
  buildMethod,
  checkUsable,
  type FoundMethod,
  findMethod,
  type MethodData,
  redeemToken,
  saveMethod,
} from './methods.ts'

export interface ConfirmInput {
  payment_method?: string | undefined
  payment_method_data?: MethodData | undefined
  confirmation_token?: string | undefined
  return_url?: string | undefined
  off_session?: boolean | undefined
  error_on_requires_action?: boolean | undefined
  use_stripe_sdk?: boolean | undefined
  setup_future_usage?: 'on_session' | 'off_session' | null | undefined
  mandate?: string | undefined
  mandate_data?: MandateInput | null
  radar_options?: { session?: string | undefined } | undefined
}

export function unexpectedState(intent: PaymentIntent, message: string, param?: string): ApiError {
  return new ApiError(400, {
    type: 'invalid_request_error',
    code: 'payment_intent_unexpected_state',
    message,
    ...(param === undefined ? {} : { param }),
    payment_intent: intent,
  })
}

interface ChosenMethod {
  found: FoundMethod
  returnUrl: string | undefined
  bySdk: boolean
  setupFutureUsage: string | null | undefined
  /** Of a confirmation token: where the buyer wants it. */
  shipping?: PaymentIntent['shipping']
}

export function chooseMethod(call: ApiCall, intent: PaymentIntent, input: ConfirmInput): ChosenMethod {
  const { unit } = call
  const plain = {
    returnUrl: input.return_url,
    bySdk: input.use_stripe_sdk === true,
    setupFutureUsage: input.setup_future_usage,
  }
  if (input.confirmation_token !== undefined) {
    const token = redeemToken(unit, input.confirmation_token, { kind: 'payment_intent', id: intent.id })
    return {
      found: token,
      returnUrl: input.return_url ?? token.returnUrl ?? undefined,
      bySdk: input.use_stripe_sdk ?? true,
      setupFutureUsage: input.setup_future_usage ?? token.setupFutureUsage,
      shipping: token.shipping,
    }
  }
  if (input.payment_method_data !== undefined)
    return { ...plain, found: saveMethod(unit, buildMethod(unit, input.payment_method_data)) }
  const id = input.payment_method ?? intent.payment_method
  if (id === null) throw unexpectedState(intent, NO_METHOD)
  return { ...plain, found: findMethod(unit, id) }
}

/**
 * A buyer who is not there cannot be sent anywhere, so only the others need an address to come back
 * to.
 */
function checkReturnUrl(intent: PaymentIntent, chosen: ChosenMethod, offSession: boolean): void {
  const redirects = intent.automatic_payment_methods?.allow_redirects === 'always'
  if (redirects && !offSession && chosen.returnUrl === undefined && !chosen.bySdk)
    throw invalidRequest(noReturnUrl('PaymentIntent'), { param: 'return_url' })
}

/**
 * The agreement and the session that the charge will name; an agreement that comes along is stored.
 */
function saidIn(call: ApiCall, intent: PaymentIntent, method: string, input: ConfirmInput): Said {
  const { unit } = call
  const { mandate, mandate_data: data } = input
  if (mandate !== undefined && unit.find('mandate', mandate) === undefined)
    throw badParamReference('mandate', mandate, 'mandate')
  const terms = {
    method,
    onBehalfOf: intent.on_behalf_of,
    ...(usageOf(intent) === null ? { once: { amount: intent.amount, currency: intent.currency } } : {}),
  }
  const made = data == null ? mandate : makeMandate(unit, data, terms)
  const before = saidOf(unit.hidden('payment_intent', intent.id))
  const session = input.radar_options?.session ?? before.radarSession
  return {
    ...(made === undefined ? {} : { mandate: made }),
    ...(session === undefined ? {} : { radarSession: session }),
  }
}

export function confirmIntent(call: ApiCall, intent: PaymentIntent, input: ConfirmInput): PaymentIntent {
  const refused = refusal('confirm', intent)
  if (refused !== undefined) throw unexpectedState(intent, refused)
  checkDescriptor(intent)
  const chosen = chooseMethod(call, intent, input)
  checkReturnUrl(intent, chosen, input.off_session === true)
  const { found } = chosen
  checkUsable(found, intent.customer)
  const usage = chosen.setupFutureUsage === undefined ? intent.setup_future_usage : chosen.setupFutureUsage
  const ready = {
    ...withMethod(intent, found.method.id),
    setup_future_usage: usage,
    shipping: intent.shipping ?? chosen.shipping ?? null,
  }
  const requested = ['any', 'challenge'].includes(
    String(intent.payment_method_options?.card?.request_three_d_secure),
  )
  const step = authenticationStep({
    threeDs: found.card.threeDs,
    offSession: input.off_session === true,
    setUp: found.hidden.setUp === true,
    requested,
  })
  const said = saidIn(call, ready, found.method.id, input)
  const authenticated = call.unit.hidden('payment_intent', intent.id)?.authenticated === found.method.id
  if (authenticated) return attempt(call, { intent: ready, found, threeDs: 'authenticated', said })
  const tried = { intent: ready, found, offSession: input.off_session === true, said }
  switch (step.kind) {
    case 'none':
      return attempt(call, { ...tried, threeDs: step.result })
    case 'lookup_failed':
      return attempt(call, { ...tried, threeDs: null }, found.card.decline ?? DECLINES.generic)
    case 'decline_off_session':
      return attempt(call, { ...tried, threeDs: null }, OFF_SESSION_DECLINE)
    case 'challenge':
      return challenge(call, ready, { chosen, said, refuse: input.error_on_requires_action === true })
  }
}

interface Challenging {
  chosen: ChosenMethod
  said: Said
  refuse: boolean
}

function challenge(
  call: ApiCall,
  intent: PaymentIntent,
  { chosen, said, refuse }: Challenging,
): PaymentIntent {
  if (refuse) throw declineIntent(call, intent, cardError(OFF_SESSION_DECLINE, chosen.found, null), null)
  const page = `${call.baseUrl}/_sandbox/3ds/${intent.id}`
  const redirect = chosen.returnUrl !== undefined && !chosen.bySdk
  const waiting = inChallenge(
    intent,
    redirect
      ? { type: 'redirect_to_url', redirect_to_url: { return_url: chosen.returnUrl ?? null, url: page } }
      : {
          type: 'use_stripe_sdk',
          use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: page, source: newId('src') },
        },
  )
  call.unit.put('payment_intent', waiting, {
    hidden: { ...said, ...(chosen.returnUrl === undefined ? {} : { returnUrl: chosen.returnUrl }) },
    due: null,
  })
  call.unit.emit('payment_intent.requires_action', waiting)
  return waiting
}

/**
 * The buyer's bank has answered. Returns the intent as it then is; a decline after a passed
 * challenge is part of it.
 */
export function finishChallenge(call: ApiCall, intent: PaymentIntent, passed: boolean): PaymentIntent {
  if (intent.status !== 'requires_action' || intent.payment_method === null) return intent
  const found = findMethod(call.unit, intent.payment_method)
  const said = saidOf(call.unit.hidden('payment_intent', intent.id))
  try {
    if (passed && intent.confirmation_method === 'manual') {
      const waiting = awaitingServer(intent)
      call.unit.put('payment_intent', waiting, { hidden: { ...said, authenticated: found.method.id } })
      return waiting
    }
    if (passed) return attempt(call, { intent, found, threeDs: 'authenticated', said })
    const error: ErrorBody = {
      type: 'invalid_request_error',
      code: 'payment_intent_authentication_failure',
      message: AUTHENTICATION_FAILED,
      doc_url: 'https://stripe.com/docs/error-codes/payment-intent-authentication-failure',
      payment_method: found.method,
    }
    throw declineIntent(call, intent, error, null)
  } catch (error) {
    // The page answers with the intent itself; the kept decline is already written in it.
    if (error instanceof ApiError && error.keep) return call.unit.find('payment_intent', intent.id) ?? intent
    throw error
  }
}
