// What becomes of an order by a command. The order's row decides every race, and this is how. Pure:
// no clock, no random, no database. Expiry never ends a claimed or complete order.
import { addSeconds, type CancelReason, type ClaimRejection, type FactOf, unitsOf } from '@holdfast/contract'
import {
  type CommandOf,
  type Order,
  type OrderCommand,
  type OrderDecision,
  type OrderFact,
  paymentOf,
} from './order.ts'
import { completed, placeOrder } from './placing.ts'
import type { Stock } from './stock.ts'

const nothing: OrderDecision = { facts: [] }

/**
 * At most this much is added, once, when a payment is in flight at the deadline. Never more than
 * the hold itself.
 */
const extensionSecondsMax = 300

/**
 * Decides a command about one order. `order` is undefined while there is none; `now` is the
 * database's clock.
 */
export function decide(
  order: Order | undefined,
  command: OrderCommand,
  context: { stock: Stock; now: string },
): OrderDecision {
  if (command.type === 'PlaceOrder') return order ? nothing : placeOrder(command, context)
  if (!order) return { rejection: 'order_unknown' }
  switch (command.type) {
    case 'CancelOrder':
      return cancelOrder(order, command)
    case 'ExpireOrder':
      return expireOrder(order, command.deadline, context.now)
    case 'NotePaymentStarted':
      if (order.status !== 'created' || order.paymentUnderWay === command.paymentId) return nothing
      return {
        facts: [{ type: 'PaymentNoticed', data: { orderId: order.id, paymentId: command.paymentId } }],
      }
    case 'NotePaymentEnded':
      if (order.status !== 'created' || order.paymentUnderWay !== command.paymentId) return nothing
      return { facts: [{ type: 'PaymentNoticed', data: { orderId: order.id, paymentId: null } }] }
    case 'ClaimOrder':
      return claimOrder(order, command)
    case 'CompleteOrder':
      if (order.status !== 'claimed' || order.paymentId !== command.paymentId) return nothing
      return { facts: [completed(order)] }
    case 'ReleaseClaim':
      return releaseClaim(order, command.paymentId, context)
    case 'RecordRefund':
      return recordRefund(order, command)
    case 'ReturnPlaces':
      return returnPlaces(order, command.returnId)
  }
}

function cancelled(order: Order, reason: CancelReason): FactOf<'OrderCancelled'> {
  return { type: 'OrderCancelled', data: { orderId: order.id, reason } }
}

function cancelOrder(order: Order, command: CommandOf<'CancelOrder'>): OrderDecision {
  // Another's order is not there, as far as this buyer can tell.
  if (command.buyerId !== undefined && command.buyerId !== order.buyer.id)
    return { rejection: 'order_unknown' }
  switch (order.status) {
    case 'created':
      return { facts: [cancelled(order, command.reason)] }
    case 'cancelled':
      return nothing
    case 'claimed':
      return { rejection: 'order_claimed' }
    case 'complete':
      return { rejection: 'order_complete' }
    case 'refunded':
      return { rejection: 'order_refunded' }
  }
}

function expireOrder(order: Order, deadline: string, now: string): OrderDecision {
  // Claimed, complete, refunded, cancelled: the deadline means nothing any more.
  if (order.status !== 'created') return nothing
  // A deadline that was since extended. The instants are compared, not a clock: a clock may jump.
  if (deadline < order.expiresAt) return nothing
  if (order.paymentUnderWay === null || order.extended) return { facts: [cancelled(order, 'expired')] }
  // Never earlier than the deadline it replaces, also by a clock set back: the old one, told again,
  // would end the order.
  const from = now > order.expiresAt ? now : order.expiresAt
  const expiresAt = addSeconds(from, Math.min(extensionSecondsMax, order.holdSeconds))
  return { facts: [{ type: 'OrderExtended', data: { orderId: order.id, expiresAt } }] }
}

function claimOrder(order: Order, { paymentId, amount, tendered }: CommandOf<'ClaimOrder'>): OrderDecision {
  const reject = (reason: ClaimRejection): OrderDecision => ({
    facts: [{ type: 'ClaimRejected', data: { orderId: order.id, paymentId, reason } }],
  })
  if (order.status === 'created') {
    if (amount.amountMinor !== order.due.amountMinor || amount.currency !== order.due.currency)
      return reject('amount_mismatch')
    const data = { orderId: order.id, paymentId, ...(tendered ? { tendered } : {}) }
    return { facts: [{ type: 'OrderClaimed', data }] }
  }
  // The same authorization again is a message repeated: its answer stands in the stream already.
  if (paymentOf(order) === paymentId) return nothing
  return reject(`order_${order.status}`)
}

function releaseClaim(
  order: Order,
  paymentId: string,
  { stock, now }: { stock: Stock; now: string },
): OrderDecision {
  if (order.status !== 'claimed' || order.paymentId !== paymentId) return nothing
  // When the show was called off, this order was claimed and could not be cancelled with the
  // others.
  const calledOff = stock.sales.get(order.showId)?.status === 'cancelled'
  if (calledOff || now >= order.expiresAt) return { facts: [cancelled(order, 'payment_failed')] }
  return {
    facts: [{ type: 'OrderReopened', data: { orderId: order.id, paymentId, expiresAt: order.expiresAt } }],
  }
}

function recordRefund(
  order: Order,
  { paymentId, amountMinor, full, refundId }: CommandOf<'RecordRefund'>,
): OrderDecision {
  // Late money of a payment that never won the order is given back without touching it.
  if (paymentOf(order) !== paymentId) return nothing
  // A sum comes out the same in whatever order the news comes; each is heard once.
  const before = order.status === 'complete' ? order.refundedMinor : 0
  const refundedMinor = full ? order.due.amountMinor : before + amountMinor
  const recorded = { type: 'RefundRecorded', data: { orderId: order.id, refundedMinor, full } } as const
  // What is given back was taken before: the news of the charge is late. Put aside, the refund
  // would be lost for ever.
  const facts: OrderFact[] = full ? [recorded, returnRequested(order, refundId)] : [recorded]
  if (order.status === 'claimed') return { facts: [completed(order), ...facts] }
  // An order that was refunded as a whole stays so, though money came back: its places are on their
  // way to others.
  return order.status === 'complete' && order.returning === null ? { facts } : nothing
}

/** All units: the money decides nothing about places, so all of them are asked for by themselves. */
function returnRequested(order: Order, returnId: string): FactOf<'ReturnRequested'> {
  return { type: 'ReturnRequested', data: { ...returnOf(order, returnId), by: 'refund' } }
}

const returnOf = (order: Order, returnId: string) => ({
  orderId: order.id,
  returnId,
  units: unitsOf(order).map(({ no }) => no),
  amount: { amountMinor: 0, currency: order.total.currency },
})

/** Only now may the places be another's: until their tickets were void, two codes would be valid. */
function returnPlaces(order: Order, returnId: string): OrderDecision {
  if (order.status !== 'complete' || order.returning !== returnId) return nothing
  return { facts: [{ type: 'PlacesReturned', data: returnOf(order, returnId) }] }
}
