// Money as people type it, into minor units. Digits only, no floating point. Pure.
import { currencyExponent, currencyRule, mostMinor } from '@holdfast/contract/currency'

/**
 * "45", "45.5", "45,50" → 4500, 4550, 4550. Null when it is no amount, finer than the currency has
 * on cards, or more than a card can be charged.
 */
export function parseAmount(text: string, currency: string): number | null {
  const match = /^\s*(\d{1,12})(?:[.,](\d{0,3}))?\s*$/.exec(text)
  const rule = currencyRule(currency)
  if (!match?.[1] || !rule) return null
  const fraction = match[2] ?? ''
  if (fraction.length > rule.digits) return null
  const amount = Number(`${match[1]}${fraction.padEnd(rule.digits, '0')}`)
  return amount <= mostMinor(rule) && amount % rule.step === 0 ? amount : null
}

export function amountText(amountMinor: number, currency: string): string {
  const digits = currencyExponent(currency)
  const text = String(amountMinor).padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
