// What a network may have on hold without paying, on a real database: how much of which show, what
// gives it back, and that nobody gets past it at once.
import { holdLimits } from '@holdfast/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { expectSoundStock, makeTestHandler, place, putOnSale, tally } from '../../../test/orders-store.ts'
import { makeBuyer, makeSale, numbered, type SaleShape, typeOf } from '../../../test/sale.ts'
import { blocksOf } from '../../platform/http/network.ts'
import { sql } from '../../platform/postgres/database.ts'
import { newId } from '../../platform/process/clock.ts'
import type { OrdersHandler } from '../model.ts'
import { forgetOrigins } from './taken.ts'

const most = holdLimits.ofNetwork

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

const originOf = (address: string) => ({ networks: blocksOf(address, [64, 56, 48]), proved: false })

async function sell(shape: SaleShape = {}) {
  const sale = makeSale({ capacities: [1_000], maxPerOrder: 100, ...shape })
  await putOnSale(handler, sale)
  return {
    sale,
    /** Somebody new at this address. */
    hold: (address: string, quantity = 1) =>
      place(handler, sale, [numbered(typeOf(sale), quantity)], { origin: originOf(address) }),
  }
}

const tooMany = { rejection: 'too_many_holds' }
const orderIdOf = (placed: Awaited<ReturnType<typeof place>>) =>
  'orderId' in placed ? placed.orderId : expect.unreachable()

describe('how much is on hold', () => {
  const shows: [string, number, number][] = [
    ['a small show: forty', 100, 40],
    ['two thousand places: forty', 2_000, 40],
    ['a hall: 2 %', 10_000, 200],
    ['a stadium: 2 %', 60_000, 1_200],
  ]
  test.each(shows)('of %s', async (_show, capacity, expected) => {
    const { hold } = await sell({ capacities: [capacity], maxPerOrder: expected })
    // An order has no more than some hundreds.
    const atOnce = Math.min(expected, 400)
    for (let held = 0; held < expected; held += atOnce) orderIdOf(await hold('192.0.2.1', atOnce))
    expect(await hold('192.0.2.1')).toEqual(tooMany)
    orderIdOf(await hold('192.0.2.2'))
  })

  test('of each show by itself', async () => {
    const [one, other] = [await sell(), await sell()]
    orderIdOf(await one.hold('192.0.2.1', most))
    orderIdOf(await other.hold('192.0.2.1', most))
  })

  test('by one IPv6 customer, whichever networks of theirs they use', async () => {
    const { hold } = await sell()
    orderIdOf(await hold('2001:db8:1:100::1', most))
    expect(await hold('2001:db8:1:100:ffff::2')).toEqual(tooMany)
    orderIdOf(await hold('2001:db8:1:1ff::1', most))
    expect(await hold('2001:db8:1:1aa::1')).toEqual(tooMany)
    for (const block of [2, 3, 4]) {
      orderIdOf(await hold(`2001:db8:1:${block}00::1`, most))
      orderIdOf(await hold(`2001:db8:1:${block}01::1`, most))
    }
    expect(await hold('2001:db8:1:500::1')).toEqual(tooMany)
    orderIdOf(await hold('2001:db8:2::1', most))
  })
})

describe('what gives it back', () => {
  const ends: [string, (orderId: string) => Promise<unknown>][] = [
    ['paying', (orderId) => handler.handle(claimOf(orderId))],
    ['cancelling', (orderId) => handler.handle({ type: 'CancelOrder', orderId, reason: 'buyer' })],
    [
      'expiry',
      (orderId) => handler.handle({ type: 'ExpireOrder', orderId, deadline: '2100-01-01T00:00:00.000Z' }),
    ],
  ]
  const claimOf = (orderId: string) =>
    ({
      type: 'ClaimOrder',
      orderId,
      paymentId: newId(),
      amount: { amountMinor: most * 4_500, currency: 'EUR' },
    }) as const
  test.each(ends)('%s', async (_end, end) => {
    const { hold } = await sell()
    const first = orderIdOf(await hold('192.0.2.1', most))
    expect(await hold('192.0.2.1')).toEqual(tooMany)
    await end(first)
    orderIdOf(await hold('192.0.2.1', most))
  })

  test('free tickets are on hold for nobody', async () => {
    const { hold } = await sell({ priceMinor: 0 })
    for (let times = 0; times < 3; times += 1) orderIdOf(await hold('192.0.2.1', most))
  })
})

test.each([
  ['in one batch', {}],
  ['in transactions of one command', { lanes: 8, maxBatch: 1 }],
])('sixty strangers of one network at once %s stay within it', async (_how, batching) => {
  const handlers = [makeTestHandler(db, batching), makeTestHandler(db, batching)]
  const { sale } = await sell({ capacities: [500, 500, 500] })
  const placed = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      place(handlers[index % 2] ?? handler, sale, [numbered(typeOf(sale, index % 3))], {
        origin: originOf('192.0.2.1'),
      }),
    ),
  )
  expect(tally(placed)).toEqual({ placed: most, too_many_holds: 60 - most })
})

describe('holds that were left to expire', () => {
  const expire = (orderId: string) =>
    handler.handle({ type: 'ExpireOrder', orderId, deadline: '2100-01-01T00:00:00.000Z' })
  const limited = async () => {
    const sample = makeSale({ capacities: [50] })
    const sale = { types: sample.types, show: { ...sample.show, maxPerBuyer: 4 } }
    await putOnSale(handler, sale)
    return (buyer: ReturnType<typeof makeBuyer>, address?: string) =>
      place(handler, sale, [numbered(typeOf(sale), 2)], {
        buyer,
        ...(address === undefined ? {} : { origin: originOf(address) }),
      })
  }

  test('count for their session and their address, and for no neighbour', async () => {
    const hold = await limited()
    const ann = makeBuyer()
    await expire(orderIdOf(await hold(ann, '192.0.2.1')))
    orderIdOf(await hold(ann, '192.0.2.1'))
    expect(await hold(ann, '192.0.2.1')).toEqual({ rejection: 'limit_exceeded' })
    expect(await hold({ id: newId(), email: ann.email }, '192.0.2.9')).toEqual({
      rejection: 'limit_exceeded',
    })
    orderIdOf(await hold(makeBuyer(), '192.0.2.1'))
  })

  test('count for an hour', async () => {
    const hold = await limited()
    const ann = makeBuyer()
    for (let times = 0; times < 2; times += 1) await expire(orderIdOf(await hold(ann, '192.0.2.1')))
    expect(await hold(ann, '192.0.2.1')).toEqual({ rejection: 'limit_exceeded' })
    await db.query(
      sql('', `update orders.orders set expires_at = now() - interval '61 minutes' where buyer_id = $1`),
      [ann.id],
    )
    orderIdOf(await hold(ann, '192.0.2.1'))
  })

  test('do not count on the owner’s own machine', async () => {
    const hold = await limited()
    const ann = makeBuyer()
    for (let times = 0; times < 3; times += 1) await expire(orderIdOf(await hold(ann)))
    orderIdOf(await hold(ann))
  })
})

describe('the owner of an address', () => {
  const proved = (address: string) => ({ ...originOf(address), proved: true })
  const limited = { rejection: 'limit_exceeded' }

  test.each([
    ['in one batch', {}],
    ['one by one', { maxBatch: 1 }],
  ])('who proved it keeps their own limit, whatever strangers hold with it: %s', async (_how, batching) => {
    const sample = makeSale({ capacities: [100], maxPerOrder: 4 })
    const sale = { types: sample.types, show: { ...sample.show, maxPerBuyer: 4 } }
    const own = makeTestHandler(db, batching)
    await putOnSale(own, sale)
    const email = 'boss@example.com'
    const hold = (origin: ReturnType<typeof originOf>, quantity: number) =>
      place(own, sale, [numbered(typeOf(sale), quantity)], { buyer: { id: newId(), email }, origin })
    orderIdOf(await hold(originOf('192.0.2.1'), 4))
    expect(await hold(originOf('192.0.2.2'), 1)).toEqual(limited)
    const together = await Promise.all([3, 3, 1].map((quantity) => hold(proved('192.0.2.3'), quantity)))
    expect(together.filter((placed) => 'orderId' in placed)).toHaveLength(2)
    expect(await hold(proved('192.0.2.4'), 1)).toEqual(limited)
    expect(await hold(originOf('192.0.2.5'), 1)).toEqual(limited)
  })
})

test('where holds came from is forgotten an hour after they ended', async () => {
  const { hold } = await sell()
  const [old, young] = [orderIdOf(await hold('192.0.2.77')), orderIdOf(await hold('192.0.2.78'))]
  await db.query(
    sql('', `update orders.network_holds set expires_at = now() - interval '61 minutes' where order_id = $1`),
    [old],
  )
  await forgetOrigins(db)
  const left = await db.query<{ id: string }>(
    sql('', 'select order_id as id from orders.network_holds where order_id = any($1::uuid[])'),
    [[old, young]],
  )
  expect(left).toEqual([{ id: young }])
})
