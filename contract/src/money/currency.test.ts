// What each currency allows on cards.
import { expect, test } from 'vitest'
import { amountFault, currencyRule, mostMinor, mostOfAnyCurrency, supportedCurrencies } from './currency.ts'

test.each([
  ['CZK', 1_000, 'least'],
  ['CZK', 1_500, null],
  ['SEK', 100, 'least'],
  ['SEK', 300, null],
  ['HUF', 10_000, 'least'],
  ['HUF', 17_500, null],
  ['HRK', 5_000, 'currency'],
  ['LYD', 5_000, 'currency'],
  ['IQD', 5_000, 'currency'],
  ['BGN', 5_000, 'currency'],
  ['HRK', 0, 'currency'],
  ['IDR', 150_000_000, null],
  ['IDR', 999_999_999_999, null],
  ['IDR', 1_000_000_000_000, 'most'],
  ['COP', 9_999_999_999, null],
  ['INR', 1_000_000_000, 'most'],
  ['ISK', 99_000, null],
  ['ISK', 99_050, 'step'],
  ['ISK', 99_999_900, null],
  ['ISK', 100_000_000, 'most'],
  ['UGX', 550, 'step'],
  ['KWD', 5_120, null],
  ['KWD', 5_124, 'step'],
  ['BHD', 1_005, 'step'],
  ['JPY', 49, 'least'],
  ['JPY', 50, null],
  ['EUR', 49, 'least'],
  ['EUR', 50, null],
  ['EUR', 99_999_999, null],
  ['EUR', 100_000_000, 'most'],
  ['EUR', 0, null],
  ['GBP', 30, null],
  ['eur', 50, null],
])('%s %i: %s', (currency, amountMinor, fault) => {
  expect(amountFault(amountMinor, currency)).toBe(fault)
})

test('every currency takes nothing, its least and its most, and all of them are written in upper case', () => {
  expect(supportedCurrencies.length).toBeGreaterThan(130)
  for (const currency of supportedCurrencies) {
    const rule = currencyRule(currency)
    if (!rule) throw new Error(`${currency} has no rule`)
    expect(currency).toMatch(/^[A-Z]{3}$/)
    for (const amount of [0, rule.least, mostMinor(rule)])
      expect(amountFault(amount, currency), `${currency} ${amount}`).toBeNull()
    expect(mostMinor(rule)).toBeLessThanOrEqual(mostOfAnyCurrency)
    expect(Number.isSafeInteger(100 * mostMinor(rule))).toBe(true)
  }
})
