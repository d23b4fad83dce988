// A refund of captured money: asked for by the organiser, owed because nobody gets an order for it, or made at the
// processor itself. Pure.
import type { Money } from '@holdfast/contract'

/** `requested`: the intent is stored, the processor not yet asked or its answer lost on the way. */
export type RefundStatus = 'requested' | 'pending' | 'succeeded' | 'failed' | 'unknown'

export interface Refund {
  readonly id: string
  readonly paymentId: string
  readonly orderId: string
  readonly amount: Money
  readonly origin: 'organiser' | 'late_money' | 'processor'
  readonly reason: string | null
  readonly status: RefundStatus
  readonly processorId: string | null
  readonly failureCode: string | null
  readonly createdAt: string
}

/** A refund as the processor shows it. */
export interface RefundSeen {
  readonly processorId: string
  /** Ours, from the metadata; null for a refund made at the processor. */
  readonly refundId: string | null
  readonly amountMinor: number
  readonly status: 'pending' | 'succeeded' | 'failed'
  readonly failureCode: string | null
}

export function isUnsettled(refund: Refund): boolean {
  return refund.status === 'requested' || refund.status === 'unknown' || refund.status === 'pending'
}

/** The refund after a look at the processor; the same object when nothing is new. A success may still turn to failure. */
export function observeRefund(refund: Refund, seen: RefundSeen): Refund {
  if (refund.status === 'failed') return refund
  if (refund.status === 'succeeded' && seen.status === 'pending') return refund
  if (refund.status === seen.status && refund.processorId === seen.processorId) return refund
  return { ...refund, status: seen.status, processorId: seen.processorId, failureCode: seen.failureCode }
}
