// Webhooks as a receiver sees them, checked by the SDK's own verifier.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, type Receiver, refusal, startBench, startReceiver } from './harness.ts'

let bench: Bench
let receiver: Receiver
beforeAll(async () => {
  ;[bench, receiver] = await Promise.all([startBench(), startReceiver()])
})
afterAll(async () => {
  await bench.close()
  await receiver.close()
})
beforeEach(async () => {
  await bench.post('/_sandbox/reset', {})
  for (const endpoint of (await bench.stripe.webhookEndpoints.list()).data)
    await bench.stripe.webhookEndpoints.del(endpoint.id)
})

const automatic = { enabled: true, allow_redirects: 'never' as const }
const pay = (metadata: Record<string, string> = {}) =>
  bench.stripe.paymentIntents.create({
    amount: 1200,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: automatic,
    metadata,
  })

async function subscribe(events: string[] = ['payment_intent.succeeded']) {
  const endpoint = await bench.stripe.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: events as never,
  })
  return { id: endpoint.id, secret: endpoint.secret ?? '' }
}

describe('a webhook', () => {
  it('carries what the SDK can verify, and only what was subscribed to', async () => {
    const { secret } = await subscribe()
    const paid = await pay()
    const hook = await receiver.waitFor(({ event }) => (event.data.object as { id?: string }).id === paid.id)
    const event = bench.stripe.webhooks.constructEvent(hook.body, hook.signature, secret)
    expect(event).toMatchObject({
      type: 'payment_intent.succeeded',
      api_version: '2026-10-28.endive',
      livemode: false,
    })
    expect(
      receiver.hooks.filter((each) => each.body.includes(paid.id)).map((each) => each.event.type),
    ).toEqual(['payment_intent.succeeded'])
    expect(
      (
        await bench.stripe.webhookEndpoints.retrieve(
          (await bench.stripe.webhookEndpoints.list()).data[0]?.id ?? '',
        )
      ).secret,
    ).toBeUndefined()
  })

  it('comes again after failures, the same event signed anew', async () => {
    const { secret } = await subscribe()
    receiver.failNext(500, 302)
    const paid = await pay()
    const mine = () => receiver.hooks.filter((hook) => hook.body.includes(paid.id))
    await receiver.waitFor(() => mine().length === 3)
    const [first, , third] = mine()
    expect(third?.event.id).toBe(first?.event.id)
    expect(bench.stripe.webhooks.constructEvent(third?.body ?? '', third?.signature ?? '', secret).id).toBe(
      first?.event.id,
    )
  })

  it('is signed with both secrets while one is being replaced', async () => {
    const { id, secret } = await subscribe()
    const rotated = await bench.post(`/_sandbox/webhook_endpoints/${id}/rotate`, { overlap_seconds: 60 })
    const paid = await pay()
    const hook = await receiver.waitFor((each) => each.body.includes(paid.id))
    for (const known of [secret, String(rotated['secret'])])
      expect(bench.stripe.webhooks.constructEvent(hook.body, hook.signature, known).type).toBe(
        'payment_intent.succeeded',
      )
    expect(() => bench.stripe.webhooks.constructEvent(hook.body, hook.signature, 'whsec_other')).toThrow()
  })

  it('can be listed while undelivered, and sent again by hand', async () => {
    await subscribe()
    await bench.post('/_sandbox/faults', { kind: 'drop', event: 'payment_intent.succeeded', times: 1 })
    const paid = await pay()
    const marker = await pay()
    await receiver.waitFor((hook) => hook.body.includes(marker.id))
    const lost = await bench.stripe.events.list({ delivery_success: false, type: 'payment_intent.succeeded' })
    const event = lost.data.find((each) => (each.data.object as { id?: string }).id === paid.id)
    expect(event).toBeDefined()
    await bench.post(`/_sandbox/events/${event?.id}/resend`, {})
    const hook = await receiver.waitFor((each) => each.body.includes(paid.id))
    expect(hook.event.id).toBe(event?.id)
  })

  it('is sent again when that is asked for before the first sending has ended', async () => {
    await subscribe()
    const answer = receiver.holdNext()
    const paid = await pay()
    const mine = () => receiver.hooks.filter((hook) => hook.body.includes(paid.id))
    const first = await receiver.waitFor((hook) => hook.body.includes(paid.id))
    const resend = () => bench.post(`/_sandbox/events/${first.event.id}/resend`, {})
    expect([await resend(), await resend()]).toEqual([
      { event: first.event.id, deliveries: 1 },
      { event: first.event.id, deliveries: 1 },
    ])
    answer()
    await receiver.waitFor(() => mine().length === 2)
    expect(mine()[1]?.event.id).toBe(first.event.id)
  })

  it('can be doubled or forged on demand', async () => {
    const { secret } = await subscribe()
    const twice = await pay({ sandbox_webhook_fault: 'duplicate' })
    await receiver.waitFor(() => receiver.hooks.filter((hook) => hook.body.includes(twice.id)).length === 2)
    const forged = await pay({ sandbox_webhook_fault: 'wrong_signature' })
    const hook = await receiver.waitFor((each) => each.body.includes(forged.id))
    expect(() => bench.stripe.webhooks.constructEvent(hook.body, hook.signature, secret)).toThrow()
    const stale = await pay({ sandbox_webhook_fault: 'stale_signature' })
    const old = await receiver.waitFor((each) => each.body.includes(stale.id))
    expect(() => bench.stripe.webhooks.constructEvent(old.body, old.signature, secret)).toThrow(/tolerance/)
  })
})

describe('webhooks of connected accounts', () => {
  it('go to the endpoints made for them, with the account; the account’s own endpoint hears without it', async () => {
    const { stripe } = bench
    const seller = await stripe.accounts.create({ type: 'custom', country: 'DE' })
    const own = { stripeAccount: seller.id }
    const [ofSellers, ofOne] = await Promise.all([startReceiver(), startReceiver()])
    try {
      const platform = await subscribe(['*'])
      const connected = await stripe.webhookEndpoints.create({
        url: ofSellers.url,
        enabled_events: ['*'],
        connect: true,
      })
      const single = await stripe.webhookEndpoints.create(
        { url: ofOne.url, enabled_events: ['payment_intent.succeeded'] },
        own,
      )
      const paid = await stripe.paymentIntents.create(
        {
          amount: 900,
          currency: 'eur',
          confirm: true,
          payment_method: 'pm_card_visa',
          automatic_payment_methods: automatic,
        },
        own,
      )
      const isPaid = ({ event }: { event: { type: string } }): boolean =>
        event.type === 'payment_intent.succeeded'
      const hook = await ofSellers.waitFor(isPaid)
      expect(stripe.webhooks.constructEvent(hook.body, hook.signature, connected.secret ?? '')).toMatchObject(
        {
          account: seller.id,
        },
      )
      const alone = await ofOne.waitFor(isPaid)
      expect(
        stripe.webhooks.constructEvent(alone.body, alone.signature, single.secret ?? ''),
      ).not.toHaveProperty('account')
      await stripe.accounts.update(seller.id, { metadata: { city: 'Berlin' } })
      expect((await ofSellers.waitFor(({ event }) => event.type === 'account.updated')).event.account).toBe(
        seller.id,
      )
      // What the platform itself does goes to its own endpoint only.
      const mine = await pay()
      const told = await receiver.waitFor(
        ({ event }) => (event.data.object as { id?: string }).id === mine.id,
      )
      expect(
        bench.stripe.webhooks.constructEvent(told.body, told.signature, platform.secret),
      ).not.toHaveProperty('account')
      expect(receiver.hooks.filter(({ body }) => body.includes(paid.id))).toEqual([])
      expect(ofSellers.hooks.filter(({ body }) => body.includes(mine.id))).toEqual([])
      expect(
        await refusal(
          stripe.webhookEndpoints.create({ url: ofOne.url, enabled_events: ['*'], connect: true }, own),
        ),
      ).toMatchObject({
        param: 'connect',
      })
    } finally {
      await Promise.all([ofSellers.close(), ofOne.close()])
    }
  })
})
