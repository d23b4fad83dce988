// Payments, ledger and processor compared both ways, with the real sandbox: what was done by hand
// on one side is a difference with an owner, and is over when the sides agree again.
import type { OpsReconciliation, OrderView, ShowView } from '@holdfast/contract'
import type Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { StoredDifference } from '../../src/audit/books/store.ts'
import { runSmall } from '../../src/audit/run.ts'
import { makeReadMark } from '../../src/payments/processor/marks.ts'
import { auditNow, auditParts, differencesNow, expectSound } from '../audit.ts'
import {
  asGuest,
  type Client,
  expectStatus,
  pay,
  placeOrder,
  publishShow,
  readOrder,
  signUp,
  standing,
} from '../client.ts'
import { signUpOperator } from '../operators.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { stripeOf } from './stripe.ts'

let shop: TestShop
let stripe: Stripe
let operator: Client
let organiser: Client
let show: ShowView

beforeAll(async () => {
  shop = await startTestShop({ environment: { AUDIT_SECONDS: '0' } })
  stripe = stripeOf(shop.sandbox)
  operator = await signUpOperator(shop)
  organiser = await signUp(shop.url)
  show = await publishShow(organiser, { ticketTypes: [{ ...standing, capacity: 500 }] })
})

afterAll(async () => {
  await shop.stop()
})

beforeEach(async () => {
  await run('delete from platform.switches')
  await shop.platform.switches.refresh()
})

const run = <Row>(text: string, values: readonly unknown[] = []) =>
  shop.db.query<Row>({ name: '', text }, values)

interface Paid {
  readonly order: OrderView
  readonly paymentId: string
  readonly intentId: string
}

async function paid(paymentMethod = 'pm_card_visa'): Promise<Paid> {
  const buyer = await asGuest(shop.url)
  const order = expectStatus(await placeOrder(buyer, show), 201)
  expectStatus(await pay(buyer, order.id, paymentMethod), 201)
  await waitFor('the tickets', async () => (await readOrder(buyer, order.id)).tickets)
  const [payment] = await run<{ id: string; intent_id: string }>(
    'select id, intent_id from payments.payments where order_id = $1',
    [order.id],
  )
  return { order, paymentId: payment?.id ?? '', intentId: payment?.intent_id ?? '' }
}

const sandboxControl = (path: string, body: object) =>
  fetch(`${shop.sandbox.url}/_sandbox/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** The difference of this id, by looking at everything. */
const differenceOf = (id: string) =>
  waitFor(`the difference ${id}`, async () => {
    await auditNow(shop)
    return (await differencesNow(shop)).find((difference) => difference.id === id)
  })

const isOver = (id: string) =>
  waitFor(`the end of ${id}`, async () => {
    await auditNow(shop)
    return !(await differencesNow(shop)).some((difference: StoredDifference) => difference.id === id)
  })

it('between a shop and its processor there is no difference', async () => {
  await Promise.all([paid(), paid(), paid('pm_card_mastercard')])
  await expectSound(shop)
})

it('money that no order explains is the operator’s, and stops nothing', async () => {
  const intent = await stripe.paymentIntents.create({
    amount: 700,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  const found = await differenceOf(`foreign:${intent.id}`)
  expect(found).toMatchObject({
    owner: 'operator',
    intentId: intent.id,
    processorMinor: 700,
    shopMinor: null,
    currency: 'EUR',
  })
  expect((await auditNow(shop)).breaches).toEqual([])
  await stripe.refunds.create({ payment_intent: intent.id })
  await isOver(`foreign:${intent.id}`)
})

it('an intent of ours that payments does not know is a breach', async () => {
  const payment_id = crypto.randomUUID()
  const intent = await stripe.paymentIntents.create({
    amount: 900,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    metadata: (await makeReadMark(shop.db)()).metadataOf(
      { paymentId: payment_id, orderId: crypto.randomUUID() },
      { amountMinor: 900, currency: 'EUR' },
    ),
  })
  const found = await differenceOf(`intent_without_payment:${payment_id}`)
  expect(found).toMatchObject({ owner: 'shop', paymentId: payment_id, processorMinor: 900 })
  expect((await auditNow(shop)).breaches).toMatchObject([{ invariant: 'charges_have_an_order' }])
  await stripe.refunds.create({ payment_intent: intent.id })
  await isOver(`intent_without_payment:${payment_id}`)
  expect((await auditNow(shop)).breaches).toEqual([])
})

it('an intent of a payment that was never answered is no stranger: it names its payment, and that one is asked about again', async () => {
  const { paymentId, intentId } = await paid()
  await run('update payments.payments set intent_id = null where id = $1', [paymentId])
  expect((await auditNow(shop)).breaches).toEqual([])
  expect(
    await run(`select id from audit.differences where payment_id = $1 and resolved_at is null`, [paymentId]),
  ).toEqual([])
  await run('update payments.payments set intent_id = $2 where id = $1', [paymentId, intentId])
})

it('a payment whose intent the processor does not know is missing there', async () => {
  const { paymentId, intentId, order } = await paid()
  await run(`update payments.payments set intent_id = 'pi_nowhere' where id = $1`, [paymentId])
  const found = await differenceOf(`missing_at_processor:${paymentId}`)
  expect(found).toMatchObject({
    owner: 'operator',
    orderId: order.id,
    intentId: 'pi_nowhere',
    shopMinor: 4_500,
    processorMinor: null,
  })
  await run(`update payments.payments set intent_id = $2 where id = $1`, [paymentId, intentId])
  await isOver(`missing_at_processor:${paymentId}`)
})

it('a refund made at the processor of which no webhook came is found, and looking again takes it in', async () => {
  const { paymentId, intentId, order } = await paid()
  await sandboxControl('faults', { kind: 'drop', event: '*', times: 'always' })
  await stripe.refunds.create({ payment_intent: intentId, amount: 500 })
  const found = await differenceOf(`refunded_differs:${paymentId}`)
  expect(found).toMatchObject({
    owner: 'shop',
    orderId: order.id,
    shopMinor: 4_500,
    processorMinor: 4_000,
    ledgerMinor: 4_500,
  })
  await fetch(`${shop.sandbox.url}/_sandbox/faults`, { method: 'DELETE' })
  expectStatus(await operator.call('POST', `/api/ops/payments/${paymentId}/advance`), 200)
  await isOver(`refunded_differs:${paymentId}`)
})

it('a ledger that says something else than its payment is a difference', async () => {
  const { paymentId } = await paid()
  const change = (by: number) =>
    run(
      `update payments.ledger_entries set posted_minor = posted_minor + $2 where payment_id = $1 and kind = 'capture'`,
      [paymentId, by],
    )
  await change(-100)
  expect(await differenceOf(`ledger_differs:${paymentId}`)).toMatchObject({
    owner: 'shop',
    shopMinor: 4_500,
    ledgerMinor: 4_400,
    processorMinor: 4_500,
  })
  await change(100)
  await isOver(`ledger_differs:${paymentId}`)
})

it('a refund that the bank sends back is the organiser’s to make good, and no breach', async () => {
  const { order, paymentId } = await paid('pm_card_refundFail')
  expectStatus(await organiser.call('POST', `/api/orders/${order.id}/refunds`, {}), 201)
  await waitFor(
    'the refund',
    async () =>
      (await run(`select 1 from orders.orders where id = $1 and status = 'refunded'`, [order.id])).length ===
      1,
  )
  await sandboxControl('clock', { advance_seconds: 7 * 86_400 })
  const found = await differenceOf(`refund_failed:${paymentId}`)
  expect(found).toMatchObject({ owner: 'organiser', orderId: order.id })
  expect((await auditNow(shop)).breaches).toEqual([])
})

it('a dispute is the organiser’s while it is open', async () => {
  const { intentId } = await paid()
  const opened = (await (
    await sandboxControl('disputes/open', { payment_intent: intentId, reason: 'fraudulent' })
  ).json()) as {
    id: string
  }
  const found = await differenceOf(`dispute_open:${opened.id}`)
  expect(found).toMatchObject({ owner: 'organiser', intentId, processorMinor: -4_500 })
  await stripe.disputes.close(opened.id)
  expect(await differenceOf(`dispute_lost:${opened.id}`)).toMatchObject({ owner: 'operator' })
  await isOver(`dispute_open:${opened.id}`)
})

it('the small run finds new differences too, and what is only fresh is not shown', async () => {
  const parts = auditParts(shop, { confirmMs: 50 })
  await runSmall(parts)
  const intent = await stripe.paymentIntents.create({
    amount: 300,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  const id = `foreign:${intent.id}`
  await waitFor('the difference', async () => {
    await runSmall(parts)
    return (await differencesNow(shop)).some((difference) => difference.id === id)
  })
  const list = async (query = '') =>
    expectStatus(
      await operator.call<OpsReconciliation>('GET', `/api/ops/reconciliation?limit=100${query}`),
      200,
    )
  expect((await list()).items.map((item) => item.id)).not.toContain(id)
  await run(`update audit.differences set first_seen_at = now() - interval '10 minutes' where id = $1`, [id])
  const shown = (await list()).items.find((item) => item.id === id)
  expect(shown).toMatchObject({ owner: 'operator', resolvedAt: null, kind: 'foreign' })
  expect(shown?.ageSeconds).toBeGreaterThanOrEqual(600)
  await stripe.refunds.create({ payment_intent: intent.id })
  await waitFor('the difference over', async () => {
    await runSmall(parts)
    return (await list('&resolved=true')).items.some((item) => item.id === id)
  })
  expect((await list()).processorReachable).toBe(true)
})
