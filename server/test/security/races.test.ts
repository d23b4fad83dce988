// Races over HTTP, as an attacker runs them: many requests of one kind that arrive at once, against
// every rule that says "once" or "at most".
import type { OrderView, ShowBody, ShowView } from '@holdfast/contract'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { expectStatus, makeClient, publishShow } from '../client.ts'
import { stripeOf } from '../flows/stripe.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { type Finish, type Racer, race, tallyOf } from './barrier.ts'
import { heardOfOrder, heardOfShow } from './heard.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let shop: TestShop
let stripe: Stripe
let organiser: Person

beforeAll(async () => {
  shop = await startTestShop({ environment: { RATE_LIMITS: '' } })
  stripe = stripeOf(shop.sandbox)
  organiser = await begin('signup')
})
afterAll(() => shop.stop())

interface Person {
  readonly cookie: string
  call: ReturnType<typeof makeClient>['call']
}

const password = 'correct horse'
let people = 0
async function begin(kind: 'signup' | 'guest'): Promise<Person> {
  const client = makeClient(shop.url)
  people += 1
  const body = { email: `racer${people}@example.com`, ...(kind === 'guest' ? {} : { password }) }
  const answer = await client.call('POST', `/api/users/${kind}`, body)
  expectStatus(answer, 201)
  return { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '', call: client.call }
}

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))
async function sell(changes: Partial<ShowBody> = {}): Promise<ShowView> {
  const show = await publishShow(organiser, changes)
  await heardOfShow(shop.db, show.id)
  return show
}
const lineOf = ({ ticketTypes }: ShowView, quantity: number, type = 0) => ({
  ticketTypeId: ticketTypes[type]?.id,
  quantity,
})
const hold = (buyer: Person, show: ShowView, quantity = 1, type = 0): Racer => ({
  method: 'POST',
  path: '/api/orders',
  cookie: buyer.cookie,
  body: { showId: show.id, lines: [lineOf(show, quantity, type)] },
})
const heldOf = async ({ id }: ShowView) => {
  const { ticketTypes } = (
    await organiser.call<{ ticketTypes: { held: number; sold: number }[] }>(
      'GET',
      `/api/shows/${id}/availability`,
    )
  ).body
  return ticketTypes.reduce((sum, { held, sold }) => sum + held + sold, 0)
}

async function placed(buyer: Person, show: ShowView): Promise<OrderView> {
  const { path, body } = hold(buyer, show)
  const order = expectStatus(await buyer.call<OrderView>('POST', path, body), 201)
  await heardOfOrder(shop.db, order.id)
  return order
}

const readOrder = async (buyer: Person, id: string) =>
  expectStatus(await buyer.call<OrderView>('GET', `/api/orders/${id}`), 200)
const until = (buyer: Person, id: string, ...statuses: OrderView['status'][]) =>
  waitFor(`order ${statuses.join(' or ')}`, async () => {
    const order = await readOrder(buyer, id)
    return statuses.includes(order.status) && order
  })
const payment = (buyer: Person, orderId: string): Racer => ({
  method: 'POST',
  path: '/api/payments',
  cookie: buyer.cookie,
  body: { orderId, paymentMethod: 'pm_card_visa' },
})

async function paid(show: ShowView): Promise<{ buyer: Person; orderId: string }> {
  const buyer = await begin('guest')
  const order = await placed(buyer, show)
  const { path, body } = payment(buyer, order.id)
  expectStatus(await buyer.call('POST', path, body), 201)
  await until(buyer, order.id, 'complete')
  return { buyer, orderId: order.id }
}

/**
 * What the processor itself says was taken and given back for an order, and what it still has set
 * aside.
 */
async function booksOf(orderId: string) {
  const intents: Stripe.PaymentIntent[] = []
  for await (const intent of stripe.paymentIntents.list({ limit: 100 }))
    if (intent.metadata['order_id'] === orderId) intents.push(intent)
  let refunded = 0
  for (const { id } of intents)
    for await (const { amount } of stripe.refunds.list({ payment_intent: id, limit: 100 })) refunded += amount
  const open = intents.filter(({ status }) => status === 'requires_capture').length
  return { taken: intents.reduce((sum, { amount_received }) => sum + amount_received, 0), refunded, open }
}

describe('holding', () => {
  test('50 tabs of one buyer, for two kinds of places, hold no more than a buyer may', async () => {
    const show = await sell({
      maxPerBuyer: 6,
      ticketTypes: [
        { name: 'Standing', priceMinor: 4_500, capacity: 200 },
        { name: 'Balcony', priceMinor: 6_000, capacity: 200 },
      ],
    })
    const buyer = await begin('signup')
    const finishes = await race(
      shop.url,
      times(50, (index) => hold(buyer, show, 2, index % 2)),
    )
    expect(tallyOf(finishes)).toEqual({ '201': 3, '422 limit_exceeded': 47 })
    expect(await heldOf(show)).toBe(6)
  })

  test('an order of more than one may have is refused, however many are sent beside it', async () => {
    const show = await sell({ maxPerOrder: 4 })
    const buyer = await begin('guest')
    const finishes = await race(
      shop.url,
      times(20, () => hold(buyer, show, 5)),
    )
    expect(tallyOf(finishes)).toEqual({ '422 limit_exceeded': 20 })
    expect(await heldOf(show)).toBe(0)
  })

  test('40 buyers for the last 7 places: 7 orders', async () => {
    const show = await sell({ ticketTypes: [{ name: 'Standing', priceMinor: 4_500, capacity: 7 }] })
    const buyers = await Promise.all(times(40, () => begin('guest')))
    const finishes = await race(
      shop.url,
      buyers.map((buyer) => hold(buyer, show)),
    )
    expect(tallyOf(finishes)).toEqual({ '201': 7, '409 sold_out': 33 })
    expect(await heldOf(show)).toBe(7)
  })

  test('one request sent 50 times with one key is one order, and every answer tells of that one', async () => {
    const show = await sell()
    const buyer = await begin('guest')
    const finishes = await race(
      shop.url,
      times(50, () => ({ ...hold(buyer, show), headers: { 'idempotency-key': 'one' } })),
    )
    const [answers, rest] = [
      finishes.filter(({ status }) => status === 201),
      finishes.filter(({ status }) => status !== 201),
    ]
    expect(answers.length).toBeGreaterThan(0)
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(new Set(rest.map(({ code }) => code))).toEqual(
      new Set(rest.length > 0 ? ['idempotency_key_in_use'] : []),
    )
    expect(await heldOf(show)).toBe(1)
  })

  test('one key with two bodies at once holds for one of them only', async () => {
    const show = await sell()
    const buyer = await begin('guest')
    const finishes = await race(
      shop.url,
      times(20, (index) => ({
        ...hold(buyer, show, 1 + (index % 2)),
        headers: { 'idempotency-key': 'two' },
      })),
    )
    const made = new Set(finishes.filter(({ status }) => status === 201).map(({ body }) => body['id']))
    expect(made.size).toBe(1)
    expect([1, 2]).toContain(await heldOf(show))
  })
})

describe('paying', () => {
  test('20 payments of one order at once take its price once', async () => {
    const show = await sell()
    const buyer = await begin('guest')
    const order = await placed(buyer, show)
    const finishes = await race(
      shop.url,
      times(20, () => payment(buyer, order.id)),
    )
    expect(finishes.filter(({ status }) => status >= 500)).toEqual([])
    expect(finishes.some(({ status }) => status === 201)).toBe(true)
    await until(buyer, order.id, 'complete')
    await waitFor('nothing set aside', async () => (await booksOf(order.id)).open === 0)
    expect(await booksOf(order.id)).toEqual({ taken: 4_500, refunded: 0, open: 0 })
  })

  test('cancelling beside paying ends in one of the two, and money goes with it', async () => {
    const show = await sell()
    const buyers = await Promise.all(times(8, () => begin('guest')))
    const orders = await Promise.all(buyers.map((buyer) => placed(buyer, show)))
    const racers = buyers.flatMap((buyer, index): Racer[] => {
      const orderId = orders[index]?.id ?? ''
      const cancel = { method: 'DELETE', path: `/api/orders/${orderId}`, cookie: buyer.cookie }
      return index % 2 === 0 ? [payment(buyer, orderId), cancel] : [cancel, payment(buyer, orderId)]
    })
    expect((await race(shop.url, racers)).filter(({ status }) => status >= 500)).toEqual([])
    for (const [index, buyer] of buyers.entries()) {
      const { id, status } = await until(buyer, orders[index]?.id ?? '', 'complete', 'cancelled')
      await waitFor('nothing set aside', async () => (await booksOf(id)).open === 0)
      const { taken, refunded } = await booksOf(id)
      expect({ status, kept: taken - refunded }).toEqual({ status, kept: status === 'complete' ? 4_500 : 0 })
    }
    const complete = await Promise.all(
      buyers.map(async (buyer, index) => (await readOrder(buyer, orders[index]?.id ?? '')).status),
    )
    expect(await heldOf(show)).toBe(complete.filter((status) => status === 'complete').length)
  })
})

describe('refunding', () => {
  const refund = (orderId: string, body: object): Racer => ({
    method: 'POST',
    path: `/api/orders/${orderId}/refunds`,
    cookie: organiser.cookie,
    body,
  })

  test('ten refunds of the whole at once give it back once', async () => {
    const { buyer, orderId } = await paid(await sell())
    const finishes = await race(
      shop.url,
      times(10, () => refund(orderId, {})),
    )
    expect(finishes.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(finishes.filter(({ status }) => status >= 500)).toEqual([])
    await until(buyer, orderId, 'refunded')
    expect(await booksOf(orderId)).toEqual({ taken: 4_500, refunded: 4_500, open: 0 })
  })

  test('twenty parts at once never give back more than was taken', async () => {
    const { orderId } = await paid(await sell())
    const finishes = await race(
      shop.url,
      times(20, () => refund(orderId, { amountMinor: 1_000 })),
    )
    expect(finishes.filter(({ status }) => status >= 500)).toEqual([])
    const given = finishes.filter(({ status }) => status === 201).length
    expect(given).toBeGreaterThan(0)
    expect(given).toBeLessThanOrEqual(4)
    expect(await booksOf(orderId)).toEqual({ taken: 4_500, refunded: given * 1_000, open: 0 })
  })
})

describe('accounts', () => {
  const post = (path: string, body: object): Racer => ({ method: 'POST', path: `/api/users/${path}`, body })
  const statuses = (finishes: readonly Finish[]) => tallyOf(finishes)

  test('60 guesses at once are ten guesses, and a right one behind them comes too late', async () => {
    const email = 'victim@example.com'
    expectStatus(await makeClient(shop.url).call('POST', '/api/users/signup', { email, password }), 201)
    const finishes = await race(
      shop.url,
      times(60, (index) => post('signin', { email, password: `guess number ${index}` })),
    )
    expect(statuses(finishes)).toEqual({ '401 bad_credentials': 10, '429 too_many_requests': 50 })
    expect(statuses(await race(shop.url, [post('signin', { email, password })]))).toEqual({
      '429 too_many_requests': 1,
    })
  })

  test('30 sign-ups with one address, in capitals and not, are one account', async () => {
    const finishes = await race(
      shop.url,
      times(30, (index) =>
        post('signup', { email: index % 2 === 0 ? 'both@example.com' : 'BOTH@example.com', password }),
      ),
    )
    expect(statuses(finishes)).toEqual({ '201': 1, '409 email_taken': 29 })
  })
})

test('one ticket scanned 50 times at once lets one person in', async () => {
  const { buyer, orderId } = await paid(await sell())
  const code = await waitFor('the ticket', async () => (await readOrder(buyer, orderId)).tickets?.[0]?.code)
  const finishes = await race(
    shop.url,
    times(50, () => ({
      method: 'POST',
      path: '/api/tickets/check-in',
      cookie: organiser.cookie,
      body: { code },
    })),
  )
  expect(tallyOf(finishes)).toEqual({ '200': 1, '409 ticket_used': 49 })
})
