// Terms by which nobody could ever buy are refused, with the field that is wrong.
import type { SaleTerms } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { refusePrices, refuseTerms } from './selling-terms.ts'

const refused = (terms: SaleTerms, currency = 'EUR') =>
  refuseTerms({
    currency,
    startsAt: '2031-05-01T18:00:00.000Z',
    maxPerOrder: 10,
    ticketTypes: [{ name: 'Standing' }, { name: 'Stalls', terms }],
  })

const wrong: readonly (readonly [string, SaleTerms, string])[] = [
  [
    'ends before it begins',
    { saleStartsAt: '2031-02-01T00:00:00.000Z', saleEndsAt: '2031-01-01T00:00:00.000Z' },
    'saleEndsAt',
  ],
  [
    'ends as it begins',
    { saleStartsAt: '2031-02-01T00:00:00.000Z', saleEndsAt: '2031-02-01T00:00:00.000Z' },
    'saleEndsAt',
  ],
  ['begins with the show', { saleStartsAt: '2031-05-01T18:00:00.000Z' }, 'saleStartsAt'],
  ['asks for more than it allows', { minPerOrder: 4, maxPerOrder: 3 }, 'minPerOrder'],
  ['asks for more than the show allows', { minPerOrder: 11 }, 'minPerOrder'],
  ['asks for more people than the show allows', { minPerOrder: 4, admits: 3 }, 'minPerOrder'],
  ['lets in more than the show allows', { admits: 11 }, 'admits'],
]
test.each(wrong)('a type that %s', (_what, terms, field) => {
  expect(refused(terms)).toMatchObject({ field: `/ticketTypes/1/${field}` })
})

test('a fee that no card has is refused', () => {
  expect(refused({ feeMinor: 150 }, 'ISK')).toMatchObject({ field: '/ticketTypes/1/feeMinor' })
  expect(refused({ feeMinor: 200 }, 'ISK')).toBeNull()
  expect(refused({ feeMinor: 1 })).toBeNull()
})

test('a window that ended is no fault: by it, a sale is closed and opened again', () => {
  expect(
    refused({ saleStartsAt: '2020-01-01T00:00:00.000Z', saleEndsAt: '2020-02-01T00:00:00.000Z' }),
  ).toBeNull()
})

test.each([
  ['least that no card can be charged', { leastMinor: 20 }, 'leastMinor'],
  ['least above the most', { leastMinor: 500, mostMinor: 400 }, 'mostMinor'],
  ['suggestion below the least', { leastMinor: 500, suggestedMinor: 400 }, 'suggestedMinor'],
  ['suggestion above the most', { leastMinor: 0, suggestedMinor: 900, mostMinor: 800 }, 'suggestedMinor'],
  ['most that no card can be charged', { leastMinor: 0, mostMinor: 1e12 }, 'mostMinor'],
])('a chosen price with a %s is refused', (_what, bounds, field) => {
  const terms = { price: { kind: 'chosen', ...bounds } } as const
  const show = { currency: 'EUR', ticketTypes: [{ name: 'Gift', priceMinor: 0, terms }] }
  expect(refusePrices(show)).toMatchObject({ field: `/ticketTypes/0/price/${field}` })
})

test('a chosen price from nothing on, or of one amount alone, is fine', () => {
  for (const bounds of [{ leastMinor: 0 }, { leastMinor: 500, suggestedMinor: 500, mostMinor: 500 }]) {
    const terms = { price: { kind: 'chosen', ...bounds } } as const
    const show = { currency: 'EUR', ticketTypes: [{ name: 'Gift', priceMinor: 0, terms }] }
    expect(refusePrices(show)).toBeNull()
  }
})
