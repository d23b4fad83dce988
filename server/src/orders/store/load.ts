// The world of one batch as it is read: which orders, stock and buyers its commands touch. Locks;
// decides nothing.
import type { InTransaction } from '../../platform/postgres/database.ts'
import { placesOf, refuseSize } from '../domain/lines.ts'
import type { Order } from '../domain/order.ts'
import { addTakes, hasPlenty, type Sale, saleOf } from '../domain/stock.ts'
import { type Command, nothingChanged, type World } from '../world.ts'
import * as codes from './codes.ts'
import * as store from './orders.ts'
import * as stock from './stock.ts'
import { loadTaken, originsOf } from './taken.ts'

/** Which commands move stock, and so need the pools and seats of their order. */
const movesStock = new Set<Command['type']>([
  'CancelOrder',
  'ExpireOrder',
  'CompleteOrder',
  'ReleaseClaim',
  'RecordRefund',
  'ReturnPlaces',
])

/** Reads and locks what the commands need, in the order of the locks. */
export async function load(tx: InTransaction, commands: readonly Command[]): Promise<World> {
  const saleIds = new Set<string>()
  const orderIds = new Set<string>()
  const movingOrderIds = new Set<string>()
  /** Orders that may be open for longer: whether their show still sells is looked at. */
  const reopeningIds = new Set<string>()
  let changesSales = false
  for (const command of commands) {
    if (command.type === 'MakeCodes' || command.type === 'ChangeCode') {
      // The show's row keeps its codes apart: none is changed while a hold looks at it.
      saleIds.add(command.showId)
      changesSales = true
    } else if (command.type === 'PlaceOrder') {
      saleIds.add(command.showId)
    } else if (command.type === 'KnowShow' || command.type === 'EndSale') {
      saleIds.add(command.type === 'KnowShow' ? command.show.id : command.showId)
      changesSales = true
    } else {
      orderIds.add(command.orderId)
      if (movesStock.has(command.type)) movingOrderIds.add(command.orderId)
      if (command.type === 'ReleaseClaim' || command.type === 'ReserveOrder')
        reopeningIds.add(command.orderId)
    }
  }
  const wanted = wantedStock(commands)
  // Asked for together, in the order of the locks.
  const [sales, orders, organisations, pools] = await Promise.all([
    stock.loadSales(tx, { showIds: [...saleIds], orderIds: [...reopeningIds] }, changesSales),
    orderIds.size > 0 ? store.loadOrders(tx, [...orderIds]) : [],
    store.readOrganisations(tx, [...orderIds]),
    stock.loadPools(tx, { ...wanted, showIds: [...saleIds], orderIds: [...movingOrderIds] }),
  ])
  // Most batches need none of these.
  const moving = orders.filter(({ id }) => movingOrderIds.has(id))
  const soldSeats = seatsOf(moving)
  const codeWorld = await codes.loadCodes(tx, commands, moving)
  const counted = codes.limitedPlacings(codeWorld, commands)
  const offers = offersOf(commands, sales)
  const seatIds = seatsAskedFor(commands, offers)
  const wantedOf = changesSales ? undefined : placesByPool(commands, sales)
  const scarce = !wantedOf || !pools.every((pool) => hasPlenty(pool, wantedOf.get(pool.id) ?? 0))
  const [seats, taken, , , lockedPools] = await Promise.all([
    stock.loadSeats(tx, [...seatIds, ...soldSeats]),
    loadTaken(tx, commands, { offers, alsoLocked: counted }),
    codes.countUses(tx, codeWorld, counted),
    scarce || codes.isScarce(codeWorld, commands) ? codes.lockCodePools(tx, codeWorld) : undefined,
    scarce
      ? stock.lockPools(
          tx,
          pools.map(({ id }) => id),
        )
      : pools,
  ])
  const found = new Map(seats.map((seat) => [seat.id, seat]))
  return {
    sales: new Map(sales.map((sale) => [sale.showId, sale])),
    pools: new Map(lockedPools.map((pool) => [pool.id, pool])),
    seats: found,
    taken,
    codes: codeWorld,
    origins: originsOf(commands),
    absentSeats: new Set(seatIds.filter((id) => !found.has(id))),
    orders: new Map(orders.map((order) => [order.id, order])),
    organisations,
    ...nothingChanged(),
  }
}

/** What the new orders of a batch want of each pool. */
function placesByPool(commands: readonly Command[], sales: readonly Sale[]): Map<string, number> {
  const wanted = new Map<string, number>()
  const takesOf = new Map(sales.flatMap(({ types }) => types.map((type) => [type.id, type.takes] as const)))
  for (const command of commands) {
    if (command.type !== 'PlaceOrder') continue
    for (const line of command.lines) addTakes(wanted, takesOf.get(line.ticketTypeId) ?? [], placesOf([line]))
  }
  return wanted
}

/**
 * What is for sale, as it was and as shows of this very batch change it: orders in the batch may
 * ask for either.
 */
function offersOf(commands: readonly Command[], sales: readonly Sale[]): readonly Sale[] {
  const brought = commands.flatMap((command) =>
    command.type === 'KnowShow' ? [saleOf(command.show, command.version)] : [],
  )
  return [...sales, ...brought]
}

function seatsOf(orders: readonly Order[]): string[] {
  return orders.flatMap(({ lines }) => lines.flatMap(({ seatIds }) => seatIds ?? []))
}

/** The pools that new orders and changed shows touch. */
function wantedStock(commands: readonly Command[]) {
  const poolIds = new Set<string>()
  const ticketTypeIds = new Set<string>()
  for (const command of commands) {
    if (command.type === 'KnowShow') for (const pool of command.show.pools) poolIds.add(pool.id)
    if (command.type === 'PlaceOrder') for (const line of command.lines) ticketTypeIds.add(line.ticketTypeId)
  }
  return { poolIds: [...poolIds], ticketTypeIds: [...ticketTypeIds] }
}

/** Seats of new orders. An order that is too large for its show is refused without a look at them. */
function seatsAskedFor(commands: readonly Command[], offers: readonly Sale[]): string[] {
  const seatIds = new Set<string>()
  for (const command of commands) {
    if (command.type !== 'PlaceOrder') continue
    const { showId, lines, counter } = command
    const isOffered = offers.some(
      (sale) => sale.showId === showId && refuseSize(sale, lines, counter !== undefined) === null,
    )
    if (!isOffered) continue
    for (const line of lines) if ('seatIds' in line) for (const seatId of line.seatIds) seatIds.add(seatId)
  }
  return [...seatIds]
}
