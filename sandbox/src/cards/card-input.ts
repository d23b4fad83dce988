// Checks a typed card as the processor does and keeps of it only what may be kept.
// The number itself must never reach an object, an error, a log or the store.
import { createHash } from 'node:crypto'
import { ApiError } from '../core/errors.ts'
import { DECLINES } from './declines.ts'
import { cardByNumber, type TestCard } from './test-cards.ts'

export interface CardInput {
  number?: string | undefined
  exp_month?: number | undefined
  exp_year?: number | undefined
  cvc?: string | undefined
}

export interface KnownCard {
  card: TestCard
  expMonth: number
  expYear: number
  cvcGiven: boolean
}

function cardError(code: string, message: string, param: string, declineCode?: string): ApiError {
  return new ApiError(402, {
    type: 'card_error',
    code,
    message,
    param,
    ...(declineCode === undefined ? {} : { decline_code: declineCode }),
  })
}

export function luhnValid(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

export function readExpiry(month: number, typed: number, now: number): { month: number; year: number } {
  if (month < 1 || month > 12)
    throw cardError('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month')
  const today = new Date(now * 1000)
  const year = typed < 100 ? 2000 + typed : typed
  const past =
    year < today.getUTCFullYear() || (year === today.getUTCFullYear() && month < today.getUTCMonth() + 1)
  if (past || year > today.getUTCFullYear() + 50)
    throw cardError('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year')
  return { month, year }
}

export function readCard(input: CardInput, now: number): KnownCard {
  const digits = (input.number ?? '').replace(/[\s-]/g, '')
  if (!/^\d{12,19}$/.test(digits) || !luhnValid(digits))
    throw cardError('incorrect_number', 'Your card number is incorrect.', 'number')
  const { month, year } = readExpiry(input.exp_month ?? 0, input.exp_year ?? 0, now)
  const card = cardByNumber(digits)
  const cvcPattern = card?.brand === 'amex' ? /^\d{3,4}$/ : /^\d{3}$/
  if (input.cvc !== undefined && !cvcPattern.test(input.cvc))
    throw cardError('invalid_cvc', "Your card's security code is invalid.", 'cvc')
  if (card === undefined)
    throw cardError(
      DECLINES.liveCard.code,
      DECLINES.liveCard.message,
      'number',
      DECLINES.liveCard.declineCode,
    )
  return { card, expMonth: month, expYear: year, cvcGiven: input.cvc !== undefined }
}

const fingerprints = new Map<string, string>()

/** The same card has the same fingerprint everywhere, and it does not lead back to the number. */
export function fingerprintOf(card: TestCard): string {
  let known = fingerprints.get(card.key)
  if (known === undefined) {
    known = createHash('sha256')
      .update(`fingerprint ${card.key}`)
      .digest('base64')
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .slice(0, 16)
    fingerprints.set(card.key, known)
  }
  return known
}
