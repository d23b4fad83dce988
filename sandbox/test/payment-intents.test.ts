// The life of a payment intent through the unmodified SDK.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, refusal, startBench } from './harness.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench.close())

const automatic = { enabled: true, allow_redirects: 'never' as const }

function authorize(card = 'pm_card_visa', amount = 2000) {
  return bench.stripe.paymentIntents.create({
    amount,
    currency: 'eur',
    capture_method: 'manual',
    confirm: true,
    payment_method: card,
    automatic_payment_methods: automatic,
    metadata: { order_id: 'o1' },
  })
}

describe('manual capture', () => {
  it('holds the money, then takes it', async () => {
    const held = await authorize()
    expect(held).toMatchObject({
      status: 'requires_capture',
      amount_capturable: 2000,
      amount_received: 0,
      livemode: false,
    })
    const taken = await bench.stripe.paymentIntents.capture(held.id)
    expect(taken).toMatchObject({ status: 'succeeded', amount_capturable: 0, amount_received: 2000 })
    const charge = await bench.stripe.charges.retrieve(String(taken.latest_charge), {
      expand: ['balance_transaction', 'payment_intent'],
    })
    expect(charge).toMatchObject({
      captured: true,
      amount_captured: 2000,
      paid: true,
      payment_intent: { id: held.id },
    })
    expect(charge.balance_transaction).toMatchObject({ amount: 2000, fee: 88, net: 1912, type: 'charge' })
  })

  it('takes a part and gives the rest back', async () => {
    const held = await authorize()
    const taken = await bench.stripe.paymentIntents.capture(held.id, { amount_to_capture: 1500 })
    expect(taken.amount_received).toBe(1500)
    const charge = await bench.stripe.charges.retrieve(String(taken.latest_charge))
    expect(charge).toMatchObject({
      amount: 2000,
      amount_captured: 1500,
      amount_refunded: 500,
      refunded: false,
    })
    const again = await refusal(bench.stripe.paymentIntents.capture(held.id, { amount_to_capture: 500 }))
    expect(again.code).toBe('payment_intent_unexpected_state')
  })

  it('refuses to take more than was held', async () => {
    const held = await authorize()
    const error = await refusal(bench.stripe.paymentIntents.capture(held.id, { amount_to_capture: 2001 }))
    expect(error).toMatchObject({ statusCode: 400, code: 'amount_too_large', param: 'amount_to_capture' })
    expect((await bench.stripe.paymentIntents.retrieve(held.id)).status).toBe('requires_capture')
  })

  it('does not announce success before the capture', async () => {
    const held = await authorize()
    const events = await bench.stripe.events.list({ limit: 3 })
    expect(events.data.map((event) => event.type)).toEqual([
      'payment_intent.amount_capturable_updated',
      'charge.succeeded',
      'payment_intent.created',
    ])
    expect(events.data[0]?.data.object).toMatchObject({ id: held.id, amount_capturable: 2000 })
  })
})

describe('cancelling', () => {
  it('releases what was held', async () => {
    const held = await authorize()
    const cancelled = await bench.stripe.paymentIntents.cancel(held.id, { cancellation_reason: 'abandoned' })
    expect(cancelled).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'abandoned',
      amount_capturable: 0,
    })
    expect(await bench.stripe.charges.retrieve(String(held.latest_charge))).toMatchObject({
      captured: false,
      refunded: true,
      amount_refunded: 2000,
    })
  })

  it.each([
    ['requires_payment_method', {}],
    ['requires_confirmation', { payment_method: 'pm_card_visa' }],
    ['requires_action', { payment_method: 'pm_card_authenticationRequired', confirm: true }],
  ])('works in %s', async (status, extra) => {
    const intent = await bench.stripe.paymentIntents.create({
      amount: 2000,
      currency: 'eur',
      automatic_payment_methods: automatic,
      ...extra,
    })
    expect(intent.status).toBe(status)
    expect((await bench.stripe.paymentIntents.cancel(intent.id)).status).toBe('canceled')
  })

  it('is refused once the money was taken, with the intent in the error', async () => {
    const paid = await bench.stripe.paymentIntents.create({
      amount: 2000,
      currency: 'eur',
      payment_method: 'pm_card_visa',
      confirm: true,
      automatic_payment_methods: automatic,
    })
    const error = await refusal(bench.stripe.paymentIntents.cancel(paid.id))
    expect(error).toMatchObject({ code: 'payment_intent_unexpected_state', statusCode: 400 })
    expect(error.payment_intent).toMatchObject({ id: paid.id, status: 'succeeded' })
  })
})

describe('declines', () => {
  it('leaves the intent ready for another card', async () => {
    const intent = await bench.stripe.paymentIntents.create({
      amount: 2000,
      currency: 'eur',
      automatic_payment_methods: automatic,
    })
    const error = await refusal(
      bench.stripe.paymentIntents.confirm(intent.id, {
        payment_method: 'pm_card_chargeDeclinedInsufficientFunds',
      }),
    )
    expect(error).toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'insufficient_funds',
    })
    const after = await bench.stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] })
    expect(after.status).toBe('requires_payment_method')
    expect(after.last_payment_error).toMatchObject({ decline_code: 'insufficient_funds' })
    expect(after.latest_charge).toMatchObject({ status: 'failed', paid: false })
    expect(
      (await bench.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })).status,
    ).toBe('succeeded')
  })
})

describe('updating', () => {
  it('merges metadata and deletes with an empty value', async () => {
    const intent = await bench.stripe.paymentIntents.create({
      amount: 2000,
      currency: 'eur',
      metadata: { a: '1', b: '2' },
    })
    const after = await bench.stripe.paymentIntents.update(intent.id, { metadata: { b: '', c: '3' } })
    expect(after.metadata).toEqual({ a: '1', c: '3' })
  })

  it('cannot change the amount of held money', async () => {
    const held = await authorize()
    const error = await refusal(bench.stripe.paymentIntents.update(held.id, { amount: 100 }))
    expect(error).toMatchObject({ code: 'payment_intent_unexpected_state', param: 'amount' })
  })
})

describe('lists', () => {
  it('pages through a thousand payments without losing or repeating one', async () => {
    const made: string[] = []
    for (let batch = 0; batch < 21; batch++) {
      const intents = await Promise.all(
        Array.from({ length: 50 }, () =>
          bench.stripe.paymentIntents.create({ amount: 700, currency: 'eur', metadata: { run: 'paging' } }),
        ),
      )
      made.push(...intents.map((intent) => intent.id))
    }
    const seen = new Set<string>()
    for await (const intent of bench.stripe.paymentIntents.list({ limit: 100 }))
      if (intent.metadata['run'] === 'paging') seen.add(intent.id)
    expect(seen.size).toBe(1050)
    expect(made.every((id) => seen.has(id))).toBe(true)
  })

  it('finds by metadata', async () => {
    const intent = await bench.stripe.paymentIntents.create({
      amount: 900,
      currency: 'eur',
      metadata: { order_id: 'only-one' },
    })
    const found = await bench.stripe.paymentIntents.search({ query: "metadata['order_id']:'only-one'" })
    expect(found.data.map((each) => each.id)).toEqual([intent.id])
  })
})
