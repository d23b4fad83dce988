// Codes: whether one may be used, what it takes off, how its uses move, and how it is made and
// changed.
import type { CodeTerms, OrderLine } from '@holdfast/contract'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeSale, numbered, typeOf } from '../../../test/sale.ts'
import { type Code, type CodePool, type Codes, codeBuyerKey, wordKey } from './code.ts'
import { decideCodes } from './code-book.ts'
import { discounted, enterCode, moveCode } from './codes.ts'
import { priceOf } from './pricing/price.ts'
import { type Movement, saleOf } from './stock.ts'

const sample = makeSale({ capacities: [50, 50] })
const sale = saleOf(sample.show, 1)
const [first, second] = [typeOf(sample, 0), typeOf(sample, 1)]
const now = '2030-01-01T10:00:00.000Z'
const buyer = { id: 'buyer', email: 'buyer@example.com' }

interface Case {
  readonly terms?: CodeTerms
  readonly ended?: boolean
  readonly pool?: Omit<CodePool, 'id'>
  readonly had?: number
  readonly quantity?: number
}
const codeOf = ({ terms = {}, ended = false }: Case): Code => {
  return { id: 'code', showId: sale.showId, word: 'EARLY10', terms: { percentBps: 1_000, ...terms }, ended }
}
function codesOf(what: Case): Codes {
  const code = codeOf(what)
  return {
    byId: new Map([[code.id, code]]),
    byWord: new Map([[wordKey(sale.showId, code.word), code.id]]),
    pools: new Map(what.pool ? [[code.id, { id: code.id, ...what.pool }]] : []),
    ofBuyers: new Map([
      [codeBuyerKey('code', buyer.id), 0],
      [codeBuyerKey('code', buyer.email), what.had ?? 0],
    ]),
  }
}
function enter(what: Case, text = 'early-10') {
  const lines = [numbered(first, what.quantity ?? 1)]
  const entered = enterCode(codesOf(what), { showId: sale.showId, text, lines, buyer, now })
  return 'rejection' in entered ? entered.rejection : entered.uses
}

const cases: readonly (readonly [string, number | string, Case])[] = [
  ['is found whatever its capitals and hyphens', 1, {}],
  ['without a number is never used up', 1, { quantity: 10 }],
  ['has its last use', 1, { pool: { uses: 5, held: 2, used: 2 } }],
  ['has no use left', 'code_used_up', { pool: { uses: 5, held: 2, used: 3 } }],
  ['of no uses at all', 'code_used_up', { pool: { uses: 0, held: 0, used: 0 } }],
  ['counts pairs', 2, { terms: { ticketsPerUse: 2 }, quantity: 3, pool: { uses: 2, held: 0, used: 0 } }],
  [
    'has too few uses for so many pairs',
    'code_used_up',
    { terms: { ticketsPerUse: 2 }, quantity: 3, pool: { uses: 2, held: 1, used: 0 } },
  ],
  ['was used by the buyer as often as allowed', 'code_used_up', { terms: { usesPerBuyer: 1 }, had: 1 }],
  ['may be used by the buyer once more', 1, { terms: { usesPerBuyer: 2 }, had: 1 }],
  ['is valid from now', 1, { terms: { validFrom: now } }],
  ['is valid from later', 'code_not_applicable', { terms: { validFrom: '2030-01-01T10:00:00.001Z' } }],
  ['is valid until now', 'code_not_applicable', { terms: { validUntil: now } }],
  ['has ended', 'code_not_applicable', { ended: true }],
  ['is for another type', 'code_not_applicable', { terms: { ticketTypeIds: [second.id] } }],
  ['is for this type', 1, { terms: { ticketTypeIds: [first.id] } }],
]
describe('a code', () => {
  test.each(cases)('that %s: %s', (_what, expected, what) => {
    expect(enter(what)).toBe(expected)
  })

  test('of another word or another show is unknown', () => {
    expect(enter({}, 'early 11')).toBe('code_unknown')
    const asked = { text: 'early10', lines: [numbered(first)], buyer, now }
    expect(enterCode(codesOf({}), { showId: 'another', ...asked })).toEqual({ rejection: 'code_unknown' })
  })
})

test.each<[Movement, { held: number; used: number }]>([
  ['hold', { held: 4, used: 2 }],
  ['sell', { held: 0, used: 4 }],
  ['release', { held: 0, used: 2 }],
  ['return', { held: 2, used: 0 }],
])('%s moves two uses', (movement, expected) => {
  expect(moveCode({ id: 'code', uses: 6, held: 2, used: 2 }, movement, 2)).toMatchObject(expected)
  const edge = { id: 'code', uses: 4, held: 1, used: 1 }
  expect(() => moveCode(edge, movement, movement === 'hold' ? 3 : 2)).toThrow('code code')
})

const terms: fc.Arbitrary<CodeTerms> = fc.oneof(
  fc.record({ percentBps: fc.integer({ min: 1, max: 10_000 }) }),
  fc.record({ percentBps: fc.integer({ min: 1, max: 10_000 }), per: fc.constant('order' as const) }),
  fc.record({ amountMinor: fc.nat(9_000) }),
  fc.record({ amountMinor: fc.nat(90_000), per: fc.constant('order' as const) }),
  fc.record({ priceMinor: fc.nat(9_000) }),
)
const lineOf = (typeId: string) =>
  fc.record({
    ticketTypeId: fc.constant(typeId),
    name: fc.constant('Any'),
    takes: fc.constant<OrderLine['takes']>([]),
    quantity: fc.integer({ min: 1, max: 6 }),
    unitPriceMinor: fc.nat(9_000),
    feeMinor: fc.nat(200),
    taxRateBps: fc.constantFrom(0, 700, 1_900),
  })

test('what is taken off is frozen in the lines: never more than the price, never of what is not covered', () => {
  fc.assert(
    fc.property(terms, lineOf(first.id), lineOf(second.id), fc.boolean(), (what, one, other, firstOnly) => {
      const restricted: CodeTerms = { ...what, ...(firstOnly ? { ticketTypeIds: [first.id] } : {}) }
      const lines: OrderLine[] = discounted('EUR', [one, other], { ...codeOf({}), terms: restricted })
      const price = priceOf('EUR', lines)
      for (const { unitPriceMinor, discountsMinor = [] } of lines)
        for (const minor of discountsMinor) expect(minor >= 0 && minor <= unitPriceMinor).toBe(true)
      if (firstOnly) expect(lines[1]).toEqual(other)
      const { subtotal, discount, fees, total } = price
      expect(total.amountMinor).toBe(subtotal.amountMinor - discount.amountMinor + fees.amountMinor)
      const byType = (price.discounts ?? []).reduce((sum, { amount }) => sum + amount.amountMinor, 0)
      expect(byType).toBe(discount.amountMinor)
      if (restricted.per === 'order' && restricted.amountMinor !== undefined) {
        const covered =
          one.quantity * one.unitPriceMinor + (firstOnly ? 0 : other.quantity * other.unitPriceMinor)
        expect(discount.amountMinor).toBe(Math.min(restricted.amountMinor, covered))
      }
    }),
  )
})

describe('the book of codes', () => {
  const make = (what: CodeTerms, word = 'NEW') =>
    decideCodes(
      sale,
      { type: 'MakeCodes', showId: sale.showId, terms: what, codes: [{ id: 'new', word, uses: 3 }] },
      codesOf({}),
    )

  test.each<[string, CodeTerms]>([
    ['nothing', {}],
    ['two discounts', { percentBps: 1, priceMinor: 1 }],
    ['a price of the whole order', { priceMinor: 1, per: 'order' }],
    ['an unknown type', { percentBps: 1, ticketTypeIds: ['stranger'] }],
    ['a type that is not hidden', { unlocks: [first.id] }],
    ['an end before its beginning', { percentBps: 1, validFrom: now, validUntil: now }],
  ])('refuses a code of %s', (_what, wrong) => {
    expect(make(wrong)).toMatchObject({ rejection: 'invalid_code' })
  })

  test('has a word once, also after its code has ended', () => {
    expect(make({ percentBps: 1 }, 'EARLY10')).toEqual({ rejection: 'code_taken', detail: 'EARLY10' })
    expect(make({ percentBps: 1 })).toHaveProperty('facts')
  })

  test.each([
    [9, 9],
    [5, 5],
    [4, 5],
    [0, 5],
  ])('asked for %i uses with five held and used, makes it %i', (uses, expected) => {
    const known = codesOf({ pool: { uses: 8, held: 2, used: 3 } })
    const decision = decideCodes(
      sale,
      { type: 'ChangeCode', showId: sale.showId, codeId: 'code', uses },
      known,
    )
    expect(decision).toMatchObject({ facts: [{ data: { pool: { uses: expected, held: 2, used: 3 } } }] })
  })

  test('gives no number to a code without one, and knows no code of another show', () => {
    const change = { type: 'ChangeCode', showId: sale.showId, codeId: 'code', uses: 5 } as const
    expect(decideCodes(sale, change, codesOf({}))).toMatchObject({ rejection: 'invalid_code' })
    const stranger = { ...change, codeId: 'stranger' }
    expect(decideCodes(sale, stranger, codesOf({}))).toEqual({ rejection: 'code_unknown' })
    expect(decideCodes(undefined, change, codesOf({}))).toEqual({ rejection: 'show_unknown' })
  })
})
