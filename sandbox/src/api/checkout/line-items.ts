// The lines of a Checkout Session: a price, or one described in place, times a quantity.
import { checkCurrency } from '../../core/currency.ts'
import { badParamReference, invalidRequest, missingParam } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import {
  filled,
  hash,
  listOf,
  mergeMetadata,
  metadata,
  natural,
  oneOf,
  type Read,
  text,
} from '../../core/params.ts'
import type { LineItem, Price } from '../../objects/kinds.ts'
import type { ApiCall } from '../call.ts'
import { notEmulated, switchedOff } from './emulated.ts'
import { addPrice, amountOf, describedProduct, productData, timesQuantity } from './goods.ts'

const MOST_LINES = 100

const line = {
  adjustable_quantity: switchedOff,
  metadata,
  price: filled,
  price_data: hash({
    currency: filled,
    product: filled,
    product_data: productData,
    recurring: notEmulated,
    tax_behavior: oneOf('exclusive', 'inclusive', 'unspecified'),
    unit_amount: natural,
    unit_amount_decimal: text,
  }),
  quantity: natural,
  tax_rates: notEmulated,
}
export const lineItems = listOf(hash(line))
type Line = Read<typeof line>

function describedPrice(call: ApiCall, data: NonNullable<Line['price_data']>, at: string): Price {
  if (data.currency === undefined) throw missingParam(`${at}[currency]`)
  const currency = checkCurrency(data.currency)
  const amount = amountOf(data, at)
  if (data.product !== undefined && call.unit.find('product', data.product) === undefined)
    throw badParamReference('product', data.product, `${at}[product]`)
  const product = data.product ?? describedProduct(call, data.product_data, `${at}[product_data]`, false)
  // A price made in passing is not for sale again.
  return addPrice(call, { ...amount, currency, product, active: false, taxBehavior: data.tax_behavior })
}

function priceOf(call: ApiCall, { price: id, price_data: data }: Line, at: string): Price {
  if (id !== undefined && data !== undefined)
    throw invalidRequest('You may only specify one of these parameters: price, price_data.', {
      code: 'parameters_exclusive',
    })
  if (data !== undefined) return describedPrice(call, data, `${at}[price_data]`)
  if (id === undefined) throw missingParam(`${at}[price]`)
  const price = call.unit.find('price', id)
  if (price === undefined) throw badParamReference('price', id, `${at}[price]`)
  if (!price.active)
    throw invalidRequest(`The price specified is inactive. This field only accepts active prices.`, {
      param: `${at}[price]`,
    })
  return price
}

export interface Lines {
  items: LineItem[]
  currency: string
  total: number
}

export function readLines(call: ApiCall, lines: Line[]): Lines {
  if (lines.length > MOST_LINES)
    throw invalidRequest(`You may specify up to ${MOST_LINES} line items.`, { param: 'line_items' })
  const items = lines.map((each, index): LineItem => {
    const at = `line_items[${index}]`
    const price = priceOf(call, each, at)
    if (each.quantity === undefined || each.quantity === 0)
      throw invalidRequest(`Quantity is required. Add \`quantity\` to \`${at}\``, { param: at })
    const amount = timesQuantity(price.unit_amount_decimal ?? '0', each.quantity)
    return {
      id: newId('li'),
      object: 'item',
      adjustable_quantity: null,
      amount_discount: 0,
      amount_subtotal: amount,
      amount_tax: 0,
      amount_total: amount,
      currency: price.currency,
      description: call.unit.find('product', price.product)?.name ?? null,
      metadata: mergeMetadata({}, each.metadata),
      price,
      quantity: each.quantity,
    }
  })
  const currencies = new Set(items.map((item) => item.currency))
  const [currency = ''] = currencies
  if (currencies.size > 1)
    throw invalidRequest('All line items of a Checkout Session must have the same currency.', {
      param: 'line_items',
    })
  return { items, currency, total: items.reduce((sum, item) => sum + item.amount_total, 0) }
}
