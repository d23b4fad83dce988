// Every case of the error table, sent as raw HTTP, and the README that shows the same table.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERROR_CASES, tableRow } from './error-cases.ts'
import { type Bench, startBench } from './harness.ts'

let bench: Bench
const names: Record<string, string> = {}
beforeAll(async () => {
  bench = await startBench()
  const base = {
    amount: 5000,
    currency: 'eur',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' as const },
  }
  const card = { ...base, payment_method: 'pm_card_visa', confirm: true }
  const { stripe } = bench
  const [fresh, held, paid, refunded, disputed, waiting, token] = await Promise.all([
    bench.stripe.paymentIntents.create({ amount: 5000, currency: 'eur' }),
    bench.stripe.paymentIntents.create({ ...card, capture_method: 'manual' }),
    bench.stripe.paymentIntents.create(card),
    bench.stripe.paymentIntents.create(card),
    stripe.paymentIntents.create({ ...card, payment_method: 'pm_card_createDispute' }),
    stripe.paymentIntents.create({ ...card, payment_method: 'pm_card_processingSucceeds' }),
    stripe.testHelpers.confirmationTokens.create({ payment_method: 'pm_card_visa' }),
  ])
  const [dispute] = (await stripe.disputes.list({ payment_intent: disputed.id })).data
  await stripe.disputes.close(dispute?.id ?? '')
  await stripe.paymentIntents.create({ ...base, confirm: true, confirmation_token: token.id })
  await bench.stripe.refunds.create({ payment_intent: refunded.id })
  Object.assign(names, {
    fresh: fresh.id,
    secret: fresh.client_secret,
    held: held.id,
    heldCharge: String(held.latest_charge),
    paid: paid.id,
    refunded: String(refunded.latest_charge),
    lost: disputed.id,
    processing: waiting.id,
    token: token.id,
  })
})
afterAll(() => bench.close())

const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (_all, name: string) => names[name] ?? name)

describe('wrong input', () => {
  it.each(ERROR_CASES)('$title: $status', async ({ call, form, key, status, type, code, param }) => {
    const [method = '', path = ''] = fill(call).split(' ')
    const response = await fetch(`${bench.sandbox.url}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key ?? 'sk_test_holdfast'}` }),
        ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      },
      ...(method === 'POST' ? { body: fill(form ?? '') } : {}),
    })
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect({
      status: response.status,
      type: error['type'],
      code: error['code'],
      param: error['param'],
    }).toEqual({
      status,
      type,
      code,
      param,
    })
    expect(String(error['message']).length).toBeGreaterThan(5)
    expect(JSON.stringify(error)).not.toMatch(/4111111111111111|sk_live_wrong/)
    expect(response.headers.get('request-id')).toMatch(/^req_/)
  })

  it('is shown in the README case by case', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    expect(ERROR_CASES.map(tableRow).filter((row) => !readme.includes(row))).toEqual([])
  })

  it('too large is refused', async () => {
    const response = await fetch(`${bench.sandbox.url}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_holdfast' },
      body: 'a='.padEnd(300 * 1024, 'b'),
    })
    expect(response.status).toBe(413)
  })
})
