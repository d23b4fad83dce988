// Customers: the owners of saved cards.
import type Stripe from 'stripe'
import { badParamReference, invalidRequest } from '../core/errors.ts'
import { newId, randomText } from '../core/ids.ts'
import {
  clearable,
  filled,
  given,
  hash,
  hashWith,
  integer,
  listOf,
  mergeMetadata,
  metadata,
  oneOf,
  optionalText,
  positive,
  type Read,
  text,
} from '../core/params.ts'
import { fullAddress } from '../objects/payment-method.ts'
import type { Unit } from '../store/unit.ts'
import { type ApiCall, type RouteTable, route } from './call.ts'
import { checkEmail } from './intent-checks.ts'
import { listObjects, listRoute, loadObject } from './lists.ts'
import { address, attach, type FoundMethod, findMethod, shipTo } from './methods.ts'
import { checkSavable } from './payment-methods.ts'
import { searchRoute } from './search.ts'
import { announceUpdate } from './updated.ts'

const invoiceSettings = hash({
  custom_fields: clearable(listOf(hashWith(['name', 'value'], { name: filled, value: filled }))),
  default_payment_method: clearable(filled),
  footer: optionalText,
  rendering_options: clearable(hash({ amount_tax_display: optionalText, template: optionalText })),
})
const update = {
  address: clearable(address),
  balance: integer,
  business_name: optionalText,
  description: optionalText,
  email: optionalText,
  individual_name: optionalText,
  invoice_prefix: filled,
  invoice_settings: invoiceSettings,
  metadata,
  name: optionalText,
  next_invoice_sequence: positive,
  phone: optionalText,
  preferred_locales: listOf(filled),
  shipping: clearable(shipTo),
  source: text,
  tax_exempt: clearable(oneOf('exempt', 'none', 'reverse')),
}
const create = { ...update, payment_method: filled, test_clock: filled }
type Change = Read<typeof update>

const DEFAULT_METHOD = 'invoice_settings[default_payment_method]'

/**
 * Only a card of the customer's own can be the default; `pm_card_…` stands for the copy just
 * attached.
 */
function defaultMethod(
  unit: Unit,
  customer: string,
  id: string,
  saved: { alias: string; id: string } | undefined,
): string {
  if (saved !== undefined && id === saved.alias) return saved.id
  const method = unit.find('payment_method', id)
  if (method?.customer === customer) return id
  throw invalidRequest(
    `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
    { code: 'resource_missing', param: DEFAULT_METHOD },
  )
}

type Settings = Stripe.Customer['invoice_settings']

function changedSettings(
  before: Settings,
  change: Change['invoice_settings'],
  defaultId: string | null,
): Settings {
  const { custom_fields: fields, rendering_options: rendering } = change ?? {}
  return {
    custom_fields:
      fields == null
        ? given(fields, before.custom_fields)
        : fields.map(({ name = '', value = '' }) => ({ name, value })),
    default_payment_method: defaultId,
    footer: given(change?.footer, before.footer),
    rendering_options:
      rendering == null
        ? given(rendering, before.rendering_options)
        : { amount_tax_display: rendering.amount_tax_display ?? null, template: rendering.template ?? null },
  }
}

function shippingOf(input: NonNullable<Change['shipping']>): Stripe.Customer['shipping'] {
  return { address: fullAddress(input.address), name: input.name ?? '', phone: input.phone ?? '' }
}

type Saved = { alias: string; id: string }

function changed(unit: Unit, customer: Stripe.Customer, params: Change, saved?: Saved): Stripe.Customer {
  const { business_name: business, individual_name: individual, balance = customer.balance } = params
  const before = customer.invoice_settings.default_payment_method
  const asked = params.invoice_settings?.default_payment_method
  return {
    ...customer,
    address:
      params.address == null ? given(params.address, customer.address ?? null) : fullAddress(params.address),
    balance,
    ...(business === undefined ? {} : { business_name: business ?? '' }),
    // A customer without a currency takes the account's as soon as money is owed.
    currency: customer.currency ?? (balance === 0 ? null : 'usd'),
    description: given(params.description, customer.description),
    email: given(params.email, customer.email),
    ...(individual === undefined ? {} : { individual_name: individual ?? '' }),
    invoice_prefix: given(params.invoice_prefix, customer.invoice_prefix ?? null),
    invoice_settings: changedSettings(
      customer.invoice_settings,
      params.invoice_settings,
      typeof asked === 'string'
        ? defaultMethod(unit, customer.id, asked, saved)
        : given(asked, typeof before === 'string' ? before : (before?.id ?? null)),
    ),
    metadata: mergeMetadata(customer.metadata, params.metadata),
    name: given(params.name, customer.name ?? null),
    next_invoice_sequence: given(params.next_invoice_sequence, customer.next_invoice_sequence ?? 1),
    phone: given(params.phone, customer.phone ?? null),
    preferred_locales: given(params.preferred_locales, customer.preferred_locales ?? []),
    shipping:
      params.shipping == null ? given(params.shipping, customer.shipping) : shippingOf(params.shipping),
    tax_exempt: params.tax_exempt === null ? 'none' : given(params.tax_exempt, customer.tax_exempt ?? 'none'),
  }
}

function checkChange(params: Change): void {
  checkEmail(params.email, 'email')
  if (params.source !== undefined && params.source !== '')
    throw invalidRequest(
      'Card Token usage on the Customers API and Charges API has reached end of life. Attach a PaymentMethod to the customer instead.',
      { param: 'source' },
    )
}

function newCustomer(now: number): Stripe.Customer {
  return {
    id: newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: now,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: randomText(8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  } satisfies Stripe.Customer
}

export function createCustomer(call: ApiCall, params: Read<typeof create>): Stripe.Customer {
  const { unit } = call
  checkChange(params)
  if (params.test_clock !== undefined) throw badParamReference('test_clock', params.test_clock, 'test_clock')
  const empty = newCustomer(unit.now)
  let found: FoundMethod | undefined
  if (params.payment_method !== undefined) {
    found = findMethod(unit, params.payment_method)
    checkSavable(found)
  }
  const saved = found === undefined ? undefined : { alias: params.payment_method ?? '', id: found.method.id }
  const customer = changed(unit, empty, params, saved)
  unit.put('customer', customer)
  unit.emit('customer.created', customer)
  if (found !== undefined) attach(unit, found, customer.id)
  return customer
}

/** The cards of somebody who is gone can never be used again. */
function forgetCards(call: ApiCall, customer: string): void {
  const { unit } = call
  let after: string | undefined
  for (;;) {
    const page = listObjects(
      unit,
      'payment_method',
      [['customer', customer]],
      { limit: 100, starting_after: after },
      '',
    )
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

function deleteCustomer(call: ApiCall): Stripe.DeletedCustomer {
  const customer = loadObject(call, 'customer')
  const rest = { id: call.id, object: 'customer' as const, deleted: true as const }
  forgetCards(call, call.id)
  call.unit.remove('customer', call.id, { kind: 'deleted_customer', body: rest })
  call.unit.emit('customer.deleted', customer)
  return rest
}

export const customerRoutes: RouteTable = {
  'POST /v1/customers': route('customers.create', create, createCustomer),
  'GET /v1/customers': listRoute('customers.list', 'customer', ['email']),
  'GET /v1/customers/search': searchRoute('customers.search', 'customer'),
  'GET /v1/customers/:id': route(
    'customers.retrieve',
    {},
    (call) => call.unit.find('deleted_customer', call.id) ?? loadObject(call, 'customer'),
  ),
  'POST /v1/customers/:id': route('customers.update', update, (call, params) => {
    const customer = loadObject(call, 'customer')
    checkChange(params)
    const after = changed(call.unit, customer, params)
    call.unit.put('customer', after)
    announceUpdate(call.unit, 'customer.updated', customer, after)
    return after
  }),
  'DELETE /v1/customers/:id': route('customers.delete', {}, deleteCustomer),
}
