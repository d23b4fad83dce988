// When somebody works on a payment and when he looks again: leases, growing delays, the age of a
// key.
import { describe, expect, it } from 'vitest'
import {
  apply,
  ids,
  knownOrder,
  later,
  now,
  observed,
  payment,
  refund,
  states,
  worldOf,
} from '../../../test/payments/samples.ts'
import type { World } from '../world.ts'
import type { Command } from './commands.ts'
import {
  isAtRest,
  isKeyAlive,
  isLeased,
  isSettled,
  lookAgainAt,
  nextStep,
  type Payment,
  retryAt,
} from './payment.ts'

const paymentId = ids.payment
const orderId = ids.order
const seconds = (instant: string | null | undefined) =>
  instant == null ? null : (Date.parse(instant) - Date.parse(now)) / 1000
const at = (offset: number) => new Date(Date.parse(now) + offset * 1000).toISOString()
const paymentIn = (world: World) => world.payments.get(paymentId)
const take = (look = false): Command => ({ type: 'TakeLease', paymentId, look })
const claimed: Command = { type: 'NoteOrderClaimed', orderId, paymentId, version: 2 }

describe('delays', () => {
  it('a step that failed is tried again soon, then less and less often, and at least every hour for ever', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 900].map((attempts) => seconds(retryAt(now, attempts)))).toEqual([
      1, 2, 5, 15, 60, 300, 900, 3600, 3600, 3600,
    ])
  })
  it('a payment that waits for somebody else is looked at after a minute, then less often, and at least every hour', () => {
    expect([0, 1, 2, 3, 4, 5, 900].map((attempts) => seconds(lookAgainAt(now, attempts)))).toEqual([
      60, 120, 300, 900, 3600, 3600, 3600,
    ])
  })
  it('a key is taken for dead an hour before the processor forgets it', () => {
    expect([0, 23 * 3600 - 1, 23 * 3600, 24 * 3600].map((age) => isKeyAlive(now, at(age)))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
  it('what a request left behind that has ended is listed five minutes after it', () => {
    expect([0, 299, 300, 301].map((age) => isSettled(now, at(age)))).toEqual([false, false, true, true])
  })
  it('a lease is over at its very end', () => {
    const leased = (leasedUntil: string | null) => isLeased(payment({ leasedUntil }), now)
    expect([null, at(-1), at(0), at(1)].map(leased)).toEqual([false, false, false, true])
  })
})

describe('a lease', () => {
  it('lasts twenty seconds, has a number of its own, and is taken up by somebody when it ends', () => {
    const world = worldOf(states.authorizedWon)
    expect(apply(world, take())).toMatchObject({ answer: { paymentId } })
    expect(paymentIn(world)).toEqual({
      ...states.authorizedWon,
      fence: 2,
      leasedUntil: at(20),
      nextAttemptAt: at(20),
    })
    expect(world.works).toEqual([{ payment: paymentIn(world), step: 'capture', fence: 2, refund: null }])
  })
  it('carries the refund that is to be made, and no other', () => {
    const world = worldOf(states.captured)
    const [settled, due] = [refund({ id: 'refund-0', status: 'failed' }), refund({ status: 'unknown' })]
    world.refundsByPayment.set(paymentId, [settled, due])
    apply(world, take())
    expect(world.works).toMatchObject([{ step: 'refund', refund: due }])
    const capturing = worldOf(states.authorizedWon)
    capturing.refundsByPayment.set(paymentId, [due])
    apply(capturing, take())
    expect(capturing.works).toMatchObject([{ step: 'capture', refund: null }])
  })
  it('is for a look only when somebody asks or when it is time, and the answer says that it looks', () => {
    const answer = (given: Payment, look = false) => {
      const world = worldOf(given)
      const decision = apply(world, take(look))
      return ['answer' in decision && decision.answer, world.works.map(({ step }) => step)]
    }
    const looks = [{ paymentId, looks: true }, ['retrieve']]
    const rests = [{ paymentId }, []]
    expect(answer(states.captured)).toEqual(rests)
    expect(answer(states.captured, true)).toEqual(looks)
    expect(answer({ ...states.captured, nextAttemptAt: at(0) })).toEqual(looks)
    expect(answer({ ...states.captured, nextAttemptAt: at(1) })).toEqual(rests)
    expect(answer({ ...states.captured, intentId: null }, true)).toEqual(rests)
    expect(answer(states.authorizedWon, true)).toEqual([{ paymentId }, ['capture']])
  })
  it('is for the look that somebody asks for before a refund that was tried, and after one that was not', () => {
    const steps = (look: boolean, ...statuses: readonly ('requested' | 'unknown')[]) => {
      const world = worldOf(states.captured)
      world.refundsByPayment.set(
        paymentId,
        statuses.map((status, index) => refund({ id: `refund-${index}`, status })),
      )
      const decision = apply(world, take(look))
      return [...world.works.map(({ step }) => step), 'answer' in decision && decision.answer?.looks === true]
    }
    expect(steps(true, 'unknown')).toEqual(['retrieve', true])
    expect(steps(false, 'unknown')).toEqual(['refund', false])
    expect(steps(true, 'requested')).toEqual(['refund', false])
    expect(steps(true, 'unknown', 'requested')).toEqual(['refund', false])
  })
  it('of another is not taken, and the answer does not say that anybody looks', () => {
    const world = worldOf({ ...states.captured, leasedUntil: at(1) })
    expect(apply(world, take(true))).toEqual({ facts: [], answer: { paymentId } })
  })
  it('of another stays when news comes, whether or not there is something to do', () => {
    for (const given of [states.authorized, states.requiresAction]) {
      const world = worldOf({ ...given, leasedUntil: later, nextAttemptAt: later })
      apply(world, claimed)
      expect(paymentIn(world)).toMatchObject({ claim: 'won', leasedUntil: later, fence: 1 })
      expect(world.works).toEqual([])
    }
  })
  it('of another ends some day: what is asked for meanwhile is left to him, and if he dies to the sweeper', () => {
    // A process looked at a payment that the processor had captured by itself. The claim came, left
    // nothing to do, and so no further look was due. The organiser then requested a refund, which
    // was left to the process that looked. It crashed, and the refund stayed requested for ever.
    // The simulation found this (seed 29913), and the model finds it in eleven steps.
    for (const given of [states.capturedUnclaimed, { ...states.captured, claim: null }]) {
      const world = worldOf(
        { ...given, leasedUntil: at(20), nextAttemptAt: at(20) },
        knownOrder({ version: 1 }),
      )
      apply(world, claimed)
      expect(paymentIn(world)).toMatchObject({ claim: 'won', leasedUntil: at(20), nextAttemptAt: at(20) })
      expect(world.works).toEqual([])
    }
  })
  it('is given back by whoever holds it, and somebody looks again in a minute while there is something to wait for', () => {
    const world = worldOf(payment({ leasedUntil: later }))
    apply(world, observed('requires_action'))
    expect(paymentIn(world)).toMatchObject({ leasedUntil: null, nextAttemptAt: at(60), attempts: 0 })
  })
  it('that is over is nobody’s: news clears it away', () => {
    const world = worldOf({ ...states.requiresAction, leasedUntil: at(-1) })
    apply(world, claimed)
    expect(paymentIn(world)).toMatchObject({ leasedUntil: null, nextAttemptAt: at(60) })
  })
})

describe('at rest', () => {
  const nextLook = (
    given: Payment,
    order = knownOrder({ version: 1 }),
    refunds = [refund({ status: 'succeeded' })],
  ) => {
    const world = worldOf({ ...given, leasedUntil: later, nextAttemptAt: later }, order)
    world.refundsByPayment.set(paymentId, refunds)
    apply(world, { type: 'RecordRefunds', paymentId, fence: 1, seen: [], importIds: [] })
    return seconds(paymentIn(world)?.nextAttemptAt)
  }
  it('nobody looks again at what is captured, refunded, voided or declined', () => {
    for (const given of [states.captured, states.refunded, states.voided, states.declined])
      expect(nextLook(given)).toBeNull()
  })
  it('somebody looks again while the card waits for its buyer, the order for an answer, or a refund for its bank', () => {
    expect(nextLook(states.requiresAction)).toBe(120)
    expect(nextLook(states.authorized)).toBe(120)
    expect(nextLook(states.capturedUnclaimed)).toBe(120)
    expect(
      nextLook(states.captured, knownOrder(), [refund({ status: 'pending', processorId: 're_1' })]),
    ).toBe(120)
  })
})

describe('the next step', () => {
  it('of an order’s own payment is its capture, also when the order is complete already', () => {
    expect(nextStep(states.authorizedWon, knownOrder({ status: 'complete' }), [])).toBe('capture')
    expect(nextStep(states.authorized, knownOrder({ status: 'complete' }), [])).toBe('void')
  })
  it('of a closed payment is to close its intent, unless that has ended', () => {
    const step = (intentStatus: Payment['intentStatus'], intentId: string | null = 'pi_1') =>
      nextStep({ ...states.declined, intentId, intentStatus }, undefined, [])
    expect(
      ['requires_payment_method', 'succeeded', 'canceled'].map((status) =>
        step(status as Payment['intentStatus']),
      ),
    ).toEqual(['void', null, null])
    expect(step(null, null)).toBeNull()
    expect(isAtRest({ ...states.declined, intentStatus: 'requires_action' }, undefined, [])).toBe(false)
    expect(isAtRest(states.declined, undefined, [])).toBe(true)
  })
})

describe('an uncertain outcome', () => {
  const unknown = (given: Payment, changes: Partial<Extract<Command, { type: 'RecordUnknown' }>>) => {
    const world = worldOf({ ...given, leasedUntil: later })
    world.refundsByPayment.set(paymentId, [refund(), refund({ id: 'refund-2', status: 'pending' })])
    apply(world, { type: 'RecordUnknown', paymentId, fence: 1, step: 'retrieve', ...changes })
    return world
  }
  it.each([
    ['create', 'unknown create'],
    ['capture', 'unknown capture'],
    ['void', 'unknown void'],
    ['retrieve', 'authorized null'],
    ['refund', 'authorized null'],
  ] as const)('of %s leaves the payment %s', (step, expected) => {
    const after = paymentIn(unknown(states.authorized, { step }))
    expect(`${after?.status} ${after?.step}`).toBe(expected)
    expect(after).toMatchObject({ attempts: 1, leasedUntil: null, nextAttemptAt: at(1) })
  })
  it('of a step on a closed payment leaves it closed', () => {
    for (const step of ['create', 'capture', 'void'] as const) {
      expect(paymentIn(unknown(states.declined, { step }))).toMatchObject({ status: 'declined', step: null })
    }
  })
  it('of a refund makes that one unknown, and no other', () => {
    const statuses = (refundId?: string) =>
      unknown(states.captured, { step: 'refund', ...(refundId ? { refundId } : {}) })
        .refundsByPayment.get(paymentId)
        ?.map(({ id, status }) => `${id} ${status}`)
        .toSorted()
    expect(statuses(ids.refund)).toEqual(['refund-1 unknown', 'refund-2 pending'])
    expect(statuses('refund-2')).toEqual(['refund-1 requested', 'refund-2 pending'])
    expect(statuses()).toEqual(['refund-1 requested', 'refund-2 pending'])
  })
})
