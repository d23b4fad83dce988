// Events of other services through a real bus: what orders makes of them, in order, out of order
// and twice.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { testCodes } from '../../test/codes.ts'
import {
  countByStatus,
  expectSoundStock,
  foreignEvent,
  makeTestHandler,
  place,
  placeOne,
  publish,
  putOnSale,
  tally,
} from '../../test/orders-store.ts'
import { makeBuyer, makeSale, numbered, typeOf } from '../../test/sale.ts'
import { type ServiceApp, startServiceApp } from '../../test/service-app.ts'
import { waitFor } from '../../test/wait.ts'
import { sql } from '../platform/postgres/database.ts'
import { newId } from '../platform/process/clock.ts'
import { service as orders } from './index.ts'
import type { OrdersHandler } from './model.ts'
import { readOrder } from './read/views.ts'

let app: ServiceApp
/** Orders as another process has them: what buyers do while this one reads events. */
let handler: OrdersHandler
beforeAll(async () => {
  app = await startServiceApp(orders)
  handler = makeTestHandler(app.db)
})
afterEach(async () => {
  await expectSoundStock(app.db)
})
afterAll(() => app.stop())

const amount = { amountMinor: 4_500, currency: 'EUR' }
const inTheFuture = '2100-01-01T00:00:00.000Z'

async function holdOne() {
  const sale = makeSale()
  await putOnSale(handler, sale)
  const orderId = await placeOne(handler, sale, [numbered(typeOf(sale))])
  return { sale, orderId, order: await view(orderId) }
}

async function view(orderId: string) {
  const seen = await readOrder(app.db, orderId, testCodes)
  if (!seen) throw new Error('there is no such order')
  return seen.view
}

const untilStatus = (orderId: string, status: string) =>
  waitFor(`order ${status}`, async () => (await view(orderId)).status === status)

const typesOf = sql(
  '',
  `select type from platform.outbox where subject = $1 and source = 'holdfast/orders' order by seq`,
)
const toldOf = async (orderId: string) =>
  (await app.db.query<{ type: string }>(typesOf, [orderId])).map((row) => row.type)
const handledCount = sql(
  '',
  `select count(*)::int as count from platform.inbox where consumer = 'orders' and event_id = any($1::uuid[])`,
)

/** Commits events and waits until orders has each of them behind it. */
async function tell(
  ...events: readonly { readonly id: string }[] & Parameters<typeof publish>[1]
): Promise<void> {
  await publish(app.db, events)
  app.platform.bus.hint()
  const ids = new Set(events.map((event) => event.id))
  await waitFor('the events are handled', async () => {
    const [row] = await app.db.query<{ count: number }>(handledCount, [[...ids]])
    return row?.count === ids.size
  })
}

const started = (orderId: string, paymentId: string) =>
  foreignEvent('PaymentStarted', paymentId, { orderId, paymentId })
const authorized = (orderId: string, paymentId: string) =>
  foreignEvent('PaymentAuthorized', paymentId, { orderId, paymentId, amount, orderVersion: 1 }, 2)
const charged = (orderId: string, paymentId: string) =>
  foreignEvent('ChargeCreated', paymentId, { orderId, paymentId, amount }, 3)
const expired = (orderId: string, expiresAt: string, version = 1) =>
  foreignEvent('ExpirationComplete', orderId, { orderId, expiresAt }, version)

test('a published show is for sale, and its change is known', async () => {
  const sale = makeSale({ capacities: [1] })
  const changed = { ...sale.show, pools: sale.show.pools.map(({ id }) => ({ id, capacity: 2 })) }
  await tell(
    foreignEvent('ShowPublished', sale.show.id, sale.show),
    foreignEvent('ShowChanged', sale.show.id, changed, 2),
  )
  const placed = await Promise.all([1, 2, 3].map(() => place(handler, sale, [numbered(typeOf(sale))])))
  expect(tally(placed)).toEqual({ placed: 2, sold_out: 1 })
})

test('authorized, charged and refunded: claimed, complete, refunded; the place comes back', async () => {
  const { orderId } = await holdOne()
  const refundId = newId()
  const paymentId = newId()
  await tell(started(orderId, paymentId), authorized(orderId, paymentId))
  expect(await view(orderId)).toMatchObject({ status: 'claimed', payment: { id: paymentId } })
  await tell(charged(orderId, paymentId))
  expect(await view(orderId)).toMatchObject({ status: 'complete' })
  const part = {
    orderId,
    paymentId,
    refundId: newId(),
    amount: { ...amount, amountMinor: 500 },
    refundedTotal: { ...amount, amountMinor: 500 },
    full: false,
  }
  await tell(foreignEvent('ChargeRefunded', paymentId, part, 4))
  expect(await view(orderId)).toMatchObject({ status: 'complete', refunded: { amountMinor: 500 } })
  await tell(
    foreignEvent('ChargeRefunded', paymentId, { ...part, refundId, refundedTotal: amount, full: true }, 5),
  )
  // All of the money is back, and the place is not free: its ticket still opens a door.
  expect(await view(orderId)).toMatchObject({ status: 'complete', refunded: amount })
  await tell(foreignEvent('TicketsReturned', orderId, { orderId, returnId: newId(), ticketIds: [] }, 2))
  expect(await view(orderId)).toMatchObject({ status: 'complete' })
  await tell(foreignEvent('TicketsReturned', orderId, { orderId, returnId: refundId, ticketIds: [] }, 3))
  expect(await view(orderId)).toMatchObject({ status: 'refunded', refunded: amount })
  expect(await toldOf(orderId)).toEqual([
    'OrderCreated',
    'OrderClaimed',
    'OrderCompleted',
    'ReturnRequested',
    'PlacesReturned',
  ])
})

test('one event that is delivered twice takes effect once', async () => {
  const { orderId } = await holdOne()
  const paymentId = newId()
  const [first, other] = [authorized(orderId, paymentId), authorized(orderId, newId())]
  await tell(first, other, other, first)
  const marker = charged(orderId, paymentId)
  await tell(marker, marker)
  expect(await toldOf(orderId)).toEqual(['OrderCreated', 'OrderClaimed', 'ClaimRejected', 'OrderCompleted'])
})

test('the deadline passes while nobody pays: cancelled', async () => {
  const { orderId, order } = await holdOne()
  await tell(expired(orderId, order.expiresAt))
  expect(await view(orderId)).toMatchObject({ status: 'cancelled', cancelReason: 'expired' })
})

test('paid, then expiration complete: still complete', async () => {
  const { orderId, order } = await holdOne()
  const paymentId = newId()
  await tell(
    authorized(orderId, paymentId),
    expired(orderId, order.expiresAt),
    charged(orderId, paymentId),
    expired(orderId, inTheFuture, 2),
  )
  expect(await view(orderId)).toMatchObject({ status: 'complete' })
})

test('a payment under way at the deadline gives one extension; the old deadline means nothing after it', async () => {
  const { orderId, order } = await holdOne()
  await tell(started(orderId, newId()), expired(orderId, order.expiresAt))
  const after = await view(orderId)
  expect(after).toMatchObject({ status: 'created', extended: true })
  expect(after.expiresAt > order.expiresAt).toBe(true)
  await tell(expired(orderId, order.expiresAt, 2))
  expect(await view(orderId)).toMatchObject({ status: 'created', expiresAt: after.expiresAt })
  await tell(expired(orderId, after.expiresAt, 3))
  expect(await view(orderId)).toMatchObject({ status: 'cancelled', cancelReason: 'expired' })
  expect(await toldOf(orderId)).toEqual(['OrderCreated', 'OrderExtended', 'OrderCancelled'])
})

test('authorized after the order was cancelled: the claim is rejected', async () => {
  const { orderId } = await holdOne()
  await handler.handle({ type: 'CancelOrder', orderId, reason: 'buyer' })
  const paymentId = newId()
  await tell(authorized(orderId, paymentId), charged(orderId, paymentId))
  expect(await view(orderId)).toMatchObject({ status: 'cancelled' })
  expect(await toldOf(orderId)).toEqual(['OrderCreated', 'OrderCancelled', 'ClaimRejected'])
})

test('a charge that failed for good opens the order again, for another card', async () => {
  const { orderId } = await holdOne()
  const [first, second] = [newId(), newId()]
  await tell(
    authorized(orderId, first),
    foreignEvent('ChargeFailed', first, { orderId, paymentId: first, code: 'canceled' }, 3),
  )
  expect(await view(orderId)).toMatchObject({ status: 'created' })
  await tell(authorized(orderId, second), charged(orderId, second))
  expect(await view(orderId)).toMatchObject({ status: 'complete', payment: { id: second } })
})

test('news of an order that is not there yet waits for it', async () => {
  const sale = makeSale()
  await putOnSale(handler, sale)
  const [orderId, paymentId] = [newId(), newId()]
  const early = authorized(orderId, paymentId)
  await publish(app.db, [early])
  app.platform.bus.hint()
  const parked = sql(
    '',
    `select reason from platform.parked_deliveries where consumer = 'orders' and subject = $1 and not dead`,
  )
  const [put] = await waitFor('the event is put off', async () => {
    const rows = await app.db.query<{ reason: string }>(parked, [paymentId])
    return rows.length > 0 && rows
  })
  expect(put?.reason).toBe('order_unknown')
  await handler.handle({
    type: 'PlaceOrder',
    orderId,
    buyer: makeBuyer(),
    showId: sale.show.id,
    lines: [numbered(typeOf(sale))],
  })
  await untilStatus(orderId, 'claimed')
})

describe('a show is called off', () => {
  test('every order that waits for money is cancelled, however many; claimed and complete ones stay; no new one slips in', async () => {
    const sale = makeSale({ capacities: [1_000] })
    await putOnSale(handler, sale)
    const before = await countByStatus(app.db)
    const held = await Promise.all(
      Array.from({ length: 450 }, () => placeOne(handler, sale, [numbered(typeOf(sale))])),
    )
    const [claimedId, paidId] = held as [string, string]
    const paymentIds = [newId(), newId()] as const
    await tell(
      authorized(claimedId, paymentIds[0]),
      authorized(paidId, paymentIds[1]),
      charged(paidId, paymentIds[1]),
    )
    const buying = Array.from({ length: 100 }, () => place(handler, sale, [numbered(typeOf(sale))]))
    await tell(foreignEvent('ShowCancelled', sale.show.id, { showId: sale.show.id }, 2))
    await Promise.all(buying)
    const open = sql(
      '',
      `select count(*)::int as count from orders.orders where show_id = $1 and status = 'created'`,
    )
    await waitFor(
      'no open order',
      async () => (await app.db.query<{ count: number }>(open, [sale.show.id]))[0]?.count === 0,
    )
    expect((await view(claimedId)).status).toBe('claimed')
    expect((await view(paidId)).status).toBe('complete')
    expect(await view(held[449] as string)).toMatchObject({ status: 'cancelled', cancelReason: 'organiser' })
    const after = await countByStatus(app.db)
    expect((after.cancelled ?? 0) - (before.cancelled ?? 0)).toBeGreaterThanOrEqual(448)
    expect(await place(handler, sale, [numbered(typeOf(sale))])).toEqual({ rejection: 'not_on_sale' })
  })
})

test('issued tickets are shown, and void ones as void', async () => {
  const { orderId, sale } = await holdOne()
  const ticket = { id: newId(), code: 'CODE1', ticketTypeId: typeOf(sale).id, name: 'Standing' }
  const issued = { ...ticket, unit: 0, generation: 1 }
  await tell(foreignEvent('TicketsIssued', orderId, { orderId, showId: sale.show.id, tickets: [issued] }))
  expect((await view(orderId)).tickets).toEqual([{ ...ticket, status: 'valid' }])
  await tell(
    foreignEvent('TicketVoided', orderId, { orderId, ticketIds: [ticket.id], reason: 'refunded' }, 2),
  )
  expect((await view(orderId)).tickets).toEqual([{ ...ticket, status: 'void' }])
})
