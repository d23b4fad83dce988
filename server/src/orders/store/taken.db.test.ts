// One buyer's places of one show on a real database: held and bought together stay within the
// show's limit, also when they ask from many tabs and browsers, for different pools, of different
// processes.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import {
  expectSoundStock,
  makeTestHandler,
  place,
  putOnSale,
  refundWhole,
  tally,
} from '../../../test/orders-store.ts'
import { makeBuyer, makeSale, numbered, type SaleShape, typeOf } from '../../../test/sale.ts'
import { newId } from '../../platform/process/clock.ts'
import type { OrdersHandler } from '../model.ts'

let db: TestDatabase
let handler: OrdersHandler
beforeAll(async () => {
  db = await makeTestDatabase(['orders'])
  handler = makeTestHandler(db)
})
afterEach(async () => {
  await expectSoundStock(db)
})
afterAll(() => db.drop())

async function sell(maxPerBuyer: number | undefined, shape: SaleShape = {}) {
  const sale = makeSale(shape)
  const { show, types } = sale
  const limited = { types, show: { ...show, ...(maxPerBuyer === undefined ? {} : { maxPerBuyer }) } }
  await putOnSale(handler, limited)
  return limited
}

const orderIdOf = (placed: Awaited<ReturnType<typeof place>>) =>
  'orderId' in placed ? placed.orderId : expect.unreachable()

test('holds add up to the limit, and a second buyer has one of his own', async () => {
  const sale = await sell(3)
  const [ann, bob] = [makeBuyer(), makeBuyer()]
  await place(handler, sale, [numbered(typeOf(sale), 2)], { buyer: ann })
  expect(await place(handler, sale, [numbered(typeOf(sale), 2)], { buyer: ann })).toEqual({
    rejection: 'limit_exceeded',
  })
  expect(await place(handler, sale, [numbered(typeOf(sale), 1)], { buyer: ann })).toHaveProperty('orderId')
  expect(await place(handler, sale, [numbered(typeOf(sale), 3)], { buyer: bob })).toHaveProperty('orderId')
})

test('what was bought counts, what was cancelled or refunded does not', async () => {
  const sale = await sell(2)
  const buyer = makeBuyer()
  const two = () => place(handler, sale, [numbered(typeOf(sale), 2)], { buyer })
  const first = orderIdOf(await two())
  expect(await two()).toEqual({ rejection: 'limit_exceeded' })
  await handler.handle({ type: 'CancelOrder', orderId: first, reason: 'buyer' })
  const second = orderIdOf(await two())
  const paymentId = newId()
  const amount = { amountMinor: 9_000, currency: 'EUR' }
  await handler.handle({ type: 'ClaimOrder', orderId: second, paymentId, amount })
  expect(await two()).toEqual({ rejection: 'limit_exceeded' })
  await handler.handle({ type: 'CompleteOrder', orderId: second, paymentId })
  expect(await two()).toEqual({ rejection: 'limit_exceeded' })
  await Promise.all(refundWhole(handler, second, paymentId, 9_000))
  orderIdOf(await two())
})

test('a show without a limit has none', async () => {
  const sale = await sell(undefined, { capacities: [500] })
  const buyer = makeBuyer()
  const placed = await Promise.all(
    Array.from({ length: 30 }, () => place(handler, sale, [numbered(typeOf(sale), 10)], { buyer })),
  )
  expect(tally(placed)).toEqual({ placed: 30 })
})

test('a limit that the organiser lowers holds from then on, and takes nothing back', async () => {
  const sale = await sell(5)
  const buyer = makeBuyer()
  await place(handler, sale, [numbered(typeOf(sale), 4)], { buyer })
  await putOnSale(handler, { ...sale, show: { ...sale.show, maxPerBuyer: 2 } }, 2)
  expect(await place(handler, sale, [numbered(typeOf(sale), 1)], { buyer })).toEqual({
    rejection: 'limit_exceeded',
  })
})

test('a buyer is an address, too: fresh sessions share the limit', async () => {
  const sale = await sell(4)
  const { email } = makeBuyer()
  const hold = (quantity: number) =>
    place(handler, sale, [numbered(typeOf(sale), quantity)], { buyer: { id: newId(), email } })
  orderIdOf(await hold(3))
  expect(await hold(2)).toEqual({ rejection: 'limit_exceeded' })
  const last = orderIdOf(await hold(1))
  expect(await hold(1)).toEqual({ rejection: 'limit_exceeded' })
  await handler.handle({ type: 'CancelOrder', orderId: last, reason: 'buyer' })
  orderIdOf(await hold(1))
})

test('one session with a new address for each order shares it with itself', async () => {
  const sale = await sell(2)
  const { id } = makeBuyer()
  const hold = () =>
    place(handler, sale, [numbered(typeOf(sale), 1)], { buyer: { id, email: `${newId()}@example.com` } })
  const placed = [await hold(), await hold(), await hold()]
  expect(tally(placed)).toEqual({ placed: 2, limit_exceeded: 1 })
})

// Orders for two pools lock no row in common. Each counted the buyer's places before the other had
// committed, and both were let in: twenty tabs held a limit's worth in every pool.
const ways: [string, { lanes?: number; maxBatch?: number }[]][] = [
  ['in one batch', [{}]],
  ['in transactions of one command', [{ lanes: 8, maxBatch: 1 }]],
  [
    'in two processes',
    [
      { lanes: 4, maxBatch: 2 },
      { lanes: 4, maxBatch: 2 },
    ],
  ],
]
describe.each(ways)('forty at once %s', (_how, batching) => {
  /** One ticket each, of four pools in turn. */
  const askAll = async (
    maxPerBuyer: number,
    whoseOf: () => Omit<Parameters<typeof place>[3] & object, 'idempotency'>,
  ) => {
    const handlers = batching.map((options) => makeTestHandler(db, options))
    const sale = await sell(maxPerBuyer, { capacities: [50, 50, 50, 50] })
    const placed = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        place(
          handlers[index % handlers.length] ?? handler,
          sale,
          [numbered(typeOf(sale, index % 4))],
          whoseOf(),
        ),
      ),
    )
    return tally(placed)
  }
  test('the tabs of one buyer stay within the limit', async () => {
    const buyer = makeBuyer()
    expect(await askAll(7, () => ({ buyer }))).toEqual({ placed: 7, limit_exceeded: 33 })
  })
  test('so do browsers with one address', async () => {
    const { email } = makeBuyer()
    expect(await askAll(7, () => ({ buyer: { id: newId(), email } }))).toEqual({
      placed: 7,
      limit_exceeded: 33,
    })
  })
})
