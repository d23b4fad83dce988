// Finds or makes the payment method that a request names: an id, a test alias, a token, a
// confirmation token or typed card data.
import { readCard } from '../cards/card-input.ts'
import { cardByAlias, cardByKey, type TestCard } from '../cards/test-cards.ts'
import { badParamReference, invalidRequest, missingParam } from '../core/errors.ts'
import {
  clearable,
  filled,
  hash,
  hashWith,
  integer,
  mergeMetadata,
  metadata,
  oneOf,
  type Read,
  text,
} from '../core/params.ts'
import type { MethodHidden, PaymentIntent, PaymentMethod } from '../objects/kinds.ts'
import {
  billingDetails,
  fullAddress,
  knownTestCard,
  type MethodDetails,
  newPaymentMethod,
  withNetwork,
} from '../objects/payment-method.ts'
import type { Unit } from '../store/unit.ts'

export interface FoundMethod {
  method: PaymentMethod
  hidden: MethodHidden
  card: TestCard
}

const line = clearable(text)
export const address = hash({
  city: line,
  country: line,
  line1: line,
  line2: line,
  postal_code: line,
  state: line,
})
export const billing = hash({
  address: clearable(address),
  email: line,
  name: line,
  phone: line,
  tax_id: line,
})
export const shipTo = hashWith(['address', 'name'], { address, name: text, phone: line })
export const shipping = hashWith(['address', 'name'], {
  address,
  carrier: line,
  name: text,
  phone: line,
  tracking_number: line,
})

export type ShippingInput = NonNullable<Read<{ at: typeof shipping }>['at']>

export function shippingOf(input: ShippingInput): NonNullable<PaymentIntent['shipping']> {
  return {
    address: fullAddress(input.address),
    carrier: input.carrier ?? null,
    ...(input.name === undefined ? {} : { name: input.name }),
    phone: input.phone ?? null,
    tracking_number: input.tracking_number ?? null,
  }
}

const networks = hash({ preferred: clearable(oneOf('cartes_bancaires', 'mastercard', 'visa')) })
export const redisplay = oneOf('always', 'limited', 'unspecified')
export const cardData = hash({
  number: text,
  exp_month: integer,
  exp_year: integer,
  cvc: text,
  token: filled,
  networks,
})
export const cardChange = hash({ exp_month: integer, exp_year: integer, networks })
export const radarOptions = hash({ session: filled })
export const methodData = hash({
  type: oneOf('card'),
  card: cardData,
  billing_details: billing,
  metadata,
  allow_redisplay: redisplay,
  radar_options: radarOptions,
})
export type MethodData = Read<{ type: typeof methodData }>['type'] extends infer T | undefined
  ? NonNullable<T>
  : never

export function buildMethod(unit: Unit, data: MethodData): FoundMethod {
  if (data.type === undefined) throw missingParam('type')
  if (data.card === undefined) throw missingParam('card')
  const details = {
    billing: data.billing_details,
    metadata: mergeMetadata({}, data.metadata),
    allowRedisplay: data.allow_redisplay,
    preferredNetwork: data.card.networks?.preferred,
    radarSession: data.radar_options?.session,
  }
  const { token } = data.card
  if (token !== undefined) {
    const alias = cardByAlias(token)
    if (alias !== undefined && token.startsWith('tok_'))
      return made(alias, newPaymentMethod(knownTestCard(alias, unit.now), unit.now, details), true)
    const stored = unit.hidden('token', token)
    const held = unit.find('token', token)
    if (stored === undefined || held === undefined) throw badParamReference('token', token, 'token')
    if (held.used)
      throw invalidRequest(`You cannot use a Stripe token more than once: ${token}.`, {
        code: 'token_already_used',
        param: 'token',
      })
    unit.put('token', { ...held, used: true })
    return made(cardByKey(stored.card), ofToken(stored.data, details), stored.cvcGiven)
  }
  if (data.card.number === undefined) throw missingParam('card[number]')
  const known = readCard(data.card, unit.now)
  return made(known.card, newPaymentMethod(known, unit.now, details), known.cvcGiven)
}

/** A token brings its card and the address typed with it; what the request names itself wins. */
function ofToken(held: PaymentMethod, details: MethodDetails): PaymentMethod {
  const { billing: asked, metadata: meta = {}, allowRedisplay, preferredNetwork, radarSession } = details
  return {
    ...held,
    allow_redisplay: allowRedisplay ?? held.allow_redisplay ?? 'unspecified',
    billing_details: asked === undefined ? held.billing_details : billingDetails(asked),
    ...(held.card === undefined ? {} : { card: withNetwork(held.card, preferredNetwork) }),
    metadata: meta,
    ...(radarSession === undefined ? {} : { radar_options: { session: radarSession } }),
  }
}

function made(card: TestCard, method: PaymentMethod, cvcGiven: boolean): FoundMethod {
  return { card, method, hidden: { card: card.key, cvcGiven } }
}

export function saveMethod(unit: Unit, found: FoundMethod): FoundMethod {
  unit.put('payment_method', found.method, { hidden: found.hidden })
  return found
}

export function findMethod(unit: Unit, id: string, param = 'payment_method'): FoundMethod {
  const alias = id.startsWith('pm_card_') ? cardByAlias(id) : undefined
  if (alias !== undefined)
    return saveMethod(unit, made(alias, newPaymentMethod(knownTestCard(alias, unit.now), unit.now), true))
  const method = unit.find('payment_method', id)
  const hidden = unit.hidden('payment_method', id)
  if (method === undefined || hidden === undefined) throw badParamReference('payment_method', id, param)
  return { method, hidden, card: cardByKey(hidden.card) }
}

/** Turns a confirmation token into a payment method; each token works once and for twelve hours. */
export function redeemToken(
  unit: Unit,
  id: string,
  intent: { kind: 'payment_intent' | 'setup_intent'; id: string },
): FoundMethod & {
  returnUrl: string | null
  setupFutureUsage: string | null
  shipping: PaymentIntent['shipping']
} {
  const token = unit.find('confirmation_token', id)
  const hidden = unit.hidden('confirmation_token', id)
  if (token === undefined || hidden === undefined)
    throw badParamReference('confirmation_token', id, 'confirmation_token')
  if (hidden.used === true)
    throw invalidRequest(
      `The ConfirmationToken ${id} has already been used. You can only use a ConfirmationToken once.`,
      {
        param: 'confirmation_token',
      },
    )
  if (token.expires_at !== null && token.expires_at <= unit.now)
    throw invalidRequest(`The ConfirmationToken ${id} has expired.`, { param: 'confirmation_token' })
  unit.put(
    'confirmation_token',
    { ...token, [intent.kind]: intent.id },
    { hidden: { ...hidden, used: true } },
  )
  const found = made(cardByKey(hidden.card), { ...hidden.data, created: unit.now }, hidden.cvcGiven)
  return {
    ...saveMethod(unit, found),
    returnUrl: token.return_url,
    setupFutureUsage: token.setup_future_usage,
    shipping: token.shipping,
  }
}

const SPENT =
  'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.'

export function checkUsable(found: FoundMethod, customer: string | null): void {
  if (found.hidden.spent === true) throw invalidRequest(SPENT, { param: 'payment_method' })
  const owner = found.method.customer
  if (owner !== null && owner !== customer) {
    throw invalidRequest(
      customer === null
        ? `The payment method you provided is attached to a customer so for security purposes you must provide the customer in the request.`
        : `The customer does not have a payment method with the ID ${found.method.id}. The payment method must be attached to the customer.`,
      { code: 'payment_intent_incompatible_payment_method', param: 'payment_method' },
    )
  }
}

export function attach(unit: Unit, found: FoundMethod, customer: string): PaymentMethod {
  if (found.method.customer === customer) return found.method
  const method = { ...found.method, customer }
  unit.put('payment_method', method, { hidden: found.hidden })
  unit.emit('payment_method.attached', method)
  return method
}
