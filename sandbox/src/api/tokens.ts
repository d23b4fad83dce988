// Confirmation tokens and legacy card tokens: a typed card that is good for one use.
import type Stripe from 'stripe'
import { invalidRequest, missingParam } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import {
  clearable,
  filled,
  flag,
  hash,
  integer,
  oneOf,
  optionalText,
  type Read,
  text,
} from '../core/params.ts'
import type { PaymentMethod } from '../objects/kinds.ts'
import { fullAddress } from '../objects/payment-method.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { retrieveRoute } from './lists.ts'
import { mandateData } from './mandates.ts'
import { buildMethod, findMethod, methodData, shipTo } from './methods.ts'

const TOKEN_SECONDS = 12 * 3600
const installments = hash({
  plan: hash({ count: integer, interval: oneOf('month'), type: oneOf('bonus', 'fixed_count', 'revolving') }),
})
const tokenSpec = {
  payment_method: filled,
  payment_method_data: methodData,
  payment_method_options: hash({ card: hash({ installments }) }),
  return_url: filled,
  setup_future_usage: oneOf('off_session', 'on_session'),
  shipping: shipTo,
}
const browserSpec = {
  ...tokenSpec,
  mandate_data: mandateData,
  use_stripe_sdk: flag,
  // What Stripe.js says about itself; nothing depends on it.
  client_context: hash({ mode: text, currency: text }),
  payment_user_agent: text,
  referrer: text,
}

function shippingOf(input: Read<typeof tokenSpec>['shipping']): Stripe.ConfirmationToken.Shipping | null {
  if (input === undefined) return null
  return { address: fullAddress(input.address), name: input.name ?? '', phone: input.phone ?? null }
}

function optionsOf(
  input: Read<typeof tokenSpec>['payment_method_options'],
): Stripe.ConfirmationToken.PaymentMethodOptions | null {
  const plan = input?.card?.installments?.plan
  if (input?.card === undefined) return null
  const { count = null, interval = null, type = 'fixed_count' } = plan ?? {}
  return {
    card: {
      cvc_token: null,
      ...(plan === undefined ? {} : { installments: { plan: { count, interval, type } } }),
    },
  }
}

function createConfirmationToken(
  call: ApiCall,
  params: Partial<Read<typeof browserSpec>>,
): Stripe.ConfirmationToken {
  const { unit } = call
  if (params.payment_method === undefined && params.payment_method_data === undefined)
    throw missingParam('payment_method_data')
  const found =
    params.payment_method_data === undefined
      ? findMethod(unit, params.payment_method ?? '')
      : buildMethod(unit, params.payment_method_data)
  const { allow_redisplay: redisplay = 'unspecified', billing_details, card, customer } = found.method
  const acceptance = params.mandate_data?.customer_acceptance
  const token = {
    id: newId('ctoken'),
    object: 'confirmation_token',
    created: unit.now,
    expires_at: unit.now + TOKEN_SECONDS,
    livemode: false,
    mandate_data:
      acceptance === undefined
        ? null
        : {
            customer_acceptance: {
              online: {
                ip_address: acceptance.online?.ip_address ?? null,
                user_agent: acceptance.online?.user_agent ?? null,
              },
              type: acceptance.type ?? 'online',
            },
          },
    metadata: null,
    payment_intent: null,
    payment_method_options: optionsOf(params.payment_method_options),
    payment_method_preview: {
      allow_redisplay: redisplay,
      billing_details,
      customer,
      customer_account: null,
      type: 'card',
      ...(card === undefined ? {} : { card }),
    },
    return_url: params.return_url ?? null,
    setup_future_usage: params.setup_future_usage ?? null,
    setup_intent: null,
    shipping: shippingOf(params.shipping),
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
    name: optionalText,
    address_zip: optionalText,
    address_line1: optionalText,
    address_line2: optionalText,
    address_city: optionalText,
    address_state: optionalText,
    address_country: optionalText,
    currency: clearable(filled),
  }),
  payment_user_agent: text,
  referrer: text,
}

/** The card of a token in the older shape, with what was checked when it is used left open. */
function legacyCard(method: PaymentMethod, asked: NonNullable<Read<typeof cardToken>['card']>): Stripe.Card {
  const { card, billing_details: billing } = method
  if (card === undefined) throw new Error('a card token holds a card')
  const unchecked = (value: string | null | undefined): string | null => (value == null ? null : 'unchecked')
  return {
    id: newId('card'),
    object: 'card',
    address_city: billing.address?.city ?? null,
    address_country: billing.address?.country ?? null,
    address_line1: billing.address?.line1 ?? null,
    address_line1_check: unchecked(billing.address?.line1),
    address_line2: billing.address?.line2 ?? null,
    address_state: billing.address?.state ?? null,
    address_zip: billing.address?.postal_code ?? null,
    address_zip_check: unchecked(billing.address?.postal_code),
    brand:
      { amex: 'American Express', discover: 'Discover', jcb: 'JCB', mastercard: 'MasterCard' }[card.brand] ??
      'Visa',
    country: card.country,
    ...(asked.currency == null ? {} : { currency: asked.currency }),
    cvc_check: unchecked(asked.cvc),
    dynamic_last4: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    fingerprint: card.fingerprint ?? null,
    funding: card.funding,
    last4: card.last4,
    metadata: {},
    name: billing.name,
    regulated_status: card.regulated_status,
    tokenization_method: null,
  }
}

function createToken(call: ApiCall, params: Read<typeof cardToken>): Stripe.Token {
  const { unit } = call
  if (params.card === undefined)
    throw invalidRequest(
      'You must supply either a card, customer, PII data, bank account, or account details to create a token.',
    )
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
    card: legacyCard(found.method, params.card),
    client_ip: null,
    created: unit.now,
    livemode: false,
    type: 'card',
    used: false,
  } satisfies Stripe.Token
  unit.put('token', token, { hidden: { ...found.hidden, data: found.method } })
  return token
}

export const tokenRoutes: RouteTable = {
  'POST /v1/confirmation_tokens': route('confirmation_tokens.create', browserSpec, createConfirmationToken, {
    publishable: true,
  }),
  'POST /v1/test_helpers/confirmation_tokens': route('confirmation_tokens.test', tokenSpec, (call, params) =>
    createConfirmationToken(call, params),
  ),
  'GET /v1/confirmation_tokens/:id': retrieveRoute('confirmation_tokens.retrieve', 'confirmation_token'),
  'POST /v1/tokens': route('tokens.create', cardToken, createToken, { publishable: true }),
  'GET /v1/tokens/:id': retrieveRoute('tokens.retrieve', 'token'),
}
