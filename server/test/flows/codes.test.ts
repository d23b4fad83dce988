// Codes over HTTP: what they take off and unlock, and that no use is given out twice.
import type { CodeCheck, CodeView, OrderView, Price, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectSound } from '../audit.ts'
import { asGuest, type Client, expectStatus, pay, publishShow, readOrder, signUp } from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { expectStockInvariants } from './invariants.ts'

let shop: TestShop
let organiser: Client
let buyer: Client
beforeAll(async () => {
  shop = await startTestShop()
  organiser = await signUp(shop.url)
  buyer = await asGuest(shop.url)
})
afterAll(() => shop.stop())

interface Refusal {
  readonly code: string
  readonly detail?: string
}
const idOf = (show: ShowView, index = 0) => show.ticketTypes[index]?.id ?? expect.unreachable()
const twoTypes = () =>
  publishShow(organiser, {
    ticketTypes: [
      { name: 'Standing', priceMinor: 2_500, capacity: 500 },
      { name: 'Stalls', priceMinor: 4_000, capacity: 500 },
    ],
  })

async function make(show: ShowView, body: object): Promise<CodeView[]> {
  const made = await organiser.call<{ items: CodeView[] }>('POST', `/api/shows/${show.id}/codes`, body)
  return expectStatus(made, 201).items
}
const makeOne = async (show: ShowView, body: object) => (await make(show, body))[0] ?? expect.unreachable()
const listed = async (show: ShowView, id: string) => {
  const { body } = await organiser.call<{ items: CodeView[] }>('GET', `/api/shows/${show.id}/codes`)
  return body.items.find((each) => each.id === id) ?? expect.unreachable()
}
const hold = (by: Client, show: ShowView, quantities: readonly number[], code?: string) =>
  by.call<OrderView & Refusal>('POST', '/api/orders', {
    showId: show.id,
    lines: quantities.flatMap((quantity, index) =>
      quantity === 0 ? [] : [{ ticketTypeId: idOf(show, index), quantity }],
    ),
    ...(code === undefined ? {} : { code }),
  })
const countOf = async (show: ShowView, id: string) => {
  const { held, used } = await listed(show, id)
  return { held, used }
}

test('a hundred buyers and ten uses: ten hold, and each end of an order gives back or uses what it had', async () => {
  const show = await twoTypes()
  const { id, code } = await makeOne(show, { code: 'early-bird 10', percentBps: 2_000, uses: 10 })
  expect(code).toBe('EARLYBIRD10')
  const buyers = await Promise.all(Array.from({ length: 100 }, () => asGuest(shop.url)))
  const placed = await Promise.all(
    buyers.map(async (client) => ({ client, reply: await hold(client, show, [1], 'Early Bird 10') })),
  )
  const won = placed.filter(({ reply }) => reply.status === 201)
  const lost = placed.filter(({ reply }) => reply.status !== 201)
  expect(won).toHaveLength(10)
  expect(new Set(lost.map(({ reply }) => `${reply.status} ${reply.body.code}`))).toEqual(
    new Set(['409 code_used_up']),
  )
  expect(new Set(won.map(({ reply }) => reply.body.total.amountMinor))).toEqual(new Set([2_000]))
  expect(await countOf(show, id)).toEqual({ held: 10, used: 0 })
  const [first, second] = won
  if (!first || !second) return expect.unreachable()
  expectStatus(await first.client.call('DELETE', `/api/orders/${first.reply.body.id}`), 200)
  expect(await countOf(show, id)).toEqual({ held: 9, used: 0 })
  expectStatus(await hold(buyer, show, [1], code), 201)
  expectStatus(await pay(second.client, second.reply.body.id), 201)
  await waitFor('the ticket', async () => (await readOrder(second.client, second.reply.body.id)).tickets)
  expect(await countOf(show, id)).toEqual({ held: 9, used: 1 })
  await expectStockInvariants(shop.db)
  await expectSound(shop)
})

const kinds: readonly (readonly [string, object, number, readonly number[]])[] = [
  ['percent', { percentBps: 1_500 }, 1_350, [750, 600]],
  ['amount per ticket', { amountMinor: 300 }, 900, [600, 300]],
  ['amount per order', { amountMinor: 1_000, per: 'order' }, 1_000, [556, 444]],
  ['percent per order', { percentBps: 1_500, per: 'order' }, 1_350, [750, 600]],
  ['fixed price', { priceMinor: 2_000 }, 3_000, [1_000, 2_000]],
  ['more than the price', { amountMinor: 3_000 }, 8_000, [5_000, 3_000]],
]
test.each(kinds)(
  '%s is taken off, line by line, the same when asked before',
  async (_kind, terms, discount, lines) => {
    const show = await twoTypes()
    const { code } = await makeOne(show, terms)
    const asked = {
      lines: [
        { ticketTypeId: idOf(show), quantity: 2 },
        { ticketTypeId: idOf(show, 1), quantity: 1 },
      ],
      code: code.toLowerCase(),
    }
    const quoted = expectStatus(await buyer.call<Price>('POST', `/api/shows/${show.id}/price`, asked), 200)
    const order = expectStatus(await hold(buyer, show, [2, 1], code), 201)
    expect(quoted).toEqual(order.price)
    expect(order.price.discount.amountMinor).toBe(discount)
    expect(order.total.amountMinor).toBe(9_000 - discount)
    expect(order.price.discounts?.map(({ amount }) => amount.amountMinor)).toEqual(lines)
    expect(order.discountCode).toBe(code)
    expect((await readOrder(buyer, order.id)).discountCode).toBe(code)
  },
)

test('free through a code is complete at once, without a payment', async () => {
  const show = await twoTypes()
  const { id, code } = await makeOne(show, { percentBps: 10_000, uses: 1 })
  const order = expectStatus(await hold(buyer, show, [2], code), 201)
  expect([order.status, order.total.amountMinor, order.payment]).toEqual(['complete', 0, undefined])
  expect(await countOf(show, id)).toEqual({ held: 0, used: 1 })
})

test('a code of some types takes nothing off the others, and does nothing for them alone', async () => {
  const show = await twoTypes()
  const { code } = await makeOne(show, { percentBps: 5_000, ticketTypeIds: [idOf(show, 1)] })
  const both = expectStatus(await hold(buyer, show, [1, 1], code), 201)
  expect(both.price.discounts).toEqual([
    { ticketTypeId: idOf(show, 1), amount: { amountMinor: 2_000, currency: 'EUR' } },
  ])
  const other = await hold(buyer, show, [1], code)
  expect([other.status, other.body.code]).toEqual([422, 'code_not_applicable'])
})

test('a hidden type is seen and bought by its code alone, seats and all', async () => {
  const seats = ['1', '2'].map((number) => ({ section: 'Box', row: 'A', number }))
  const show = await publishShow(organiser, {
    ticketTypes: [
      { name: 'Open', priceMinor: 5_000, capacity: 5 },
      { name: 'Friends', priceMinor: 1_000, hidden: true, seats },
    ],
  })
  const friends = idOf(show, 1)
  const { code } = await makeOne(show, { unlocks: [friends], uses: 1 })
  const path = `/api/shows/${show.id}/codes/check`
  const checked = expectStatus(await buyer.call<CodeCheck>('POST', path, { code }), 200)
  expect(checked).toMatchObject({ usedUp: false, ticketTypes: [{ id: friends, available: 2 }] })
  const seatId = checked.ticketTypes[0]?.seats?.[0]?.id ?? expect.unreachable()
  const order = { showId: show.id, lines: [{ ticketTypeId: friends, seatIds: [seatId] }] }
  expect((await buyer.call('POST', '/api/orders', order)).status).toBe(422)
  expectStatus(await buyer.call('POST', '/api/orders', { ...order, code }), 201)
  const after = expectStatus(await buyer.call<CodeCheck>('POST', path, { code }), 200)
  expect(after).toMatchObject({ usedUp: true, ticketTypes: [{ available: 1, held: 1 }] })
  const open = await hold(buyer, show, [1], code)
  expect([open.status, open.body.code]).toEqual([422, 'code_not_applicable'])
})

describe('a code', () => {
  test('that nobody made is refused by check, price and order', async () => {
    const show = await twoTypes()
    const lines = [{ ticketTypeId: idOf(show), quantity: 1 }]
    for (const [path, body] of [
      [`/api/shows/${show.id}/codes/check`, { code: 'nothing' }],
      [`/api/shows/${show.id}/price`, { code: 'nothing', lines }],
      ['/api/orders', { code: 'nothing', lines, showId: show.id }],
    ] as const) {
      const reply = await buyer.call<Refusal>('POST', path, body)
      expect([reply.status, reply.body.code], path).toEqual([404, 'code_unknown'])
    }
  })

  test.each([
    ['not valid yet', { validFrom: '2090-01-01T00:00:00Z' }],
    ['not valid any more', { validUntil: '2020-01-01T00:00:00Z' }],
  ])('%s is not applicable', async (_when, terms) => {
    const show = await twoTypes()
    const { code } = await makeOne(show, { percentBps: 1_000, ...terms })
    const reply = await hold(buyer, show, [1], code)
    expect([reply.status, reply.body.code]).toEqual([422, 'code_not_applicable'])
  })

  test('has its uses per buyer, by session and address', async () => {
    const show = await twoTypes()
    const { code } = await makeOne(show, { percentBps: 1_000, usesPerBuyer: 1 })
    const client = await asGuest(shop.url)
    const placed = await Promise.all(Array.from({ length: 5 }, () => hold(client, show, [1], code)))
    expect(placed.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409])
  })

  test('counts tickets where it says how many are one use', async () => {
    const show = await twoTypes()
    const { id, code } = await makeOne(show, { percentBps: 1_000, uses: 3, ticketsPerUse: 2 })
    expectStatus(await hold(buyer, show, [3], code), 201)
    expect(await countOf(show, id)).toEqual({ held: 2, used: 0 })
    expect((await hold(buyer, show, [3], code)).body.code).toBe('code_used_up')
  })

  test('ends for new orders, and lowered below what is held becomes that', async () => {
    const show = await twoTypes()
    const { id, code } = await makeOne(show, { percentBps: 1_000, uses: 5 })
    const order = expectStatus(await hold(buyer, show, [1], code), 201)
    const path = `/api/shows/${show.id}/codes/${id}`
    const lowered = expectStatus(await organiser.call<CodeView>('PATCH', path, { uses: 0 }), 200)
    expect(lowered).toMatchObject({ uses: 1, held: 1, used: 0, ended: false })
    expect((await hold(buyer, show, [1], code)).body.code).toBe('code_used_up')
    expectStatus(await organiser.call('PATCH', path, { ended: true }), 200)
    expect((await hold(buyer, show, [1], code)).body.code).toBe('code_not_applicable')
    expect((await readOrder(buyer, order.id)).total.amountMinor).toBe(2_250)
  })

  test('is made in bulk, of twelve letters that nobody mistakes, and a word only once', async () => {
    const show = await twoTypes()
    const made = await make(show, { count: 200, percentBps: 1_000, uses: 1 })
    expect(new Set(made.map(({ code }) => code)).size).toBe(200)
    for (const { code } of made) expect(code).toMatch(/^[2-9A-HJ-NP-Z]{12}$/)
    await make(show, { code: 'Once', percentBps: 1_000 })
    const again = await organiser.call<Refusal>('POST', `/api/shows/${show.id}/codes`, {
      code: 'o-n c-e',
      percentBps: 500,
    })
    expect([again.status, again.body.code]).toEqual([409, 'code_taken'])
  })

  test.each([
    ['nothing', {}],
    ['two discounts', { percentBps: 100, amountMinor: 100 }],
    ['a fixed price of an order', { priceMinor: 100, per: 'order' }],
    ['a type of another show', { percentBps: 100, ticketTypeIds: ['01900000-0000-7000-8000-000000000001'] }],
  ])('of %s is refused', async (_what, body) => {
    const reply = await organiser.call<Refusal>('POST', `/api/shows/${(await twoTypes()).id}/codes`, body)
    expect([reply.status, reply.body.code]).toEqual([422, 'invalid_code'])
  })
})
