// What a buyer has chosen of a show, and what it means: lines for the order, count, total. Pure.
import type { Availability, LineBody, Money, ShowView } from '@holdfast/contract'

type TicketType = ShowView['ticketTypes'][number]
type Seat = NonNullable<TicketType['seats']>[number]

export interface Selection {
  /** How many of each general-admission type. */
  readonly quantities: ReadonlyMap<string, number>
  readonly seatIds: ReadonlySet<string>
}

export const nothing: Selection = { quantities: new Map(), seatIds: new Set() }

export function countOf(selection: Selection): number {
  let count = selection.seatIds.size
  for (const quantity of selection.quantities.values()) count += quantity
  return count
}

export function withQuantity(selection: Selection, typeId: string, quantity: number): Selection {
  const quantities = new Map(selection.quantities)
  if (quantity > 0) quantities.set(typeId, quantity)
  else quantities.delete(typeId)
  return { ...selection, quantities }
}

export function withSeat(selection: Selection, seatId: string, chosen: boolean): Selection {
  const seatIds = new Set(selection.seatIds)
  if (chosen) seatIds.add(seatId)
  else seatIds.delete(seatId)
  return { ...selection, seatIds }
}

const chosenSeats = (type: TicketType, selection: Selection): Seat[] =>
  (type.seats ?? []).filter((seat) => selection.seatIds.has(seat.id))

/** Whether an order may have this seat too, by what the show and the seat's type allow. */
export function mayAddSeat(show: ShowView, selection: Selection, seatId: string): boolean {
  const type = show.ticketTypes.find(({ seats }) => seats?.some(({ id }) => id === seatId))
  if (!type || countOf(selection) >= show.maxPerOrder) return false
  return type.maxPerOrder === undefined || chosenSeats(type, selection).length < type.maxPerOrder
}

export function linesOf(show: ShowView, selection: Selection): LineBody[] {
  const lines: LineBody[] = []
  for (const type of show.ticketTypes) {
    if (type.seats) {
      const seatIds = chosenSeats(type, selection).map((seat) => seat.id)
      if (seatIds.length > 0) lines.push({ ticketTypeId: type.id, seatIds })
      continue
    }
    const quantity = selection.quantities.get(type.id) ?? 0
    if (quantity > 0) lines.push({ ticketTypeId: type.id, quantity })
  }
  return lines
}

export function totalOf(show: ShowView, selection: Selection): Money {
  let amountMinor = 0
  for (const type of show.ticketTypes) {
    const count = type.seats ? chosenSeats(type, selection).length : (selection.quantities.get(type.id) ?? 0)
    amountMinor += count * type.priceMinor
  }
  return { amountMinor, currency: show.currency }
}

/** Seats that were chosen here and have gone to somebody else meanwhile. */
export function lostSeats(
  show: ShowView,
  selection: Selection,
  availability: Availability | undefined,
): Seat[] {
  if (selection.seatIds.size === 0 || !availability?.seats) return []
  const gone = new Set(availability.seats.filter((seat) => seat.state !== 'available').map((seat) => seat.id))
  return show.ticketTypes.flatMap((type) => chosenSeats(type, selection)).filter((seat) => gone.has(seat.id))
}
