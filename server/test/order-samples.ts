// One order of two places and what surrounds it, frozen in time, for tests of the orders domain.
// Pure.
import { type Stock, saleOf } from '../src/orders/domain/stock.ts'
import { makeSale, typeOf } from './sale.ts'

const sale = makeSale({ capacities: [50] })
export const show = sale.show
export const type = typeOf(sale)
export const stock: Stock = {
  sales: new Map([[show.id, saleOf(show, 1)]]),
  pools: new Map(
    show.pools.map(({ id, capacity }) => [
      id,
      { id, showId: show.id, capacity, held: 0, sold: 0, latch: false, closed: false },
    ]),
  ),
  seats: new Map(),
}

export const id = '00000000-0000-7000-8000-000000000001'
export const buyer = { id: '00000000-0000-7000-8000-00000000000b', email: 'buyer@example.com' }
export const stranger = '00000000-0000-7000-8000-00000000000c'
export const paymentA = '00000000-0000-7000-8000-0000000000aa'
export const paymentB = '00000000-0000-7000-8000-0000000000bb'
export const refundId = '00000000-0000-7000-8000-0000000000cc'
export const total = { amountMinor: 9_000, currency: 'EUR' }
export const placedAt = '2030-01-01T10:00:00.000Z'
export const inTime = '2030-01-01T10:05:00.000Z'
export const earlier = '2030-01-01T10:10:00.000Z'
export const deadline = '2030-01-01T10:15:00.000Z'
export const extendedDeadline = '2030-01-01T10:20:00.000Z'
export const tooLate = '2030-01-01T10:25:00.000Z'
export const lines = [
  { ticketTypeId: type.id, name: type.name, takes: type.takes, unitPriceMinor: 4_500, quantity: 2 },
]

export const base = {
  id,
  version: 3,
  buyer,
  showId: show.id,
  lines,
  total,
  due: total,
  channel: 'web' as const,
  soldBy: null,
  tendered: null,
  createdAt: placedAt,
  kind: 'hold' as const,
  expiresAt: deadline,
  extended: false,
  holdSeconds: 900,
}
