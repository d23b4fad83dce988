// What orders knows of shows: news twice, late or of a change, the end of a sale; and what people
// are shown of it all.
import { orderCodeOf, type PublishedShow } from '@holdfast/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { testCodes } from '../../../test/codes.ts'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import {
  expectSoundStock,
  makeTestHandler,
  place,
  placeOne,
  putOnSale,
  readPools,
  tally,
} from '../../../test/orders-store.ts'
import {
  makeBuyer,
  makeSale,
  numbered,
  poolIdOf,
  type SaleSample,
  seated,
  seatIdsOf,
  typeOf,
} from '../../../test/sale.ts'
import { waitFor } from '../../../test/wait.ts'
import { sql } from '../../platform/postgres/database.ts'
import { newId } from '../../platform/process/clock.ts'
import type { OrdersHandler } from '../model.ts'
import { readAvailability } from './availability.ts'
import { listOrders, listShowOrders, readOrder } from './views.ts'

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

const waiting = sql(
  '',
  `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
)
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))
const know = (show: PublishedShow, version: number) => handler.handle({ type: 'KnowShow', show, version })
const withCapacity = ({ show }: SaleSample, capacity: number): PublishedShow => ({
  ...show,
  pools: show.pools.map(({ id }) => ({ id, capacity })),
})

describe('news of a show', () => {
  test('told twice, it keeps its holds', async () => {
    const sale = makeSale({ capacities: [5], seats: [2] })
    await putOnSale(handler, sale)
    await placeOne(handler, sale, [
      numbered(typeOf(sale), 2),
      seated(typeOf(sale, 1), seatIdsOf(typeOf(sale, 1), 1)),
    ])
    await Promise.all([putOnSale(handler, sale), putOnSale(handler, sale, 2), putOnSale(handler, sale, 2)])
    expect(await readPools(db, sale)).toEqual([
      { capacity: 5, held: 2, sold: 0 },
      { capacity: 2, held: 1, sold: 0 },
    ])
  })

  test('of an older version is ignored', async () => {
    const sale = makeSale({ capacities: [5] })
    await know(withCapacity(sale, 8), 3)
    await know(withCapacity(sale, 5), 2)
    await know({ ...withCapacity(sale, 5), onSale: false }, 3)
    expect(await readPools(db, sale)).toEqual([{ capacity: 8, held: 0, sold: 0 }])
    expect(await place(handler, sale, [numbered(typeOf(sale))])).toHaveProperty('orderId')
  })

  test('of fewer places than are held leaves the holds, and sells no more', async () => {
    const sale = makeSale({ capacities: [5] })
    await putOnSale(handler, sale)
    await placeOne(handler, sale, [numbered(typeOf(sale), 4)])
    expect(await know(withCapacity(sale, 1), 2)).toMatchObject({ ok: true })
    expect(await readPools(db, sale)).toEqual([{ capacity: 4, held: 4, sold: 0 }])
    expect(await place(handler, sale, [numbered(typeOf(sale))])).toEqual({ rejection: 'sold_out' })
  })

  test('reaches the orders of its own batch: a show just published sells numbers and seats at once', async () => {
    const sale = makeSale({ capacities: [2], seats: [2] })
    const chairs = typeOf(sale, 1)
    const [known, ...placed] = await Promise.all([
      know(sale.show, 1),
      place(handler, sale, [numbered(typeOf(sale), 2)]),
      place(handler, sale, [seated(chairs, seatIdsOf(chairs, 1))]),
      place(handler, sale, [seated(chairs, seatIdsOf(chairs, 2))]),
      place(handler, sale, [numbered(typeOf(sale))]),
    ])
    expect(known.ok).toBe(true)
    expect(tally(placed)).toEqual({ placed: 2, seat_taken: 1, sold_out: 1 })
  })

  test('of more places and a new type reaches the orders of its own batch, beside the holds there are', async () => {
    const sale = makeSale({ capacities: [2], seats: [1] })
    const grown = makeSale({ capacities: [4], seats: [2] })
    const [standing, chairs] = [typeOf(sale, 0), typeOf(sale, 1)]
    const balcony = typeOf(grown, 1)
    await putOnSale(handler, sale)
    await placeOne(handler, sale, [numbered(standing), seated(chairs, seatIdsOf(chairs))])
    const show = {
      ...sale.show,
      ticketTypes: [...sale.show.ticketTypes, balcony],
      pools: [
        { id: poolIdOf(standing), capacity: 4 },
        { id: poolIdOf(chairs), capacity: 1 },
        { id: poolIdOf(balcony), capacity: 2 },
      ],
    }
    const changed = { show, types: show.ticketTypes }
    const [, ...placed] = await Promise.all([
      know(show, 2),
      place(handler, changed, [numbered(standing, 3)]),
      place(handler, changed, [seated(chairs, seatIdsOf(chairs))]),
      place(handler, changed, [seated(balcony, seatIdsOf(balcony))]),
    ])
    expect(tally(placed)).toEqual({ placed: 2, seat_taken: 1 })
    expect(await readPools(db, changed)).toEqual([
      { capacity: 4, held: 4, sold: 0 },
      { capacity: 1, held: 1, sold: 0 },
      { capacity: 2, held: 2, sold: 0 },
    ])
  })

  test('that the sale is closed, and open again, is kept', async () => {
    const sale = makeSale()
    await know(sale.show, 1)
    await know({ ...sale.show, onSale: false }, 2)
    expect(await place(handler, sale, [numbered(typeOf(sale))])).toEqual({ rejection: 'not_on_sale' })
    await know(sale.show, 3)
    expect(await place(handler, sale, [numbered(typeOf(sale))])).toHaveProperty('orderId')
  })
})

describe('the end of a sale', () => {
  test('of a show that is not known is put off', async () => {
    expect(await handler.handle({ type: 'EndSale', showId: newId(), version: 2 })).toMatchObject({
      ok: false,
      rejection: 'show_unknown',
    })
  })

  test('is final: no later news brings the show back', async () => {
    const sale = makeSale()
    await know(sale.show, 4)
    for (const version of [2, 5]) await handler.handle({ type: 'EndSale', showId: sale.show.id, version })
    await know(sale.show, 9)
    expect(await place(handler, sale, [numbered(typeOf(sale))])).toEqual({ rejection: 'not_on_sale' })
  })

  test('ends an order that was claimed when its show was called off, once its charge has failed', async () => {
    const sale = makeSale({ capacities: [5] })
    await putOnSale(handler, sale)
    const [called, kept] = [
      await placeOne(handler, sale, [numbered(typeOf(sale), 2)]),
      await placeOne(handler, sale, [numbered(typeOf(sale))]),
    ]
    const total = (await readOrder(db, called, testCodes))?.view.total
    if (!total) throw new Error('an order without a total')
    const [paymentId, other] = [newId(), newId()]
    await handler.handle({ type: 'ClaimOrder', orderId: called, paymentId, amount: total })
    await handler.handle({
      type: 'ClaimOrder',
      orderId: kept,
      paymentId: other,
      amount: { ...total, amountMinor: total.amountMinor / 2 },
    })
    await handler.handle({ type: 'ReleaseClaim', orderId: kept, paymentId: other })
    expect((await readOrder(db, kept, testCodes))?.view.status).toBe('created')
    await handler.handle({ type: 'EndSale', showId: sale.show.id, version: 2 })
    await handler.handle({ type: 'ReleaseClaim', orderId: called, paymentId })
    expect((await readOrder(db, called, testCodes))?.view).toMatchObject({ status: 'cancelled' })
    expect(await readPools(db, sale)).toEqual([{ capacity: 5, held: 1, sold: 0 }])
  })

  test('that is just being written is waited for: no order is placed on what the show was before', async () => {
    const sale = makeSale()
    await putOnSale(handler, sale)
    let settled = false
    const placing = db.transaction(async (tx) => {
      await tx.query(sql('', `update orders.shows set status = 'cancelled' where id = $1`), [sale.show.id])
      const placed = place(handler, sale, [numbered(typeOf(sale))]).finally(() => {
        settled = true
      })
      await waitFor('the order waits', async () => settled || (await db.query(waiting)).length > 0)
      return { placed }
    })
    expect(await (await placing).placed).toEqual({ rejection: 'not_on_sale' })
  })

  test('beside many who buy: each got a place before it, or is told that nothing is on sale', async () => {
    const sale = makeSale({ capacities: [1_000] })
    await putOnSale(handler, sale)
    const other = makeTestHandler(db, { maxBatch: 5 })
    const buying = times(120, (index) => place(index % 2 ? handler : other, sale, [numbered(typeOf(sale))]))
    await buying[3]
    const ended = makeTestHandler(db).handle({ type: 'EndSale', showId: sale.show.id, version: 2 })
    const placed = await Promise.all([
      ...buying,
      ...times(20, () => ended.then(() => place(other, sale, [numbered(typeOf(sale))]))),
    ])
    const { placed: count = 0, not_on_sale: refused = 0 } = tally(placed)
    expect(count + refused).toBe(140)
    expect(refused).toBeGreaterThanOrEqual(20)
    expect(await readPools(db, sale)).toEqual([{ capacity: 1_000, held: count, sold: 0 }])
  })
})

describe('what people are shown', () => {
  test('availability tells each type in the order of the show, and each seat', async () => {
    const sale = makeSale({ capacities: [9, 8, 7, 6], seats: [3] })
    await putOnSale(handler, sale)
    const chairs = typeOf(sale, 4)
    const [bought, held, free] = seatIdsOf(chairs) as [string, string, string]
    const orderId = await placeOne(handler, sale, [numbered(typeOf(sale, 1), 2), seated(chairs, [bought])])
    await placeOne(handler, sale, [numbered(typeOf(sale, 3)), seated(chairs, [held])])
    const paymentId = newId()
    await handler.handle({
      type: 'ClaimOrder',
      orderId,
      paymentId,
      amount: { amountMinor: 13_500, currency: 'EUR' },
    })
    await handler.handle({ type: 'CompleteOrder', orderId, paymentId })
    const availability = await readAvailability(db, sale.show.id)
    expect(availability?.ticketTypes.map(({ priceMinor }) => priceMinor)).toEqual(Array(5).fill(4_500))
    expect(availability?.ticketTypes.map(({ priceMinor: _price, ...stock }) => stock)).toEqual([
      { id: typeOf(sale, 0).id, available: 9, held: 0, sold: 0 },
      { id: typeOf(sale, 1).id, available: 6, held: 0, sold: 2 },
      { id: typeOf(sale, 2).id, available: 7, held: 0, sold: 0 },
      { id: typeOf(sale, 3).id, available: 5, held: 1, sold: 0 },
      { id: chairs.id, available: 1, held: 1, sold: 1 },
    ])
    expect(new Map(availability?.seats?.map(({ id, state }) => [id, state]))).toEqual(
      new Map([
        [bought, 'sold'],
        [held, 'held'],
        [free, 'available'],
      ]),
    )
  })

  test('availability without seats names none, and of a show never on sale there is none', async () => {
    const sale = makeSale()
    await putOnSale(handler, sale)
    expect(await readAvailability(db, sale.show.id)).not.toHaveProperty('seats')
    expect(await readAvailability(db, newId())).toBeNull()
  })

  test('a buyer’s orders come newest first, page by page, without gap or repetition, and nobody else’s', async () => {
    const sale = makeSale({ capacities: [100] })
    await putOnSale(handler, sale)
    const buyer = makeBuyer()
    const ids: string[] = []
    for (let count = 0; count < 7; count += 1) {
      const placed = await place(handler, sale, [numbered(typeOf(sale))], { buyer })
      if ('orderId' in placed) ids.push(placed.orderId)
      await placeOne(handler, sale, [numbered(typeOf(sale))])
    }
    const seen: string[] = []
    for (let beforeId: string | null = null; ; beforeId = seen.at(-1) ?? null) {
      const page = await listOrders(db, { buyerIds: [buyer.id], beforeId, limit: 3, codes: testCodes })
      if (page.length === 0) break
      seen.push(...page.map((order) => order.id))
    }
    expect(seen).toEqual(ids.toReversed())
  })

  test('an organiser finds the orders of a show by status, by the beginning of an address, taken as it is written, and by code', async () => {
    const sale = makeSale({ capacities: [100] })
    await putOnSale(handler, sale)
    const buyers = ['ann_a@example.com', 'annXa@example.com', 'bob@example.com'].map((email) => ({
      id: newId(),
      email,
    }))
    const placed = await Promise.all(
      buyers.map((buyer) => place(handler, sale, [numbered(typeOf(sale))], { buyer })),
    )
    const [first] = placed
    if (first && 'orderId' in first)
      await handler.handle({ type: 'CancelOrder', orderId: first.orderId, reason: 'organiser' })
    const find = async (status: string | null, emailPrefix: string | null, search: string | null = null) => {
      const query = { showId: sale.show.id, beforeId: null, limit: 10, status, emailPrefix, search }
      const orders = await listShowOrders(db, { ...query, codes: testCodes })
      return orders.map((order) => order.buyerEmail).toSorted()
    }
    expect(await find(null, null)).toEqual(['annXa@example.com', 'ann_a@example.com', 'bob@example.com'])
    expect(await find('cancelled', null)).toEqual(['ann_a@example.com'])
    expect(await find(null, 'ann_a')).toEqual(['ann_a@example.com'])
    expect(await find('created', 'ann%')).toEqual([])
    expect(await find(null, null, 'ann_a')).toEqual(['ann_a@example.com'])
    expect(await find(null, 'bob', 'ann')).toEqual([])
    const code = first && 'orderId' in first ? orderCodeOf(first.orderId) : ''
    for (const typed of [code, code.toLowerCase(), code.replace('-', ' ')])
      expect(await find(null, null, typed), typed).toEqual(['ann_a@example.com'])
    expect(await find('created', null, code)).toEqual([])
    expect(await find(null, null, code.slice(0, -1))).toEqual([])
  })

  test('tickets appear when they were issued, and are void when they are told void', async () => {
    const sale = makeSale({ priceMinor: 0 })
    await putOnSale(handler, sale)
    const orderId = await placeOne(handler, sale, [numbered(typeOf(sale), 2)])
    // The first was issued with a random code, as before codes were computed.
    const common = {
      generation: 1,
      ticketTypeId: typeOf(sale).id,
      name: 'Standing',
      status: 'valid' as const,
    }
    const tickets = [
      { ...common, id: newId(), unit: 0, code: 'A1' },
      { ...common, id: newId(), unit: 1, keyVersion: testCodes.keyVersion },
    ]
    const computed =
      testCodes.codeOf({ id: tickets[1]?.id ?? '', generation: 1, keyVersion: testCodes.keyVersion }) ?? ''
    expect((await readOrder(db, orderId, testCodes))?.view.tickets).toBeUndefined()
    await handler.handle({ type: 'NoteTickets', orderId, tickets })
    expect(
      (await readOrder(db, orderId, testCodes))?.view.tickets?.map(({ id, code }) => [id, code]),
    ).toEqual([
      [tickets[0]?.id, 'A1'],
      [tickets[1]?.id, computed],
    ])
    await handler.handle({ type: 'NoteTicketsVoided', orderId, ticketIds: [tickets[1]?.id ?? ''] })
    expect(
      (await readOrder(db, orderId, testCodes))?.view.tickets?.map(({ code, status }) => [code, status]),
    ).toEqual([
      ['A1', 'valid'],
      [computed, 'void'],
    ])
    expect(await handler.handle({ type: 'NoteTickets', orderId: newId(), tickets })).toMatchObject({
      rejection: 'order_unknown',
    })
  })

  test('tickets issued and void in one batch end void', async () => {
    const sale = makeSale({ priceMinor: 0 })
    await putOnSale(handler, sale)
    const orderId = await placeOne(handler, sale, [numbered(typeOf(sale))])
    const ticket = {
      id: newId(),
      unit: 0,
      generation: 1,
      code: 'B1',
      ticketTypeId: typeOf(sale).id,
      name: 'Standing',
      status: 'valid' as const,
    }
    await Promise.all([
      handler.handle({ type: 'NoteTickets', orderId, tickets: [ticket] }),
      handler.handle({ type: 'NoteTicketsVoided', orderId, ticketIds: [ticket.id] }),
    ])
    expect((await readOrder(db, orderId, testCodes))?.view.tickets).toMatchObject([
      { id: ticket.id, code: 'B1', status: 'void' },
    ])
  })
})
