// Each test key is an account of its own: what one does, no other sees, also after a restart.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSandbox } from '../src/index.ts'
import { type Bench, type Hook, type Receiver, refusal, sdk, startBench, startReceiver } from './harness.ts'

let bench: Bench
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  bench = await startBench()
})
afterAll(async () => {
  await bench.close()
  await receiver.close()
})

const PAID = {
  amount: 2500,
  currency: 'eur',
  confirm: true,
  payment_method: 'pm_card_visa',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const

function keyed(name: string): Stripe {
  return sdk(bench.sandbox.url, `sk_test_${name}`)
}

async function control(name: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${bench.sandbox.url}/_sandbox/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer sk_test_${name}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return (await response.json()) as Record<string, unknown>
}

describe('two keys share nothing', () => {
  it('no objects, events or balance', async () => {
    const paid = await keyed('one').paymentIntents.create(PAID)
    expect(await refusal(keyed('two').paymentIntents.retrieve(paid.id))).toMatchObject({
      code: 'resource_missing',
    })
    for (const other of [keyed('two'), bench.stripe]) {
      expect((await other.paymentIntents.list()).data).toEqual([])
      expect((await other.events.list()).data).toEqual([])
      expect((await other.balance.retrieve()).pending).not.toContainEqual(
        expect.objectContaining({ currency: 'eur' }),
      )
    }
    expect((await keyed('one').events.list()).data.length).toBeGreaterThan(0)
  })

  it('no webhook endpoints', async () => {
    await keyed('hooked').webhookEndpoints.create({
      url: receiver.url,
      enabled_events: ['payment_intent.succeeded'],
    })
    await keyed('silent').paymentIntents.create(PAID)
    const heard = await keyed('hooked').paymentIntents.create(PAID)
    await receiver.waitFor((hook) => (hook.event.data.object as { id: string }).id === heard.id)
    expect(receiver.hooks.map((hook) => (hook.event.data.object as { id: string }).id)).toEqual([heard.id])
  })

  it('no idempotency keys', async () => {
    const options = { idempotencyKey: 'same' }
    const first = await keyed('one').paymentIntents.create(PAID, options)
    const second = await keyed('two').paymentIntents.create({ ...PAID, amount: 900 }, options)
    expect(second).toMatchObject({ amount: 900 })
    expect((await keyed('one').paymentIntents.create(PAID, options)).id).toBe(first.id)
  })

  it('no faults', async () => {
    await control('faulty', 'faults', { kind: 'rate_limit', op: 'payment_intents.create', times: 'always' })
    await keyed('calm').paymentIntents.create(PAID)
    expect(await refusal(keyed('faulty').paymentIntents.create(PAID))).toMatchObject({ code: 'rate_limit' })
    expect(await control('calm', 'faults')).toMatchObject({ data: [] })
  })

  it('no clock', async () => {
    await control('late', 'clock', { advance_seconds: 604_800 })
    expect(await control('late', 'clock')).toMatchObject({ offset_seconds: 604_800 })
    expect(await control('early', 'clock')).toMatchObject({ offset_seconds: 0 })
    expect(await control('holdfast', 'clock')).toMatchObject({ offset_seconds: 0 })
  })

  it('no connected accounts', async () => {
    const seller = await keyed('one').accounts.create({ type: 'express' })
    const own = { stripeAccount: seller.id }
    await keyed('one').customers.create({}, own)
    expect(await refusal(keyed('two').customers.create({}, own))).toMatchObject({ code: 'account_invalid' })
  })

  it('not when one is emptied', async () => {
    const kept = await keyed('kept').paymentIntents.create(PAID)
    await keyed('emptied').paymentIntents.create(PAID)
    await control('emptied', 'reset', {})
    expect((await keyed('emptied').paymentIntents.list()).data).toEqual([])
    expect((await keyed('kept').paymentIntents.list()).data.map(({ id }) => id)).toEqual([kept.id])
  })
})

describe('a name', () => {
  it.each(['A', 'a'])('differs by the case of its letters: %s', async (name) => {
    await keyed(`case${name}`).customers.create({ email: `${name}@example.test` })
    expect((await keyed(`case${name}`).customers.list()).data).toHaveLength(1)
  })

  it.each([
    'sk_test_',
    'sk_test_a/b',
    'sk_test_..',
    `sk_test_${'x'.repeat(129)}`,
    'sk_live_x',
    'rk_test_x',
    'x',
  ])('is asked for in a proper test key: %s', async (key) => {
    expect(await refusal(sdk(bench.sandbox.url, key).customers.list())).toMatchObject({ statusCode: 401 })
    const response = await fetch(`${bench.sandbox.url}/_sandbox/clock`, {
      headers: { authorization: `Bearer ${key}` },
    })
    expect(response.status).toBe(401)
  })

  it('has a publishable key that sees the same payments', async () => {
    const made = await keyed('pair').paymentIntents.create({ amount: 500, currency: 'eur' })
    const seen = await sdk(bench.sandbox.url, 'pk_test_pair').paymentIntents.retrieve(made.id, {
      client_secret: made.client_secret ?? '',
    })
    expect(seen.id).toBe(made.id)
  })
})

it('a bank page and a receipt are found without a key', async () => {
  const asked = await keyed('paged').paymentIntents.create({
    ...PAID,
    payment_method: 'pm_card_threeDSecure2Required',
    use_stripe_sdk: true,
  })
  expect(asked.status).toBe('requires_action')
  const body = await bench.post(`/_sandbox/3ds/${asked.id}`, { outcome: 'succeed' })
  expect(body).toMatchObject({ status: 'succeeded' })
  const { receipt_url } = await keyed('paged').charges.retrieve(
    String((await keyed('paged').paymentIntents.retrieve(asked.id)).latest_charge),
  )
  expect((await fetch(String(receipt_url))).status).toBe(200)
})

it('after a restart every key finds its own, and its unsent webhooks leave without a call', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-names-'))
  const options = { port: 0, dataDir }
  const first = await startSandbox(options)
  const made = new Map<string, string>()
  for (const name of ['holdfast', 'first', 'Second']) {
    const stripe = sdk(first.url, `sk_test_${name}`)
    if (name === 'Second')
      await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ['customer.created'] })
    const metadata = { sandbox_webhook_fault: 'delay:1000' }
    made.set(name, (await stripe.customers.create({ description: name, metadata })).id)
  }
  await first.close()
  const isDelayed = (hook: Hook): boolean =>
    (hook.event.data.object as { id: string }).id === made.get('Second')
  expect(receiver.hooks.some(isDelayed)).toBe(false)
  const second = await startSandbox(options)
  try {
    await receiver.waitFor(isDelayed)
    for (const [name, id] of made) {
      const { data } = await sdk(second.url, `sk_test_${name}`).customers.list()
      expect(data.map((customer) => [customer.id, customer.description])).toEqual([[id, name]])
    }
  } finally {
    await second.close()
    await rm(dataDir, { recursive: true, force: true })
  }
})
