// A card processor in memory, for the tests of the protocol: idempotent by key, and its answers may
// be lost.

import type { RefundSeen } from '../../src/payments/domain/refund.ts'
import type { CallResult, Intent, Processor } from '../../src/payments/processor/port.ts'

/** What the next call suffers: the request or the answer is lost. */
export type Mishap = 'none' | 'lost_before' | 'lost_after'
export type Card = 'good' | 'declined' | 'challenge' | 'declined_at_capture'

export interface ProcessorModel extends Processor {
  /** The card of the next new intent. */
  card: Card
  next(mishap: Mishap): void
  finishChallenges(): void
  /** As a method without authorization does it. */
  captureByItself(): void
  netMinor(): number
  heldMinor(): number
  /** All that was ever set aside or taken. */
  touchedMinor(): number
}

interface Held {
  intent: Intent
  readonly card: Card
  readonly paymentId: string
  readonly refunds: RefundSeen[]
}

export function makeProcessorModel(): ProcessorModel {
  const intents = new Map<string, Held>()
  const answers = new Map<string, CallResult<unknown>>()
  let mishap: Mishap = 'none'
  let touched = 0

  /** Idempotent by key; a lost request has no effect, a lost answer has. */
  const call = <Value>(key: string | null, effect: () => CallResult<Value>): Promise<CallResult<Value>> => {
    const lost = { kind: 'unknown', reason: mishap } as const
    if (mishap === 'lost_before') return Promise.resolve(lost)
    const before = key === null ? undefined : answers.get(key)
    const answer = (before ?? effect()) as CallResult<Value>
    if (key !== null) answers.set(key, answer)
    return Promise.resolve(mishap === 'lost_after' ? lost : answer)
  }
  const ok = <Value>(value: Value) => ({ kind: 'ok', value }) as const
  const no = (code: string, intent: Intent | null, card = false) =>
    ({ kind: 'refused', code, card, intent }) as const
  const get = (id: string): Held => {
    const held = intents.get(id)
    if (!held) throw new Error(`no intent ${id}`)
    return held
  }
  const move = (held: Held, changes: Partial<Intent>): Intent => {
    held.intent = { ...held.intent, ...changes }
    return held.intent
  }
  const take = (held: Held) => move(held, { status: 'succeeded', receivedMinor: held.intent.amountMinor })

  const model: ProcessorModel = {
    card: 'good',
    livemode: false,
    next: (value) => {
      mishap = value
    },
    authorize: ({ paymentId, amount, paymentMethod, key }) =>
      call(key, () => {
        const card = paymentMethod as Card
        const status =
          card === 'declined'
            ? 'requires_payment_method'
            : card === 'challenge'
              ? 'requires_action'
              : 'requires_capture'
        const intentId = `pi_${paymentId}`
        const intent: Intent = {
          intentId,
          status,
          amountMinor: amount.amountMinor,
          receivedMinor: 0,
          currency: amount.currency,
          chargeId: null,
          declineCode: card === 'declined' ? 'generic_decline' : null,
          clientSecret: null,
          nextAction: null,
        }
        intents.set(intentId, { intent, card, paymentId, refunds: [] })
        if (status === 'requires_capture') touched += amount.amountMinor
        return card === 'declined' ? no('card_declined', intent, true) : ok(intent)
      }),
    retrieve: (id) => call(null, () => ok({ intent: get(id).intent, disputed: false })),
    capture: (id, key) =>
      call(key, () => {
        const held = get(id)
        if (held.intent.status !== 'requires_capture')
          return no('payment_intent_unexpected_state', held.intent)
        if (held.card !== 'declined_at_capture') return ok(take(held))
        return no('card_declined', move(held, { status: 'canceled' }), true)
      }),
    cancel: (id, key) =>
      call(key, () => {
        const held = get(id)
        if (held.intent.status === 'succeeded' || held.intent.status === 'canceled')
          return no('payment_intent_unexpected_state', held.intent)
        return ok(move(held, { status: 'canceled' }))
      }),
    refund: ({ intentId, refundId, amountMinor, key }) =>
      call(key, () => {
        const held = get(intentId)
        const sum = held.refunds.reduce((total, refund) => total + refund.amountMinor, 0)
        if (sum + amountMinor > held.intent.receivedMinor) return no('charge_already_refunded', null)
        const refund: RefundSeen = {
          processorId: `re_${refundId}`,
          refundId,
          amountMinor,
          status: 'succeeded',
          failureCode: null,
        }
        held.refunds.push(refund)
        return ok(refund)
      }),
    listRefunds: (id) => call(null, () => ok([...get(id).refunds])),
    find: ({ paymentId }) =>
      call(null, () =>
        ok([...intents.values()].find((held) => held.paymentId === paymentId)?.intent ?? null),
      ),
    verifyWebhook: () => null,
    finishChallenges() {
      for (const held of intents.values()) {
        if (held.intent.status !== 'requires_action') continue
        touched += held.intent.amountMinor
        move(held, { status: 'requires_capture' })
      }
    },
    captureByItself() {
      for (const held of intents.values()) if (held.intent.status === 'requires_capture') take(held)
    },
    netMinor() {
      let sum = 0
      for (const { intent, refunds } of intents.values()) {
        sum += intent.receivedMinor - refunds.reduce((total, refund) => total + refund.amountMinor, 0)
      }
      return sum
    },
    heldMinor: () =>
      [...intents.values()]
        .filter(({ intent }) => intent.status === 'requires_capture')
        .reduce((sum, { intent }) => sum + intent.amountMinor, 0),
    touchedMinor: () => touched,
  }
  return model
}
