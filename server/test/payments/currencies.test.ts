// The shop and the card sandbox agree on what can be charged, in every currency and at every edge.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { amountFault, currencyRule, mostMinor, supportedCurrencies } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { checkAmount, checkCurrency } from '../../../sandbox/src/core/currency.ts'

const root = join(import.meta.dirname, '..', '..', '..')

test('there is one table of currencies: the copies are the same, byte for byte', async () => {
  const read = (path: string) => readFile(join(root, path), 'utf8')
  expect(await read('contract/src/money/currencies.ts')).toBe(await read('sandbox/src/core/currencies.ts'))
})

function takenBySandbox(amountMinor: number, currency: string): boolean {
  try {
    checkAmount(amountMinor, checkCurrency(currency))
    return true
  } catch {
    return false
  }
}

/** Those that Intl knows, and so also many that no card has. */
const all = [...new Set([...Intl.supportedValuesOf('currency'), ...supportedCurrencies])]

test.each(all)('%s', (currency) => {
  const { least, step, ...rest } = currencyRule(currency) ?? { least: 50, step: 1, mostDigits: 8 as const }
  const most = mostMinor({ least, step, digits: 2, payoutStep: 1, ...rest })
  const edges = [
    least - step,
    least,
    least + step,
    least + 1,
    least + 5,
    least + 50,
    most - 1,
    most,
    most + 1,
  ]
  for (const amount of edges.filter((minor) => minor > 0)) {
    expect(amountFault(amount, currency) === null, `${currency} ${amount}`).toBe(
      takenBySandbox(amount, currency),
    )
  }
})
