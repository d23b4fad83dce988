// Decides refunds under the payment's row lock: never more than was captured, never twice, never
// over an open dispute.
import { currencyRule } from '@holdfast/contract'
import type { CommandOf, Decision, Records } from './commands.ts'
import { named, type PaymentFact, type RefundFact } from './facts.ts'
import type { Payment } from './payment.ts'
import { isRefundNews, type Refund, type RefundSeen, refundableMinor } from './refund.ts'
import { lease } from './schedule.ts'

type Wanted = Omit<
  Extract<RefundFact, { type: 'RefundRequested' }>['data'],
  'paymentId' | 'orderId' | 'amount'
>

function requested(payment: Payment, amountMinor: number, wanted: Wanted): RefundFact {
  const { id: paymentId, orderId } = payment
  const amount = { amountMinor, currency: payment.amount.currency }
  return { type: 'RefundRequested', data: { paymentId, orderId, amount, ...wanted } }
}

export function requestRefund(records: Records, command: CommandOf<'RequestRefund'>): Decision {
  const { orderId, refundId, reason } = command
  const order = records.orders.get(orderId)
  if (!order?.terms || order.terms.organiserId !== command.organiserId) return { rejection: 'order_unknown' }
  const payment = keptPayment(records, orderId)
  const left = payment ? leftOf(records, payment) : 0
  if (!payment || left <= 0) return { rejection: 'nothing_to_refund' }
  const amountMinor = command.amountMinor ?? left
  if (amountMinor <= 0 || amountMinor > left)
    return { rejection: 'refund_exceeds_charge', detail: `${left} left to refund, in minor units` }
  const { currency } = payment.amount
  const step = currencyRule(currency)?.step ?? 1
  // The whole rest may go back even if it is finer: then the charge was, too.
  if (amountMinor % step !== 0 && amountMinor !== left)
    return {
      rejection: 'refund_not_payable',
      detail: `${currency} is refunded in steps of ${step} minor units`,
    }
  if (payment.disputed) return { rejection: 'payment_disputed' }
  return given(payment, amountMinor, { refundId, origin: 'organiser', reason, processorId: null })
}

/** The payment that the order is paid by. */
function keptPayment({ payments, idsByOrder }: Records, orderId: string): Payment | undefined {
  const all = (idsByOrder.get(orderId) ?? []).flatMap((id) => payments.get(id) ?? [])
  return all.find(({ claim, capturedMinor }) => claim === 'won' && capturedMinor > 0)
}

const leftOf = ({ refundsByPayment }: Records, { id, capturedMinor }: Payment) =>
  refundableMinor(capturedMinor, refundsByPayment.get(id) ?? [])

function given(payment: Payment, amountMinor: number, wanted: Wanted): Decision {
  const { refundId } = wanted
  const fact = requested(payment, amountMinor, wanted)
  const done = payment.tender === null ? [] : givenBackElsewhere(payment, { id: refundId, amountMinor })
  return { facts: [fact, ...done], answer: { paymentId: payment.id, refundId } }
}

/**
 * Gives back what a return asks for, or what is left of it: other refunds may have come first. The
 * refund has the return's id, so there is never a second one. Over an open dispute it waits.
 */
export function refundReturn(records: Records, command: CommandOf<'RefundReturn'>): Decision {
  const { orderId, returnId } = command
  const payment = keptPayment(records, orderId)
  if (!payment) return { rejection: 'payment_unknown' }
  const { id: paymentId } = payment
  if (records.refundsByPayment.get(paymentId)?.some(({ id }) => id === returnId))
    return { facts: [], answer: { paymentId } }
  const amountMinor = Math.min(command.amountMinor, leftOf(records, payment))
  if (amountMinor <= 0)
    return { facts: [refundFailed(payment, returnId, 'nothing_left')], answer: { paymentId } }
  return given(payment, amountMinor, {
    refundId: returnId,
    origin: 'return',
    reason: null,
    processorId: null,
  })
}

/** The return hears that its money does not come. */
function refundFailed({ id: paymentId, orderId }: Payment, returnId: string, code: string): PaymentFact {
  return { type: 'RefundFailed', data: { orderId, paymentId, refundId: returnId, returnId, code } }
}

/** Other services hear whether the bank asks for the money of an order. */
export function disputeSeen({ id: paymentId, orderId, claim }: Payment, disputed: boolean): PaymentFact[] {
  const seen: PaymentFact = { type: 'DisputeSeen', data: { paymentId, disputed } }
  const type = disputed ? 'DisputeOpened' : 'DisputeClosed'
  return claim === 'won' ? [seen, { type, data: { orderId, paymentId } }] : [seen]
}

/** Staff give back what they took, or cancel the bill: it is done when it is recorded. */
function givenBackElsewhere(
  payment: Payment,
  { id: refundId, amountMinor }: { readonly id: string; readonly amountMinor: number },
): PaymentFact[] {
  const { id: paymentId, amount } = payment
  const refundedMinor = payment.refundedMinor + amountMinor
  const refund = { id: refundId, amount: { amountMinor, currency: amount.currency } }
  const answered = { refundId, status: 'succeeded', processorId: null, failureCode: null } as const
  return [
    { type: 'RefundAnswered', data: { paymentId, ...answered } },
    refundCounted({ ...payment, refundedMinor }, refund, true),
  ]
}

/**
 * One refund of all money that no order takes. It has the payment's own id, so there is never a
 * second one.
 */
export function refundLateMoney(
  payment: Payment,
  refunds: readonly Refund[],
  late: { readonly capturedMinor: number; readonly reason: string },
): PaymentFact[] {
  const left = refundableMinor(late.capturedMinor, refunds)
  if (left <= 0 || refunds.some(({ id }) => id === payment.id)) return []
  const wanted = {
    refundId: payment.id,
    origin: 'late_money',
    reason: payment.reason ?? late.reason,
    processorId: null,
  } as const
  return [requested(payment, left, wanted)]
}

type Progress = Pick<Refund, 'id' | 'amount' | 'origin' | 'status' | 'processorId'>

/**
 * Takes in what the processor shows of this payment's refunds: ours, and those made at the
 * processor itself.
 */
export function refundsSeen(
  payment: Payment,
  command: CommandOf<'RecordRefunds'>,
  refunds: readonly Refund[],
): PaymentFact[] {
  const { paymentId, restId, disputed = payment.disputed } = command
  const facts: PaymentFact[] = []
  const importIds = [...command.importIds]
  let states: readonly Progress[] = refunds
  let { refundedMinor } = payment
  for (const seen of command.seen) {
    const { status, processorId, failureCode, amountMinor } = seen
    const known = states.find((each) => each.processorId === processorId || each.id === seen.refundId)
    const refundId = known?.id ?? importIds.shift()
    const isNew = known ? isRefundNews(known, seen) : isImportable(payment, seen)
    if (refundId === undefined || !isNew) continue
    if (!known)
      facts.push(
        requested(payment, amountMinor, { refundId, origin: 'processor', reason: null, processorId }),
      )
    const amount = known?.amount ?? { amountMinor, currency: payment.amount.currency }
    const origin = known?.origin ?? 'processor'
    states = [
      ...states.filter(({ id }) => id !== refundId),
      { id: refundId, amount, origin, status, processorId },
    ]
    facts.push({ type: 'RefundAnswered', data: { paymentId, refundId, status, processorId, failureCode } })
    const counted = status === 'succeeded' ? amount.amountMinor : 0
    const before = known?.status === 'succeeded' ? amount.amountMinor : 0
    refundedMinor += counted - before
    // One that was pending and never went.
    if (known?.origin === 'return' && status === 'failed' && known.status !== 'succeeded')
      facts.push(refundFailed(payment, refundId, failureCode ?? 'failed'))
    if (counted !== before)
      facts.push(refundCounted({ ...payment, refundedMinor }, { id: refundId, amount }, counted > before))
  }
  if (restId !== undefined)
    facts.push(
      ...restOfLateMoney(payment, refunds, { left: refundableMinor(payment.capturedMinor, states), restId }),
    )
  facts.push({ type: 'AnswerReceived', data: { paymentId, news: facts.length > 0 } })
  if (disputed !== payment.disputed) facts.push(...disputeSeen(payment, disputed))
  return facts
}

/**
 * A refund made at the processor itself. A failed one moved no money. Before the order answers the
 * claim, nobody knows whose money it is, and the order could not take the refund in. The look that
 * follows the answer finds it again.
 */
function isImportable({ capturedMinor, claim }: Payment, { status }: RefundSeen): boolean {
  return status !== 'failed' && capturedMinor > 0 && claim !== null
}

function refundCounted(
  payment: Payment,
  { id: refundId, amount }: Pick<Refund, 'id' | 'amount'>,
  given: boolean,
): PaymentFact {
  const { orderId, id: paymentId, refundedMinor, capturedMinor } = payment
  const refundedTotal = { amountMinor: refundedMinor, currency: payment.amount.currency }
  const data = { orderId, paymentId, refundId, amount, refundedTotal }
  if (!given) return { type: 'RefundReturned', data }
  const full = refundedMinor >= capturedMinor
  return { type: 'ChargeRefunded', data: { ...data, ...named(payment.tender), full } }
}

/**
 * The refund of all late money was refused, because a part was given back at the processor
 * meanwhile. The rest becomes a refund of its own, with its own key. It asks for less than each
 * refund that was refused, so this ends.
 */
function restOfLateMoney(
  payment: Payment,
  refunds: readonly Refund[],
  { left, restId }: { readonly left: number; readonly restId: string },
): PaymentFact[] {
  const refused = refunds.filter(({ origin, status, processorId }) => {
    return origin === 'late_money' && status === 'failed' && processorId === null
  })
  const [first] = refused
  if (!first || left <= 0 || refused.some(({ amount }) => amount.amountMinor <= left)) return []
  const { origin, reason } = first
  return [requested(payment, left, { refundId: restId, origin, reason, processorId: null })]
}

/**
 * The processor refused the refund for good, and the money did not move. For late money, a look
 * shows what is left.
 */
export function refundRefused(
  payment: Payment,
  command: CommandOf<'RecordRefundRefusal'>,
  refunds: readonly Refund[],
): PaymentFact[] {
  const { paymentId, refundId, code: failureCode } = command
  const refused = refunds.find(({ id }) => id === refundId)
  if (!refused || refused.processorId !== null) return [{ type: 'WorkPutOff', data: { paymentId } }]
  const failed: PaymentFact = {
    type: 'RefundAnswered',
    data: { paymentId, refundId, status: 'failed', processorId: null, failureCode },
  }
  if (refused.origin === 'return') return [failed, refundFailed(payment, refundId, failureCode)]
  return refused.origin === 'late_money' ? [failed, lease(payment, 'retrieve', [])] : [failed]
}
