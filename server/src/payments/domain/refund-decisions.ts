// Decides refunds under the payment's row lock: never more than was captured, never twice, never over an open dispute.
import type { CommandOf, Decision, PaymentFact, World } from './commands.ts'
import { postRefundChange, postRefundRequest } from './ledger.ts'
import { type Payment, refundableMinor } from './payment.ts'
import { observeRefund, type Refund, type RefundSeen } from './refund.ts'
import { lease, proceed, retryLater, type Surroundings } from './schedule.ts'

export function decideRefundRequest(world: World, command: CommandOf<'RequestRefund'>, now: string): Decision {
  const { orderId, refundId, reason } = command
  const order = world.orders.get(orderId)
  if (!order?.terms || order.terms.organiserId !== command.organiserId) return { rejection: 'order_unknown' }
  const payments = (world.idsByOrder.get(orderId) ?? []).flatMap((id) => world.payments.get(id) ?? [])
  const payment = payments.find(({ claim, capturedMinor }) => claim === 'won' && capturedMinor > 0)
  if (!payment) return { rejection: 'nothing_to_refund' }
  const refunds = world.refundsByPayment.get(payment.id) ?? []
  const left = refundableMinor(payment, refunds)
  if (left <= 0) return { rejection: 'nothing_to_refund' }
  const amountMinor = command.amountMinor ?? left
  if (amountMinor <= 0 || amountMinor > left)
    return { rejection: 'refund_exceeds_charge', detail: `${left} left to refund, in minor units` }
  if (payment.disputed) return { rejection: 'payment_disputed' }
  const refund: Refund = {
    id: refundId,
    paymentId: payment.id,
    orderId,
    amount: { amountMinor, currency: payment.amount.currency },
    origin: 'organiser',
    reason,
    status: 'requested',
    processorId: null,
    failureCode: null,
    createdAt: now,
  }
  const facts: PaymentFact[] = [
    { type: 'RefundMoved', data: refund },
    { type: 'LedgerPosted', data: postRefundRequest(payment, refund) },
    ...proceed(payment, { order, refunds: [...refunds, refund], now }),
  ]
  return { facts, answer: { paymentId: payment.id, refundId } }
}

/** Takes in what the processor shows of this payment's refunds: ours, and those made at the processor itself. */
export function decideRefundsSeen(payment: Payment, command: CommandOf<'RecordRefunds'>, around: Surroundings): Decision {
  const facts: PaymentFact[] = []
  const importIds = [...command.importIds]
  let refunds = [...around.refunds]
  let after: Payment = { ...payment, disputed: command.disputed ?? payment.disputed }
  for (const seen of command.seen) {
    const known = refunds.find((refund) => refund.processorId === seen.processorId || refund.id === seen.refundId)
    const before = known ?? importRefund(payment, seen, importIds.shift(), around.now)
    if (!before) continue
    if (!known) facts.push({ type: 'LedgerPosted', data: postRefundRequest(payment, before) })
    const moved = observeRefund(before, seen)
    if (moved === before && known) continue
    refunds = [...refunds.filter(({ id }) => id !== moved.id), moved]
    after = countRefund(after, before, moved)
    facts.push({ type: 'RefundMoved', data: moved })
    for (const data of postRefundChange(payment, before, moved)) facts.push({ type: 'LedgerPosted', data })
    if (moved.status === 'succeeded' && before.status !== 'succeeded') facts.push(chargeRefunded(after, moved))
    if (moved.status === 'failed' && before.status === 'succeeded') facts.push(refundReturned(after, moved))
  }
  const rest = restOfLateMoney(after, refunds, { id: command.restId, now: around.now })
  if (rest) {
    refunds = [...refunds, rest]
    facts.push({ type: 'RefundMoved', data: rest }, { type: 'LedgerPosted', data: postRefundRequest(payment, rest) })
  }
  // Facts about the payment's version need the payment first.
  const news = facts.length > 0
  const settled = { ...after, attempts: news ? 0 : after.attempts + 1 }
  return { facts: [...proceed(settled, { ...around, refunds }), ...facts], answer: { paymentId: payment.id } }
}

/**
 * A refund made at the processor itself. Of a failed one no money ever moved. Before the claim is answered nobody knows yet of
 * whose money it is, nor could the order take it in: it is looked at again with the answer.
 */
function importRefund(payment: Payment, seen: RefundSeen, id: string | undefined, now: string): Refund | null {
  if (id === undefined || seen.status === 'failed' || payment.capturedMinor === 0 || payment.claim === null) return null
  return {
    id,
    paymentId: payment.id,
    orderId: payment.orderId,
    amount: { amountMinor: seen.amountMinor, currency: payment.amount.currency },
    origin: 'processor',
    reason: null,
    status: 'requested',
    processorId: seen.processorId,
    failureCode: null,
    createdAt: now,
  }
}

/**
 * The whole of late money was asked back and refused, because somebody gave back a part at the processor meanwhile: what is left
 * is a refund of its own, with its own key. Each asks for less than those that were refused, so that it comes to an end.
 */
function restOfLateMoney(
  payment: Payment,
  refunds: readonly Refund[],
  { id, now }: { readonly id: string | undefined; readonly now: string },
): Refund | null {
  const refused = refunds.filter(({ origin, status, processorId }) => {
    return origin === 'late_money' && status === 'failed' && processorId === null
  })
  const left = refundableMinor(payment, refunds)
  const [first] = refused
  if (id === undefined || !first || left <= 0 || refused.some(({ amount }) => amount.amountMinor <= left)) return null
  const amount = { ...first.amount, amountMinor: left }
  return { ...first, id, amount, status: 'requested', failureCode: null, createdAt: now }
}

function countRefund(payment: Payment, before: Refund, after: Refund): Payment {
  const was = before.status === 'succeeded' ? before.amount.amountMinor : 0
  const is = after.status === 'succeeded' ? after.amount.amountMinor : 0
  if (was === is) return payment
  const refundedMinor = payment.refundedMinor + is - was
  const full = refundedMinor >= payment.capturedMinor
  return { ...payment, refundedMinor, status: full ? 'refunded' : 'captured' }
}

/** What an event of a refund tells: the refund, and the sum of all. */
function refundTold({ orderId, id: paymentId, refundedMinor, amount: { currency } }: Payment, { id: refundId, amount }: Refund) {
  return { orderId, paymentId, refundId, amount, refundedTotal: { amountMinor: refundedMinor, currency } }
}

function chargeRefunded(payment: Payment, refund: Refund): PaymentFact {
  const full = payment.refundedMinor >= payment.capturedMinor
  return { type: 'ChargeRefunded', data: { ...refundTold(payment, refund), full } }
}

function refundReturned(payment: Payment, refund: Refund): PaymentFact {
  return { type: 'RefundReturned', data: refundTold(payment, refund) }
}

/** The processor refused the refund for good; the money stays where it was. Of late money, a look may show what is still there. */
export function decideRefundRefusal(payment: Payment, command: CommandOf<'RecordRefundRefusal'>, around: Surroundings): Decision {
  const answer = { paymentId: payment.id, refundId: command.refundId }
  const before = around.refunds.find(({ id }) => id === command.refundId)
  if (!before || before.processorId !== null) return { facts: retryLater(payment, around), answer }
  const failed: Refund = { ...before, status: 'failed', failureCode: command.code }
  const refunds = [...around.refunds.filter(({ id }) => id !== failed.id), failed]
  const facts: PaymentFact[] = [
    { type: 'RefundMoved', data: failed },
    ...postRefundChange(payment, before, failed).map((data) => ({ type: 'LedgerPosted', data }) as const),
    ...(failed.origin === 'late_money'
      ? lease(payment, 'retrieve', { ...around, refunds })
      : proceed(payment, { ...around, refunds })),
  ]
  return { facts, answer }
}
