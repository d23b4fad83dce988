// Named regressions: what went wrong elsewhere, and the races of the shop, decided step by step
// without any machinery.
import { expect, it } from 'vitest'
import {
  afterNote,
  amount,
  apply,
  eventsOf,
  ids,
  intent,
  knownOrder,
  later,
  now,
  observed,
  payment,
  states,
  worldOf,
} from '../../../test/payments/samples.ts'
import type { World } from '../world.ts'
import type { Command, IntentSeen, Refusal } from './commands.ts'

const paymentId = ids.payment
const orderId = ids.order
const claimed: Command = { type: 'NoteOrderClaimed', orderId, paymentId, version: 2 }
const cancelled: Command = { type: 'NoteOrderCancelled', orderId, version: 2 }
const rejected: Command = { type: 'NoteClaimRejected', orderId, paymentId, reason: 'order_cancelled' }
const take: Command = { type: 'TakeLease', paymentId, look: false }

const stateOf = (world: World) => world.payments.get(paymentId)
const stepsOf = (world: World) => world.works.map(({ step }) => step)
const fenceOf = (world: World) => stateOf(world)?.fence ?? 0

/** The holder of the lease brings this. */
const seeNow = (world: World, status: IntentSeen['status'], refused: Refusal | null = null) =>
  apply(world, { type: 'RecordObservation', paymentId, fence: fenceOf(world), seen: intent(status), refused })

it('authorized after the order was cancelled: voided, never captured', () => {
  const world = worldOf(payment({ leasedUntil: later }))
  apply(world, cancelled)
  expect(eventsOf(seeNow(world, 'requires_capture'))).toEqual([])
  expect(stepsOf(world)).toEqual(['void'])
  expect(eventsOf(apply(world, { ...claimed, version: 1 }))).toEqual([])
  expect(stepsOf(world)).not.toContain('capture')
  seeNow(world, 'canceled')
  expect(stateOf(world)).toMatchObject({ status: 'voided', capturedMinor: 0, authorizedMinor: 0 })
})

it('a card that was authorized while its order expires is never captured, whatever order the news comes in', () => {
  for (const news of [[cancelled, rejected], [rejected, cancelled], [cancelled], [rejected]]) {
    const world = worldOf(states.authorized)
    for (const command of news) apply(world, command)
    expect(stepsOf(world)).toEqual(['void'])
    seeNow(world, 'canceled')
    expect(stateOf(world)).toMatchObject({ status: 'voided', authorizedMinor: 0, nextAttemptAt: null })
  }
})

it('a timeout is unknown, not failed; the capture that did happen is found', () => {
  const world = worldOf({ ...states.authorizedWon, leasedUntil: later })
  apply(world, { type: 'RecordUnknown', paymentId, fence: 1, step: 'capture' })
  expect(stateOf(world)).toMatchObject({ status: 'unknown', step: 'capture', leasedUntil: null })
  const due = stateOf(world)?.nextAttemptAt ?? ''
  apply(world, take, due)
  expect(stepsOf(world)).toEqual(['retrieve'])
  expect(eventsOf(seeNow(world, 'succeeded'))).toEqual(['ChargeCreated'])
})

it('no number of uncertain outcomes decides anything', () => {
  const world = worldOf({ ...states.authorizedWon, leasedUntil: later })
  let at = now
  for (let round = 0; round < 200; round += 1) {
    apply(world, { type: 'RecordUnknown', paymentId, fence: fenceOf(world), step: 'capture' }, at)
    at = stateOf(world)?.nextAttemptAt ?? ''
    expect(at > now).toBe(true)
    apply(world, take, at)
  }
  expect(stateOf(world)).toMatchObject({ status: 'unknown', claim: 'won' })
})

it('a holder that lost its lease cannot record what it saw', () => {
  const world = worldOf({ ...states.authorizedWon, leasedUntil: now })
  apply(world, take, later)
  expect(apply(world, observed('canceled', { fence: 1 }), later)).toEqual({ rejection: 'lease_lost' })
  expect(stateOf(world)).toMatchObject({ status: 'authorized', fence: 2 })
})

it('while one holds the lease, another gets none', () => {
  const world = worldOf({ ...states.authorizedWon, leasedUntil: later })
  apply(world, take)
  apply(world, { type: 'TakeLease', paymentId, look: true })
  expect(world.works).toEqual([])
})

it('a claim that comes while somebody looks is captured by whoever looks', () => {
  const world = worldOf({ ...states.authorized, leasedUntil: later })
  apply(world, claimed)
  expect(world.works).toEqual([])
  seeNow(world, 'requires_capture')
  expect(stepsOf(world)).toEqual(['capture'])
})

it('captured twice by webhook, reply and sweeper is one charge', () => {
  const world = worldOf(states.authorizedWon)
  const told = [1, 2, 3].flatMap(() => eventsOf(seeNow(world, 'succeeded')))
  expect(told).toEqual(['ChargeCreated'])
  expect(world.entries.map(({ kind }) => kind)).toEqual(['capture'])
})

it('the loser of two cards gives back its own money only', () => {
  const world = worldOf(states.captured)
  const loser = payment({ ...states.authorized, id: 'payment-2', intentId: 'pi_2' })
  world.payments.set(loser.id, loser)
  apply(world, { type: 'NoteClaimRejected', orderId, paymentId: loser.id, reason: 'order_claimed' })
  expect(world.works.map(({ payment: { id }, step }) => [id, step])).toEqual([['payment-2', 'void']])
  expect(stateOf(world)).toEqual(states.captured)
})

it('late money of a cancelled order is refunded once, however often it is seen', () => {
  const world = worldOf(
    { ...states.authorizedLost, leasedUntil: later },
    knownOrder({ status: 'cancelled', version: 2 }),
  )
  seeNow(world, 'succeeded')
  seeNow(world, 'succeeded')
  apply(world, { ...cancelled, version: 3 })
  expect(world.refundsByPayment.get(paymentId)).toMatchObject([
    { id: paymentId, amount, origin: 'late_money' },
  ])
  expect(world.entries.map(({ kind }) => kind)).toEqual(['void', 'late_capture', 'refund_request'])
})

it('a paid webhook that comes late does not revive a refunded order', () => {
  const world = worldOf(states.refunded)
  expect(eventsOf(seeNow(world, 'succeeded'))).toEqual([])
  expect(stateOf(world)).toMatchObject({ status: 'refunded' })
})

it('a capture refused for a moment is tried again later; refused by the bank it is voided and then told', () => {
  const moment = worldOf({ ...states.authorizedWon, leasedUntil: later })
  expect(eventsOf(seeNow(moment, 'requires_capture', { code: 'lock_timeout', card: false }))).toEqual([])
  expect(moment.works).toEqual([])
  expect(stateOf(moment)?.nextAttemptAt).not.toBeNull()
  const bank = worldOf({ ...states.authorizedWon, leasedUntil: later })
  expect(eventsOf(seeNow(bank, 'requires_capture', { code: 'insufficient_funds', card: true }))).toEqual([])
  expect(stepsOf(bank)).toEqual(['void'])
  expect(eventsOf(seeNow(bank, 'canceled'))).toEqual(['ChargeFailed'])
})

it('a capture refused because it was done is a charge', () => {
  const world = worldOf({ ...states.authorizedWon, leasedUntil: later })
  expect(
    eventsOf(seeNow(world, 'succeeded', { code: 'payment_intent_unexpected_state', card: false })),
  ).toEqual(['ChargeCreated'])
})

it('an intent of another amount, currency or payment is not taken', () => {
  for (const wrong of [
    { amountMinor: 1 },
    { currency: 'USD' },
    { intentId: 'pi_other' },
    { receivedMinor: 4_499 },
  ]) {
    const world = worldOf({ ...states.authorizedWon, leasedUntil: later })
    const seen = intent('succeeded', wrong)
    const decision = apply(world, { type: 'RecordObservation', paymentId, fence: 1, seen, refused: null })
    expect(decision).toMatchObject({ rejection: 'intent_mismatch' })
    expect(stateOf(world)).toMatchObject({ status: 'authorized' })
  }
})

it('a decline ends one payment and not the order: each card is a payment of its own', () => {
  const world = worldOf(states.declined)
  const start: Command = {
    type: 'StartPayment',
    paymentId: 'payment-2',
    orderId,
    buyerId: ids.buyer,
    paymentMethod: 'pm_other',
  }
  expect(eventsOf(apply(world, start))).toEqual(['PaymentStarted'])
})

it('ten refunds of the whole at once are one', () => {
  const world = worldOf(states.captured)
  const decisions = Array.from({ length: 10 }, (_, index) =>
    apply(world, {
      type: 'RequestRefund',
      refundId: `refund-${index}`,
      orderId,
      organiserId: ids.organiser,
      amountMinor: 4_500,
      reason: null,
    }),
  )
  expect(decisions.map((decision) => 'rejection' in decision && decision.rejection).filter(Boolean)).toEqual(
    Array.from({ length: 9 }, () => 'nothing_to_refund'),
  )
})

it('a tombstone is never payable, and a creation that comes late only tells whose order it was', () => {
  const tombstone = afterNote(undefined, { type: 'NoteOrderCancelled', orderId, version: 2 })
  const terms = { buyerId: ids.buyer, organiserId: ids.organiser, amount }
  const whole = afterNote(tombstone, {
    type: 'NoteOrderCreated',
    orderId,
    version: 1,
    terms,
    expiresAt: later,
  })
  expect(whole).toMatchObject({ status: 'cancelled', version: 2, terms })
  const start: Command = {
    type: 'StartPayment',
    paymentId: 'payment-2',
    orderId,
    buyerId: ids.buyer,
    paymentMethod: 'pm_x',
  }
  expect(apply(worldOf(null, tombstone), start)).toEqual({ rejection: 'order_unknown' })
  expect(apply(worldOf(null, whole), start)).toEqual({ rejection: 'order_not_payable' })
})

it('older news of an order is ignored', () => {
  const known = knownOrder({ version: 4, status: 'complete' })
  expect(afterNote(known, { type: 'NoteOrderClaimed', orderId, version: 3, paymentId })).toBe(known)
  expect(afterNote(known, { type: 'NoteOrderReopened', orderId, version: 4, expiresAt: later })).toBe(known)
})
