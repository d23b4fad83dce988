// Faults on demand: each strikes once per key, and the state tells afterwards what really happened.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, refusal, sdk, startBench } from './harness.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench.close())

const automatic = { enabled: true, allow_redirects: 'never' as const }

function payment(fault: string, run: string) {
  return {
    amount: 1200,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: automatic,
    metadata: { run, sandbox_fault: fault },
  }
}

async function made(run: string): Promise<number> {
  return (await bench.stripe.paymentIntents.search({ query: `metadata['run']:'${run}'` })).data.length
}

describe('a fault of the answer', () => {
  it.each([
    ['reset:after', 1],
    ['truncate:after', 1],
    ['bad_gateway:after', 1],
    ['api_error:after', 1],
    ['truncate:before', 0],
    ['bad_gateway:before', 0],
    ['api_error:before', 0],
    ['rate_limit:before', 0],
    ['rate_limit:after', 1],
    ['in_use:before', 0],
  ])('%s leaves %i payments behind', async (fault, count) => {
    const run = `answer ${fault}`
    // The SDK repeats a reset connection once by itself; a single raw call shows the fault alone.
    const response = fetch(`${bench.sandbox.url}/v1/payment_intents`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer sk_test_holdfast',
        'content-type': 'application/x-www-form-urlencoded',
        'idempotency-key': run,
      },
      body: `amount=1200&currency=eur&confirm=true&payment_method=pm_card_visa&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never&metadata[run]=${encodeURIComponent(run)}&metadata[sandbox_fault]=${fault}`,
    }).then(async (answer) => ({
      status: answer.status,
      body: JSON.parse(await answer.text()) as { id?: string },
    }))
    const outcome = await response.catch(() => ({ status: 0, body: {} }))
    expect(outcome.body).not.toHaveProperty('id')
    expect(await made(run)).toBe(count)
  })

  it("is survived by the SDK's own retry with a single effect", async () => {
    const retrying = sdk(bench.sandbox.url, 'sk_test_holdfast', 2)
    for (const fault of ['reset:after', 'reset:before', 'bad_gateway:after', 'in_use:before']) {
      const intent = await retrying.paymentIntents.create(payment(fault, `retry ${fault}`))
      expect(intent.status).toBe('succeeded')
      expect(await made(`retry ${fault}`)).toBe(1)
    }
  })

  it('stored as a 500 is replayed, and only the list knows better', async () => {
    const options = { idempotencyKey: 'stored-500' }
    expect(
      await refusal(bench.stripe.paymentIntents.create(payment('api_error:after', 'stored'), options)),
    ).toMatchObject({
      statusCode: 500,
      type: 'StripeAPIError',
    })
    expect(
      await refusal(bench.stripe.paymentIntents.create(payment('api_error:after', 'stored'), options)),
    ).toMatchObject({
      statusCode: 500,
    })
    expect(await made('stored')).toBe(1)
  })

  it('can hang until the caller gives up, before or after its effect', async () => {
    const impatient = sdk(bench.sandbox.url)
    for (const [fault, count] of [
      ['hang:before', 0],
      ['hang:after', 1],
    ] as const) {
      const error = await refusal(
        impatient.paymentIntents.create(payment(fault, `hang ${fault}`), { timeout: 150 }),
      )
      expect(error.type).toBe('StripeConnectionError')
      expect(await made(`hang ${fault}`)).toBe(count)
    }
  })
})

describe('where a fault comes from', () => {
  it('an intent may carry one for its capture', async () => {
    const held = await bench.stripe.paymentIntents.create({
      ...payment('capture=bad_gateway:after', 'at capture'),
      capture_method: 'manual',
    })
    await refusal(bench.stripe.paymentIntents.capture(held.id, {}, { idempotencyKey: 'cap' }))
    expect((await bench.stripe.paymentIntents.retrieve(held.id)).status).toBe('succeeded')
    expect(
      (await bench.stripe.paymentIntents.capture(held.id, {}, { idempotencyKey: 'cap' })).amount_received,
    ).toBe(1200)
  })

  it('a card may bring one', async () => {
    await refusal(
      bench.stripe.paymentIntents.create({
        ...payment('', 'by card'),
        payment_method: 'pm_card_faultServerErrorAfter',
      }),
    )
    expect(await made('by card')).toBe(1)
  })

  it('a rule may order a number of them', async () => {
    await bench.post('/_sandbox/faults', { kind: 'rate_limit', op: 'refunds.create', times: 1 })
    const paid = await bench.stripe.paymentIntents.create(payment('', 'rule'))
    expect(await refusal(bench.stripe.refunds.create({ payment_intent: paid.id }))).toMatchObject({
      statusCode: 429,
      type: 'StripeRateLimitError',
    })
    expect((await bench.stripe.refunds.create({ payment_intent: paid.id })).status).toBe('succeeded')
  })

  it('a card may be declined at the capture, and the intent ends', async () => {
    const held = await bench.stripe.paymentIntents.create({
      ...payment('', 'late decline'),
      capture_method: 'manual',
      payment_method: 'pm_card_declinedAtCapture',
    })
    expect(await refusal(bench.stripe.paymentIntents.capture(held.id))).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
    })
    expect((await bench.stripe.paymentIntents.retrieve(held.id)).status).toBe('canceled')
  })

  it('a wrong fault is refused by name', async () => {
    expect(await refusal(bench.stripe.paymentIntents.create(payment('explode', 'wrong')))).toMatchObject({
      statusCode: 400,
      param: 'sandbox_fault',
    })
    expect(await bench.post('/_sandbox/faults', { kind: 'explode' })).toMatchObject({
      error: { message: expect.stringContaining('latency') },
    })
  })
})

describe('the clock', () => {
  it('lets an authorization expire after seven days', async () => {
    const held = await bench.stripe.paymentIntents.create({
      ...payment('', 'expiry'),
      capture_method: 'manual',
    })
    await bench.post('/_sandbox/clock', { advance_seconds: 7 * 86_400 })
    expect(await bench.stripe.paymentIntents.retrieve(held.id)).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'automatic',
    })
    const events = await bench.stripe.events.list({ types: ['charge.expired'] })
    expect(events.data[0]?.data.object).toMatchObject({ id: held.latest_charge, refunded: true })
    expect(await refusal(bench.stripe.paymentIntents.capture(held.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    })
  })
})
