// Stock: what a show sells, how much of it is left, and how each fact of an order moves it. Pure;
// knows no payment.
import { type LineBody, type OrderLine, type PublishedShow, salesEndAt } from '@holdfast/contract'

export type SaleStatus = 'on_sale' | 'closed' | 'cancelled'

export interface SaleType {
  readonly id: string
  readonly name: string
  readonly priceMinor: number
  readonly poolId: string
  readonly seated: boolean
}

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
  readonly types: readonly SaleType[]
}

export interface Pool {
  readonly id: string
  readonly showId: string
  readonly capacity: number
  readonly held: number
  readonly sold: number
}

export type SeatState = 'available' | 'held' | 'sold'

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
  /** What buyers hold and own of shows that limit it, by `buyerKey`. */
  readonly placesOfBuyers?: ReadonlyMap<string, number>
}

export interface BuyerOfShow {
  readonly buyerId: string
  readonly showId: string
}

export function buyerKey(showId: string, buyerId: string): string {
  return `${showId} ${buyerId}`
}

export type LineRejection = 'unknown_ticket_type' | 'limit_exceeded' | 'sold_out' | 'seat_taken'

type Lines =
  | { readonly lines: readonly OrderLine[] }
  | { readonly rejection: LineRejection; readonly detail: string }

/**
 * Turns what a buyer asks for into frozen lines, or says why it cannot be had. Prices come from the
 * sale alone. Whether there is enough is for `shortageOf`.
 */
export function chooseLines(sale: Sale, stock: Stock, asked: readonly LineBody[]): Lines {
  const lines: OrderLine[] = []
  const seatIds = new Set<string>()
  if (placesOf(asked) > sale.maxPerOrder)
    return { rejection: 'limit_exceeded', detail: `at most ${inTickets(sale.maxPerOrder)} per order` }
  for (const body of asked) {
    const type = sale.types.find(({ id }) => id === body.ticketTypeId)
    if (!type) return { rejection: 'unknown_ticket_type', detail: body.ticketTypeId }
    const line = freezeLine(type, body, stock)
    if ('rejection' in line) return line
    for (const seatId of line.seatIds ?? []) {
      if (seatIds.has(seatId))
        return { rejection: 'unknown_ticket_type', detail: `seat ${seatId} is listed twice` }
      seatIds.add(seatId)
    }
    lines.push(line)
  }
  return { lines }
}

/**
 * Why one buyer may not have so many of this show, counting what he holds and owns; null when he
 * may.
 */
export function refuseBuyer(
  sale: Sale,
  stock: Stock,
  { buyerId, places }: { buyerId: string; places: number },
): string | null {
  const { showId, maxPerBuyer } = sale
  if (maxPerBuyer == null) return null
  const had = stock.placesOfBuyers?.get(buyerKey(showId, buyerId)) ?? 0
  return had + places > maxPerBuyer
    ? `at most ${inTickets(maxPerBuyer)} per buyer; ${had} already held or bought`
    : null
}

const inTickets = (count: number): string => (count === 1 ? '1 ticket' : `${count} tickets`)

/**
 * How many places are asked for. Looked at before anything else, so that no seat need be known of
 * an order too large.
 */
export function placesOf(asked: readonly LineBody[]): number {
  return asked.reduce(
    (places, body) => places + ('quantity' in body ? body.quantity : body.seatIds.length),
    0,
  )
}

function freezeLine(
  type: SaleType,
  body: LineBody,
  stock: Stock,
): OrderLine | { rejection: LineRejection; detail: string } {
  const frozen = {
    ticketTypeId: type.id,
    name: type.name,
    poolId: type.poolId,
    unitPriceMinor: type.priceMinor,
  }
  if ('quantity' in body) {
    if (type.seated)
      return { rejection: 'unknown_ticket_type', detail: `${type.name} has numbered seats: send seatIds` }
    return { ...frozen, quantity: body.quantity }
  }
  if (!type.seated)
    return { rejection: 'unknown_ticket_type', detail: `${type.name} has no numbered seats: send a quantity` }
  const stranger = body.seatIds.find((id) => stock.seats.get(id)?.ticketTypeId !== type.id)
  if (stranger !== undefined)
    return { rejection: 'unknown_ticket_type', detail: `no seat ${stranger} in ${type.name}` }
  return { ...frozen, quantity: body.seatIds.length, seatIds: body.seatIds }
}

/** Why there is not enough for these lines, or null. */
export function shortageOf(stock: Stock, lines: readonly OrderLine[]) {
  const wanted = new Map<string, number>()
  for (const { poolId, quantity, seatIds = [] } of lines) {
    wanted.set(poolId, (wanted.get(poolId) ?? 0) + quantity)
    for (const seatId of seatIds) {
      if (stock.seats.get(seatId)?.state !== 'available')
        return { rejection: 'seat_taken', detail: seatId } as const
    }
  }
  for (const [poolId, quantity] of wanted) {
    const pool = stock.pools.get(poolId)
    if (!pool || availableIn(pool) < quantity) return { rejection: 'sold_out', detail: poolId } as const
  }
  return null
}

export function availableIn(pool: Pool): number {
  return pool.capacity - pool.held - pool.sold
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
 * Where places go: set aside for an order, sold to it, back on sale from a hold, or back from a
 * sale.
 */
export type Movement = 'hold' | 'sell' | 'release' | 'return'

const deltas: Record<
  Movement,
  { held: 1 | 0 | -1; sold: 1 | 0 | -1; seat: readonly [before: SeatState, after: SeatState] }
> = {
  hold: { held: 1, sold: 0, seat: ['available', 'held'] },
  sell: { held: -1, sold: 1, seat: ['held', 'sold'] },
  release: { held: -1, sold: 0, seat: ['held', 'available'] },
  return: { held: 0, sold: -1, seat: ['sold', 'available'] },
}

/**
 * The pool after `quantity` places moved. Throws when that would sell a place twice or give one
 * back twice.
 */
export function movePool(pool: Pool, movement: Movement, quantity: number): Pool {
  const { held, sold } = deltas[movement]
  const moved = { ...pool, held: pool.held + held * quantity, sold: pool.sold + sold * quantity }
  if (moved.held < 0 || moved.sold < 0 || availableIn(moved) < 0) {
    throw new Error(
      `pool ${pool.id}: ${movement} of ${quantity} leaves held ${moved.held}, sold ${moved.sold} of ${pool.capacity}`,
    )
  }
  return moved
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

const placesTaken: Record<Movement, 1 | 0 | -1> = { hold: 1, sell: 0, release: -1, return: -1 }

/** The next command of the batch sees what this one took or gave back. */
export function movePlaces(
  places: Map<string, number> | undefined,
  buyer: BuyerOfShow,
  { movement, quantity }: Moved,
): void {
  const key = buyerKey(buyer.showId, buyer.buyerId)
  const before = places?.get(key)
  if (before !== undefined) places?.set(key, before + placesTaken[movement] * quantity)
}

interface Moved {
  readonly movement: Movement
  readonly quantity: number
}

/** The sale that a published show means, and the stock it brings. */
export function saleOf(show: PublishedShow, version: number): Sale {
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
    types: show.ticketTypes.map(({ id, name, priceMinor, poolId, seats }) => ({
      id,
      name,
      priceMinor,
      poolId,
      seated: seats !== undefined,
    })),
  }
}
