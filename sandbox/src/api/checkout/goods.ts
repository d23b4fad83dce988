// Products and prices as objects: built here for their own routes and for the lines that a Checkout
// Session describes itself.
import type Stripe from 'stripe'
import { invalidRequest, missingParam } from '../../core/errors.ts'
import { newId } from '../../core/ids.ts'
import {
  clearable,
  filled,
  flag,
  hash,
  listOf,
  mergeMetadata,
  metadata,
  type Read,
  text,
} from '../../core/params.ts'
import type { Price, Product } from '../../objects/kinds.ts'
import type { ApiCall } from '../call.ts'

const DECIMALS = 12

export const productParams = {
  active: flag,
  description: clearable(text),
  images: listOf(filled),
  metadata,
  shippable: flag,
  statement_descriptor: text,
  unit_label: clearable(text),
  url: clearable(text),
}
export const productData = hash({
  name: filled,
  description: text,
  images: listOf(filled),
  metadata,
  unit_label: text,
})
export type ProductChange = Read<typeof productParams> & { name?: string | undefined }

export function changedProduct(product: Product, params: ProductChange, now: number): Product {
  return {
    ...product,
    active: params.active ?? product.active,
    description: params.description === undefined ? product.description : params.description,
    images: params.images ?? product.images,
    metadata: mergeMetadata(product.metadata, params.metadata),
    name: params.name ?? product.name,
    shippable: params.shippable ?? product.shippable,
    statement_descriptor: params.statement_descriptor ?? product.statement_descriptor ?? null,
    unit_label: params.unit_label === undefined ? (product.unit_label ?? null) : params.unit_label,
    url: params.url === undefined ? product.url : params.url,
    updated: now,
  }
}

/** Stores a product; one that a Checkout Session describes by itself is not offered again. */
export function addProduct(
  call: Pick<ApiCall, 'unit'>,
  params: ProductChange & { name: string; id?: string | undefined },
): Product {
  const { unit } = call
  const empty = {
    id: params.id ?? newId('prod'),
    object: 'product',
    active: true,
    created: unit.now,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: {},
    name: params.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: unit.now,
    url: null,
  } satisfies Stripe.Product
  const product = changedProduct(empty, params, unit.now)
  unit.put('product', product)
  unit.emit('product.created', product)
  return product
}

export function describedProduct(
  call: Pick<ApiCall, 'unit'>,
  data: ReturnType<typeof productData> | undefined,
  at: string,
  active: boolean,
): string {
  if (data === undefined) throw missingParam(at.replace('_data', ''))
  const { name } = data
  if (name === undefined) throw missingParam(`${at}[name]`)
  return addProduct(call, { ...data, name, active }).id
}

export interface Amount {
  unit_amount: number | null
  unit_amount_decimal: string
}

/** The amount of one unit; a decimal one may be a fraction of the smallest coin. */
export function amountOf(
  params: { unit_amount?: number | undefined; unit_amount_decimal?: string | undefined },
  at: string,
): Amount {
  const { unit_amount: whole, unit_amount_decimal: decimal } = params
  const place = (name: string): string => (at === '' ? name : `${at}[${name}]`)
  if (whole !== undefined && decimal !== undefined)
    throw invalidRequest('You may only specify one of these parameters: unit_amount, unit_amount_decimal.', {
      code: 'parameters_exclusive',
    })
  if (whole !== undefined) return { unit_amount: whole, unit_amount_decimal: String(whole) }
  if (decimal === undefined) throw missingParam(place('unit_amount'))
  if (!new RegExp(`^\\d{1,12}(\\.\\d{1,${DECIMALS}})?$`).test(decimal))
    throw invalidRequest(
      `Invalid decimal: ${decimal.slice(0, 40)}; must contain at maximum ${DECIMALS} decimal places.`,
      {
        code: 'parameter_invalid_integer',
        param: place('unit_amount_decimal'),
      },
    )
  const exact = /^(\d+)(\.0+)?$/.exec(decimal)?.[1]
  return { unit_amount: exact === undefined ? null : Number(exact), unit_amount_decimal: decimal }
}

/**
 * What some units cost, halves rounded up; whole numbers throughout, so that no fraction is lost on
 * the way.
 */
export function timesQuantity(decimal: string, quantity: number): number {
  const [whole = '0', fraction = ''] = decimal.split('.')
  const scale = 10n ** BigInt(DECIMALS)
  const exact = BigInt(whole) * scale + BigInt(fraction.padEnd(DECIMALS, '0'))
  return Number((exact * BigInt(quantity) + scale / 2n) / scale)
}

export interface NewPrice extends Amount {
  currency: string
  product: string
  active?: boolean | undefined
  lookupKey?: string | undefined
  metadata?: Record<string, string>
  nickname?: string | undefined
  taxBehavior?: Stripe.Price.TaxBehavior | undefined
}

export function addPrice({ unit }: Pick<ApiCall, 'unit'>, input: NewPrice): Price {
  const price: Price = {
    id: newId('price'),
    object: 'price',
    active: input.active ?? true,
    billing_scheme: 'per_unit',
    created: unit.now,
    currency: input.currency,
    custom_unit_amount: null,
    livemode: false,
    lookup_key: input.lookupKey ?? null,
    metadata: input.metadata ?? {},
    nickname: input.nickname ?? null,
    product: input.product,
    recurring: null,
    tax_behavior: input.taxBehavior ?? 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: 'one_time',
    unit_amount: input.unit_amount,
    unit_amount_decimal: input.unit_amount_decimal,
  }
  unit.put('price', price)
  unit.emit('price.created', price)
  return price
}
