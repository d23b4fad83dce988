// A new order with more than one thing wrong is refused for the first of them, in the order that the
// API promises; and a price that the buyer did not see holds nothing.
import { type SaleTerms, salesEndAt } from '@holdfast/contract'
import { describe, expect, test } from 'vitest'
import { makeSale, numbered, seated, seatIdsOf, typeOf } from '../../../test/sale.ts'
import { decide } from './decide.ts'
import type { OrderCommand } from './order.ts'
import { type Pool, poolOf, type Sale, type Stock, saleOf } from './stock.ts'
import { buyerKey, networkKey } from './taken.ts'

const sample = makeSale({ capacities: [5], seats: [2], maxPerOrder: 4, priceMinor: 4_500 })
const [standing, chairs] = [typeOf(sample, 0), typeOf(sample, 1)]
const sold = saleOf({ ...sample.show, maxPerBuyer: 6 }, 1)
const now = '2030-01-01T10:00:00.000Z'
const buyer = { id: 'buyer', email: 'buyer@example.com' }
const network = '192.0.2.1'

interface Case {
  readonly sale?: Partial<Sale>
  readonly known?: boolean
  readonly had?: number
  /** Places that the network has on hold. */
  readonly open?: number
  readonly held?: number
  readonly command?: Partial<Extract<OrderCommand, { type: 'PlaceOrder' }>>
}

function place({ sale = {}, known = true, had = 0, open = 0, held = 0, command = {} }: Case) {
  const stock: Stock = {
    sales: new Map(known ? [[sold.showId, { ...sold, ...sale }]] : []),
    pools: new Map(
      sample.show.pools.map((pool): [string, Pool] => [
        pool.id,
        { ...poolOf(sold.showId, pool, undefined), held: Math.min(held, pool.capacity) },
      ]),
    ),
    seats: new Map(
      seatIdsOf(chairs).map((id) => [
        id,
        held > 0
          ? { id, ticketTypeId: chairs.id, state: 'held', orderId: 'other' }
          : { id, ticketTypeId: chairs.id, state: 'available', orderId: null },
      ]),
    ),
    taken: {
      byBuyer: new Map([[buyerKey(sold.showId, buyer.id), { places: had, expired: 0 }]]),
      byNetwork: new Map([[networkKey(sold.showId, network), open]]),
      sizes: new Map(),
    },
  }
  const origin = { networks: [network], proved: false }
  const order = { type: 'PlaceOrder', orderId: 'order', buyer, showId: sold.showId, origin } as const
  const decision = decide(undefined, { ...order, lines: [numbered(standing, 2)], ...command }, { stock, now })
  return 'rejection' in decision ? decision.rejection : decision.facts.map(({ type }) => type)
}

/** Each has the faults of all that follow it. */
const dear = { types: sold.types.map((type) => ({ ...type, priceMinor: 99_999_999 })) }
const wrongPrice = { expectedTotalMinor: 1 }
const soldOut = { held: 5, sale: dear }
const later = '2030-01-01T10:00:00.001Z'
const open = (terms: SaleTerms, types = dear.types) => ({
  sale: { types: types.map((type) => ({ ...type, ...terms })) },
  command: wrongPrice,
})
const refusals: readonly (readonly [string, string, Case])[] = [
  ['an unknown show', 'show_unknown', { ...soldOut, known: false, had: 9, command: wrongPrice }],
  [
    'a sale that ended',
    'not_on_sale',
    { ...soldOut, sale: { ...dear, status: 'closed' }, had: 9, command: wrongPrice },
  ],
  [
    'a show that has begun',
    'not_on_sale',
    { ...soldOut, sale: { ...dear, salesEndAt: now }, had: 9, command: wrongPrice },
  ],
  ['a type that opens later', 'not_on_sale', { ...soldOut, ...open({ saleStartsAt: later }), had: 9 }],
  ['a type whose time is over', 'not_on_sale', { ...soldOut, ...open({ saleEndsAt: now }), had: 9 }],
  ['a hidden type that opens later', 'unknown_ticket_type', open({ hidden: true, saleStartsAt: later })],
  ['fewer than of one type at least', 'limit_exceeded', { ...open({ minPerOrder: 3 }), had: 9, held: 5 }],
  ['more than of one type at most', 'limit_exceeded', { ...open({ maxPerOrder: 1 }), had: 9, held: 5 }],
  [
    'a type that is not there',
    'unknown_ticket_type',
    { ...soldOut, had: 9, command: { ...wrongPrice, lines: [{ ticketTypeId: 'stranger', quantity: 1 }] } },
  ],
  [
    'more than an order may have',
    'limit_exceeded',
    { ...soldOut, command: { ...wrongPrice, lines: [numbered(standing, 5)] } },
  ],
  ['more than a buyer may have', 'limit_exceeded', { ...soldOut, had: 5, open: 40, command: wrongPrice }],
  ['more than a network may hold', 'too_many_holds', { ...soldOut, open: 39, command: wrongPrice }],
  ['another price', 'price_changed', { ...soldOut, command: wrongPrice }],
  [
    'another price of seats that are taken',
    'price_changed',
    { held: 5, command: { ...wrongPrice, lines: [seated(chairs, seatIdsOf(chairs))] } },
  ],
  ['more than a card can be charged', 'total_not_payable', soldOut],
  ['nothing left', 'sold_out', { held: 5 }],
  ['nothing left, at the right price', 'sold_out', { held: 5, command: { expectedTotalMinor: 9_000 } }],
]

describe('what is refused first', () => {
  test.each(refusals)('of %s: %s', (_what, rejection, faults) => {
    expect(place(faults)).toBe(rejection)
  })
})

describe('a ticket type', () => {
  const placed = ['OrderCreated']
  const bounds: readonly (readonly [string, SaleTerms, string | readonly string[]])[] = [
    ['that opens now', { saleStartsAt: now }, placed],
    ['that is open until later', { saleEndsAt: later }, placed],
    ['with two at least', { minPerOrder: 2 }, placed],
    ['with two at most', { maxPerOrder: 2 }, placed],
    ['that is hidden', { hidden: true }, 'unknown_ticket_type'],
  ]
  test.each(bounds)('%s', (_what, terms, expected) => {
    expect(place({ sale: open(terms, [...sold.types]).sale })).toEqual(expected)
  })

  test('asked for in two lines is counted once', () => {
    const two = { lines: [numbered(standing, 1), numbered(standing, 1)] }
    const { sale } = open({ minPerOrder: 2, maxPerOrder: 2 }, [...sold.types])
    expect(place({ sale, command: two })).toEqual(placed)
    expect(place({ sale, command: { lines: [...two.lines, numbered(standing, 1)] } })).toBe('limit_exceeded')
  })

  test('with a fee costs that much more, and nothing more when it is free', () => {
    const { sale } = open({ feeMinor: 150 }, [...sold.types])
    expect(place({ sale, command: { expectedTotalMinor: 9_300 } })).toEqual(placed)
    const free = { types: sale.types.map((type) => ({ ...type, priceMinor: 0 })) }
    expect(place({ sale: free, command: { expectedTotalMinor: 0 } })).toEqual([...placed, 'OrderCompleted'])
  })
})

describe('the total that the buyer saw', () => {
  test.each([
    ['is not told', undefined, ['OrderCreated']],
    ['is today’s', 9_000, ['OrderCreated']],
    ['was lower by a cent', 8_999, 'price_changed'],
    ['was higher by a cent', 9_001, 'price_changed'],
    ['was nothing', 0, 'price_changed'],
    ['was of one ticket', 4_500, 'price_changed'],
  ])('%s', (_what, expectedTotalMinor, expected) => {
    expect(place(expectedTotalMinor === undefined ? {} : { command: { expectedTotalMinor } })).toEqual(
      expected,
    )
  })

  test('of what became free, or costs something now, is compared too', () => {
    const free = { types: sold.types.map((type) => ({ ...type, priceMinor: 0 })) }
    expect(place({ sale: free, command: { expectedTotalMinor: 9_000 } })).toBe('price_changed')
    expect(place({ sale: free, command: { expectedTotalMinor: 0 } })).toEqual([
      'OrderCreated',
      'OrderCompleted',
    ])
  })
})

describe('sales end by themselves', () => {
  const at = (salesEndAt: string | null | undefined) => place({ sale: { salesEndAt } as Partial<Sale> })
  test.each([
    ['at an instant to come', '2030-01-01T10:00:00.001Z', ['OrderCreated']],
    ['now', now, 'not_on_sale'],
    ['a week ago', '2029-12-25T10:00:00.000Z', 'not_on_sale'],
    ['at a time that another version did not tell', null, ['OrderCreated']],
    ['at a time that is not told', undefined, ['OrderCreated']],
  ])('%s', (_when, salesEndAt, expected) => {
    expect(at(salesEndAt)).toEqual(expected)
  })

  test('at the start of the show, or at its end once shows have one', () => {
    expect(sold.salesEndAt).toBe(sample.show.startsAt)
    const endsAt = '2031-05-01T23:00:00.000Z'
    expect(salesEndAt({ startsAt: sample.show.startsAt, endsAt })).toBe(endsAt)
    expect(salesEndAt({ startsAt: sample.show.startsAt, endsAt: null })).toBe(sample.show.startsAt)
  })
})

describe('a total that no card can be charged', () => {
  const total = (currency: string, priceMinor: number, quantity = 1) =>
    place({
      sale: { currency, maxPerBuyer: null, types: sold.types.map((type) => ({ ...type, priceMinor })) },
      command: { lines: [numbered(standing, quantity)] },
    })
  test.each([
    ['CZK', 1_000, 1],
    ['SEK', 100, 2],
    ['HUF', 10_000, 1],
    ['HRK', 5_000, 1],
    ['LYD', 5_000, 1],
    ['ISK', 99_050, 1],
    ['KWD', 1_005, 1],
    ['EUR', 49, 1],
    ['EUR', 50_000_000, 2],
    ['IDR', 999_999_999_999, 2],
  ])('%s %i, %i times', (currency, priceMinor, quantity) => {
    expect(total(currency, priceMinor, quantity)).toBe('total_not_payable')
  })

  test.each([
    ['CZK', 1_500, 1],
    ['HUF', 17_500, 1],
    ['HUF', 10_000, 2],
    ['IDR', 150_000_000, 4],
    ['ISK', 99_000, 1],
    ['KWD', 1_010, 1],
    ['COP', 9_999_999_999, 1],
    ['EUR', 33_333_333, 3],
  ])('but %s %i, %i times, is held', (currency, priceMinor, quantity) => {
    expect(total(currency, priceMinor, quantity)).toEqual(['OrderCreated'])
  })

  test.each(['EUR', 'HRK'])('nothing at all needs no card: %s', (currency) => {
    expect(total(currency, 0)).toEqual(['OrderCreated', 'OrderCompleted'])
  })
})
