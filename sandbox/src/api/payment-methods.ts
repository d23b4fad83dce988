// Payment methods, confirmation tokens and legacy tokens: what a browser makes of a typed card, and saved cards.
import type Stripe from 'stripe'
import { ApiError, badParamReference, invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import {
  anything,
  clearable,
  filled,
  flag,
  hash,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  type Read,
  text,
} from '../core/params.ts'
import type { PaymentMethod } from '../objects/kinds.ts'
import { fullAddress } from '../objects/payment-method.ts'
import { cardError } from './attempt.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { limitParam, listObjects, listRoute, pageSpec, retrieveRoute } from './lists.ts'
import { attach, billing, buildMethod, type FoundMethod, findMethod, methodData, saveMethod, shipping } from './methods.ts'

const create = {
  type: oneOf('card'),
  card: hash({ number: text, exp_month: integer, exp_year: integer, cvc: text, token: filled, networks: anything }),
  billing_details: billing,
  metadata,
  allow_redisplay: oneOf('always', 'limited', 'unspecified'),
  radar_options: anything,
  client_secret: filled,
  payment_user_agent: text,
  referrer: text,
}
const update = {
  allow_redisplay: oneOf('always', 'limited', 'unspecified'),
  billing_details: billing,
  card: hash({ exp_month: integer, exp_year: integer, networks: anything }),
  metadata,
}

type Billing = PaymentMethod['billing_details']

/** What is not named stays as it was; an address is replaced whole. */
function changedBilling(before: Billing, change: Read<typeof update>['billing_details']): Billing {
  if (change === undefined) return before
  const { address: given, email, name, phone } = change
  return {
    ...before,
    address: given === undefined ? before.address : fullAddress(given),
    email: email === undefined ? before.email : email,
    name: name === undefined ? before.name : name,
    phone: phone === undefined ? before.phone : phone,
  }
}

function updateMethod(call: ApiCall, params: Read<typeof update>): PaymentMethod {
  const method = call.unit.find('payment_method', call.id)
  if (method === undefined) throw noSuch('payment_method', call.id)
  const { card } = method
  const after: PaymentMethod = {
    ...method,
    metadata: mergeMetadata(method.metadata ?? {}, params.metadata),
    billing_details: changedBilling(method.billing_details, params.billing_details),
    ...(card === undefined
      ? {}
      : {
          card: {
            ...card,
            exp_month: params.card?.exp_month ?? card.exp_month,
            exp_year: params.card?.exp_year ?? card.exp_year,
          },
        }),
  }
  call.unit.put('payment_method', after)
  call.unit.emit('payment_method.updated', after)
  return after
}

/** Saving a card asks its bank, so a card that is declined at once cannot be saved. */
function attachMethod(call: ApiCall, customer: string | undefined): PaymentMethod {
  const { unit } = call
  if (customer === undefined) throw missingParam('customer')
  if (unit.find('customer', customer) === undefined) throw badParamReference('customer', customer, 'customer')
  const found = findMethod(unit, call.id)
  if (found.method.customer !== null && found.method.customer !== customer) {
    throw invalidRequest('The payment method you provided has already been attached to a customer.', {
      code: 'payment_method_unexpected_state',
    })
  }
  if (found.hidden.spent === true) {
    throw invalidRequest(
      'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
      { param: 'payment_method' },
    )
  }
  checkSavable(found)
  return attach(unit, found, customer)
}

export function checkSavable(found: FoundMethod): void {
  const { card, hidden } = found
  if (card.decline === undefined || card.attaches === true || (card.declineNeedsCvc === true && !hidden.cvcGiven)) return
  const { payment_method: _hidden, ...body } = cardError(card.decline, found, null)
  throw new ApiError(402, body)
}

function detachMethod(call: ApiCall): PaymentMethod {
  const method = call.unit.find('payment_method', call.id)
  const hidden = call.unit.hidden('payment_method', call.id)
  if (method === undefined || hidden === undefined) throw noSuch('payment_method', call.id)
  if (method.customer === null)
    throw invalidRequest('The payment method you provided is not attached to a customer so detachment is impossible.', {
      code: 'payment_method_unexpected_state',
    })
  const after = { ...method, customer: null }
  call.unit.put('payment_method', after, { hidden: { ...hidden, spent: true } })
  call.unit.emit('payment_method.detached', after, { customer: method.customer })
  return after
}

const TOKEN_SECONDS = 12 * 3600
const tokenSpec = {
  payment_method: filled,
  payment_method_data: methodData,
  payment_method_options: anything,
  return_url: filled,
  setup_future_usage: oneOf('off_session', 'on_session'),
  shipping,
  mandate_data: anything,
  client_context: anything,
  client_attribution_metadata: anything,
  payment_user_agent: text,
  referrer: text,
  set_as_default_payment_method: flag,
  use_stripe_sdk: flag,
}

function shipTo(input: Read<typeof tokenSpec>['shipping']): Stripe.ConfirmationToken.Shipping | null {
  if (input === undefined) return null
  return { address: fullAddress(input.address), name: input.name ?? '', phone: input.phone ?? null }
}

function createConfirmationToken(call: ApiCall, params: Read<typeof tokenSpec>): Stripe.ConfirmationToken {
  const { unit } = call
  if (params.payment_method === undefined && params.payment_method_data === undefined) throw missingParam('payment_method_data')
  const found =
    params.payment_method_data === undefined
      ? findMethod(unit, params.payment_method ?? '')
      : buildMethod(unit, params.payment_method_data)
  const { billing_details, card, customer } = found.method
  const token = {
    id: newId('ctoken'),
    object: 'confirmation_token',
    created: unit.now,
    expires_at: unit.now + TOKEN_SECONDS,
    livemode: false,
    mandate_data: null,
    metadata: null,
    payment_intent: null,
    payment_method_options: null,
    payment_method_preview: {
      allow_redisplay: 'unspecified',
      billing_details,
      customer,
      customer_account: null,
      type: 'card',
      ...(card === undefined ? {} : { card }),
    },
    return_url: params.return_url ?? null,
    setup_future_usage: params.setup_future_usage ?? null,
    setup_intent: null,
    shipping: shipTo(params.shipping),
    use_stripe_sdk: params.use_stripe_sdk ?? true,
  } satisfies Stripe.ConfirmationToken
  unit.put('confirmation_token', token, { hidden: { ...found.hidden, data: found.method } })
  return token
}

const cardToken = {
  card: hash({
    number: text,
    exp_month: integer,
    exp_year: integer,
    cvc: text,
    name: text,
    address_zip: text,
    address_line1: text,
    address_line2: text,
    address_city: text,
    address_state: text,
    address_country: text,
    currency: text,
  }),
  payment_user_agent: text,
  referrer: text,
}

function createToken(call: ApiCall, params: Read<typeof cardToken>): Stripe.Token {
  const { unit } = call
  if (params.card === undefined)
    throw invalidRequest('You must supply either a card, customer, PII data, bank account, or account details to create a token.')
  const { number, exp_month, exp_year, cvc, name, ...rest } = params.card
  const found = buildMethod(unit, {
    type: 'card',
    card: { number, exp_month, exp_year, cvc },
    billing_details: {
      name,
      address: {
        city: rest.address_city,
        country: rest.address_country,
        line1: rest.address_line1,
        line2: rest.address_line2,
        postal_code: rest.address_zip,
        state: rest.address_state,
      },
    },
  })
  const token = {
    id: newId('tok'),
    object: 'token',
    client_ip: null,
    created: unit.now,
    livemode: false,
    type: 'card',
    used: false,
  } satisfies Stripe.Token
  unit.put('token', token, { hidden: { ...found.hidden, data: found.method } })
  return {
    ...token,
    card: {
      id: newId('card'),
      object: 'card',
      brand: found.method.card?.brand,
      last4: found.method.card?.last4,
      exp_month: found.method.card?.exp_month,
      exp_year: found.method.card?.exp_year,
      fingerprint: found.method.card?.fingerprint,
      funding: found.method.card?.funding,
      country: found.method.card?.country,
    } as Stripe.Card,
  }
}

export const paymentMethodRoutes: RouteTable = {
  'POST /v1/payment_methods': route(
    'payment_methods.create',
    create,
    (call, params) => saveMethod(call.unit, buildMethod(call.unit, params)).method,
    {
      publishable: true,
    },
  ),
  'GET /v1/payment_methods': route(
    'payment_methods.list',
    { ...pageSpec, customer: filled, type: oneOf('card'), allow_redisplay: text },
    (call, params) => {
      if (params.customer === undefined) throw missingParam('customer')
      return listObjects(call.unit, 'payment_method', [['customer', params.customer]], params, call.path)
    },
  ),
  'GET /v1/payment_methods/:id': route('payment_methods.retrieve', {}, (call) => findMethodForRead(call)),
  'POST /v1/payment_methods/:id': route('payment_methods.update', update, updateMethod),
  'POST /v1/payment_methods/:id/attach': route('payment_methods.attach', { customer: clearable(filled) }, (call, params) =>
    attachMethod(call, params.customer ?? undefined),
  ),
  'POST /v1/payment_methods/:id/detach': route('payment_methods.detach', {}, detachMethod),
  'GET /v1/customers/:id/payment_methods': route(
    'customers.payment_methods',
    { ...pageSpec, limit: limitParam, type: oneOf('card'), allow_redisplay: text },
    (call, params) => listObjects(call.unit, 'payment_method', [['customer', call.id]], params, call.path),
  ),
  'POST /v1/confirmation_tokens': route('confirmation_tokens.create', tokenSpec, createConfirmationToken, { publishable: true }),
  'POST /v1/test_helpers/confirmation_tokens': route('confirmation_tokens.test', tokenSpec, createConfirmationToken),
  'GET /v1/confirmation_tokens/:id': retrieveRoute('confirmation_tokens.retrieve', 'confirmation_token'),
  'POST /v1/tokens': route('tokens.create', cardToken, createToken, { publishable: true }),
  'GET /v1/tokens/:id': retrieveRoute('tokens.retrieve', 'token'),
  'GET /v1/setup_attempts': listRoute('setup_attempts.list', 'setup_attempt', ['setup_intent'], undefined, ['setup_intent']),
}

function findMethodForRead(call: ApiCall): PaymentMethod {
  const method = call.unit.find('payment_method', call.id)
  if (method === undefined) throw noSuch('payment_method', call.id)
  return method
}
