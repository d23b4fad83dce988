// Replaces ids by the objects they name, along the dotted paths of `expand`, at most four levels
// deep.
import { invalidRequest } from '../core/errors.ts'
import type { Kind } from '../objects/kinds.ts'
import type { Unit } from '../store/unit.ts'
import { listObjects } from './lists.ts'

const LINKS: Record<string, Record<string, Kind>> = {
  payment_intent: {
    latest_charge: 'charge',
    payment_method: 'payment_method',
    customer: 'customer',
    on_behalf_of: 'account',
  },
  charge: {
    payment_intent: 'payment_intent',
    balance_transaction: 'balance_transaction',
    customer: 'customer',
    transfer: 'transfer',
    application_fee: 'application_fee',
    on_behalf_of: 'account',
  },
  refund: {
    charge: 'charge',
    payment_intent: 'payment_intent',
    balance_transaction: 'balance_transaction',
    payment_method: 'payment_method',
    customer: 'customer',
    transfer_reversal: 'transfer_reversal',
  },
  dispute: { charge: 'charge', payment_intent: 'payment_intent' },
  payment_method: { customer: 'customer' },
  setup_intent: {
    payment_method: 'payment_method',
    customer: 'customer',
    latest_attempt: 'setup_attempt',
    mandate: 'mandate',
  },
  setup_attempt: { payment_method: 'payment_method', setup_intent: 'setup_intent' },
  mandate: { payment_method: 'payment_method' },
  balance_transaction: {},
  transfer: {
    balance_transaction: 'balance_transaction',
    destination: 'account',
    source_transaction: 'charge',
  },
  transfer_reversal: { balance_transaction: 'balance_transaction', transfer: 'transfer' },
  payout: { balance_transaction: 'balance_transaction' },
  application_fee: { account: 'account', charge: 'charge', balance_transaction: 'balance_transaction' },
  price: { product: 'product' },
  product: { default_price: 'price' },
  'checkout.session': {
    customer: 'customer',
    payment_intent: 'payment_intent',
    setup_intent: 'setup_intent',
  },
  fee_refund: { fee: 'application_fee', balance_transaction: 'balance_transaction' },
}

/** The source of a ledger line can be of several kinds; its id says which. */
const SOURCE_KINDS: Record<string, Kind> = {
  ch: 'charge',
  re: 'refund',
  dp: 'dispute',
  tr: 'transfer',
  trr: 'transfer_reversal',
  po: 'payout',
  fee: 'application_fee',
  fr: 'fee_refund',
}

type Body = Record<string, unknown>

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function notExpandable(path: string): never {
  throw invalidRequest(`This property cannot be expanded (${path}).`, { param: 'expand' })
}

function expandField(unit: Unit, body: Body, field: string, path: string): unknown {
  const value = body[field]
  if (isBody(value)) return value
  if (body['object'] === 'charge' && field === 'refunds' && typeof body['id'] === 'string') {
    return listObjects(unit, 'refund', [['charge', body['id']]], {}, `/v1/charges/${body['id']}/refunds`)
  }
  if (body['object'] === 'checkout.session' && field === 'line_items' && typeof body['id'] === 'string') {
    const items = unit.hidden('checkout.session', body['id'])?.items ?? []
    const url = `/v1/checkout/sessions/${body['id']}/line_items`
    return { object: 'list', data: items.slice(0, 10), has_more: items.length > 10, url }
  }
  const link =
    body['object'] === 'balance_transaction' && field === 'source' && typeof value === 'string'
      ? SOURCE_KINDS[value.slice(0, value.indexOf('_'))]
      : LINKS[String(body['object'])]?.[field]
  if (link === undefined) return notExpandable(path)
  if (typeof value !== 'string') return value
  return (
    unit.shown(value) ??
    unit.find(link, value) ??
    (link === 'customer' ? unit.find('deleted_customer', value) : undefined) ??
    value
  )
}

function expandPath(unit: Unit, body: Body, steps: string[], path: string): Body {
  const [field, ...rest] = steps
  if (field === undefined) return body
  if (field === 'data' && Array.isArray(body['data'])) {
    if (rest.length === 0) return notExpandable(path)
    return {
      ...body,
      data: body['data'].map((item: unknown) => (isBody(item) ? expandPath(unit, item, rest, path) : item)),
    }
  }
  const value = expandField(unit, body, field, path)
  return { ...body, [field]: isBody(value) ? expandPath(unit, value, rest, path) : value }
}

export function expand(unit: Unit, body: object, paths: string[]): object {
  let expanded: Body = { ...body }
  for (const path of paths) {
    const steps = path.split('.')
    if (steps.filter((step) => step !== 'data').length > 4) {
      throw invalidRequest(`You cannot expand more than 4 levels of a property. Property: ${path}`, {
        param: 'expand',
      })
    }
    expanded = expandPath(unit, expanded, steps, path)
  }
  return expanded
}
