// The questions that each step puts to the processor, one by one, and the command that the answers
// become. Pure: it calls nothing itself, so a test can give every possible answer.
import type { Command, Refusal } from '../domain/commands.ts'
import { isKeyAlive, isSettled, type Payment } from '../domain/payment.ts'
import type { Refund, RefundSeen } from '../domain/refund.ts'
import type { Work } from '../world.ts'
import type { AuthorizeRequest, CallResult, Intent, IntentInFull, RefundRequest } from './port.ts'

export interface StepResult {
  readonly command: Command
  /** The intent with its client secret, which only the buyer may see. */
  readonly intent: Intent | null
}

export interface StepContext {
  readonly now: string
  readonly newId: () => string
}

/** The part of a payment that a step may read. It dates from the lease and may be out of date. */
export type PlannedPayment = Pick<
  Payment,
  'id' | 'orderId' | 'amount' | 'paymentMethod' | 'createdAt' | 'attempts' | 'intentId' | 'capturedMinor'
>

export type PlannedWork = Pick<Work, 'step' | 'fence' | 'refund'> & { readonly payment: PlannedPayment }

/** A question to the processor. */
export type Question =
  | { readonly operation: 'create'; readonly request: AuthorizeRequest }
  | { readonly operation: 'retrieve'; readonly intentId: string }
  | { readonly operation: 'capture' | 'void'; readonly intentId: string; readonly key: string }
  | { readonly operation: 'refund'; readonly request: RefundRequest }
  | { readonly operation: 'list_refunds'; readonly intentId: string }
  | { readonly operation: 'find'; readonly paymentId: string; readonly since: string }

interface Values {
  readonly create: Intent
  readonly retrieve: IntentInFull
  readonly capture: Intent
  readonly void: Intent
  readonly refund: RefundSeen
  readonly list_refunds: readonly RefundSeen[]
  readonly find: Intent | null
}
export type Operation = keyof Values
export type AnswerTo<Of extends Operation> = CallResult<Values[Of]>
export type AnyAnswer = AnswerTo<Operation>

/** Yields one question at a time, receives its answer, and returns the result. */
export type Plan = Generator<Question, StepResult, AnyAnswer>

export function planStep(work: PlannedWork, context: StepContext): Plan {
  return plans[work.step](work, context)
}

/** The answer has the type of its question: the runner of a plan answers what was asked. */
function* ask<Of extends Operation>(
  question: Extract<Question, { operation: Of }>,
): Generator<Question, AnswerTo<Of>, AnyAnswer> {
  return (yield question) as AnswerTo<Of>
}

function observe(
  work: PlannedWork,
  intent: Intent,
  more: { refused?: Refusal; disputed?: boolean } = {},
): StepResult {
  const { clientSecret: _secret, nextAction: _action, ...seen } = intent
  const base = { type: 'RecordObservation', ...idsOf(work), seen, refused: more.refused ?? null } as const
  return { command: more.disputed === undefined ? base : { ...base, disputed: more.disputed }, intent }
}

function unknown(work: PlannedWork): StepResult {
  const refund = work.refund ? { refundId: work.refund.id } : {}
  return { command: { type: 'RecordUnknown', ...idsOf(work), step: work.step, ...refund }, intent: null }
}

/**
 * `certain`: the key can have no further effect. If the list has no intent, there never will be
 * one.
 */
function* findIntent(work: PlannedWork, certain: boolean): Plan {
  const { payment } = work
  const found = yield* ask<'find'>({ operation: 'find', paymentId: payment.id, since: payment.createdAt })
  if (found.kind !== 'ok') return unknown(work)
  if (found.value) return observe(work, found.value)
  return certain ? { command: { type: 'RecordAbsence', ...idsOf(work) }, intent: null } : unknown(work)
}

function* create(work: PlannedWork, { now }: StepContext): Plan {
  const { payment } = work
  if (!isKeyAlive(payment.createdAt, now)) return yield* findIntent(work, true)
  const { id: paymentId, orderId, amount, paymentMethod } = payment
  const request = { paymentId, orderId, amount, paymentMethod, key: `${paymentId}:create` }
  const result = yield* ask<'create'>({ operation: 'create', request })
  if (result.kind === 'ok') return observe(work, result.value)
  // The processor may repeat a stored failure for this key for a day, so the second attempt reads
  // the list as well. A repeated failure means that its request has ended, and that each further
  // request with the key gets the same answer. Then the list is final.
  if (result.kind === 'unknown') {
    const ended = result.repeated === true && isSettled(payment.createdAt, now)
    return payment.attempts > 0 ? yield* findIntent(work, ended) : unknown(work)
  }
  if (result.intent)
    return observe(work, { ...result.intent, declineCode: result.intent.declineCode ?? result.code })
  return {
    command: { type: 'RecordRefusal', ...idsOf(work), code: result.code, card: result.card },
    intent: null,
  }
}

function* retrieve(work: PlannedWork, { newId }: StepContext): Plan {
  const { payment } = work
  if (payment.intentId === null) return unknown(work)
  const result = yield* ask<'retrieve'>({ operation: 'retrieve', intentId: payment.intentId })
  if (result.kind !== 'ok') return unknown(work)
  const { intent, disputed } = result.value
  if (payment.capturedMinor === 0) return observe(work, intent, { disputed })
  const refunds = yield* ask<'list_refunds'>({ operation: 'list_refunds', intentId: payment.intentId })
  return refunds.kind === 'ok'
    ? recordRefunds(work, refunds.value, { newId, look: { disputed } })
    : unknown(work)
}

/**
 * Ends an authorization. After a refusal the intent is read again: another request may have been
 * faster.
 */
function* finish(work: PlannedWork, operation: 'capture' | 'void'): Plan {
  const { payment } = work
  if (payment.intentId === null) return unknown(work)
  const { intentId } = payment
  const result = yield* ask<'capture' | 'void'>({ operation, intentId, key: keyOf(payment, operation) })
  if (result.kind === 'ok') return observe(work, result.value)
  if (result.kind === 'unknown') return unknown(work)
  const reread = yield* ask<'retrieve'>({ operation: 'retrieve', intentId })
  return reread.kind === 'ok'
    ? observe(work, reread.value.intent, { refused: { code: result.code, card: result.card } })
    : unknown(work)
}

function* refund(work: PlannedWork, context: StepContext): Plan {
  const { payment, refund: wanted } = work
  if (!wanted || payment.intentId === null) return unknown(work)
  // A crash may have lost the result of a first attempt. While the key lives, the attempt is
  // repeated. After that, only the list shows it.
  if (wanted.status === 'unknown' || !isKeyAlive(wanted.createdAt, context.now)) {
    const listed = yield* ask<'list_refunds'>({ operation: 'list_refunds', intentId: payment.intentId })
    if (listed.kind !== 'ok') return unknown(work)
    if (listed.value.some(({ refundId }) => refundId === wanted.id))
      return recordRefunds(work, listed.value, context)
    // Not listed, so never created: creating it now creates it once. Giving up would keep money
    // that is owed.
  }
  const { id: refundId, amount } = wanted
  const request = {
    intentId: payment.intentId,
    refundId,
    paymentId: payment.id,
    amountMinor: amount.amountMinor,
    key: `${refundId}:refund`,
  }
  const result = yield* ask<'refund'>({ operation: 'refund', request })
  if (result.kind === 'ok') return recordRefunds(work, [result.value], context)
  return result.kind === 'refused' ? refuseRefund(work, wanted, result.code) : unknown(work)
}

const plans: Record<Work['step'], (work: PlannedWork, context: StepContext) => Plan> = {
  create,
  retrieve,
  capture: (work) => finish(work, 'capture'),
  void: (work) => finish(work, 'void'),
  refund,
}

function idsOf({ payment, fence }: PlannedWork): { paymentId: string; fence: number } {
  return { paymentId: payment.id, fence }
}

/**
 * The first attempt and its network retries share one key. If the outcome stayed unknown and a look
 * showed the intent unchanged, the next attempt has a new key, because the old one may repeat a
 * stored failure for a day. Two requests still capture or cancel an intent once.
 */
function keyOf(payment: PlannedPayment, operation: 'capture' | 'void'): string {
  const key = `${payment.id}:${operation === 'capture' ? 'capture' : 'cancel'}`
  return payment.attempts === 0 ? key : `${key}:${payment.attempts}`
}

function recordRefunds(
  work: PlannedWork,
  seen: readonly RefundSeen[],
  { newId, look }: { newId: () => string; look?: { disputed: boolean } },
): StepResult {
  const base = { type: 'RecordRefunds', ...idsOf(work), seen, importIds: seen.map(newId) } as const
  return { command: look ? { ...base, ...look, restId: newId() } : base, intent: null }
}

function refuseRefund(work: PlannedWork, { id: refundId }: Refund, code: string): StepResult {
  return { command: { type: 'RecordRefundRefusal', ...idsOf(work), refundId, code }, intent: null }
}
