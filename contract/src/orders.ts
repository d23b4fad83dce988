// Events of the orders service: the one place where stock changes hands.
import { type Static, Type } from 'typebox'
import { defineEvent } from './envelope.ts'
import { Money } from './money/money.ts'
import { Id, Instant } from './values.ts'

/** A line of an order, frozen at the hold: later changes of the show do not touch it. */
export const OrderLine = Type.Object(
  {
    ticketTypeId: Id,
    name: Type.String(),
    poolId: Id,
    quantity: Type.Integer({ minimum: 1 }),
    unitPriceMinor: Type.Integer({ minimum: 0 }),
    seatIds: Type.Optional(Type.Array(Id)),
  },
  { additionalProperties: false },
)
export type OrderLine = Static<typeof OrderLine>

export const Buyer = Type.Object({ id: Id, email: Type.String() }, { additionalProperties: false })
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

export const OrderCreated = defineEvent(
  'orders',
  'OrderCreated',
  Type.Object({
    orderId: Id,
    buyerId: Id,
    buyerEmail: Type.String(),
    showId: Id,
    organiserId: Id,
    lines: Type.Array(OrderLine),
    amount: Money,
    expiresAt: Instant,
  }),
)
export const OrderExtended = defineEvent(
  'orders',
  'OrderExtended',
  Type.Object({ orderId: Id, expiresAt: Instant }),
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
export const OrderClaimed = defineEvent('orders', 'OrderClaimed', Type.Object({ orderId: Id, paymentId: Id }))
export const ClaimRejected = defineEvent(
  'orders',
  'ClaimRejected',
  Type.Object({ orderId: Id, paymentId: Id, reason: ClaimRejection }),
)
export const OrderCompleted = defineEvent(
  'orders',
  'OrderCompleted',
  Type.Object({
    orderId: Id,
    showId: Id,
    buyer: Buyer,
    lines: Type.Array(OrderLine),
    amount: Money,
    paymentId: Type.Optional(
      Type.String({ format: 'uuid', description: 'the payment that paid it; absent when it was free' }),
    ),
  }),
)
