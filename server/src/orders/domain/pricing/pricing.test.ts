// The price of an order: the two worked examples of the design to the cent, and what must hold of
// every price and every way of giving it back.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Discount, giveBack, type PriceRules, priceUnits, split, type UnitPrice } from './pricing.ts'

const plain: PriceRules = { net: false, stepMinor: 1, orderFeeMinor: 0 }
const unit = (priceMinor: number, taxRateBps: number | null = null, feeMinor = 0): UnitPrice => {
  return { priceMinor, taxRateBps, feeMinor }
}
const all = (count: number) => new Set(Array.from({ length: count }, (_, no) => no))
const sum = (amounts: readonly number[]) => amounts.reduce((total, each) => total + each, 0)

describe('worked example 1: two rates, ten off the order, a fee per ticket', () => {
  const price = priceUnits([unit(2_500, 1_900, 150), unit(2_500, 1_900, 150), unit(990, 700, 150)], {
    ...plain,
    discount: { rule: { kind: 'order_amount', minor: 1_000 }, covers: all(3) },
  })
  test('is 54.40, with the taxes of each rate', () => {
    expect(price.units.map(({ discountMinor }) => discountMinor)).toEqual([418, 417, 165])
    expect(price.units.map(({ grossMinor }) => grossMinor)).toEqual([2_232, 2_233, 975])
    expect(price.units.map(({ taxMinor }) => taxMinor)).toEqual([356, 357, 64])
    expect(price).toMatchObject({
      subtotalMinor: 5_990,
      discountMinor: 1_000,
      feesMinor: 450,
      totalMinor: 5_440,
      taxes: [
        { rateBps: 1_900, netMinor: 3_752, taxMinor: 713 },
        { rateBps: 700, netMinor: 911, taxMinor: 64 },
      ],
    })
  })
  test('gives back 22.32 for the first ticket and 22.33 for the second', () => {
    const only = (no: number) =>
      price.units.map((each, index) => (index === no ? each : { ...each, grossMinor: 0 }))
    expect(giveBack(only(0), [0, 0, 0], 2_232)[0]).toEqual({ amountMinor: 2_232, taxMinor: 356 })
    expect(giveBack(only(1), [0, 0, 0], 2_233)[1]).toEqual({ amountMinor: 2_233, taxMinor: 357 })
  })
})

describe('worked example 2: net prices, 15 % off, a fee per order', () => {
  const price = priceUnits([unit(1_299, 2_000), unit(1_299, 2_000), unit(1_299, 2_000)], {
    ...plain,
    net: true,
    orderFeeMinor: 200,
    discount: { rule: { kind: 'percent', bps: 1_500 }, covers: all(3) },
  })
  test('is 41.75', () => {
    expect(price.units.map(({ priceMinor }) => priceMinor)).toEqual([1_559, 1_559, 1_559])
    expect(price.units.map(({ discountMinor }) => discountMinor)).toEqual([234, 234, 234])
    expect(price.units.map(({ feeMinor }) => feeMinor)).toEqual([67, 67, 66])
    expect(price.units.map(({ grossMinor }) => grossMinor)).toEqual([1_392, 1_392, 1_391])
    expect(price.totalMinor).toBe(4_175)
    expect(price.taxes).toEqual([{ rateBps: 2_000, netMinor: 3_479, taxMinor: 696 }])
    expect(price.units.map(({ taxMinor }) => taxMinor)).toEqual([232, 232, 232])
  })
  test('gives back 10.00 as goodwill, then the first ticket, then the rest, to the cent', () => {
    const goodwill = giveBack(price.units, [0, 0, 0], 1_000)
    expect(goodwill.map(({ amountMinor }) => amountMinor)).toEqual([334, 333, 333])
    expect(sum(goodwill.map(({ taxMinor }) => taxMinor))).toBe(168)
    const first = giveBack(price.units.slice(0, 1), [334], 1_058)
    expect(first).toEqual([{ amountMinor: 1_058, taxMinor: 176 }])
    const rest = giveBack(price.units.slice(1), [333, 333], 2_117)
    expect(sum(rest.map(({ taxMinor }) => taxMinor))).toBe(352)
    expect(1_000 + 1_058 + 2_117).toBe(price.totalMinor)
  })
})

describe('splitting', () => {
  const huge = 99_999_999
  test.each([
    { what: 'evenly', amount: 300, weights: [1, 1, 1], step: 1, shares: [100, 100, 100] },
    { what: 'by weight, in steps', amount: 100, weights: [3, 1], step: 10, shares: [80, 20] },
    { what: 'the rest to the largest remainder', amount: 10, weights: [1, 5], step: 1, shares: [2, 8] },
    {
      what: 'of equal remainders to the first',
      amount: 200,
      weights: [1, 1, 1],
      step: 1,
      shares: [67, 67, 66],
    },
    { what: 'over nothing', amount: 200, weights: [0, 0], step: 1, shares: [0, 0] },
    { what: 'nothing', amount: 0, weights: [1, 2], step: 1, shares: [0, 0] },
    { what: 'in steps of ten', amount: 100, weights: [1, 1, 1], step: 10, shares: [40, 30, 30] },
    { what: 'in whole krónur', amount: 100, weights: [100, 100], step: 100, shares: [100, 0] },
    { what: 'nothing to what weighs nothing', amount: 5, weights: [0, 3, 3], step: 1, shares: [0, 3, 2] },
    {
      what: 'amounts whose product no number holds',
      amount: huge,
      weights: [huge, huge],
      step: 1,
      shares: [50_000_000, 49_999_999],
    },
  ])('$what', ({ amount, weights, step, shares }) => {
    expect(split(amount, weights, step)).toEqual(shares)
  })
  test('refuses what steps cannot make', () => {
    expect(() => split(105, [1, 1], 10)).toThrow(RangeError)
    expect(() => split(-1, [1, 1])).toThrow(RangeError)
  })
})

describe('net prices in currencies with 0, 2 and 3 decimals', () => {
  test.each([
    { currency: 'JPY', stepMinor: 1, net: 1_999, gross: 2_199, tax: 200, rate: 1_000 },
    { currency: 'EUR', stepMinor: 1, net: 1_299, gross: 1_559, tax: 260, rate: 2_000 },
    { currency: 'KWD', stepMinor: 10, net: 4_990, gross: 5_240, tax: 250, rate: 500 },
    { currency: 'ISK', stepMinor: 100, net: 99_000, gross: 109_900, tax: 10_891, rate: 1_100 },
  ])('$currency', ({ stepMinor, net, gross, tax, rate }) => {
    const price = priceUnits([unit(net, rate)], { ...plain, net: true, stepMinor })
    expect(price.totalMinor).toBe(gross)
    expect(price.taxes).toEqual([{ rateBps: rate, netMinor: gross - tax, taxMinor: tax }])
  })
})

describe('what an amount is taken off', () => {
  const units = [unit(1_000), unit(300), unit(0)]
  test.each<[string, Discount, number[]]>([
    ['a part of each', { kind: 'percent', bps: 1_250 }, [125, 38, 0]],
    ['an amount of each, at most its price', { kind: 'amount', minor: 500 }, [500, 300, 0]],
    ['down to a fixed price', { kind: 'fixed_price', minor: 400 }, [600, 0, 0]],
    ['an amount of all', { kind: 'order_amount', minor: 130 }, [100, 30, 0]],
    ['more than all', { kind: 'order_amount', minor: 9_999 }, [1_000, 300, 0]],
    ['a part of all', { kind: 'order_percent', bps: 5_000 }, [500, 150, 0]],
    ['everything', { kind: 'percent', bps: 10_000 }, [1_000, 300, 0]],
  ])('%s', (_what, rule, expected) => {
    const price = priceUnits(units, { ...plain, discount: { rule, covers: all(3) } })
    expect(price.units.map(({ discountMinor }) => discountMinor)).toEqual(expected)
  })
  test('covers only what it names, and a unit that became free carries no fee', () => {
    const discount = { rule: { kind: 'percent', bps: 10_000 } as const, covers: new Set([0]) }
    const price = priceUnits([unit(1_000, null, 50), unit(300, null, 50)], {
      ...plain,
      orderFeeMinor: 30,
      discount,
    })
    expect(price.units.map(({ grossMinor }) => grossMinor)).toEqual([0, 380])
  })
})

const stepArb = fc.constantFrom(1, 10, 100)
const amountArb = fc.integer({ min: 0, max: 50_000 })
const rateArb = fc.constantFrom(null, 0, 700, 1_000, 1_900, 2_000, 2_700)
const discountArb: fc.Arbitrary<Discount> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('percent' as const, 'order_percent' as const),
    bps: fc.integer({ min: 0, max: 10_000 }),
  }),
  fc.record({
    kind: fc.constantFrom('amount' as const, 'fixed_price' as const, 'order_amount' as const),
    minor: fc.integer({ min: 0, max: 60_000 }),
  }),
)
const orderArb = stepArb.chain((stepMinor) => {
  const inSteps = (arb: fc.Arbitrary<number>) => arb.map((amount) => amount * stepMinor)
  const unitArb = fc.record({
    priceMinor: inSteps(amountArb),
    taxRateBps: rateArb,
    feeMinor: inSteps(fc.integer({ min: 0, max: 300 })),
  })
  return fc.record({
    stepMinor: fc.constant(stepMinor),
    units: fc.array(unitArb, { minLength: 1, maxLength: 12 }),
    net: fc.boolean(),
    orderFeeMinor: inSteps(fc.integer({ min: 0, max: 500 })),
    rule: fc.option(discountArb),
    covered: fc.array(fc.integer({ min: 0, max: 11 })),
  })
})

const priceOfCase = ({
  units,
  rule,
  covered,
  stepMinor,
  ...rest
}: typeof orderArb extends fc.Arbitrary<infer Case> ? Case : never) => {
  const inSteps = rule && 'minor' in rule ? { ...rule, minor: rule.minor * stepMinor } : rule
  const discount = inSteps ? { discount: { rule: inSteps, covers: new Set(covered) } } : {}
  return priceUnits(units, { ...rest, stepMinor, ...discount })
}

test('every price adds up: units, rates and total, in whole steps, nothing below zero', () => {
  fc.assert(
    fc.property(orderArb, (order) => {
      const price = priceOfCase(order)
      const { units } = price
      expect(sum(units.map(({ grossMinor }) => grossMinor))).toBe(price.totalMinor)
      expect(price.subtotalMinor - price.discountMinor + price.feesMinor).toBe(price.totalMinor)
      for (const { priceMinor, discountMinor, feeMinor, grossMinor, taxMinor } of units) {
        expect(grossMinor).toBe(priceMinor - discountMinor + feeMinor)
        expect(Math.min(priceMinor, discountMinor, feeMinor, grossMinor, taxMinor)).toBeGreaterThanOrEqual(0)
        expect(discountMinor).toBeLessThanOrEqual(priceMinor)
        expect(taxMinor).toBeLessThanOrEqual(grossMinor)
        expect(
          (priceMinor % order.stepMinor) + (discountMinor % order.stepMinor) + (grossMinor % order.stepMinor),
        ).toBe(0)
      }
      for (const { rateBps, netMinor, taxMinor } of price.taxes) {
        const own = units.filter(({ taxRateBps }) => taxRateBps === rateBps)
        expect(netMinor + taxMinor).toBe(sum(own.map(({ grossMinor }) => grossMinor)))
        expect(sum(own.map((each) => each.taxMinor))).toBe(taxMinor)
      }
    }),
    { numRuns: 500 },
  )
})

test('in whatever parts an order is given back, units, total and tax come out to the cent', () => {
  fc.assert(
    fc.property(orderArb, fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 6 }), (order, parts) => {
      const { units, totalMinor } = priceOfCase(order)
      const back = units.map(() => 0)
      let tax = 0
      let left = totalMinor
      for (const part of [...parts, 100]) {
        const steps = left / order.stepMinor
        const amount = Math.floor((steps * part) / 100) * order.stepMinor
        for (const [no, given] of giveBack(units, back, amount, order.stepMinor).entries()) {
          expect(given.amountMinor).toBeGreaterThanOrEqual(0)
          expect(given.taxMinor).toBeGreaterThanOrEqual(0)
          back[no] = (back[no] ?? 0) + given.amountMinor
          expect(back[no]).toBeLessThanOrEqual(units[no]?.grossMinor ?? 0)
          tax += given.taxMinor
        }
        left -= amount
      }
      expect(back).toEqual(units.map(({ grossMinor }) => grossMinor))
      expect(tax).toBe(sum(units.map(({ taxMinor }) => taxMinor)))
    }),
    { numRuns: 500 },
  )
})

test('no more goes back than is left', () => {
  const { units } = priceUnits([unit(1_000), unit(500)], plain)
  expect(() => giveBack(units, [1_000, 0], 501)).toThrow(RangeError)
  expect(giveBack(units, [1_000, 0], 500)).toEqual([
    { amountMinor: 0, taxMinor: 0 },
    { amountMinor: 500, taxMinor: 0 },
  ])
})
