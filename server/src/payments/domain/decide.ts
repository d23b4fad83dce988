// Decides every command of payments. Starts and leases are decided here. Results of our calls, news
// of the order, and refunds have files of their own. Pure.

import { recordResult } from './calls.ts'
import type { Command, CommandOf, Decision, Records } from './commands.ts'
import { takeElsewhere } from './elsewhere.ts'
import { isPayable, noteOrder, type OrderTerms } from './known-order.ts'
import { noteCancelled, noteClaimed, rejectClaim } from './order-news.ts'
import { isHolding, isLeased, nextStep } from './payment.ts'
import { requestRefund } from './refund-decisions.ts'
import { lease } from './schedule.ts'

/** Cards that one order may try. More look like a test of stolen cards. */
export const maxDeclinesPerOrder = 10

export function decide(records: Records, command: Command, now: string): Decision {
  switch (command.type) {
    case 'StartPayment':
      return startPayment(records, command, now)
    case 'TakeElsewhere':
      return takeElsewhere(records, command, now)
    case 'TakeLease':
      return takeLease(records, command, now)
    case 'RequestRefund':
      return requestRefund(records, command)
    case 'NoteClaimRejected':
      return rejectClaim(records, command)
    case 'NoteOrderClaimed':
      return noteClaimed(records, command, now)
    case 'NoteOrderCancelled':
      return noteCancelled(records, command)
    case 'NoteOrderCreated':
    case 'NoteOrderExtended':
    case 'NoteOrderReopened':
    case 'NoteOrderCompleted':
      return { facts: noteOrder(records.orders.get(command.orderId), command), answer: { paymentId: '' } }
    default:
      return recordResult(records, command)
  }
}

function startPayment(records: Records, command: CommandOf<'StartPayment'>, now: string): Decision {
  const { paymentId, orderId, paymentMethod } = command
  const order = records.orders.get(orderId)
  if (!order?.terms || !mayPay(order.terms, command)) return { rejection: 'order_unknown' }
  if (!isPayable(order, now)) return { rejection: 'order_not_payable' }
  const siblings = records.siblingsByOrder.get(orderId) ?? []
  if (siblings.some(isHolding))
    return { rejection: 'order_not_payable', detail: 'another payment for this order is already authorized' }
  if (siblings.filter(({ status }) => status === 'declined').length >= maxDeclinesPerOrder)
    return { rejection: 'order_not_payable', detail: 'too many cards were declined for this order' }
  return {
    facts: [
      { type: 'PaymentOpened', data: { ...order.terms, paymentId, orderId, paymentMethod, tender: null } },
      { type: 'PaymentStarted', data: { orderId, paymentId } },
    ],
    answer: { paymentId },
  }
}

/** Its buyer, whoever reads their mails, or whoever came by a link in one. */
function mayPay(
  { buyerId, buyerEmail }: OrderTerms,
  { buyerId: payerId, formerIds = [], proved = [], byLink = false }: CommandOf<'StartPayment'>,
): boolean {
  const isBuyers = buyerId === payerId || formerIds.includes(buyerId)
  return isBuyers || byLink || (buyerEmail !== undefined && proved.includes(buyerEmail))
}

function takeLease(records: Records, { paymentId, look }: CommandOf<'TakeLease'>, now: string): Decision {
  const payment = records.payments.get(paymentId)
  if (!payment) return { rejection: 'payment_unknown' }
  const nothing: Decision = { facts: [], answer: { paymentId } }
  if (isLeased(payment, now)) return nothing
  const refunds = records.refundsByPayment.get(paymentId) ?? []
  const due = payment.nextAttemptAt !== null && payment.nextAttemptAt <= now
  const asked = (look || due) && payment.intentId !== null
  const next = nextStep(payment, records.orders.get(payment.orderId), refunds) ?? (asked ? 'retrieve' : null)
  // A refund that was tried is tried again anyway. A look that waited for it might wait for a day.
  const tried = next === 'refund' && !refunds.some(({ status }) => status === 'requested')
  const step = look && tried ? 'retrieve' : next
  if (step === null) return nothing
  const answer = step === 'retrieve' ? ({ paymentId, looks: true } as const) : { paymentId }
  return { facts: [lease(payment, step, refunds)], answer }
}
