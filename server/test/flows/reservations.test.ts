// Reservations end to end: places that staff keep until a date, paid by the link in the mail, at the
// box office, or not at all.
import type { Availability, MailboxItem, OrderView, Settlement, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectSound } from '../audit.ts'
import {
  asGuest,
  type Client,
  expectStatus,
  makeClient,
  pay,
  placeOrder,
  publishShow,
  readOrder,
  signUp,
} from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { expectStockInvariants } from './invariants.ts'

let shop: TestShop
let organiser: Client
let show: ShowView
beforeAll(async () => {
  shop = await startTestShop()
  organiser = await signUp(shop.url)
  show = await publishShow(organiser, {
    ticketTypes: [{ name: 'Standing', priceMinor: 4_500, capacity: 20 }],
  })
})
afterAll(() => shop.stop())

interface Refusal {
  readonly code: string
  readonly field?: string
}
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()
const week = 7 * 86_400
const standing = (quantity: number) => ({ ticketTypeId: show.ticketTypes[0]?.id, quantity })
const reserve = (orderId: string, until: string, by = organiser) =>
  by.call<OrderView & Refusal>('POST', `/api/orders/${orderId}/reserve`, { until })
const sell = (body: Record<string, unknown>) =>
  organiser.call<OrderView & Refusal>('POST', `/api/shows/${show.id}/sales`, body)
const left = async () => {
  const { body } = await organiser.call<Availability>('GET', `/api/shows/${show.id}/availability`)
  const { available = -1, held = -1, sold = -1 } = body.ticketTypes[0] ?? {}
  return { available, held, sold }
}
const becomes = (what: string, expected: Awaited<ReturnType<typeof left>>) =>
  waitFor(what, async () => JSON.stringify(await left()) === JSON.stringify(expected))
const mailTo = async (to: string, kind: string): Promise<MailboxItem> => {
  let found: MailboxItem | undefined
  await waitFor(`the mail ${kind}`, async () => {
    const { body } = await organiser.call<{ items: MailboxItem[] }>('GET', `/api/mailbox?to=${to}`)
    found = body.items.find((item) => item.kind === kind)
    return found !== undefined
  })
  return found ?? expect.unreachable()
}
const tokenIn = ({ text }: MailboxItem) => /\/l#(\S+)/.exec(text)?.[1] ?? expect.unreachable()

it('what a buyer holds is reserved by staff, is not said to be held, and is paid by whoever comes by the link', async () => {
  const buyer = makeClient(shop.url)
  expectStatus(await buyer.call('POST', '/api/users/guest', { email: 'school@example.com' }), 201)
  const held = expectStatus(await placeOrder(buyer, show, 4), 201)
  expect(held.kind).toBe('hold')
  await becomes('a hold', { available: 16, held: 4, sold: 0 })
  const until = inSeconds(week)
  const stranger = await asGuest(shop.url)
  expect((await reserve(held.id, until, buyer)).body.code).toBe('forbidden')
  expect((await reserve(held.id, until, await signUp(shop.url))).body.code).toBe('order_unknown')
  expect((await reserve(held.id, inSeconds(-1))).body).toMatchObject({
    code: 'invalid_reservation',
    field: '/until',
  })
  const reserved = expectStatus(await reserve(held.id, until), 200)
  expect(reserved).toMatchObject({ kind: 'reservation', status: 'created', expiresAt: until })
  expect(reserved.version).toBeGreaterThan(held.version)
  await becomes('a reservation', { available: 16, held: 0, sold: 0 })
  const settlement = async () =>
    (await organiser.call<Settlement>('GET', `/api/shows/${show.id}/settlement`)).body.reserved
  expect(await settlement()).toEqual({ orders: 1, tickets: 4, amountMinor: 18_000 })

  const phone = makeClient(shop.url)
  const mail = await mailTo('school@example.com', 'order_reserved')
  expect(mail.subject).toBe('Reserved for you: A show')
  expectStatus(await phone.call('POST', '/api/users/links/redeem', { token: tokenIn(mail) }), 200)
  expect(await readOrder(phone, held.id)).toMatchObject({ kind: 'reservation' })
  expect((await pay(stranger, held.id)).body).toMatchObject({ code: 'order_unknown' })
  const payment = expectStatus(await pay(phone, held.id), 201)
  await waitFor('completion', async () => (await readOrder(phone, held.id)).status === 'complete')
  expectStatus(await phone.call('POST', `/api/payments/${payment.id}/advance`), 200)
  expect((await reserve(held.id, until)).body.code).toBe('order_complete')
  await becomes('the sale', { available: 16, held: 0, sold: 4 })
  expect(await settlement()).toEqual({ orders: 0, tickets: 0, amountMinor: 0 })
})

it('the box office reserves for somebody who calls, and takes cash when they come', async () => {
  const lines = [standing(2)]
  expect((await sell({ lines })).body.code).toBe('invalid_request')
  expect((await sell({ lines, tender: 'cash', reserveUntil: inSeconds(week) })).body.code).toBe(
    'invalid_request',
  )
  const bad = await sell({ lines, reserveUntil: '2040-01-01T00:00:00Z' })
  expect(bad.body).toMatchObject({ code: 'invalid_reservation', field: '/reserveUntil' })
  const buyer = { name: 'Ms Caller', email: 'caller@example.com' }
  const order = expectStatus(await sell({ lines, buyer, reserveUntil: inSeconds(week) }), 201)
  expect(order).toMatchObject({ kind: 'reservation', status: 'created', channel: 'box_office' })
  const later = inSeconds(2 * week)
  expect(expectStatus(await reserve(order.id, later), 200).expiresAt).toBe(later)
  await waitFor('its timer, and only one', async () => {
    const timers = await shop.db.query<{ at: string }>(
      { name: '', text: 'select expires_at as at from expiration.timers where order_id = $1' },
      [order.id],
    )
    return timers.length === 1
  })
  expectStatus(await organiser.call('POST', `/api/orders/${order.id}/payments/elsewhere`, {}), 201)
  await mailTo('caller@example.com', 'order_confirmed')
})

it('a reservation nobody pays ends by itself; staff end one earlier', async () => {
  const before = await left()
  const short = expectStatus(await sell({ lines: [standing(3)], reserveUntil: inSeconds(2) }), 201)
  const long = expectStatus(await sell({ lines: [standing(1)], reserveUntil: inSeconds(week) }), 201)
  await becomes('both', { ...before, available: before.available - 4 })
  expectStatus(await organiser.call('DELETE', `/api/orders/${long.id}`), 200)
  await becomes('the end of both', before)
  const seen = await organiser.call<OrderView>('GET', `/api/shows/${show.id}/orders/${short.id}`)
  expect(seen.body).toMatchObject({ status: 'cancelled', cancelReason: 'expired', kind: 'reservation' })
  expect((await reserve(short.id, inSeconds(week))).body.code).toBe('order_cancelled')
  await expectStockInvariants(shop.db)
  await expectSound(shop)
})
