// Kinds of ticket types over HTTP: extras without a code for the door, tickets for several people,
// types that need another one, and prices that buyers choose.
import type { CheckInView, MailboxItem, OrderView, Price, Settlement, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectSound } from '../audit.ts'
import {
  type Client,
  expectStatus,
  makeClient,
  pay,
  publishShow,
  readOrder,
  showBody,
  signUp,
} from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { expectStockInvariants } from './invariants.ts'

let shop: TestShop
let organiser: Client
let buyer: Client
let show: ShowView
const chosen = { kind: 'chosen', leastMinor: 500, suggestedMinor: 1_500, mostMinor: 9_000 } as const
const ticketTypes = [
  { name: 'Adult', priceMinor: 4_500, capacity: 50 },
  { name: 'Family', priceMinor: 9_000, capacity: 50, admits: 4 },
  { name: 'Parking', priceMinor: 1_000, capacity: 5, admits: 0, needs: { anyOf: ['Adult', 'Family'] } },
  { name: 'Gift', priceMinor: 1, pools: [], admits: 0, price: chosen },
]
beforeAll(async () => {
  shop = await startTestShop()
  organiser = await signUp(shop.url)
  buyer = makeClient(shop.url)
  expectStatus(await buyer.call('POST', '/api/users/guest', { email: 'family@example.com' }), 201)
  show = await publishShow(organiser, { maxPerOrder: 5, ticketTypes })
})
afterAll(() => shop.stop())

interface Refusal {
  readonly code: string
  readonly field?: string
}
const typeIds = () => show.ticketTypes.map(({ id }) => id)
const line = (index: number, quantity = 1, more: Record<string, unknown> = {}) => {
  return { ticketTypeId: typeIds()[index], quantity, ...more }
}
const hold = (...lines: ReturnType<typeof line>[]) =>
  buyer.call<OrderView & Refusal>('POST', '/api/orders', { showId: show.id, lines })
const price = (...lines: ReturnType<typeof line>[]) =>
  buyer.call<Price & Refusal>('POST', `/api/shows/${show.id}/price`, { lines })

it('a show tells what its types are, keeps it when it is saved again, and so does its copy', async () => {
  const [adult, family] = typeIds()
  expect(show.ticketTypes).toMatchObject([
    { name: 'Adult' },
    { admits: 4 },
    { admits: 0, needs: { anyOf: [adult, family] } },
    { admits: 0, priceMinor: 1_500, price: chosen },
  ])
  expect(show.ticketTypes[0]).not.toHaveProperty('admits')
  const copied = await organiser.call<ShowView>('POST', `/api/shows/${show.id}/copies`, {
    startsAt: '2032-05-01T18:00:00.000Z',
  })
  const copy = expectStatus(copied, 201)
  const ids = copy.ticketTypes.map(({ id }) => id)
  expect(copy.ticketTypes[2]?.needs?.anyOf).toEqual([ids[0], ids[1]])
  expect(copy.ticketTypes[3]?.price).toEqual(chosen)
})

it.each([
  ['a type that needs what is not there', 2, { needs: { anyOf: ['Nobody'] } }, '/needs/anyOf/0'],
  ['a type that needs itself', 2, { needs: { anyOf: ['Parking'] } }, '/needs/anyOf/0'],
  ['a least price that no card takes', 3, { price: { kind: 'chosen', leastMinor: 10 } }, '/price/leastMinor'],
  ['more people than an order may have', 1, { admits: 20 }, '/admits'],
])('%s is refused where it stands', async (_what, index, change, field) => {
  const types = ticketTypes.map((type, place) => (place === index ? { ...type, ...change } : type))
  const body = showBody({ ticketTypes: types as typeof ticketTypes })
  const refused = await organiser.call<Refusal>('POST', '/api/shows', body)
  expect(refused.body).toMatchObject({ code: 'invalid_show', field: `/ticketTypes/${index}${field}` })
})

it('what needs another is not sold alone, and a price is chosen within its bounds', async () => {
  const alone = { code: 'needs_other_ticket', field: '/lines/0/ticketTypeId' }
  expect((await hold(line(2))).body).toMatchObject(alone)
  expect((await price(line(2))).body).toMatchObject(alone)
  const cheap = { code: 'invalid_price', field: '/lines/1/unitPriceMinor' }
  const few = [line(0), line(3, 1, { unitPriceMinor: 499 })]
  expect((await hold(...few)).body).toMatchObject(cheap)
  expect((await price(...few)).body).toMatchObject(cheap)
  expect((await hold(line(0, 1, { unitPriceMinor: 4_500 }))).body.code).toBe('invalid_price')
  expect((await hold(line(0, 1, { unitPriceMinor: -1 }))).body.code).toBe('invalid_request')
  expect(expectStatus(await price(line(3)), 200).total.amountMinor).toBe(1_500)
})

it('limits count people: one family and one adult are five, and extras come on top', async () => {
  expect((await hold(line(0, 2), line(1))).body.code).toBe('limit_exceeded')
  const lines = [line(0), line(1), line(2, 2), line(3, 1, { unitPriceMinor: 700 })]
  const priced = expectStatus(await price(...lines), 200)
  expect(priced.total.amountMinor).toBe(4_500 + 9_000 + 2_000 + 700)
  const held = expectStatus(await hold(...lines), 201)
  expect(held.total).toEqual(priced.total)
  expect(held.lines).toMatchObject([{}, { admits: 4 }, { admits: 0 }, { unitPrice: { amountMinor: 700 } }])
  expectStatus(await pay(buyer, held.id), 201)
  await waitFor('the tickets', async () => (await readOrder(buyer, held.id)).tickets !== undefined)
  const { tickets = [] } = await readOrder(buyer, held.id)
  expect(tickets.map(({ name, code }) => [name, code !== undefined])).toEqual([
    ['Adult', true],
    ['Family', true],
    ['Parking', false],
    ['Parking', false],
    ['Gift', false],
  ])
  const scanned = await organiser.call<CheckInView>('POST', '/api/tickets/check-in', {
    code: tickets[1]?.code,
  })
  expect(expectStatus(scanned, 200)).toMatchObject({
    name: 'Family',
    admits: 4,
    extras: [
      { name: 'Parking', count: 2 },
      { name: 'Gift', count: 1 },
    ],
  })
  const settlement = () => organiser.call<Settlement>('GET', `/api/shows/${show.id}/settlement`)
  await waitFor('the scan', async () => (await settlement()).body.attendance.admitted === 4)
  expect((await settlement()).body.attendance).toEqual({ valid: 5, admitted: 4 })
  const paper = await fetch(`${shop.url}/api/orders/${held.id}/tickets.pdf`, { redirect: 'manual' })
  expect(paper.status).not.toBe(500)
  await waitFor('the mail', async () => {
    const { body } = await organiser.call<{ items: MailboxItem[] }>(
      'GET',
      '/api/mailbox?to=family@example.com',
    )
    const mail = body.items.find(({ orderId, kind }) => orderId === held.id && kind === 'order_confirmed')
    return mail !== undefined && mail.subject.startsWith('Your 2 tickets') && mail.attachments.length === 2
  })
  await expectStockInvariants(shop.db)
  await expectSound(shop)
})

it('staff sell an extra alone, at whatever price within its bounds', async () => {
  const sell = (body: Record<string, unknown>) =>
    organiser.call<OrderView & Refusal>('POST', `/api/shows/${show.id}/sales`, { tender: 'cash', ...body })
  const sold = expectStatus(await sell({ lines: [line(2), line(3, 1, { unitPriceMinor: 501 })] }), 201)
  expect(sold).toMatchObject({ status: 'complete', total: { amountMinor: 1_501 } })
  const low = await sell({ lines: [line(3, 1, { unitPriceMinor: 10 })] })
  expect(low.body).toMatchObject({ code: 'invalid_price', field: '/lines/0/unitPriceMinor' })
})
