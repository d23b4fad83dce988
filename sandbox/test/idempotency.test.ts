// Idempotency as documented: one effect per key, replays, mismatches, what is not remembered.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, refusal, startBench } from './harness.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench.close())

const payment = {
  amount: 1200,
  currency: 'eur',
  confirm: true,
  payment_method: 'pm_card_visa',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' as const },
}

describe('an idempotency key', () => {
  it('used fifty times at once has one effect and fifty equal answers', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        bench.stripe.paymentIntents.create(
          { ...payment, metadata: { run: 'fifty' } },
          { idempotencyKey: 'fifty' },
        ),
      ),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    const found = await bench.stripe.paymentIntents.search({ query: "metadata['run']:'fifty'" })
    expect(found.data).toHaveLength(1)
    expect(
      answers.filter((answer) => answer.lastResponse.headers['idempotent-replayed'] === 'true'),
    ).toHaveLength(49)
  })

  it('names the original request when it replays', async () => {
    const first = await bench.stripe.paymentIntents.create(payment, { idempotencyKey: 'again' })
    const second = await bench.stripe.paymentIntents.create(payment, { idempotencyKey: 'again' })
    expect(second.id).toBe(first.id)
    expect(second.lastResponse.headers['original-request']).toBe(first.lastResponse.requestId)
  })

  it('is refused with other parameters', async () => {
    await bench.stripe.paymentIntents.create(payment, { idempotencyKey: 'params' })
    const error = await refusal(
      bench.stripe.paymentIntents.create({ ...payment, amount: 1300 }, { idempotencyKey: 'params' }),
    )
    expect(error).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 })
  })

  it('is refused on another endpoint', async () => {
    const intent = await bench.stripe.paymentIntents.create(
      { ...payment, capture_method: 'manual' },
      { idempotencyKey: 'endpoint' },
    )
    const error = await refusal(
      bench.stripe.paymentIntents.capture(intent.id, {}, { idempotencyKey: 'endpoint' }),
    )
    expect(error).toMatchObject({ type: 'StripeIdempotencyError' })
    expect((await bench.stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_capture')
  })

  it('replays a decline', async () => {
    const declined = { ...payment, payment_method: 'pm_card_chargeDeclined' }
    const first = await refusal(bench.stripe.paymentIntents.create(declined, { idempotencyKey: 'decline' }))
    const second = await refusal(bench.stripe.paymentIntents.create(declined, { idempotencyKey: 'decline' }))
    expect(second).toMatchObject({ code: 'card_declined', statusCode: 402, charge: first.charge })
    expect(second.headers?.['idempotent-replayed']).toBe('true')
  })

  it('is free again after a validation error', async () => {
    await refusal(
      bench.stripe.paymentIntents.create({ ...payment, amount: 1 }, { idempotencyKey: 'corrected' }),
    )
    expect((await bench.stripe.paymentIntents.create(payment, { idempotencyKey: 'corrected' })).status).toBe(
      'succeeded',
    )
  })

  it('is in use while the first call is still running', async () => {
    const slow = fetch(`${bench.sandbox.url}/v1/payment_intents`, {
      method: 'POST',
      body: 'amount=1200&currency=eur',
      headers: {
        authorization: 'Bearer sk_test_holdfast',
        'content-type': 'application/x-www-form-urlencoded',
        'idempotency-key': 'busy',
        'sandbox-fault': 'latency:before:400',
      },
    })
    let busy: { status: number; code: unknown } = { status: 0, code: undefined }
    while (busy.status !== 409) {
      const response = await fetch(`${bench.sandbox.url}/v1/payment_intents`, {
        method: 'POST',
        body: 'amount=1200&currency=eur',
        headers: {
          authorization: 'Bearer sk_test_holdfast',
          'idempotency-key': 'busy',
          'content-type': 'application/x-www-form-urlencoded',
          'sandbox-fault': 'latency:before:400',
        },
      })
      const body = (await response.json()) as { error?: { code?: string } }
      busy = { status: response.status, code: body.error?.code }
      if (response.status === 200) break
    }
    expect(busy).toEqual({ status: 409, code: 'idempotency_key_in_use' })
    expect((await slow).status).toBe(200)
  })

  it('is forgotten after a day', async () => {
    const first = await bench.stripe.paymentIntents.create(payment, { idempotencyKey: 'day' })
    await bench.post('/_sandbox/clock', { advance_seconds: 86_401 })
    const second = await bench.stripe.paymentIntents.create(payment, { idempotencyKey: 'day' })
    expect(second.id).not.toBe(first.id)
  })
})
