// What is made of a webhook whose signature is good: every kind of event against what the payment's
// row knows. The processor is the one in memory, so that a test sees whether it was asked;
// signatures are the matter of webhook.db.test.ts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeAtOnce } from '../../../test/database.ts'
import { makeProcessorModel } from '../../../test/payments/fake-processor.ts'
import { newWorld, payment } from '../../../test/payments/samples.ts'
import { type ServiceApp, startServiceApp } from '../../../test/service-app.ts'
import { waitFor } from '../../../test/wait.ts'
import { sql } from '../../platform/postgres/database.ts'
import { newId } from '../../platform/process/clock.ts'
import type { Payment } from '../domain/payment.ts'
import type { WebhookEvent } from '../domain/webhook-news.ts'
import { makeService as makePayments } from '../index.ts'
import type { Processor } from '../processor/port.ts'
import { readPayment, save } from '../store/payments.ts'

const model = makeProcessorModel()
let asked = 0
let received = 0
let beforeAnswer: () => Promise<void> = () => Promise.resolve()
const processor: Processor = {
  ...model,
  async retrieve(intentId) {
    asked += 1
    await beforeAnswer()
    return model.retrieve(intentId)
  },
  verifyWebhook(body) {
    received += 1
    return body.length === 0 ? null : (JSON.parse(Buffer.from(body).toString()) as WebhookEvent)
  },
}

let service: ServiceApp
beforeAll(async () => {
  service = await startServiceApp(makePayments({ processor }), { RATE_LIMITS: 'off', LOG_LEVEL: 'silent' })
})
afterAll(() => service.stop())

const amount = { amountMinor: 4_500, currency: 'EUR' }

/** A payment that was captured here and there, or what the changes make of it. */
async function store(
  changes: Partial<Payment> = {},
  status: 'created' | 'complete' = 'complete',
): Promise<Payment> {
  const [id, orderId, organiserId, buyerId] = [newId(), newId(), newId(), newId()]
  await model.authorize({ paymentId: id, orderId, amount, paymentMethod: 'good', key: `${id}:create` })
  await model.capture(`pi_${id}`, `${id}:capture`)
  const people = { id, orderId, organiserId, buyerId }
  const captured = {
    status: 'captured',
    claim: 'won',
    intentStatus: 'succeeded',
    capturedMinor: 4_500,
    step: null,
  } as const
  const stored = payment({ ...people, ...captured, intentId: `pi_${id}`, askedVersion: 1, ...changes })
  const order = {
    id: orderId,
    version: 3,
    status,
    expiresAt: null,
    claimedBy: status === 'complete' ? id : null,
  }
  await storeAtOnce(service.db, (now) => {
    const orders = [{ ...order, terms: { buyerId, organiserId, amount } }]
    return save(newWorld([stored], { orders }), now)
  })
  return stored
}

const eventOf = ({ id }: Payment, changes: Partial<WebhookEvent> = {}): WebhookEvent => ({
  id: `evt_${newId()}`,
  type: 'payment_intent.succeeded',
  livemode: false,
  account: null,
  paymentId: id,
  intentId: `pi_${id}`,
  intentStatus: 'succeeded',
  amountMinor: 4_500,
  currency: 'EUR',
  refundedMinor: null,
  ...changes,
})
/** About a charge, a refund or a dispute: such an event says nothing of the intent. */
const aboutMoney = (type: string, refundedMinor: number | null = null) =>
  ({ type, intentStatus: null, amountMinor: null, currency: null, refundedMinor }) as const

async function counted(): Promise<Record<string, number>> {
  const { values } = await service.platform.metrics.webhooks.get()
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.outcome), value]))
}

/**
 * What the event was counted as, whether the processor was asked, and how the sender was answered.
 */
async function send(event: WebhookEvent | string) {
  const [before, askedBefore] = [await counted(), asked]
  const answer = await fetch(`${service.url}/api/payments/webhooks/stripe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'stripe-signature': 't=1,v1=x' },
    body: typeof event === 'string' ? event : JSON.stringify(event),
  })
  const after = await counted()
  const outcomes = Object.keys(after).filter((outcome) => after[outcome] !== (before[outcome] ?? 0))
  return { outcome: outcomes.join(' '), asked: asked - askedBefore, status: answer.status, answer }
}
const readRecorded = sql(
  '',
  'select type, payment_id as "paymentId", outcome from payments.webhook_events where id = $1',
)
const recorded = (id: string) => service.db.query(readRecorded, [id])

describe('an event about a captured payment', () => {
  it.each<[string, Partial<WebhookEvent>, string]>([
    ['that tells what the row knows', {}, 'known'],
    ['that is older than what the row knows', { intentStatus: 'requires_capture' }, 'known'],
    ['that tells what the row does not know', { intentStatus: 'canceled' }, 'advanced'],
    ['of the other mode', { livemode: true }, 'mismatch'],
    ['of another account', { account: 'acct_other' }, 'mismatch'],
    ['of another intent', { intentId: 'pi_other' }, 'mismatch'],
    ['of a cent less', { amountMinor: 4_499 }, 'mismatch'],
    ['in another currency', { currency: 'USD' }, 'mismatch'],
    ['that names no intent', { intentId: null }, 'known'],
    ['of no amount, in whatever currency', { amountMinor: null, currency: 'USD' }, 'known'],
    ['of a refund that the row knows', aboutMoney('charge.refunded', 0), 'known'],
    ['of a refund that the row does not know', aboutMoney('charge.refunded', 1_000), 'advanced'],
    ['of a refund that moved', aboutMoney('refund.updated', 0), 'advanced'],
    ['of a refund that failed', aboutMoney('refund.failed'), 'advanced'],
    ['of a dispute', aboutMoney('charge.dispute.created'), 'advanced'],
    ['of a charge, which our own calls tell', aboutMoney('charge.succeeded'), 'ignored'],
    ['of a refund, which our own calls tell', aboutMoney('refund.created'), 'ignored'],
    ['whose name only looks alike', { type: 'payment_intents.succeeded' }, 'ignored'],
    ['whose name only looks like a dispute', aboutMoney('charge.disputed'), 'ignored'],
    ['whose name ends like one of ours', { type: 'my.payment_intent.succeeded' }, 'ignored'],
    ['whose name ends like a dispute', aboutMoney('my.charge.dispute.created'), 'ignored'],
  ])('%s', async (_what, changes, outcome) => {
    const stored = await store()
    const event = eventOf(stored, changes)
    const first = await send(event)
    expect(first).toMatchObject({ outcome, status: 200, asked: outcome === 'advanced' ? 1 : 0 })
    expect(await first.answer.json()).toEqual({ received: true })
    // What had its effect is written down and told from what comes again; the rest is judged anew.
    const kept = outcome === 'known' || outcome === 'advanced'
    expect(await recorded(event.id)).toEqual(
      kept ? [{ type: event.type, paymentId: stored.id, outcome }] : [],
    )
    expect(await send(event)).toMatchObject({ outcome: kept ? 'duplicate' : outcome, status: 200, asked: 0 })
  })
})

it('a payment is found by its intent when the event does not say whose it is, or says nonsense', async () => {
  for (const paymentId of [null, '', `${newId()}x`, `x${newId()}`, 'nonsense']) {
    const stored = await store()
    expect(await send(eventOf(stored, { paymentId }))).toMatchObject({ outcome: 'known', status: 200 })
  }
})

it('an event about nobody’s payment is nobody’s: accepted, and not written down', async () => {
  const stored = await store()
  for (const changes of [
    { paymentId: newId() },
    { paymentId: null, intentId: 'pi_other' },
    { paymentId: null, intentId: null },
  ]) {
    const event = eventOf(stored, changes)
    expect(await send(event)).toMatchObject({ outcome: 'foreign', status: 200, asked: 0 })
    expect(await recorded(event.id)).toEqual([])
  }
})

it.each(['voided', 'declined'] as const)(
  'from the side of its charge a %s payment is refunded, which is no news',
  async (status) => {
    const stored = await store({ status, intentStatus: 'canceled', capturedMinor: 0, claim: null })
    expect(await send(eventOf(stored, aboutMoney('charge.refunded', 4_500)))).toMatchObject({
      outcome: 'known',
      asked: 0,
    })
  },
)

it('a refund in part is known by its sum', async () => {
  const stored = await store({ refundedMinor: 1_000 })
  expect(await send(eventOf(stored, aboutMoney('charge.refunded', 1_000)))).toMatchObject({
    outcome: 'known',
    asked: 0,
  })
  expect(await send(eventOf(stored, aboutMoney('charge.refunded', 0)))).toMatchObject({
    outcome: 'advanced',
    asked: 1,
  })
})

it('what comes together is judged together, each event for itself', async () => {
  const [one, other] = [await store(), await store()]
  const before = await counted()
  const events = [
    eventOf(one),
    eventOf(other, { livemode: true }),
    eventOf(other),
    eventOf(one, { paymentId: newId() }),
  ]
  const statuses = await Promise.all(events.map(async (event) => (await send(event)).status))
  expect(statuses).toEqual([200, 200, 200, 200])
  const after = await counted()
  const delta = (outcome: string) => (after[outcome] ?? 0) - (before[outcome] ?? 0)
  expect([delta('known'), delta('mismatch'), delta('foreign')]).toEqual([2, 1, 1])
})

it('two events at once of one thing: the processor is asked once, and the second finds it known', async () => {
  const held = {
    status: 'authorized',
    intentStatus: 'requires_capture',
    authorizedMinor: 4_500,
    capturedMinor: 0,
  } as const
  const stored = await store({ ...held, claim: null }, 'created')
  let answer: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (answer = resolve))
  const arrived = new Promise<void>((resolve) => {
    beforeAnswer = () => {
      resolve()
      return gate
    }
  })
  const [askedBefore, before] = [asked, await counted()]
  const first = send(eventOf(stored))
  await arrived
  const receivedBefore = received
  const second = send(eventOf(stored))
  await waitFor('the second event', () => received > receivedBefore)
  answer()
  expect([(await first).status, (await second).status]).toEqual([200, 200])
  beforeAnswer = () => Promise.resolve()
  const after = await counted()
  const delta = (outcome: string) => (after[outcome] ?? 0) - (before[outcome] ?? 0)
  expect([delta('advanced'), delta('known'), asked - askedBefore]).toEqual([1, 1, 1])
  expect(await readPayment(service.db, stored.id)).toMatchObject({ status: 'captured', capturedMinor: 4_500 })
})

it('an event that nobody can act on for now is wanted again', async () => {
  const stored = await store({
    intentId: null,
    status: 'declined',
    intentStatus: null,
    capturedMinor: 0,
    claim: null,
  })
  const { outcome, status, answer } = await send(eventOf(stored))
  expect([outcome, status, answer.headers.get('retry-after')]).toEqual(['busy', 503, '2'])
  expect(await answer.json()).toMatchObject({ code: 'unavailable' })
})

it('an event that the database refuses is a failure of ours and not an answer', async () => {
  const stored = await store()
  const event = eventOf(stored, { id: `evt_\u0000${newId()}` })
  expect(await send(event)).toMatchObject({ outcome: '', status: 500 })
  expect(await send(eventOf(stored))).toMatchObject({ outcome: 'known' })
})

it('an empty body is no event', async () => {
  const { outcome, status, answer } = await send('')
  expect([outcome, status]).toEqual(['forged', 400])
  expect(await answer.json()).toMatchObject({ code: 'bad_signature' })
})

it('the route is guarded by its signature, not by its origin, and keeps its place when the shop is overloaded', async () => {
  expect(service.routeConfigs.get('POST /api/payments/webhooks/stripe')).toMatchObject({
    signed: true,
    vital: true,
  })
})
