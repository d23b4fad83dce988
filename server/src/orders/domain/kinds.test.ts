// Extras, prices that buyers choose, and what is sold only together with something else: what is
// refused and where, what is frozen, and what counts for limits.
import { amountFault, grossOfLine, type LineBody, type SaleTerms } from '@holdfast/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeSale, numbered, typeOf } from '../../../test/sale.ts'
import { decide } from './decide.ts'
import { freezeLines, heldPlacesOf } from './lines.ts'
import type { OrderCommand } from './order.ts'
import { priceOf } from './pricing/price.ts'
import { poolOf, type Sale, type Stock, saleOf } from './stock.ts'
import { buyerKey, nothingTaken } from './taken.ts'

const sample = makeSale({ capacities: [50, 50, 50], maxPerOrder: 4, priceMinor: 4_500 })
const [person, parking, gift] = [typeOf(sample, 0), typeOf(sample, 1), typeOf(sample, 2)]
const now = '2030-01-01T10:00:00.000Z'

function saleWith(terms: Record<string, SaleTerms>, currency = 'EUR'): Sale {
  const sale = saleOf({ ...sample.show, currency, maxPerBuyer: 6 }, 1)
  return { ...sale, types: sale.types.map((type) => ({ ...type, ...terms[type.id] })) }
}
const chosen = {
  price: { kind: 'chosen', leastMinor: 500, suggestedMinor: 1_000, mostMinor: 9_000 },
} as const
const kinds = saleWith({
  [parking.id]: { admits: 0, needs: { anyOf: [person.id] } },
  [gift.id]: chosen,
})
const at = (type: { id: string }, unitPriceMinor: number, quantity = 1): LineBody => {
  return { ticketTypeId: type.id, quantity, unitPriceMinor }
}

function place(
  sale: Sale,
  lines: readonly LineBody[],
  { had = 0, ...command }: Partial<Extract<OrderCommand, { type: 'PlaceOrder' }>> & { had?: number } = {},
) {
  const taken = nothingTaken()
  taken.byBuyer.set(buyerKey(sale.showId, 'buyer'), { places: had, expired: 0 })
  const stock: Stock = {
    sales: new Map([[sale.showId, sale]]),
    pools: new Map(sample.show.pools.map((pool) => [pool.id, poolOf(sale.showId, pool, undefined)])),
    seats: new Map(),
    taken,
  }
  const buyer = { id: 'buyer', email: 'buyer@example.com' }
  const order = { type: 'PlaceOrder', orderId: 'order', buyer, showId: sale.showId, lines } as const
  const decision = decide(undefined, { ...order, ...command }, { stock, now })
  if ('rejection' in decision) return decision.rejection
  const [created] = decision.facts
  if (created?.type !== 'OrderCreated') throw new Error('nothing was placed')
  return created.data
}
const refusalOf = (sale: Sale, lines: readonly LineBody[]) => {
  const frozen = freezeLines(sale, lines)
  return 'rejection' in frozen ? [frozen.rejection, frozen.field] : 'frozen'
}

describe('what a buyer chooses to pay', () => {
  test.each([
    ['the least', 500, 'frozen'],
    ['the most', 9_000, 'frozen'],
    ['a cent less', 499, ['invalid_price', '/lines/1/unitPriceMinor']],
    ['a cent more', 9_001, ['invalid_price', '/lines/1/unitPriceMinor']],
  ])('%s', (_what, unitPriceMinor, expected) => {
    expect(refusalOf(kinds, [numbered(person), at(gift, unitPriceMinor)])).toEqual(expected)
  })

  test('is frozen in the order, and what is suggested where nothing is chosen', () => {
    expect(place(kinds, [at(gift, 700, 2)])).toMatchObject({
      amount: { amountMinor: 1_400 },
      lines: [{ unitPriceMinor: 700, chosen: true, quantity: 2 }],
    })
    expect(place(kinds, [numbered(gift)])).toMatchObject({ lines: [{ unitPriceMinor: 4_500, chosen: true }] })
    expect(place(kinds, [numbered(person)])).not.toHaveProperty('lines.0.chosen')
  })

  test('may differ from ticket to ticket', () => {
    expect(place(kinds, [at(gift, 700), at(gift, 800)])).toMatchObject({ amount: { amountMinor: 1_500 } })
  })

  test('of a fixed price is refused, also when it is the same', () => {
    expect(refusalOf(kinds, [at(person, 4_500)])).toEqual(['invalid_price', '/lines/0/unitPriceMinor'])
  })

  test.each([
    ['EUR', 49, 'invalid_price'],
    ['EUR', 50, 'placed'],
    ['EUR', 0, 'placed'],
    ['ISK', 150, 'invalid_price'],
    ['ISK', 200, 'placed'],
    ['KWD', 1_005, 'invalid_price'],
  ])('is what a card can be charged: %s %i', (currency, unitPriceMinor, expected) => {
    const sale = saleWith({ [gift.id]: { price: { kind: 'chosen', leastMinor: 0 } } }, currency)
    const placed = place(sale, [at(gift, unitPriceMinor)])
    expect(typeof placed === 'string' ? placed : 'placed').toBe(expected)
  })

  test('is any coin at the counter, within the same bounds', () => {
    const sale = saleWith({ [gift.id]: { price: { kind: 'chosen', leastMinor: 0, mostMinor: 100 } } })
    const counter = { paymentId: 'p', tendered: { tender: 'cash', by: 'staff' } } as const
    expect(place(sale, [at(gift, 20)], { counter })).toMatchObject({ amount: { amountMinor: 20 } })
    expect(place(sale, [at(gift, 101)], { counter })).toBe('invalid_price')
  })

  test('is refused before another price and before nothing is left', () => {
    expect(place(kinds, [at(gift, 1)], { expectedTotalMinor: 1 })).toBe('invalid_price')
    expect(place(kinds, [numbered(parking, 60)])).toBe('needs_other_ticket')
  })

  test('adds up to the total to the cent, with and without a fee, whatever is chosen', () => {
    const line = fc.record({
      unitPriceMinor: fc.integer({ min: 0, max: 10_000 }),
      quantity: fc.integer({ min: 1, max: 2 }),
    })
    const property = fc.property(
      fc.array(line, { minLength: 1, maxLength: 2 }),
      fc.integer({ min: 0, max: 9_000 }),
      fc.integer({ min: 0, max: 300 }),
      (asked, leastMinor, feeMinor) => {
        const sale = saleWith({ [gift.id]: { price: { kind: 'chosen', leastMinor }, feeMinor } })
        const frozen = freezeLines(
          sale,
          asked.map((each) => ({ ticketTypeId: gift.id, ...each })),
        )
        const isFine = asked.every(
          ({ unitPriceMinor }) => unitPriceMinor >= leastMinor && amountFault(unitPriceMinor, 'EUR') === null,
        )
        expect('lines' in frozen).toBe(isFine)
        if (!('lines' in frozen)) return
        const gross = frozen.lines.flatMap(grossOfLine).reduce((sum, each) => sum + each, 0)
        expect(priceOf('EUR', frozen.lines).total.amountMinor).toBe(gross)
        const wanted = asked.reduce(
          (sum, { unitPriceMinor, quantity }) =>
            sum + quantity * (unitPriceMinor > 0 ? unitPriceMinor + feeMinor : 0),
          0,
        )
        expect(gross).toBe(wanted)
      },
    )
    fc.assert(property, { numRuns: 300 })
  })
})

describe('what is sold only together with something else', () => {
  const alone = ['needs_other_ticket', '/lines/0/ticketTypeId']
  test('is refused alone, and with what it does not need', () => {
    expect(refusalOf(kinds, [numbered(parking)])).toEqual(alone)
    expect(refusalOf(kinds, [numbered(parking), at(gift, 500)])).toEqual(alone)
  })
  test('is held with what it needs, in whatever order they are asked for', () => {
    expect(refusalOf(kinds, [numbered(parking), numbered(person)])).toBe('frozen')
    expect(refusalOf(kinds, [numbered(person), numbered(parking)])).toBe('frozen')
  })
  test('needs one of several', () => {
    const sale = saleWith({ [parking.id]: { needs: { anyOf: [person.id, gift.id] } } })
    expect(refusalOf(sale, [numbered(parking), numbered(gift)])).toBe('frozen')
    expect(refusalOf(sale, [numbered(parking)])).toEqual(alone)
  })
  test('is sold alone at the counter, where staff see who has what already', () => {
    const counter = { paymentId: 'p', tendered: { tender: 'cash', by: 'staff' } } as const
    expect(place(kinds, [numbered(parking)], { counter })).toMatchObject({ lines: [{ admits: 0 }] })
  })
})

describe('limits count whom an order lets in', () => {
  const family = saleWith({ [gift.id]: { admits: 2 }, [parking.id]: { admits: 0 } })
  test.each([
    ['four people and any extras', [numbered(person, 4), numbered(parking, 20)], 'held'],
    ['five people', [numbered(person, 5)], 'limit_exceeded'],
    ['two tickets for two', [numbered(gift, 2)], 'held'],
    ['three tickets for two', [numbered(gift, 3)], 'limit_exceeded'],
    ['two for two and one more', [numbered(gift, 2), numbered(person)], 'limit_exceeded'],
    ['more than any order has', [numbered(parking, 501)], 'limit_exceeded'],
  ])('%s', (_what, lines, expected) => {
    const placed = place(family, lines)
    expect(typeof placed === 'string' ? placed : 'held').toBe(expected)
  })
  test('so does what a buyer has already', () => {
    expect(place(family, [numbered(gift, 2)], { had: 3 })).toBe('limit_exceeded')
    expect(place(family, [numbered(parking, 9)], { had: 6 })).toMatchObject({ lines: [{ admits: 0 }] })
  })
  test('but what a network keeps from others counts as stock', () => {
    expect(heldPlacesOf([{ quantity: 3, admits: 0 }, { quantity: 2 }, { quantity: 1, admits: 4 }])).toBe(9)
  })
})
