// What a fact makes of an order. Facts are what happened: nothing is refused here. Pure.
import { addSeconds, epochMsOf, unitsOf } from '@holdfast/contract'
import { type GivenBack, type Order, type OrderFact, paymentOf } from './order.ts'
import { changeReturn, isUnderWay, type Return, unitsReturned } from './returns/returned.ts'

/** The order after a fact. */
export function evolve(order: Order | undefined, fact: OrderFact, now: string): Order {
  if (fact.type === 'OrderCreated') {
    const { orderId, buyerId, buyerEmail, buyerName, showId, lines, code, amount, due, channel } = fact.data
    const { soldBy = null, tendered = null, kind = 'hold', expiresAt, returnTerms } = fact.data
    return {
      status: 'created',
      id: orderId,
      version: 1,
      buyer: { id: buyerId, email: buyerEmail, ...(buyerName === undefined ? {} : { name: buyerName }) },
      showId,
      lines,
      ...(code ? { code } : {}),
      ...(returnTerms ? { returnTerms } : {}),
      total: amount,
      due,
      channel,
      soldBy,
      tendered,
      createdAt: now,
      kind,
      expiresAt,
      extended: false,
      holdSeconds: Math.round((epochMsOf(expiresAt) - epochMsOf(now)) / 1000),
      paymentUnderWay: null,
    }
  }
  if (!order) throw new Error(`${fact.type} of an order that was not created`)
  const { buyer, showId, lines, code, returnTerms, total, due, channel, soldBy, tendered } = order
  const { id, createdAt, kind, expiresAt, extended, holdSeconds } = order
  const own = { ...(code ? { code } : {}), ...(returnTerms ? { returnTerms } : {}) }
  const sold = { buyer, showId, lines, ...own, total, due, channel, soldBy, tendered }
  const term = { kind, expiresAt, extended, holdSeconds }
  const kept = { id, version: order.version + 1, ...sold, createdAt, ...term }
  switch (fact.type) {
    case 'PaymentNoticed':
      return { ...kept, version: order.version, status: 'created', paymentUnderWay: fact.data.paymentId }
    case 'OrderExtended': {
      const { expiresAt: until, kind: told } = fact.data
      // A payment in flight at a date that staff said is waited for, too.
      const extension = { expiresAt: until, kind: told ?? kind, extended: told === undefined }
      return { ...order, version: kept.version, ...extension }
    }
    case 'OrderReopened':
      return { ...kept, status: 'created', paymentUnderWay: null }
    case 'OrderCancelled':
      return { ...kept, status: 'cancelled', reason: fact.data.reason }
    case 'OrderClaimed':
      return {
        ...kept,
        tendered: fact.data.tendered ?? tendered,
        status: 'claimed',
        paymentId: fact.data.paymentId,
      }
    case 'ClaimRejected':
      return { ...order, version: kept.version }
    case 'OrderCompleted':
      return { ...kept, status: 'complete', paymentId: paymentOf(order), ...nothingBack, disputed: false }
    case 'DisputeNoted':
      return { ...complete(order), version: kept.version, disputed: fact.data.disputed }
    case 'RefundRecorded': {
      const { refundedMinor, back, settled } = fact.data
      const before = paid(order)
      const returns = settled ? settledReturns(before.returns, settled) : before.returns
      return restOf({ ...before, version: kept.version, refundedMinor, back, returns })
    }
    case 'ReturnRequested': {
      const { returnId, units, amount, by, restock = true } = fact.data
      const { amountMinor } = amount
      const asked: Return = { id: returnId, by, units, amountMinor, restock, status: 'requested' }
      const before = complete(order)
      return { ...before, version: kept.version, returns: [...before.returns, asked] }
    }
    case 'ReturnTurnedDown': {
      const before = complete(order)
      const returns = changeReturn(before.returns, fact.data.returnId, { status: 'refused' })
      return { ...before, version: kept.version, returns }
    }
    case 'PlacesReturned': {
      const { returnId, amount, code: left = code } = fact.data
      const before = complete(order)
      const status = amount.amountMinor > 0 ? 'places_returned' : 'done'
      const returns = changeReturn(before.returns, returnId, { status, amountMinor: amount.amountMinor })
      return restOf({ ...before, version: kept.version, ...(left ? { code: left } : {}), returns })
    }
    case 'ReturnSettled': {
      const { returnId, status } = fact.data
      const before = paid(order)
      const change = status === 'done' ? { status, amountMinor: 0 } : { status }
      return restOf({
        ...before,
        version: kept.version,
        returns: changeReturn(before.returns, returnId, change),
      })
    }
  }
}

const nothingBack: GivenBack = { refundedMinor: 0, back: null, returns: [] }

type Complete = Extract<Order, { status: 'complete' }>
type Paid = Extract<Order, { status: 'complete' | 'refunded' }>

function complete(order: Order): Complete {
  if (order.status !== 'complete')
    throw new Error(`an order that is ${order.status} has nothing to give back`)
  return order
}

const paid = (order: Order): Paid => (order.status === 'refunded' ? order : complete(order))

/** Money that came back from the bank is owed to the buyer. */
function settledReturns(
  returns: readonly Return[],
  { returnId, amountMinor }: { readonly returnId: string; readonly amountMinor: number },
): Return[] {
  const change =
    amountMinor < 0 ? { status: 'money_owed' as const } : { status: 'done' as const, amountMinor }
  return changeReturn(returns, returnId, change)
}

/** Refunded is an order of which every unit is returned and whose money is not on its way any more. */
function restOf(order: Paid): Order {
  if (order.status === 'refunded' || order.returns.some(isUnderWay)) return order
  const gone = unitsReturned(order.returns)
  if (!unitsOf(order).every(({ no }) => gone.has(no))) return order
  const { disputed: _disputed, ...whole } = order
  return { ...whole, status: 'refunded' }
}

/**
 * The order as it was right after it was placed, whatever became of it since: what a repeated
 * request is answered.
 */
export function asPlaced(order: Order): Order {
  const { id, buyer, showId, lines, code, returnTerms, total, due, channel, soldBy } = order
  const { createdAt, holdSeconds } = order
  const own = { ...(code ? { code } : {}), ...(returnTerms ? { returnTerms } : {}) }
  // A buyer's order: how staff settled it since is not how it was placed.
  const placed = { buyer, showId, lines, ...own, total, due, channel, soldBy }
  const expiresAt = addSeconds(createdAt, holdSeconds)
  const term = { kind: 'hold' as const, createdAt, holdSeconds, expiresAt, extended: false }
  const facts = { id, ...placed, tendered: null, ...term }
  if (due.amountMinor === 0)
    return { ...facts, status: 'complete', version: 2, paymentId: null, ...nothingBack, disputed: false }
  return { ...facts, status: 'created', version: 1, paymentUnderWay: null }
}
