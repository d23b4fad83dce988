// How an order is completed, and takes in what went back of it since: money by a refund, places by a
// return. Pure.
import { type FactOf, unitsOf } from '@holdfast/contract'
import { type CommandOf, type Order, type OrderDecision, type OrderFact, paymentOf } from './order.ts'

const nothing: OrderDecision = { facts: [] }

/** The money is taken, or nothing was to be paid. */
export function completed(order: Order): FactOf<'OrderCompleted'> {
  const { id, showId, buyer, lines, total, soldBy } = order
  const paymentId = paymentOf(order)
  const paid = paymentId === null ? {} : { paymentId }
  return {
    type: 'OrderCompleted',
    data: {
      orderId: id,
      showId,
      buyer,
      lines: [...lines],
      amount: total,
      ...(soldBy === null ? {} : { soldBy }),
      ...paid,
    },
  }
}

export function recordRefund(
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
export function returnPlaces(order: Order, returnId: string): OrderDecision {
  if (order.status !== 'complete' || order.returning !== returnId) return nothing
  return { facts: [{ type: 'PlacesReturned', data: returnOf(order, returnId) }] }
}
