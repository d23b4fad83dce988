// What facts book in the ledger. An entry moves an amount from the credited to the debited account,
// so it sums to zero by its shape. Entries never change; a correction is another entry.
import type { PaymentChange } from './facts.ts'
import type { Payment } from './payment.ts'
import type { Refund } from './refund.ts'

export type EntryKind =
  | 'authorize'
  | 'void'
  | 'capture'
  | 'late_capture'
  | 'claim'
  | 'refund_request'
  | 'refund'
  | 'refund_failure'
  | 'refund_return'

export interface LedgerEntry {
  /** The payment or refund. Each kind of entry exists at most once for it. */
  readonly sourceId: string
  readonly kind: EntryKind
  readonly paymentId: string
  readonly orderId: string
  readonly debit: string
  readonly credit: string
  readonly currency: string
  /** Money taken. */
  readonly postedMinor: number
  /** Money held: an authorization adds it, a capture or a void removes it. */
  readonly pendingMinor: number
}

/** Money that the processor keeps for us. */
const processorBalance = 'processor_balance'
/**
 * Money taken before the order answered, or for an order that is gone. Zero when all is settled.
 */
const lateMoney = 'clearing:late_money'
/** Refunds under way. Zero when all is settled. */
const refundsUnderway = 'clearing:refunds'

/** Where the money of a payment is, or who owes it. */
function keptBy({ tender, organiserId }: Payment): string {
  if (tender === null) return processorBalance
  return tender === 'on_account' ? `receivable:${organiserId}` : `taken_elsewhere:${organiserId}`
}

function payableOf({ organiserId }: Payment): string {
  return `organiser_payable:${organiserId}`
}

function entry(
  payment: Payment,
  kind: EntryKind,
  move: { debit: string; credit: string; postedMinor?: number; pendingMinor?: number; sourceId?: string },
): LedgerEntry {
  return {
    sourceId: move.sourceId ?? payment.id,
    kind,
    paymentId: payment.id,
    orderId: payment.orderId,
    debit: move.debit,
    credit: move.credit,
    currency: payment.amount.currency,
    postedMinor: move.postedMinor ?? 0,
    pendingMinor: move.pendingMinor ?? 0,
  }
}

/** What a fact books. `payment` is the payment before the fact. */
export function paymentEntries(payment: Payment, fact: PaymentChange): LedgerEntry[] {
  const { amount, authorizedMinor, capturedMinor, claim, status } = payment
  switch (fact.type) {
    case 'MoneyHeld':
      return [
        entry(payment, 'authorize', {
          debit: processorBalance,
          credit: payableOf(payment),
          pendingMinor: amount.amountMinor,
        }),
      ]
    case 'MoneyReleased':
      return voidOf(payment)
    case 'MoneyTaken': {
      const taken = { debit: keptBy(payment), postedMinor: fact.data.amountMinor }
      if (claim === 'won')
        return [
          entry(payment, 'capture', { ...taken, credit: payableOf(payment), pendingMinor: -authorizedMinor }),
        ]
      return [...voidOf(payment), entry(payment, 'late_capture', { ...taken, credit: lateMoney })]
    }
    case 'ClaimSettled':
      // The order accepted money that was taken before it answered.
      if (status !== 'captured' || claim !== null || fact.data.claim === 'lost') return []
      return [
        entry(payment, 'claim', { debit: lateMoney, credit: payableOf(payment), postedMinor: capturedMinor }),
      ]
    default:
      return []
  }
}

/** Releases what was held, if anything was. */
function voidOf(payment: Payment): LedgerEntry[] {
  if (payment.authorizedMinor === 0) return []
  return [
    entry(payment, 'void', {
      debit: processorBalance,
      credit: payableOf(payment),
      pendingMinor: -payment.authorizedMinor,
    }),
  ]
}

/** What a change of a refund books. `before` is missing if the refund is new. */
export function refundEntries(payment: Payment, before: Refund | undefined, after: Refund): LedgerEntry[] {
  if (before?.status === after.status) return []
  const source = payment.claim === 'won' ? payableOf(payment) : lateMoney
  const move = { postedMinor: after.amount.amountMinor, sourceId: after.id }
  if (!before) return [entry(payment, 'refund_request', { debit: source, credit: refundsUnderway, ...move })]
  if (after.status === 'succeeded')
    return [entry(payment, 'refund', { debit: refundsUnderway, credit: keptBy(payment), ...move })]
  if (after.status !== 'failed') return []
  // A refund that had succeeded comes back: we have the money again and owe it as before.
  if (before.status === 'succeeded')
    return [entry(payment, 'refund_return', { debit: processorBalance, credit: source, ...move })]
  return [entry(payment, 'refund_failure', { debit: refundsUnderway, credit: source, ...move })]
}
