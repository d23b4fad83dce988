// Single tickets given back, end to end: by their buyer and by the organiser, against the door, against
// other refunds, and until the last of them.
import type { Availability, CodeView, OrderView, ReturnView, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectSound } from '../audit.ts'
import {
  type Answer,
  asGuest,
  type Client,
  expectStatus,
  pay,
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
    returnPolicy: { hoursBefore: 24, keepBps: 1_000 },
    ticketTypes: [
      {
        name: 'Stalls',
        priceMinor: 3_000,
        feeMinor: 150,
        seats: Array.from({ length: 40 }, (_, index) => ({ section: '', row: 'A', number: `${index + 1}` })),
      },
      { name: 'Standing', priceMinor: 2_000, capacity: 100 },
      { name: 'Free', priceMinor: 0, capacity: 10 },
    ],
  })
})
afterAll(() => shop.stop())

const typeOf = (index: number, of = show) => of.ticketTypes[index] ?? expect.unreachable()
let seatsUsed = 0
const seats = (count: number) => {
  seatsUsed += count
  const seatIds = typeOf(0)
    .seats?.slice(seatsUsed - count, seatsUsed)
    .map(({ id }) => id)
  return { ticketTypeId: typeOf(0).id, seatIds }
}
type Refused = { readonly code: string }

async function bought(
  lines: readonly object[],
  { by, of = show, code }: { by?: Client; of?: ShowView; code?: string } = {},
) {
  const buyer = by ?? (await asGuest(shop.url))
  const body = { showId: of.id, lines, ...(code === undefined ? {} : { code }) }
  const order = expectStatus(await buyer.call<OrderView>('POST', '/api/orders', body), 201)
  if (order.total.amountMinor > 0) expectStatus(await pay(buyer, order.id), 201)
  const tickets = await waitFor('the tickets', async () => (await readOrder(buyer, order.id)).tickets)
  return { buyer, order, tickets, ids: tickets.map(({ id }) => id) }
}
const giveBack = (
  by: Client,
  orderId: string,
  ticketIds: readonly (string | undefined)[],
  { headers, ...terms }: { amountMinor?: number; restock?: boolean; headers?: Record<string, string> } = {},
): Promise<Answer<ReturnView & Refused>> =>
  by.call('POST', `/api/orders/${orderId}/returns`, { ticketIds, ...terms }, headers)
const returnsOf = async (by: Client, orderId: string) =>
  expectStatus(await by.call<{ items: ReturnView[] }>('GET', `/api/orders/${orderId}/returns`), 200).items
const checkIn = (code: string | undefined) =>
  organiser.call<Refused>('POST', '/api/tickets/check-in', { code })
const stateOf = async (seatId: string | undefined) => {
  const { body } = await organiser.call<Availability>('GET', `/api/shows/${show.id}/availability`)
  return body.seats?.find(({ id }) => id === seatId)?.state
}

test('a buyer gives one of four back: its code dies, they get what the policy leaves, and its seat is sold again', async () => {
  const line = seats(4)
  const { buyer, order, tickets, ids } = await bought([line])
  const seen = await readOrder(buyer, order.id)
  expect(seen.returnableUntil).toBe(new Date(Date.parse(show.startsAt) - 24 * 3_600_000).toISOString())
  expect(seen.tickets?.[1]).toMatchObject({
    left: { amountMinor: 3_150 },
    returnOffer: { amountMinor: 2_700 },
  })
  const back = expectStatus(await giveBack(buyer, order.id, [ids[1]]), 201)
  expect(back).toMatchObject({
    status: 'done',
    by: 'buyer',
    ticketIds: [ids[1]],
    refund: { amountMinor: 2_700, currency: 'EUR' },
  })
  const after = await readOrder(buyer, order.id)
  expect(after).toMatchObject({ status: 'complete', refunded: { amountMinor: 2_700 } })
  expect(after.tickets?.map(({ status }) => status)).toEqual(['valid', 'void', 'valid', 'valid'])
  expect(after.tickets?.[1]).not.toHaveProperty('returnOffer')
  expect(await checkIn(tickets[1]?.code)).toMatchObject({ status: 409, body: { code: 'ticket_void' } })
  const seatId = line.seatIds?.[1]
  const next = await bought([{ ticketTypeId: line.ticketTypeId, seatIds: [seatId] }])
  expect((await checkIn(next.tickets[0]?.code)).status).toBe(200)
  expect((await checkIn(tickets[0]?.code)).status).toBe(200)
  expect(await giveBack(buyer, order.id, [ids[1]])).toMatchObject({
    status: 409,
    body: { code: 'return_not_allowed' },
  })
  await expectStockInvariants(shop.db)
  await expectSound(shop)
})

test('the organiser names the amount, and may keep the seat from the sale', async () => {
  const line = seats(4)
  const { buyer, order, ids } = await bought([line])
  const kept = await giveBack(organiser, order.id, [ids[0]], { amountMinor: 1_000, restock: false })
  expect(expectStatus(kept, 201)).toMatchObject({
    status: 'done',
    by: 'organiser',
    refund: { amountMinor: 1_000 },
    restock: false,
  })
  expect(await stateOf(line.seatIds?.[0])).toBe('sold')
  const all = expectStatus(await giveBack(organiser, order.id, [ids[1]]), 201)
  expect(all.refund.amountMinor).toBe(3_150)
  expect(await stateOf(line.seatIds?.[1])).toBe('available')
  expect((await readOrder(buyer, order.id)).refunded?.amountMinor).toBe(4_150)
  expect(await returnsOf(buyer, order.id)).toEqual([kept.body, all])
  await expectStockInvariants(shop.db)
  await expectSound(shop)
})

test('a used ticket is the organiser’s to take back, and not its buyer’s', async () => {
  const { buyer, order, tickets, ids } = await bought([seats(2)])
  expectStatus(await checkIn(tickets[0]?.code), 200)
  expect(await giveBack(buyer, order.id, ids)).toMatchObject({ status: 409, body: { code: 'ticket_used' } })
  expect((await readOrder(buyer, order.id)).tickets?.map(({ status }) => status)).toEqual(['valid', 'valid'])
  expect(await returnsOf(buyer, order.id)).toMatchObject([{ status: 'refused' }])
  expect(expectStatus(await giveBack(organiser, order.id, [ids[0]]), 201).status).toBe('done')
  expect(expectStatus(await giveBack(buyer, order.id, [ids[1]]), 201).status).toBe('done')
  const ended = await waitFor('the end', async () => {
    const seen = await readOrder(buyer, order.id)
    return seen.status === 'refunded' ? seen : undefined
  })
  // What the policy kept stays captured.
  expect(ended.refunded?.amountMinor).toBe(3_150 + 2_700)
  await expectStockInvariants(shop.db)
  await expectSound(shop)
})

describe('a return is refused', () => {
  test('to whoever it is not for, and for what is not there', async () => {
    const { buyer, order, ids } = await bought([{ ticketTypeId: typeOf(1).id, quantity: 2 }])
    const other = await asGuest(shop.url)
    expect(await giveBack(other, order.id, ids)).toMatchObject({
      status: 404,
      body: { code: 'order_unknown' },
    })
    expect(await giveBack(buyer, order.id, [order.id])).toMatchObject({ body: { code: 'ticket_unknown' } })
    expect(await giveBack(buyer, order.id, ids, { amountMinor: 4_000 })).toMatchObject({
      status: 409,
      body: { code: 'return_not_allowed' },
    })
    expect(await giveBack(organiser, order.id, [ids[0]], { amountMinor: 2_001 })).toMatchObject({
      status: 422,
      body: { code: 'refund_exceeds_charge' },
    })
    const held = await buyer.call<OrderView>('POST', '/api/orders', {
      showId: show.id,
      lines: [{ ticketTypeId: typeOf(1).id, quantity: 1 }],
    })
    expect(await giveBack(organiser, held.body.id, ids)).toMatchObject({ body: { code: 'ticket_unknown' } })
  })

  test('by a show that takes nothing back from buyers', async () => {
    const strict = await publishShow(organiser)
    const { buyer, order, ids } = await bought([{ ticketTypeId: typeOf(0, strict).id, quantity: 2 }], {
      of: strict,
    })
    expect(await readOrder(buyer, order.id)).not.toHaveProperty('returnableUntil')
    expect(await giveBack(buyer, order.id, [ids[0]])).toMatchObject({
      status: 409,
      body: { code: 'return_not_allowed' },
    })
    expect(expectStatus(await giveBack(organiser, order.id, [ids[0]]), 201).refund.amountMinor).toBe(4_500)
  })
})

test('one key is one return, and a ticket is given back once however many ask', async () => {
  const { buyer, order, ids } = await bought([{ ticketTypeId: typeOf(1).id, quantity: 4 }])
  const headers = { 'idempotency-key': 'once' }
  const same = await Promise.all([1, 2, 3].map(() => giveBack(buyer, order.id, [ids[0]], { headers })))
  const made = same.filter(({ status }) => status === 201)
  expect(new Set(made.map(({ body }) => body.id)).size).toBe(1)
  const again = expectStatus(await giveBack(buyer, order.id, [ids[0]], { headers }), 201)
  expect(again.id).toBe(made[0]?.body.id)
  const many = await Promise.all(
    [buyer, organiser, buyer, organiser].map((by) => giveBack(by, order.id, [ids[1]])),
  )
  expect(many.filter(({ status }) => status === 201)).toHaveLength(1)
  for (const { status, body } of many)
    if (status !== 201) expect(['return_under_way', 'return_not_allowed']).toContain(body.code)
})

test('refunds and returns at once give back no more than was taken', async () => {
  const { buyer, order, ids } = await bought([{ ticketTypeId: typeOf(1).id, quantity: 4 }])
  const refund = (amountMinor: number) =>
    organiser.call('POST', `/api/orders/${order.id}/refunds`, { amountMinor })
  await Promise.all([
    giveBack(buyer, order.id, [ids[0]]),
    refund(3_000),
    giveBack(organiser, order.id, [ids[1], ids[2]]),
    refund(3_500),
    giveBack(organiser, order.id, [ids[3]]),
  ])
  const ended = await waitFor('the end', async () => {
    const seen = await readOrder(buyer, order.id)
    return seen.status === 'refunded' ? seen : undefined
  })
  expect(ended.refunded?.amountMinor).toBeLessThanOrEqual(8_000)
  for (const { status } of await returnsOf(buyer, order.id)) expect(status).toBe('done')
  await expectStockInvariants(shop.db)
  await expectSound(shop)
})

test('tickets that cost nothing are given back, and so are the uses of a code', async () => {
  const free = await bought([{ ticketTypeId: typeOf(2).id, quantity: 2 }])
  expect(expectStatus(await giveBack(free.buyer, free.order.id, free.ids), 201)).toMatchObject({
    status: 'done',
    refund: { amountMinor: 0 },
  })
  expect((await readOrder(free.buyer, free.order.id)).status).toBe('refunded')
  const terms = { code: 'pairs', percentBps: 5_000, uses: 3, ticketsPerUse: 2 }
  expectStatus(await organiser.call('POST', `/api/shows/${show.id}/codes`, terms), 201)
  const used = async () => {
    const { body } = await organiser.call<{ items: CodeView[] }>('GET', `/api/shows/${show.id}/codes`)
    return body.items[0]?.used
  }
  const { buyer, order, ids } = await bought([{ ticketTypeId: typeOf(1).id, quantity: 4 }], { code: 'pairs' })
  expect(await used()).toBe(2)
  expect(expectStatus(await giveBack(buyer, order.id, [ids[0]]), 201).refund.amountMinor).toBe(900)
  expect(await used()).toBe(2)
  expectStatus(await giveBack(buyer, order.id, [ids[1]]), 201)
  expect(await used()).toBe(1)
  await expectStockInvariants(shop.db)
  await expectSound(shop)
})

test('what staff took, staff give back', async () => {
  const sold = await organiser.call<OrderView>('POST', `/api/shows/${show.id}/sales`, {
    lines: [{ ticketTypeId: typeOf(1).id, quantity: 2 }],
    tender: 'cash',
  })
  const { id, tickets = [] } = expectStatus(sold, 201)
  const back = expectStatus(await giveBack(organiser, id, [tickets[0]?.id]), 201)
  expect(back).toMatchObject({ status: 'done', refund: { amountMinor: 2_000 } })
  await expectSound(shop)
})
