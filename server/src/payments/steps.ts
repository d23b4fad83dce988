// Each step at the processor, and the command that its result becomes. Talks to the processor only: no database here.
import type { Metrics } from '../platform/metrics.ts'
import type { Command, Work } from './domain/commands.ts'
import { isKeyAlive, type Payment } from './domain/payment.ts'
import type { Refund, RefundSeen } from './domain/refund.ts'
import type { CallResult, Intent, Processor } from './processor-port.ts'

export interface StepResult {
  readonly command: Command
  /** What the processor showed, with what only the buyer may see. */
  readonly intent: Intent | null
}

export interface StepContext {
  readonly now: string
  readonly newId: () => string
}

type Perform = (work: Work, context: StepContext) => Promise<StepResult>

export function makeSteps(processor: Processor, metrics: Metrics): Perform {
  const counted = async <Value>(operation: string, call: Promise<CallResult<Value>>): Promise<CallResult<Value>> => {
    const result = await call
    metrics.processorCalls.inc({ operation, outcome: result.kind })
    return result
  }

  const observe = (work: Work, intent: Intent, more: { refused?: string; disputed?: boolean } = {}): StepResult => {
    const { clientSecret: _secret, nextAction: _action, ...seen } = intent
    const base = { type: 'RecordObservation', ...idsOf(work), seen, refused: more.refused ?? null } as const
    return { command: more.disputed === undefined ? base : { ...base, disputed: more.disputed }, intent }
  }

  const unknown = (work: Work): StepResult => {
    const refund = work.refund ? { refundId: work.refund.id } : {}
    return { command: { type: 'RecordUnknown', ...idsOf(work), step: work.step, ...refund }, intent: null }
  }

  /** After a day the key finds nothing any more, and what the list does not hold was never made. */
  const findIntent = async (work: Work, certain: boolean): Promise<StepResult> => {
    const { payment } = work
    const found = await counted('find', processor.find({ paymentId: payment.id, since: payment.createdAt }))
    if (found.kind !== 'ok') return unknown(work)
    if (found.value) return observe(work, found.value)
    return certain ? { command: { type: 'RecordAbsence', ...idsOf(work) }, intent: null } : unknown(work)
  }

  const create: Perform = async (work, { now }) => {
    const { payment } = work
    if (!isKeyAlive(payment.createdAt, now)) return findIntent(work, true)
    const { id: paymentId, orderId, amount, paymentMethod } = payment
    const result = await counted(
      'create',
      processor.authorize({ paymentId, orderId, amount, paymentMethod, key: `${paymentId}:create` }),
    )
    if (result.kind === 'ok') return observe(work, result.value)
    // The same key may repeat a stored failure for a day: the second time the list is asked as well.
    if (result.kind === 'unknown') return payment.attempts > 0 ? findIntent(work, false) : unknown(work)
    if (result.intent) return observe(work, { ...result.intent, declineCode: result.intent.declineCode ?? result.code })
    return { command: { type: 'RecordRefusal', ...idsOf(work), code: result.code, card: result.card }, intent: null }
  }

  const retrieve: Perform = async (work, { newId }) => {
    const { payment } = work
    if (payment.intentId === null) return unknown(work)
    const result = await counted('retrieve', processor.retrieve(payment.intentId))
    if (result.kind !== 'ok') return unknown(work)
    const { intent, disputed } = result.value
    if (payment.capturedMinor === 0) return observe(work, intent, { disputed })
    const refunds = await counted('list_refunds', processor.listRefunds(payment.intentId))
    return refunds.kind === 'ok' ? recordRefunds(work, refunds.value, { newId, disputed }) : unknown(work)
  }

  /** Both steps that end an authorization: a no is read again, because somebody may have been faster. */
  const finish =
    (operation: 'capture' | 'void'): Perform =>
    async (work) => {
      const { payment } = work
      if (payment.intentId === null) return unknown(work)
      const key = keyOf(payment, operation)
      const asked = operation === 'capture' ? processor.capture(payment.intentId, key) : processor.cancel(payment.intentId, key)
      const result = await counted(operation, asked)
      if (result.kind === 'ok') return observe(work, result.value)
      if (result.kind === 'unknown') return unknown(work)
      const reread = await counted('retrieve', processor.retrieve(payment.intentId))
      return reread.kind === 'ok' ? observe(work, reread.value.intent, { refused: result.code }) : unknown(work)
    }

  const refund: Perform = async (work, context) => {
    const { payment, refund: wanted } = work
    if (!wanted || payment.intentId === null) return unknown(work)
    const uncertain = wanted.status === 'unknown'
    if (uncertain) {
      const listed = await counted('list_refunds', processor.listRefunds(payment.intentId))
      if (listed.kind !== 'ok') return unknown(work)
      if (listed.value.some(({ refundId }) => refundId === wanted.id)) return recordRefunds(work, listed.value, context)
      if (!isKeyAlive(wanted.createdAt, context.now)) return refuseRefund(work, wanted, 'never_reached_processor')
    }
    const { id: refundId, amount } = wanted
    const request = {
      intentId: payment.intentId,
      refundId,
      paymentId: payment.id,
      amountMinor: amount.amountMinor,
      key: `${refundId}:refund`,
    }
    const result = await counted('refund', processor.refund(request))
    if (result.kind === 'ok') return recordRefunds(work, [result.value], context)
    return result.kind === 'refused' ? refuseRefund(work, wanted, result.code) : unknown(work)
  }

  const steps: Record<Work['step'], Perform> = { create, retrieve, capture: finish('capture'), void: finish('void'), refund }
  return (work, context) => steps[work.step](work, context)
}

function idsOf({ payment, fence }: Work): { paymentId: string; fence: number } {
  return { paymentId: payment.id, fence }
}

/**
 * The first try and its repetitions have one key. After an outcome that stayed unknown and a look that showed the intent
 * unchanged, the key is a new one: the old one may repeat a stored failure for a day. Twice done, an intent is still
 * captured or cancelled once.
 */
function keyOf(payment: Payment, operation: 'capture' | 'void'): string {
  const key = `${payment.id}:${operation === 'capture' ? 'capture' : 'cancel'}`
  return payment.attempts === 0 ? key : `${key}:${payment.attempts}`
}

function recordRefunds(work: Work, seen: readonly RefundSeen[], more: { newId: () => string; disputed?: boolean }): StepResult {
  const base = { type: 'RecordRefunds', ...idsOf(work), seen, importIds: seen.map(more.newId) } as const
  return { command: more.disputed === undefined ? base : { ...base, disputed: more.disputed }, intent: null }
}

function refuseRefund(work: Work, { id: refundId }: Refund, code: string): StepResult {
  return { command: { type: 'RecordRefundRefusal', ...idsOf(work), refundId, code }, intent: null }
}
