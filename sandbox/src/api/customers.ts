// Customers: the owners of saved cards.
import type Stripe from 'stripe'
import { noSuch } from '../core/errors.ts'
import { newId, randomText } from '../core/ids.ts'
import { anything, clearable, filled, hash, integer, mergeMetadata, metadata, oneOf, type Read, text } from '../core/params.ts'
import { fullAddress } from '../objects/payment-method.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { checkEmail } from './intent-checks.ts'
import { listObjects, listRoute, searchRoute } from './lists.ts'
import { address, attach, findMethod, shipping } from './methods.ts'
import { checkSavable } from './payment-methods.ts'

const update = {
  address: clearable(address),
  balance: integer,
  business_name: clearable(text),
  cash_balance: anything,
  default_source: filled,
  description: text,
  email: text,
  individual_name: clearable(text),
  invoice_prefix: text,
  invoice_settings: hash({
    default_payment_method: clearable(filled),
    custom_fields: anything,
    footer: text,
    rendering_options: anything,
  }),
  metadata,
  name: text,
  next_invoice_sequence: integer,
  phone: text,
  preferred_locales: anything,
  shipping: clearable(shipping),
  source: text,
  tax: anything,
  tax_exempt: clearable(oneOf('exempt', 'none', 'reverse')),
  validate: text,
}
const create = { ...update, payment_method: filled, tax_id_data: anything, test_clock: filled }
type Change = Read<typeof update>

function shipTo(input: Change['shipping']): Stripe.Customer['shipping'] {
  if (input == null) return null
  return { address: fullAddress(input.address), name: input.name ?? '', phone: input.phone ?? '' }
}

function changed(customer: Stripe.Customer, params: Change): Stripe.Customer {
  return {
    ...customer,
    address:
      params.address === undefined ? (customer.address ?? null) : params.address === null ? null : fullAddress(params.address),
    description: params.description ?? customer.description,
    email: params.email ?? customer.email,
    name: params.name ?? customer.name ?? null,
    phone: params.phone ?? customer.phone ?? null,
    shipping: params.shipping === undefined ? customer.shipping : shipTo(params.shipping),
    tax_exempt: params.tax_exempt ?? customer.tax_exempt ?? 'none',
    metadata: mergeMetadata(customer.metadata, params.metadata),
    invoice_settings:
      params.invoice_settings?.default_payment_method === undefined
        ? customer.invoice_settings
        : { ...customer.invoice_settings, default_payment_method: params.invoice_settings.default_payment_method },
  }
}

function createCustomer(call: ApiCall, params: Read<typeof create>): Stripe.Customer {
  const { unit } = call
  checkEmail(params.email, 'email')
  const empty = {
    id: newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: unit.now,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: randomText(8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: {},
    name: null,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  } satisfies Stripe.Customer
  const customer = changed(empty, params)
  unit.put('customer', customer)
  unit.emit('customer.created', customer)
  if (params.payment_method !== undefined) {
    const found = findMethod(unit, params.payment_method)
    checkSavable(found)
    attach(unit, found, customer.id)
  }
  return customer
}

/** The cards of somebody who is gone can never be used again. */
function forgetCards(call: ApiCall, customer: string): void {
  const { unit } = call
  let after: string | undefined
  for (;;) {
    const page = listObjects(unit, 'payment_method', [['customer', customer]], { limit: 100, starting_after: after }, '')
    for (const { id } of page.data) {
      const method = unit.find('payment_method', id)
      const hidden = unit.hidden('payment_method', id)
      if (method === undefined || hidden === undefined) continue
      const detached = { ...method, customer: null }
      unit.put('payment_method', detached, { hidden: { ...hidden, spent: true } })
      unit.emit('payment_method.detached', detached, { customer })
    }
    if (!page.has_more) return
    after = page.data.at(-1)?.id
  }
}

export const customerRoutes: RouteTable = {
  'POST /v1/customers': route('customers.create', create, createCustomer),
  'GET /v1/customers': listRoute('customers.list', 'customer', ['email']),
  'GET /v1/customers/search': searchRoute('customers.search', 'customer'),
  'GET /v1/customers/:id': route('customers.retrieve', {}, (call) => {
    const customer = call.unit.find('customer', call.id)
    if (customer === undefined) throw noSuch('customer', call.id)
    return customer
  }),
  'POST /v1/customers/:id': route('customers.update', update, (call, params) => {
    const customer = call.unit.find('customer', call.id)
    if (customer === undefined) throw noSuch('customer', call.id)
    checkEmail(params.email, 'email')
    const after = changed(customer, params)
    call.unit.put('customer', after)
    call.unit.emit('customer.updated', after)
    return after
  }),
  'DELETE /v1/customers/:id': route('customers.delete', {}, (call) => {
    const customer = call.unit.find('customer', call.id)
    if (customer === undefined) throw noSuch('customer', call.id)
    forgetCards(call, call.id)
    call.unit.remove('customer', call.id)
    call.unit.emit('customer.deleted', customer)
    return { id: call.id, object: 'customer', deleted: true }
  }),
}
