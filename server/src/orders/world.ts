// All that one batch of orders may read and change, in memory, and how each fact changes it. Knows
// no database.
import { admissionsOf, type PublishedShow } from '@holdfast/contract'
import { type Code, type CodePool, codeBuyerKeys, wordKey } from './domain/code.ts'
import type { CodeCommand, CodeFact } from './domain/code-book.ts'
import { moveCode } from './domain/codes.ts'
import { movePlaces } from './domain/hold-limits.ts'
import type { KnownTicket, TicketCommand, TicketFact } from './domain/known-tickets.ts'
import { heldPlacesOf } from './domain/lines.ts'
import { evolve, movementOf, type Order, type OrderCommand, type OrderFact } from './domain/order.ts'
import { evolveSale, type SaleCommand, type SaleFact } from './domain/sale.ts'
import {
  type Movement,
  movePool,
  moveSeat,
  type Pool,
  poolOf,
  type Sale,
  type StockSeat,
} from './domain/stock.ts'
import type { Origin, TakenPlaces } from './domain/taken.ts'

export type Command = OrderCommand | SaleCommand | TicketCommand | CodeCommand
export type Fact = OrderFact | SaleFact | TicketFact | CodeFact

/** How many places a batch moved in a pool, and what became of it as far as the batch can tell. */
export interface PoolMove {
  readonly id: string
  readonly held: number
  readonly sold: number
  /** Places were taken, also if more were given back. */
  readonly took: boolean
  readonly closed: boolean
}

/** How many uses of a code a batch moved. */
export interface CodeMove {
  readonly id: string
  readonly held: number
  readonly used: number
}

/** All that a batch knows of codes. */
export interface CodeWorld {
  readonly byId: Map<string, Code>
  readonly byWord: Map<string, string>
  readonly pools: Map<string, CodePool>
  readonly ofBuyers: Map<string, number>
}

export const noCodesTouched = (): CodeWorld => ({
  byId: new Map(),
  byWord: new Map(),
  pools: new Map(),
  ofBuyers: new Map(),
})

/** A sale as it became, with the show if that brought stock. */
export interface SaleNews {
  readonly sale: Sale
  readonly show: PublishedShow | null
}

export interface World {
  readonly sales: Map<string, Sale>
  readonly pools: Map<string, Pool>
  readonly seats: Map<string, StockSeat>
  readonly taken?: TakenPlaces
  readonly codes: CodeWorld
  /** Of the orders that this batch may place. */
  readonly origins?: ReadonlyMap<string, Origin>
  /** Asked for by new orders, and not there before this batch. */
  readonly absentSeats: Set<string>
  readonly orders: Map<string, Order>
  /** Whose each of them is. */
  readonly organisations?: Map<string, string>
  readonly created: Set<string>
  readonly changed: Set<string>
  /** By pool, what was moved in it. */
  readonly poolMoves: Map<string, PoolMove>
  readonly movedSeats: Set<string>
  readonly codeMoves: Map<string, CodeMove>
  /** Codes that were made or changed, by their ids. */
  readonly codeNews: Set<string>
  /** News of shows, in the order in which it came. */
  readonly saleNews: SaleNews[]
  readonly knownTickets: Map<string, readonly KnownTicket[]>
  readonly voidedTickets: Set<string>
  readonly voidedOf: Set<string>
  readonly usedTickets: Set<string>
  readonly usedOf: Set<string>
}

/** What a batch has changed of its world when it begins. */
export function nothingChanged() {
  return {
    created: new Set<string>(),
    changed: new Set<string>(),
    poolMoves: new Map(),
    codeMoves: new Map(),
    codeNews: new Set<string>(),
    movedSeats: new Set<string>(),
    saleNews: [],
    knownTickets: new Map(),
    voidedTickets: new Set<string>(),
    voidedOf: new Set<string>(),
    usedTickets: new Set<string>(),
    usedOf: new Set<string>(),
  } satisfies Partial<World>
}

/** Evolves the world by a fact, and tells whose fact it was. */
export function apply(world: World, fact: Fact, now: string) {
  switch (fact.type) {
    case 'SaleKnown':
    case 'SaleEnded': {
      const sale = evolveSale(world.sales.get(showOf(fact)), fact)
      const show = fact.type === 'SaleKnown' ? fact.data.show : null
      world.sales.set(sale.showId, sale)
      world.saleNews.push({ sale, show })
      if (show) bringStock(world, show)
      return { subject: sale.showId, version: sale.version, correlationId: sale.showId }
    }
    case 'CodeSet': {
      const { code, pool } = fact.data
      world.codes.byId.set(code.id, code)
      world.codes.byWord.set(wordKey(code.showId, code.word), code.id)
      if (pool) world.codes.pools.set(code.id, pool)
      world.codeNews.add(code.id)
      return { subject: code.id, version: 1, correlationId: code.showId }
    }
    case 'TicketsKnown':
      world.knownTickets.set(fact.data.orderId, fact.data.tickets)
      return { subject: fact.data.orderId, version: 1, correlationId: fact.data.orderId }
    case 'TicketsKnownVoid':
      for (const ticketId of fact.data.ticketIds) world.voidedTickets.add(ticketId)
      world.voidedOf.add(fact.data.orderId)
      return { subject: fact.data.orderId, version: 1, correlationId: fact.data.orderId }
    case 'TicketKnownUsed':
      world.usedTickets.add(fact.data.ticketId)
      world.usedOf.add(fact.data.orderId)
      return { subject: fact.data.orderId, version: 1, correlationId: fact.data.orderId }
    default: {
      const order = evolve(world.orders.get(fact.data.orderId), fact, now)
      if (fact.type === 'OrderCreated') world.created.add(order.id)
      else world.changed.add(order.id)
      world.orders.set(order.id, order)
      if (fact.type === 'OrderCreated') world.organisations?.set(order.id, fact.data.organiserId)
      const organisationId = world.organisations?.get(order.id)
      const movement = movementOf(fact)
      if (movement) {
        moveStock(world, order, movement)
        moveUses(world, order, movement)
      }
      return { subject: order.id, version: order.version, correlationId: order.id, organisationId }
    }
  }
}

function showOf(fact: SaleFact): string {
  return fact.type === 'SaleKnown' ? fact.data.show.id : fact.data.showId
}

/** What the show brings is in stock for the orders behind it in this batch, too. */
function bringStock(world: World, show: PublishedShow): void {
  for (const pool of show.pools) world.pools.set(pool.id, poolOf(show.id, pool, world.pools.get(pool.id)))
  if (world.absentSeats.size === 0) return
  for (const type of show.ticketTypes) {
    for (const { id } of type.seats ?? []) {
      if (world.absentSeats.delete(id))
        world.seats.set(id, { id, ticketTypeId: type.id, state: 'available', orderId: null })
    }
  }
}

function moveStock(world: World, order: Order, movement: Movement): void {
  const { showId, buyer } = order
  const whose = { showId, buyer, origin: world.origins?.get(order.id) }
  movePlaces(world.taken, {
    ...whose,
    movement,
    people: admissionsOf(order.lines),
    held: heldPlacesOf(order.lines),
  })
  for (const line of order.lines) {
    for (const { poolId, count } of line.takes) {
      const pool = world.pools.get(poolId)
      if (!pool) throw new Error(`pool ${poolId} of order ${order.id} was not loaded`)
      noteMove(world, { before: pool, after: movePool(pool, movement, line.quantity * count), movement })
    }
    for (const seatId of line.seatIds ?? []) {
      const seat = world.seats.get(seatId)
      if (!seat) throw new Error(`seat ${seatId} of order ${order.id} was not loaded`)
      world.seats.set(seatId, moveSeat(seat, movement, order.id))
      world.movedSeats.add(seatId)
    }
  }
}

function moveUses({ codes, codeMoves }: World, { code, buyer }: Order, movement: Movement): void {
  if (!code) return
  const { id, uses } = code
  const more = movement === 'hold' ? uses : movement === 'sell' ? 0 : -uses
  for (const key of codeBuyerKeys(id, buyer)) {
    const had = codes.ofBuyers.get(key)
    if (had !== undefined) codes.ofBuyers.set(key, had + more)
  }
  const before = codes.pools.get(id)
  // A code without a number of uses has none to move.
  if (!before) return
  const after = moveCode(before, movement, uses)
  codes.pools.set(id, after)
  const { held, used } = codeMoves.get(id) ?? { held: 0, used: 0 }
  codeMoves.set(id, { id, held: held + after.held - before.held, used: used + after.used - before.used })
}

function noteMove(
  world: World,
  { before, after, movement }: { before: Pool; after: Pool; movement: Movement },
): void {
  const { held, sold, took } = world.poolMoves.get(before.id) ?? { held: 0, sold: 0, took: false }
  world.pools.set(before.id, after)
  world.poolMoves.set(before.id, {
    id: before.id,
    held: held + after.held - before.held,
    sold: sold + after.sold - before.sold,
    took: took || movement === 'hold',
    closed: after.closed,
  })
}
