// Sums of money are exact, of one currency, and refuse what they cannot hold.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addMoney, currencyExponent, type Money } from './money.ts'

const amounts = fc.array(
  fc.record({ amountMinor: fc.nat({ max: 99_999_999 }), currency: fc.constant('EUR') }),
  { maxLength: 50 },
)

test('a sum is exact and does not depend on the order', () => {
  fc.assert(
    fc.property(amounts, (list) => {
      const exact = list.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n)
      expect(addMoney('EUR', list)).toEqual({ amountMinor: Number(exact), currency: 'EUR' })
      expect(addMoney('EUR', list.toReversed())).toEqual(addMoney('EUR', list))
    }),
  )
})

test('currencies do not mix', () => {
  const mixed: Money[] = [
    { amountMinor: 1, currency: 'EUR' },
    { amountMinor: 1, currency: 'USD' },
  ]
  expect(() => addMoney('EUR', mixed)).toThrow(RangeError)
  expect(addMoney('USD', [])).toEqual({ amountMinor: 0, currency: 'USD' })
})

test('what a number cannot hold exactly is refused, also when the sum comes back', () => {
  const most = { amountMinor: Number.MAX_SAFE_INTEGER, currency: 'EUR' }
  expect(addMoney('EUR', [most])).toEqual(most)
  expect(() => addMoney('EUR', [most, { amountMinor: 1, currency: 'EUR' }])).toThrow(RangeError)
  expect(() => addMoney('EUR', [{ amountMinor: 0.1, currency: 'EUR' }])).toThrow(RangeError)
  expect(() => addMoney('EUR', [{ amountMinor: Number.NaN, currency: 'EUR' }])).toThrow(RangeError)
  const beyond = { amountMinor: 2 ** 53 + 2, currency: 'EUR' }
  expect(() => addMoney('EUR', [beyond, { amountMinor: -(2 ** 53), currency: 'EUR' }])).toThrow(RangeError)
})

test.each([
  ['EUR', 2],
  ['USD', 2],
  ['JPY', 0],
  ['KRW', 0],
  ['KWD', 3],
  ['TND', 3],
  ['ISK', 2],
  ['UGX', 2],
  ['HUF', 2],
] as const)('%s has %i digits after the point', (currency, digits) =>
  expect(currencyExponent(currency)).toBe(digits),
)
