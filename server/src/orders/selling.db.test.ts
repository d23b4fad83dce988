// Selling on a real database, many at once, with only the tables of this service: never one place
// too many.
import type { LineBody } from '@holdfast/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../test/database.ts'
import {
  countByStatus,
  expectSoundStock,
  makeTestHandler,
  place,
  placeOne,
  putOnSale,
  readPools,
  refundWhole,
  tally,
} from '../../test/orders-store.ts'
import { makeBuyer, makeSale, numbered, seated, seatIdsOf, typeOf } from '../../test/sale.ts'
import { type Database, sql } from '../platform/postgres/database.ts'
import { newId } from '../platform/process/clock.ts'
import type { OrdersHandler } from './model.ts'

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

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))
const total = { amountMinor: 4_500, currency: 'EUR' }

test('a neighbour’s tables are not here: a query that strays fails', async () => {
  await expect(db.query(sql('', 'select 1 from tickets.shows'))).rejects.toThrow('does not exist')
})

describe('places of a pool that everybody wants', () => {
  /**
   * The database, where `meanwhile` happens between the decision of the first transaction and its
   * commit.
   */
  const interrupted = (meanwhile: () => Promise<unknown>): Database => {
    let isFirst = true
    return {
      ...db,
      batch: (work) =>
        db.batch((tx) =>
          work({
            ...tx,
            async commitWith(writes) {
              if (isFirst) {
                isFirst = false
                await meanwhile()
              }
              return tx.commitWith(writes)
            },
          }),
        ),
    }
  }
  const lockNow = sql('', 'select 1 as locked from orders.pools where show_id = $1 for update nowait')
  const isLocked = (showId: string) =>
    db.query(lockNow, [showId]).then(
      () => false,
      (error: { code?: string }) => error.code === '55P03',
    )

  test('are held without holding up others, until few are left', async () => {
    const sale = makeSale({ capacities: [12] })
    await putOnSale(handler, sale)
    const locked: boolean[] = []
    for (let left = 12; left >= 8; left -= 1) {
      const watching = makeTestHandler(interrupted(async () => locked.push(await isLocked(sale.show.id))))
      await placeOne(watching, sale, [numbered(typeOf(sale))])
    }
    expect(locked).toEqual([false, false, false, true, true])
  })

  test.each([
    [25, { rejection: 'sold_out' }, { capacity: 100, held: 100, sold: 0 }],
    [24, { orderId: expect.any(String) }, { capacity: 100, held: 97, sold: 0 }],
  ])('when %i orders of four come between a decision and its commit', async (others, outcome, pool) => {
    const sale = makeSale({ capacities: [100] })
    await putOnSale(handler, sale)
    const lines = [numbered(typeOf(sale), 4)]
    const late = makeTestHandler(
      interrupted(() => Promise.all(times(others, () => placeOne(handler, sale, lines)))),
    )
    expect(await place(late, sale, [numbered(typeOf(sale))])).toEqual(outcome)
    expect(await readPools(db, sale)).toEqual([pool])
  })

  test('when others take what a whole batch decided on, each of it is decided anew', async () => {
    const sale = makeSale({ capacities: [100] })
    await putOnSale(handler, sale)
    const others = () => Promise.all(times(24, () => placeOne(handler, sale, [numbered(typeOf(sale), 4)])))
    const late = makeTestHandler(interrupted(others), { lanes: 1 })
    // The first goes by itself; the others gather behind it.
    await placeOne(handler, sale, [numbered(typeOf(sale))])
    const placed = await Promise.all(times(8, () => place(late, sale, [numbered(typeOf(sale))])))
    expect(tally(placed)).toEqual({ placed: 3, sold_out: 5 })
    expect(await readPools(db, sale)).toEqual([{ capacity: 100, held: 100, sold: 0 }])
  })
})

describe('the last places', () => {
  test('200 buyers at once for 50 places: 50 orders, exactly', async () => {
    const sale = makeSale({ capacities: [50] })
    await putOnSale(handler, sale)
    const placed = await Promise.all(times(200, () => place(handler, sale, [numbered(typeOf(sale))])))
    expect(tally(placed)).toEqual({ placed: 50, sold_out: 150 })
    expect(await readPools(db, sale)).toEqual([{ capacity: 50, held: 50, sold: 0 }])
  })

  test.each([
    ['two processes', [{}, {}]],
    ['one command to a transaction', [{ lanes: 8, maxBatch: 1 }]],
    ['many lanes of small batches', [{ lanes: 6, maxBatch: 7 }]],
  ])('the same with %s', async (_how, batching) => {
    const handlers = batching.map((options) => makeTestHandler(db, options))
    const sale = makeSale({ capacities: [50] })
    await putOnSale(handler, sale)
    const placed = await Promise.all(
      times(200, (index) =>
        place(handlers[index % handlers.length] as OrdersHandler, sale, [numbered(typeOf(sale))]),
      ),
    )
    expect(tally(placed)).toEqual({ placed: 50, sold_out: 150 })
  })

  test('of 60 buyers who want one seat, one gets it', async () => {
    const sale = makeSale({ capacities: [], seats: [5] })
    await putOnSale(handler, sale)
    const type = typeOf(sale)
    const other = makeTestHandler(db)
    const placed = await Promise.all(
      times(60, (index) => place(index % 2 ? handler : other, sale, [seated(type, seatIdsOf(type, 1))])),
    )
    expect(tally(placed)).toEqual({ placed: 1, seat_taken: 59 })
  })

  test('orders of several seats that overlap get all of theirs or none', async () => {
    const sale = makeSale({ capacities: [], seats: [12] })
    await putOnSale(handler, sale)
    const type = typeOf(sale)
    const all = seatIdsOf(type)
    const other = makeTestHandler(db)
    const wishes = times(80, (index) =>
      [0, 1, 2].map((step) => all[(index * 5 + step * 3) % all.length] as string),
    )
    const placed = await Promise.all(
      wishes.map((seatIds, index) =>
        place(index % 2 ? handler : other, sale, [seated(type, seatIds.toReversed())]),
      ),
    )
    const { placed: count = 0, seat_taken: refused = 0 } = tally(placed)
    expect(count).toBeGreaterThan(0)
    expect(count + refused).toBe(80)
    expect(await readPools(db, sale)).toEqual([{ capacity: 12, held: count * 3, sold: 0 }])
  })

  test('an order over several pools takes from all of them or from none', async () => {
    const sale = makeSale({ capacities: [20, 3], seats: [2] })
    await putOnSale(handler, sale)
    const [wide, narrow, chairs] = [typeOf(sale, 0), typeOf(sale, 1), typeOf(sale, 2)]
    const lines: LineBody[] = [numbered(narrow), numbered(wide, 2)]
    const placed = await Promise.all(times(9, () => place(handler, sale, lines)))
    expect(tally(placed)).toEqual({ placed: 3, sold_out: 6 })
    expect(await place(handler, sale, [seated(chairs, seatIdsOf(chairs)), numbered(narrow)])).toEqual({
      rejection: 'sold_out',
    })
    expect(await readPools(db, sale)).toEqual([
      { capacity: 20, held: 6, sold: 0 },
      { capacity: 3, held: 3, sold: 0 },
      { capacity: 2, held: 0, sold: 0 },
    ])
  })

  test('a request that was answered is answered the same when everything is sold out by now', async () => {
    const sale = makeSale({ capacities: [1] })
    await putOnSale(handler, sale)
    const lines = [numbered(typeOf(sale))]
    const idempotency = { scope: `orders:${newId()}`, key: 'one', fingerprint: 'same' }
    const first = await place(handler, sale, lines, { idempotency })
    expect(first).toHaveProperty('orderId')
    expect(await place(handler, sale, lines)).toEqual({ rejection: 'sold_out' })
    expect(await place(makeTestHandler(db), sale, lines, { idempotency })).toEqual(first)
    expect(
      await place(handler, sale, lines, { idempotency: { ...idempotency, fingerprint: 'other' } }),
    ).toEqual({
      rejection: 'idempotency_key_reused',
    })
  })

  test('a refusal is not remembered under its key: the same request gets a place that came back', async () => {
    const sale = makeSale({ capacities: [1] })
    await putOnSale(handler, sale)
    const lines = [numbered(typeOf(sale))]
    const holder = await placeOne(handler, sale, lines)
    const idempotency = { scope: `orders:${newId()}`, key: 'again', fingerprint: 'same' }
    expect(await place(handler, sale, lines, { idempotency })).toEqual({ rejection: 'sold_out' })
    await handler.handle({ type: 'CancelOrder', orderId: holder, reason: 'buyer' })
    expect(await place(handler, sale, lines, { idempotency })).toHaveProperty('orderId')
  })
})

describe('commands of one batch', () => {
  test('claims, charges, cancels, expiries and refunds of many orders, all at once, leave stock as the orders say', async () => {
    const sale = makeSale({ capacities: [60], seats: [30] })
    await putOnSale(handler, sale)
    const [standing, chairs] = [typeOf(sale, 0), typeOf(sale, 1)]
    const seatIds = seatIdsOf(chairs)
    const ids = await Promise.all(
      times(30, (index) =>
        placeOne(handler, sale, [
          index % 2 ? numbered(standing) : seated(chairs, [seatIds[index] as string]),
        ]),
      ),
    )
    const other = makeTestHandler(db)
    const deadline = '2100-01-01T00:00:00.000Z'
    await Promise.all(
      ids.flatMap((orderId, index) => {
        const by = index % 3 ? handler : other
        const paymentId = newId()
        const paid = [
          by.handle({ type: 'ClaimOrder', orderId, paymentId, amount: total }),
          by.handle({ type: 'CompleteOrder', orderId, paymentId }),
        ]
        if (index % 5 === 0) paid.push(...refundWhole(by, orderId, paymentId))
        const against = [
          handler.handle({ type: 'ExpireOrder', orderId, deadline }),
          other.handle({ type: 'CancelOrder', orderId, reason: 'buyer' }),
        ]
        const fresh = place(by, sale, [
          index % 2 ? numbered(standing, 2) : seated(chairs, [seatIds[index] as string]),
        ])
        return index % 4 === 0 ? [...against, ...paid, fresh] : [...paid, ...against, fresh]
      }),
    )
    const counts = await countByStatus(db)
    expect(counts.cancelled).toBeGreaterThan(0)
    expect(counts.complete).toBeGreaterThan(0)
  })

  test('place, claim, charge, refund and return of one order in one batch come in order', async () => {
    const sale = makeSale()
    await putOnSale(handler, sale)
    const [orderId, paymentId] = [newId(), newId()]
    const outcomes = await Promise.all([
      handler.handle({
        type: 'PlaceOrder',
        orderId,
        buyer: makeBuyer(),
        showId: sale.show.id,
        lines: [numbered(typeOf(sale))],
      }),
      handler.handle({ type: 'ClaimOrder', orderId, paymentId, amount: total }),
      handler.handle({ type: 'CompleteOrder', orderId, paymentId }),
      ...refundWhole(handler, orderId, paymentId),
    ])
    expect(outcomes.map((outcome) => outcome.ok && outcome.answer?.order?.status)).toEqual([
      'created',
      'claimed',
      'complete',
      'complete',
      'refunded',
    ])
    expect(await readPools(db, sale)).toEqual([{ capacity: 50, held: 0, sold: 0 }])
  })

  test('free orders are sold at once', async () => {
    const sale = makeSale({ capacities: [3], priceMinor: 0 })
    await putOnSale(handler, sale)
    const placed = await Promise.all(times(5, () => place(handler, sale, [numbered(typeOf(sale))])))
    expect(tally(placed)).toEqual({ placed: 3, sold_out: 2 })
    expect(await readPools(db, sale)).toEqual([{ capacity: 3, held: 0, sold: 3 }])
  })

  test('one more seat than an order may have is refused, however many seats there are', async () => {
    const sale = makeSale({ capacities: [], seats: [30], maxPerOrder: 4 })
    await putOnSale(handler, sale)
    const type = typeOf(sale)
    expect(await place(handler, sale, [seated(type, seatIdsOf(type, 5))])).toEqual({
      rejection: 'limit_exceeded',
    })
    expect(await place(handler, sale, [seated(type, seatIdsOf(type, 30))])).toEqual({
      rejection: 'limit_exceeded',
    })
    expect(await place(handler, sale, [seated(type, seatIdsOf(type, 4))])).toHaveProperty('orderId')
  })
})
