// The order: its states, commands, facts and rejections. The order's row decides every race; this is what it decides.
// Pure: no clock, no random, no database. Expiry never ends a claimed or complete order.
import { maxAmountMinor, type Buyer, type CancelReason, type ClaimRejection, type FactOf, type LineBody, type Money, type OrderLine, type PublishedShow } from '@holdfast/contract'
import { chooseLines, type LineRejection, type Movement, type Sale, type Stock } from './stock.ts'

interface OrderFacts {
  readonly id: string
  readonly version: number
  readonly buyer: Buyer
  readonly showId: string
  readonly lines: readonly OrderLine[]
  readonly total: Money
  readonly createdAt: string
  readonly expiresAt: string
  /** The one bounded extension was given. */
  readonly extended: boolean
  readonly holdSeconds: number
}

export type Order = OrderFacts &
  (
    | { readonly status: 'created'; readonly paymentUnderWay: string | null }
    | { readonly status: 'claimed'; readonly paymentId: string }
    | { readonly status: 'complete'; readonly paymentId: string | null; readonly refundedMinor: number }
    | { readonly status: 'refunded'; readonly paymentId: string; readonly refundedMinor: number }
    | { readonly status: 'cancelled'; readonly reason: CancelReason }
  )

export type OrderStatus = Order['status']

export type OrderCommand =
  | { readonly type: 'PlaceOrder'; readonly orderId: string; readonly buyer: Buyer; readonly showId: string; readonly lines: readonly LineBody[] }
  | { readonly type: 'CancelOrder'; readonly orderId: string; readonly reason: 'buyer' | 'organiser'; readonly buyerId?: string }
  | { readonly type: 'ExpireOrder'; readonly orderId: string; readonly deadline: string }
  | { readonly type: 'NotePaymentStarted'; readonly orderId: string; readonly paymentId: string }
  | { readonly type: 'ClaimOrder'; readonly orderId: string; readonly paymentId: string; readonly amount: Money }
  | { readonly type: 'CompleteOrder'; readonly orderId: string; readonly paymentId: string }
  | { readonly type: 'ReleaseClaim'; readonly orderId: string; readonly paymentId: string }
  | { readonly type: 'RecordRefund'; readonly orderId: string; readonly paymentId: string; readonly refundedMinor: number; readonly full: boolean }

export type SaleCommand =
  | { readonly type: 'KnowShow'; readonly show: PublishedShow; readonly version: number }
  | { readonly type: 'EndSale'; readonly showId: string; readonly version: number }

export type PublicFact = FactOf<
  'OrderCreated' | 'OrderExtended' | 'OrderReopened' | 'OrderCancelled' | 'OrderClaimed' | 'ClaimRejected' | 'OrderCompleted'
>
/** Changes of an order that only this service hears of. */
export type PrivateFact =
  | { readonly type: 'PaymentNoticed'; readonly data: { readonly orderId: string; readonly paymentId: string } }
  | { readonly type: 'RefundRecorded'; readonly data: { readonly orderId: string; readonly refundedMinor: number; readonly full: boolean } }
export type OrderFact = PublicFact | PrivateFact

export type OrderRejection =
  | LineRejection
  | 'show_unknown'
  | 'not_on_sale'
  | 'order_unknown'
  | 'order_claimed'
  | 'order_complete'
  | 'order_refunded'

export type OrderDecision = { readonly facts: readonly OrderFact[] } | { readonly rejection: OrderRejection; readonly detail?: string }

const nothing: OrderDecision = { facts: [] }

/** At most this much is added, once, when a payment is in flight at the deadline. Never more than the hold itself. */
const extensionSecondsMax = 300

/** Decides a command about one order. `order` is undefined while there is none; `now` is the database's clock. */
export function decide(order: Order | undefined, command: OrderCommand, context: { stock: Stock; now: string }): OrderDecision {
  if (command.type === 'PlaceOrder') return order ? nothing : placeOrder(command, context)
  if (!order) return { rejection: 'order_unknown' }
  switch (command.type) {
    case 'CancelOrder':
      return cancelOrder(order, command)
    case 'ExpireOrder':
      return expireOrder(order, command.deadline, context.now)
    case 'NotePaymentStarted':
      if (order.status !== 'created' || order.paymentUnderWay === command.paymentId) return nothing
      return { facts: [{ type: 'PaymentNoticed', data: { orderId: order.id, paymentId: command.paymentId } }] }
    case 'ClaimOrder':
      return claimOrder(order, command)
    case 'CompleteOrder':
      if (order.status !== 'claimed' || order.paymentId !== command.paymentId) return nothing
      return { facts: [completed(order)] }
    case 'ReleaseClaim':
      return releaseClaim(order, command.paymentId, context.now)
    case 'RecordRefund':
      return recordRefund(order, command)
  }
}

type Command<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>

function placeOrder(command: Command<'PlaceOrder'>, { stock, now }: { stock: Stock; now: string }): OrderDecision {
  const sale = stock.sales.get(command.showId)
  if (!sale) return { rejection: 'show_unknown' }
  if (sale.status !== 'on_sale') return { rejection: 'not_on_sale' }
  const chosen = chooseLines(sale, stock, command.lines)
  if ('rejection' in chosen) return chosen
  const created = orderCreated(command, { sale, lines: chosen.lines, now })
  // No processor takes more at once: such an order would only keep its places from others until it expires.
  if (created.data.amount.amountMinor > maxAmountMinor) return { rejection: 'limit_exceeded', detail: 'the total is more than a card can pay' }
  if (created.data.amount.amountMinor > 0) return { facts: [created] }
  // Nothing to pay: complete at once, with no payment and no deadline.
  return { facts: [created, completed(evolve(undefined, created, now))] }
}

function orderCreated(
  { orderId, buyer, showId }: Command<'PlaceOrder'>,
  { sale, lines, now }: { sale: Sale; lines: readonly OrderLine[]; now: string },
): FactOf<'OrderCreated'> {
  const amountMinor = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  return {
    type: 'OrderCreated',
    data: {
      orderId,
      buyerId: buyer.id,
      buyerEmail: buyer.email,
      showId,
      organiserId: sale.organiserId,
      lines: [...lines],
      amount: { amountMinor, currency: sale.currency },
      expiresAt: later(now, sale.holdSeconds),
    },
  }
}

function completed(order: Order): FactOf<'OrderCompleted'> {
  const { id, showId, buyer, lines, total } = order
  const paymentId = paymentOf(order)
  const paid = paymentId === null ? {} : { paymentId }
  return { type: 'OrderCompleted', data: { orderId: id, showId, buyer, lines: [...lines], amount: total, ...paid } }
}

function cancelled(order: Order, reason: CancelReason): FactOf<'OrderCancelled'> {
  return { type: 'OrderCancelled', data: { orderId: order.id, reason } }
}

function cancelOrder(order: Order, command: Command<'CancelOrder'>): OrderDecision {
  // Another's order is not there, as far as this buyer can tell.
  if (command.buyerId !== undefined && command.buyerId !== order.buyer.id) return { rejection: 'order_unknown' }
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
  // Never earlier than the deadline it replaces, also by a clock set back: the old one, told again, would end the order.
  const from = now > order.expiresAt ? now : order.expiresAt
  const expiresAt = later(from, Math.min(extensionSecondsMax, order.holdSeconds))
  return { facts: [{ type: 'OrderExtended', data: { orderId: order.id, expiresAt } }] }
}

function claimOrder(order: Order, { paymentId, amount }: Command<'ClaimOrder'>): OrderDecision {
  const reject = (reason: ClaimRejection): OrderDecision => ({
    facts: [{ type: 'ClaimRejected', data: { orderId: order.id, paymentId, reason } }],
  })
  if (order.status === 'cancelled') return reject('order_cancelled')
  if (order.status === 'created') {
    if (amount.amountMinor !== order.total.amountMinor || amount.currency !== order.total.currency) return reject('amount_mismatch')
    return { facts: [{ type: 'OrderClaimed', data: { orderId: order.id, paymentId } }] }
  }
  // The same authorization again is a message repeated: its answer stands in the stream already.
  if (order.paymentId === paymentId) return nothing
  return reject(`order_${order.status}`)
}

function releaseClaim(order: Order, paymentId: string, now: string): OrderDecision {
  if (order.status !== 'claimed' || order.paymentId !== paymentId) return nothing
  if (now >= order.expiresAt) return { facts: [cancelled(order, 'payment_failed')] }
  return { facts: [{ type: 'OrderReopened', data: { orderId: order.id, paymentId, expiresAt: order.expiresAt } }] }
}

function recordRefund(order: Order, { paymentId, refundedMinor, full }: Command<'RecordRefund'>): OrderDecision {
  // Late money of a payment that never won the order is given back without touching it.
  if (order.status !== 'complete' || order.paymentId !== paymentId) return nothing
  if (refundedMinor <= order.refundedMinor) return nothing
  return { facts: [{ type: 'RefundRecorded', data: { orderId: order.id, refundedMinor, full } }] }
}

/** The order after a fact. Facts are what happened: nothing is refused here. */
export function evolve(order: Order | undefined, fact: OrderFact, now: string): Order {
  if (fact.type === 'OrderCreated') {
    const { orderId, buyerId, buyerEmail, showId, lines, amount, expiresAt } = fact.data
    return {
      status: 'created',
      id: orderId,
      version: 1,
      buyer: { id: buyerId, email: buyerEmail },
      showId,
      lines,
      total: amount,
      createdAt: now,
      expiresAt,
      extended: false,
      holdSeconds: Math.round((Date.parse(expiresAt) - Date.parse(now)) / 1000),
      paymentUnderWay: null,
    }
  }
  if (!order) throw new Error(`${fact.type} of an order that was not created`)
  const { id, buyer, showId, lines, total, createdAt, expiresAt, extended, holdSeconds } = order
  const kept = { id, version: order.version + 1, buyer, showId, lines, total, createdAt, expiresAt, extended, holdSeconds }
  switch (fact.type) {
    case 'PaymentNoticed':
      return { ...kept, version: order.version, status: 'created', paymentUnderWay: fact.data.paymentId }
    case 'OrderExtended':
      return { ...order, version: kept.version, expiresAt: fact.data.expiresAt, extended: true }
    case 'OrderReopened':
      return { ...kept, status: 'created', paymentUnderWay: null }
    case 'OrderCancelled':
      return { ...kept, status: 'cancelled', reason: fact.data.reason }
    case 'OrderClaimed':
      return { ...kept, status: 'claimed', paymentId: fact.data.paymentId }
    case 'ClaimRejected':
      return { ...order, version: kept.version }
    case 'OrderCompleted':
      return { ...kept, status: 'complete', paymentId: paymentOf(order), refundedMinor: 0 }
    case 'RefundRecorded':
      return evolveRefund(order, kept, fact.data)
  }
}

function evolveRefund(order: Order, kept: OrderFacts, { refundedMinor, full }: { refundedMinor: number; full: boolean }): Order {
  const paymentId = paymentOf(order)
  if (full && paymentId !== null) return { ...kept, status: 'refunded', paymentId, refundedMinor }
  return { ...kept, status: 'complete', paymentId, refundedMinor }
}

/** The order as it was right after it was placed, whatever became of it since: what a repeated request is answered. */
export function asPlaced(order: Order): Order {
  const { id, buyer, showId, lines, total, createdAt, holdSeconds } = order
  const facts = { id, buyer, showId, lines, total, createdAt, holdSeconds, expiresAt: later(createdAt, holdSeconds), extended: false }
  if (total.amountMinor === 0) return { ...facts, status: 'complete', version: 2, paymentId: null, refundedMinor: 0 }
  return { ...facts, status: 'created', version: 1, paymentUnderWay: null }
}

/** The payment that claimed the order, if one did. */
export function paymentOf(order: Order): string | null {
  return 'paymentId' in order ? order.paymentId : null
}

/** How a fact moves the order's places, or null when they stay where they are. */
export function movementOf(fact: OrderFact): Movement | null {
  switch (fact.type) {
    case 'OrderCreated':
      return 'hold'
    case 'OrderCompleted':
      return 'sell'
    case 'OrderCancelled':
      return 'release'
    case 'RefundRecorded':
      return fact.data.full ? 'return' : null
    default:
      return null
  }
}

function later(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString()
}
