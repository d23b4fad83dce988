// What a buyer has chosen of a show, and what it means: lines for the order, count, total. Pure.
import type { Availability, LineBody, Money, ShowView } from '@holdfast/contract'
import { allInMinor } from '@holdfast/contract/sales-end'

type TicketType = ShowView['ticketTypes'][number]
type Seat = NonNullable<TicketType['seats']>[number]

export interface Selection {
  /** How many of each general-admission type. */
  readonly quantities: ReadonlyMap<string, number>
  readonly seatIds: ReadonlySet<string>
  /** What the buyer pays for one of a type whose price is chosen; null: cannot be read. */
  readonly chosenMinor: ReadonlyMap<string, number | null>
}

export const nothing: Selection = { quantities: new Map(), seatIds: new Set(), chosenMinor: new Map() }

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

export function withChosen(selection: Selection, typeId: string, minor: number | null): Selection {
  return { ...selection, chosenMinor: new Map(selection.chosenMinor).set(typeId, minor) }
}

/** What a buyer pays for one, before any fee; of a fixed price null. */
export function chosenOf({ id, price }: TicketType, { chosenMinor }: Selection): number | null {
  if (!price) return null
  const chosen = chosenMinor.get(id)
  return chosen === undefined ? (price.suggestedMinor ?? price.leastMinor) : chosen
}

/** Whether what was chosen can be paid: within the bounds that the type has. */
export function isChosenWell(type: TicketType, selection: Selection): boolean {
  if (!type.price) return true
  const { leastMinor, mostMinor = Number.POSITIVE_INFINITY } = type.price
  const chosen = chosenOf(type, selection)
  return chosen !== null && chosen >= leastMinor && chosen <= mostMinor
}

const quantityOf = (type: TicketType, selection: Selection): number =>
  type.seats ? chosenSeats(type, selection).length : (selection.quantities.get(type.id) ?? 0)

/** How many people it lets in: what limits count. */
export function peopleOf(show: ShowView, selection: Selection): number {
  return show.ticketTypes.reduce(
    (people, type) => people + (type.admits ?? 1) * quantityOf(type, selection),
    0,
  )
}

/** What was chosen of it keeps an order from being held: a price, or what a type needs. */
export function faultsOf(show: ShowView, selection: Selection) {
  const chosen = show.ticketTypes.filter((type) => quantityOf(type, selection) > 0)
  const ids = new Set(chosen.map(({ id }) => id))
  return {
    prices: chosen.filter((type) => !isChosenWell(type, selection)),
    needs: chosen.filter(({ needs }) => needs !== undefined && !needs.anyOf.some((id) => ids.has(id))),
  }
}

const chosenSeats = (type: TicketType, selection: Selection): Seat[] =>
  (type.seats ?? []).filter((seat) => selection.seatIds.has(seat.id))

/** Whether an order may have this seat too, by what the show and the seat's type allow. */
export function mayAddSeat(show: ShowView, selection: Selection, seatId: string): boolean {
  const type = show.ticketTypes.find(({ seats }) => seats?.some(({ id }) => id === seatId))
  if (!type || peopleOf(show, selection) + (type.admits ?? 1) > show.maxPerOrder) return false
  return type.maxPerOrder === undefined || chosenSeats(type, selection).length < type.maxPerOrder
}

export function linesOf(show: ShowView, selection: Selection): LineBody[] {
  const lines: LineBody[] = []
  for (const type of show.ticketTypes) {
    if (type.seats) {
      const seatIds = chosenSeats(type, selection).map((seat) => seat.id)
      if (seatIds.length > 0) lines.push({ ticketTypeId: type.id, seatIds, ...paid(type, selection) })
      continue
    }
    const quantity = selection.quantities.get(type.id) ?? 0
    if (quantity > 0) lines.push({ ticketTypeId: type.id, quantity, ...paid(type, selection) })
  }
  return lines
}

function paid(type: TicketType, selection: Selection): { readonly unitPriceMinor?: number } {
  const unitPriceMinor = chosenOf(type, selection)
  return unitPriceMinor === null ? {} : { unitPriceMinor }
}

/** What one costs, with its fee. */
function unitMinor(type: TicketType, selection: Selection): number {
  const chosen = chosenOf(type, selection)
  return chosen === null ? (type.price ? 0 : type.priceMinor) : allInMinor({ ...type, priceMinor: chosen })
}

export function totalOf(show: ShowView, selection: Selection): Money {
  let amountMinor = 0
  for (const type of show.ticketTypes) {
    amountMinor += quantityOf(type, selection) * unitMinor(type, selection)
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
