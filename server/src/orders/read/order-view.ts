// An order as its buyer and those who sell it see it. Pure; decides nothing.
import { CancelReason, type OrderView, orderCodeOf } from '@holdfast/contract'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import type { KnownTicket } from '../domain/known-tickets.ts'
import type { Order } from '../domain/order.ts'
import { priceOf } from '../domain/pricing/price.ts'
import { leftOf, offersOf } from '../domain/returns/giving-back.ts'
import { unitsLeaving, unitsReturned } from '../domain/returns/returned.ts'

const cancelReasons = new Set<string>(CancelReason.anyOf.map((reason) => reason.const))

/**
 * An order as its buyer sees it. A reason that only a newer version knows, which runs beside this
 * one, is left out.
 */
export function toOrderView(
  order: Order,
  { tickets = [], codeWord }: { tickets?: TicketViews; codeWord?: string | null } = {},
): OrderView {
  const { currency } = order.total
  const paymentId =
    'paymentId' in order ? order.paymentId : order.status === 'created' ? order.paymentUnderWay : null
  const refundedMinor = 'refundedMinor' in order ? order.refundedMinor : 0
  return {
    id: order.id,
    code: orderCodeOf(order.id),
    showId: order.showId,
    buyerEmail: order.buyer.email,
    ...(order.buyer.name === undefined ? {} : { buyerName: order.buyer.name }),
    status: order.status,
    lines: order.lines.map(({ ticketTypeId, name, quantity, unitPriceMinor, admits, seatIds }) => ({
      ticketTypeId,
      name,
      quantity,
      unitPrice: { amountMinor: unitPriceMinor, currency },
      ...(admits === undefined ? {} : { admits }),
      ...(seatIds ? { seatIds } : {}),
    })),
    total: order.total,
    due: order.due,
    channel: order.channel,
    ...(order.soldBy === null ? {} : { soldBy: order.soldBy }),
    ...tenderOf(order),
    price: priceOf(currency, order.lines, { isComp: order.tendered?.tender === 'comp' }),
    ...(codeWord == null ? {} : { discountCode: codeWord }),
    kind: order.kind,
    expiresAt: order.expiresAt,
    extended: order.extended,
    version: order.version,
    createdAt: order.createdAt,
    ...(order.status === 'cancelled' && cancelReasons.has(order.reason)
      ? { cancelReason: order.reason }
      : {}),
    ...(order.status === 'complete' && order.returnTerms && order.tendered === null
      ? { returnableUntil: order.returnTerms.until }
      : {}),
    ...(paymentId ? { payment: { id: paymentId } } : {}),
    ...(refundedMinor > 0 ? { refunded: { amountMinor: refundedMinor, currency } } : {}),
    ...(tickets.length > 0 ? { tickets: [...tickets] } : {}),
  }
}

function tenderOf({ tendered }: Order): Pick<OrderView, 'tender' | 'tenderReason'> {
  if (tendered === null) return {}
  const { tender, reason } = tendered
  return { tender, ...(reason === undefined ? {} : { tenderReason: reason }) }
}

type TicketViews = NonNullable<OrderView['tickets']>

/** What is left of a ticket, and what its buyer gets for it. */
type Worth = Pick<TicketViews[number], 'left' | 'returnOffer'>

/** By unit. Nothing of those whose places were given back, or are being given back. */
export function worthOf(order: Order): (unit: number) => Worth {
  if (order.status !== 'complete') return () => ({})
  const { currency } = order.total
  const left = leftOf(order)
  const offers = offersOf(order)
  const gone = new Set([...unitsReturned(order.returns), ...unitsLeaving(order.returns)])
  return (unit) => {
    const amountMinor = left[unit]
    if (gone.has(unit) || amountMinor === undefined) return {}
    const offer = offers?.[unit]
    return {
      left: { amountMinor, currency },
      ...(offer === undefined ? {} : { returnOffer: { amountMinor: offer, currency } }),
    }
  }
}

/** Tickets with their codes. One whose key is gone cannot be shown. */
export function ticketViews(
  known: readonly KnownTicket[] | null,
  codes: TicketCodes,
  worth: (unit: number) => Worth,
): TicketViews {
  return (known ?? []).flatMap((ticket): TicketViews[number][] => {
    const { id, unit, ticketTypeId, name, admits, seat, status } = ticket
    const shown = { id, ticketTypeId, name, ...(seat ? { seat } : {}), status, ...worth(unit) }
    if (admits === 0) return [{ ...shown, admits }]
    const code = codes.codeOf(ticket)
    return code === null ? [] : [{ ...shown, code, ...(admits === undefined ? {} : { admits }) }]
  })
}
