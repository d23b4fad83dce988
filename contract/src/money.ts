// Money: integer minor units and an ISO 4217 currency. Never a float, never a sum across currencies.
import { Type, type Static } from 'typebox'

/** The largest amount a card processor takes: eight digits of minor units. */
export const maxAmountMinor = 99_999_999

export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code, upper case' })

export const Money = Type.Object(
  { amountMinor: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), currency: Currency },
  { additionalProperties: false },
)
export type Money = Static<typeof Money>

const zeroDecimal = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '))
const threeDecimal = new Set('BHD IQD JOD KWD OMR TND'.split(' '))

/** Digits after the decimal point in the currency's minor unit, as the card processor counts them. */
export function currencyExponent(currency: string): 0 | 2 | 3 {
  if (zeroDecimal.has(currency)) return 0
  return threeDecimal.has(currency) ? 3 : 2
}

/** Adds amounts of one currency; throws when currencies mix or the sum leaves the safe integers. */
export function addMoney(currency: string, amounts: readonly Money[]): Money {
  let amountMinor = 0
  for (const amount of amounts) {
    if (amount.currency !== currency) throw new RangeError(`cannot add ${amount.currency} to ${currency}`)
    amountMinor += amount.amountMinor
  }
  if (!Number.isSafeInteger(amountMinor)) throw new RangeError('sum of money is not a safe integer')
  return { amountMinor, currency }
}
