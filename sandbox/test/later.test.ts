// What the sandbox's clock brings: banks that answer late, authorizations that end, events that are
// forgotten.
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, refusal, startBench } from './harness.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench.close())

const DAY = 86_400

function pay(
  method: string,
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
): Promise<Stripe.PaymentIntent> {
  return bench.stripe.paymentIntents.create({
    amount: 2500,
    currency: 'eur',
    confirm: true,
    payment_method: method,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    ...more,
  })
}

function pass(seconds: number): Promise<unknown> {
  return bench.post('/_sandbox/clock', { advance_seconds: seconds })
}

/** The types of the events that tell of this payment, oldest first. */
async function told(intent: string): Promise<string[]> {
  const { data } = await bench.stripe.events.list({ limit: 100 })
  return data
    .filter(({ data: { object } }) => JSON.stringify(object).includes(intent))
    .map(({ type }) => type)
    .toReversed()
}

describe('a payment that the bank answers later', () => {
  it('is processing, can neither be captured, confirmed, changed nor refunded, and then succeeds', async () => {
    const { stripe } = bench
    const waiting = await pay('pm_card_processingSucceeds')
    expect(waiting).toMatchObject({ status: 'processing', amount_received: 0, processing: { type: 'card' } })
    const charge = await stripe.charges.retrieve(String(waiting.latest_charge))
    expect(charge).toMatchObject({
      status: 'pending',
      paid: false,
      captured: false,
      balance_transaction: null,
      outcome: null,
    })
    for (const call of [
      stripe.paymentIntents.capture(waiting.id),
      stripe.paymentIntents.confirm(waiting.id),
      stripe.paymentIntents.update(waiting.id, { amount: 100 }),
      stripe.refunds.create({ payment_intent: waiting.id }),
    ])
      expect(await refusal(call)).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' })
    await pass(60)
    const paid = await stripe.paymentIntents.retrieve(waiting.id, { expand: ['latest_charge'] })
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 2500, processing: null })
    expect(paid.latest_charge).toMatchObject({
      id: charge.id,
      status: 'succeeded',
      paid: true,
      captured: true,
    })
    expect(await told(waiting.id)).toEqual([
      'payment_intent.created',
      'charge.pending',
      'payment_intent.processing',
      'charge.succeeded',
      'payment_intent.succeeded',
      'charge.updated',
    ])
  })

  it('fails in the end and can be paid with another card', async () => {
    const { stripe } = bench
    const waiting = await pay('pm_card_processingFails')
    await pass(60)
    const failed = await stripe.paymentIntents.retrieve(waiting.id)
    expect(failed).toMatchObject({
      status: 'requires_payment_method',
      latest_charge: waiting.latest_charge,
      last_payment_error: { code: 'card_declined', decline_code: 'generic_decline' },
    })
    expect((await told(waiting.id)).slice(-2)).toEqual(['charge.failed', 'payment_intent.payment_failed'])
    expect((await stripe.paymentIntents.confirm(waiting.id, { payment_method: 'pm_card_visa' })).status).toBe(
      'succeeded',
    )
  })

  it('is only held then, where capture is manual, and is given back after seven more days', async () => {
    const waiting = await pay('pm_card_processingSucceeds', { capture_method: 'manual' })
    await pass(60)
    const held = await bench.stripe.paymentIntents.retrieve(waiting.id, { expand: ['latest_charge'] })
    expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 2500 })
    const charge = held.latest_charge as Stripe.Charge
    const until = charge.payment_method_details?.card?.capture_before ?? 0
    const { now } = (await (await fetch(`${bench.sandbox.url}/_sandbox/clock`)).json()) as { now: number }
    expect(until - now).toBeGreaterThan(7 * DAY - 60)
    await pass(7 * DAY)
    expect((await bench.stripe.paymentIntents.retrieve(waiting.id)).status).toBe('canceled')
  })

  it('can be cancelled while the bank thinks, and what the bank says then counts no more', async () => {
    const waiting = await pay('pm_card_processingSucceeds')
    expect((await bench.stripe.paymentIntents.cancel(waiting.id)).status).toBe('canceled')
    await pass(60)
    const after = await bench.stripe.paymentIntents.retrieve(waiting.id, { expand: ['latest_charge'] })
    expect(after).toMatchObject({
      status: 'canceled',
      amount_received: 0,
      latest_charge: { status: 'failed', paid: false },
    })
  })
})

describe('an authorization of a saved Visa whose owner is absent', () => {
  it('ends after four days and eighteen hours', async () => {
    const customer = await bench.stripe.customers.create({ payment_method: 'pm_card_visa' })
    const [method] = (await bench.stripe.customers.listPaymentMethods(customer.id)).data
    const held = await pay(method?.id ?? '', {
      customer: customer.id,
      off_session: true,
      capture_method: 'manual',
    })
    await pass(4 * DAY + 17 * 3600)
    expect((await bench.stripe.paymentIntents.retrieve(held.id)).status).toBe('requires_capture')
    await pass(3600)
    expect((await bench.stripe.paymentIntents.retrieve(held.id)).status).toBe('canceled')
  })
})

describe('an event', () => {
  it('is kept for thirty days', async () => {
    const paid = await pay('pm_card_visa')
    const [event] = (await bench.stripe.events.list({ type: 'payment_intent.succeeded', limit: 1 })).data
    expect(JSON.stringify(event?.data.object)).toContain(paid.id)
    await pass(29 * DAY)
    expect((await bench.stripe.events.retrieve(event?.id ?? '')).id).toBe(event?.id)
    await pass(DAY + 60)
    expect(await refusal(bench.stripe.events.retrieve(event?.id ?? ''))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    })
    const left = (await bench.stripe.events.list({ limit: 100 })).data
    // That time has passed is itself an event.
    expect(left.filter(({ type }) => type !== 'balance.available')).toEqual([])
    // The payment itself is kept.
    expect((await bench.stripe.paymentIntents.retrieve(paid.id)).status).toBe('succeeded')
  })
})
