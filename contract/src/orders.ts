// Events of the orders service: the one place where stock changes hands.
import { type Static, Type } from 'typebox'
import { defineEvent } from './envelope.ts'
import { Money } from './money/money.ts'
import { Take } from './tickets.ts'
import { Id, Instant } from './values.ts'

/**
 * A line of an order, frozen at the hold: later changes of the show do not touch it. It stands for
 * `quantity` units that differ in nothing but their numbers and seats.
 */
export const OrderLine = Type.Object(
  {
    ticketTypeId: Id,
    name: Type.String(),
    showId: Type.Optional(Type.String({ format: 'uuid', description: 'if absent, the show of the order' })),
    takes: Type.Array(Take, { description: 'what one unit takes of which pools' }),
    quantity: Type.Integer({ minimum: 1 }),
    unitPriceMinor: Type.Integer({ minimum: 0 }),
    chosen: Type.Optional(Type.Literal(true, { description: 'the buyer said what they pay' })),
    admits: Type.Optional(
      Type.Integer({ minimum: 0, description: 'people that one unit lets in; if absent, 1. 0: an extra' }),
    ),
    taxRateBps: Type.Optional(
      Type.Integer({ minimum: 0, description: 'tax in the price; absent where none is named' }),
    ),
    feeMinor: Type.Optional(
      Type.Integer({ minimum: 0, description: 'of one unit that costs something; absent: none' }),
    ),
    codeId: Type.Optional(
      Type.String({ format: 'uuid', description: 'the code of the order, if it is for these units' }),
    ),
    discountsMinor: Type.Optional(
      Type.Array(Type.Integer({ minimum: 0 }), { description: 'what the code takes off each unit' }),
    ),
    seatIds: Type.Optional(Type.Array(Id)),
  },
  { additionalProperties: false },
)
export type OrderLine = Static<typeof OrderLine>

/** One thing of an order. Its number and the order's id name it for ever. */
export interface Unit {
  readonly no: number
  readonly ticketTypeId: string
  readonly name: string
  readonly showId: string
  readonly seatIds: readonly string[]
  readonly takes: readonly Take[]
  readonly unitPriceMinor: number
  /** People that it lets in; of an extra none. */
  readonly admits: number
}

/**
 * The units of an order, in the order of their numbers. They are numbered and not stored: lines
 * never change after the hold, so that whoever has the lines has the units.
 */
export function unitsOf(order: { readonly showId: string; readonly lines: readonly OrderLine[] }): Unit[] {
  let no = 0
  return order.lines.flatMap(({ quantity, seatIds, showId = order.showId, ...line }) =>
    Array.from({ length: quantity }, (_, index): Unit => {
      const seatId = seatIds?.[index]
      const { ticketTypeId, name, takes, unitPriceMinor, admits = 1 } = line
      const seats = seatId === undefined ? [] : [seatId]
      return { no: no++, ticketTypeId, name, showId, seatIds: seats, takes, unitPriceMinor, admits }
    }),
  )
}

/** How many people these lines let in, together. */
export const admissionsOf = (lines: readonly Pick<OrderLine, 'quantity' | 'admits'>[]): number =>
  lines.reduce((people, { quantity, admits = 1 }) => people + quantity * admits, 0)

/**
 * Whose an order is. Whoever buys at the counter has an id that no session has, and an address or a
 * name only if they gave one.
 */
export const Buyer = Type.Object(
  {
    id: Id,
    email: Type.Union([Type.String(), Type.Null()]),
    name: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
)
/** What each unit of a line costs: its price, less its discount, with its fee. */
export function grossOfLine({ quantity, unitPriceMinor, discountsMinor, feeMinor = 0 }: OrderLine): number[] {
  return Array.from({ length: quantity }, (_, index) => {
    const left = unitPriceMinor - (discountsMinor?.[index] ?? 0)
    return left > 0 ? left + feeMinor : 0
  })
}

export type Buyer = Static<typeof Buyer>

export const CancelReason = Type.Union([
  Type.Literal('buyer'),
  Type.Literal('expired'),
  Type.Literal('payment_failed'),
  Type.Literal('organiser'),
])
export type CancelReason = Static<typeof CancelReason>

export const ClaimRejection = Type.Union([
  Type.Literal('order_unknown'),
  Type.Literal('order_cancelled'),
  Type.Literal('order_claimed'),
  Type.Literal('order_complete'),
  Type.Literal('order_refunded'),
  Type.Literal('amount_mismatch'),
])
export type ClaimRejection = Static<typeof ClaimRejection>

/** Where an order came from. */
export const Channel = Type.Union([
  Type.Literal('web'),
  Type.Literal('embed'),
  Type.Literal('box_office'),
  Type.Literal('door'),
  Type.Literal('guest_list'),
  Type.Literal('waiting_list'),
  Type.Literal('import'),
  Type.Literal('api'),
])
export type Channel = Static<typeof Channel>

/** What money taken outside of the shop was given as; `on_account` is still owed by the buyer. */
export const ElsewhereTender = Type.Union([
  Type.Literal('cash'),
  Type.Literal('terminal'),
  Type.Literal('transfer'),
  Type.Literal('on_account'),
])
export type ElsewhereTender = Static<typeof ElsewhereTender>

/** How an order is settled without the card form. `comp`: its whole price is taken off. */
export const Tender = Type.Union([...ElsewhereTender.anyOf, Type.Literal('comp')])
export type Tender = Static<typeof Tender>

/** How staff settled an order, and who did. */
export const Tendered = Type.Object({
  tender: Tender,
  reason: Type.Optional(Type.String()),
  by: Id,
})
export type Tendered = Static<typeof Tendered>
/** The code that an order was placed with, and how many uses of it are the order's. */
export const OrderCode = Type.Object({ id: Id, uses: Type.Integer({ minimum: 0 }) })
export type OrderCode = Static<typeof OrderCode>

/** Minutes for anybody; or until a date, which staff say. */
export const OrderKind = Type.Union([Type.Literal('hold'), Type.Literal('reservation')])
export type OrderKind = Static<typeof OrderKind>

export const OrderCreated = defineEvent(
  'orders',
  'OrderCreated',
  Type.Object({
    orderId: Id,
    buyerId: Id,
    buyerEmail: Type.Union([Type.String(), Type.Null()]),
    buyerName: Type.Optional(Type.String()),
    showId: Id,
    organiserId: Id,
    lines: Type.Array(OrderLine),
    code: Type.Optional(OrderCode),
    amount: Money,
    /** What is still to be paid: all that a payment takes. */
    due: Money,
    channel: Channel,
    soldBy: Type.Optional(Type.String({ format: 'uuid', description: 'who of the staff sold it' })),
    tendered: Type.Optional(Tendered),
    kind: Type.Optional(Type.Union(OrderKind.anyOf, { description: 'a hold if absent' })),
    expiresAt: Instant,
  }),
)
/** What was reserved for whom, so that whoever writes to them need not have heard of the hold. */
const Reserved = Type.Object({
  by: Type.String({ format: 'uuid', description: 'who of the staff' }),
  showId: Id,
  buyer: Buyer,
  lines: Type.Array(OrderLine),
  amount: Money,
})
/** The deadline is another one: a payment is under way, or staff reserved the places. */
export const OrderExtended = defineEvent(
  'orders',
  'OrderExtended',
  Type.Object({
    orderId: Id,
    expiresAt: Instant,
    kind: Type.Optional(Type.Union(OrderKind.anyOf, { description: 'if absent, as it was' })),
    reserved: Type.Optional(Reserved),
  }),
)
/** A capture failed for good and time is left: the order can be paid again until `expiresAt`. */
export const OrderReopened = defineEvent(
  'orders',
  'OrderReopened',
  Type.Object({ orderId: Id, paymentId: Id, expiresAt: Instant }),
)
export const OrderCancelled = defineEvent(
  'orders',
  'OrderCancelled',
  Type.Object({ orderId: Id, reason: CancelReason }),
)
/** `tendered`: by money taken elsewhere, so that payments has nothing to capture. */
export const OrderClaimed = defineEvent(
  'orders',
  'OrderClaimed',
  Type.Object({ orderId: Id, paymentId: Id, tendered: Type.Optional(Tendered) }),
)
export const ClaimRejected = defineEvent(
  'orders',
  'ClaimRejected',
  Type.Object({ orderId: Id, paymentId: Id, reason: ClaimRejection }),
)
/** Why places are given back. `refund`: all of the money went back. */
export const ReturnedBy = Type.Union([Type.Literal('refund')])
const returned = {
  orderId: Id,
  returnId: Id,
  units: Type.Array(Type.Integer({ minimum: 0 }), { description: 'numbers of the units given back' }),
  amount: Money,
}
/** Places are to be given back: tickets makes theirs void first. */
export const ReturnRequested = defineEvent(
  'orders',
  'ReturnRequested',
  Type.Object({ ...returned, by: ReturnedBy }),
)
/** The tickets of these units are void, and their places are free. */
export const PlacesReturned = defineEvent('orders', 'PlacesReturned', Type.Object(returned))
export const OrderCompleted = defineEvent(
  'orders',
  'OrderCompleted',
  Type.Object({
    orderId: Id,
    showId: Id,
    buyer: Buyer,
    lines: Type.Array(OrderLine),
    amount: Money,
    soldBy: Type.Optional(Type.String({ format: 'uuid', description: 'who of the staff sold it' })),
    paymentId: Type.Optional(
      Type.String({ format: 'uuid', description: 'the payment that paid it; absent when it was free' }),
    ),
  }),
)
