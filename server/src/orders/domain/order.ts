// The order: its states, commands, facts and rejections, and what a fact makes of it. What is
// decided is in decide.ts. Pure: no clock, no random, no database.
import {
  addSeconds,
  type Buyer,
  type CancelReason,
  type Channel,
  epochMsOf,
  type FactOf,
  type LineBody,
  type Money,
  type OrderCode,
  type OrderKind,
  type OrderLine,
  type Price,
  type Tendered,
} from '@holdfast/contract'
import type { CodeRejection } from './codes.ts'
import type { LineRejection } from './lines.ts'
import type { Movement } from './stock.ts'
import type { Origin } from './taken.ts'

interface OrderFacts {
  readonly id: string
  readonly version: number
  readonly buyer: Buyer
  readonly showId: string
  readonly lines: readonly OrderLine[]
  /** The code that it was placed with, and the uses of it that move as its places do. */
  readonly code?: OrderCode
  readonly total: Money
  /** What of the total a payment takes. */
  readonly due: Money
  readonly channel: Channel
  /** Who of the staff sold it. */
  readonly soldBy: string | null
  /** How staff settled it; null of a card. */
  readonly tendered: Tendered | null
  readonly createdAt: string
  /** A reservation's deadline is a date that staff said. */
  readonly kind: OrderKind
  readonly expiresAt: string
  /** The one bounded extension was given. */
  readonly extended: boolean
  readonly holdSeconds: number
}

export type Order = OrderFacts &
  (
    | { readonly status: 'created'; readonly paymentUnderWay: string | null }
    | { readonly status: 'claimed'; readonly paymentId: string }
    | {
        readonly status: 'complete'
        readonly paymentId: string | null
        readonly refundedMinor: number
        /** The return that was asked for; its places are free once the tickets are void. */
        readonly returning: string | null
      }
    | {
        readonly status: 'refunded'
        readonly paymentId: string
        readonly refundedMinor: number
        /** Null of an order refunded before returns were told. */
        readonly returnId: string | null
      }
    | { readonly status: 'cancelled'; readonly reason: CancelReason }
  )

/** How staff sell an order: limits of buyers do not bind them, and the card form has no part in it. */
export interface CounterSale {
  readonly tendered: Tendered
  /** The id of the payment that is recorded, if there is anything to pay. */
  readonly paymentId: string
}

/** Staff keep places for somebody who pays later. */
export interface CounterReservation {
  readonly until: string
  readonly by: string
}

export type OrderStatus = Order['status']

export type OrderCommand =
  | {
      readonly type: 'PlaceOrder'
      readonly orderId: string
      readonly buyer: Buyer
      readonly showId: string
      readonly lines: readonly LineBody[]
      /** What the buyer entered. */
      readonly code?: string
      /** The total that the buyer saw. */
      readonly expectedTotalMinor?: number
      /** Where limits hold for strangers. */
      readonly origin?: Origin
      /** At the counter: it is settled at once, or reserved. */
      readonly counter?: CounterSale | CounterReservation
    }
  | ({ readonly type: 'ReserveOrder'; readonly orderId: string } & CounterReservation)
  | {
      readonly type: 'CancelOrder'
      readonly orderId: string
      readonly reason: 'buyer' | 'organiser'
      readonly buyerId?: string
    }
  | { readonly type: 'ExpireOrder'; readonly orderId: string; readonly deadline: string }
  | { readonly type: 'NotePaymentStarted'; readonly orderId: string; readonly paymentId: string }
  /** Declined, or its authorization given back: nothing is under way by it any more. */
  | { readonly type: 'NotePaymentEnded'; readonly orderId: string; readonly paymentId: string }
  | {
      readonly type: 'ClaimOrder'
      readonly orderId: string
      readonly paymentId: string
      readonly amount: Money
      readonly tendered?: Tendered
    }
  | { readonly type: 'CompleteOrder'; readonly orderId: string; readonly paymentId: string }
  | { readonly type: 'ReleaseClaim'; readonly orderId: string; readonly paymentId: string }
  | {
      readonly type: 'RecordRefund'
      readonly orderId: string
      readonly paymentId: string
      /** What went back to the buyer; less than zero when it came back from his bank. */
      readonly amountMinor: number
      /** Everything that was taken has gone back. */
      readonly full: boolean
      readonly refundId: string
    }
  /** The tickets of the return are void. */
  | { readonly type: 'ReturnPlaces'; readonly orderId: string; readonly returnId: string }

export type PublicFact = FactOf<
  | 'OrderCreated'
  | 'OrderExtended'
  | 'OrderReopened'
  | 'OrderCancelled'
  | 'OrderClaimed'
  | 'ClaimRejected'
  | 'OrderCompleted'
  | 'ReturnRequested'
  | 'PlacesReturned'
>
/** Changes of an order that only this service hears of. */
export type PrivateFact =
  | {
      readonly type: 'PaymentNoticed'
      readonly data: { readonly orderId: string; readonly paymentId: string | null }
    }
  | {
      readonly type: 'RefundRecorded'
      readonly data: { readonly orderId: string; readonly refundedMinor: number; readonly full: boolean }
    }
export type OrderFact = PublicFact | PrivateFact

export type OrderRejection =
  | LineRejection
  | CodeRejection
  | 'code_taken'
  | 'invalid_code'
  | 'show_unknown'
  | 'not_on_sale'
  | 'too_many_holds'
  | 'price_changed'
  | 'total_not_payable'
  | 'invalid_reservation'
  | 'order_unknown'
  | 'order_cancelled'
  | 'order_claimed'
  | 'order_complete'
  | 'order_refunded'

export type OrderDecision =
  | { readonly facts: readonly OrderFact[] }
  | {
      readonly rejection: OrderRejection
      readonly detail?: string
      readonly price?: Price
      readonly opensAt?: string
      readonly field?: string
      readonly least?: number
      readonly most?: number
    }

export type CommandOf<Type extends OrderCommand['type']> = Extract<OrderCommand, { type: Type }>

/** The order after a fact. Facts are what happened: nothing is refused here. */
export function evolve(order: Order | undefined, fact: OrderFact, now: string): Order {
  if (fact.type === 'OrderCreated') {
    const { orderId, buyerId, buyerEmail, buyerName, showId, lines, code, amount, due, channel } = fact.data
    const { soldBy = null, tendered = null, kind = 'hold', expiresAt } = fact.data
    return {
      status: 'created',
      id: orderId,
      version: 1,
      buyer: { id: buyerId, email: buyerEmail, ...(buyerName === undefined ? {} : { name: buyerName }) },
      showId,
      lines,
      ...(code ? { code } : {}),
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
  const { buyer, showId, lines, code, total, due, channel, soldBy, tendered } = order
  const { id, createdAt, kind, expiresAt, extended, holdSeconds } = order
  const sold = { buyer, showId, lines, ...(code ? { code } : {}), total, due, channel, soldBy, tendered }
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
      return { ...kept, status: 'complete', paymentId: paymentOf(order), refundedMinor: 0, returning: null }
    case 'RefundRecorded':
      return { ...complete(order), version: kept.version, refundedMinor: fact.data.refundedMinor }
    case 'ReturnRequested':
      return { ...complete(order), version: kept.version, returning: fact.data.returnId }
    case 'PlacesReturned': {
      const { paymentId, refundedMinor } = complete(order)
      if (paymentId === null) throw new Error('the places of an order that nobody paid were returned')
      return { ...kept, status: 'refunded', paymentId, refundedMinor, returnId: fact.data.returnId }
    }
  }
}

type Complete = Extract<Order, { status: 'complete' }>

function complete(order: Order): Complete {
  if (order.status !== 'complete')
    throw new Error(`an order that is ${order.status} has nothing to give back`)
  return order
}

/**
 * The order as it was right after it was placed, whatever became of it since: what a repeated
 * request is answered.
 */
export function asPlaced(order: Order): Order {
  const { id, buyer, showId, lines, code, total, due, channel, soldBy, createdAt, holdSeconds } = order
  // A buyer's order: how staff settled it since is not how it was placed.
  const placed = { buyer, showId, lines, ...(code ? { code } : {}), total, due, channel, soldBy }
  const expiresAt = addSeconds(createdAt, holdSeconds)
  const term = { kind: 'hold' as const, createdAt, holdSeconds, expiresAt, extended: false }
  const facts = { id, ...placed, tendered: null, ...term }
  if (due.amountMinor === 0)
    return { ...facts, status: 'complete', version: 2, paymentId: null, refundedMinor: 0, returning: null }
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
    case 'PlacesReturned':
      return 'return'
    default:
      return null
  }
}
