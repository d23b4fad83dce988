// Events of the payments service: what happened to money, never who gets a seat.
import { Type } from 'typebox'
import { defineEvent } from './envelope.ts'
import { Money } from './money/money.ts'
import { ElsewhereTender, Tendered } from './orders.ts'
import { Id } from './values.ts'

const tender = Type.Optional(
  Type.Union(ElsewhereTender.anyOf, { description: 'of money taken elsewhere; absent of a card' }),
)

export const PaymentStarted = defineEvent(
  'payments',
  'PaymentStarted',
  Type.Object({ orderId: Id, paymentId: Id }),
)
export const PaymentAuthorized = defineEvent(
  'payments',
  'PaymentAuthorized',
  Type.Object({
    orderId: Id,
    paymentId: Id,
    amount: Money,
    orderVersion: Type.Integer({ minimum: 1, description: 'the version of the order that payments knew' }),
    tendered: Type.Optional(Tendered),
  }),
)
export const ChargeCreated = defineEvent(
  'payments',
  'ChargeCreated',
  Type.Object({ orderId: Id, paymentId: Id, amount: Money, tender }),
)
/** The capture of a claimed order failed for good, read back from the processor. */
export const ChargeFailed = defineEvent(
  'payments',
  'ChargeFailed',
  Type.Object({ orderId: Id, paymentId: Id, code: Type.String() }),
)
/**
 * The payment came to nothing: declined, or what was set aside is free again. Once for each that
 * ends without a charge.
 */
export const PaymentVoided = defineEvent(
  'payments',
  'PaymentVoided',
  Type.Object({ orderId: Id, paymentId: Id, reason: Type.String() }),
)
export const ChargeRefunded = defineEvent(
  'payments',
  'ChargeRefunded',
  Type.Object({
    orderId: Id,
    paymentId: Id,
    refundId: Id,
    amount: Money,
    refundedTotal: Money,
    tender,
    full: Type.Boolean({ description: 'everything captured by this payment is now refunded' }),
  }),
)
/** A refund that was told as done came back: the buyer's bank could not take it. */
export const RefundReturned = defineEvent(
  'payments',
  'RefundReturned',
  Type.Object({ orderId: Id, paymentId: Id, refundId: Id, amount: Money, refundedTotal: Money }),
)
/** The money of a return does not go back: nothing is left of it, or the processor refused for good. */
export const RefundFailed = defineEvent(
  'payments',
  'RefundFailed',
  Type.Object({
    orderId: Id,
    paymentId: Id,
    refundId: Id,
    returnId: Id,
    code: Type.String({ description: '`nothing_left`, or why the processor refused' }),
  }),
)
/** The bank asks for the money back: until it decides, nothing more is given back. */
export const DisputeOpened = defineEvent(
  'payments',
  'DisputeOpened',
  Type.Object({ orderId: Id, paymentId: Id }),
)
export const DisputeClosed = defineEvent(
  'payments',
  'DisputeClosed',
  Type.Object({ orderId: Id, paymentId: Id }),
)
