// Selling at the counter, end to end: cash, a bill, a gift, and money taken for what a buyer holds.
import type { OrderView, PaymentView, RefundView, Settlement, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectSound } from '../audit.ts'
import {
  asGuest,
  type Client,
  expectStatus,
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
    maxPerBuyer: 4,
    ticketTypes: [
      { name: 'Standing', priceMinor: 4_500, capacity: 50 },
      {
        name: 'Seats',
        priceMinor: 3_000,
        seats: [1, 2, 3].map((number) => ({ section: '', row: 'A', number: `${number}` })),
      },
    ],
  })
})

afterAll(async () => {
  await shop.stop()
})

const standing = (quantity: number, of = show) => ({ ticketTypeId: of.ticketTypes[0]?.id, quantity })
const sell = (body: Record<string, unknown> = {}, { by = organiser, key = '', of = show } = {}) =>
  by.call<OrderView & { code: string }>(
    'POST',
    `/api/shows/${of.id}/sales`,
    { lines: [standing(2, of)], tender: 'cash', ...body },
    key === '' ? {} : { 'idempotency-key': key },
  )
const takeFor = (orderId: string, body: Record<string, unknown> = {}, by = organiser) =>
  by.call<PaymentView & { code: string }>('POST', `/api/orders/${orderId}/payments/elsewhere`, body)
const seenBySeller = async (orderId: string) =>
  expectStatus(await organiser.call<OrderView>('GET', `/api/shows/${show.id}/orders/${orderId}`), 200)
const ledgerOf = (orderId: string) =>
  shop.db.query<{ account: string; posted: number }>(
    {
      name: '',
      text: `select split_part(account, ':', 1) as account, sum(posted_minor)::int as posted
           from payments.ledger_postings where order_id = $1 group by 1 having sum(posted_minor) <> 0 order by 1`,
    },
    [orderId],
  )

describe('a sale at the counter', () => {
  it('for cash is complete with its tickets when it is answered, and nobody is written to', async () => {
    const order = expectStatus(await sell({ buyer: { name: 'Mr Walker' } }), 201)
    expect(order).toMatchObject({
      status: 'complete',
      channel: 'box_office',
      tender: 'cash',
      buyerEmail: null,
      buyerName: 'Mr Walker',
      total: { amountMinor: 9_000, currency: 'EUR' },
    })
    expect(order.tickets?.map(({ status }) => status)).toEqual(['valid', 'valid'])
    expect(await ledgerOf(order.id)).toEqual([
      { account: 'organiser_payable', posted: -9_000 },
      { account: 'taken_elsewhere', posted: 9_000 },
    ])
    expect(await organiser.call('GET', `/api/orders/${order.id}/mails`)).toMatchObject({
      body: { items: [] },
    })
    const resent = await organiser.call('POST', `/api/orders/${order.id}/mails`)
    expect(resent).toMatchObject({ status: 409, body: { code: 'no_email_address' } })
  })

  it.each([
    ['terminal', 'taken_elsewhere'],
    ['transfer', 'taken_elsewhere'],
    ['on_account', 'receivable'],
  ])('by %s is money in the account %s', async (tender, account) => {
    const order = expectStatus(await sell({ lines: [standing(1)], tender }), 201)
    expect(order).toMatchObject({ status: 'complete', tender })
    expect(await ledgerOf(order.id)).toContainEqual({ account, posted: 4_500 })
  })

  it('as a comp takes off the whole price, says why, and needs no payment', async () => {
    expect((await sell({ tender: 'comp' })).body.code).toBe('invalid_request')
    const order = expectStatus(await sell({ tender: 'comp', reason: 'Press' }), 201)
    const money = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
    expect(order).toMatchObject({
      status: 'complete',
      tender: 'comp',
      tenderReason: 'Press',
      total: money(0),
      due: money(0),
      price: { subtotal: money(9_000), discount: money(9_000), total: money(0) },
    })
    expect(order.tickets).toHaveLength(2)
    expect(order.payment).toBeUndefined()
    expect(await ledgerOf(order.id)).toEqual([])
  })

  it('sends the tickets to an address that was given', async () => {
    const order = expectStatus(await sell({ buyer: { email: 'Carla@Example.com' } }), 201)
    expect(order.buyerEmail).toBe('carla@example.com')
    await waitFor('the mail', async () => {
      const { body } = await organiser.call<{ items?: unknown[] }>('GET', `/api/orders/${order.id}/mails`)
      // The mails may not have heard of the order yet.
      return body.items?.length === 1
    })
  })

  it('is not bound by limits of buyers, and by the stock it is', async () => {
    const order = expectStatus(
      await sell({ lines: [standing(12)], buyer: { email: 'group@example.com' } }),
      201,
    )
    expect(order.tickets).toHaveLength(12)
    expect((await sell({ lines: [standing(60)] })).body.code).toBe('sold_out')
    const seats = show.ticketTypes[1]
    const lines = [{ ticketTypeId: seats?.id, seatIds: [seats?.seats?.[0]?.id] }]
    expectStatus(await sell({ lines }), 201)
    expect((await sell({ lines })).body.code).toBe('seat_taken')
  })

  it('is made once for one Idempotency-Key', async () => {
    const first = expectStatus(await sell({}, { key: 'till-1' }), 201)
    expect(expectStatus(await sell({}, { key: 'till-1' }), 201)).toEqual(first)
    const other = await sell({ tender: 'terminal' }, { key: 'till-1' })
    expect(other.body.code).toBe('idempotency_key_reused')
  })

  it('is for those who sell the show', async () => {
    const [stranger, guest] = [await signUp(shop.url), await asGuest(shop.url)]
    expect((await sell({}, { by: stranger })).body.code).toBe('show_unknown')
    expect((await sell({}, { by: guest })).body.code).toBe('forbidden')
  })

  it('is refused for a show that is cancelled', async () => {
    const off = await publishShow(organiser)
    expectStatus(await organiser.call('POST', `/api/shows/${off.id}/cancel`), 200)
    await waitFor('the end of the sale', async () => {
      const { status, body } = await sell({}, { of: off })
      return status === 409 && body.code === 'not_on_sale'
    })
  })

  it('prints its tickets', async () => {
    const order = expectStatus(await sell(), 201)
    const printed = await organiser.call('GET', `/api/orders/${order.id}/tickets.pdf`).catch(() => null)
    // A PDF is no JSON: that it does not read as such is enough here; its content has tests of its own.
    expect(printed).toBeNull()
    const stranger = await signUp(shop.url)
    expect(await stranger.call('GET', `/api/orders/${order.id}/tickets.pdf`)).toMatchObject({ status: 404 })
  })
})

describe('money taken for what a buyer holds', () => {
  it('completes the order, and the buyer sees it', async () => {
    const buyer = await asGuest(shop.url)
    const order = expectStatus(await placeOrder(buyer, show), 201)
    const payment = expectStatus(await takeFor(order.id, { tender: 'transfer', reason: 'Invoice 12' }), 201)
    expect(payment).toMatchObject({ status: 'captured', tender: 'transfer' })
    const complete = await waitFor('tickets', async () => {
      const now = await readOrder(buyer, order.id)
      return now.tickets && now
    })
    expect(complete).toMatchObject({ channel: 'web', tender: 'transfer', tenderReason: 'Invoice 12' })
    expect(await takeFor(order.id)).toMatchObject({ status: 409, body: { code: 'order_not_payable' } })
  })

  it('and a card at the same time: one of them has the order, and the other took nothing', async () => {
    for (let round = 0; round < 6; round += 1) {
      const buyer = await asGuest(shop.url)
      const order = expectStatus(await placeOrder(buyer, show), 201)
      const [card, cash] = await Promise.all([pay(buyer, order.id), takeFor(order.id)])
      const complete = await waitFor('the end', async () => {
        const now = await readOrder(buyer, order.id)
        return now.status === 'complete' && now
      })
      if (cash.status === 201) expect(complete.tender).toBe('cash')
      else expect([cash.body.code, complete.tender]).toEqual(['order_not_payable', undefined])
      expect([card.status, cash.status]).toContain(201)
    }
  })

  it('is refused of a cancelled order, and of another’s show', async () => {
    const buyer = await asGuest(shop.url)
    const order = expectStatus(await placeOrder(buyer, show), 201)
    expect((await takeFor(order.id, {}, await signUp(shop.url))).body.code).toBe('order_unknown')
    expect((await takeFor(order.id, {}, buyer)).body.code).toBe('forbidden')
    expectStatus(await buyer.call('DELETE', `/api/orders/${order.id}`), 200)
    expect((await takeFor(order.id)).body.code).toBe('order_not_payable')
  })
})

it('what was taken elsewhere is given back elsewhere, and its places are free again', async () => {
  const order = expectStatus(await sell(), 201)
  const giveBack = (body: Record<string, unknown>) =>
    organiser.call<RefundView>('POST', `/api/orders/${order.id}/refunds`, body)
  expect(expectStatus(await giveBack({ amountMinor: 1_000 }), 201).status).toBe('succeeded')
  expectStatus(await giveBack({}), 201)
  await waitFor('the return', async () => (await seenBySeller(order.id)).status === 'refunded')
  expect(await ledgerOf(order.id)).toEqual([])
})

it('a settlement tells money by tender, and tickets by type and channel', async () => {
  const of = await publishShow(organiser)
  const comp = { tender: 'comp', reason: 'Press', lines: [standing(1, of)] }
  const [cash] = [expectStatus(await sell({}, { of }), 201)]
  expectStatus(await sell({ tender: 'on_account', lines: [standing(3, of)] }, { of }), 201)
  expectStatus(await sell(comp, { of }), 201)
  const buyer = await asGuest(shop.url)
  const web = expectStatus(await placeOrder(buyer, of), 201)
  expectStatus(await pay(buyer, web.id), 201)
  await waitFor('tickets', async () => (await readOrder(buyer, web.id)).tickets !== undefined)
  expectStatus(await organiser.call('POST', `/api/orders/${cash.id}/refunds`, { amountMinor: 500 }), 201)
  const code = cash.tickets?.[0]?.code
  expectStatus(await organiser.call('POST', '/api/tickets/check-in', { code }), 200)
  const read = () => organiser.call<Settlement>('GET', `/api/shows/${of.id}/settlement`)
  const settlement = await waitFor('the scan and the refund', async () => {
    const { body } = await read()
    const refundedMinor = body.money.reduce((sum, each) => sum + each.refundedMinor, 0)
    return body.attendance.admitted === 1 && refundedMinor === 500 && body
  })
  const line = (tender: string, account: string, takenMinor: number, more = {}) => {
    const kept = { refundedMinor: 0, keptMinor: takenMinor, faceMinor: takenMinor }
    return { tender, account, orders: 1, takenMinor, ...kept, ...more }
  }
  const type = { ticketTypeId: of.ticketTypes[0]?.id, name: 'Standing', returned: 0 }
  expect(settlement).toEqual({
    currency: 'EUR',
    money: [
      line('card', 'processor_balance', 4_500),
      line('cash', 'taken_elsewhere', 9_000, { refundedMinor: 500, keptMinor: 8_500 }),
      line('comp', 'none', 0, { faceMinor: 4_500 }),
      line('on_account', 'receivable', 13_500),
    ],
    types: [
      { ...type, channel: 'box_office', sold: 6, comps: 1, admitted: 1 },
      { ...type, channel: 'web', sold: 1, comps: 0, admitted: 0 },
    ],
    attendance: { valid: 7, admitted: 1 },
    reserved: { orders: 0, tickets: 0, amountMinor: 0 },
  })
  const stranger = await signUp(shop.url)
  expect(await stranger.call('GET', `/api/shows/${of.id}/settlement`)).toMatchObject({ status: 404 })
})

it('the books agree in the end', async () => {
  await expectStockInvariants(shop.db)
  await expectSound(shop)
})
