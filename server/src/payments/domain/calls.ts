// What the results of our calls to the processor mean. Payments learns about money only from these.
// Repeating a result changes nothing, and an old result never moves a payment backwards.
import type { Command, CommandOf, Decision, IntentSeen, Records, Refusal } from './commands.ts'
import { chargeCreated, chargeFailed, type PaymentFact, paymentVoided } from './facts.ts'
import type { KnownOrder } from './known-order.ts'
import { isOldNews, isOpen, isUnwanted, type Payment, type PaymentStatus } from './payment.ts'
import type { Refund } from './refund.ts'
import { disputeSeen, refundLateMoney, refundRefused, refundsSeen } from './refund-decisions.ts'

export type ResultCommand = Extract<Command, { readonly fence: number }>

interface Around {
  readonly order: KnownOrder | undefined
  readonly refunds: readonly Refund[]
}

/** A result counts only under the current lease: a later holder has asked again. */
export function recordResult(records: Records, command: ResultCommand): Decision {
  const { paymentId, fence } = command
  const payment = records.payments.get(paymentId)
  if (!payment) return { rejection: 'payment_unknown' }
  // Of money taken elsewhere no processor was asked: whatever names it is not its result.
  if (payment.fence !== fence || payment.tender !== null) return { rejection: 'lease_lost' }
  const around = {
    order: records.orders.get(payment.orderId),
    refunds: records.refundsByPayment.get(paymentId) ?? [],
  }
  if (command.type === 'RecordObservation' && !fits(payment, command.seen, around.order))
    return {
      rejection: 'intent_mismatch',
      detail: `${command.seen.intentId} does not fit payment ${paymentId}`,
    }
  const answer =
    command.type === 'RecordRefundRefusal' ? { paymentId, refundId: command.refundId } : { paymentId }
  return { facts: factsOf(payment, command, around), answer }
}

function factsOf(payment: Payment, command: ResultCommand, around: Around): PaymentFact[] {
  switch (command.type) {
    case 'RecordObservation':
      return observed(payment, command, around)
    case 'RecordUnknown':
      return outcomeUnknown(payment, command, around)
    case 'RecordRefusal':
      return closed(payment, refusalOf(command))
    case 'RecordAbsence':
      return closed(payment, { status: 'voided', reason: 'never_reached_processor' })
    case 'RecordRefunds':
      return refundsSeen(payment, command, around.refunds)
    case 'RecordRefundRefusal':
      return refundRefused(payment, command, around.refunds)
  }
}

/** Money that is kept must be the whole amount. Money that is given back may be any amount. */
function fits(payment: Payment, seen: IntentSeen, order: KnownOrder | undefined): boolean {
  if (payment.intentId !== null && payment.intentId !== seen.intentId) return false
  const { amountMinor, currency } = payment.amount
  if (seen.amountMinor !== amountMinor || seen.currency !== currency) return false
  return seen.status !== 'succeeded' || seen.receivedMinor === amountMinor || isUnwanted(payment, order)
}

function outcomeUnknown(
  payment: Payment,
  command: CommandOf<'RecordUnknown'>,
  { refunds }: Around,
): PaymentFact[] {
  const { paymentId, step, refundId } = command
  const facts: PaymentFact[] = [{ type: 'WorkPutOff', data: { paymentId } }]
  if (isOpen(payment) && (step === 'create' || step === 'capture' || step === 'void'))
    facts.push({ type: 'OutcomeUnknown', data: { paymentId, step } })
  const asked = refunds.find(({ id, status }) => id === refundId && status === 'requested')
  if (asked) {
    const { id, processorId, failureCode } = asked
    facts.push({
      type: 'RefundAnswered',
      data: { paymentId, refundId: id, status: 'unknown', processorId, failureCode },
    })
  }
  return facts
}

type End = Omit<Extract<PaymentFact, { type: 'OutcomeKnown' }>['data'], 'paymentId'>

/** The card was declined, or the processor does not accept the payment method at all. */
function refusalOf({ code, card }: Refusal): End {
  return {
    status: 'declined',
    declineCode: card ? code : 'invalid_payment_method',
    reason: card ? null : code,
  }
}

/** The processor has no intent of this payment and will never have one. */
function closed(payment: Payment, end: End): PaymentFact[] {
  const { id: paymentId } = payment
  if (payment.intentId !== null) return [{ type: 'WorkPutOff', data: { paymentId } }]
  return [
    { type: 'OutcomeKnown', data: { paymentId, ...end } },
    paymentVoided(payment, end.reason ?? declinedReason),
  ]
}

/** Other services do not learn why a card was declined: only its buyer does. */
const declinedReason = 'card_declined'

/** What an observation says, and the status in which it leaves the payment. */
interface Reading {
  readonly facts: readonly PaymentFact[]
  readonly status: PaymentStatus
}

function observed(payment: Payment, command: CommandOf<'RecordObservation'>, around: Around): PaymentFact[] {
  const { seen, refused, paymentId, disputed = payment.disputed } = command
  const old = isOldNews(payment.intentStatus, seen.status)
  const reading = old ? readAgain(payment) : read(payment, seen, around)
  const facts = [...reading.facts]
  if (disputed !== payment.disputed) facts.push(...disputeSeen(payment, disputed))
  const noNews: PaymentFact[] = old ? [{ type: 'AnswerReceived', data: { paymentId, news: false } }] : []
  const claimed = payment.claim === 'won' && (old || !isUnwanted(payment, around.order))
  if (refused && claimed && reading.status === 'authorized' && !payment.captureRefused && isFinal(refused)) {
    const reason = refused.card ? declinedReason : refused.code
    return [...facts, ...noNews, { type: 'CaptureRefused', data: { paymentId, reason } }]
  }
  // If we asked again at once, the processor would give the same answer.
  if ((refused && old) || reading.status === 'unknown')
    return [...facts, { type: 'WorkPutOff', data: { paymentId } }]
  return [...facts, ...noNews]
}

/** The bank withdrew its promise, or the authorization has expired. Other refusals may pass. */
function isFinal({ code, card }: Refusal): boolean {
  return card || code === 'charge_expired_for_capture'
}

/** Seen before. An unknown outcome becomes known: nothing had changed. */
function readAgain({ id: paymentId, status: before, intentStatus }: Payment): Reading {
  if (before !== 'unknown' || intentStatus === 'processing') return { facts: [], status: before }
  const status = intentStatus === 'requires_capture' ? 'authorized' : 'requires_action'
  return { facts: [{ type: 'OutcomeKnown', data: { paymentId, status } }], status }
}

function read(payment: Payment, seen: IntentSeen, around: Around): Reading {
  const { id: paymentId, status } = payment
  if (status === 'captured' || status === 'refunded') return { facts: [], status }
  const { intentId, chargeId } = seen
  const intent: PaymentFact = {
    type: 'IntentSeen',
    data: { paymentId, intentId, status: seen.status, chargeId },
  }
  if (!isOpen(payment)) return { facts: [intent, ...readClosed(payment, seen, around)], status }
  const reading = readOpen(payment, seen, around)
  if (reading.status === 'unknown') return { ...reading, facts: [intent, ...reading.facts] }
  return {
    ...reading,
    facts: [intent, { type: 'AnswerReceived', data: { paymentId, news: true } }, ...reading.facts],
  }
}

function readOpen(payment: Payment, seen: IntentSeen, around: Around): Reading {
  const { id: paymentId } = payment
  const known = (end: End, ...facts: PaymentFact[]): Reading => {
    return { facts: [{ type: 'OutcomeKnown', data: { paymentId, ...end } }, ...facts], status: end.status }
  }
  switch (seen.status) {
    case 'requires_action':
      return known({ status: 'requires_action' })
    case 'requires_payment_method': {
      const declineCode = seen.declineCode ?? 'generic_decline'
      return known({ status: 'declined', declineCode }, paymentVoided(payment, declinedReason))
    }
    case 'requires_confirmation':
    case 'processing':
      return { facts: [{ type: 'OutcomeUnknown', data: { paymentId, step: 'create' } }], status: 'unknown' }
    case 'requires_capture':
      return known(
        { status: 'authorized' },
        { type: 'MoneyHeld', data: { paymentId } },
        ...askOrder(payment, around.order),
      )
    case 'succeeded':
      return { facts: moneyTaken(payment, seen, around), status: 'captured' }
    case 'canceled': {
      // Only this un-claims an order.
      const reason = payment.reason ?? 'processor_cancelled'
      const told = payment.claim === 'won' ? chargeFailed(payment, reason) : paymentVoided(payment, reason)
      return known({ status: 'voided', reason }, { type: 'MoneyReleased', data: { paymentId } }, told)
    }
  }
}

/** A payment that was given up may still have touched money. That money is given back. */
function readClosed(payment: Payment, seen: IntentSeen, around: Around): PaymentFact[] {
  const { id: paymentId } = payment
  if (seen.status === 'requires_capture') return [{ type: 'MoneyHeld', data: { paymentId } }]
  if (seen.status === 'canceled') return [{ type: 'MoneyReleased', data: { paymentId } }]
  return seen.status === 'succeeded'
    ? lateMoneyTaken(payment, seen, { reason: 'late_money', refunds: around.refunds })
    : []
}

/** Asks the order once whether it takes the payment. Gives up if the order no longer can. */
function askOrder(payment: Payment, order: KnownOrder | undefined): PaymentFact[] {
  const { id: paymentId, orderId, amount, claim, askedVersion } = payment
  if (isUnwanted(payment, order))
    return [{ type: 'ClaimSettled', data: { paymentId, claim: 'lost', reason: goneReason(order) } }]
  if (askedVersion !== null || claim !== null) return []
  const orderVersion = Math.max(1, order?.version ?? 1)
  return [{ type: 'PaymentAuthorized', data: { orderId, paymentId, amount, orderVersion } }]
}

const goneReason = (order: KnownOrder | undefined) => `order_${order?.status ?? 'unknown'}`

function moneyTaken(payment: Payment, seen: IntentSeen, { order, refunds }: Around): PaymentFact[] {
  if (isUnwanted(payment, order)) return lateMoneyTaken(payment, seen, { reason: goneReason(order), refunds })
  const taken: PaymentFact = {
    type: 'MoneyTaken',
    data: { paymentId: payment.id, amountMinor: seen.receivedMinor },
  }
  if (payment.claim === 'won') return [taken, chargeCreated(payment, seen.receivedMinor)]
  return [taken, ...askOrder(payment, order)]
}

/** Money that no order takes goes back in full. The claim comes first: the ledger depends on it. */
function lateMoneyTaken(
  payment: Payment,
  { receivedMinor }: IntentSeen,
  { reason, refunds }: { readonly reason: string; readonly refunds: readonly Refund[] },
): PaymentFact[] {
  const { id: paymentId } = payment
  return [
    { type: 'ClaimSettled', data: { paymentId, claim: 'lost', reason } },
    { type: 'MoneyTaken', data: { paymentId, amountMinor: receivedMinor } },
    ...refundLateMoney(payment, refunds, { capturedMinor: receivedMinor, reason }),
  ]
}
