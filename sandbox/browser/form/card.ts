// Reading a typed card: brand, grouping of digits, and what is still wrong. Pure, no page.

export type Brand = 'visa' | 'mastercard' | 'amex' | 'discover' | 'jcb' | 'unknown'

export function brandOf(digits: string): Brand {
  if (digits.startsWith('4')) return 'visa'
  if (/^(5[1-5]|2[2-7])/.test(digits)) return 'mastercard'
  if (/^3[47]/.test(digits)) return 'amex'
  if (/^(6011|65|64[4-9])/.test(digits)) return 'discover'
  if (digits.startsWith('35')) return 'jcb'
  return 'unknown'
}

export function lengthOf(brand: Brand): number {
  return brand === 'amex' ? 15 : 16
}

export function cvcLengthOf(brand: Brand): number {
  return brand === 'amex' ? 4 : 3
}

export function groupDigits(digits: string): string {
  const sizes = brandOf(digits) === 'amex' ? [4, 6, 5] : [4, 4, 4, 4]
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
  const digits = lead.replace(/\D/g, '')
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

export interface Typed {
  number: string
  expiry: string
  cvc: string
}
export type Field = keyof Typed

export function problemOf(field: Field, typed: Typed, now: Date): string | undefined {
  const digits = typed.number.replace(/\D/g, '')
  const brand = brandOf(digits)
  if (field === 'number') {
    if (digits.length < lengthOf(brand)) return 'incomplete_number'
    return luhnValid(digits) ? undefined : 'invalid_number'
  }
  if (field === 'cvc') return typed.cvc.length < cvcLengthOf(brand) ? 'incomplete_cvc' : undefined
  const [month = '', year = ''] = typed.expiry.split(' / ')
  if (month.length < 2 || year.length < 2) return 'incomplete_expiry'
  if (Number(month) < 1 || Number(month) > 12) return 'invalid_expiry_month'
  const end = (2000 + Number(year)) * 12 + Number(month)
  return end < now.getFullYear() * 12 + now.getMonth() + 1 ? 'invalid_expiry_year_past' : undefined
}
