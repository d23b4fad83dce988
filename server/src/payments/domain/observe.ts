// What the processor showed, and what it means: the only way by which a payment learns about money. Pure. Repeating an
// observation changes nothing, and an old one never moves a payment backwards.
import type { Money } from '@holdfast/contract'
import type { CommandOf, Decision, IntentSeen, PaymentFact, PublicFact, Refusal } from './commands.ts'
import type { KnownOrder } from './known-order.ts'
import { type LedgerEntry, postAuthorization, postCapture, postRefundRequest, postVoid } from './ledger.ts'
import { type IntentStatus, isOpen, isUnwanted, type Payment, refundableMinor } from './payment.ts'
import type { Refund } from './refund.ts'
import { proceed, retryLater, type Surroundings } from './schedule.ts'

/** How far an intent is. It only goes forward, but for a challenge that failed. */
const rankOf: Record<IntentStatus, number> = {
  requires_payment_method: 0,
  requires_confirmation: 0,
  requires_action: 1,
  processing: 2,
  requires_capture: 3,
  succeeded: 4,
  canceled: 4,
}

/** Whether `known` is as new as `seen` or newer, so that `seen` needs no look at the processor. */
export function isOldNews(known: IntentStatus | null, seen: IntentStatus): boolean {
  if (known === null) return false
  if (known === seen) return true
  return rankOf[known] >= rankOf.requires_capture && rankOf[known] > rankOf[seen]
}

/** What an observation makes of a payment: its new state, events, entries and refunds. */
interface Change {
  readonly payment: Payment
  readonly events?: readonly PublicFact[]
  readonly entries?: readonly LedgerEntry[]
  readonly refunds?: readonly Refund[]
}

export function decideObservation(payment: Payment, command: CommandOf<'RecordObservation'>, around: Surroundings): Decision {
  const { seen, refused } = command
  if (!fits(payment, seen, around.order)) {
    return { rejection: 'intent_mismatch', detail: `${seen.intentId} does not fit payment ${payment.id}` }
  }
  const old = isOldNews(payment.intentStatus, seen.status)
  const change = old ? again(payment) : observe(payment, seen, around)
  const after = { ...change.payment, disputed: command.disputed ?? payment.disputed }
  if (refused !== null && isCaptureRefusal(after, refused)) {
    return answer(
      payment,
      change,
      proceed({ ...after, captureRefused: true, reason: refused.card ? declinedReason : refused.code }, around),
    )
  }
  // Asked again at once, the processor would say the same again.
  const same = (refused !== null && old) || after.status === 'unknown'
  if (same) return answer(payment, change, retryLater({ ...after, attempts: payment.attempts }, around))
  return answer(payment, change, proceed(after, { ...around, refunds: [...around.refunds, ...(change.refunds ?? [])] }))
}

/** What is kept must be the whole amount; what is given back may be any. */
function fits(payment: Payment, seen: IntentSeen, order: KnownOrder | undefined): boolean {
  if (payment.intentId !== null && payment.intentId !== seen.intentId) return false
  const { amountMinor, currency } = payment.amount
  if (seen.amountMinor !== amountMinor || seen.currency !== currency) return false
  return seen.status !== 'succeeded' || seen.receivedMinor === amountMinor || isUnwanted(payment, order)
}

function answer({ id }: Payment, { entries = [], refunds = [], events = [] }: Change, moves: readonly PaymentFact[]): Decision {
  const facts: PaymentFact[] = [
    ...refunds.map((data) => ({ type: 'RefundMoved', data }) as const),
    ...entries.map((data) => ({ type: 'LedgerPosted', data }) as const),
    ...moves,
    ...events,
  ]
  return { facts, answer: { paymentId: id } }
}

/** The bank took its word back, or the authorization has lapsed. Other refusals of a capture tell of a moment, not of the money. */
function isCaptureRefusal(payment: Payment, { code, card }: Refusal): boolean {
  const final = card || code === 'charge_expired_for_capture'
  return payment.status === 'authorized' && payment.claim === 'won' && !payment.captureRefused && final
}

/** Seen before. An uncertain outcome is certain now: nothing had changed. */
function again(payment: Payment): Change {
  const waiting = { ...payment, attempts: payment.attempts + 1 }
  if (payment.status !== 'unknown' || payment.intentStatus === 'processing') return { payment: waiting }
  const status = payment.intentStatus === 'requires_capture' ? 'authorized' : 'requires_action'
  return { payment: { ...waiting, status, step: null } }
}

function observe(before: Payment, seen: IntentSeen, around: Surroundings): Change {
  if (before.status === 'captured' || before.status === 'refunded') return { payment: before }
  const payment: Payment = {
    ...before,
    intentId: seen.intentId,
    intentStatus: seen.status,
    chargeId: seen.chargeId ?? before.chargeId,
  }
  if (!isOpen(before)) return observeClosed(payment, seen, around)
  const settled = { ...payment, step: null, attempts: 0 }
  switch (seen.status) {
    case 'requires_action':
      return { payment: { ...settled, status: 'requires_action' } }
    case 'requires_payment_method':
      return {
        payment: { ...settled, status: 'declined', declineCode: seen.declineCode ?? 'generic_decline' },
        events: [endedWithoutCharge(settled, declinedReason)],
      }
    case 'requires_confirmation':
    case 'processing':
      return { payment: { ...payment, status: 'unknown', step: 'create' } }
    case 'requires_capture':
      return authorize(settled, around.order)
    case 'succeeded':
      return capture(settled, seen, around)
    case 'canceled':
      return cancel(settled)
  }
}

/** A payment that was given up may still turn out to have touched money: then that is given back. */
function observeClosed(payment: Payment, seen: IntentSeen, around: Surroundings): Change {
  if (seen.status === 'requires_capture') return { payment: hold(payment), entries: [postAuthorization(payment)] }
  if (seen.status === 'canceled') return { payment: { ...payment, authorizedMinor: 0 }, entries: postVoid(payment) }
  if (seen.status !== 'succeeded') return { payment }
  return capture({ ...payment, claim: 'lost', reason: payment.reason ?? 'late_money' }, seen, around)
}

function hold(payment: Payment): Payment {
  return { ...payment, authorizedMinor: payment.amount.amountMinor }
}

function askClaim(payment: Payment, order: KnownOrder | undefined): { payment: Payment; events: PublicFact[] } {
  if (isUnwanted(payment, order)) {
    return { payment: { ...payment, claim: 'lost', reason: payment.reason ?? `order_${order?.status ?? 'unknown'}` }, events: [] }
  }
  if (payment.askedVersion !== null || payment.claim !== null) return { payment, events: [] }
  const orderVersion = Math.max(1, order?.version ?? 1)
  const { id: paymentId, orderId, amount } = payment
  const event = { type: 'PaymentAuthorized', data: { orderId, paymentId, amount, orderVersion } } as const
  return { payment: { ...payment, askedVersion: orderVersion }, events: [event] }
}

function authorize(payment: Payment, order: KnownOrder | undefined): Change {
  const asked = askClaim(hold({ ...payment, status: 'authorized' }), order)
  return { ...asked, entries: [postAuthorization(payment)] }
}

function capture(payment: Payment, seen: IntentSeen, { order, refunds, now }: Surroundings): Change {
  const taken: Payment = { ...payment, status: 'captured', capturedMinor: seen.receivedMinor, authorizedMinor: 0 }
  const asked = askClaim(taken, order)
  const entries = postCapture({ ...payment, claim: asked.payment.claim }, taken.capturedMinor)
  if (asked.payment.claim === 'won') return { payment: asked.payment, entries, events: [chargeCreated(taken)] }
  if (asked.payment.claim === null) return { ...asked, entries }
  const late = refundLateMoney(asked.payment, refunds, now)
  return { payment: asked.payment, refunds: late.refunds, entries: [...entries, ...late.entries] }
}

export function chargeCreated(payment: Payment): PublicFact {
  const amount: Money = { amountMinor: payment.capturedMinor, currency: payment.amount.currency }
  return { type: 'ChargeCreated', data: { orderId: payment.orderId, paymentId: payment.id, amount } }
}

/** The intent is canceled for good: only this un-claims an order. */
function cancel(before: Payment): Change {
  const entries = postVoid(before)
  const { orderId, id: paymentId, reason } = { ...before, reason: before.reason ?? 'processor_cancelled' }
  const payment: Payment = { ...before, status: 'voided', authorizedMinor: 0, reason }
  if (before.claim === 'won')
    return { payment, entries, events: [{ type: 'ChargeFailed', data: { orderId, paymentId, code: reason } }] }
  return { payment, entries, events: [endedWithoutCharge(payment, reason)] }
}

/** Why a card was declined is told to its buyer alone. */
export const declinedReason = 'card_declined'

/** Orders wait for a payment that is under way: they hear that this one came to nothing. */
export function endedWithoutCharge({ orderId, id: paymentId }: Payment, reason: string): PublicFact {
  return { type: 'PaymentVoided', data: { orderId, paymentId, reason } }
}

/** One full refund of money that nobody gets an order for. Its id is the payment's own, so that there is never a second. */
export function refundLateMoney(
  payment: Payment,
  refunds: readonly Refund[],
  now: string,
): { refunds: Refund[]; entries: LedgerEntry[] } {
  const amountMinor = refundableMinor(payment, refunds)
  if (amountMinor <= 0 || refunds.some(({ id }) => id === payment.id)) return { refunds: [], entries: [] }
  const refund: Refund = {
    id: payment.id,
    paymentId: payment.id,
    orderId: payment.orderId,
    amount: { amountMinor, currency: payment.amount.currency },
    origin: 'late_money',
    reason: payment.reason,
    status: 'requested',
    processorId: null,
    failureCode: null,
    createdAt: now,
  }
  return { refunds: [refund], entries: [postRefundRequest(payment, refund)] }
}
