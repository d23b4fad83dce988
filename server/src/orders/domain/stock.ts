// Stock: what a show sells, how much of it is left, and how each fact of an order moves it. What an
// order asks of it is in lines.ts. Pure; knows no payment.
import {
  addSeconds,
  type PublishedShow,
  type ReturnTerms,
  type SaleTerms,
  type Seat,
  salesEndAt,
  saleTermsOf,
  type Take,
} from '@holdfast/contract'
import type { Codes } from './code.ts'
import type { TakenPlaces } from './taken.ts'

export type SaleStatus = 'on_sale' | 'closed' | 'cancelled'

export interface SaleType extends SaleTerms {
  readonly id: string
  readonly name: string
  readonly priceMinor: number
  /** Missing: no tax is named. */
  readonly taxRateBps?: number
  /** From no pool: never sold out. */
  readonly takes: readonly NamedTake[]
  readonly seated: boolean
  /** Of a hidden type: nobody else tells their names to those who unlock it. */
  readonly seats?: readonly Seat[]
}

/**
 * What one unit takes of a pool, and what people call the pool: by its own name, or else by that of
 * the only type that has it.
 */
export type NamedTake = Take & { readonly name: string; readonly shared: boolean }

/** Orders' copy of a show, as far as selling needs it. */
export interface Sale {
  readonly showId: string
  readonly version: number
  readonly organiserId: string
  readonly title: string
  readonly currency: string
  readonly holdSeconds: number
  readonly maxPerOrder: number
  /** Of one buyer in all his orders, held and bought. Null or missing: as many as there are. */
  readonly maxPerBuyer?: number | null
  readonly status: SaleStatus
  /** From then on it is sold no more. Null or missing: not known. */
  readonly salesEndAt?: string | null
  /** What buyers may give back, and until when; null or missing: nothing. */
  readonly returnTerms?: ReturnTerms | null
  readonly types: readonly SaleType[]
}

export interface Pool {
  readonly id: string
  readonly showId: string
  readonly capacity: number
  readonly held: number
  readonly sold: number
  /** Given back, and kept from the sale. */
  readonly withheld: number
  /** Once full, it is closed for good, whatever comes back. */
  readonly latch: boolean
  readonly closed: boolean
}

export type SeatState = 'available' | 'held' | 'sold' | 'withheld'

export interface StockSeat {
  readonly id: string
  readonly ticketTypeId: string
  readonly state: SeatState
  readonly orderId: string | null
}

/** All the stock that one decision may look at. */
export interface Stock {
  readonly sales: ReadonlyMap<string, Sale>
  readonly pools: ReadonlyMap<string, Pool>
  readonly seats: ReadonlyMap<string, StockSeat>
  /** What those who ask have already. */
  readonly taken?: TakenPlaces
  /** Of the orders that name one. */
  readonly codes?: Codes
}

export function availableIn(pool: Omit<Pool, 'id' | 'showId' | 'latch'>): number {
  return pool.closed ? 0 : pool.capacity - takenOf(pool)
}

/** What of a pool cannot be sold. */
const takenOf = ({ held, sold, withheld }: Pick<Pool, 'held' | 'sold' | 'withheld'>) => held + sold + withheld

/** What is said to be left of a type that takes from no pool. */
export const unitsOfNoPool = 1_000_000

/** Adds up what so many units take of each pool. */
export function addTakes(sums: Map<string, number>, takes: readonly Take[], quantity: number): void {
  for (const { poolId, count } of takes) sums.set(poolId, (sums.get(poolId) ?? 0) + count * quantity)
}

/** So many times what is wanted must be left for it not to matter what others take meanwhile. */
const plenty = 10

/**
 * True when `places` can be had of this pool whatever few others take of it at the same time: it
 * need not be held still for a decision. Where so many come that this is not true, the pool refuses
 * to be moved, and all is decided anew.
 */
export function hasPlenty(pool: Pool, places: number): boolean {
  return availableIn(pool) >= plenty * places
}

/**
 * Where places go: set aside for an order, sold to it, back on sale from a hold, back from a sale,
 * or given back and kept from the sale.
 */
export type Movement = 'hold' | 'sell' | 'release' | 'return' | 'withhold'

const deltas: Record<
  Movement,
  {
    held: 1 | 0 | -1
    sold: 1 | 0 | -1
    withheld: 1 | 0
    seat: readonly [before: SeatState, after: SeatState]
  }
> = {
  hold: { held: 1, sold: 0, withheld: 0, seat: ['available', 'held'] },
  sell: { held: -1, sold: 1, withheld: 0, seat: ['held', 'sold'] },
  release: { held: -1, sold: 0, withheld: 0, seat: ['held', 'available'] },
  return: { held: 0, sold: -1, withheld: 0, seat: ['sold', 'available'] },
  withhold: { held: 0, sold: -1, withheld: 1, seat: ['sold', 'withheld'] },
}

/**
 * The pool after `quantity` places moved. Throws when that would sell a place twice or give one
 * back twice.
 */
export function movePool(pool: Pool, movement: Movement, quantity: number): Pool {
  const { held, sold, withheld } = deltas[movement]
  const moved = {
    ...pool,
    held: pool.held + held * quantity,
    sold: pool.sold + sold * quantity,
    withheld: pool.withheld + withheld * quantity,
  }
  const taken = takenOf(moved)
  if (moved.held < 0 || moved.sold < 0 || taken > pool.capacity) {
    throw new Error(
      `pool ${pool.id}: ${movement} of ${quantity} leaves held ${moved.held}, sold ${moved.sold} of ${pool.capacity}`,
    )
  }
  if (movement === 'hold' && pool.closed) throw new Error(`pool ${pool.id}: hold of a pool that is closed`)
  return pool.latch && taken === pool.capacity ? { ...moved, closed: true } : moved
}

/** The pool that a show brings, or what the show makes of the one that is there. */
export function poolOf(
  showId: string,
  { id, capacity, latch = false }: PublishedShow['pools'][number],
  known: Pool | undefined,
): Pool {
  const { held, sold, withheld } = known ?? { held: 0, sold: 0, withheld: 0 }
  const taken = takenOf({ held, sold, withheld })
  const wasClosed = known !== undefined && known.closed && capacity <= known.capacity
  const closed = latch && (wasClosed || taken >= capacity)
  return { id, showId, capacity: Math.max(capacity, taken), held, sold, withheld, latch, closed }
}

/**
 * The seat after the movement. Throws when the seat is not the order's to move, or not where it
 * moves from.
 */
export function moveSeat(seat: StockSeat, movement: Movement, orderId: string): StockSeat {
  const owner = movement === 'hold' ? null : orderId
  const [before, state] = deltas[movement].seat
  if (seat.orderId !== owner || seat.state !== before) {
    throw new Error(
      `seat ${seat.id}: ${movement} by ${orderId}, but it is ${seat.state} and ${String(seat.orderId)}'s`,
    )
  }
  return { ...seat, state, orderId: state === 'available' ? null : orderId }
}

/** The sale that a published show means, and the stock it brings. */
export function saleOf(show: PublishedShow, version: number): Sale {
  const poolNames = new Map(show.pools.map((pool) => [pool.id, pool.name]))
  return {
    showId: show.id,
    version,
    organiserId: show.organiserId,
    title: show.title,
    currency: show.currency,
    holdSeconds: show.holdSeconds,
    maxPerOrder: show.maxPerOrder,
    maxPerBuyer: show.maxPerBuyer ?? null,
    status: show.onSale ? 'on_sale' : 'closed',
    salesEndAt: salesEndAt(show),
    returnTerms: returnTermsOf(show),
    types: show.ticketTypes.map(({ id, name, priceMinor, taxRateBps, takes, seats, ...terms }) => ({
      id,
      name,
      priceMinor,
      ...(taxRateBps === undefined ? {} : { taxRateBps }),
      ...saleTermsOf(terms),
      takes: takes.map(({ poolId, count }) => {
        const poolName = poolNames.get(poolId)
        return { poolId, count, name: poolName ?? name, shared: poolName !== undefined }
      }),
      seated: seats !== undefined,
      ...(seats && terms.hidden === true ? { seats } : {}),
    })),
  }
}

/** The policy of a show as an instant: a show that moves later changes nothing for those who bought. */
function returnTermsOf({ startsAt, returnPolicy }: PublishedShow): ReturnTerms | null {
  if (returnPolicy === undefined) return null
  const { hoursBefore, keepBps = 0, feesBack = false } = returnPolicy
  return { until: addSeconds(startsAt, -3_600 * hoursBefore), keepBps, feesBack }
}
