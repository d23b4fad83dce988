// The order: its states, commands, facts and rejections, and what a fact makes of it. What is
// decided is in decide.ts. Pure: no clock, no random, no database.
import type {
  Buyer,
  CancelReason,
  Channel,
  FactOf,
  LineBody,
  Money,
  OrderCode,
  OrderKind,
  OrderLine,
  Price,
  ReturnTerms,
  Tendered,
} from '@holdfast/contract'
import type { CodeRejection } from './codes.ts'
import type { LineRejection } from './lines.ts'
import type { Return } from './returns/returned.ts'
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
  /** What its buyer may give back; missing: nothing. */
  readonly returnTerms?: ReturnTerms
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

export interface GivenBack {
  readonly refundedMinor: number
  /** What went back of each unit. Null: nothing yet, or only the sum is known. */
  readonly back: readonly number[] | null
  /** None of an order that was refunded before returns were told. */
  readonly returns: readonly Return[]
}

export type Order = OrderFacts &
  (
    | { readonly status: 'created'; readonly paymentUnderWay: string | null }
    | { readonly status: 'claimed'; readonly paymentId: string }
    | (GivenBack & {
        readonly status: 'complete'
        readonly paymentId: string | null
        /** Its bank asks for the money back. */
        readonly disputed: boolean
      })
    | (GivenBack & { readonly status: 'refunded'; readonly paymentId: string | null })
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
  | {
      readonly type: 'RequestReturn'
      readonly orderId: string
      readonly returnId: string
      readonly units: readonly number[]
      readonly by: 'buyer' | 'organiser'
      /** Missing: all that is left of them. */
      readonly amountMinor?: number
      readonly restock?: boolean
    }
  /** The tickets of the return are void. */
  | { readonly type: 'ReturnPlaces'; readonly orderId: string; readonly returnId: string }
  /** None of them is. */
  | { readonly type: 'TurnDownReturn'; readonly orderId: string; readonly returnId: string }
  /** Its money does not go back. */
  | {
      readonly type: 'SettleReturn'
      readonly orderId: string
      readonly returnId: string
      readonly code: string
    }
  | {
      readonly type: 'NoteDispute'
      readonly orderId: string
      readonly paymentId: string
      readonly disputed: boolean
    }

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
      readonly data: {
        readonly orderId: string
        readonly refundedMinor: number
        readonly full: boolean
        /** What went back of each unit by now. */
        readonly back: readonly number[]
        /** The return whose money it is; less than zero when it came back from the bank. */
        readonly settled?: { readonly returnId: string; readonly amountMinor: number }
      }
    }
  | {
      readonly type: 'ReturnTurnedDown'
      readonly data: { readonly orderId: string; readonly returnId: string }
    }
  | {
      readonly type: 'ReturnSettled'
      readonly data: {
        readonly orderId: string
        readonly returnId: string
        readonly status: 'done' | 'money_owed'
      }
    }
  | {
      readonly type: 'DisputeNoted'
      readonly data: { readonly orderId: string; readonly disputed: boolean }
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
  | 'order_not_complete'
  | 'return_not_allowed'
  | 'return_under_way'
  | 'payment_disputed'
  | 'refund_exceeds_charge'
  | 'refund_not_payable'

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
      return fact.data.restock === false ? 'withhold' : 'return'
    default:
      return null
  }
}

/** Places of one line that move together. */
export interface LineMove {
  readonly movement: Movement
  readonly quantity: number
  /** People that each of them lets in. */
  readonly admits: number
  readonly takes: OrderLine['takes']
  readonly seatIds: readonly string[]
}

/** How a fact moves places, line by line. A return moves those of its units. */
export function movesOf({ lines }: Pick<Order, 'lines'>, fact: OrderFact): LineMove[] {
  const movement = movementOf(fact)
  if (movement === null) return []
  const units = fact.type === 'PlacesReturned' ? new Set(fact.data.units) : null
  let first = 0
  return lines.flatMap(({ quantity, admits = 1, takes, seatIds = [] }) => {
    const places = Array.from({ length: quantity }, (_, index) => index)
    const before = first
    const moving = units === null ? places : places.filter((index) => units.has(before + index))
    first += quantity
    if (moving.length === 0) return []
    const seats = moving.flatMap((index) => seatIds[index] ?? [])
    return [{ movement, quantity: moving.length, admits, takes, seatIds: seats }]
  })
}
