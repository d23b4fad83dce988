// How an order is completed, and takes in what went back of it since: money by a refund, places by a
// return. Pure.
import { type FactOf, unitsOf } from '@holdfast/contract'
import type { Codes } from './code.ts'
import { usesFor } from './codes.ts'
import { evolve } from './evolve.ts'
import { type CommandOf, type Order, type OrderDecision, type OrderFact, paymentOf } from './order.ts'
import { countBack, leftFor, type Paid } from './returns/giving-back.ts'
import { hasPlaces, isWhole, type Return, unitsLeaving, unitsReturned } from './returns/returned.ts'

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

export function recordRefund(order: Order, command: CommandOf<'RecordRefund'>, now: string): OrderDecision {
  // Late money of a payment that never won the order is given back without touching it.
  if (paymentOf(order) !== command.paymentId) return nothing
  // What is given back was taken before: the news of the charge is late. Put aside, the refund
  // would be lost for ever.
  if (order.status === 'claimed') {
    const complete = completed(order)
    return { facts: [complete, ...refundFacts(evolve(order, complete, now) as Paid, command, now)] }
  }
  if (order.status !== 'complete' && order.status !== 'refunded') return nothing
  // An order that was refunded as a whole stays so, though money came back: its places are on their
  // way to others.
  if (order.returns.some(isWhole) || (order.status === 'refunded' && order.returns.length === 0))
    return settleReturn(order, { returnId: command.refundId, code: 'nothing_left' })
  return { facts: refundFacts(order, command, now) }
}

function refundFacts(
  order: Paid,
  { amountMinor, full, refundId }: CommandOf<'RecordRefund'>,
  now: string,
): OrderFact[] {
  // A sum comes out the same in whatever order the news comes; each is heard once. What is heard
  // after the last of them is in the whole already.
  const { amountMinor: most } = order.due
  const refundedMinor = full ? most : Math.min(most, order.refundedMinor + amountMinor)
  const settled = settledBy(order.returns, refundId, amountMinor)
  const recorded: OrderFact = {
    type: 'RefundRecorded',
    data: {
      orderId: order.id,
      refundedMinor,
      full,
      back: countBack(order, refundedMinor, settled?.units ?? []),
      ...(settled ? { settled: { returnId: settled.id, amountMinor } } : {}),
    },
  }
  if (!full) return [recorded]
  const after = evolve(order, recorded, now) as Paid
  const gone = new Set([...unitsReturned(after.returns), ...unitsLeaving(after.returns)])
  const units = unitsOf(order).flatMap(({ no }) => (gone.has(no) ? [] : [no]))
  // The money decides nothing about places, so all that are left are asked for by themselves.
  return units.length === 0 ? [recorded] : [recorded, wholeRequested(after, units, refundId)]
}

/**
 * The return whose money it is: its refund has its id. What is owed since a refund failed is settled
 * by another one that is as large.
 */
function settledBy(returns: readonly Return[], refundId: string, amountMinor: number): Return | undefined {
  return (
    returns.find((each) => each.id === refundId && hasPlaces(each)) ??
    returns.find(({ status, amountMinor: owed }) => status === 'money_owed' && amountMinor >= owed)
  )
}

/** Asking twice is asking once: the return has the id of the refund that completed the sum. */
function wholeRequested(order: Paid, units: number[], refundId: string): FactOf<'ReturnRequested'> {
  const { id: orderId, total, returns, paymentId } = order
  const isTaken = returns.some(({ id }) => id === refundId)
  const returnId = isTaken ? (paymentId ?? refundId) : refundId
  const amount = { amountMinor: 0, currency: total.currency }
  return { type: 'ReturnRequested', data: { orderId, returnId, units, amount, by: 'refund' } }
}

/** Only now may the places be another's: until their tickets were void, two codes would be valid. */
export function returnPlaces(order: Order, returnId: string, codes: Codes): OrderDecision {
  const asked = requestedOf(order, returnId)
  if (asked === null) return nothing
  const { units, amountMinor, restock } = asked.wanted
  const code = codeAfter(asked.order, units, codes)
  // Money that went back since it was asked is not given back again.
  const amount = {
    amountMinor: Math.min(amountMinor, leftFor(asked.order, units)),
    currency: order.total.currency,
  }
  const data = { orderId: order.id, returnId, units: [...units], amount, ...(restock ? {} : { restock }) }
  return { facts: [{ type: 'PlacesReturned', data: { ...data, ...(code ? { code } : {}) } }] }
}

/** Tickets made none of them void. */
export function turnDownReturn(order: Order, returnId: string): OrderDecision {
  if (requestedOf(order, returnId) === null) return nothing
  return { facts: [{ type: 'ReturnTurnedDown', data: { orderId: order.id, returnId } }] }
}

/** No money goes back for the return. Nothing left: it is done; else somebody has to act. */
export function settleReturn(
  order: Order,
  { returnId, code }: Pick<CommandOf<'SettleReturn'>, 'returnId' | 'code'>,
): OrderDecision {
  const waits =
    'returns' in order &&
    order.returns.some(({ id, status }) => id === returnId && status === 'places_returned')
  if (!waits) return nothing
  const status = code === 'nothing_left' ? 'done' : 'money_owed'
  return { facts: [{ type: 'ReturnSettled', data: { orderId: order.id, returnId, status } }] }
}

function requestedOf(order: Order, returnId: string) {
  if (order.status !== 'complete') return null
  const wanted = order.returns.find(({ id, status }) => id === returnId && status === 'requested')
  return wanted ? { order, wanted } : null
}

/** The order's code with the uses that are left to it: fewer tickets may be fewer uses. */
function codeAfter(order: Paid, units: readonly number[], codes: Codes) {
  const { code: own, lines, returns } = order
  const code = own && codes.byId.get(own.id)
  if (!own || !code) return own
  const gone = new Set([...unitsReturned(returns), ...units])
  const covered = lines.flatMap(({ quantity, codeId }) =>
    Array.from({ length: quantity }, () => codeId === own.id),
  )
  const left = covered.filter((isCovered, no) => isCovered && !gone.has(no)).length
  return { id: own.id, uses: Math.min(own.uses, usesFor(code, left)) }
}
