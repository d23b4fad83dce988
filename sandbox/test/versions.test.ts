// Older API versions: real older SDKs pay, hold, save and refund; the version is echoed; each
// difference has its row.
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERSION_CHANGES } from '../src/api/versions.ts'
import { type Bench, refusal, startBench } from './harness.ts'
import { OLD_SDKS, oldSdk } from './old-sdks.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench.close())

interface Asked {
  status: number
  version: string | null
  body: Record<string, unknown> & { error?: Record<string, unknown> }
}

async function ask(
  version: string | undefined,
  call: string,
  form = '',
  url = bench.sandbox.url,
): Promise<Asked> {
  const [method = '', path = ''] = call.split(' ')
  const response = await fetch(`${url}/v1/${path}`, {
    method,
    headers: {
      authorization: 'Bearer sk_test_holdfast',
      'content-type': 'application/x-www-form-urlencoded',
      ...(version === undefined ? {} : { 'stripe-version': version }),
    },
    ...(method === 'POST' ? { body: form } : {}),
  })
  return {
    status: response.status,
    version: response.headers.get('stripe-version'),
    body: (await response.json()) as Asked['body'],
  }
}

describe.each(OLD_SDKS)('the SDK $name with $apiVersion', (old) => {
  it('pays with `payment_method_types`, refunds, and hears its own version', async () => {
    const stripe = oldSdk(old, bench.sandbox.url)
    const intent = await stripe.paymentIntents.create({
      amount: 2500,
      currency: 'eur',
      payment_method_types: ['card'],
    })
    expect(intent).toMatchObject({ status: 'requires_payment_method', payment_method_types: ['card'] })
    expect(intent['automatic_payment_methods']).toBeNull()
    expect(intent.lastResponse.headers['stripe-version']).toBe(old.apiVersion)
    const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })
    expect(paid.status).toBe('succeeded')
    expect((await stripe.refunds.create({ payment_intent: intent.id })).status).toBe('succeeded')
  })

  it('holds money, and changes the methods of an intent', async () => {
    const stripe = oldSdk(old, bench.sandbox.url)
    const intent = await stripe.paymentIntents.create({
      amount: 2500,
      currency: 'eur',
      payment_method_types: ['card'],
      capture_method: 'manual',
    })
    const changed = await stripe.paymentIntents.update(intent.id, { payment_method_types: ['card', 'link'] })
    expect(changed['payment_method_types']).toEqual(['card', 'link'])
    expect(await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'requires_capture',
    })
    expect((await stripe.paymentIntents.capture(intent.id)).status).toBe('succeeded')
  })

  it('saves a card with a setup intent', async () => {
    const stripe = oldSdk(old, bench.sandbox.url)
    const customer = await stripe.customers.create({ email: 'ada@example.com' })
    const setup = await stripe.setupIntents.create({ customer: customer.id, payment_method_types: ['card'] })
    expect(setup['payment_method_types']).toEqual(['card'])
    expect(await stripe.setupIntents.confirm(setup.id, { payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'succeeded',
    })
  })
})

describe('what a version changed', () => {
  const PAY =
    'amount=2500&currency=eur&confirm=true&payment_method=pm_card_visa&return_url=https%3A%2F%2Fshop.example'

  it.each([
    ['POST payment_intents', 'amount=2500&currency=eur&'],
    ['POST setup_intents', ''],
  ])('the parameter `payment_method_types` of %s', async (call, form) => {
    const named = `${form}payment_method_types[0]=card`
    expect(await ask('2026-08-26.dahlia', call, named)).toMatchObject({
      status: 200,
      version: '2026-08-26.dahlia',
    })
    expect(await ask('2026-09-30.endive', call, named)).toMatchObject({
      status: 400,
      version: '2026-09-30.endive',
      body: { error: { code: 'payment_method_types_no_longer_supported', param: 'payment_method_types' } },
    })
  })

  it.each([
    [
      'a type that is not active here',
      'payment_method_types[0]=card&payment_method_types[1]=ideal',
      'payment_method_types',
    ],
    [
      'types beside automatic methods',
      'payment_method_types[0]=card&automatic_payment_methods[enabled]=true',
      undefined,
    ],
  ])('refuses %s', async (_title, form, param) => {
    const { status, body } = await ask(
      '2025-08-27.basil',
      'POST payment_intents',
      `amount=2500&currency=eur&${form}`,
    )
    expect({ status, param: body.error?.['param'] }).toEqual({ status: 400, param })
  })

  it('the default of `capture_method`', async () => {
    const form = 'amount=2500&currency=eur'
    expect((await ask('2023-10-16', 'POST payment_intents', form)).body['capture_method']).toBe('automatic')
    expect((await ask('2024-04-10', 'POST payment_intents', form)).body['capture_method']).toBe(
      'automatic_async',
    )
  })

  it('automatic payment methods, and with them the need of a return address', async () => {
    const form = 'amount=2500&currency=eur&confirm=true&payment_method=pm_card_visa'
    expect((await ask('2022-11-15', 'POST payment_intents', form)).body).toMatchObject({
      status: 'succeeded',
      automatic_payment_methods: null,
    })
    expect((await ask('2023-08-16', 'POST payment_intents', form)).body.error).toMatchObject({
      param: 'return_url',
    })
    expect((await ask('2022-11-15', 'POST setup_intents')).body['automatic_payment_methods']).toBeNull()
    expect((await ask('2023-08-16', 'POST setup_intents')).body['automatic_payment_methods']).toMatchObject({
      enabled: true,
    })
  })

  it('the lists of charges and refunds, at every place where the object appears', async () => {
    const old = '2020-08-27'
    const paid = (await ask(old, 'POST payment_intents', PAY)).body as { id: string; latest_charge: string }
    const charge = paid.latest_charge
    expect(paid).toMatchObject({ charges: { object: 'list', data: [{ id: charge, refunds: { data: [] } }] } })
    await ask(old, 'POST refunds', `payment_intent=${paid.id}&amount=100`)
    const refunds = {
      object: 'list',
      data: [{ object: 'refund', amount: 100 }],
      url: `/v1/charges/${charge}/refunds`,
    }
    expect((await ask(old, `GET charges/${charge}`)).body).toMatchObject({ refunds })
    expect((await ask(old, `GET payment_intents/${paid.id}?expand[]=latest_charge`)).body).toMatchObject({
      latest_charge: { refunds },
    })
    const expanded = await ask(
      old,
      `GET payment_intents/${paid.id}?expand[]=charges.data.balance_transaction`,
    )
    expect(expanded.body).toMatchObject({
      charges: { data: [{ balance_transaction: { object: 'balance_transaction' } }] },
    })
    const listed = await ask(old, 'GET payment_intents?limit=1')
    expect(listed.body).toMatchObject({ data: [{ charges: { data: [{ id: charge }] } }] })
    const held = (await ask(old, 'POST payment_intents', `${PAY}&capture_method=manual`)).body as {
      id: string
    }
    expect((await ask(old, `POST payment_intents/${held.id}/capture`)).body).toMatchObject({
      charges: { data: [{ captured: true }] },
    })
    const declined = await ask(
      old,
      'POST payment_intents',
      PAY.replace('pm_card_visa', 'pm_card_visa_chargeDeclined'),
    )
    expect(declined.body.error).toMatchObject({
      payment_intent: { charges: { data: [{ status: 'failed' }] } },
    })
    const { body } = await ask('2022-11-15', `GET payment_intents/${paid.id}`)
    expect(Object.keys(body)).not.toContain('charges')
  })

  it('is shown in the README, row by row', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const rows = VERSION_CHANGES.map(
      ({ since, before, now, source }) => `| ${since} | ${before} | ${now} | ${source} |`,
    )
    expect(rows.filter((row) => !readme.includes(row))).toEqual([])
  })
})

describe('the version itself', () => {
  it('is refused when it is none, and echoed when it is newer than ours', async () => {
    expect(await ask('yesterday', 'GET balance')).toMatchObject({ status: 400, version: '2026-10-28.endive' })
    expect(await ask('2027-01-27.fennel', 'GET balance')).toMatchObject({
      status: 200,
      version: '2027-01-27.fennel',
    })
    expect((await ask(undefined, 'GET balance')).version).toBe('2026-10-28.endive')
  })

  it("may be a parameter, as Stripe.js sends it, or the account's default", async () => {
    const form = 'amount=2500&currency=eur&payment_method_types[0]=card'
    expect((await ask(undefined, 'POST payment_intents', `${form}&_stripe_version=2020-08-27`)).status).toBe(
      200,
    )
    const old = await startBench({ apiVersion: '2020-08-27' })
    try {
      expect(await ask(undefined, 'POST payment_intents', form, old.sandbox.url)).toMatchObject({
        status: 200,
        version: '2020-08-27',
      })
      expect(
        (await refusal(old.stripe.paymentIntents.create({ payment_method_types: ['card'] } as never))).code,
      ).toBe('payment_method_types_no_longer_supported')
    } finally {
      await old.close()
    }
  })
})
