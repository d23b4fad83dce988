// The lines of the processor's ledger: what each charge, refund, dispute, transfer and payout did
// to the balance. No IO.
import type Stripe from 'stripe'
import { DAY_SECONDS } from '../core/clock.ts'
import { decimalsOf } from '../core/currency.ts'
import { newId } from '../core/ids.ts'
import type { BalanceTransaction } from './kinds.ts'

export interface LedgerLine {
  type: BalanceTransaction['type']
  category: string
  source: string
  amount: number
  fee: number
  feeText?: string
  /** The part of `fee` that goes to the platform. */
  applicationFee?: number
  currency: string
  description: string | null
  /** Money that cannot be paid out before this long. */
  pendingSeconds: number
}

export const PENDING_SECONDS = 2 * DAY_SECONDS

/** 2.9 % and thirty of the smaller unit (nothing fixed where the currency has none). */
export function cardFee(amount: number, currency: string): number {
  const fixed = decimalsOf(currency) === 0 ? 0 : 30
  return Math.min(amount, Math.round((amount * 29) / 1000) + fixed)
}

export const DISPUTE_FEE = 1500

/** The platform, as its connected accounts see it. */
export const APPLICATION = 'ca_holdfast'

function feeDetails(line: LedgerLine): BalanceTransaction['fee_details'] {
  const { applicationFee = 0, currency } = line
  const own = { amount: line.fee - applicationFee, application: null, currency, type: 'stripe_fee' }
  const platform = { amount: applicationFee, application: APPLICATION, currency, type: 'application_fee' }
  return [
    { ...own, description: line.feeText ?? 'Stripe processing fees' },
    { ...platform, description: 'Holdfast sandbox application fee' },
  ].filter(({ amount }) => amount !== 0)
}

export function newBalanceTransaction(line: LedgerLine, now: number): BalanceTransaction {
  return {
    id: newId('txn'),
    object: 'balance_transaction',
    amount: line.amount,
    // Whole days, so that a balance is the sum of a few days and never of all its lines.
    available_on:
      line.pendingSeconds === 0
        ? now
        : (Math.floor(now / DAY_SECONDS) + 1) * DAY_SECONDS + line.pendingSeconds,
    balance_type: 'payments',
    created: now,
    currency: line.currency,
    description: line.description,
    exchange_rate: null,
    fee: line.fee,
    fee_details: feeDetails(line),
    net: line.amount - line.fee,
    reporting_category: line.category,
    source: line.source,
    status: line.pendingSeconds > 0 ? 'pending' : 'available',
    type: line.type,
  } satisfies Stripe.BalanceTransaction
}
