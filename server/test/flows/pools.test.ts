// Ticket types that share pools, over HTTP: one capacity for several prices, days, tables, early
// birds and donations.
import type { Availability, OrderView, Price, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectSound } from '../audit.ts'
import { asGuest, type Client, expectStatus, publishShow, showBody, signUp } from '../client.ts'
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

type Wanted = Readonly<Record<string, number>>

const hold = (show: ShowView, wanted: Wanted, by = buyer) =>
  by.call<OrderView & { code: string; detail: string }>('POST', '/api/orders', {
    showId: show.id,
    lines: Object.entries(wanted).map(([name, quantity]) => ({
      ticketTypeId: show.ticketTypes.find((type) => type.name === name)?.id,
      quantity,
    })),
  })
const held = async (show: ShowView, wanted: Wanted) => expectStatus(await hold(show, wanted), 201)
const cancel = async ({ id }: OrderView) => expectStatus(await buyer.call('DELETE', `/api/orders/${id}`), 200)

const refused = async (show: ShowView, wanted: Wanted) => {
  const { status, body } = await hold(show, wanted)
  return [status, body.code, body.detail]
}

async function availabilityOf(show: ShowView) {
  const { body } = await buyer.call<Availability>('GET', `/api/shows/${show.id}/availability`)
  return body
}
const leftOf = (show: ShowView) => async () => {
  const { ticketTypes } = await availabilityOf(show)
  return ticketTypes.map(({ available }) => available).join(' ')
}
const untilLeft = (show: ShowView, left: string) =>
  waitFor(`${left} are left`, async () => (await leftOf(show)()) === left)

test('a ticket for two days takes from both, a refusal names the day, and nothing is half held', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [
      { name: 'Saturday', priceMinor: 100, pools: [{ name: 'Saturday', capacity: 3 }] },
      { name: 'Both', priceMinor: 100, pools: [{ name: 'Saturday' }, { name: 'Sunday', capacity: 2 }] },
      { name: 'Sunday', priceMinor: 100, pools: [{ name: 'Sunday' }] },
    ],
  })
  expect(show.ticketTypes.map(({ capacity }) => capacity)).toEqual([3, 2, 2])
  expect(await leftOf(show)()).toBe('3 2 2')
  // Units follow the types as the show lists them, however they were asked for.
  const order = await held(show, { Sunday: 1, Both: 1 })
  expect(order.lines.map(({ name }) => name)).toEqual(['Both', 'Sunday'])
  await untilLeft(show, '2 0 0')
  expect(await refused(show, { Both: 1 })).toEqual([409, 'sold_out', '“Sunday” is sold out'])
  expect(await refused(show, { Saturday: 3 })).toEqual([409, 'sold_out', 'only 2 left of “Saturday”'])
  await untilLeft(show, '2 0 0')
  expect((await availabilityOf(show)).pools).toEqual([
    { name: 'Saturday', available: 2, held: 1, sold: 0 },
    { name: 'Sunday', available: 0, held: 2, sold: 0 },
  ])
  await cancel(order)
  await untilLeft(show, '3 2 2')
})

test('a table takes ten places; early places are gone for good, and given back they are sold later', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [
      {
        name: 'Early',
        priceMinor: 100,
        pools: [
          { name: 'Early', capacity: 2, latch: true },
          { name: 'All', capacity: 25 },
        ],
      },
      { name: 'Table', priceMinor: 900, capacity: 9, pools: [{ name: 'All', count: 10 }] },
      { name: 'Donation', priceMinor: 500, pools: [] },
    ],
  })
  const early = await held(show, { Early: 1 })
  await held(show, { Early: 1 })
  await untilLeft(show, '0 2 1000000')
  await cancel(early)
  await untilLeft(show, '0 2 1000000')
  expect(await refused(show, { Early: 1 })).toEqual([409, 'sold_out', '“Early” is sold out'])
  await held(show, { Table: 2, Donation: 3 })
  await untilLeft(show, '0 0 1000000')
  expect(await refused(show, { Table: 1 })).toEqual([409, 'sold_out', 'only 4 left of “All”'])
})

test('what is read of a show can be sent back, and shared pools stay what they are', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [
      { name: 'Full', priceMinor: 200, pools: [{ name: 'All', capacity: 30 }] },
      { name: 'Reduced', priceMinor: 100, capacity: 10, pools: [{ name: 'All' }] },
    ],
  })
  const put = (ticketTypes: unknown) =>
    organiser.call<ShowView & { detail: string }>('PUT', `/api/shows/${show.id}`, {
      ...showBody(),
      ticketTypes,
    })
  const same = expectStatus(await put(show.ticketTypes), 200)
  expect(same.ticketTypes).toEqual(show.ticketTypes)
  const [full, reduced] = show.ticketTypes
  const apart = await put([full, { ...reduced, pools: undefined }])
  expect([apart.status, apart.body.detail]).toEqual([
    422,
    '“Reduced” is published and can’t take from other pools. Add a ticket type instead.',
  ])
  const more = [
    { ...full, pools: [{ name: 'All', capacity: 31 }] },
    { ...reduced, pools: [{ name: 'All' }] },
    { name: 'Late', priceMinor: 300, pools: [{ name: 'All' }] },
  ]
  const grown = expectStatus(await put(more), 200)
  expect(grown.ticketTypes.map(({ capacity }) => capacity)).toEqual([31, 10, 31])
  await untilLeft(show, '31 10 31')
})

test('a price is told before a hold, tax by tax, and is that of the order', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [
      { name: 'Seat', priceMinor: 2_500, taxRateBps: 1_900, capacity: 10 },
      { name: 'Programme', priceMinor: 990, taxRateBps: 700, capacity: 10 },
      { name: 'Donation', priceMinor: 500, pools: [] },
    ],
  })
  const lines = show.ticketTypes.map(({ id }, index) => ({ ticketTypeId: id, quantity: index === 0 ? 2 : 1 }))
  const money = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
  const told = await buyer.call<Price>('POST', `/api/shows/${show.id}/price`, { lines })
  expect(told).toMatchObject({
    status: 200,
    body: {
      subtotal: money(6_490),
      discount: money(0),
      fees: money(0),
      taxes: [
        { rateBps: 1_900, net: money(4_202), tax: money(798) },
        { rateBps: 700, net: money(925), tax: money(65) },
      ],
      total: money(6_490),
    },
  })
  const order = await held(show, { Donation: 1, Programme: 1, Seat: 2 })
  expect(order.price).toEqual(told.body)
  expect(order.total).toEqual(told.body.total)
})

test('what cannot be held has no price, and is refused in the same words', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [{ name: 'Standing', priceMinor: 2_500, capacity: 10 }],
  })
  const standing = show.ticketTypes[0]?.id
  const refusalOf = async (path: string, body: object) => {
    const answer = await buyer.call<{ code: string; detail: string }>('POST', path, body)
    return { status: answer.status, code: answer.body.code, detail: answer.body.detail }
  }
  for (const [line, code] of [
    [{ ticketTypeId: show.id, quantity: 1 }, 'unknown_ticket_type'],
    [{ ticketTypeId: standing, seatIds: [show.id] }, 'unknown_ticket_type'],
    [{ ticketTypeId: standing, quantity: show.maxPerOrder + 1 }, 'limit_exceeded'],
  ] as const) {
    const told = await refusalOf(`/api/shows/${show.id}/price`, { lines: [line] })
    expect(told).toMatchObject({ status: 422, code })
    expect(await refusalOf('/api/orders', { showId: show.id, lines: [line] })).toEqual(told)
  }
})

test('sixty buyers want both of two pools at once: neither is oversold, and all that is left is sold', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [
      {
        name: 'A',
        priceMinor: 100,
        pools: [
          { name: 'One', capacity: 20 },
          { name: 'Two', capacity: 12 },
        ],
      },
      { name: 'B', priceMinor: 100, pools: [{ name: 'Two' }, { name: 'Three', capacity: 14 }] },
      { name: 'C', priceMinor: 100, pools: [{ name: 'Three' }, { name: 'One' }] },
    ],
  })
  await leftOf(show)()
  const crowd = await Promise.all(Array.from({ length: 60 }, () => asGuest(shop.url)))
  const answers = await Promise.all(
    crowd.map((by, index) => hold(show, { [['A', 'B', 'C'][index % 3] ?? 'A']: 1 }, by)),
  )
  const statuses = new Set(answers.map(({ status }) => status))
  expect([...statuses].toSorted()).toEqual([201, 409])
  await expectStockInvariants(shop.db)
  const { ticketTypes, pools } = await availabilityOf(show)
  expect(ticketTypes.every(({ available }) => available === 0)).toBe(true)
  // Each holds two: of three pools at most one has something left.
  expect((pools ?? []).filter(({ available }) => available > 0).length).toBeLessThan(2)
  expect((pools ?? []).reduce((sum, pool) => sum + pool.held, 0)).toBe(
    2 * answers.filter(({ status }) => status === 201).length,
  )
  await expectSound(shop)
})
