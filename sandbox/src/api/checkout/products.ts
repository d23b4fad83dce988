// Products: what is sold, as plain records. A price says for how much.
import { checkCurrency } from '../../core/currency.ts'
import { invalidRequest, missingParam, noSuch } from '../../core/errors.ts'
import { filled, hash, natural, type Read, text } from '../../core/params.ts'
import type { Product } from '../../objects/kinds.ts'
import { type ApiCall, type RouteTable, route } from '../call.ts'
import { listObjects, listRoute, retrieveRoute } from '../lists.ts'
import { notEmulated } from './emulated.ts'
import { addPrice, addProduct, amountOf, changedProduct, productParams } from './goods.ts'

const create = {
  ...productParams,
  name: filled,
  id: filled,
  default_price_data: hash({
    currency: filled,
    unit_amount: natural,
    unit_amount_decimal: text,
    recurring: notEmulated,
  }),
}
const update = { ...productParams, name: filled, default_price: filled }

function createProduct(call: ApiCall, params: Read<typeof create>): Product {
  const { name, id, default_price_data: first } = params
  if (name === undefined) throw missingParam('name')
  if (id !== undefined && call.unit.store.object('product', id) !== undefined)
    throw invalidRequest('Product already exists.', { code: 'resource_already_exists', param: 'id' })
  const product = addProduct(call, { ...params, name, id })
  if (first === undefined) return product
  if (first.currency === undefined) throw missingParam('default_price_data[currency]')
  const amount = amountOf(first, 'default_price_data')
  const price = addPrice(call, { ...amount, currency: checkCurrency(first.currency), product: product.id })
  const priced = { ...product, default_price: price.id }
  call.unit.put('product', priced)
  return priced
}

function load(call: ApiCall): Product {
  const product = call.unit.find('product', call.id)
  if (product === undefined) throw noSuch('product', call.id)
  return product
}

export const productRoutes: RouteTable = {
  'POST /v1/products': route('products.create', create, createProduct),
  'GET /v1/products': listRoute('products.list', 'product', ['active', 'url']),
  'GET /v1/products/:id': retrieveRoute('products.retrieve', 'product'),
  'POST /v1/products/:id': route('products.update', update, (call, params) => {
    const before = load(call)
    const chosen = params.default_price
    if (chosen !== undefined && call.unit.find('price', chosen)?.product !== before.id)
      throw invalidRequest(`No such price: '${chosen}'`, { code: 'resource_missing', param: 'default_price' })
    const after = {
      ...changedProduct(before, params, call.unit.now),
      default_price: chosen ?? before.default_price ?? null,
    }
    call.unit.put('product', after)
    call.unit.emit('product.updated', after)
    return after
  }),
  'DELETE /v1/products/:id': route('products.delete', {}, (call) => {
    const product = load(call)
    if (listObjects(call.unit, 'price', [['product', product.id]], { limit: 1 }, '').data.length > 0)
      throw invalidRequest('This product cannot be deleted because it has one or more user-created prices.')
    call.unit.remove('product', product.id)
    call.unit.emit('product.deleted', product)
    return { id: product.id, object: 'product', deleted: true }
  }),
}
