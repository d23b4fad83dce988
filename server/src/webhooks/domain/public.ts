// What an event of the system says to programs of others: named fields only, so that a new field of an
// event never leaves the shop by itself. Pure.
import type { EventOf, PublicData, PublicType } from '@holdfast/contract'

/** A restore writes to the feeds itself: it is no event of the system. */
export type Told = Exclude<PublicType, 'ShopRestored'>
export type Published = EventOf<Told>

/** What one event says, and what it is about: the order, else the show. */
export interface Said {
  readonly about: string
  readonly data: PublicData<PublicType>
}

export function sayingOf(event: Published): Said {
  switch (event.type) {
    case 'ShowPublished':
    case 'ShowChanged':
      return { about: event.data.id, data: showOf(event.data) }
    case 'ShowCancelled':
      return { about: event.data.showId, data: { showId: event.data.showId } }
    default:
      return { about: event.data.orderId, data: orderNewsOf(event) }
  }
}

type Show = EventOf<'ShowPublished'>['data']
type OrderNews = Exclude<Published, { type: 'ShowPublished' | 'ShowChanged' | 'ShowCancelled' }>

function showOf(show: Show): PublicData<'ShowPublished'> {
  const { id: showId, title, startsAt, doorsAt, endsAt, timeZone, venue = null, currency, onSale } = show
  return {
    showId,
    title,
    startsAt,
    ...(doorsAt === undefined ? {} : { doorsAt }),
    ...(endsAt === undefined ? {} : { endsAt }),
    timeZone,
    venue,
    currency,
    onSale,
    ticketTypes: show.ticketTypes.map(({ id, name, priceMinor }) => ({ id, name, priceMinor })),
  }
}

function orderNewsOf(event: OrderNews): PublicData<PublicType> {
  switch (event.type) {
    case 'OrderCompleted':
      return completedOf(event.data)
    case 'OrderCancelled': {
      const { orderId, reason } = event.data
      return { orderId, reason }
    }
    case 'ChargeRefunded': {
      const { orderId, refundId, amount, refundedTotal, full } = event.data
      return { orderId, refundId, amount, refundedTotal, full }
    }
    case 'RefundReturned': {
      const { orderId, refundId, amount, refundedTotal } = event.data
      return { orderId, refundId, amount, refundedTotal }
    }
    case 'PlacesReturned': {
      const { orderId, returnId, units, amount } = event.data
      return { orderId, returnId, units, amount }
    }
    case 'TicketsIssued':
      return issuedOf(event.data)
    case 'TicketVoided': {
      const { orderId, ticketIds, reason } = event.data
      return { orderId, ticketIds, reason }
    }
    case 'TicketCheckedIn': {
      const { orderId, ticketId, door } = event.data
      return { orderId, ticketId, ...(door === undefined ? {} : { door }) }
    }
    case 'CheckInUndone': {
      const { orderId, ticketId } = event.data
      return { orderId, ticketId }
    }
  }
}

function completedOf(order: EventOf<'OrderCompleted'>['data']): PublicData<'OrderCompleted'> {
  const lines = order.lines.map((line) => {
    const { ticketTypeId, name, showId = order.showId, quantity, unitPriceMinor } = line
    const { feeMinor, discountsMinor, taxRateBps, seatIds } = line
    return {
      ticketTypeId,
      name,
      showId,
      quantity,
      unitPriceMinor,
      ...(feeMinor === undefined ? {} : { feeMinor }),
      ...(discountsMinor === undefined ? {} : { discountsMinor }),
      ...(taxRateBps === undefined ? {} : { taxRateBps }),
      ...(seatIds === undefined ? {} : { seatIds }),
    }
  })
  return { orderId: order.orderId, showId: order.showId, lines, total: order.amount }
}

function issuedOf({
  orderId,
  showId,
  tickets,
}: EventOf<'TicketsIssued'>['data']): PublicData<'TicketsIssued'> {
  return {
    orderId,
    showId,
    tickets: tickets.map(({ id, unit, ticketTypeId, name, seat }) => ({
      id,
      unit,
      ticketTypeId,
      name,
      ...(seat === undefined ? {} : { seat }),
    })),
  }
}
