// Decides every command of payments against the world of one batch. Pure. A claim that was won is never undone here:
// only the processor's word that the intent is `canceled` does that.
import type { Answer, Command, CommandOf, Decision, PaymentFact, Sibling, World } from './commands.ts'
import { isPayable, noteOrder } from './known-order.ts'
import { postClaim } from './ledger.ts'
import { chargeCreated, decideObservation, declinedReason, endedWithoutCharge, refundLateMoney } from './observe.ts'
import { isLeased, isOpen, nextStep, type Payment } from './payment.ts'
import { decideRefundRefusal, decideRefundRequest, decideRefundsSeen } from './refund-decisions.ts'
import { lease, proceed, retryLater, type Surroundings } from './schedule.ts'

/** Cards tried for one order: beyond this somebody is testing stolen ones. */
export const maxDeclinesPerOrder = 10

export function decide(world: World, command: Command, now: string): Decision {
  switch (command.type) {
    case 'StartPayment':
      return startPayment(world, command, now)
    case 'TakeLease':
      return takeLease(world, command, now)
    case 'RecordObservation':
    case 'RecordUnknown':
    case 'RecordRefusal':
    case 'RecordAbsence':
    case 'RecordRefunds':
    case 'RecordRefundRefusal':
      return record(world, command, now)
    case 'RequestRefund':
      return decideRefundRequest(world, command, now)
    case 'NoteClaimRejected':
      return noteClaimRejected(world, command, now)
    case 'NoteOrderClaimed':
      return noteClaimed(world, command, now)
    case 'NoteOrderCancelled':
      return noteCancelled(world, command, now)
    case 'NoteOrderCreated':
    case 'NoteOrderExtended':
    case 'NoteOrderReopened':
    case 'NoteOrderCompleted':
      return { facts: noted(world, command), answer: { paymentId: '' } }
  }
}

function aroundOf(world: World, payment: Payment, now: string): Surroundings {
  return { order: world.orders.get(payment.orderId), refunds: world.refundsByPayment.get(payment.id) ?? [], now }
}

/** An authorization that the order may have accepted or may still accept. */
function isHolding({ status, claim }: Sibling): boolean {
  if (status === 'authorized' || status === 'captured' || status === 'refunded') return claim !== 'lost'
  return status === 'unknown' && claim === 'won'
}

function startPayment(world: World, command: CommandOf<'StartPayment'>, now: string): Decision {
  const { paymentId, orderId, buyerId, paymentMethod } = command
  const order = world.orders.get(orderId)
  if (!order?.terms || order.terms.buyerId !== buyerId) return { rejection: 'order_unknown' }
  if (!isPayable(order, now)) return { rejection: 'order_not_payable' }
  const siblings = world.siblingsByOrder.get(orderId) ?? []
  if (siblings.some(isHolding))
    return { rejection: 'order_not_payable', detail: 'another payment for this order is already authorized' }
  const declined = siblings.filter(({ status }) => status === 'declined').length
  if (declined >= maxDeclinesPerOrder)
    return { rejection: 'order_not_payable', detail: 'too many cards were declined for this order' }
  const payment: Payment = {
    id: paymentId,
    orderId,
    buyerId,
    organiserId: order.terms.organiserId,
    amount: order.terms.amount,
    paymentMethod,
    status: 'started',
    step: 'create',
    intentId: null,
    intentStatus: null,
    chargeId: null,
    claim: null,
    askedVersion: null,
    authorizedMinor: 0,
    capturedMinor: 0,
    refundedMinor: 0,
    declineCode: null,
    reason: null,
    captureRefused: false,
    disputed: false,
    version: 0,
    fence: 0,
    leasedUntil: null,
    attempts: 0,
    nextAttemptAt: null,
    createdAt: now,
  }
  const started = { type: 'PaymentStarted', data: { orderId, paymentId } } as const
  return { facts: [...lease(payment, 'create', { order, refunds: [], now }), started], answer: { paymentId } }
}

function takeLease(world: World, { paymentId, look }: CommandOf<'TakeLease'>, now: string): Decision {
  const payment = world.payments.get(paymentId)
  if (!payment) return { rejection: 'payment_unknown' }
  const answer: Answer = { paymentId }
  if (isLeased(payment, now)) return { facts: [], answer }
  const around = aroundOf(world, payment, now)
  const due = payment.nextAttemptAt !== null && payment.nextAttemptAt <= now
  const asked = (look || due) && payment.intentId !== null
  const next = nextStep(payment, around.order, around.refunds) ?? (asked ? 'retrieve' : null)
  // A refund that was tried comes back by itself. A look that had to wait for it might wait for a day.
  const tried = next === 'refund' && !around.refunds.some(({ status }) => status === 'requested')
  const step = look && tried ? 'retrieve' : next
  if (step === null) return { facts: [], answer }
  return { facts: lease(payment, step, around), answer: step === 'retrieve' ? { ...answer, looks: true } : answer }
}

type RecordCommand = CommandOf<
  'RecordObservation' | 'RecordUnknown' | 'RecordRefusal' | 'RecordAbsence' | 'RecordRefunds' | 'RecordRefundRefusal'
>

/** Results count only for the holder of the lease: whoever came later has asked again and knows better. */
function record(world: World, command: RecordCommand, now: string): Decision {
  const payment = world.payments.get(command.paymentId)
  if (!payment) return { rejection: 'payment_unknown' }
  if (payment.fence !== command.fence) return { rejection: 'lease_lost' }
  const around = { ...aroundOf(world, payment, now), held: command.fence }
  switch (command.type) {
    case 'RecordObservation':
      return decideObservation(payment, command, around)
    case 'RecordUnknown':
      return recordUnknown(payment, command, around)
    case 'RecordRefusal':
      return close(payment, refusalOf(command), around)
    case 'RecordAbsence':
      return close(payment, { status: 'voided', reason: 'never_reached_processor' }, around)
    case 'RecordRefunds':
      return decideRefundsSeen(payment, command, around)
    case 'RecordRefundRefusal':
      return decideRefundRefusal(payment, command, around)
  }
}

function recordUnknown(payment: Payment, { step, refundId }: CommandOf<'RecordUnknown'>, around: Surroundings): Decision {
  const uncertain = isOpen(payment) && (step === 'create' || step === 'capture' || step === 'void')
  const after: Payment = uncertain ? { ...payment, status: 'unknown', step } : payment
  const refund = around.refunds.find(({ id, status }) => id === refundId && status === 'requested')
  const refunds: PaymentFact[] = refund ? [{ type: 'RefundMoved', data: { ...refund, status: 'unknown' } }] : []
  return { facts: [...refunds, ...retryLater(after, around)], answer: { paymentId: payment.id } }
}

/** A card that was declined, or a payment method that the processor does not take at all. */
function refusalOf({ code, card }: CommandOf<'RecordRefusal'>): Pick<Payment, 'status' | 'declineCode' | 'reason'> {
  return { status: 'declined', declineCode: card ? code : 'invalid_payment_method', reason: card ? null : code }
}

/** The processor has no intent of this payment and will have none. */
function close(payment: Payment, end: Pick<Payment, 'status'> & Partial<Payment>, around: Surroundings): Decision {
  const answer: Answer = { paymentId: payment.id }
  if (payment.intentId !== null) return { facts: retryLater(payment, around), answer }
  const facts = proceed({ ...payment, ...end, step: null }, around)
  return { facts: [...facts, endedWithoutCharge(payment, end.reason ?? declinedReason)], answer }
}

function noted(world: World, note: Parameters<typeof noteOrder>[1]): PaymentFact[] {
  const known = world.orders.get(note.orderId)
  const order = noteOrder(known, note)
  return order === known ? [] : [{ type: 'OrderNoted', data: order }]
}

/** The surroundings as they are once `facts` are in. */
function afterNote(around: Surroundings, facts: readonly PaymentFact[]): Surroundings {
  const [fact] = facts
  return fact?.type === 'OrderNoted' ? { ...around, order: fact.data } : around
}

function noteClaimed(world: World, command: CommandOf<'NoteOrderClaimed'>, now: string): Decision {
  const payment = world.payments.get(command.paymentId)
  if (!payment || payment.orderId !== command.orderId) return { rejection: 'payment_unknown' }
  const facts = noted(world, command)
  const answer: Answer = { paymentId: payment.id }
  const around = afterNote(aroundOf(world, payment, now), facts)
  if (payment.claim === 'won') return { facts, answer }
  if (payment.claim === 'lost' || payment.status === 'voided' || payment.status === 'declined') {
    return { facts: [...facts, ...claimedTooLate(payment, around)], answer }
  }
  const won: Payment = { ...payment, claim: 'won' }
  if (payment.status !== 'captured') return { facts: [...facts, ...proceed(won, around)], answer }
  return {
    facts: [...facts, { type: 'LedgerPosted', data: postClaim(won) }, ...lookAtRefunds(won, around), chargeCreated(won)],
    answer,
  }
}

/** What was given back at the processor before the claim was answered was not taken in. Who holds the lease will take it in. */
function lookAtRefunds(payment: Payment, around: Surroundings): PaymentFact[] {
  return isLeased(payment, around.now) ? proceed(payment, around) : lease(payment, 'retrieve', around)
}

/** The order accepted what is given back already: it must hear that no money comes. */
function claimedTooLate(payment: Payment, around: Surroundings): PaymentFact[] {
  const code = payment.reason ?? 'voided'
  // While the void is under way, its end tells the order.
  if (isOpen(payment)) return proceed({ ...payment, claim: 'won', captureRefused: true, reason: code }, around)
  if (payment.captureRefused) return []
  const told: Payment = { ...payment, captureRefused: true }
  const failed = { type: 'ChargeFailed', data: { orderId: payment.orderId, paymentId: payment.id, code } } as const
  return [...proceed(told, around), failed]
}

function noteClaimRejected(world: World, command: CommandOf<'NoteClaimRejected'>, now: string): Decision {
  const payment = world.payments.get(command.paymentId)
  if (!payment || payment.orderId !== command.orderId) return { rejection: 'payment_unknown' }
  const facts = payment.claim === null ? giveBack(payment, command.reason, aroundOf(world, payment, now)) : []
  return { facts, answer: { paymentId: payment.id } }
}

function noteCancelled(world: World, command: CommandOf<'NoteOrderCancelled'>, now: string): Decision {
  const facts = noted(world, command)
  if (facts.length === 0) return { facts, answer: { paymentId: '' } }
  for (const id of world.idsByOrder.get(command.orderId) ?? []) {
    const payment = world.payments.get(id)
    if (!payment || payment.claim === 'lost') continue
    if (isOpen(payment) || payment.status === 'captured') {
      facts.push(...giveBack(payment, 'order_cancelled', afterNote(aroundOf(world, payment, now), facts)))
    }
  }
  return { facts, answer: { paymentId: '' } }
}

/** Nobody gets an order for this payment: what is set aside is voided, what is taken is refunded. */
function giveBack(payment: Payment, reason: string, around: Surroundings): PaymentFact[] {
  const lost: Payment = { ...payment, claim: payment.claim ?? 'lost', reason: payment.reason ?? reason }
  if (payment.status !== 'captured') return proceed(lost, around)
  const late = refundLateMoney(lost, around.refunds, around.now)
  return [
    ...late.refunds.map((data) => ({ type: 'RefundMoved', data }) as const),
    ...late.entries.map((data) => ({ type: 'LedgerPosted', data }) as const),
    ...proceed(lost, { ...around, refunds: [...around.refunds, ...late.refunds] }),
  ]
}
