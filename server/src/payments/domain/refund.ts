// A refund of captured money. The organiser asked for it, or no order takes the money, or it was
// made at the processor itself. Pure.
import type { Money } from '@holdfast/contract'

/** `requested`: stored. The processor was not asked yet, or a crash lost its answer. */
export type RefundStatus = 'requested' | 'pending' | 'succeeded' | 'failed' | 'unknown'

export interface Refund {
  readonly id: string
  readonly paymentId: string
  readonly orderId: string
  readonly amount: Money
  readonly origin: 'organiser' | 'return' | 'late_money' | 'processor'
  readonly reason: string | null
  readonly status: RefundStatus
  readonly processorId: string | null
  readonly failureCode: string | null
  readonly createdAt: string
}

/** A refund as the processor shows it. */
export interface RefundSeen {
  readonly processorId: string
  /** Our id, from the metadata. Null for a refund that was made at the processor. */
  readonly refundId: string | null
  readonly amountMinor: number
  readonly status: 'pending' | 'succeeded' | 'failed'
  readonly failureCode: string | null
}

export function isUnsettled(refund: Refund): boolean {
  return refund.status === 'requested' || refund.status === 'unknown' || refund.status === 'pending'
}

/**
 * Whether `seen` tells more than the row knows. A success may still turn into a failure; a failure
 * is final.
 */
export function isRefundNews(refund: Pick<Refund, 'status' | 'processorId'>, seen: RefundSeen): boolean {
  if (refund.status === 'failed' || (refund.status === 'succeeded' && seen.status === 'pending')) return false
  return refund.status !== seen.status || refund.processorId !== seen.processorId
}

/** What may still be refunded of money that was captured. */
export function refundableMinor(
  capturedMinor: number,
  refunds: readonly Pick<Refund, 'status' | 'amount'>[],
): number {
  let left = capturedMinor
  for (const refund of refunds) if (refund.status !== 'failed') left -= refund.amount.amountMinor
  return left
}
