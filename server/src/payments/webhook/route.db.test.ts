// Webhooks: forged, replayed, from the future, twice, of the wrong mode or amount, before the
// reply, never. No effect but the right one.
import { createHmac } from 'node:crypto'
import Stripe from 'stripe'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectStatus } from '../../../test/client.ts'
import {
  type PaymentsRig,
  startPaymentsRig,
  type TestOrder,
  webhookSecret,
} from '../../../test/payments-rig.ts'
import { sql } from '../../platform/postgres/database.ts'
import { readPayment } from '../store/payments.ts'

let rig: PaymentsRig
beforeAll(async () => {
  // The test sends what the processor would.
  rig = await startPaymentsRig({ webhooks: false })
})
afterAll(() => rig.stop())

const path = '/api/payments/webhooks/stripe'
const nowSeconds = () => Math.floor(Date.now() / 1000)

function send(payload: string, signature: string | null) {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    ...(signature === null ? {} : { 'stripe-signature': signature }),
  }
  return fetch(`${rig.url}${path}`, { method: 'POST', headers, body: payload })
}

const signed = (payload: string, options: { secret?: string; timestamp?: number } = {}) =>
  Stripe.webhooks.generateTestHeaderString({
    payload,
    secret: options.secret ?? webhookSecret,
    timestamp: options.timestamp ?? nowSeconds(),
  })

interface EventOptions {
  readonly id?: string
  readonly livemode?: boolean
  readonly account?: string
  readonly changes?: object
}

/** The processor's event about an intent as it stands there now. */
async function eventAbout(
  intentId: string,
  type: string,
  { id = `evt_${crypto.randomUUID()}`, livemode = false, changes = {}, ...rest }: EventOptions = {},
) {
  const object = { ...(await rig.stripe.paymentIntents.retrieve(intentId)), ...changes }
  return JSON.stringify({
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: nowSeconds(),
    livemode,
    type,
    data: { object },
    ...rest,
  })
}

async function paymentInChallenge(): Promise<{ order: TestOrder; paymentId: string; intentId: string }> {
  const order = await rig.order()
  const body = expectStatus(await rig.pay(order, 'pm_card_authenticationRequired'), 201)
  const { intentId } = await rig.until(body.id, 'requires_action')
  return { order, paymentId: body.id, intentId: intentId ?? '' }
}

async function processorCalls(operation: string): Promise<number> {
  const { values } = await rig.platform.metrics.processorCalls.get()
  return values
    .filter(({ labels }) => labels.operation === operation)
    .reduce((sum, { value }) => sum + value, 0)
}

async function webhooksCounted(outcome: string): Promise<number> {
  const { values } = await rig.platform.metrics.webhooks.get()
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0
}

it('a challenge that ends while the tab is closed is finished by the webhook', async () => {
  const { paymentId, intentId } = await paymentInChallenge()
  await rig.finishChallenge(intentId, 'succeed')
  const payload = await eventAbout(intentId, 'payment_intent.amount_capturable_updated')
  expect((await send(payload, signed(payload))).status).toBe(200)
  expect(await readPayment(rig.db, paymentId)).toMatchObject({ status: 'authorized' })
})

it('three at once and one more later are one effect', async () => {
  const { order, intentId } = await paymentInChallenge()
  await rig.finishChallenge(intentId, 'succeed')
  const payload = await eventAbout(intentId, 'payment_intent.amount_capturable_updated')
  const statuses = await Promise.all([1, 2, 3].map(async () => (await send(payload, signed(payload))).status))
  expect(statuses).toEqual([200, 200, 200])
  expect((await send(payload, signed(payload))).status).toBe(200)
  expect((await rig.eventsOf(order)).filter(({ type }) => type === 'PaymentAuthorized')).toHaveLength(1)
  expect(await webhooksCounted('duplicate')).toBeGreaterThan(0)
})

it('what the row knows already costs no call to the processor', async () => {
  const order = await rig.order()
  const { body } = await rig.pay(order)
  const { intentId } = await rig.until(body.id, 'authorized')
  const payload = await eventAbout(intentId ?? '', 'payment_intent.amount_capturable_updated')
  const older = await eventAbout(intentId ?? '', 'payment_intent.created', {
    changes: { status: 'requires_payment_method' },
  })
  const before = await processorCalls('retrieve')
  expect((await send(payload, signed(payload))).status).toBe(200)
  expect((await send(older, signed(older))).status).toBe(200)
  expect(await processorCalls('retrieve')).toBe(before)
})

it('an older event that comes late does not move a payment backwards', async () => {
  const { paymentId, intentId } = await paymentInChallenge()
  const older = await eventAbout(intentId, 'payment_intent.requires_action')
  await rig.finishChallenge(intentId, 'succeed')
  const newer = await eventAbout(intentId, 'payment_intent.amount_capturable_updated')
  expect((await send(newer, signed(newer))).status).toBe(200)
  expect((await send(older, signed(older))).status).toBe(200)
  expect(await readPayment(rig.db, paymentId)).toMatchObject({ status: 'authorized' })
})

it.each([
  ['no signature', () => null],
  ['a wrong secret', (payload: string) => signed(payload, { secret: 'whsec_wrong' })],
  ['another body', () => signed('{}')],
  ['an old stamp', (payload: string) => signed(payload, { timestamp: nowSeconds() - 301 })],
  ['a stamp from the future', (payload: string) => signed(payload, { timestamp: nowSeconds() + 330 })],
  [
    'two stamps',
    (payload: string) => `t=${nowSeconds()},${signed(payload, { timestamp: nowSeconds() + 9_000 })}`,
  ],
  ['rubbish', () => 'v1=,t='],
])('%s is refused, counted, and changes nothing', async (_name, sign) => {
  const { paymentId, intentId } = await paymentInChallenge()
  await rig.finishChallenge(intentId, 'succeed')
  const payload = await eventAbout(intentId, 'payment_intent.amount_capturable_updated')
  const before = await webhooksCounted('forged')
  const answer = await send(payload, sign(payload))
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'bad_signature' }])
  expect(await webhooksCounted('forged')).toBe(before + 1)
  expect(await readPayment(rig.db, paymentId)).toMatchObject({ status: 'requires_action' })
})

it('a signed body that is no event is refused, not a failure of ours', async () => {
  for (const payload of ['', 'not json', '[]', '"x"', 'null', '{"object":"event"}', '{"id":1,"data":{}}']) {
    expect((await send(payload, signed(payload))).status, payload).toBe(400)
  }
})

it('any of several secrets is good, also in another v1', async () => {
  const { paymentId, intentId } = await paymentInChallenge()
  await rig.finishChallenge(intentId, 'succeed')
  const payload = await eventAbout(intentId, 'payment_intent.amount_capturable_updated')
  const stamp = nowSeconds()
  const mac = (secret: string) => createHmac('sha256', secret).update(`${stamp}.${payload}`).digest('hex')
  const header = `t=${stamp},v1=${mac('whsec_gone')},v1=${mac('whsec_older')}`
  expect((await send(payload, header)).status).toBe(200)
  expect(await readPayment(rig.db, paymentId)).toMatchObject({ status: 'authorized' })
})

it.each([
  ['the wrong mode', { livemode: true }],
  ['another account', { account: 'acct_other' }],
  ['another amount', { changes: { amount: 1 } }],
  ['another currency', { changes: { currency: 'usd' } }],
  ['another intent', { changes: { id: 'pi_other' } }],
])('%s is counted and never acted on', async (_name, options: EventOptions) => {
  const { paymentId, intentId } = await paymentInChallenge()
  await rig.finishChallenge(intentId, 'succeed')
  const payload = await eventAbout(intentId, 'payment_intent.amount_capturable_updated', options)
  const before = await webhooksCounted('mismatch')
  expect((await send(payload, signed(payload))).status).toBe(200)
  expect(await webhooksCounted('mismatch')).toBe(before + 1)
  expect(await readPayment(rig.db, paymentId)).toMatchObject({ status: 'requires_action' })
})

it('an event about no payment of ours is accepted and forgotten', async () => {
  const foreign = await rig.stripe.paymentIntents.create({ amount: 500, currency: 'eur' })
  const payload = await eventAbout(foreign.id, 'payment_intent.created')
  expect((await send(payload, signed(payload))).status).toBe(200)
  const strange = await eventAbout(foreign.id, 'payment_intent.created', {
    changes: { metadata: { payment_id: "'; drop table" } },
  })
  expect((await send(strange, signed(strange))).status).toBe(200)
})

it('an event whose look failed is not marked as seen: the next delivery has its effect', async () => {
  const { paymentId, intentId } = await paymentInChallenge()
  await rig.finishChallenge(intentId, 'succeed')
  const id = `evt_${crypto.randomUUID()}`
  const payload = await eventAbout(intentId, 'payment_intent.amount_capturable_updated', { id })
  // Another process holds the payment and does not let go.
  await rig.db.query(
    sql('', `update payments.payments set leased_until = now() + interval '1 hour' where id = $1`),
    [paymentId],
  )
  expect((await send(payload, signed(payload))).status).toBe(503)
  await rig.db.query(sql('', `update payments.payments set leased_until = null where id = $1`), [paymentId])
  expect((await send(payload, signed(payload))).status).toBe(200)
  expect(await readPayment(rig.db, paymentId)).toMatchObject({ status: 'authorized' })
})

it('a huge body is refused', async () => {
  const payload = `{"x":"${'x'.repeat(600 * 1024)}"}`
  const answer = await send(payload, signed(payload))
  expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'body_too_large' }])
})
