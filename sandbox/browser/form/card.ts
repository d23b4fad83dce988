// Reading a typed card: brand, grouping of digits, and what is still wrong. Pure, no page.
import type { Field } from '../protocol.ts'

export type { Field }
export type Brand = 'visa' | 'mastercard' | 'amex' | 'discover' | 'diners' | 'jcb' | 'unionpay' | 'unknown'
export type Typed = Record<Field, string>

export const NOTHING: Typed = { number: '', expiry: '', cvc: '', postal: '' }

const BRANDS: [RegExp, Brand][] = [
  [/^4/, 'visa'],
  [/^(5[1-5]|2[2-7])/, 'mastercard'],
  [/^3[47]/, 'amex'],
  [/^(6011|65|64[4-9])/, 'discover'],
  [/^(30[0-5]|36|38|39)/, 'diners'],
  [/^35/, 'jcb'],
  [/^62/, 'unionpay'],
]

export function brandOf(digits: string): Brand {
  return BRANDS.find(([pattern]) => pattern.test(digits))?.[1] ?? 'unknown'
}

export function lengthOf(brand: Brand): number {
  if (brand === 'amex') return 15
  return brand === 'diners' ? 14 : 16
}

/** Without a number nobody knows whether three digits or four are wanted. */
export function cvcLengthOf(brand: Brand): { least: number; most: number } {
  if (brand === 'amex') return { least: 4, most: 4 }
  return { least: 3, most: brand === 'unknown' ? 4 : 3 }
}

export function digitsOf(typed: string): string {
  return typed.replace(/\D/g, '')
}

export function groupDigits(digits: string): string {
  const brand = brandOf(digits)
  const sizes = brand === 'amex' ? [4, 6, 5] : brand === 'diners' ? [4, 6, 4] : [4, 4, 4, 4]
  const groups: string[] = []
  let at = 0
  for (const size of sizes) {
    if (at >= digits.length) break
    groups.push(digits.slice(at, at + size))
    at += size
  }
  return groups.join(' ')
}

/** "1/29", "129" and "12 2029" all mean a month and a year. */
export function groupExpiry(typed: string): string {
  const lead = /^[2-9]/.test(typed) || /^1\s*\//.test(typed) ? `0${typed}` : typed
  const digits = digitsOf(lead)
  const year = digits.length > 4 ? digits.slice(-2) : digits.slice(2, 4)
  return digits.length >= 2 ? `${digits.slice(0, 2)} / ${year}`.trimEnd() : digits
}

export function luhnValid(digits: string): boolean {
  let sum = 0
  ;[...digits].toReversed().forEach((digit, index) => {
    const doubled = index % 2 === 1 ? Number(digit) * 2 : Number(digit)
    sum += doubled > 9 ? doubled - 9 : doubled
  })
  return sum % 10 === 0
}

function expiryProblem(typed: string, now: Date): string | undefined {
  const [month = '', year = ''] = typed.split(' / ')
  if (month.length < 2 || year.length < 2) return 'incomplete_expiry'
  if (Number(month) < 1 || Number(month) > 12) return 'invalid_expiry_month'
  const end = (2000 + Number(year)) * 12 + Number(month)
  return end < now.getFullYear() * 12 + now.getMonth() + 1 ? 'invalid_expiry_year_past' : undefined
}

export function problemOf(field: Field, typed: Typed, brand: Brand, now: Date): string | undefined {
  switch (field) {
    case 'number': {
      const digits = digitsOf(typed.number)
      if (digits.length < lengthOf(brandOf(digits))) return 'incomplete_number'
      return luhnValid(digits) ? undefined : 'invalid_number'
    }
    case 'expiry':
      return expiryProblem(typed.expiry, now)
    case 'cvc':
      return typed.cvc.length < cvcLengthOf(brand).least ? 'incomplete_cvc' : undefined
    case 'postal':
      return typed.postal.trim().length < 3 ? 'incomplete_zip' : undefined
  }
}
