// Money: integer minor units and an ISO 4217 currency. Never a float, never a sum across
// currencies.
import { type Static, Type } from 'typebox'

export * from './currency.ts'

export const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code, upper case' })

export const Money = Type.Object(
  { amountMinor: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), currency: Currency },
  { additionalProperties: false },
)
export type Money = Static<typeof Money>

/** Adds amounts of one currency; throws when currencies mix or the sum leaves the safe integers. */
export function addMoney(currency: string, amounts: readonly Money[]): Money {
  let amountMinor = 0
  for (const amount of amounts) {
    if (amount.currency !== currency) throw new RangeError(`cannot add ${amount.currency} to ${currency}`)
    amountMinor += amount.amountMinor
    // Looked at in each step: a sum that was rounded on the way may look exact at the end.
    const isExact = Number.isSafeInteger(amount.amountMinor) && Number.isSafeInteger(amountMinor)
    if (!isExact) throw new RangeError('sum of money is not a safe integer')
  }
  return { amountMinor, currency }
}
