// The rules of refunds: what may be refunded, how much, and why not. Pure.
import { spoken } from '../core/currency.ts'
import type { Charge } from '../objects/kinds.ts'

export interface RefundRefusal {
  message: string
  code?: string
  param?: string
}

export function refundRefusal(
  charge: Charge,
  amount: number | undefined,
  openDispute: boolean,
): RefundRefusal | undefined {
  if (!charge.paid)
    return {
      message: `This charge (${charge.id}) has failed and cannot be refunded.`,
      code: 'charge_not_refundable',
    }
  if (openDispute)
    return {
      message: `Charge ${charge.id} has been charged back; cannot issue a refund.`,
      code: 'charge_disputed',
    }
  const left = charge.amount - charge.amount_refunded
  if (left <= 0)
    return { message: `Charge ${charge.id} has already been refunded.`, code: 'charge_already_refunded' }
  if (amount !== undefined && amount > left) {
    return {
      message: `Refund amount (${spoken(amount, charge.currency)}) is greater than unrefunded amount on charge (${spoken(left, charge.currency)})`,
      param: 'amount',
    }
  }
  if (!charge.captured && amount !== undefined && amount !== left) {
    return {
      message:
        'You cannot partially refund an uncaptured charge. Instead, capture the charge for an amount less than the original amount.',
      param: 'amount',
    }
  }
  return undefined
}
