// What a batch keeps of the facts it takes in: what has to be saved, and whose version each
// published fact is.
import { expect, it } from 'vitest'
import { amount, ids, now, payment, states, worldOf } from '../../test/payments/samples.ts'
import type { PaymentFact } from './domain/facts.ts'
import { apply, makeWorld } from './world.ts'

const { order: orderId, payment: paymentId, buyer: buyerId, organiser: organiserId } = ids
const terms = { buyerId, organiserId, amount }

it('keeps new payments and orders apart from changed ones', () => {
  const world = makeWorld()
  apply(
    world,
    {
      type: 'PaymentOpened',
      data: { ...terms, paymentId, orderId, paymentMethod: 'pm_card_visa', tender: null },
    },
    now,
  )
  expect([world.changed.newPayments, world.changed.payments]).toEqual([new Set([paymentId]), new Set()])
  expect(world.payments.get(paymentId)).toEqual(payment({ version: 0, fence: 0 }))
  apply(world, { type: 'MoneyHeld', data: { paymentId } }, now)
  expect([world.changed.newPayments, world.changed.payments]).toEqual([
    new Set([paymentId]),
    new Set([paymentId]),
  ])
  const created = { type: 'NoteOrderCreated', orderId, version: 1, terms, expiresAt: now } as const
  apply(world, { type: 'OrderNoted', data: created }, now)
  expect([world.changed.newOrders, world.changed.orders]).toEqual([new Set([orderId]), new Set()])
  apply(world, { type: 'OrderNoted', data: { type: 'NoteOrderCompleted', orderId, version: 2 } }, now)
  expect(world.changed.orders).toEqual(new Set([orderId]))
  expect(world.orders.get(orderId)).toMatchObject({ status: 'complete', version: 2, terms })
})

it('counts published facts as versions of their payment, and leaves the state before as it was', () => {
  const before = Object.freeze({ ...states.captured })
  const world = worldOf(before)
  const charged = { type: 'ChargeCreated', data: { orderId, paymentId, amount } } as const
  expect(apply(world, charged, now)).toEqual({
    subject: paymentId,
    version: 2,
    correlationId: orderId,
    organisationId: organiserId,
  })
  expect(world.payments.get(paymentId)).toEqual({ ...states.captured, version: 2 })
})

it.each<PaymentFact>([
  { type: 'ChargeCreated', data: { orderId, paymentId: 'payment-9', amount } },
  { type: 'MoneyHeld', data: { paymentId: 'payment-9' } },
  {
    type: 'RefundAnswered',
    data: { paymentId: 'payment-9', refundId: 'r', status: 'failed', processorId: null, failureCode: null },
  },
  {
    type: 'RefundAnswered',
    data: { paymentId, refundId: 'r', status: 'failed', processorId: null, failureCode: null },
  },
])('refuses $type of what was not loaded', (fact) => {
  expect(() => apply(worldOf(states.captured), fact, now)).toThrow(
    /^(ChargeCreated|MoneyHeld|RefundAnswered) of a .* not loaded/,
  )
})
