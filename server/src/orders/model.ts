// How orders decides in batches: the world of one transaction, and the walk through the pure domain. No HTTP, no bus.
import type { IssuedTicket } from '@holdfast/contract'
import { type Decision, type Handler, type HandlerOptions, type Model, makeHandler } from '../platform/commands/handle.ts'
import type { Write } from '../platform/postgres/database.ts'
import { decide } from './domain/decide.ts'
import {
  evolve,
  movementOf,
  type Order,
  type OrderCommand,
  type OrderFact,
  type OrderRejection,
  type SaleCommand,
} from './domain/order.ts'
import { type Movement, movePool, moveSeat, type Pool, type Sale, type StockSeat, saleOf } from './domain/stock.ts'
import { movePlaces } from './store/buyers.ts'
import { load } from './store/load.ts'
import * as store from './store/orders.ts'
import type { PoolMove } from './store/stock.ts'
import * as stock from './store/stock.ts'

export type KnownTicket = IssuedTicket & { readonly status: 'valid' | 'void' }

export type TicketCommand =
  | { readonly type: 'NoteTickets'; readonly orderId: string; readonly tickets: readonly KnownTicket[] }
  | { readonly type: 'NoteTicketsVoided'; readonly orderId: string; readonly ticketIds: readonly string[] }
export type Command = OrderCommand | SaleCommand | TicketCommand

/** Facts about copies of other services' things. Private, like all that is known and not owned. */
type CopyFact =
  | {
      readonly type: 'SaleKnown'
      readonly data: { readonly sale: Sale } & Pick<Extract<SaleCommand, { type: 'KnowShow' }>, 'show'>
    }
  | { readonly type: 'SaleEnded'; readonly data: { readonly sale: Sale } }
  | { readonly type: 'TicketsKnown'; readonly data: { readonly orderId: string; readonly tickets: readonly KnownTicket[] } }
  | { readonly type: 'TicketsKnownVoid'; readonly data: { readonly orderId: string; readonly ticketIds: readonly string[] } }

export type Fact = OrderFact | CopyFact

export interface World {
  readonly sales: Map<string, Sale>
  readonly pools: Map<string, Pool>
  readonly seats: Map<string, StockSeat>
  /** Only of shows that limit their buyers. */
  readonly placesOfBuyers?: Map<string, number>
  /** Asked for by new orders, and not there before this batch. */
  readonly absentSeats: Set<string>
  readonly orders: Map<string, Order>
  readonly created: Set<string>
  readonly changed: Set<string>
  /** By pool, what was moved in it. */
  readonly poolMoves: Map<string, PoolMove>
  readonly movedSeats: Set<string>
  /** Copies of shows, in the order in which they came. */
  readonly copies: Write[]
  readonly knownTickets: Map<string, readonly KnownTicket[]>
  readonly voidedTickets: Set<string>
  readonly voidedOf: Set<string>
}

export interface OrderAnswer {
  readonly orderId: string
  /** The order as it was right after the command. Not there in a replay. */
  readonly order?: Order
}

export type OrdersHandler = Handler<Command, OrderRejection, OrderAnswer | undefined>

export type OrdersDecision = Decision<Fact, OrderRejection, OrderAnswer | undefined>

export function decideInWorld(world: World, command: Command, now: string): OrdersDecision {
  switch (command.type) {
    case 'KnowShow': {
      const known = world.sales.get(command.show.id)
      // Older news, or news of a show that was called off: neither brings a sale back.
      if (known && (known.version >= command.version || known.status === 'cancelled')) return { facts: [], answer: undefined }
      const sale = saleOf(command.show, command.version)
      return { facts: [{ type: 'SaleKnown', data: { sale, show: command.show } }], answer: undefined }
    }
    case 'EndSale': {
      const known = world.sales.get(command.showId)
      if (!known) return { rejection: 'show_unknown' }
      if (known.status === 'cancelled') return { facts: [], answer: undefined }
      const sale: Sale = { ...known, status: 'cancelled', version: Math.max(known.version, command.version) }
      return { facts: [{ type: 'SaleEnded', data: { sale } }], answer: undefined }
    }
    case 'NoteTickets': {
      if (!world.orders.has(command.orderId)) return { rejection: 'order_unknown' }
      return {
        facts: [{ type: 'TicketsKnown', data: { orderId: command.orderId, tickets: command.tickets } }],
        answer: undefined,
      }
    }
    case 'NoteTicketsVoided': {
      if (!world.orders.has(command.orderId)) return { rejection: 'order_unknown' }
      return { facts: [{ type: 'TicketsKnownVoid', data: command }], answer: undefined }
    }
    default: {
      const before = world.orders.get(command.orderId)
      const decision = decide(before, command, { stock: world, now })
      if ('rejection' in decision) return decision
      const after = decision.facts.reduce<Order | undefined>((order, fact) => evolve(order, fact, now), before)
      return { facts: decision.facts, answer: after && { orderId: after.id, order: after } }
    }
  }
}

export function apply(world: World, fact: Fact, now: string) {
  switch (fact.type) {
    case 'SaleKnown':
      knowSale(world, fact.data)
      return { subject: fact.data.sale.showId, version: fact.data.sale.version, correlationId: fact.data.sale.showId }
    case 'SaleEnded':
      world.sales.set(fact.data.sale.showId, fact.data.sale)
      world.copies.push(stock.saveSale(fact.data.sale))
      return { subject: fact.data.sale.showId, version: fact.data.sale.version, correlationId: fact.data.sale.showId }
    case 'TicketsKnown':
      world.knownTickets.set(fact.data.orderId, fact.data.tickets)
      return { subject: fact.data.orderId, version: 1, correlationId: fact.data.orderId }
    case 'TicketsKnownVoid':
      for (const ticketId of fact.data.ticketIds) world.voidedTickets.add(ticketId)
      world.voidedOf.add(fact.data.orderId)
      return { subject: fact.data.orderId, version: 1, correlationId: fact.data.orderId }
    default: {
      const order = evolve(world.orders.get(fact.data.orderId), fact, now)
      if (fact.type === 'OrderCreated') world.created.add(order.id)
      else world.changed.add(order.id)
      world.orders.set(order.id, order)
      const movement = movementOf(fact)
      if (movement) moveStock(world, order, movement)
      return { subject: order.id, version: order.version, correlationId: order.id }
    }
  }
}

/** What the show brings is in stock for the orders behind it in this batch, too. */
function knowSale(world: World, { sale, show }: Extract<Fact, { type: 'SaleKnown' }>['data']): void {
  world.sales.set(sale.showId, sale)
  for (const { id, capacity } of show.pools) {
    const pool = world.pools.get(id)
    if (pool) world.pools.set(id, { ...pool, capacity: Math.max(capacity, pool.held + pool.sold) })
    else world.pools.set(id, { id, showId: sale.showId, capacity, held: 0, sold: 0 })
  }
  if (world.absentSeats.size > 0) {
    for (const type of show.ticketTypes) {
      for (const { id } of type.seats ?? []) {
        if (world.absentSeats.delete(id)) world.seats.set(id, { id, ticketTypeId: type.id, state: 'available', orderId: null })
      }
    }
  }
  world.copies.push(stock.saveSale(sale), ...stock.saveStock(show))
}

function moveStock(world: World, order: Order, movement: Movement): void {
  const buyer = { showId: order.showId, buyerId: order.buyer.id }
  for (const line of order.lines) {
    movePlaces(world.placesOfBuyers, buyer, { movement, quantity: line.quantity })
    const pool = world.pools.get(line.poolId)
    if (!pool) throw new Error(`pool ${line.poolId} of order ${order.id} was not loaded`)
    const moved = movePool(pool, movement, line.quantity)
    const { held, sold } = world.poolMoves.get(pool.id) ?? { held: 0, sold: 0 }
    world.pools.set(pool.id, moved)
    world.poolMoves.set(pool.id, { id: pool.id, held: held + moved.held - pool.held, sold: sold + moved.sold - pool.sold })
    for (const seatId of line.seatIds ?? []) {
      const seat = world.seats.get(seatId)
      if (!seat) throw new Error(`seat ${seatId} of order ${order.id} was not loaded`)
      world.seats.set(seatId, moveSeat(seat, movement, order.id))
      world.movedSeats.add(seatId)
    }
  }
}

function save(world: World): readonly Write[] {
  const updated = [...world.changed].filter((id) => !world.created.has(id))
  return [
    ...world.copies,
    ...store.insertOrders(pick(world.orders, world.created)),
    ...store.updateOrders(pick(world.orders, updated)),
    ...stock.updateSeats(pick(world.seats, world.movedSeats)),
    ...store.saveKnownTickets([...world.knownTickets].map(([orderId, tickets]) => ({ orderId, tickets }))),
    ...store.markTicketsVoid([...world.voidedOf], [...world.voidedTickets]),
  ]
}

function pick<T>(all: ReadonlyMap<string, T>, ids: Iterable<string>): T[] {
  const picked: T[] = []
  for (const id of ids) {
    const found = all.get(id)
    if (found !== undefined) picked.push(found)
  }
  return picked
}

/** The handler of all commands of this service. `onWorld` hears of each committed batch. */
export function makeOrdersHandler(options: HandlerOptions, onWorld: (world: World) => void): OrdersHandler {
  const model: Model<Command, World, Fact, OrderRejection, OrderAnswer | undefined> = {
    service: 'orders',
    load,
    decide: decideInWorld,
    apply,
    save,
    saveContested: ({ poolMoves }) => stock.movePools([...poolMoves.values()]),
    // Its row tells the rest: an order is stored once.
    remember: (answer) => answer && { orderId: answer.orderId },
    committed: onWorld,
  }
  return makeHandler(model, options)
}
