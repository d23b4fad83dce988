// Payments and refunds as buyers and organisers see them. Buyers never see that their card is
// listed as stolen.
import type { PaymentView, RefundView } from '@holdfast/contract'
import { named } from '../domain/facts.ts'
import type { Payment } from '../domain/payment.ts'
import type { Refund } from '../domain/refund.ts'
import type { Intent } from '../processor/port.ts'

/** Codes that would tell a thief what the bank knows. */
const softened = new Set([
  'lost_card',
  'stolen_card',
  'pickup_card',
  'restricted_card',
  'fraudulent',
  'merchant_blacklist',
  'security_violation',
])

export function declineCodeFor(payment: Payment): string {
  const code = payment.declineCode ?? 'generic_decline'
  return softened.has(code) ? 'generic_decline' : code
}

export function paymentView(payment: Payment, intent: Intent | null): PaymentView {
  const { id, orderId, amount } = payment
  // The process at the first step may have crashed. For the buyer, the outcome is unknown.
  const status = payment.status === 'started' ? 'unknown' : payment.status
  const view: PaymentView = { id, orderId, status, amount, ...named(payment.tender) }
  if (status === 'declined') return { ...view, declineCode: declineCodeFor(payment) }
  if (status !== 'requires_action' || !intent) return view
  return {
    ...view,
    ...(intent.clientSecret === null ? {} : { clientSecret: intent.clientSecret }),
    ...(intent.nextAction === null ? {} : { nextAction: intent.nextAction }),
  }
}

export function refundView(refund: Refund): RefundView {
  const { id, orderId, paymentId, amount, reason, createdAt } = refund
  return {
    id,
    orderId,
    paymentId,
    amount,
    status: refund.status === 'requested' ? 'pending' : refund.status,
    reason,
    createdAt,
  }
}
