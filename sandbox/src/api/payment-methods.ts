// Payment methods: what a browser makes of a typed card, and the cards that customers have saved.
import { readExpiry } from '../cards/card-input.ts'
import { ApiError, badParamReference, invalidRequest, missingParam, noSuch } from '../core/errors.ts'
import { clearable, filled, given, mergeMetadata, metadata, oneOf, type Read, text } from '../core/params.ts'
import type { PaymentMethod } from '../objects/kinds.ts'
import { fullAddress, withNetwork } from '../objects/payment-method.ts'
import type { Unit } from '../store/unit.ts'
import { cardError } from './attempt.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { listObjects, loadObject, type PageParams, pageSpec } from './lists.ts'
import {
  attach,
  billing,
  buildMethod,
  cardChange,
  cardData,
  type FoundMethod,
  findMethod,
  radarOptions,
  redisplay,
  saveMethod,
} from './methods.ts'
import { announceUpdate } from './updated.ts'

const create = {
  type: oneOf('card'),
  card: cardData,
  billing_details: billing,
  metadata,
  allow_redisplay: redisplay,
  radar_options: radarOptions,
  // What Stripe.js says about itself; nothing depends on it.
  client_secret: filled,
  payment_user_agent: text,
  referrer: text,
}
const update = { allow_redisplay: redisplay, billing_details: billing, card: cardChange, metadata }

type Billing = PaymentMethod['billing_details']
type Card = NonNullable<PaymentMethod['card']>

/** What is not named stays as it was; an address is replaced whole. */
function changedBilling(before: Billing, change: Read<typeof update>['billing_details']): Billing {
  if (change === undefined) return before
  return {
    ...before,
    address: change.address === undefined ? before.address : fullAddress(change.address),
    email: given(change.email, before.email),
    name: given(change.name, before.name),
    phone: given(change.phone, before.phone),
    tax_id: given(change.tax_id, before.tax_id ?? null),
  }
}

function changedCard(card: Card, change: Read<typeof update>['card'], now: number): Card {
  if (change === undefined) return card
  const named = change.exp_month !== undefined || change.exp_year !== undefined
  const expiry = { month: change.exp_month ?? card.exp_month, year: change.exp_year ?? card.exp_year }
  const { month, year } = named ? readExpiry(expiry.month, expiry.year, now) : expiry
  return { ...withNetwork(card, change.networks?.preferred), exp_month: month, exp_year: year }
}

function updateMethod(call: ApiCall, params: Read<typeof update>): PaymentMethod {
  const method = loadObject(call, 'payment_method')
  if (method.customer === null)
    throw invalidRequest('You must save this PaymentMethod to a customer before you can update it.')
  const after: PaymentMethod = {
    ...method,
    allow_redisplay: params.allow_redisplay ?? method.allow_redisplay ?? 'unspecified',
    metadata: mergeMetadata(method.metadata ?? {}, params.metadata),
    billing_details: changedBilling(method.billing_details, params.billing_details),
    ...(method.card === undefined ? {} : { card: changedCard(method.card, params.card, call.unit.now) }),
  }
  call.unit.put('payment_method', after)
  announceUpdate(call.unit, 'payment_method.updated', method, after)
  return after
}

/** Saving a card asks its bank, so a card that is declined at once cannot be saved. */
function attachMethod(call: ApiCall, customer: string | undefined): PaymentMethod {
  const { unit } = call
  if (customer === undefined) throw missingParam('customer')
  if (unit.find('customer', customer) === undefined) throw badParamReference('customer', customer, 'customer')
  const found = findMethod(unit, call.id)
  if (found.method.customer !== customer) checkSavable(found)
  return attach(unit, found, customer)
}

export function checkSavable(found: FoundMethod): void {
  const { card, hidden, method } = found
  if (method.customer !== null) {
    throw invalidRequest('The payment method you provided has already been attached to a customer.', {
      code: 'payment_method_unexpected_state',
    })
  }
  if (hidden.spent === true) {
    throw invalidRequest(
      'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
      { param: 'payment_method' },
    )
  }
  if (
    card.decline === undefined ||
    card.attaches === true ||
    (card.declineNeedsCvc === true && !hidden.cvcGiven)
  )
    return
  const { payment_method: _hidden, ...body } = cardError(card.decline, found, null)
  throw new ApiError(402, body)
}

/** A card that is gone is nobody's default. */
function dropDefault(unit: Unit, customer: string, method: string): void {
  const owner = unit.find('customer', customer)
  if (owner?.invoice_settings.default_payment_method !== method) return
  const after = { ...owner, invoice_settings: { ...owner.invoice_settings, default_payment_method: null } }
  unit.put('customer', after)
  announceUpdate(unit, 'customer.updated', owner, after)
}

function detachMethod(call: ApiCall): PaymentMethod {
  const method = loadObject(call, 'payment_method')
  const hidden = call.unit.hidden('payment_method', call.id)
  if (hidden === undefined) throw noSuch('payment_method', call.id)
  const { customer } = method
  if (customer === null)
    throw invalidRequest(
      'The payment method you provided is not attached to a customer so detachment is impossible.',
      {
        code: 'payment_method_unexpected_state',
      },
    )
  const after = { ...method, customer: null }
  call.unit.put('payment_method', after, { hidden: { ...hidden, spent: true } })
  call.unit.emit('payment_method.detached', after, { customer })
  dropDefault(call.unit, customer, method.id)
  return after
}

const list = { ...pageSpec, type: filled, allow_redisplay: redisplay }

function listMethods(call: ApiCall, customer: string, params: PageParams & Read<typeof list>): object {
  const { type, allow_redisplay: shown } = params
  const filters: [string, string][] = [['customer', customer]]
  // Every stored method is a card, so other types find nothing.
  if (type !== undefined && type !== 'card') filters.push(['type', type])
  if (shown !== undefined) filters.push(['allow_redisplay', shown])
  return listObjects(call.unit, 'payment_method', filters, params, call.path)
}

export const paymentMethodRoutes: RouteTable = {
  'POST /v1/payment_methods': route(
    'payment_methods.create',
    create,
    (call, params) => saveMethod(call.unit, buildMethod(call.unit, params)).method,
    { publishable: true },
  ),
  'GET /v1/payment_methods': route('payment_methods.list', { ...list, customer: filled }, (call, params) => {
    const { customer } = params
    if (customer === undefined) throw missingParam('customer')
    if (call.unit.find('customer', customer) === undefined)
      throw badParamReference('customer', customer, 'customer')
    return listMethods(call, customer, params)
  }),
  'GET /v1/payment_methods/:id': route('payment_methods.retrieve', {}, (call) =>
    loadObject(call, 'payment_method'),
  ),
  'POST /v1/payment_methods/:id': route('payment_methods.update', update, updateMethod),
  'POST /v1/payment_methods/:id/attach': route(
    'payment_methods.attach',
    { customer: clearable(filled) },
    (call, params) => attachMethod(call, params.customer ?? undefined),
  ),
  'POST /v1/payment_methods/:id/detach': route('payment_methods.detach', {}, detachMethod),
  'GET /v1/customers/:id/payment_methods': route('customers.payment_methods', list, (call, params) =>
    listMethods(call, loadObject(call, 'customer').id, params),
  ),
  'GET /v1/customers/:id/payment_methods/:sub': route('customers.payment_method', {}, (call) => {
    const customer = loadObject(call, 'customer')
    const method = call.unit.find('payment_method', call.subId)
    if (method?.customer !== customer.id) throw noSuch('payment_method', call.subId)
    return method
  }),
}
