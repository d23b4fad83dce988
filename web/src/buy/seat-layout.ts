// Where each seat of a show is drawn: sections below each other, rows as given, numbers as gaps.
// Pure.
import type { ShowView } from '@holdfast/contract'

export interface PlacedSeat {
  readonly id: string
  readonly section: string
  readonly row: string
  readonly number: string
  readonly x: number
  readonly y: number
  /** Index of the ticket type among the seated ones, for its colour. */
  readonly tier: number
  readonly priceMinor: number
}

export interface SeatRow {
  readonly label: string
  readonly y: number
  readonly seats: readonly PlacedSeat[]
}

export interface SeatSection {
  readonly name: string
  readonly y: number
  readonly rows: readonly SeatRow[]
}

export interface SeatLayout {
  readonly width: number
  readonly height: number
  readonly sections: readonly SeatSection[]
  readonly byId: ReadonlyMap<string, PlacedSeat>
}

/** A seat with its share of the gap: never under 24 pixels, so that a thumb can choose one. */
export const pitch = 30
export const seatSize = 24
const sectionHeading = 40
const sectionGap = 26

type Loose = Omit<PlacedSeat, 'x' | 'y'>

export function layOutSeats(show: ShowView): SeatLayout {
  const sections = new Map<string, Map<string, Loose[]>>()
  const seated = show.ticketTypes.filter((type) => type.seats)
  seated.forEach((type, tier) => {
    for (const seat of type.seats ?? []) {
      let rows = sections.get(seat.section)
      if (!rows) sections.set(seat.section, (rows = new Map()))
      const loose = { ...seat, tier, priceMinor: type.priceMinor }
      const row = rows.get(seat.row)
      if (row) row.push(loose)
      else rows.set(seat.row, [loose])
    }
  })
  let y = 0
  let width = 0
  const byId = new Map<string, PlacedSeat>()
  const placedSections = [...sections].map(([name, rows], index): SeatSection => {
    const top = y + (index === 0 ? 0 : sectionGap)
    y = top + sectionHeading
    const columnOf = columnsOf([...rows.values()].flat())
    const placedRows = [...rows].map(([label, seats]): SeatRow => {
      const rowY = y
      y += pitch
      const placed = seats
        .map((seat, order): PlacedSeat => ({ ...seat, x: columnOf(seat, order) * pitch, y: rowY }))
        .toSorted((one, other) => one.x - other.x)
      for (const seat of placed) {
        byId.set(seat.id, seat)
        width = Math.max(width, seat.x + pitch)
      }
      return { label, y: rowY, seats: placed }
    })
    return { name, y: top, rows: placedRows }
  })
  return { width, height: y + 8, sections: placedSections, byId }
}

/** Room for the letters of the rows beside the map, whatever its size. */
export function rowLabelRoom(layout: SeatLayout): number {
  const longest = Math.max(
    1,
    ...layout.sections.flatMap((section) => section.rows.map((row) => row.label.length)),
  )
  return Math.min(76, 18 + longest * 9)
}

/**
 * Numbers are places: a missing number is a gap (an aisle). Seats named otherwise stand in their
 * order.
 */
function columnsOf(seats: readonly Loose[]): (seat: Loose, order: number) => number {
  const numbers = seats.map((seat) => Number(seat.number))
  if (numbers.some((number) => !Number.isInteger(number))) return (_seat, order) => order
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const number of numbers) {
    least = Math.min(least, number)
    most = Math.max(most, number)
  }
  // Row-wise numbering like 101, 201 would stretch the map without end.
  if (most - least > 200) return (_seat, order) => order
  return (seat) => Number(seat.number) - least
}

/** The seat that an arrow key leads to from this one. */
export function neighbour(layout: SeatLayout, id: string, key: string): PlacedSeat | undefined {
  const from = layout.byId.get(id)
  if (!from) return undefined
  const rows = layout.sections.flatMap((section) => section.rows)
  const rowIndex = rows.findIndex((row) => row.y === from.y)
  const row = rows[rowIndex]
  if (!row) return undefined
  const seatIndex = row.seats.findIndex((seat) => seat.id === id)
  if (key === 'ArrowLeft') return row.seats[seatIndex - 1]
  if (key === 'ArrowRight') return row.seats[seatIndex + 1]
  if (key === 'Home') return row.seats[0]
  if (key === 'End') return row.seats.at(-1)
  const next = rows[rowIndex + (key === 'ArrowDown' ? 1 : -1)]
  return next?.seats.reduce((best, seat) =>
    Math.abs(seat.x - from.x) < Math.abs(best.x - from.x) ? seat : best,
  )
}
