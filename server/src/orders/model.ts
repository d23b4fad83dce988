// How orders decides in batches: load, decide, apply, save. No rules, no HTTP, no bus.
import { type Handler, type HandlerOptions, makeHandler } from '../platform/commands/handle.ts'
import type { Decision, Model } from '../platform/commands/model.ts'
import type { Write } from '../platform/postgres/database.ts'
import { decideCodes } from './domain/code-book.ts'
import { decide } from './domain/decide.ts'
import { decideTickets } from './domain/known-tickets.ts'
import type { Order, OrderRejection } from './domain/order.ts'
import { decideSale } from './domain/sale.ts'
import { saveAsks, saveTicketUnits } from './store/asks.ts'
import * as codes from './store/codes.ts'
import { load } from './store/load.ts'
import * as store from './store/orders.ts'
import * as stock from './store/stock.ts'
import { saveOrigins } from './store/taken.ts'
import { apply, type Command, type Fact, type World } from './world.ts'

export interface OrderAnswer {
  readonly orderId: string
  /** The order as it was right after the command. Not there in a replay. */
  readonly order?: Order
}

export type OrdersHandler = Handler<Command, OrderRejection, OrderAnswer | undefined>

export type OrdersDecision = Decision<Fact, OrderRejection, OrderAnswer | undefined>

/** Hands a command to the rules for what it is about. */
export function decideInWorld(world: World, command: Command, now: string): OrdersDecision {
  const decision = decideOne(world, command, now)
  return 'rejection' in decision ? decision : { facts: decision.facts, answer: undefined }
}

function decideOne(world: World, command: Command, now: string) {
  switch (command.type) {
    case 'KnowShow':
      return decideSale(world.sales.get(command.show.id), command)
    case 'EndSale':
      return decideSale(world.sales.get(command.showId), command)
    case 'MakeCodes':
    case 'ChangeCode':
      return decideCodes(world.sales.get(command.showId), command, world.codes)
    case 'NoteTickets':
    case 'NoteTicketsVoided':
    case 'NoteTicketUsed':
      return decideTickets(world.orders.get(command.orderId), command)
    default:
      return decide(world.orders.get(command.orderId), command, { stock: world, now })
  }
}

/** What became of the order, for whoever asked for a change of it. */
function answerOf(world: World, command: Command): OrderAnswer | undefined {
  switch (command.type) {
    case 'KnowShow':
    case 'EndSale':
    case 'NoteTickets':
    case 'NoteTicketsVoided':
    case 'NoteTicketUsed':
    case 'MakeCodes':
    case 'ChangeCode':
      return undefined
    default: {
      const order = world.orders.get(command.orderId)
      return order && { orderId: order.id, order }
    }
  }
}

function save(world: World): readonly Write[] {
  const updated = [...world.changed].filter((id) => !world.created.has(id))
  return [
    ...world.saleNews.flatMap(({ sale, show }) => [
      stock.saveSale(sale),
      ...(show ? [saveAsks(show), ...stock.saveStock(show)] : []),
    ]),
    ...codes.saveCodes(pick(world.codes.byId, world.codeNews), world.codes.pools),
    ...store.insertOrders(pick(world.orders, world.created)),
    ...saveOrigins(pick(world.orders, world.created), world.origins),
    ...store.updateOrders(pick(world.orders, updated)),
    ...stock.updateSeats(pick(world.seats, world.movedSeats)),
    ...saveTicketUnits(world.knownTickets),
    ...store.saveKnownTickets([...world.knownTickets].map(([orderId, tickets]) => ({ orderId, tickets }))),
    ...store.markTicketsVoid([...world.voidedOf], [...world.voidedTickets]),
    ...store.markTicketsUsed([...world.usedOf], [...world.usedTickets]),
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
    saveContested: ({ codeMoves, poolMoves }) => [
      ...codes.moveCodes([...codeMoves.values()]),
      ...stock.movePools([...poolMoves.values()]),
    ],
    answer: answerOf,
    // Its row tells the rest: an order is stored once.
    remember: (answer) => answer && { orderId: answer.orderId },
    committed: onWorld,
  }
  return makeHandler(model, options)
}
