// The ledger's entries, one for each thing that happens to money. An entry moves an amount from the credited to the
// debited account, so that it sums to zero by its shape. Entries are never changed; a correction is another entry.
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
  /** The payment or refund it tells of: each kind once for each. */
  readonly sourceId: string
  readonly kind: EntryKind
  readonly paymentId: string
  readonly orderId: string
  readonly debit: string
  readonly credit: string
  readonly currency: string
  /** Taken. */
  readonly postedMinor: number
  /** Set aside: grows with an authorization, shrinks when that is captured or voided. */
  readonly pendingMinor: number
}

/** What the processor holds for us. */
const processorBalance = 'processor_balance'
/** Money taken before the order answered, or for an order that is gone. Zero at rest. */
const lateMoney = 'clearing:late_money'
/** Refunds on their way. Zero at rest. */
const refundsUnderway = 'clearing:refunds'

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

export function postAuthorization(payment: Payment): LedgerEntry {
  const { amountMinor } = payment.amount
  return entry(payment, 'authorize', { debit: processorBalance, credit: payableOf(payment), pendingMinor: amountMinor })
}

/** Gives back what was set aside; nothing when nothing was. */
export function postVoid(payment: Payment): LedgerEntry[] {
  if (payment.authorizedMinor === 0) return []
  return [entry(payment, 'void', { debit: processorBalance, credit: payableOf(payment), pendingMinor: -payment.authorizedMinor })]
}

/** Money taken for an order that accepted it, or else into the clearing account. `payment` is the one before. */
export function postCapture(payment: Payment, capturedMinor: number): LedgerEntry[] {
  if (payment.claim === 'won') {
    const pendingMinor = -payment.authorizedMinor
    return [
      entry(payment, 'capture', {
        debit: processorBalance,
        credit: payableOf(payment),
        postedMinor: capturedMinor,
        pendingMinor,
      }),
    ]
  }
  const late = entry(payment, 'late_capture', { debit: processorBalance, credit: lateMoney, postedMinor: capturedMinor })
  return [...postVoid(payment), late]
}

/** The order accepted money that was taken before it answered. */
export function postClaim(payment: Payment): LedgerEntry {
  return entry(payment, 'claim', { debit: lateMoney, credit: payableOf(payment), postedMinor: payment.capturedMinor })
}

function sourceOf(payment: Payment): string {
  return payment.claim === 'won' ? payableOf(payment) : lateMoney
}

export function postRefundRequest(payment: Payment, refund: Refund): LedgerEntry {
  const move = { debit: sourceOf(payment), credit: refundsUnderway, postedMinor: refund.amount.amountMinor, sourceId: refund.id }
  return entry(payment, 'refund_request', move)
}

/** What a change of a refund's state means for money. */
export function postRefundChange(payment: Payment, before: Refund, after: Refund): LedgerEntry[] {
  if (before.status === after.status) return []
  const move = { postedMinor: after.amount.amountMinor, sourceId: after.id }
  if (after.status === 'succeeded')
    return [entry(payment, 'refund', { debit: refundsUnderway, credit: processorBalance, ...move })]
  if (after.status !== 'failed') return []
  // A refund that had succeeded and comes back: the money is with us again and owed as before.
  if (before.status === 'succeeded')
    return [entry(payment, 'refund_return', { debit: processorBalance, credit: sourceOf(payment), ...move })]
  return [entry(payment, 'refund_failure', { debit: refundsUnderway, credit: sourceOf(payment), ...move })]
}
