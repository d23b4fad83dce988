// Whether tickets may be given back, and for how much. That none of them was used is for tickets to
// say: their rows decide the race against the door. Pure.

import type { CommandOf, Order, OrderDecision } from '../order.ts'
import { stepOf } from '../pricing/price.ts'
import { leftFor, offersOf, type Paid } from './giving-back.ts'
import { unitsLeaving, unitsReturned } from './returned.ts'

type Asked = CommandOf<'RequestReturn'>

export function requestReturn(order: Order, command: Asked, now: string): OrderDecision {
  if (order.status !== 'complete') return { rejection: 'order_not_complete' }
  const { units, returnId, by, restock = true } = command
  const leaving = unitsLeaving(order.returns)
  if (units.some((no) => leaving.has(no))) return { rejection: 'return_under_way' }
  const gone = unitsReturned(order.returns)
  if (units.some((no) => gone.has(no)))
    return { rejection: 'return_not_allowed', detail: 'the tickets were returned before' }
  const offered = by === 'buyer' ? offerToBuyer(order, units, now) : offerByOrganiser(order, command)
  if ('rejection' in offered) return offered
  const amount = { amountMinor: offered.amountMinor, currency: order.total.currency }
  const data = { orderId: order.id, returnId, units: [...units], amount, by }
  return { facts: [{ type: 'ReturnRequested', data: { ...data, ...(restock ? {} : { restock }) } }] }
}

type Offered = { readonly amountMinor: number } | Extract<OrderDecision, { readonly rejection: unknown }>

function offerToBuyer(
  order: Paid & { readonly disputed?: boolean },
  units: readonly number[],
  now: string,
): Offered {
  const offers = offersOf(order)
  if (offers === null)
    return { rejection: 'return_not_allowed', detail: 'only the organiser takes these tickets back' }
  if (order.returnTerms != null && now >= order.returnTerms.until)
    return { rejection: 'return_not_allowed', detail: `returns ended at ${order.returnTerms.until}` }
  if (order.disputed === true) return { rejection: 'payment_disputed' }
  return { amountMinor: units.reduce((all, no) => all + (offers[no] ?? 0), 0) }
}

function offerByOrganiser(order: Paid, { units, amountMinor }: Asked): Offered {
  const left = leftFor(order, units)
  if (amountMinor === undefined) return { amountMinor: left }
  if (amountMinor > left)
    return { rejection: 'refund_exceeds_charge', detail: `${left} left of these tickets, in minor units` }
  const { currency } = order.total
  const step = stepOf(currency)
  if (amountMinor % step !== 0 && amountMinor !== left)
    return {
      rejection: 'refund_not_payable',
      detail: `${currency} is refunded in steps of ${step} minor units`,
    }
  return { amountMinor }
}
