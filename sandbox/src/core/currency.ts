// Checks currencies and amounts against the table, in the processor's words.
import { CURRENCIES, type CurrencyRule } from './currencies.ts'
import { type ApiError, invalidRequest } from './errors.ts'

function ruleFor(currency: string): CurrencyRule {
  const rule = CURRENCIES.get(currency)
  if (rule === undefined) throw new Error(`no rule for the currency ${currency}`)
  return rule
}

export function decimalsOf(currency: string): number {
  // Objects of a currency that has since left the table can still be shown.
  return CURRENCIES.get(currency)?.digits ?? 2
}

/** `$20.00`-like text for messages. */
export function spoken(amount: number, currency: string): string {
  const digits = decimalsOf(currency)
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  const number = (amount / 10 ** digits).toLocaleString('en-US', format)
  const sign = { usd: '$', eur: '€', gbp: '£', jpy: '¥' }[currency]
  return sign === undefined ? `${number} ${currency}` : `${sign}${number}`
}

export function checkCurrency(currency: string): string {
  const lower = currency.toLowerCase()
  if (!CURRENCIES.has(lower)) {
    throw invalidRequest(
      `Invalid currency: ${currency.slice(0, 20)}. Stripe currently supports these currencies: ${[...CURRENCIES.keys()].join(', ')}`,
      { param: 'currency' },
    )
  }
  return lower
}

function notWhole(currency: string, step: number, param: string): ApiError {
  const digits = String(step).length - 1
  return invalidRequest(
    `Invalid amount: ${currency.toUpperCase()} amounts must be divisible by ${step} (the last ${digits === 1 ? 'digit' : `${digits} digits`} must be 0).`,
    { code: 'invalid_charge_amount', param },
  )
}

/** Amounts that no card network can carry, whatever the payment they are part of. */
export function checkStep(amount: number, currency: string, param = 'amount'): void {
  const { step } = ruleFor(currency)
  if (amount % step !== 0) throw notWhole(currency, step, param)
}

export function checkPayoutStep(amount: number, currency: string): void {
  const { payoutStep } = ruleFor(currency)
  if (amount % payoutStep !== 0) throw notWhole(currency, payoutStep, 'amount')
}

export function checkLeast(amount: number, currency: string, param = 'amount'): void {
  const { least } = ruleFor(currency)
  if (amount >= least) return
  throw invalidRequest(`Amount must be at least ${spoken(least, currency)} ${currency}`, {
    code: 'amount_too_small',
    param,
  })
}

export function checkAmount(amount: number, currency: string): void {
  const most = 10 ** ruleFor(currency).mostDigits - 1
  if (amount > most) {
    throw invalidRequest(`Amount must be no more than ${spoken(most, currency)}`, {
      code: 'amount_too_large',
      param: 'amount',
    })
  }
  checkLeast(amount, currency)
  checkStep(amount, currency)
}
