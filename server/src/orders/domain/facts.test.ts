// What each fact makes of an order, and how it moves its places: the fields it tells of, and no
// other.
import { describe, expect, test } from 'vitest'
import {
  base,
  buyer,
  deadline,
  extendedDeadline,
  id,
  inTime,
  lines,
  paymentA,
  placedAt,
  refundId,
  show,
  stock,
  total,
  type,
} from '../../../test/order-samples.ts'
import { numbered } from '../../../test/sale.ts'
import { decide } from './decide.ts'
import { asPlaced, evolve, movementOf, type Order, type OrderFact, paymentOf } from './order.ts'
import { saleOf } from './stock.ts'
import { buyerKey, nothingTaken } from './taken.ts'

const created: Order = { ...base, status: 'created', paymentUnderWay: null }
const paying: Order = { ...base, status: 'created', paymentUnderWay: paymentA }
const claimed: Order = { ...base, status: 'claimed', paymentId: paymentA }
const whole = { status: 'complete', refundedMinor: 0, returning: null } as const
const complete: Order = { ...base, ...whole, paymentId: paymentA }
const free: Order = { ...base, ...whole, paymentId: null }
const next = { ...base, version: base.version + 1 }
const { status: _status, paymentUnderWay: _payment, ...placed } = created

const nextWeek = '2030-01-08T10:00:00.000Z'

const fact = <Type extends OrderFact['type']>(type: Type, data: object = {}) =>
  ({ type, data: { orderId: id, paymentId: paymentA, ...data } }) as Extract<OrderFact, { type: Type }>

describe('an order after a fact', () => {
  test('begins as it was told, and holds its places from now to its deadline', () => {
    const data = {
      buyerId: buyer.id,
      buyerEmail: buyer.email,
      showId: show.id,
      lines,
      amount: total,
      due: total,
      channel: 'web',
      expiresAt: deadline,
    }
    expect(
      evolve(undefined, fact('OrderCreated', { ...data, organiserId: show.organiserId }), placedAt),
    ).toEqual({
      ...placed,
      version: 1,
      status: 'created',
      paymentUnderWay: null,
    })
  })

  const cases: readonly (readonly [what: string, before: Order, fact: OrderFact, after: Order])[] = [
    ['a payment is noticed', created, fact('PaymentNoticed'), paying],
    [
      'extended',
      paying,
      fact('OrderExtended', { expiresAt: extendedDeadline }),
      { ...next, status: 'created', paymentUnderWay: paymentA, expiresAt: extendedDeadline, extended: true },
    ],
    [
      'reserved until a date, which a payment in flight may exceed once',
      { ...paying, extended: true },
      fact('OrderExtended', { expiresAt: nextWeek, kind: 'reservation' }),
      { ...next, status: 'created', paymentUnderWay: paymentA, expiresAt: nextWeek, kind: 'reservation' },
    ],
    ['open again', claimed, fact('OrderReopened'), { ...next, status: 'created', paymentUnderWay: null }],
    [
      'cancelled',
      paying,
      fact('OrderCancelled', { reason: 'organiser' }),
      { ...next, status: 'cancelled', reason: 'organiser' },
    ],
    ['claimed', paying, fact('OrderClaimed'), { ...next, status: 'claimed', paymentId: paymentA }],
    [
      'another claim is refused',
      claimed,
      fact('ClaimRejected'),
      { ...next, status: 'claimed', paymentId: paymentA },
    ],
    ['complete', claimed, fact('OrderCompleted'), { ...next, ...whole, paymentId: paymentA }],
    ['complete for nothing', created, fact('OrderCompleted'), { ...next, ...whole, paymentId: null }],
    [
      'refunded in part',
      complete,
      fact('RefundRecorded', { refundedMinor: 10, full: false }),
      { ...next, ...whole, paymentId: paymentA, refundedMinor: 10 },
    ],
    [
      'refunded as a whole, which moves no place yet',
      complete,
      fact('RefundRecorded', { refundedMinor: 9_000, full: true }),
      { ...next, ...whole, paymentId: paymentA, refundedMinor: 9_000 },
    ],
    [
      'asked for its places',
      complete,
      fact('ReturnRequested', { returnId: refundId }),
      { ...next, ...whole, paymentId: paymentA, returning: refundId },
    ],
    [
      'refunded, once its places are back',
      { ...complete, refundedMinor: 9_000, returning: refundId },
      fact('PlacesReturned', { returnId: refundId }),
      { ...next, status: 'refunded', paymentId: paymentA, refundedMinor: 9_000, returnId: refundId },
    ],
  ]
  test.each(cases)('%s', (_what, before, told, after) => {
    expect(evolve(before, told, inTime)).toEqual(after)
  })

  test.each([
    ['a refund', fact('RefundRecorded', { refundedMinor: 1, full: false })],
    ['a return', fact('ReturnRequested', { returnId: refundId })],
    ['places', fact('PlacesReturned', { returnId: refundId })],
  ])('%s of an order that is not complete cannot be', (_what, told) => {
    expect(() => evolve(claimed, told, inTime)).toThrow('an order that is claimed has nothing to give back')
  })

  test('the places of an order that nobody paid cannot be given back', () => {
    expect(() => evolve(free, fact('PlacesReturned', { returnId: refundId }), inTime)).toThrow('nobody paid')
  })

  test('nothing is told of an order that was not created', () => {
    expect(() => evolve(undefined, fact('OrderClaimed'), inTime)).toThrow(
      'OrderClaimed of an order that was not created',
    )
  })
})

test('places are held, sold, released and given back by these facts, and by no other', () => {
  const movements = {
    OrderCreated: 'hold',
    OrderCompleted: 'sell',
    OrderCancelled: 'release',
    OrderClaimed: null,
    OrderExtended: null,
    OrderReopened: null,
    ClaimRejected: null,
    PaymentNoticed: null,
    RefundRecorded: null,
    ReturnRequested: null,
    PlacesReturned: 'return',
  } as const satisfies Record<OrderFact['type'], string | null>
  for (const [type, movement] of Object.entries(movements)) {
    expect(movementOf(fact(type as OrderFact['type'], { full: true })), type).toBe(movement)
  }
})

test('a refunded order stays as it is, also when more is given back than it cost', () => {
  const refunded: Order = {
    ...base,
    status: 'refunded',
    paymentId: paymentA,
    refundedMinor: 9_000,
    returnId: refundId,
  }
  const more = {
    type: 'RecordRefund',
    orderId: id,
    paymentId: paymentA,
    amountMinor: 9_001,
    full: true,
    refundId,
  } as const
  expect(decide(refunded, more, { stock, now: inTime })).toEqual({ facts: [] })
})

test('the payment of an order is the one that claimed it', () => {
  expect([created, paying, claimed, complete, free].map(paymentOf)).toEqual([
    null,
    null,
    paymentA,
    paymentA,
    null,
  ])
})

test('an order as it was placed has its first deadline, and a free one is complete', () => {
  const moved: Order = {
    ...base,
    version: 9,
    extended: true,
    expiresAt: extendedDeadline,
    status: 'claimed',
    paymentId: paymentA,
  }
  expect(asPlaced(moved)).toEqual({ ...placed, version: 1, status: 'created', paymentUnderWay: null })
  const nothing = { amountMinor: 0, currency: 'EUR' }
  expect(asPlaced({ ...free, total: nothing, due: nothing, version: 5 })).toEqual({
    ...placed,
    total: nothing,
    due: nothing,
    version: 2,
    status: 'complete',
    paymentId: null,
    refundedMinor: 0,
    returning: null,
  })
})

describe('placing an order', () => {
  const asked = {
    type: 'PlaceOrder',
    orderId: id,
    buyer,
    showId: show.id,
    lines: [numbered(type, 2)],
  } as const
  const withSale = (changes: Partial<ReturnType<typeof saleOf>>, had = 0) => ({
    ...stock,
    sales: new Map([[show.id, { ...saleOf(show, 1), ...changes }]]),
    taken: {
      ...nothingTaken(),
      byBuyer: new Map([[buyerKey(show.id, buyer.id), { places: had, expired: 0 }]]),
    },
  })
  const priced = (priceMinor: number) =>
    withSale({ types: saleOf(show, 1).types.map((each) => ({ ...each, priceMinor })) })
  const place = (given: typeof stock) => decide(undefined, asked, { stock: given, now: placedAt })

  test('that costs nothing completes it with all that the others need to hear', () => {
    const nothing = { amountMinor: 0, currency: 'EUR' }
    const freeLines = lines.map((line) => ({ ...line, unitPriceMinor: 0 }))
    const told = { orderId: id, showId: show.id, lines: freeLines, amount: nothing }
    const { organiserId } = show
    expect(place(priced(0))).toEqual({
      facts: [
        {
          type: 'OrderCreated',
          data: {
            ...told,
            due: nothing,
            channel: 'web',
            buyerId: buyer.id,
            buyerEmail: buyer.email,
            organiserId,
            expiresAt: deadline,
          },
        },
        { type: 'OrderCompleted', data: { ...told, buyer } },
      ],
    })
  })

  test('that costs more than a card can pay, in all, is refused and says so', () => {
    const refused = { rejection: 'total_not_payable', detail: 'the total is more than a card can be charged' }
    expect(place(priced(50_000_000))).toEqual(refused)
    expect(place(priced(49_999_999))).toMatchObject({
      facts: [{ data: { amount: { amountMinor: 99_999_998 } } }],
    })
    // Three for a third each are exactly the most that a card can pay.
    const three = { ...asked, lines: [numbered(type, 3)] }
    expect(decide(undefined, three, { stock: priced(33_333_333), now: placedAt })).toHaveProperty('facts')
  })

  test('of more than one buyer may have is refused and says how many he has', () => {
    expect(place(withSale({ maxPerBuyer: 6 }, 5))).toEqual({
      rejection: 'limit_exceeded',
      detail: 'at most 6 tickets per buyer; 5 already held or bought',
      most: 6,
    })
    expect(place(withSale({ maxPerBuyer: 7 }, 5))).toHaveProperty('facts')
    expect(place(withSale({ maxPerBuyer: 1 }))).toMatchObject({
      detail: 'at most 1 ticket per buyer; 0 already held or bought',
    })
  })

  test('that there is not enough for says what is short', () => {
    expect(place({ ...stock, pools: new Map() })).toEqual({
      rejection: 'sold_out',
      detail: `“${type.name}” is sold out`,
    })
  })

  test('twice changes nothing', () => {
    expect(decide(created, asked, { stock, now: placedAt })).toEqual({ facts: [] })
  })
})
