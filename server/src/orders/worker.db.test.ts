// How long guests get to what they paid for: until a month after the show, whenever they came.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../test/database.ts'
import { makeTestHandler, place, putOnSale, refundWhole } from '../../test/orders-store.ts'
import { makeBuyer, makeSale, numbered, typeOf } from '../../test/sale.ts'
import { beginSession, type Principal } from '../platform/http/sessions.ts'
import { sql } from '../platform/postgres/database.ts'
import { newId } from '../platform/process/clock.ts'
import type { OrdersHandler } from './model.ts'
import { keepGuests } from './worker.ts'

let db: TestDatabase
let handler: OrdersHandler
beforeAll(async () => {
  db = await makeTestDatabase(['orders'])
  handler = makeTestHandler(db)
})
afterAll(() => db.drop())

const day = 24 * 3_600
const amount = { amountMinor: 4_500, currency: 'EUR' }

/** Somebody whose session ends within hours, with an order brought so far. */
async function guestWith(
  status: 'none' | 'created' | 'complete' | 'refunded',
  kind: Principal['kind'] = 'guest',
) {
  const sample = makeSale()
  const startsAt = new Date(Date.now() + 60 * day * 1_000).toISOString()
  const sale = { ...sample, show: { ...sample.show, startsAt } }
  await putOnSale(handler, sale)
  const buyer = makeBuyer()
  await beginSession(db, { ...buyer, kind }, { purpose: 'session', ttlSeconds: 3_600 })
  if (status === 'none') return { buyer, startsAt }
  const placed = await place(handler, sale, [numbered(typeOf(sale))], { buyer })
  const orderId = 'orderId' in placed ? placed.orderId : expect.unreachable()
  const paymentId = newId()
  if (status === 'created') return { buyer, startsAt }
  await handler.handle({ type: 'ClaimOrder', orderId, paymentId, amount })
  await handler.handle({ type: 'CompleteOrder', orderId, paymentId })
  if (status === 'refunded') await Promise.all(refundWhole(handler, orderId, paymentId, 4_500))
  return { buyer, startsAt }
}

async function daysAfterShow({ buyer, startsAt }: Awaited<ReturnType<typeof guestWith>>): Promise<number> {
  const [session] = await db.query<{ at: string }>(
    sql('', 'select expires_at as at from platform.sessions where principal_id = $1'),
    [buyer.id],
  )
  return Math.round((Date.parse(session?.at ?? '') - Date.parse(startsAt)) / (day * 1_000))
}

test('a guest with tickets keeps the session until thirty days after the show', async () => {
  const guests = {
    complete: await guestWith('complete'),
    created: await guestWith('created'),
    refunded: await guestWith('refunded'),
    none: await guestWith('none'),
    account: await guestWith('complete', 'user'),
  }
  await keepGuests(db)
  const left = await Promise.all(
    Object.entries(guests).map(async ([name, guest]) => [name, await daysAfterShow(guest)] as const),
  )
  expect(Object.fromEntries(left)).toEqual({
    complete: 30,
    created: -60,
    refunded: -60,
    none: -60,
    account: -60,
  })
})

test('a session that has ended stays ended', async () => {
  const guest = await guestWith('complete')
  await db.query(
    sql('', `update platform.sessions set expires_at = now() - interval '1 hour' where principal_id = $1`),
    [guest.buyer.id],
  )
  await keepGuests(db)
  expect(await daysAfterShow(guest)).toBe(-60)
})
