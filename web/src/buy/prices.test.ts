// Which prices a buyer sees, and which of them have changed.
import type { Availability, ShowView } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { atPrices, changedPrices, pricesOf } from './prices.ts'

const show = {
  currency: 'EUR',
  ticketTypes: [
    { id: 'standing', name: 'Standing', priceMinor: 2500, capacity: 5 },
    { id: 'stalls', name: 'Stalls', priceMinor: 4000, capacity: 5 },
  ],
} as unknown as ShowView
const stock = (...prices: (readonly [string, number])[]) =>
  ({
    ticketTypes: prices.map(([id, priceMinor]) => ({ id, priceMinor, available: 5, held: 0, sold: 0 })),
  }) as Availability

test.each([
  ['nothing is known yet', undefined, []],
  ['the prices are the same', stock(['standing', 2500], ['stalls', 4000]), []],
  ['one is higher', stock(['standing', 2800], ['stalls', 4000]), [['Standing', 2500, 2800]]],
  ['one is lower', stock(['standing', 2500], ['stalls', 3000]), [['Stalls', 4000, 3000]]],
  ['one is free now', stock(['standing', 0]), [['Standing', 2500, 0]]],
  [
    'both are others',
    stock(['stalls', 1], ['standing', 2]),
    [
      ['Standing', 2500, 2],
      ['Stalls', 4000, 1],
    ],
  ],
  ['a type is new, and the page does not know it', stock(['balcony', 9900]), []],
] as const)('when %s', (_when, availability, expected) => {
  const now = atPrices(show, pricesOf(availability))
  const changed = changedPrices(now, pricesOf(show))
  expect(changed.map(({ name, beforeMinor, nowMinor }) => [name, beforeMinor, nowMinor])).toEqual(expected)
  expect(now === show).toBe(expected.length === 0)
  expect(changedPrices(show, pricesOf(show))).toEqual([])
})
