// Shows on sale for tests of the orders service: published shows as the tickets service tells of
// them. Pure.
import type { Buyer, LineBody, PublishedShow, PublishedTicketType } from '@holdfast/contract'
import { newId } from '../src/platform/process/clock.ts'

export interface SaleSample {
  readonly show: PublishedShow
  /** Types sold by number, in the order asked for, then those sold by seat. */
  readonly types: readonly PublishedTicketType[]
}

export interface SaleShape {
  /** A pool of its own for each type sold by number. */
  readonly capacities?: readonly number[]
  /** A pool that all types take from besides their own: how many places it has. */
  readonly shared?: number
  readonly latch?: boolean
  /** A type for each number of seats. */
  readonly seats?: readonly number[]
  readonly priceMinor?: number
  readonly maxPerOrder?: number
  readonly holdSeconds?: number
  readonly organiserId?: string
}

export function makeSale(shape: SaleShape = {}): SaleSample {
  const {
    capacities = [50],
    seats = [],
    priceMinor = 4_500,
    maxPerOrder = 10,
    holdSeconds = 900,
    organiserId = newId(),
  } = shape
  const general = capacities.map((capacity, index) => {
    const poolId = newId()
    return {
      type: { id: newId(), name: `Standing ${index + 1}`, priceMinor, takes: oneOf(poolId) },
      pool: { id: poolId, capacity },
    }
  })
  const seated = seats.map((count, index) => {
    const poolId = newId()
    const rows = Array.from({ length: count }, (_, place) => ({
      id: newId(),
      section: 'A',
      row: String(index + 1),
      number: String(place + 1),
    }))
    return {
      type: { id: newId(), name: `Seated ${index + 1}`, priceMinor, takes: oneOf(poolId), seats: rows },
      pool: { id: poolId, capacity: count },
    }
  })
  const offers = [...general, ...seated]
  const all = {
    id: newId(),
    name: 'All',
    capacity: shape.shared ?? 0,
    ...(shape.latch === undefined ? {} : { latch: shape.latch }),
  }
  const types = offers.map(({ type }) =>
    shape.shared === undefined ? type : { ...type, takes: [...type.takes, ...oneOf(all.id)] },
  )
  const show: PublishedShow = {
    id: newId(),
    organiserId,
    title: 'A show',
    startsAt: '2031-05-01T18:00:00.000Z',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    holdSeconds,
    maxPerOrder,
    onSale: true,
    ticketTypes: types,
    pools: [...offers.map(({ pool }) => pool), ...(shape.shared === undefined ? [] : [all])],
  }
  return { show, types }
}

/** What a unit takes of a pool of its own. */
export const oneOf = (poolId: string) => [{ poolId, count: 1 }]

/** The pool of a type that takes from one. */
export function poolIdOf({ takes: [take] }: Pick<PublishedTicketType, 'takes'>): string {
  if (!take) throw new Error('the type takes from no pool')
  return take.poolId
}

export function makeBuyer(): Buyer & { readonly email: string } {
  const id = newId()
  return { id, email: `${id}@example.com` }
}

/** The nth ticket type of a sale. */
export function typeOf(sale: SaleSample, index = 0): PublishedTicketType {
  const type = sale.types[index]
  if (!type) throw new Error(`the sale has no type ${index}`)
  return type
}

/** Ids of the first seats of a seated type. */
export function seatIdsOf(type: PublishedTicketType, count = type.seats?.length ?? 0): string[] {
  return (type.seats ?? []).slice(0, count).map((seat) => seat.id)
}

export function numbered(type: PublishedTicketType, quantity = 1): LineBody {
  return { ticketTypeId: type.id, quantity }
}

export function seated(type: PublishedTicketType, seatIds: readonly string[]): LineBody {
  return { ticketTypeId: type.id, seatIds: [...seatIds] }
}
