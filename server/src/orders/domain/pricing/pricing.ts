// The price of an order, unit by unit: prices, discounts, fees and taxes, and what of it goes back.
// Integers in minor units; every sum is exact. Pure.

/** What a unit costs before anything is taken off or put on it. */
export interface UnitPrice {
  /** As the organiser named it: with tax, or before it. */
  readonly priceMinor: number
  /** In hundredths of a per cent; null: no tax is named. */
  readonly taxRateBps: number | null
  /** Passed on to the buyer, tax included. An absorbed fee is none. */
  readonly feeMinor: number
}

export type Discount =
  | { readonly kind: 'percent'; readonly bps: number }
  | { readonly kind: 'amount' | 'fixed_price' | 'order_amount'; readonly minor: number }
  | { readonly kind: 'order_percent'; readonly bps: number }
  /** As it was made once, for each unit. */
  | { readonly kind: 'frozen'; readonly minors: readonly number[] }

export interface PriceRules {
  /** Prices are named before tax. */
  readonly net: boolean
  /** The smallest step that the currency is charged in. */
  readonly stepMinor: number
  readonly orderFeeMinor: number
  readonly discount?: {
    readonly rule: Discount
    /** Numbers of the units that it covers. */
    readonly covers: ReadonlySet<number>
  }
}

/** `gross` = `price` − `discount` + `fee`; `tax` is contained in it. */
export interface PricedUnit {
  readonly priceMinor: number
  readonly discountMinor: number
  readonly feeMinor: number
  readonly grossMinor: number
  readonly taxMinor: number
  readonly taxRateBps: number | null
}

export interface OrderPrice {
  readonly units: readonly PricedUnit[]
  readonly subtotalMinor: number
  readonly discountMinor: number
  readonly feesMinor: number
  readonly totalMinor: number
  readonly taxes: readonly {
    readonly rateBps: number
    readonly netMinor: number
    readonly taxMinor: number
  }[]
}

/** a ÷ b to the nearest, halves up. Products of two amounts do not fit into a number. */
function half(a: bigint, b: bigint): number {
  return Number((2n * a + b) / (2n * b))
}

const times = (a: number, b: number) => BigInt(a) * BigInt(b)
const sum = (amounts: readonly number[]) => amounts.reduce((all, each) => all + each, 0)

/** To the nearest step. */
const halfTo = (a: bigint, b: number, step: number) => step * half(a, times(b, step))

/** So many hundredths of a per cent of an amount, to the nearest step. */
export const percentOf = (minor: number, bps: number, stepMinor: number) =>
  halfTo(times(minor, bps), 10_000, stepMinor)

/**
 * An amount over weights, in whole steps. What the division leaves goes to the largest remainders,
 * of equal ones to the first.
 */
export function split(amountMinor: number, weights: readonly number[], stepMinor = 1): number[] {
  const all = BigInt(sum(weights))
  if (all === 0n || amountMinor === 0) return weights.map(() => 0)
  const steps = amountMinor / stepMinor
  if (!Number.isSafeInteger(steps) || steps < 0)
    throw new RangeError(`${amountMinor} cannot be split in steps of ${stepMinor}`)
  const shares = weights.map((weight, index) => {
    const product = times(steps, weight)
    return { index, steps: Number(product / all), rest: product % all }
  })
  const left = steps - sum(shares.map((share) => share.steps))
  const lucky = new Set(
    shares
      .toSorted((one, other) =>
        one.rest === other.rest ? one.index - other.index : one.rest < other.rest ? 1 : -1,
      )
      .slice(0, left)
      .map(({ index }) => index),
  )
  return shares.map((share) => (share.steps + (lucky.has(share.index) ? 1 : 0)) * stepMinor)
}

/** The price of units in the order of their numbers. */
export function priceUnits(units: readonly UnitPrice[], rules: PriceRules): OrderPrice {
  const { stepMinor } = rules
  const prices = units.map(({ priceMinor, taxRateBps }) => {
    if (!rules.net || taxRateBps === null) return priceMinor
    return halfTo(times(priceMinor, 10_000 + taxRateBps), 10_000, stepMinor)
  })
  const discounts = discountsOf(prices, rules)
  const left = prices.map((price, no) => price - (discounts[no] ?? 0))
  const shares = split(rules.orderFeeMinor, left, stepMinor)
  const fees = units.map(({ feeMinor }, no) => ((left[no] ?? 0) > 0 ? feeMinor : 0) + (shares[no] ?? 0))
  const gross = left.map((amount, no) => amount + (fees[no] ?? 0))
  const { taxes, ofUnits } = taxesOf(
    gross,
    units.map(({ taxRateBps }) => taxRateBps),
  )
  return {
    units: units.map(({ taxRateBps }, no) => ({
      priceMinor: prices[no] ?? 0,
      discountMinor: discounts[no] ?? 0,
      feeMinor: fees[no] ?? 0,
      grossMinor: gross[no] ?? 0,
      taxMinor: ofUnits[no] ?? 0,
      taxRateBps,
    })),
    subtotalMinor: sum(prices),
    discountMinor: sum(discounts),
    feesMinor: sum(fees),
    totalMinor: sum(gross),
    taxes,
  }
}

function discountsOf(prices: readonly number[], { discount, stepMinor }: PriceRules): number[] {
  if (!discount) return prices.map(() => 0)
  const { rule, covers } = discount
  const covered = prices.map((price, no) => (covers.has(no) ? price : 0))
  switch (rule.kind) {
    case 'percent':
      return covered.map((price) => percentOf(price, rule.bps, stepMinor))
    case 'amount':
      return covered.map((price) => Math.min(rule.minor, price))
    case 'fixed_price':
      return covered.map((price) => Math.max(0, price - rule.minor))
    case 'order_amount':
      return split(Math.min(rule.minor, sum(covered)), covered, stepMinor)
    case 'frozen':
      return prices.map((_, no) => rule.minors[no] ?? 0)
    case 'order_percent': {
      const amount = percentOf(sum(covered), rule.bps, stepMinor)
      return split(Math.min(amount, sum(covered)), covered, stepMinor)
    }
  }
}

/** The tax of each rate is made once, out of all that has it, and then split over its units. */
function taxesOf(gross: readonly number[], rates: readonly (number | null)[]) {
  const named = [...new Set(rates.flatMap((rate) => rate ?? []))].toSorted((one, other) => other - one)
  const ofUnits = gross.map(() => 0)
  const taxes = named.map((rateBps) => {
    const weights = gross.map((amount, no) => (rates[no] === rateBps ? amount : 0))
    const all = sum(weights)
    const taxMinor = half(times(all, rateBps), BigInt(10_000 + rateBps))
    for (const [no, share] of split(taxMinor, weights).entries()) ofUnits[no] = (ofUnits[no] ?? 0) + share
    return { rateBps, netMinor: all - taxMinor, taxMinor }
  })
  return { taxes, ofUnits }
}

/** What is given back of a unit, and the tax in it. */
export interface GivenBack {
  readonly amountMinor: number
  readonly taxMinor: number
}

/**
 * Shares of an amount that goes back. `back` is what went back of each unit before. When all has
 * gone back, the taxes of all returns add up to the tax of the order to the cent.
 */
export function giveBack(
  units: readonly PricedUnit[],
  back: readonly number[],
  amountMinor: number,
  stepMinor = 1,
): GivenBack[] {
  const left = units.map(({ grossMinor }, no) => grossMinor - (back[no] ?? 0))
  if (amountMinor > sum(left)) throw new RangeError(`${amountMinor} is more than is left of the order`)
  return split(amountMinor, left, stepMinor).map((share, no) => {
    const { grossMinor = 0, taxMinor = 0 } = units[no] ?? {}
    const before = back[no] ?? 0
    return {
      amountMinor: share,
      taxMinor: taxIn(taxMinor, before + share, grossMinor) - taxIn(taxMinor, before, grossMinor),
    }
  })
}

const taxIn = (taxMinor: number, backMinor: number, grossMinor: number) =>
  grossMinor === 0 ? 0 : half(times(taxMinor, backMinor), BigInt(grossMinor))
