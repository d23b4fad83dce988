// The orders API through the real HTTP edge on a real database: what buyers and organisers send,
// and what they get.
import type { Availability, OrderView, Problem, ShowSales, TimelineView } from '@holdfast/contract'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Client, expectStatus } from '../../../test/client.ts'
import {
  expectSoundStock,
  foreignEvent,
  makeTestHandler,
  publish,
  putOnSale,
  refundWhole,
} from '../../../test/orders-store.ts'
import { makeSale, numbered, type SaleSample, seated, seatIdsOf, typeOf } from '../../../test/sale.ts'
import { type ServiceApp, startServiceApp } from '../../../test/service-app.ts'
import { waitFor } from '../../../test/wait.ts'
import { sql } from '../../platform/postgres/database.ts'
import { newId } from '../../platform/process/clock.ts'
import { service as orders } from '../index.ts'
import type { OrdersHandler } from '../model.ts'

let app: ServiceApp
/** Orders as another process has them: it does here what events would. */
let elsewhere: OrdersHandler
beforeAll(async () => {
  app = await startServiceApp(orders)
  elsewhere = makeTestHandler(app.db)
})
afterEach(async () => {
  await expectSoundStock(app.db)
})
afterAll(() => app.stop())

const asBuyer = () => app.as({ id: newId(), kind: 'guest', email: `${newId()}@example.com` })
const asOrganiser = (id: string) => app.as({ id, kind: 'user', email: 'organiser@example.com' })

async function onSale(shape: Parameters<typeof makeSale>[0] = {}): Promise<SaleSample> {
  const sale = makeSale(shape)
  await putOnSale(elsewhere, sale)
  return sale
}

const bodyOf = (sale: SaleSample, quantity = 1) => ({
  showId: sale.show.id,
  lines: [numbered(typeOf(sale), quantity)],
})
const post = (client: Client, body: unknown, key?: string) =>
  client.call<OrderView>('POST', '/api/orders', body, key === undefined ? {} : { 'idempotency-key': key })
const codeOf = (answer: { body: unknown }) => (answer.body as Problem).code
const amount = { amountMinor: 4_500, currency: 'EUR' }

/** Takes an order of one place as far as asked. */
async function bring(orderId: string, status: 'claimed' | 'complete' | 'refunded' | 'cancelled') {
  const paymentId = newId()
  if (status === 'cancelled') return elsewhere.handle({ type: 'CancelOrder', orderId, reason: 'organiser' })
  await elsewhere.handle({ type: 'ClaimOrder', orderId, paymentId, amount })
  if (status !== 'claimed') await elsewhere.handle({ type: 'CompleteOrder', orderId, paymentId })
  if (status === 'refunded') await Promise.all(refundWhole(elsewhere, orderId, paymentId))
}

describe('POST /api/orders', () => {
  test('holds places and tells the order', async () => {
    const sale = await onSale({ capacities: [10], seats: [4] })
    const [standing, chairs] = [typeOf(sale, 0), typeOf(sale, 1)]
    const seatIds = seatIdsOf(chairs, 2)
    const client = await asBuyer()
    const answer = await post(client, {
      showId: sale.show.id,
      lines: [numbered(standing, 2), seated(chairs, seatIds)],
    })
    const order = expectStatus(answer, 201)
    const unitPrice = { amountMinor: 4_500, currency: 'EUR' }
    expect(order).toEqual({
      id: order.id,
      code: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/),
      showId: sale.show.id,
      buyerEmail: expect.stringContaining('@example.com'),
      status: 'created',
      lines: [
        { ticketTypeId: standing.id, name: standing.name, quantity: 2, unitPrice },
        { ticketTypeId: chairs.id, name: chairs.name, quantity: 2, unitPrice, seatIds },
      ],
      total: { amountMinor: 18_000, currency: 'EUR' },
      due: { amountMinor: 18_000, currency: 'EUR' },
      channel: 'web',
      price: expect.objectContaining({ total: { amountMinor: 18_000, currency: 'EUR' }, taxes: [] }),
      expiresAt: new Date(Date.parse(order.createdAt) + 900_000).toISOString(),
      kind: 'hold',
      extended: false,
      version: 1,
      createdAt: order.createdAt,
    })
    expect(answer.headers.get('location')).toBe(`/api/orders/${order.id}`)
    expect(expectStatus(await client.call('GET', `/api/orders/${order.id}`), 200)).toEqual(order)
    const { ticketTypes } = expectStatus(
      await client.call<Availability>('GET', `/api/shows/${sale.show.id}/availability`),
      200,
    )
    expect(ticketTypes.map(({ available, held }) => [available, held])).toEqual([
      [8, 2],
      [2, 2],
    ])
  })

  test('a price that the buyer did not see holds nothing and is told; the page hears it in its stream', async () => {
    const sale = await onSale({ capacities: [10] })
    const client = await asBuyer()
    const priced = (expectedTotalMinor: number) => ({ ...bodyOf(sale, 2), expectedTotalMinor })
    const stockNow = async () => {
      const path = `/api/shows/${sale.show.id}/availability`
      return expectStatus(await client.call<Availability>('GET', path), 200).ticketTypes[0]
    }
    expect(expectStatus(await post(client, priced(9_000)), 201).total.amountMinor).toBe(9_000)
    expect(await stockNow()).toMatchObject({ priceMinor: 4_500, held: 2 })
    const ticketTypes = sale.show.ticketTypes.map((type) => ({ ...type, priceMinor: 5_000 }))
    await elsewhere.handle({ type: 'KnowShow', show: { ...sale.show, ticketTypes }, version: 2 })
    const refused = await client.call<Problem>('POST', '/api/orders', priced(9_000), {
      'idempotency-key': 'seen',
    })
    const money = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
    expect(refused).toMatchObject({ status: 409, body: { code: 'price_changed' } })
    expect(refused.body.price).toEqual({
      subtotal: money(10_000),
      discount: money(0),
      fees: money(0),
      taxes: [],
      total: money(10_000),
    })
    await waitFor('the new price', async () => (await stockNow())?.priceMinor === 5_000)
    expect(await stockNow()).toMatchObject({ held: 2 })
    const { total } = refused.body.price ?? { total: money(0) }
    // The refusal took no key.
    expect(expectStatus(await post(client, priced(total.amountMinor), 'seen'), 201).total).toEqual(total)
  })

  test('a free order is complete at once', async () => {
    const sale = await onSale({ priceMinor: 0 })
    expect(expectStatus(await post(await asBuyer(), bodyOf(sale)), 201)).toMatchObject({
      status: 'complete',
      version: 2,
    })
  })

  test('the same key and body replays the first answer; another body, or another’s key, does not', async () => {
    const sale = await onSale()
    const [client, other] = [await asBuyer(), await asBuyer()]
    const first = expectStatus(await post(client, bodyOf(sale), 'key'), 201)
    await bring(first.id, 'cancelled')
    expect(expectStatus(await post(client, bodyOf(sale), 'key'), 201)).toEqual(first)
    const reused = await post(client, bodyOf(sale, 2), 'key')
    expect([reused.status, codeOf(reused)]).toEqual([422, 'idempotency_key_reused'])
    expect(expectStatus(await post(other, bodyOf(sale), 'key'), 201).id).not.toBe(first.id)
  })

  test('twenty requests with one key at once make one order', async () => {
    const sale = await onSale()
    const client = await asBuyer()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(client, bodyOf(sale), 'at once')))
    const made = answers.filter(({ status }) => status === 201)
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1)
    for (const answer of answers.filter(({ status }) => status !== 201))
      expect(codeOf(answer)).toBe('idempotency_key_in_use')
    const { items } = expectStatus(await client.call<{ items: OrderView[] }>('GET', '/api/orders'), 200)
    expect(items).toHaveLength(1)
  })

  test('a pool known to be sold out refuses from memory, yet replays what was answered, and sells what comes back', async () => {
    const sale = await onSale({ capacities: [1] })
    const [lucky, late] = [await asBuyer(), await asBuyer()]
    const first = expectStatus(await post(lucky, bodyOf(sale), 'mine'), 201)
    const refusals = await Promise.all(Array.from({ length: 30 }, () => post(late, bodyOf(sale))))
    expect(new Set(refusals.map(codeOf))).toEqual(new Set(['sold_out']))
    expect(expectStatus(await post(lucky, bodyOf(sale), 'mine'), 201)).toEqual(first)
    expect(codeOf(await post(lucky, bodyOf(sale, 2), 'mine'))).toBe('idempotency_key_reused')
    expectStatus(await lucky.call('DELETE', `/api/orders/${first.id}`), 200)
    let answer = await post(late, bodyOf(sale))
    // The memory may be a moment old, never longer.
    for (let tries = 0; answer.status === 409 && tries < 200; tries += 1)
      answer = await post(late, bodyOf(sale))
    expectStatus(answer, 201)
  })

  test('a show that nobody heard of is unknown, and one that is heard of meanwhile is sold', async () => {
    const client = await asBuyer()
    const unknown = await post(client, { showId: newId(), lines: [{ ticketTypeId: newId(), quantity: 1 }] })
    expect([unknown.status, codeOf(unknown)]).toEqual([404, 'show_unknown'])
    const sale = makeSale()
    const [answer] = await Promise.all([
      post(client, bodyOf(sale)),
      publish(app.db, [foreignEvent('ShowPublished', sale.show.id, sale.show)]),
    ])
    expectStatus(answer, 201)
  })

  test.each([
    ['sold_out', 409, (sale: SaleSample) => bodyOf(sale, 4)],
    ['limit_exceeded', 422, (sale: SaleSample) => bodyOf(sale, 11)],
    ['limit_exceeded', 422, (sale: SaleSample) => bodyOf(sale, 1_000_000)],
    [
      'unknown_ticket_type',
      422,
      (sale: SaleSample) => ({ ...bodyOf(sale), lines: [{ ticketTypeId: newId(), quantity: 1 }] }),
    ],
    [
      'unknown_ticket_type',
      422,
      (sale: SaleSample) => ({ ...bodyOf(sale), lines: [seated(typeOf(sale), [newId()])] }),
    ],
  ])('refuses with %s and %i', async (code, status, makeBody) => {
    const sale = await onSale({ capacities: [3] })
    const answer = await post(await asBuyer(), makeBody(sale))
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  test('a seat that is held is taken, a show that is closed not on sale', async () => {
    const sale = await onSale({ capacities: [], seats: [1] })
    const body = { showId: sale.show.id, lines: [seated(typeOf(sale), seatIdsOf(typeOf(sale)))] }
    const client = await asBuyer()
    expectStatus(await post(client, body), 201)
    // A pool of one seat is sold out, too; which of both is told depends on what is looked at.
    expect(['seat_taken', 'sold_out']).toContain(codeOf(await post(client, body)))
    await elsewhere.handle({ type: 'KnowShow', show: { ...sale.show, onSale: false }, version: 2 })
    let answer = await post(client, body)
    for (let tries = 0; codeOf(answer) !== 'not_on_sale' && tries < 200; tries += 1)
      answer = await post(client, body)
    expect([answer.status, codeOf(answer)]).toEqual([409, 'not_on_sale'])
  })
})

describe('DELETE /api/orders/:id', () => {
  test.each([
    ['claimed', 409, 'order_claimed'],
    ['complete', 409, 'order_complete'],
    ['refunded', 409, 'order_refunded'],
  ] as const)('of an order that is %s answers %i %s and changes nothing', async (status, expected, code) => {
    const client = await asBuyer()
    const { id } = expectStatus(await post(client, bodyOf(await onSale())), 201)
    await bring(id, status)
    const before = expectStatus(await client.call('GET', `/api/orders/${id}`), 200)
    const answer = await client.call('DELETE', `/api/orders/${id}`)
    expect([answer.status, codeOf(answer)]).toEqual([expected, code])
    expect(expectStatus(await client.call('GET', `/api/orders/${id}`), 200)).toEqual(before)
  })

  test('cancels, and a second time answers the same', async () => {
    const client = await asBuyer()
    const { id } = expectStatus(await post(client, bodyOf(await onSale())), 201)
    const first = expectStatus(await client.call<OrderView>('DELETE', `/api/orders/${id}`), 200)
    expect(first).toMatchObject({ id, status: 'cancelled', cancelReason: 'buyer', version: 2 })
    expect(expectStatus(await client.call('DELETE', `/api/orders/${id}`), 200)).toEqual(first)
  })

  test('by the organiser tells that it was the organiser', async () => {
    const sale = await onSale()
    const { id } = expectStatus(await post(await asBuyer(), bodyOf(sale)), 201)
    const organiser = await asOrganiser(sale.show.organiserId)
    expect(expectStatus(await organiser.call('DELETE', `/api/orders/${id}`), 200)).toMatchObject({
      cancelReason: 'organiser',
    })
  })
})

test('another’s order is not there, by any route', async () => {
  const sale = await onSale()
  const { id } = expectStatus(await post(await asBuyer(), bodyOf(sale)), 201)
  const stranger = await asBuyer()
  const routes = [
    ['GET', ''],
    ['GET', '/stream'],
    ['GET', '/timeline'],
    ['DELETE', ''],
  ] as const
  for (const orderId of [id, newId()]) {
    for (const [method, rest] of routes) {
      const answer = await stranger.call(method, `/api/orders/${orderId}${rest}`)
      expect([method, rest, answer.status, codeOf(answer)]).toEqual([method, rest, 404, 'order_unknown'])
    }
  }
  const organiser = await asOrganiser(sale.show.organiserId)
  expect((await organiser.call('GET', `/api/orders/${id}`)).status).toBe(404)
})

test('the timeline tells what happened, in order, to the buyer and the organiser, and no ticket’s code', async () => {
  const sale = await onSale()
  const client = await asBuyer()
  const { id } = expectStatus(await post(client, bodyOf(sale)), 201)
  await bring(id, 'complete')
  const ticket = { id: newId(), unit: 0, generation: 1, ticketTypeId: typeOf(sale).id, name: 'Standing' }
  const tickets = [{ ...ticket, code: 'SECRETCODE' }]
  await publish(app.db, [foreignEvent('TicketsIssued', id, { orderId: id, showId: sale.show.id, tickets })])
  for (const reader of [client, await asOrganiser(sale.show.organiserId)]) {
    const { items } = expectStatus(await reader.call<TimelineView>('GET', `/api/orders/${id}/timeline`), 200)
    expect(items.map(({ type }) => type)).toEqual([
      'OrderCreated',
      'OrderClaimed',
      'OrderCompleted',
      'TicketsIssued',
    ])
    expect(items[0]?.summary).toContain('45.00 EUR')
    expect(items[0]?.data).toEqual({ amount, until: expect.stringMatching(/Z$/) })
    expect(items[3]?.data).toEqual({ count: 1 })
    expect(JSON.stringify(items)).not.toContain('SECRETCODE')
  }
})

test('what a newer version told stands in the timeline under its name only', async () => {
  const client = await asBuyer()
  const { id } = expectStatus(await post(client, bodyOf(await onSale())), 201)
  const newer = {
    ...foreignEvent('ExpirationComplete', id, { orderId: id, expiresAt: new Date().toISOString() }),
    source: 'holdfast/orders',
  }
  await publish(app.db, [
    { ...newer, type: 'OrderRemarked', version: 2 },
    { ...newer, id: newId(), type: 'OrderCancelled', data: { orderId: id, reason: 'regretted' }, version: 3 },
  ])
  const { items } = expectStatus(await client.call<TimelineView>('GET', `/api/orders/${id}/timeline`), 200)
  const told = items.slice(1).map(({ summary, data }) => [summary, data])
  expect(told).toEqual([
    ['OrderRemarked', {}],
    ['OrderCancelled', {}],
  ])
})

test('an order that a newer version cancelled, for a reason of its own, is shown without it', async () => {
  const client = await asBuyer()
  const { id } = expectStatus(await post(client, bodyOf(await onSale())), 201)
  expectStatus(await client.call('DELETE', `/api/orders/${id}`), 200)
  await app.db.query(sql('', `update orders.orders set cancel_reason = 'regretted' where id = $1`), [id])
  const order = expectStatus(await client.call<OrderView>('GET', `/api/orders/${id}`), 200)
  expect([order.status, order.cancelReason]).toEqual(['cancelled', undefined])
})

test('a buyer’s orders come in pages, by the cursor given', async () => {
  const sale = await onSale()
  const client = await asBuyer()
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1) ids.push(expectStatus(await post(client, bodyOf(sale)), 201).id)
  const seen: string[] = []
  for (let query = '?limit=2'; ; ) {
    const page = expectStatus(
      await client.call<{ items: OrderView[]; nextCursor: string | null }>('GET', `/api/orders${query}`),
      200,
    )
    seen.push(...page.items.map((order) => order.id))
    if (page.nextCursor === null) break
    query = `?limit=2&cursor=${page.nextCursor}`
  }
  expect(seen).toEqual(ids.toReversed())
})

test('orders of a show are for its organiser only', async () => {
  const sale = await onSale()
  const { id } = expectStatus(await post(await asBuyer(), bodyOf(sale)), 201)
  const path = `/api/shows/${sale.show.id}/orders`
  const organiser = await asOrganiser(sale.show.organiserId)
  const page = expectStatus(
    await organiser.call<{ items: OrderView[] }>('GET', `${path}?status=created`),
    200,
  )
  expect(page.items).toMatchObject([{ id, buyerEmail: expect.stringContaining('@example.com') }])
  expect((await organiser.call('GET', `/api/shows/${newId()}/orders`)).status).toBe(404)
  expect((await (await asOrganiser(newId())).call('GET', path)).status).toBe(404)
  expect((await (await asBuyer()).call('GET', path)).status).toBe(403)
})

test('one order of a show is for its organiser only, and with its show only', async () => {
  const [sale, another] = [await onSale(), await onSale()]
  const { id } = expectStatus(await post(await asBuyer(), bodyOf(sale)), 201)
  const organiser = await asOrganiser(sale.show.organiserId)
  const path = `/api/shows/${sale.show.id}/orders/${id}`
  const found = expectStatus(await organiser.call<OrderView>('GET', path), 200)
  expect(found).toMatchObject({ id, status: 'created', buyerEmail: expect.stringContaining('@example.com') })
  expect(codeOf(await organiser.call('GET', `/api/shows/${another.show.id}/orders/${id}`))).toBe(
    'order_unknown',
  )
  expect(codeOf(await organiser.call('GET', `/api/shows/${sale.show.id}/orders/${newId()}`))).toBe(
    'order_unknown',
  )
  expect(codeOf(await (await asOrganiser(newId())).call('GET', path))).toBe('order_unknown')
  expect(codeOf(await (await asBuyer()).call('GET', path))).toBe('forbidden')
})

test('the sales of a show are added up by the shop, for its organiser only', async () => {
  const sale = await onSale()
  const organiser = await asOrganiser(sale.show.organiserId)
  const path = `/api/shows/${sale.show.id}/sales`
  const read = async () => expectStatus(await organiser.call<ShowSales>('GET', path), 200)
  expect(await read()).toEqual({ currency: 'EUR', byStatus: [], stepSeconds: 1, steps: [] })
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1)
    ids.push(expectStatus(await post(await asBuyer(), bodyOf(sale)), 201).id)
  const [first = '', second = '', third = '', fourth = ''] = ids
  for (const id of [first, second]) await bring(id, 'complete')
  await bring(third, 'refunded')
  await bring(fourth, 'cancelled')
  // Two hours earlier, so that there are two steps.
  await app.db.query({
    name: '',
    text: `update orders.orders set created_at = created_at - interval '2 hours' where id = '${first}'`,
  })
  const { byStatus, steps, stepSeconds } = await read()
  const one = { orders: 1, tickets: 1, totalMinor: 4_500, refundedMinor: 0 }
  expect(byStatus).toEqual([
    { ...one, status: 'cancelled' },
    { ...one, status: 'complete', orders: 2, tickets: 2, totalMinor: 9_000 },
    { ...one, status: 'created' },
    { ...one, status: 'refunded', refundedMinor: 4_500 },
  ])
  expect(steps.map(({ orders, tickets, totalMinor }) => [orders, tickets, totalMinor])).toEqual([
    [1, 1, 4_500],
    [1, 1, 4_500],
  ])
  expect(stepSeconds).toBeGreaterThanOrEqual(48)
  // Rows of an older version tell their tickets in their lines only.
  await app.db.query({
    name: '',
    text: `update orders.orders set places = null where id in ('${first}', '${third}')`,
  })
  expect(await read()).toEqual({ currency: 'EUR', byStatus, steps, stepSeconds })
  expect(codeOf(await (await asOrganiser(newId())).call('GET', path))).toBe('show_unknown')
  expect(codeOf(await (await asBuyer()).call('GET', path))).toBe('forbidden')
})
