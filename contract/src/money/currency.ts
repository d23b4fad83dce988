// What a currency allows, out of the one table. Imports no library, so that a page can read it
// without loading the schema library.
import { CURRENCIES, type CurrencyRule } from './currencies.ts'

/** Codes as the shop writes them, in upper case. */
export const supportedCurrencies: readonly string[] = [...CURRENCIES.keys()]
  .map((code) => code.toUpperCase())
  .toSorted()

export function currencyRule(currency: string): CurrencyRule | undefined {
  return CURRENCIES.get(currency.toLowerCase())
}

/**
 * Digits after the decimal point in the currency's minor unit, as the card processor counts them.
 */
export function currencyExponent(currency: string): 0 | 2 | 3 {
  // What was sold in a currency that has since left the table is still shown.
  return currencyRule(currency)?.digits ?? 2
}

/** The most that a card can be charged at once, in minor units. */
export function mostMinor({ mostDigits, step }: CurrencyRule): number {
  return 10 ** mostDigits - step
}

/** More than any card can be charged, in any currency. */
export const mostOfAnyCurrency = Math.max(...[...CURRENCIES.values()].map(mostMinor))

export type AmountFault = 'currency' | 'least' | 'most' | 'step'

/** Why no card can be charged this amount, or null. Nothing at all needs no card. */
export function amountFault(amountMinor: number, currency: string): AmountFault | null {
  const rule = currencyRule(currency)
  if (!rule) return 'currency'
  if (amountMinor === 0) return null
  if (amountMinor > mostMinor(rule)) return 'most'
  if (amountMinor % rule.step !== 0) return 'step'
  return amountMinor < rule.least ? 'least' : null
}
