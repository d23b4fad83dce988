// Choosing lines out of stock in all its refusals, and the movements of pools and seats that must
// never happen.
import type { LineBody } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { makeSale, numbered, poolIdOf, seated, seatIdsOf, typeOf } from '../../../test/sale.ts'
import { chooseLines, shortageOf } from './lines.ts'
import {
  availableIn,
  hasPlenty,
  type Movement,
  movePool,
  moveSeat,
  type Pool,
  poolOf,
  type SeatState,
  type Stock,
  type StockSeat,
  saleOf,
} from './stock.ts'

const sample = makeSale({ capacities: [5, 3], seats: [4], maxPerOrder: 4 })
const sale = saleOf(sample.show, 1)
const [first, second, chairs] = [typeOf(sample, 0), typeOf(sample, 1), typeOf(sample, 2)]
const [a1, a2, a3, a4] = seatIdsOf(chairs) as [string, string, string, string]
const stranger = '00000000-0000-7000-8000-000000000099'
const order = '00000000-0000-7000-8000-000000000001'

function stockWith(
  taken: Readonly<Record<string, SeatState>> = {},
  held: Readonly<Record<string, number>> = {},
): Stock {
  const pools = sample.show.pools.map(
    (pool): Pool => ({ ...poolOf(sale.showId, pool, undefined), held: held[pool.id] ?? 0 }),
  )
  const seats = seatIdsOf(chairs).map((id): StockSeat => {
    const state = taken[id] ?? 'available'
    return { id, ticketTypeId: chairs.id, state, orderId: state === 'available' ? null : order }
  })
  return {
    sales: new Map([[sale.showId, sale]]),
    pools: new Map(pools.map((pool) => [pool.id, pool])),
    seats: new Map(seats.map((seat) => [seat.id, seat])),
  }
}

describe('choosing lines', () => {
  test('freezes name, price and pool of the sale, whatever else the buyer sends', () => {
    const asked: LineBody = Object.assign(numbered(first, 2), { name: 'Free', priceMinor: 1 })
    expect(chooseLines(sale, stockWith(), { lines: [asked, seated(chairs, [a2])] })).toEqual({
      lines: [
        {
          ticketTypeId: first.id,
          name: first.name,
          takes: first.takes,
          quantity: 2,
          unitPriceMinor: 4_500,
        },
        {
          ticketTypeId: chairs.id,
          name: chairs.name,
          takes: chairs.takes,
          quantity: 1,
          unitPriceMinor: 4_500,
          seatIds: [a2],
        },
      ],
    })
  })

  const refusals: [
    why: string,
    rejection: string,
    detail: string,
    lines: readonly LineBody[],
    stock?: Stock,
  ][] = [
    [
      'a ticket type of another show',
      'unknown_ticket_type',
      stranger,
      [{ ticketTypeId: stranger, quantity: 1 }],
    ],
    [
      'a number of a seated type',
      'unknown_ticket_type',
      `${chairs.name} has numbered seats: send seatIds`,
      [numbered(chairs, 1)],
    ],
    [
      'seats of a type that has none',
      'unknown_ticket_type',
      `${first.name} has no numbered seats: send a quantity`,
      [seated(first, [a1])],
    ],
    [
      'a seat that is not there',
      'unknown_ticket_type',
      `no seat ${stranger} in ${chairs.name}`,
      [seated(chairs, [a1, stranger])],
    ],
    [
      'one seat in two lines',
      'unknown_ticket_type',
      `seat ${a1} is listed twice`,
      [seated(chairs, [a1]), seated(chairs, [a1])],
    ],
    [
      'one seat twice in a line',
      'unknown_ticket_type',
      `seat ${a1} is listed twice`,
      [seated(chairs, [a1, a1])],
    ],
    [
      'more than one order may have, in one line',
      'limit_exceeded',
      'at most 4 tickets per order',
      [numbered(first, 5)],
    ],
    [
      'more than one order may have, in several lines',
      'limit_exceeded',
      'at most 4 tickets per order',
      [numbered(first, 2), numbered(second, 1), seated(chairs, [a1, a2])],
    ],
    [
      'far too many of a type that is not there',
      'limit_exceeded',
      'at most 4 tickets per order',
      [{ ticketTypeId: stranger, quantity: 1_000_000 }],
    ],
    ['more than the pool has', 'sold_out', `only 3 left of “${second.name}”`, [numbered(second, 4)]],
    [
      'more than the pool has, in two lines',
      'sold_out',
      `only 3 left of “${second.name}”`,
      [numbered(second, 2), numbered(second, 2)],
    ],
    [
      'more than is left beside the holds',
      'sold_out',
      `only 1 left of “${first.name}”`,
      [numbered(first, 2)],
      stockWith({}, { [poolIdOf(first)]: 4 }),
    ],
    ['a seat that is held', 'seat_taken', a2, [seated(chairs, [a1, a2])], stockWith({ [a2]: 'held' })],
    ['a seat that is sold', 'seat_taken', a3, [seated(chairs, [a3])], stockWith({ [a3]: 'sold' })],
    [
      'a free seat of a pool that is full',
      'sold_out',
      `“${chairs.name}” is sold out`,
      [seated(chairs, [a4])],
      stockWith({}, { [poolIdOf(chairs)]: 4 }),
    ],
    [
      'a pool that is not there',
      'sold_out',
      `“${first.name}” is sold out`,
      [numbered(first, 1)],
      { ...stockWith(), pools: new Map() },
    ],
  ]
  const choose = (stock: Stock, lines: readonly LineBody[]) => {
    const chosen = chooseLines(sale, stock, { lines })
    return 'lines' in chosen ? (shortageOf(sale, stock, chosen.lines) ?? chosen) : chosen
  }

  test.each(refusals)('refuses %s: %s', (_why, ...[rejection, detail, lines, stock = stockWith()]) => {
    expect(choose(stock, lines)).toMatchObject({ rejection, detail })
  })

  test('the last place of a pool, and as many as one order may have, are sold', () => {
    const fourHeld = { [poolIdOf(first)]: 4 }
    expect(choose(stockWith({}, fourHeld), [numbered(first, 1)])).toHaveProperty('lines')
    expect(choose(stockWith(), [numbered(first, 4)])).toHaveProperty('lines')
    expect(choose(stockWith({ [a1]: 'held' }), [seated(chairs, [a2, a3, a4])])).toHaveProperty('lines')
  })
})

describe('a pool', () => {
  const pool: Pool = {
    id: poolIdOf(first),
    showId: sale.showId,
    capacity: 10,
    held: 4,
    sold: 3,
    latch: false,
    closed: false,
  }

  test.each<[Movement, number, number]>([
    ['hold', 7, 3],
    ['sell', 1, 6],
    ['release', 1, 3],
    ['return', 4, 0],
  ])('after %s of three holds %i and has sold %i', (movement, held, sold) => {
    expect(movePool(pool, movement, 3)).toEqual({ ...pool, held, sold })
  })

  test.each<[Movement, number]>([
    ['hold', 4],
    ['sell', 5],
    ['release', 5],
    ['return', 4],
  ])('never lets %s move %i places: that would be one more than there are', (movement, quantity) => {
    expect(movePool(pool, movement, quantity - 1)).toBeDefined()
    expect(() => movePool(pool, movement, quantity)).toThrow(pool.id)
  })

  test('tells what is left', () => {
    expect(availableIn(pool)).toBe(3)
  })
})

describe('a seat', () => {
  const free: StockSeat = { id: a1, ticketTypeId: chairs.id, state: 'available', orderId: null }
  const held: StockSeat = { ...free, state: 'held', orderId: order }
  const sold: StockSeat = { ...free, state: 'sold', orderId: order }

  test('goes from free to held to sold and back', () => {
    expect(moveSeat(free, 'hold', order)).toEqual(held)
    expect(moveSeat(held, 'sell', order)).toEqual(sold)
    expect(moveSeat(held, 'release', order)).toEqual(free)
    expect(moveSeat(sold, 'return', order)).toEqual(free)
  })

  const forbidden: readonly (readonly [Movement, string, StockSeat, string])[] = [
    ['hold', 'held by another', held, stranger],
    ['hold', 'held by the same order', held, order],
    ['hold', 'sold', sold, stranger],
    ['sell', 'free', free, order],
    ['sell', 'held by another', held, stranger],
    ['sell', 'sold already', sold, order],
    ['release', 'free', free, order],
    ['release', 'held by another', held, stranger],
    ['release', 'sold', sold, order],
    ['return', 'free', free, order],
    ['return', 'only held', held, order],
    ['return', 'sold to another', sold, stranger],
  ]
  test.each(forbidden)('%s of a seat that is %s throws', (movement, _state, seat, by) => {
    expect(() => moveSeat(seat, movement, by)).toThrow(seat.id)
  })
})

test.each([
  [100, 10, true],
  [99, 10, false],
  [10, 1, true],
  [9, 1, false],
  [0, 0, true],
])('of a pool with %i places left, %i can be had whatever others take: %s', (left, places, isPlenty) => {
  const pool = {
    id: 'pool',
    showId: 'show',
    capacity: 200,
    held: 150 - left,
    sold: 50,
    latch: false,
    closed: false,
  }
  expect(hasPlenty(pool, places)).toBe(isPlenty)
})

test('a sale is what selling needs of a published show, and nothing else', () => {
  const { show } = sample
  expect(saleOf({ ...show, maxPerBuyer: 9 }, 7)).toEqual({
    showId: show.id,
    version: 7,
    organiserId: show.organiserId,
    title: 'A show',
    currency: 'EUR',
    holdSeconds: 900,
    maxPerOrder: 4,
    maxPerBuyer: 9,
    status: 'on_sale',
    salesEndAt: show.startsAt,
    types: show.ticketTypes.map(({ id, name, priceMinor, takes }) => ({
      id,
      name,
      priceMinor,
      takes: takes.map((take) => ({ ...take, name, shared: false })),
      seated: id === chairs.id,
    })),
  })
  expect(saleOf({ ...show, onSale: false }, 8)).toMatchObject({
    status: 'closed',
    version: 8,
    maxPerBuyer: null,
  })
})
