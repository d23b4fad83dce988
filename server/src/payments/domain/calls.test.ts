// What is seen at the processor, and the words and numbers that it leaves behind: reasons, codes,
// what the others are told.
import { describe, expect, it } from 'vitest'
import {
  amount,
  apply,
  eventsOf,
  ids,
  intent,
  knownOrder,
  observed,
  states,
  toldBy,
  worldOf,
} from '../../../test/payments/samples.ts'
import type { World } from '../world.ts'
import type { Command, IntentSeen, Refusal } from './commands.ts'
import { type IntentStatus, isOldNews, type Payment } from './payment.ts'

const paymentId = ids.payment
const orderId = ids.order
const paymentIn = (world: World) => world.payments.get(paymentId)

/** The payment after a command, and what the others hear. */
function after(given: Payment, command: Command, order = knownOrder()) {
  const world = worldOf(given, order)
  const told = toldBy(apply(world, command))
  return { payment: paymentIn(world), told, steps: world.works.map(({ step }) => step) }
}
const see = (changes: Partial<IntentSeen>, refused: Refusal | null = null, disputed?: boolean): Command => ({
  type: 'RecordObservation',
  paymentId,
  fence: 1,
  seen: intent(changes.status ?? 'requires_capture', changes),
  refused,
  ...(disputed === undefined ? {} : { disputed }),
})

describe('whether news is old', () => {
  const forward = [
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'processing',
  ] as const
  const statuses = [...forward, 'requires_capture', 'succeeded', 'canceled'] as const
  const oldFor: Record<IntentStatus, readonly IntentStatus[]> = {
    requires_payment_method: ['requires_payment_method'],
    requires_confirmation: ['requires_confirmation'],
    requires_action: ['requires_action'],
    processing: ['processing'],
    requires_capture: [...forward, 'requires_capture'],
    succeeded: [...forward, 'requires_capture', 'succeeded'],
    canceled: [...forward, 'requires_capture', 'canceled'],
  }
  it.each(statuses)('to whom saw %s last', (known) => {
    expect(statuses.filter((seen) => isOldNews(known, seen))).toEqual(oldFor[known])
  })
  it('never to whom saw nothing yet', () => {
    expect(statuses.filter((seen) => isOldNews(null, seen))).toEqual([])
  })
})

describe('a payment learns from what is seen', () => {
  it('which intent and which charge it is; a charge once known is not forgotten', () => {
    expect(after(states.started, see({ status: 'requires_action', chargeId: null })).payment).toMatchObject({
      intentId: 'pi_1',
      intentStatus: 'requires_action',
      chargeId: null,
      step: null,
    })
    expect(after(states.requiresAction, see({ chargeId: null })).payment).toMatchObject({ chargeId: 'ch_1' })
    expect(after(states.requiresAction, see({ chargeId: 'ch_2' })).payment).toMatchObject({
      chargeId: 'ch_2',
    })
  })
  it('why the card was declined, or that nobody said why', () => {
    const declined = (declineCode: string | null) =>
      after(states.started, see({ status: 'requires_payment_method', declineCode })).payment?.declineCode
    expect([declined('lost_card'), declined(null)]).toEqual(['lost_card', 'generic_decline'])
  })
  it('that the outcome is still open, and asks again later and later', () => {
    for (const status of ['processing', 'requires_confirmation'] as const) {
      const { payment: open, steps } = after({ ...states.started, attempts: 2 }, see({ status }))
      expect(open).toMatchObject({ status: 'unknown', step: 'create', attempts: 3, leasedUntil: null })
      expect(open?.nextAttemptAt).toBe('2031-01-01T12:00:05.000Z')
      expect(steps).toEqual([])
    }
    const waiting = { ...states.unknownCreate, intentId: 'pi_1', intentStatus: 'processing' as const }
    expect(after(waiting, see({ status: 'processing' })).payment).toMatchObject({
      status: 'unknown',
      step: 'create',
      attempts: 2,
    })
  })
  it('that nothing had changed, when an uncertain outcome is looked up', () => {
    expect(after(states.unknownVoid, observed('requires_capture')).payment).toMatchObject({
      status: 'authorized',
      step: null,
    })
    const challenge = { ...states.unknownCreate, intentId: 'pi_1', intentStatus: 'requires_action' as const }
    expect(after(challenge, observed('requires_action')).payment).toMatchObject({
      status: 'requires_action',
      step: null,
      attempts: 2,
    })
  })
  it('something new, and begins to count its tries again; nothing new, and goes on counting', () => {
    expect(
      after({ ...states.requiresAction, attempts: 4 }, observed('requires_capture')).payment?.attempts,
    ).toBe(0)
    expect(after({ ...states.authorized, attempts: 4 }, observed('requires_capture')).payment?.attempts).toBe(
      5,
    )
  })
  it('of a dispute, and keeps what it knows of one when nothing is said', () => {
    const disputed = (given: Payment, said?: boolean) =>
      after(given, see({ status: 'succeeded' }, null, said)).payment?.disputed
    expect([disputed(states.captured, true), disputed(states.captured)]).toEqual([true, false])
    expect(disputed({ ...states.captured, disputed: true })).toBe(true)
    expect(disputed({ ...states.captured, disputed: true }, false)).toBe(false)
  })
})

describe('nothing is learned', () => {
  it('of money by a payment whose money is taken or given back, whatever is seen of its intent', () => {
    for (const given of [states.captured, states.refunded, states.capturedUnclaimed]) {
      for (const intentStatus of ['succeeded', 'requires_capture'] as const) {
        const stored = { ...given, intentStatus }
        for (const status of ['succeeded', 'canceled'] as const) {
          const { payment: same, told } = after(stored, see({ status, chargeId: 'ch_2' }))
          const { attempts: _attempts, nextAttemptAt: _next, ...kept } = stored
          expect([told, same]).toMatchObject([[], kept])
        }
      }
    }
  })
  it('of money by a closed payment whose intent still waits for somebody', () => {
    const open = { ...states.declined, intentStatus: 'requires_payment_method' } as const
    for (const status of ['requires_action', 'processing'] as const) {
      const { payment: same, steps } = after(open, see({ status }))
      expect(same).toMatchObject({
        status: 'declined',
        intentStatus: status,
        claim: null,
        capturedMinor: 0,
        reason: null,
      })
      expect(steps).toEqual(['void'])
    }
  })
  it('of refunds or entries by whoever only sees that the card waits for its buyer', () => {
    const world = worldOf(states.started)
    expect(eventsOf(apply(world, observed('requires_action')))).toEqual([])
    expect([world.entries, world.changed.refunds.size]).toEqual([[], 0])
  })
})

describe('asking the order', () => {
  it('is done once, with the whole amount and the version that is known of the order', () => {
    const authorized = (version: number) =>
      after(states.started, observed('requires_capture'), knownOrder({ version }))
    expect(authorized(7).told).toEqual([
      { type: 'PaymentAuthorized', data: { orderId, paymentId, amount, orderVersion: 7 } },
    ])
    expect(authorized(7).payment).toMatchObject({
      askedVersion: 7,
      authorizedMinor: 4_500,
      status: 'authorized',
    })
    expect(authorized(0).payment).toMatchObject({ askedVersion: 1 })
    const world = worldOf(states.started, null)
    expect(apply(world, observed('requires_capture'))).toMatchObject({ answer: { paymentId } })
    expect(paymentIn(world)).toMatchObject({ askedVersion: 1 })
  })
  it('is not done when the order has answered already', () => {
    const won = { ...states.started, claim: 'won' as const }
    const { told, payment: paid, steps } = after(won, observed('requires_capture'))
    expect([told, paid?.askedVersion, steps]).toEqual([[], null, ['capture']])
  })
  it('is not done for an order that is gone: the reason says what became of it', () => {
    const late = (order: Partial<Parameters<typeof knownOrder>[0]>, given: Payment = states.started) =>
      after(given, observed('requires_capture'), knownOrder(order))
    for (const status of ['cancelled', 'complete'] as const) {
      const { told, payment: lost, steps } = late({ status })
      expect([told, lost?.claim, lost?.reason, steps]).toEqual([[], 'lost', `order_${status}`, ['void']])
    }
    const lost = { ...states.started, claim: 'lost' as const }
    expect(late({}, lost).payment?.reason).toBe('order_created')
    expect(late({}, { ...lost, reason: 'order_claimed' }).payment?.reason).toBe('order_claimed')
    const world = worldOf(lost, null)
    apply(world, observed('requires_capture'))
    expect(paymentIn(world)?.reason).toBe('order_unknown')
  })
})

describe('an intent that does not fit', () => {
  const outcome = (given: Payment, changes: Partial<IntentSeen>, order = knownOrder()) => {
    const { told, payment: same } = after(given, see({ status: 'succeeded', ...changes }), order)
    return Array.isArray(told) ? `taken ${same?.capturedMinor}` : told
  }
  const refused = { rejection: 'intent_mismatch', detail: `pi_1 does not fit payment ${paymentId}` }
  it('is refused by name', () => {
    expect(outcome(states.authorizedWon, { receivedMinor: 4_499 })).toEqual(refused)
    expect(outcome(states.authorizedWon, { receivedMinor: 4_501 })).toEqual(refused)
    expect(outcome(states.authorizedWon, { amountMinor: 4_501 })).toEqual(refused)
    expect(outcome(states.authorizedWon, { currency: 'USD' })).toEqual(refused)
    expect(outcome(states.authorizedWon, { intentId: 'pi_2' })).toMatchObject({
      rejection: 'intent_mismatch',
    })
  })
  it('may have taken any part of the money when that is given back anyway', () => {
    expect(outcome(states.authorizedLost, { receivedMinor: 1_000 })).toBe('taken 1000')
    expect(outcome(states.authorized, { receivedMinor: 1_000 }, knownOrder({ status: 'cancelled' }))).toBe(
      'taken 1000',
    )
  })
  it('is a matter of money only when money was taken', () => {
    expect(after(states.authorized, see({ status: 'requires_capture', receivedMinor: 7 })).told).toEqual([])
    expect(
      after(states.started, see({ status: 'requires_action', intentId: 'pi_any' })).payment?.intentId,
    ).toBe('pi_any')
  })
})

describe('a capture that the processor refuses', () => {
  const byCard = (code = 'generic_decline') => ({ code, card: true })
  const byRequest = (code: string) => ({ code, card: false })
  const refuse = (refused: Refusal, given: Payment = states.authorizedWon) => after(given, see({}, refused))
  // The bank's own word comes in place of `card_declined` wherever the processor knows it, and
  // there are dozens.
  it.each([
    [byCard('do_not_honor'), 'card_declined'],
    [byCard('stolen_card'), 'card_declined'],
    [byCard('expired_card'), 'card_declined'],
    [byRequest('charge_expired_for_capture'), 'charge_expired_for_capture'],
  ])(
    'by the bank (%o) is over: the authorization is let go, and it is told why in general',
    (refused, reason) => {
      const { payment: over, told, steps } = refuse(refused)
      expect(over).toMatchObject({ captureRefused: true, reason, status: 'authorized' })
      expect([told, steps]).toEqual([[], ['void']])
    },
  )
  it('by the bank, the intent being without a card again, is over as well', () => {
    const { payment: over, steps } = after(
      states.authorizedWon,
      see({ status: 'requires_payment_method' }, byCard()),
    )
    expect([over?.captureRefused, steps]).toEqual([true, ['void']])
  })
  it('for a moment is asked for again later', () => {
    const { payment: waits, steps } = refuse(byRequest('lock_timeout'))
    expect(waits).toMatchObject({
      captureRefused: false,
      reason: null,
      attempts: 1,
      nextAttemptAt: '2031-01-01T12:00:01.000Z',
    })
    expect(steps).toEqual([])
  })
  it('counts only for a payment that was to be captured', () => {
    expect(refuse(byCard(), states.authorized).payment).toMatchObject({ captureRefused: false, reason: null })
    expect(refuse(byCard(), states.authorizedLost).payment).toMatchObject({
      captureRefused: false,
      reason: 'order_claimed',
    })
    expect(
      after(states.requiresAction, see({ status: 'requires_action' }, byCard())).payment?.captureRefused,
    ).toBe(false)
    const challenged = { ...states.requiresAction, claim: 'won' as const }
    expect(after(challenged, see({ status: 'requires_action' }, byCard())).payment?.captureRefused).toBe(
      false,
    )
    const twice = { ...states.authorizedWon, captureRefused: true, reason: 'expired_card' }
    expect(refuse(byCard(), twice).payment).toMatchObject({ reason: 'expired_card', attempts: 1 })
  })
  it('although something new is seen, is not put off', () => {
    expect(
      after({ ...states.requiresAction, claim: 'won' }, see({}, byRequest('lock_timeout'))).steps,
    ).toEqual(['capture'])
  })
  it('after an uncertain outcome is a refusal as well', () => {
    expect(after(states.unknownCapture, see({}, byCard())).payment).toMatchObject({
      status: 'authorized',
      captureRefused: true,
    })
  })
})

describe('the end of a payment tells why', () => {
  const canceled = (given: Payment) => after(given, observed('canceled')).told
  const voided = (reason: string) => [{ type: 'PaymentVoided', data: { orderId, paymentId, reason } }]
  it('canceled by the processor, by the order’s answer, or for the refused capture', () => {
    expect(canceled(states.authorized)).toEqual(voided('processor_cancelled'))
    expect(canceled(states.authorizedLost)).toEqual(voided('order_claimed'))
    const failed = (code: string) => [{ type: 'ChargeFailed', data: { orderId, paymentId, code } }]
    expect(canceled(states.authorizedWon)).toEqual(failed('processor_cancelled'))
    expect(canceled({ ...states.authorizedWon, reason: 'expired_card', captureRefused: true })).toEqual(
      failed('expired_card'),
    )
  })
  it('nothing of it ever reached the processor', () => {
    const { told, payment: gone } = after(states.started, { type: 'RecordAbsence', paymentId, fence: 1 })
    expect(told).toEqual(voided('never_reached_processor'))
    expect(gone).toMatchObject({
      status: 'voided',
      reason: 'never_reached_processor',
      step: null,
      nextAttemptAt: null,
    })
  })
  it('declined by the card, or not a card that the processor takes: the order hears that nothing is under way', () => {
    const refusal = (card: boolean): Command => ({
      type: 'RecordRefusal',
      paymentId,
      fence: 1,
      code: 'a_code',
      card,
    })
    expect(after(states.started, refusal(true))).toMatchObject({
      told: voided('card_declined'),
      payment: { status: 'declined', declineCode: 'a_code', reason: null, step: null, nextAttemptAt: null },
    })
    expect(after(states.started, refusal(false))).toMatchObject({
      told: voided('a_code'),
      payment: { status: 'declined', declineCode: 'invalid_payment_method', reason: 'a_code' },
    })
  })
  it('a refusal or an absence of what has an intent is no end: it is asked again', () => {
    for (const command of [
      { type: 'RecordRefusal', paymentId, fence: 1, code: 'x', card: true },
      { type: 'RecordAbsence', paymentId, fence: 1 },
    ] as const) {
      const { payment: same, told } = after(states.requiresAction, command)
      expect(same).toEqual({
        ...states.requiresAction,
        attempts: 1,
        leasedUntil: null,
        nextAttemptAt: '2031-01-01T12:00:01.000Z',
      })
      expect(told).toEqual([])
    }
  })
})
