// The main job, end to end over HTTP with the real SDK against the real sandbox.
import type { OrderView, PaymentView, RefundView, ShowView, TimelineView } from '@holdfast/contract'
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
import { expectMoneyInvariants, expectStockInvariants } from './invariants.ts'
import { answerChallenge, stripeOf } from './stripe.ts'

let shop: TestShop
let organiser: Client
let show: ShowView

beforeAll(async () => {
  shop = await startTestShop()
  organiser = await signUp(shop.url)
  show = await publishShow(organiser)
})

afterAll(async () => {
  await shop.stop()
})

const untilStatus = (buyer: Client, orderId: string, status: OrderView['status']) =>
  waitFor(`order ${status}`, async () => {
    const order = await readOrder(buyer, orderId)
    return order.status === status && order
  })

async function hold(buyer: Client, inShow = show, quantity = 1): Promise<OrderView> {
  return expectStatus(await placeOrder(buyer, inShow, quantity), 201)
}

it('a guest holds two places, pays by card and gets two tickets', async () => {
  const guest = await asGuest(shop.url)
  const order = await hold(guest, show, 2)
  expect(order).toMatchObject({ status: 'created', total: { amountMinor: 9_000, currency: 'EUR' } })
  const payment = expectStatus(await pay(guest, order.id), 201)
  expect(['authorized', 'captured']).toContain(payment.status)
  const complete = await waitFor('tickets', async () => {
    const now = await readOrder(guest, order.id)
    return now.tickets && now
  })
  expect(complete.status).toBe('complete')
  expect(complete.tickets).toHaveLength(2)
  expect(new Set(complete.tickets?.map((ticket) => ticket.code)).size).toBe(2)
  await expectMoneyInvariants(shop.db, stripeOf(shop.sandbox))
})

it('a declined card says so and keeps the hold; another card then pays', async () => {
  const buyer = await signUp(shop.url)
  const order = await hold(buyer)
  const declined = await pay(buyer, order.id, 'pm_card_visa_chargeDeclinedInsufficientFunds')
  expect(declined).toMatchObject({
    status: 402,
    body: { code: 'card_declined', declineCode: 'insufficient_funds' },
  })
  expect((await readOrder(buyer, order.id)).status).toBe('created')
  expectStatus(await pay(buyer, order.id, 'pm_card_mastercard'), 201)
  await untilStatus(buyer, order.id, 'complete')
})

it('a 3-D Secure challenge that is passed completes the order', async () => {
  const buyer = await asGuest(shop.url)
  const order = await hold(buyer)
  const payment = expectStatus(await pay(buyer, order.id, 'pm_card_threeDSecure2Required'), 201)
  expect(payment.status).toBe('requires_action')
  expect(payment.clientSecret).toMatch(/^pi_.*_secret_/)
  await answerChallenge(shop.sandbox, payment.clientSecret?.split('_secret_')[0] ?? '', 'succeed')
  expectStatus(await buyer.call<PaymentView>('POST', `/api/payments/${payment.id}/advance`), 200)
  await untilStatus(buyer, order.id, 'complete')
})

it('a challenge that is failed leaves the hold, and nothing is charged', async () => {
  const buyer = await asGuest(shop.url)
  const order = await hold(buyer)
  const payment = expectStatus(await pay(buyer, order.id, 'pm_card_threeDSecure2Required'), 201)
  await answerChallenge(shop.sandbox, payment.clientSecret?.split('_secret_')[0] ?? '', 'fail')
  const after = await waitFor('the decline', async () => {
    const { body } = await buyer.call<PaymentView>('POST', `/api/payments/${payment.id}/advance`)
    return body.status === 'declined' && body
  })
  expect(after.status).toBe('declined')
  expect((await readOrder(buyer, order.id)).status).toBe('created')
})

it('a tab that closes after the challenge is finished by the webhook alone', async () => {
  const buyer = await asGuest(shop.url)
  const order = await hold(buyer)
  const payment = expectStatus(await pay(buyer, order.id, 'pm_card_threeDSecure2Required'), 201)
  await answerChallenge(shop.sandbox, payment.clientSecret?.split('_secret_')[0] ?? '', 'succeed')
  await untilStatus(buyer, order.id, 'complete')
})

it('a hold that nobody pays expires, and its places are free again', async () => {
  const shortShow = await publishShow(organiser, {
    holdSeconds: 1,
    ticketTypes: [{ name: 'Last one', priceMinor: 1_000, capacity: 1 }],
  })
  const first = await asGuest(shop.url)
  const second = await asGuest(shop.url)
  const order = await hold(first, shortShow)
  expect(await placeOrder(second, shortShow)).toMatchObject({ status: 409, body: { code: 'sold_out' } })
  expect(await untilStatus(first, order.id, 'cancelled')).toMatchObject({ cancelReason: 'expired' })
  expect(await pay(first, order.id)).toMatchObject({ status: 409, body: { code: 'order_not_payable' } })
  const again = await waitFor('the place', async () => {
    const answer = await placeOrder(second, shortShow)
    return answer.status === 201 && answer.body
  })
  expect(again.status).toBe('created')
})

it('a paid order is never cancelled by its timer', async () => {
  const shortShow = await publishShow(organiser, { holdSeconds: 1 })
  const buyer = await asGuest(shop.url)
  const paid = await hold(buyer, shortShow)
  const unpaid = await hold(buyer, shortShow)
  expectStatus(await pay(buyer, paid.id), 201)
  await untilStatus(buyer, paid.id, 'complete')
  // The other order's deadline is the later one: when it has passed, so has this one's.
  await untilStatus(buyer, unpaid.id, 'cancelled')
  expect((await readOrder(buyer, paid.id)).status).toBe('complete')
})

it('a payment in a challenge at the deadline gets one extension, then the order is cancelled and the card let go', async () => {
  const shortShow = await publishShow(organiser, { holdSeconds: 1 })
  const buyer = await asGuest(shop.url)
  const order = await hold(buyer, shortShow)
  const payment = expectStatus(await pay(buyer, order.id, 'pm_card_threeDSecure2Required'), 201)
  const extended = await waitFor('the extension', async () => {
    const now = await readOrder(buyer, order.id)
    return now.extended && now
  })
  expect(extended.expiresAt > order.expiresAt).toBe(true)
  await untilStatus(buyer, order.id, 'cancelled')
  const stripe = stripeOf(shop.sandbox)
  const intentId = payment.clientSecret?.split('_secret_')[0] ?? ''
  await waitFor(
    'the intent cancelled',
    async () => (await stripe.paymentIntents.retrieve(intentId)).status === 'canceled',
  )
})

it('a free order is complete at once, with no payment', async () => {
  const freeShow = await publishShow(organiser, {
    ticketTypes: [{ name: 'Free', priceMinor: 0, capacity: 5 }],
  })
  const buyer = await asGuest(shop.url)
  const order = await hold(buyer, freeShow, 3)
  expect(order.status).toBe('complete')
  const withTickets = await waitFor('tickets', async () => {
    const now = await readOrder(buyer, order.id)
    return now.tickets && now
  })
  expect(withTickets.tickets).toHaveLength(3)
  expect(await pay(buyer, order.id)).toMatchObject({ status: 409, body: { code: 'order_not_payable' } })
})

it('a buyer cancels an unpaid order, and cannot cancel a complete one', async () => {
  const buyer = await asGuest(shop.url)
  const order = await hold(buyer)
  expect(await buyer.call('DELETE', `/api/orders/${order.id}`)).toMatchObject({
    status: 200,
    body: { status: 'cancelled', cancelReason: 'buyer' },
  })
  const paid = await hold(buyer)
  expectStatus(await pay(buyer, paid.id), 201)
  await untilStatus(buyer, paid.id, 'complete')
  expect(await buyer.call('DELETE', `/api/orders/${paid.id}`)).toMatchObject({
    status: 409,
    body: { code: 'order_complete' },
  })
})

it('an organiser refunds an order in part and then in full; its places and tickets go back', async () => {
  const ownShow = await publishShow(organiser, {
    ticketTypes: [{ name: 'One', priceMinor: 2_000, capacity: 1 }],
  })
  const buyer = await asGuest(shop.url)
  const order = await hold(buyer, ownShow)
  expectStatus(await pay(buyer, order.id), 201)
  await untilStatus(buyer, order.id, 'complete')
  expect(await buyer.call('POST', `/api/orders/${order.id}/refunds`, {})).toMatchObject({ status: 404 })
  expectStatus(
    await organiser.call<RefundView>('POST', `/api/orders/${order.id}/refunds`, {
      amountMinor: 500,
      reason: 'late start',
    }),
    201,
  )
  await waitFor('the part', async () => (await readOrder(buyer, order.id)).refunded?.amountMinor === 500)
  expect(
    await organiser.call('POST', `/api/orders/${order.id}/refunds`, { amountMinor: 1_501 }),
  ).toMatchObject({
    status: 422,
    body: { code: 'refund_exceeds_charge' },
  })
  expectStatus(await organiser.call<RefundView>('POST', `/api/orders/${order.id}/refunds`, {}), 201)
  const refunded = await waitFor('void tickets', async () => {
    const now = await readOrder(buyer, order.id)
    return now.status === 'refunded' && now.tickets?.every((ticket) => ticket.status === 'void') && now
  })
  expect(refunded.refunded).toEqual({ amountMinor: 2_000, currency: 'EUR' })
  await waitFor('the place back', async () => {
    const { body } = await makeClient(shop.url).call<{ ticketTypes: { available: number }[] }>(
      'GET',
      `/api/shows/${ownShow.id}/availability`,
    )
    return body.ticketTypes[0]?.available === 1
  })
})

it('seats are sold once, and the stream tells of it', async () => {
  const seats = ['1', '2', '3'].map((number) => ({ section: 'Stalls', row: 'A', number }))
  const seated = await publishShow(organiser, { ticketTypes: [{ name: 'Stalls', priceMinor: 3_000, seats }] })
  const [type] = seated.ticketTypes
  const seatId = type?.seats?.[1]?.id
  const body = { showId: seated.id, lines: [{ ticketTypeId: type?.id, seatIds: [seatId] }] }
  const stream = await fetch(`${shop.url}/api/shows/${seated.id}/availability/stream`, {
    headers: { accept: 'text/event-stream' },
  })
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
  const winner = await asGuest(shop.url)
  const loser = await asGuest(shop.url)
  const answers = await Promise.all([winner, loser].map((buyer) => buyer.call('POST', '/api/orders', body)))
  expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 409])
  expect(answers.find((answer) => answer.status === 409)?.body).toMatchObject({ code: 'seat_taken' })
  let text = ''
  await waitFor('the seat shown as held', async () => {
    text += (await reader?.read())?.value ?? ''
    return text.includes(`{"id":"${seatId}","state":"held"}`)
  })
  await reader?.cancel()
})

it('the timeline tells the whole story of an order in order, to its buyer and organiser only', async () => {
  const buyer = await asGuest(shop.url)
  const order = await hold(buyer)
  expectStatus(await pay(buyer, order.id), 201)
  const types = await waitFor('the tickets in the timeline', async () => {
    const { body } = await buyer.call<TimelineView>('GET', `/api/orders/${order.id}/timeline`)
    const seen = body.items.map((entry) => entry.type)
    return seen.includes('TicketsIssued') && seen
  })
  expect(types).toEqual([
    'OrderCreated',
    'PaymentStarted',
    'PaymentAuthorized',
    'OrderClaimed',
    'ChargeCreated',
    'OrderCompleted',
    'TicketsIssued',
  ])
  expectStatus(await organiser.call('GET', `/api/orders/${order.id}/timeline`), 200)
  expect(await (await asGuest(shop.url)).call('GET', `/api/orders/${order.id}/timeline`)).toMatchObject({
    status: 404,
    body: { code: 'order_unknown' },
  })
})

it('after all of it, stock, tickets, streams and money agree', async () => {
  await expectStockInvariants(shop.db)
  await expectSound(shop)
})
