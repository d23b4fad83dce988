// Every state of an order against every command, cell by cell. A state or a command without its
// cells does not compile.
import type { CancelReason, ClaimRejection, Tendered } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import {
  base,
  buyer,
  deadline,
  earlier,
  extendedDeadline,
  id,
  inTime,
  lines,
  paymentA,
  paymentB,
  placedAt,
  refundId,
  show,
  stock,
  stranger,
  tooLate,
  total,
  type,
} from '../../../test/order-samples.ts'
import { numbered } from '../../../test/sale.ts'
import { decide } from './decide.ts'
import {
  evolve,
  type Order,
  type OrderCommand,
  type OrderFact,
  type OrderRejection,
  type OrderStatus,
} from './order.ts'

type StateName = 'none' | OrderStatus | `created, ${string}` | `complete, ${string}`
const states = {
  none: undefined,
  created: { ...base, status: 'created', paymentUnderWay: null },
  'created, payment A under way': { ...base, status: 'created', paymentUnderWay: paymentA },
  'created, extended for payment A': {
    ...base,
    status: 'created',
    paymentUnderWay: paymentA,
    extended: true,
    expiresAt: extendedDeadline,
  },
  'created, reserved until next week': {
    ...base,
    status: 'created',
    kind: 'reservation',
    expiresAt: '2030-01-08T10:00:00.000Z',
    paymentUnderWay: null,
  },
  claimed: { ...base, status: 'claimed', paymentId: paymentA },
  complete: { ...base, status: 'complete', paymentId: paymentA, refundedMinor: 0, returning: null },
  'complete, 10.00 refunded': {
    ...base,
    status: 'complete',
    paymentId: paymentA,
    refundedMinor: 1_000,
    returning: null,
  },
  'complete, being returned': {
    ...base,
    status: 'complete',
    paymentId: paymentA,
    refundedMinor: 9_000,
    returning: refundId,
  },
  'complete, free': {
    ...base,
    status: 'complete',
    paymentId: null,
    refundedMinor: 0,
    returning: null,
    total: { amountMinor: 0, currency: 'EUR' },
    due: { amountMinor: 0, currency: 'EUR' },
  },
  refunded: { ...base, status: 'refunded', paymentId: paymentA, refundedMinor: 9_000, returnId: refundId },
  cancelled: { ...base, status: 'cancelled', reason: 'expired' },
} as const satisfies Record<'none' | OrderStatus, Order | undefined> &
  Partial<Record<StateName, Order | undefined>>

type Named<Type extends OrderCommand['type']> = Record<
  string,
  { readonly now: string; readonly command: Extract<OrderCommand, { type: Type }> }
>
const claim = { type: 'ClaimOrder', orderId: id, paymentId: paymentA, amount: total } as const
const refund = {
  type: 'RecordRefund',
  orderId: id,
  paymentId: paymentA,
  amountMinor: 1_000,
  full: false,
  refundId,
} as const
const cash = { tender: 'cash', by: stranger } as const
const comp = { tender: 'comp', reason: 'press', by: stranger } as const
const walkIn = { id: buyer.id, email: null, name: 'Mr Walker' }
const atCounter = (tendered: Tendered) =>
  ({
    type: 'PlaceOrder',
    orderId: id,
    buyer: walkIn,
    showId: show.id,
    lines: [numbered(type, 2)],
    counter: { paymentId: paymentA, tendered },
  }) as const
const nextWeek = '2030-01-08T10:00:00.000Z'
const yesterday = '2029-12-31T10:00:00.000Z'
const reserve = (until: string) => ({ type: 'ReserveOrder', orderId: id, until, by: stranger }) as const
const reservedAtCounter = (until: string) =>
  ({ ...atCounter(cash), counter: { until, by: stranger } }) as const
const cases = {
  PlaceOrder: {
    'two places': {
      now: placedAt,
      command: { type: 'PlaceOrder', orderId: id, buyer, showId: show.id, lines: [numbered(type, 2)] },
    },
    'two places, for cash at the counter': { now: placedAt, command: atCounter(cash) },
    'two places, as a comp': { now: placedAt, command: atCounter(comp) },
    'two places, reserved by staff': { now: placedAt, command: reservedAtCounter(nextWeek) },
    'two places, reserved until yesterday': { now: placedAt, command: reservedAtCounter(yesterday) },
  },
  ReserveOrder: {
    'until next week': { now: inTime, command: reserve(nextWeek) },
    'until yesterday': { now: inTime, command: reserve(yesterday) },
    'until this very moment': { now: inTime, command: reserve(inTime) },
    'until after the show': { now: inTime, command: reserve('2045-01-01T00:00:00.000Z') },
  },
  CancelOrder: {
    'by its buyer': {
      now: inTime,
      command: { type: 'CancelOrder', orderId: id, reason: 'buyer', buyerId: buyer.id },
    },
    'by another buyer': {
      now: inTime,
      command: { type: 'CancelOrder', orderId: id, reason: 'buyer', buyerId: stranger },
    },
    'by the organiser': { now: inTime, command: { type: 'CancelOrder', orderId: id, reason: 'organiser' } },
    'by its buyer, after the deadline': {
      now: tooLate,
      command: { type: 'CancelOrder', orderId: id, reason: 'buyer', buyerId: buyer.id },
    },
  },
  ExpireOrder: {
    'at a deadline before its own': {
      now: earlier,
      command: { type: 'ExpireOrder', orderId: id, deadline: earlier },
    },
    'at the first deadline': { now: deadline, command: { type: 'ExpireOrder', orderId: id, deadline } },
    'at the extended deadline': {
      now: extendedDeadline,
      command: { type: 'ExpireOrder', orderId: id, deadline: extendedDeadline },
    },
    'at a date that staff said': {
      now: nextWeek,
      command: { type: 'ExpireOrder', orderId: id, deadline: nextWeek },
    },
    'at the first deadline, by a clock set back': {
      now: inTime,
      command: { type: 'ExpireOrder', orderId: id, deadline },
    },
  },
  NotePaymentStarted: {
    'payment A': { now: inTime, command: { type: 'NotePaymentStarted', orderId: id, paymentId: paymentA } },
    'payment B': { now: inTime, command: { type: 'NotePaymentStarted', orderId: id, paymentId: paymentB } },
  },
  NotePaymentEnded: {
    'payment A': { now: inTime, command: { type: 'NotePaymentEnded', orderId: id, paymentId: paymentA } },
    'payment B': { now: inTime, command: { type: 'NotePaymentEnded', orderId: id, paymentId: paymentB } },
  },
  ClaimOrder: {
    'payment A': { now: inTime, command: claim },
    'payment A, after the deadline': { now: tooLate, command: claim },
    'payment B': { now: inTime, command: { ...claim, paymentId: paymentB } },
    'payment A, in cash': { now: inTime, command: { ...claim, tendered: cash } },
    'payment A, a cent short': {
      now: inTime,
      command: { ...claim, amount: { ...total, amountMinor: 8_999 } },
    },
    'payment A, a cent more': {
      now: inTime,
      command: { ...claim, amount: { ...total, amountMinor: 9_001 } },
    },
    'payment A, in another currency': {
      now: inTime,
      command: { ...claim, amount: { ...total, currency: 'USD' } },
    },
  },
  CompleteOrder: {
    'payment A': { now: inTime, command: { type: 'CompleteOrder', orderId: id, paymentId: paymentA } },
    'payment B': { now: inTime, command: { type: 'CompleteOrder', orderId: id, paymentId: paymentB } },
    'payment A, after the deadline': {
      now: tooLate,
      command: { type: 'CompleteOrder', orderId: id, paymentId: paymentA },
    },
  },
  ReleaseClaim: {
    'payment A, in time': {
      now: inTime,
      command: { type: 'ReleaseClaim', orderId: id, paymentId: paymentA },
    },
    'payment A, at the deadline': {
      now: deadline,
      command: { type: 'ReleaseClaim', orderId: id, paymentId: paymentA },
    },
    'payment B': { now: inTime, command: { type: 'ReleaseClaim', orderId: id, paymentId: paymentB } },
  },
  RecordRefund: {
    'payment A, 10.00': { now: inTime, command: refund },
    'payment A, 10.00 came back': { now: inTime, command: { ...refund, amountMinor: -1_000 } },
    'payment A, everything': { now: tooLate, command: { ...refund, amountMinor: 8_000, full: true } },
    'payment B, everything': {
      now: inTime,
      command: { ...refund, paymentId: paymentB, amountMinor: 9_000, full: true },
    },
  },
  ReturnPlaces: {
    'of the return that was asked for': {
      now: tooLate,
      command: { type: 'ReturnPlaces', orderId: id, returnId: refundId },
    },
    'of another return': {
      now: tooLate,
      command: { type: 'ReturnPlaces', orderId: id, returnId: paymentB },
    },
  },
} as const satisfies { [Type in OrderCommand['type']]: Named<Type> }

type Facts = readonly OrderFact[]
type Cell = Facts | { readonly rejection: OrderRejection }
type Row = { [Type in keyof typeof cases]: { [Case in keyof (typeof cases)[Type]]: Cell } }

const nothing: Cell = []
const no = (rejection: OrderRejection): Cell => ({ rejection })
const created: Cell = [
  {
    type: 'OrderCreated',
    data: {
      orderId: id,
      buyerId: buyer.id,
      buyerEmail: buyer.email,
      showId: show.id,
      organiserId: show.organiserId,
      lines,
      amount: total,
      due: total,
      channel: 'web',
      expiresAt: deadline,
    },
  },
]
const soldAtCounter = (tendered: Tendered, amountMinor: number): Facts => [
  {
    type: 'OrderCreated',
    data: {
      orderId: id,
      buyerId: buyer.id,
      buyerEmail: null,
      buyerName: 'Mr Walker',
      showId: show.id,
      organiserId: show.organiserId,
      lines,
      amount: { ...total, amountMinor },
      due: { ...total, amountMinor },
      channel: 'box_office',
      soldBy: stranger,
      tendered,
      expiresAt: deadline,
    },
  },
]
const reservedFor = (of: typeof walkIn | typeof buyer): Facts[number] => ({
  type: 'OrderExtended',
  data: {
    orderId: id,
    expiresAt: nextWeek,
    kind: 'reservation',
    reserved: { by: stranger, showId: show.id, buyer: of, lines, amount: total },
  },
})
const reservedBySale = soldAtCounter(cash, total.amountMinor).flatMap((fact): OrderFact[] => {
  if (fact.type !== 'OrderCreated') return []
  const { tendered: _, ...data } = fact.data
  return [{ ...fact, data: { ...data, kind: 'reservation', expiresAt: nextWeek } }, reservedFor(walkIn)]
})
const compGiven: Facts = [
  ...soldAtCounter(comp, 0),
  {
    type: 'OrderCompleted',
    data: {
      orderId: id,
      showId: show.id,
      buyer: walkIn,
      lines,
      amount: { ...total, amountMinor: 0 },
      soldBy: stranger,
    },
  },
]
const cancelled = (reason: CancelReason): Cell => [{ type: 'OrderCancelled', data: { orderId: id, reason } }]
const extended = (expiresAt: string): Cell => [{ type: 'OrderExtended', data: { orderId: id, expiresAt } }]
const noticed = (paymentId: string | null): Cell => [
  { type: 'PaymentNoticed', data: { orderId: id, paymentId } },
]
const claimed = (paymentId: string): Cell => [{ type: 'OrderClaimed', data: { orderId: id, paymentId } }]
const claimedIn = (tendered: Tendered): Facts[number] => ({
  type: 'OrderClaimed',
  data: { orderId: id, paymentId: paymentA, tendered },
})
const rejected = (paymentId: string, reason: ClaimRejection): Cell => [
  { type: 'ClaimRejected', data: { orderId: id, paymentId, reason } },
]
const completed: Facts = [
  {
    type: 'OrderCompleted',
    data: { orderId: id, showId: show.id, buyer, lines, amount: total, paymentId: paymentA },
  },
]
const reopened: Cell = [
  { type: 'OrderReopened', data: { orderId: id, paymentId: paymentA, expiresAt: deadline } },
]
const returned = {
  orderId: id,
  returnId: refundId,
  units: [0, 1],
  amount: { amountMinor: 0, currency: 'EUR' },
}
/** Money in part moves no place; all of it has all places asked for. */
const refunded = (refundedMinor: number, full: boolean): Facts => [
  { type: 'RefundRecorded', data: { orderId: id, refundedMinor, full } },
  ...(full ? ([{ type: 'ReturnRequested', data: { ...returned, by: 'refund' } }] as const) : []),
]
const placesReturned: Facts = [{ type: 'PlacesReturned', data: returned }]

const all = <Type extends keyof Row>(type: Type, cell: Cell): Row[Type] =>
  Object.fromEntries(Object.keys(cases[type]).map((name) => [name, cell])) as Row[Type]
const notTheBuyers = (rejection: OrderRejection): Row['CancelOrder'] => ({
  'by its buyer': no(rejection),
  'by another buyer': no('order_unknown'),
  'by the organiser': no(rejection),
  'by its buyer, after the deadline': no(rejection),
})
const open: Omit<Row, 'ExpireOrder' | 'NotePaymentStarted' | 'NotePaymentEnded'> = {
  PlaceOrder: all('PlaceOrder', nothing),
  ReserveOrder: {
    ...all('ReserveOrder', no('invalid_reservation')),
    'until next week': [reservedFor(buyer)],
  },
  CancelOrder: {
    'by its buyer': cancelled('buyer'),
    'by another buyer': no('order_unknown'),
    'by the organiser': cancelled('organiser'),
    'by its buyer, after the deadline': cancelled('buyer'),
  },
  ClaimOrder: {
    'payment A': claimed(paymentA),
    'payment A, after the deadline': claimed(paymentA),
    'payment A, in cash': [claimedIn(cash)],
    'payment B': claimed(paymentB),
    'payment A, a cent short': rejected(paymentA, 'amount_mismatch'),
    'payment A, a cent more': rejected(paymentA, 'amount_mismatch'),
    'payment A, in another currency': rejected(paymentA, 'amount_mismatch'),
  },
  CompleteOrder: all('CompleteOrder', nothing),
  ReleaseClaim: all('ReleaseClaim', nothing),
  RecordRefund: all('RecordRefund', nothing),
  ReturnPlaces: all('ReturnPlaces', nothing),
}
/** Payment A has it: its own messages repeated mean nothing, any other payment is refused. */
const takenByA = (reason: ClaimRejection): Row['ClaimOrder'] => ({
  ...all('ClaimOrder', nothing),
  'payment B': rejected(paymentB, reason),
})
const paid: Omit<Row, 'RecordRefund'> = {
  PlaceOrder: all('PlaceOrder', nothing),
  ReserveOrder: all('ReserveOrder', no('order_complete')),
  CancelOrder: notTheBuyers('order_complete'),
  ExpireOrder: all('ExpireOrder', nothing),
  NotePaymentStarted: all('NotePaymentStarted', nothing),
  NotePaymentEnded: all('NotePaymentEnded', nothing),
  ClaimOrder: takenByA('order_complete'),
  CompleteOrder: all('CompleteOrder', nothing),
  ReleaseClaim: all('ReleaseClaim', nothing),
  ReturnPlaces: all('ReturnPlaces', nothing),
}

const matrix: Record<keyof typeof states, Row> = {
  none: {
    PlaceOrder: {
      'two places': created,
      // What staff took is taken: no timer ends it.
      'two places, for cash at the counter': [...soldAtCounter(cash, total.amountMinor), claimedIn(cash)],
      'two places, as a comp': compGiven,
      'two places, reserved by staff': reservedBySale,
      'two places, reserved until yesterday': no('invalid_reservation'),
    },
    ReserveOrder: all('ReserveOrder', no('order_unknown')),
    CancelOrder: all('CancelOrder', no('order_unknown')),
    ExpireOrder: all('ExpireOrder', no('order_unknown')),
    NotePaymentStarted: all('NotePaymentStarted', no('order_unknown')),
    NotePaymentEnded: all('NotePaymentEnded', no('order_unknown')),
    ClaimOrder: all('ClaimOrder', no('order_unknown')),
    CompleteOrder: all('CompleteOrder', no('order_unknown')),
    ReleaseClaim: all('ReleaseClaim', no('order_unknown')),
    RecordRefund: all('RecordRefund', no('order_unknown')),
    ReturnPlaces: all('ReturnPlaces', no('order_unknown')),
  },
  created: {
    ...open,
    ExpireOrder: { ...all('ExpireOrder', cancelled('expired')), 'at a deadline before its own': nothing },
    NotePaymentStarted: { 'payment A': noticed(paymentA), 'payment B': noticed(paymentB) },
    NotePaymentEnded: all('NotePaymentEnded', nothing),
  },
  'created, payment A under way': {
    ...open,
    ExpireOrder: {
      'at a deadline before its own': nothing,
      'at the first deadline': extended(extendedDeadline),
      'at the extended deadline': extended(tooLate),
      'at a date that staff said': extended('2030-01-08T10:05:00.000Z'),
      'at the first deadline, by a clock set back': extended(extendedDeadline),
    },
    NotePaymentStarted: { 'payment A': nothing, 'payment B': noticed(paymentB) },
    NotePaymentEnded: { 'payment A': noticed(null), 'payment B': nothing },
  },
  'created, extended for payment A': {
    ...open,
    ExpireOrder: {
      ...all('ExpireOrder', nothing),
      'at the extended deadline': cancelled('expired'),
      'at a date that staff said': cancelled('expired'),
    },
    NotePaymentStarted: { 'payment A': nothing, 'payment B': noticed(paymentB) },
    NotePaymentEnded: { 'payment A': noticed(null), 'payment B': nothing },
  },
  'created, reserved until next week': {
    ...open,
    // Told once, and once more only with another date.
    ReserveOrder: { ...open.ReserveOrder, 'until next week': nothing },
    ExpireOrder: { ...all('ExpireOrder', nothing), 'at a date that staff said': cancelled('expired') },
    NotePaymentStarted: { 'payment A': noticed(paymentA), 'payment B': noticed(paymentB) },
    NotePaymentEnded: all('NotePaymentEnded', nothing),
  },
  claimed: {
    PlaceOrder: all('PlaceOrder', nothing),
    ReserveOrder: all('ReserveOrder', no('order_claimed')),
    CancelOrder: notTheBuyers('order_claimed'),
    ExpireOrder: all('ExpireOrder', nothing),
    NotePaymentStarted: all('NotePaymentStarted', nothing),
    NotePaymentEnded: all('NotePaymentEnded', nothing),
    ClaimOrder: takenByA('order_claimed'),
    CompleteOrder: {
      'payment A': completed,
      'payment A, after the deadline': completed,
      'payment B': nothing,
    },
    ReleaseClaim: {
      'payment A, in time': reopened,
      'payment A, at the deadline': cancelled('payment_failed'),
      'payment B': nothing,
    },
    RecordRefund: {
      'payment A, 10.00': [...completed, ...refunded(1_000, false)],
      'payment A, 10.00 came back': [...completed, ...refunded(-1_000, false)],
      'payment A, everything': [...completed, ...refunded(9_000, true)],
      'payment B, everything': nothing,
    },
    ReturnPlaces: all('ReturnPlaces', nothing),
  },
  complete: {
    ...paid,
    RecordRefund: {
      'payment A, 10.00': refunded(1_000, false),
      'payment A, 10.00 came back': refunded(-1_000, false),
      'payment A, everything': refunded(9_000, true),
      'payment B, everything': nothing,
    },
  },
  'complete, 10.00 refunded': {
    ...paid,
    RecordRefund: {
      'payment A, 10.00': refunded(2_000, false),
      'payment A, 10.00 came back': refunded(0, false),
      'payment A, everything': refunded(9_000, true),
      'payment B, everything': nothing,
    },
  },
  'complete, being returned': {
    ...paid,
    // Whatever becomes of the money now, the places go back once.
    RecordRefund: all('RecordRefund', nothing),
    ReturnPlaces: { 'of the return that was asked for': placesReturned, 'of another return': nothing },
  },
  'complete, free': {
    ...paid,
    ClaimOrder: {
      ...all('ClaimOrder', rejected(paymentA, 'order_complete')),
      'payment B': rejected(paymentB, 'order_complete'),
    },
    RecordRefund: all('RecordRefund', nothing),
  },
  refunded: {
    ...paid,
    ReserveOrder: all('ReserveOrder', no('order_refunded')),
    CancelOrder: notTheBuyers('order_refunded'),
    ClaimOrder: takenByA('order_refunded'),
    RecordRefund: all('RecordRefund', nothing),
  },
  cancelled: {
    ...paid,
    ReserveOrder: all('ReserveOrder', no('order_cancelled')),
    CancelOrder: { ...all('CancelOrder', nothing), 'by another buyer': no('order_unknown') },
    ClaimOrder: {
      ...all('ClaimOrder', rejected(paymentA, 'order_cancelled')),
      'payment B': rejected(paymentB, 'order_cancelled'),
    },
    RecordRefund: all('RecordRefund', nothing),
  },
}

const privateTypes = new Set(['PaymentNoticed'])

describe('an order in every state, told every command', () => {
  for (const [stateName, row] of Object.entries(matrix)) {
    const order: Order | undefined = states[stateName as keyof typeof states]
    for (const [commandName, cells] of Object.entries(row)) {
      const named: Record<string, { now: string; command: OrderCommand }> =
        cases[commandName as keyof typeof cases]
      for (const [caseName, expected] of Object.entries(cells as Record<string, Cell>)) {
        test(`${stateName}: ${commandName} ${caseName}`, () => {
          const { now, command } = named[caseName] as { now: string; command: OrderCommand }
          const decision = decide(order, command, { stock, now })
          if ('rejection' in expected) return expect(decision).toMatchObject(expected)
          expect(decision).toEqual({ facts: expected })
          const seen = expected.filter((fact) => !privateTypes.has(fact.type)).length
          const after = expected.reduce<Order | undefined>((before, fact) => evolve(before, fact, now), order)
          expect(after?.version).toBe(order || after ? (order?.version ?? 0) + seen : undefined)
        })
      }
    }
  }
})
