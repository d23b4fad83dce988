// What news of an order means for its payments. A claim that was won is never undone here: only the
// processor's word that the intent is `canceled` does that.
import type { CommandOf, Decision, Records } from './commands.ts'
import { isElsewhere, takenAtCounter, takenElsewhere } from './elsewhere.ts'
import { chargeCreated, chargeFailed, type PaymentFact, paymentVoided } from './facts.ts'
import { noteOrder } from './known-order.ts'
import { isLeased, isOpen, type Payment } from './payment.ts'
import { refundLateMoney } from './refund-decisions.ts'
import { lease } from './schedule.ts'

export function noteClaimed(records: Records, note: CommandOf<'NoteOrderClaimed'>, now: string): Decision {
  const payment = paymentOf(records, note)
  const order = records.orders.get(note.orderId)
  const noted = noteOrder(order, note)
  const { paymentId, orderId, tendered } = note
  if (!payment && order?.terms && !records.payments.has(paymentId) && isElsewhere(tendered))
    return {
      facts: [...noted, ...takenAtCounter(order.terms, { paymentId, orderId, tendered })],
      answer: { paymentId },
    }
  if (!payment) return { rejection: 'payment_unknown' }
  return { facts: [...noted, ...acceptClaim(payment, now)], answer: { paymentId: payment.id } }
}

export function noteCancelled(records: Records, note: CommandOf<'NoteOrderCancelled'>): Decision {
  const noted = noteOrder(records.orders.get(note.orderId), note)
  const facts = noted.length > 0 ? [...noted, ...giveAllBack(records, note.orderId)] : []
  return { facts, answer: { paymentId: '' } }
}

export function rejectClaim(records: Records, command: CommandOf<'NoteClaimRejected'>): Decision {
  const payment = paymentOf(records, command)
  if (!payment) return { rejection: 'payment_unknown' }
  const facts = payment.claim === null ? giveBack(records, payment, command.reason) : []
  return { facts, answer: { paymentId: payment.id } }
}

function paymentOf({ payments }: Records, named: { readonly paymentId: string; readonly orderId: string }) {
  const payment = payments.get(named.paymentId)
  return payment?.orderId === named.orderId ? payment : undefined
}

function acceptClaim(payment: Payment, now: string): PaymentFact[] {
  const { id: paymentId, claim, status } = payment
  if (claim === 'won') return []
  if (claim === 'lost' || status === 'voided' || status === 'declined') return acceptTooLate(payment)
  if (payment.tender !== null) return takenElsewhere(payment)
  const won: PaymentFact = { type: 'ClaimSettled', data: { paymentId, claim: 'won', reason: null } }
  if (status !== 'captured') return [won]
  // Refunds made at the processor before this answer were not taken in yet. A holder of the lease
  // will take them in.
  const look = isLeased(payment, now) ? [] : [lease(payment, 'retrieve', [])]
  return [won, chargeCreated(payment, payment.capturedMinor), ...look]
}

/** The order accepted money that is already given back: it must hear that no money comes. */
function acceptTooLate(payment: Payment): PaymentFact[] {
  const { id: paymentId } = payment
  const reason = payment.reason ?? 'voided'
  const refused: PaymentFact = { type: 'CaptureRefused', data: { paymentId, reason: null } }
  // While the void is under way, its end tells the order.
  if (isOpen(payment)) return [{ type: 'ClaimSettled', data: { paymentId, claim: 'won', reason } }, refused]
  return payment.captureRefused ? [] : [refused, chargeFailed(payment, reason)]
}

function giveAllBack(records: Records, orderId: string): PaymentFact[] {
  const payments = (records.idsByOrder.get(orderId) ?? []).flatMap((id) => records.payments.get(id) ?? [])
  return payments
    .filter((payment) => payment.claim !== 'lost' && (isOpen(payment) || payment.status === 'captured'))
    .flatMap((payment) => giveBack(records, payment, 'order_cancelled'))
}

/**
 * No order takes this payment: held money is voided, taken money is refunded. What staff have in
 * their hands was never booked: they give it back.
 */
function giveBack(records: Records, payment: Payment, reason: string): PaymentFact[] {
  const { id: paymentId, claim, status, capturedMinor, tender } = payment
  const settled: PaymentFact = { type: 'ClaimSettled', data: { paymentId, claim: claim ?? 'lost', reason } }
  // Money that staff gave a complete order for is given back by staff only.
  if (tender !== null && status === 'captured') return []
  if (tender !== null)
    return [
      settled,
      { type: 'OutcomeKnown', data: { paymentId, status: 'voided', reason } },
      paymentVoided(payment, reason),
    ]
  if (status !== 'captured') return [settled]
  return [
    settled,
    ...refundLateMoney(payment, records.refundsByPayment.get(paymentId) ?? [], { capturedMinor, reason }),
  ]
}
