// Builds and changes refunds; every change returns a new body. No IO.
import type Stripe from 'stripe'
import { newId, randomText } from '../core/ids.ts'
import type { Charge, Refund } from './kinds.ts'

export interface NewRefund {
  charge: Charge
  amount: number
  reason: Refund['reason']
  metadata: Record<string, string>
  status: 'succeeded' | 'pending'
}

export function newRefund(input: NewRefund, now: number): Refund {
  const { charge } = input
  return {
    id: newId('re'),
    object: 'refund',
    amount: input.amount,
    balance_transaction: null,
    charge: charge.id,
    created: now,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      card: {
        reference_status: 'pending',
        reference_type: 'acquirer_reference_number',
        type: 'refund',
      },
      type: 'card',
    },
    metadata: input.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    ...(input.status === 'pending' ? { pending_reason: 'processing' as const } : {}),
    reason: input.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: input.status,
    transfer_reversal: null,
  } satisfies Stripe.Refund
}

export function succeededRefund(refund: Refund): Refund {
  const { pending_reason: _gone, ...rest } = refund
  return { ...rest, status: 'succeeded' }
}

/** The number by which the buyer's bank finds the refund comes some time after it. */
export function referencedRefund(refund: Refund): Refund {
  const { destination_details: details } = refund
  if (details?.card === undefined) return refund
  const card = { ...details.card, reference: randomText(10).toUpperCase(), reference_status: 'available' }
  return { ...refund, destination_details: { ...details, card } }
}

export function endedRefund(
  refund: Refund,
  status: 'failed' | 'canceled',
  balanceTransaction: string,
): Refund {
  const { pending_reason: _gone, ...rest } = refund
  return {
    ...rest,
    status,
    failure_balance_transaction: balanceTransaction,
    ...(status === 'failed' ? { failure_reason: 'expired_or_canceled_card' } : {}),
  }
}
