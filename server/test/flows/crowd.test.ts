// Many people at once: the last places, and everything that can happen around a deadline.
import type { OrderView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectNoFalseAlarm, expectSound } from '../audit.ts'
import {
  asGuest,
  type Client,
  expectStatus,
  pay,
  placeOrder,
  publishShow,
  signUp,
  standing,
} from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { expectMoneyInvariants, expectStockInvariants, readProcessor, unsettled } from './invariants.ts'
import { answerChallenge, stripeOf } from './stripe.ts'

let shop: TestShop
let organiser: Client

beforeAll(async () => {
  shop = await startTestShop({ environment: { AUDIT_SECONDS: '1' } })
  organiser = await signUp(shop.url)
})

afterAll(async () => {
  await shop.stop()
})

it('200 buyers at once for 50 places: 50 orders, exactly', async () => {
  const show = await publishShow(organiser, { ticketTypes: [standing] })
  const buyers = await Promise.all(Array.from({ length: 200 }, () => asGuest(shop.url)))
  const answers = await Promise.all(buyers.map((buyer) => placeOrder(buyer, show)))
  const placed = answers.filter((answer) => answer.status === 201)
  expect(placed).toHaveLength(50)
  expect(new Set(placed.map((answer) => answer.body.id)).size).toBe(50)
  for (const refused of answers.filter((answer) => answer.status !== 201)) {
    expect(refused).toMatchObject({ status: 409, body: { code: 'sold_out' } })
  }
  await expectStockInvariants(shop.db)
})

/** What one buyer does near the deadline; `spice` picks a story so that all of them happen. */
async function actNearDeadline(buyer: Client, order: OrderView, spice: number): Promise<void> {
  const untilDeadlineMs = Date.parse(order.expiresAt) - Date.now()
  // Spread around the deadline, from well before to just after.
  await new Promise((resolve) =>
    setTimeout(resolve, Math.max(0, untilDeadlineMs - 500 + ((spice * 37) % 700))),
  )
  const stories: (() => Promise<unknown>)[] = [
    () => pay(buyer, order.id),
    () => Promise.all([pay(buyer, order.id), buyer.call('DELETE', `/api/orders/${order.id}`)]),
    () => Promise.all([pay(buyer, order.id), pay(buyer, order.id, 'pm_card_mastercard')]),
    () => pay(buyer, order.id, 'pm_card_visa_chargeDeclined').then(() => pay(buyer, order.id)),
    async () => {
      const { body } = await pay(buyer, order.id, 'pm_card_threeDSecure2Required')
      const intentId = body.clientSecret?.split('_secret_')[0]
      if (intentId) await answerChallenge(shop.sandbox, intentId, spice % 2 === 0 ? 'succeed' : 'fail')
    },
    () => buyer.call('DELETE', `/api/orders/${order.id}`),
  ]
  await stories[spice % stories.length]?.()
}

it('payments, cancels and second cards around the deadline: every order comes to rest and the processor agrees', async () => {
  const show = await publishShow(organiser, { holdSeconds: 2, ticketTypes: [{ ...standing, capacity: 500 }] })
  const buyers = await Promise.all(Array.from({ length: 60 }, () => asGuest(shop.url)))
  await Promise.all(
    buyers.map(async (buyer, index) => {
      const order = expectStatus(await placeOrder(buyer, show), 201)
      await actNearDeadline(buyer, order, index)
    }),
  )
  const stripe = stripeOf(shop.sandbox)
  await waitFor('everything at rest', async () => {
    const open = await shop.db.query(
      {
        name: 'test.open',
        text: `select id from orders.orders where show_id = $1 and status in ('created', 'claimed')`,
      },
      [show.id],
    )
    const processor = await readProcessor(stripe)
    return open.length === 0 && [...processor.values()].every(({ authorized }) => authorized === 0)
  })
  await expectMoneyInvariants(shop.db, stripe)
  await waitFor('the tickets issued', () =>
    expectStockInvariants(shop.db).then(
      () => true,
      () => false,
    ),
  )
  await expectStockInvariants(shop.db)
  const statuses = await shop.db.query<{ status: string }>(
    { name: 'test.statuses', text: `select distinct status from orders.orders where show_id = $1` },
    [show.id],
  )
  expect(statuses.map(({ status }) => status).toSorted()).toEqual(['cancelled', 'complete'])
  expect(await unsettled(shop.db)).toEqual([])
  await expectSound(shop)
  await expectNoFalseAlarm(shop)
})
