// Prices: one-time amounts per unit. Recurring and tiered ones are refused by name.
import { checkCurrency } from '../../core/currency.ts'
import { badParamReference, invalidRequest, missingParam, noSuch } from '../../core/errors.ts'
import {
  filled,
  flag,
  listOf,
  mergeMetadata,
  metadata,
  natural,
  oneOf,
  type Read,
  text,
} from '../../core/params.ts'
import type { Price } from '../../objects/kinds.ts'
import { type ApiCall, type RouteTable, route } from '../call.ts'
import { createdRange, listObjects, pageSpec, retrieveRoute } from '../lists.ts'
import { notEmulated } from './emulated.ts'
import { addPrice, amountOf, describedProduct, productData } from './goods.ts'

const BEHAVIOR = oneOf('exclusive', 'inclusive', 'unspecified')

const create = {
  active: flag,
  billing_scheme: oneOf('per_unit'),
  currency: filled,
  custom_unit_amount: notEmulated,
  lookup_key: filled,
  metadata,
  nickname: text,
  product: filled,
  product_data: productData,
  recurring: notEmulated,
  tax_behavior: BEHAVIOR,
  tiers: notEmulated,
  transfer_lookup_key: flag,
  unit_amount: natural,
  unit_amount_decimal: text,
}
const update = {
  active: flag,
  lookup_key: filled,
  metadata,
  nickname: text,
  tax_behavior: BEHAVIOR,
  transfer_lookup_key: flag,
}

/** A key names one price; it can be moved from the one that has it. */
function takeKey(call: ApiCall, key: string | undefined, transfer: boolean, own?: string): void {
  if (key === undefined) return
  const [holder] = listObjects(call.unit, 'price', [['lookup_key', key]], { limit: 1 }, '').data
  if (holder === undefined || holder.id === own) return
  if (!transfer)
    throw invalidRequest(
      `A price (\`${holder.id}\`) already uses that lookup key. If you wish to transfer the lookup key, set \`transfer_lookup_key=true\`.`,
      { param: 'lookup_key' },
    )
  call.unit.put('price', { ...holder, lookup_key: null })
}

function createPrice(call: ApiCall, params: Read<typeof create>): Price {
  const { unit } = call
  if (params.currency === undefined) throw missingParam('currency')
  const currency = checkCurrency(params.currency)
  const amount = amountOf(params, '')
  if (params.product !== undefined && params.product_data !== undefined)
    throw invalidRequest('You may only specify one of these parameters: product, product_data.', {
      code: 'parameters_exclusive',
    })
  if (params.product !== undefined && unit.find('product', params.product) === undefined)
    throw badParamReference('product', params.product, 'product')
  takeKey(call, params.lookup_key, params.transfer_lookup_key === true)
  return addPrice(call, {
    ...amount,
    currency,
    product: params.product ?? describedProduct(call, params.product_data, 'product_data', true),
    active: params.active,
    lookupKey: params.lookup_key,
    metadata: mergeMetadata({}, params.metadata),
    nickname: params.nickname,
    taxBehavior: params.tax_behavior,
  })
}

const list = {
  ...pageSpec,
  created: createdRange,
  active: filled,
  currency: filled,
  product: filled,
  type: oneOf('one_time', 'recurring'),
  lookup_keys: listOf(filled),
}

function listPrices(call: ApiCall, params: Read<typeof list>): object {
  const { lookup_keys: keys, type, active, currency, product, ...page } = params
  const url = '/v1/prices'
  if (type === 'recurring') return { object: 'list', data: [], has_more: false, url }
  const wanted = Object.entries({ active, currency, product }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  )
  if (keys === undefined) return listObjects(call.unit, 'price', wanted, page, url)
  if (keys.length > 10)
    throw invalidRequest('You may specify up to 10 lookup keys.', { param: 'lookup_keys' })
  const data = keys.flatMap(
    (key) => listObjects(call.unit, 'price', [...wanted, ['lookup_key', key]], {}, url).data,
  )
  return { object: 'list', data, has_more: false, url }
}

export const priceRoutes: RouteTable = {
  'POST /v1/prices': route('prices.create', create, createPrice),
  'GET /v1/prices': route('prices.list', list, listPrices),
  'GET /v1/prices/:id': retrieveRoute('prices.retrieve', 'price'),
  'POST /v1/prices/:id': route('prices.update', update, (call, params) => {
    const price = call.unit.find('price', call.id)
    if (price === undefined) throw noSuch('price', call.id)
    takeKey(call, params.lookup_key, params.transfer_lookup_key === true, price.id)
    const after: Price = {
      ...price,
      active: params.active ?? price.active,
      lookup_key: params.lookup_key ?? price.lookup_key,
      metadata: mergeMetadata(price.metadata, params.metadata),
      nickname: params.nickname ?? price.nickname,
      tax_behavior: params.tax_behavior ?? price.tax_behavior,
    }
    call.unit.put('price', after)
    call.unit.emit('price.updated', after)
    return after
  }),
}
