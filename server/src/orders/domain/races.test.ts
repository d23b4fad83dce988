// The races of one order that the orders service decides, as stories with an end; and what placing
// one refuses.
import { describe, expect, test } from 'vitest'
import {
  base,
  buyer,
  deadline,
  extendedDeadline,
  id,
  inTime,
  paymentA,
  paymentB,
  placedAt,
  refundId,
  show,
  stock,
  tooLate,
  total,
  type,
} from '../../../test/order-samples.ts'
import { numbered } from '../../../test/sale.ts'
import { decide } from './decide.ts'
import { asPlaced, evolve } from './evolve.ts'
import type { Order, OrderCommand, OrderFact } from './order.ts'
import { saleOf } from './stock.ts'

const asked = { type: 'PlaceOrder', orderId: id, buyer, showId: show.id, lines: [numbered(type, 2)] } as const
const claim = { type: 'ClaimOrder', orderId: id, paymentId: paymentA, amount: total } as const
const refund = {
  type: 'RecordRefund',
  orderId: id,
  paymentId: paymentA,
  amountMinor: 9_000,
  full: true,
  refundId,
} as const

/** Walks commands one after the other; gives the order and every fact on the way. */
function walk(steps: readonly (readonly [now: string, command: OrderCommand])[], from?: Order) {
  let order = from
  const facts: OrderFact[] = []
  for (const [now, command] of steps) {
    const decision = decide(order, command, { stock, now })
    for (const fact of 'facts' in decision ? decision.facts : []) {
      order = evolve(order, fact, now)
      facts.push(fact)
    }
  }
  return { order, facts, types: facts.map((fact) => fact.type) }
}

const place = [placedAt, asked] as const
const authorize = (paymentId: string, now: string = inTime) => [now, { ...claim, paymentId }] as const
const charge = (paymentId: string, now: string = inTime) =>
  [now, { type: 'CompleteOrder', orderId: id, paymentId }] as const
const chargeFails = (paymentId: string, now: string = inTime) =>
  [now, { type: 'ReleaseClaim', orderId: id, paymentId }] as const
const start = (paymentId: string) => [inTime, { type: 'NotePaymentStarted', orderId: id, paymentId }] as const
const expire = (at: string) => [at, { type: 'ExpireOrder', orderId: id, deadline: at }] as const
const cancel = [inTime, { type: 'CancelOrder', orderId: id, reason: 'buyer', buyerId: buyer.id }] as const

describe('races, and who wins', () => {
  test('the show is called off while an order is claimed, and its charge fails: it ends, and cannot be paid again', () => {
    const { order } = walk([place, authorize(paymentA)])
    const sales = new Map([[show.id, { ...saleOf(show, 2), status: 'cancelled' as const }]])
    const release = { type: 'ReleaseClaim', orderId: id, paymentId: paymentA } as const
    const decision = decide(order, release, { stock: { ...stock, sales }, now: inTime })
    expect(decision).toEqual({
      facts: [{ type: 'OrderCancelled', data: { orderId: id, reason: 'payment_failed' } }],
    })
  })

  test('a declined card buys no time, and a second one that is under way does', () => {
    const ends = (paymentId: string) =>
      [inTime, { type: 'NotePaymentEnded', orderId: id, paymentId }] as const
    expect(walk([place, start(paymentA), ends(paymentA), expire(deadline)]).order?.status).toBe('cancelled')
    const second = walk([place, start(paymentA), start(paymentB), ends(paymentA), expire(deadline)])
    expect(second.types).toEqual(['OrderCreated', 'PaymentNoticed', 'PaymentNoticed', 'OrderExtended'])
  })

  test('paid, then expiration complete: still complete', () => {
    const { order, types } = walk([
      place,
      authorize(paymentA),
      charge(paymentA),
      expire(deadline),
      expire(tooLate),
    ])
    expect(order?.status).toBe('complete')
    expect(types).toEqual(['OrderCreated', 'OrderClaimed', 'OrderCompleted'])
  })

  test('claimed, then expiration complete: the charge still completes it', () => {
    const { order, types } = walk([place, authorize(paymentA), expire(deadline), charge(paymentA, tooLate)])
    expect(order?.status).toBe('complete')
    expect(types).toEqual(['OrderCreated', 'OrderClaimed', 'OrderCompleted'])
  })

  test('authorized after the order was cancelled: claim rejected, and it stays cancelled', () => {
    const { order, facts } = walk([place, cancel, authorize(paymentA), charge(paymentA)])
    expect(order?.status).toBe('cancelled')
    expect(facts.at(-1)).toEqual({
      type: 'ClaimRejected',
      data: { orderId: id, paymentId: paymentA, reason: 'order_cancelled' },
    })
  })

  test('expired while nobody pays: cancelled, once', () => {
    const { order, types } = walk([place, expire(deadline), expire(deadline)])
    expect(order).toMatchObject({ status: 'cancelled', reason: 'expired' })
    expect(types).toEqual(['OrderCreated', 'OrderCancelled'])
  })

  test('a payment under way at the deadline gets one extension, then the order expires', () => {
    const { order, types } = walk([
      place,
      start(paymentA),
      expire(deadline),
      start(paymentB),
      expire(deadline),
      expire(extendedDeadline),
    ])
    expect(types).toEqual([
      'OrderCreated',
      'PaymentNoticed',
      'OrderExtended',
      'PaymentNoticed',
      'OrderCancelled',
    ])
    expect(order).toMatchObject({ status: 'cancelled', reason: 'expired', extended: true })
  })

  test('an order that was extended once gets no second extension after a failed charge', () => {
    const failed = chargeFails(paymentA, '2030-01-01T10:17:00.000Z')
    const { types } = walk([
      place,
      start(paymentA),
      expire(deadline),
      authorize(paymentA),
      failed,
      start(paymentB),
      expire(extendedDeadline),
    ])
    expect(types.filter((type) => type === 'OrderExtended')).toHaveLength(1)
    expect(types.at(-1)).toBe('OrderCancelled')
  })

  test('the extension is never longer than the hold itself', () => {
    const short: Order = { ...base, status: 'created', paymentUnderWay: paymentA, holdSeconds: 7 }
    expect(walk([expire(deadline)], short).order?.expiresAt).toBe('2030-01-01T10:15:07.000Z')
  })

  test('two authorizations: the first claims, the second is rejected, the charge of the second means nothing', () => {
    const { order, types } = walk([
      place,
      authorize(paymentA),
      authorize(paymentB),
      charge(paymentB),
      charge(paymentA),
    ])
    expect(order).toMatchObject({ status: 'complete', paymentId: paymentA })
    expect(types).toEqual(['OrderCreated', 'OrderClaimed', 'ClaimRejected', 'OrderCompleted'])
  })

  test('the capture hangs: the order stays claimed, whatever the buyer and the clock do', () => {
    const { order, types } = walk([
      place,
      authorize(paymentA),
      cancel,
      expire(deadline),
      expire(tooLate),
      chargeFails(paymentB, tooLate),
    ])
    expect(order).toMatchObject({ status: 'claimed', paymentId: paymentA })
    expect(types).toEqual(['OrderCreated', 'OrderClaimed'])
  })

  test('the capture fails for good in time: another card can pay, and its charge completes the order', () => {
    const { order, types } = walk([
      place,
      authorize(paymentA),
      chargeFails(paymentA),
      authorize(paymentB),
      charge(paymentB),
    ])
    expect(order).toMatchObject({ status: 'complete', paymentId: paymentB })
    expect(types).toEqual(['OrderCreated', 'OrderClaimed', 'OrderReopened', 'OrderClaimed', 'OrderCompleted'])
  })

  test('the capture fails for good too late: cancelled, because the payment failed', () => {
    const { order } = walk([place, authorize(paymentA), chargeFails(paymentA, deadline)])
    expect(order).toMatchObject({ status: 'cancelled', reason: 'payment_failed' })
  })

  test('money that came by itself for a cancelled order changes nothing, and neither does its refund', () => {
    const back = [tooLate, refund] as const
    const { order, types } = walk([place, cancel, charge(paymentA), back])
    expect(order?.status).toBe('cancelled')
    expect(types).toEqual(['OrderCreated', 'OrderCancelled'])
  })

  test('a refund that is heard before its charge: the order was complete, and its places go back once the tickets are void', () => {
    const { order, types } = walk([
      place,
      authorize(paymentA),
      [inTime, refund],
      charge(paymentA),
      [inTime, refund],
    ])
    const returned = { type: 'ReturnPlaces', orderId: id, returnId: refundId } as const
    expect(order).toMatchObject({ status: 'complete', refundedMinor: 9_000, returns: [{ id: refundId }] })
    expect(types).toEqual([
      'OrderCreated',
      'OrderClaimed',
      'OrderCompleted',
      'RefundRecorded',
      'ReturnRequested',
    ])
    const whole = walk([place, authorize(paymentA), [inTime, refund], [inTime, returned], [inTime, returned]])
    expect(whole.order).toMatchObject({ status: 'refunded', paymentId: paymentA, refundedMinor: 9_000 })
    expect(whole.types.slice(4)).toEqual(['ReturnRequested', 'PlacesReturned'])
  })

  test('a refund in part that is heard before its charge is not forgotten', () => {
    const part = { ...refund, amountMinor: 1_000, full: false } as const
    const { order } = walk([place, authorize(paymentA), [inTime, part], charge(paymentA)])
    expect(order).toMatchObject({ status: 'complete', refundedMinor: 1_000 })
  })

  test('refunds, and one that comes back, add up to the same in whatever order they are heard', () => {
    const news = [3_000, 5_000, -3_000].map(
      (amountMinor) => [inTime, { ...refund, amountMinor, full: false }] as const,
    )
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      const heard = order.map((index) => news[index] ?? expire(deadline))
      const after = walk([place, authorize(paymentA), charge(paymentA), ...heard]).order
      expect(after).toMatchObject({ status: 'complete', refundedMinor: 5_000 })
    }
  })

  test('the buyer cancels while the card is asked: whoever comes first wins', () => {
    expect(walk([place, start(paymentA), cancel, authorize(paymentA)]).types.slice(-2)).toEqual([
      'OrderCancelled',
      'ClaimRejected',
    ])
    expect(walk([place, start(paymentA), authorize(paymentA), cancel]).types.at(-1)).toBe('OrderClaimed')
  })

  test('messages before the order exists are refused as unknown, never remembered', () => {
    for (const [now, command] of [
      cancel,
      authorize(paymentA),
      charge(paymentA),
      chargeFails(paymentA),
      start(paymentA),
      expire(deadline),
    ]) {
      expect(decide(undefined, command, { stock, now })).toEqual({ rejection: 'order_unknown' })
    }
  })

  test('a price that changed while the places were held does not change the order', () => {
    const dearer = saleOf(
      { ...show, ticketTypes: show.ticketTypes.map((each) => ({ ...each, priceMinor: 99_900 })) },
      2,
    )
    const { order } = walk([place])
    const context = { stock: { ...stock, sales: new Map([[show.id, dearer]]) }, now: inTime }
    expect(order?.total).toEqual(total)
    expect(decide(order, claim, context)).toEqual({
      facts: [{ type: 'OrderClaimed', data: { orderId: id, paymentId: paymentA } }],
    })
  })
})

describe('placing an order', () => {
  const withSale = (changes: Partial<ReturnType<typeof saleOf>>) => ({
    ...stock,
    sales: new Map([[show.id, { ...saleOf(show, 1), ...changes }]]),
  })

  test('a show that is not known is unknown', () => {
    expect(decide(undefined, asked, { stock: { ...stock, sales: new Map() }, now: placedAt })).toEqual({
      rejection: 'show_unknown',
    })
  })

  test.each(['closed', 'cancelled'] as const)('a show whose sale is %s is not on sale', (status) => {
    expect(decide(undefined, asked, { stock: withSale({ status }), now: placedAt })).toEqual({
      rejection: 'not_on_sale',
    })
  })

  test('a free order is complete at once, without a payment', () => {
    const free = withSale({ types: saleOf(show, 1).types.map((each) => ({ ...each, priceMinor: 0 })) })
    const decision = decide(undefined, asked, { stock: free, now: placedAt })
    const facts = 'facts' in decision ? decision.facts : []
    expect(facts.map((fact) => fact.type)).toEqual(['OrderCreated', 'OrderCompleted'])
    expect(facts[1]?.data).not.toHaveProperty('paymentId')
    const order = facts.reduce<Order | undefined>((before, fact) => evolve(before, fact, placedAt), undefined)
    expect(order).toMatchObject({ status: 'complete', paymentId: null, version: 2 })
  })

  test('an order that no card can pay is refused instead of held', () => {
    const dear = withSale({
      types: saleOf(show, 1).types.map((each) => ({ ...each, priceMinor: 50_000_000 })),
    })
    expect(decide(undefined, asked, { stock: dear, now: placedAt })).toMatchObject({
      rejection: 'total_not_payable',
    })
    const most = { ...asked, lines: [numbered(type, 1)] }
    const facts = decide(undefined, most, {
      stock: withSale({ types: saleOf(show, 1).types.map((each) => ({ ...each, priceMinor: 99_999_999 })) }),
      now: placedAt,
    })
    expect(facts).toHaveProperty('facts')
  })

  test('a fact about an order that never was is a programmer’s error', () => {
    expect(() =>
      evolve(undefined, { type: 'OrderCancelled', data: { orderId: id, reason: 'buyer' } }, placedAt),
    ).toThrow('not created')
  })
})

test('a repeated request is answered with the order as it was placed, whatever became of it since', () => {
  const placed = walk([place]).order
  const extended = walk([place, start(paymentA), expire(deadline)]).order
  const complete = walk([place, authorize(paymentA), charge(paymentA)]).order
  if (!placed || !extended || !complete) throw new Error('no order was placed')
  expect([extended.extended, complete.status]).toEqual([true, 'complete'])
  expect(asPlaced(extended)).toEqual(placed)
  expect(asPlaced(complete)).toEqual(placed)
})
