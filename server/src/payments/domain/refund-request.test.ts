// What an organiser may give back, and what is stored, booked and begun when he does.
import { expect, it } from 'vitest'
import {
  apply,
  ids,
  knownOrder,
  later,
  now,
  payment,
  refund,
  states,
  worldOf,
} from '../../../test/payments/samples.ts'
import type { World } from '../world.ts'
import type { Command } from './commands.ts'
import type { Payment } from './payment.ts'
import type { Refund } from './refund.ts'

const paymentId = ids.payment
const orderId = ids.order
const part = { amountMinor: 1_500, currency: 'EUR' }

function worldWith(refunds: readonly Refund[], given: Payment = states.captured): World {
  const world = worldOf(given)
  world.refundsByPayment.set(paymentId, [...refunds])
  return world
}

const request = (changes: Partial<Extract<Command, { type: 'RequestRefund' }>> = {}): Command => ({
  type: 'RequestRefund',
  refundId: 'refund-2',
  orderId,
  organiserId: ids.organiser,
  amountMinor: null,
  reason: 'rain',
  ...changes,
})
const earlier = refund({ amount: part, status: 'succeeded', processorId: 're_1' })

/** How much goes back when so much is asked for, or why nothing does. */
function refundedOrRefused(world: ReturnType<typeof worldOf>, amountMinor: number | null) {
  const decision = apply(world, request({ amountMinor }))
  return 'rejection' in decision
    ? `${decision.rejection} ${decision.detail}`
    : world.changed.refunds.get('refund-2')?.amount.amountMinor
}

it('an organiser’s refund is stored, booked and begun with all there is to know of it', () => {
  const world = worldWith([earlier])
  expect(apply(world, request({ amountMinor: 1_000 }))).toMatchObject({
    answer: { paymentId, refundId: 'refund-2' },
  })
  const stored = {
    id: 'refund-2',
    paymentId,
    orderId,
    amount: { amountMinor: 1_000, currency: 'EUR' },
    origin: 'organiser',
    reason: 'rain',
    status: 'requested',
    processorId: null,
    failureCode: null,
    createdAt: now,
  }
  expect(world.refundsByPayment.get(paymentId)).toEqual([earlier, stored])
  expect(world.changed.refunds).toEqual(new Map([['refund-2', stored]]))
  expect(world.entries).toMatchObject([
    {
      debit: 'organiser_payable:organiser',
      credit: 'clearing:refunds',
      postedMinor: 1_000,
      pendingMinor: 0,
      sourceId: 'refund-2',
    },
  ])
  expect(world.works).toMatchObject([{ step: 'refund', fence: 2, refund: stored }])
})

it.each([
  ['all that is left', null, 3_000],
  ['exactly what is left', 3_000, 3_000],
  ['one cent', 1, 1],
  ['one cent more than is left', 3_001, 'refund_exceeds_charge 3000 left to refund, in minor units'],
  ['nothing', 0, 'refund_exceeds_charge 3000 left to refund, in minor units'],
  ['less than nothing', -1, 'refund_exceeds_charge 3000 left to refund, in minor units'],
])('asked for beside a refund of 15.00: %s', (_what, amountMinor, expected) => {
  const world = worldWith([earlier, refund({ id: 'refund-0', amount: part, status: 'failed' })])
  expect(refundedOrRefused(world, amountMinor)).toBe(expected)
})

it.each([
  ['ISK', 99_000, 100, 100],
  ['ISK', 99_000, 50, 'refund_not_payable ISK is refunded in steps of 100 minor units'],
  ['ISK', 99_000, 98_950, 'refund_not_payable ISK is refunded in steps of 100 minor units'],
  ['UGX', 50_000, 1, 'refund_not_payable UGX is refunded in steps of 100 minor units'],
  ['KWD', 5_120, 10, 10],
  ['KWD', 5_120, 5, 'refund_not_payable KWD is refunded in steps of 10 minor units'],
  ['BHD', 1_000, 999, 'refund_not_payable BHD is refunded in steps of 10 minor units'],
  ['JPY', 5_000, 1, 1],
  ['EUR', 5_000, 1, 1],
  ['ISK', 99_050, 99_050, 99_050],
])('of %s %i, %i may go back: %s', (currency, capturedMinor, amountMinor, expected) => {
  const amount = { amountMinor: capturedMinor, currency }
  const world = worldOf({ ...states.captured, amount, capturedMinor })
  expect(refundedOrRefused(world, amountMinor)).toBe(expected)
})

it.each([
  ['by another organiser', request({ organiserId: 'somebody' }), 'order_unknown'],
  ['of an order that is not known', request({ orderId: 'order-9' }), 'order_unknown'],
])('a refund asked for %s is refused', (_what, command, rejection) => {
  expect(apply(worldWith([]), command)).toEqual({ rejection })
})

it('a refund is refused while only later news of the order has come, over a dispute, and where nothing was taken', () => {
  expect(apply(worldOf(states.captured, knownOrder({ terms: null })), request())).toEqual({
    rejection: 'order_unknown',
  })
  expect(apply(worldOf({ ...states.captured, disputed: true }), request())).toEqual({
    rejection: 'payment_disputed',
  })
  expect(apply(worldOf(states.authorizedWon), request())).toEqual({ rejection: 'nothing_to_refund' })
  expect(apply(worldOf(null), request())).toEqual({ rejection: 'nothing_to_refund' })
})

it('of several payments the one that the order accepted is refunded', () => {
  const world = worldOf(states.captured)
  const loser = payment({ ...states.capturedUnclaimed, id: 'payment-0', claim: 'lost' })
  world.payments.set(loser.id, loser)
  world.idsByOrder.set(orderId, ['payment-not-loaded', loser.id, paymentId])
  expect(apply(world, request())).toMatchObject({ answer: { paymentId } })
})

it('a card that the order accepted and that could not be captured is not in the way of the one that paid', () => {
  const world = worldOf(states.captured)
  const failed = payment({ ...states.voided, id: 'payment-0', claim: 'won', captureRefused: true })
  world.payments.set(failed.id, failed)
  world.idsByOrder.set(orderId, [failed.id, paymentId])
  expect(apply(world, request())).toMatchObject({ answer: { paymentId } })
})

it('a refund asked for while somebody is at the processor waits until he is back', () => {
  const world = worldWith([], { ...states.captured, leasedUntil: later })
  apply(world, request())
  expect(world.works).toEqual([])
  apply(world, { type: 'TakeLease', paymentId, look: false }, later)
  expect(world.works).toMatchObject([{ step: 'refund', refund: { id: 'refund-2' } }])
})
