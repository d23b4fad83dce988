// Money as people type it, into minor units. Digits only, no floating point. Pure.
import { currencyExponent } from '@holdfast/contract/currency'

/**
 * "45", "45.5", "45,50" → 4500, 4550, 4550. Null when it is no amount, or finer than the currency.
 */
export function parseAmount(text: string, currency: string): number | null {
  const match = /^\s*(\d{1,8})(?:[.,](\d{0,3}))?\s*$/.exec(text)
  if (!match?.[1]) return null
  const digits = currencyExponent(currency)
  const fraction = match[2] ?? ''
  if (fraction.length > digits) return null
  const amount = Number(`${match[1]}${fraction.padEnd(digits, '0')}`)
  return amount <= 99_999_999 ? amount : null
}

export function amountText(amountMinor: number, currency: string): string {
  const digits = currencyExponent(currency)
  const text = String(amountMinor).padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
