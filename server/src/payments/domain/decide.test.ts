// How a payment begins, what it makes of its order's answer, and what of its order's end, with all
// that is told and stored.
import { describe, expect, it } from 'vitest'
import {
  amount,
  apply,
  ids,
  knownOrder,
  later,
  now,
  observed,
  payment,
  states,
  toldBy,
  worldOf,
} from '../../../test/payments/samples.ts'
import type { World } from '../world.ts'
import type { Command } from './commands.ts'
import type { Payment } from './payment.ts'

const paymentId = ids.payment
const orderId = ids.order
const terms = { buyerId: ids.buyer, organiserId: ids.organiser, amount }
const paymentIn = (world: World) => world.payments.get(paymentId)

/** The payment after a command, and what the others hear. */
function after(given: Payment, command: Command) {
  const world = worldOf(given)
  const told = toldBy(apply(world, command))
  return { payment: paymentIn(world), told }
}

describe('the order’s answer', () => {
  const claimed: Command = { type: 'NoteOrderClaimed', orderId, paymentId, version: 2 }
  const rejected: Command = { type: 'NoteClaimRejected', orderId, paymentId, reason: 'order_claimed' }
  const cancelled: Command = { type: 'NoteOrderCancelled', orderId, version: 2 }
  it('for a payment that is not here, or not of this order, is put off', () => {
    for (const command of [claimed, rejected]) {
      expect(apply(worldOf(null), command)).toEqual({ rejection: 'payment_unknown' })
      expect(apply(worldOf({ ...states.authorized, orderId: 'order-2' }), command)).toEqual({
        rejection: 'payment_unknown',
      })
    }
  })
  it('names the payment it is for', () => {
    for (const command of [claimed, rejected])
      expect(apply(worldOf(states.authorized), command)).toMatchObject({ answer: { paymentId } })
    expect(apply(worldOf(states.authorized), cancelled)).toMatchObject({ answer: { paymentId: '' } })
  })
  it('a second time is noted and decides nothing', () => {
    const decision = apply(worldOf(states.authorizedWon), claimed)
    expect(decision).toMatchObject({ facts: [{ type: 'OrderNoted' }], answer: { paymentId } })
  })
  it('charges what was taken before it came, and looks what was given back of it meanwhile', () => {
    const world = worldOf(states.capturedUnclaimed)
    const decision = apply(world, claimed)
    expect(toldBy(decision)).toEqual([{ type: 'ChargeCreated', data: { orderId, paymentId, amount } }])
    expect(paymentIn(world)).toMatchObject({ claim: 'won' })
    expect(world.works.map(({ step }) => step)).toEqual(['retrieve'])
  })
  it('leaves the look to whoever is at it: he takes in what he finds', () => {
    const world = worldOf({ ...states.capturedUnclaimed, leasedUntil: later })
    apply(world, claimed)
    expect(paymentIn(world)).toMatchObject({ claim: 'won' })
    expect(world.works).toEqual([])
  })
  it('comes too late for what is given back: the order hears that no money comes, once', () => {
    const failed = (code: string) => [{ type: 'ChargeFailed', data: { orderId, paymentId, code } }]
    for (const [given, code] of [
      [states.voided, 'order_claimed'],
      [{ ...states.voided, claim: null, reason: 'processor_cancelled' }, 'processor_cancelled'],
      [states.declined, 'voided'],
    ] as const) {
      const world = worldOf(given)
      const decision = apply(world, claimed)
      expect(toldBy(decision)).toEqual(failed(code))
      expect(paymentIn(world)).toMatchObject({
        captureRefused: true,
        claim: given.claim,
        status: given.status,
      })
      const again = apply(world, { ...claimed, version: 3 })
      expect('facts' in again && again.facts.map(({ type }) => type)).toEqual(['OrderNoted'])
    }
  })
  it('comes while the void is under way: its end will tell the order', () => {
    for (const given of [states.authorizedLost, states.unknownVoid]) {
      const { told, payment: late } = after(given, claimed)
      expect(told).toEqual([])
      expect(late).toMatchObject({ claim: 'won', captureRefused: true, reason: 'order_claimed' })
    }
    const silent = { ...states.authorizedLost, reason: null }
    expect(after(silent, claimed).payment).toMatchObject({ reason: 'voided' })
  })
  it('a no changes nothing of a payment that was answered before', () => {
    for (const given of [states.authorizedWon, states.authorizedLost]) {
      expect(apply(worldOf(given), rejected)).toEqual({ facts: [], answer: { paymentId } })
    }
  })
  it('a no keeps the first reason', () => {
    expect(after(states.authorized, rejected).payment).toMatchObject({
      claim: 'lost',
      reason: 'order_claimed',
    })
    expect(after({ ...states.authorized, reason: 'before' }, rejected).payment).toMatchObject({
      reason: 'before',
    })
  })
})

describe('an order that is cancelled', () => {
  const cancelled: Command = { type: 'NoteOrderCancelled', orderId, version: 2 }
  it('gives back every open or captured payment of it, and no other', () => {
    const second = payment({ ...states.authorized, id: 'payment-2', intentId: 'pi_2' })
    const foreign = payment({ ...states.authorized, id: 'payment-3', orderId: 'order-2' })
    const world = worldOf(states.authorized)
    for (const each of [second, foreign]) world.payments.set(each.id, each)
    world.idsByOrder.set(orderId, [paymentId, 'payment-not-loaded', second.id])
    apply(world, cancelled)
    expect(world.works.map(({ payment: { id }, step }) => `${id} ${step}`)).toEqual([
      'payment-1 void',
      'payment-2 void',
    ])
    expect(paymentIn(world)).toMatchObject({ claim: 'lost', reason: 'order_cancelled' })
    expect(world.payments.get(foreign.id)).toEqual(foreign)
  })
  it('of which we know no payment is noted', () => {
    const world = worldOf(null)
    expect(apply(world, cancelled)).toMatchObject({
      facts: [{ type: 'OrderNoted' }],
      answer: { paymentId: '' },
    })
  })
  it('a second time changes nothing', () => {
    const world = worldOf(states.authorized, knownOrder({ version: 2, status: 'cancelled' }))
    expect(apply(world, cancelled)).toEqual({ facts: [], answer: { paymentId: '' } })
  })
})

describe('a payment that begins', () => {
  const start: Command = {
    type: 'StartPayment',
    paymentId: 'payment-2',
    orderId,
    buyerId: ids.buyer,
    paymentMethod: 'pm_card_visa',
  }
  const sibling = (changes: Partial<Payment>, count = 1) => {
    const world = worldOf(null)
    world.siblingsByOrder.set(
      orderId,
      Array.from({ length: count }, (_, index) => payment({ id: `other-${index}`, ...changes })),
    )
    return apply(world, start)
  }
  it('is stored with all it needs, leased, and told', () => {
    const world = worldOf(null)
    const decision = apply(world, start)
    const stored = payment({
      id: 'payment-2',
      version: 1,
      fence: 1,
      leasedUntil: '2031-01-01T12:00:20.000Z',
      nextAttemptAt: '2031-01-01T12:00:20.000Z',
    })
    expect(decision).toEqual({
      facts: [
        {
          type: 'PaymentOpened',
          data: { ...terms, paymentId: 'payment-2', orderId, paymentMethod: 'pm_card_visa', tender: null },
        },
        { type: 'PaymentStarted', data: { orderId, paymentId: 'payment-2' } },
        { type: 'WorkLeased', data: { paymentId: 'payment-2', step: 'create', refundId: null } },
      ],
      answer: { paymentId: 'payment-2' },
    })
    expect(world.payments.get('payment-2')).toEqual(stored)
    expect(world.works).toEqual([{ payment: stored, step: 'create', fence: 1, refund: null }])
  })
  it('is refused for another’s order, an unknown one, and one that is not payable any more', () => {
    expect(apply(worldOf(null), { ...start, buyerId: 'somebody' })).toEqual({ rejection: 'order_unknown' })
    expect(apply(worldOf(null, null), start)).toEqual({ rejection: 'order_unknown' })
    expect(apply(worldOf(null, knownOrder({ terms: null })), start)).toEqual({ rejection: 'order_unknown' })
    expect(apply(worldOf(null), start, later)).toEqual({ rejection: 'order_not_payable' })
  })
  it('of another guest than those that the buyer was is refused', () => {
    const signedIn = { ...start, buyerId: 'somebody', formerIds: ['another guest'] }
    expect(apply(worldOf(null), signedIn)).toEqual({ rejection: 'order_unknown' })
  })
  it('of a guest who has an account by now is the guest’s', () => {
    const signedIn = { ...start, buyerId: 'somebody', formerIds: ['another guest', ids.buyer] }
    expect(apply(worldOf(null), signedIn)).toEqual(apply(worldOf(null), start))
  })
  const taken = {
    rejection: 'order_not_payable',
    detail: 'another payment for this order is already authorized',
  }
  it.each([
    ['authorized', null, taken],
    ['authorized', 'won', taken],
    ['authorized', 'lost', null],
    ['captured', null, taken],
    ['captured', 'lost', null],
    ['refunded', 'won', taken],
    ['refunded', 'lost', null],
    ['unknown', 'won', taken],
    ['unknown', null, null],
    ['unknown', 'lost', null],
    ['started', 'won', null],
    ['requires_action', null, null],
    ['voided', 'lost', null],
    ['declined', null, null],
  ] as const)('beside one that is %s, claim %s', (status, claim, refusal) => {
    expect(sibling({ status, claim })).toMatchObject(refusal ?? { answer: { paymentId: 'payment-2' } })
  })
  it('is refused after ten declined cards', () => {
    expect(sibling({ status: 'declined' }, 9)).toHaveProperty('facts')
    expect(sibling({ status: 'declined' }, 10)).toEqual({
      rejection: 'order_not_payable',
      detail: 'too many cards were declined for this order',
    })
    expect(sibling({ status: 'voided' }, 30)).toHaveProperty('facts')
  })
  it('may begin where no payment of the order was read', () => {
    const world = worldOf(null)
    world.siblingsByOrder.clear()
    expect(apply(world, start, now)).toHaveProperty('facts')
  })
})

it('nothing is leased for, or recorded of, a payment that is not here', () => {
  expect(apply(worldOf(null), { type: 'TakeLease', paymentId, look: true })).toEqual({
    rejection: 'payment_unknown',
  })
  expect(apply(worldOf(null), observed('succeeded'))).toEqual({ rejection: 'payment_unknown' })
})

it('every result of a call answers for its payment', () => {
  for (const command of [
    observed('requires_action'),
    { type: 'RecordUnknown', paymentId, fence: 1, step: 'create' },
    { type: 'RecordAbsence', paymentId, fence: 1 },
    { type: 'RecordRefusal', paymentId, fence: 1, code: 'x', card: true },
    { type: 'RecordRefunds', paymentId, fence: 1, seen: [], importIds: [] },
  ] as const satisfies readonly Command[]) {
    for (const given of [states.started, states.requiresAction]) {
      expect(apply(worldOf(given), command), command.type).toMatchObject({ answer: { paymentId } })
    }
  }
})
