// When and to whom ticket types are sold, over HTTP: windows that open and end by the database's
// clock, limits per type, hidden types, and fees.
import type { Availability, OrderView, ShowChangeBody, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asGuest, type Client, expectStatus, publishShow, showBody, signUp } from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'

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
  readonly opensAt?: string
  readonly least?: number
  readonly most?: number
}
const typeIn = (show: ShowView, index = 0) => show.ticketTypes[index] ?? expect.unreachable()
const hold = (show: ShowView, typeId: string, quantity = 1) =>
  buyer.call<OrderView & Refusal>('POST', '/api/orders', {
    showId: show.id,
    lines: [{ ticketTypeId: typeId, quantity }],
  })
const inMs = (fromNowMs: number) => new Date(Date.now() + fromNowMs).toISOString()
const minute = 60_000

const change = async (show: ShowView, types: ShowChangeBody['ticketTypes']) => {
  const body = showBody({ ticketTypes: types })
  return expectStatus(await organiser.call<ShowView>('PUT', `/api/shows/${show.id}`, body), 200)
}

test('a type opens at its time by itself, and its page is there before', async () => {
  const saleStartsAt = inMs(2_500)
  const show = await publishShow(organiser, {
    ticketTypes: [{ name: 'Early', priceMinor: 1_000, capacity: 5, saleStartsAt }],
  })
  expect(show.ticketTypes).toMatchObject([{ saleStartsAt }])
  expectStatus(await buyer.call<ShowView>('GET', `/api/shows/${show.id}`), 200)
  const { id } = typeIn(show)
  const early = await hold(show, id)
  expect([early.status, early.body.code, early.body.opensAt]).toEqual([409, 'not_on_sale', saleStartsAt])
  await waitFor('the opening', async () => (await hold(show, id)).status === 201)
})

test('a sale that ended is opened again by a later end, and pages learn of it by the stream’s version', async () => {
  const type = { name: 'Late', priceMinor: 1_000, capacity: 5 }
  const show = await publishShow(organiser, { ticketTypes: [{ ...type, saleEndsAt: inMs(-minute) }] })
  const { id } = typeIn(show)
  const late = await hold(show, id)
  expect([late.status, late.body.code, late.body.opensAt]).toEqual([409, 'not_on_sale', undefined])
  const changed = await change(show, [{ id, ...type, saleEndsAt: inMs(minute) }])
  await waitFor('the new version in the availability', async () => {
    const { body } = await buyer.call<Availability>('GET', `/api/shows/${show.id}/availability`)
    return body.version === changed.version
  })
  expectStatus(await hold(show, id), 201)
})

test('limits of a type say how many it must and may be', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [{ name: 'Group', priceMinor: 1_000, capacity: 50, minPerOrder: 2, maxPerOrder: 4 }],
  })
  const { id } = typeIn(show)
  const few = await hold(show, id, 1)
  expect([few.status, few.body.code, few.body.least]).toEqual([422, 'limit_exceeded', 2])
  const many = await hold(show, id, 5)
  expect([many.status, many.body.code, many.body.most]).toEqual([422, 'limit_exceeded', 4])
  expectStatus(await hold(show, id, 4), 201)
})

test('a fee is in the total and in nothing that is free', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [
      { name: 'Paid', priceMinor: 1_000, feeMinor: 150, capacity: 5 },
      { name: 'Free', priceMinor: 0, feeMinor: 150, capacity: 5 },
    ],
  })
  const { total, price } = expectStatus(await hold(show, typeIn(show).id, 2), 201)
  expect([total.amountMinor, price.fees.amountMinor]).toEqual([2_300, 300])
  const free = expectStatus(await hold(show, typeIn(show, 1).id, 2), 201)
  expect([free.total.amountMinor, free.status]).toEqual([0, 'complete'])
})

test('a hidden type and its seats are nowhere but with its organiser', async () => {
  const seats = ['1', '2'].map((number) => ({ section: 'Box', row: 'A', number }))
  const show = await publishShow(organiser, {
    ticketTypes: [
      { name: 'Open', priceMinor: 5_000, capacity: 5 },
      { name: 'Friends', priceMinor: 100, hidden: true, seats },
    ],
  })
  const friends = typeIn(show, 1)
  const seatId = friends.seats?.[0]?.id ?? expect.unreachable()
  const stranger = await signUp(shop.url)
  const places = [
    `/api/shows/${show.id}`,
    '/api/shows?limit=100',
    `/api/shows/${show.id}/availability`,
    `/api/shows/${show.id}/availability?seats=compact`,
  ]
  for (const client of [buyer, stranger]) {
    for (const path of places) {
      const text = JSON.stringify((await client.call('GET', path)).body)
      expect(text).toContain(typeIn(show).id)
      for (const secret of ['Friends', friends.id, seatId, '"seatStates"', '"seats"'])
        expect(text, path).not.toContain(secret)
    }
  }
  const own = JSON.stringify((await organiser.call('GET', `/api/shows/${show.id}/availability`)).body)
  expect(own).toContain(friends.id)
  expect(own).toContain(seatId)
  const asked = { showId: show.id, lines: [{ ticketTypeId: friends.id, seatIds: [seatId] }] }
  const refused = await buyer.call<Refusal>('POST', '/api/orders', asked)
  expect([refused.status, refused.body.code]).toEqual([422, 'unknown_ticket_type'])
  const page = await (await fetch(`${shop.url}/shows/${show.id}`)).text()
  expect(page).not.toContain('Friends')
})

test.each([
  ['ends before it begins', { saleStartsAt: inMs(2 * minute), saleEndsAt: inMs(minute) }, 'saleEndsAt'],
  ['asks for more than it allows', { minPerOrder: 3, maxPerOrder: 2 }, 'minPerOrder'],
])('a type that %s is refused with its field', async (_what, terms, field) => {
  const body = showBody({ ticketTypes: [{ name: 'Wrong', priceMinor: 100, capacity: 1, ...terms }] })
  const { status, body: problem } = await organiser.call<{ code: string; field: string }>(
    'POST',
    '/api/shows',
    body,
  )
  expect([status, problem.code, problem.field]).toEqual([422, 'invalid_show', `/ticketTypes/0/${field}`])
})
