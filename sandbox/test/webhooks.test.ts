// Webhooks as a receiver sees them, checked by the SDK's own verifier.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bench, type Receiver, sdk, startBench, startReceiver } from './harness.ts'

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
  for (const endpoint of (await bench.stripe.webhookEndpoints.list()).data) await bench.stripe.webhookEndpoints.del(endpoint.id)
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
  const endpoint = await bench.stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: events as never })
  return { id: endpoint.id, secret: endpoint.secret ?? '' }
}

describe('a webhook', () => {
  it('carries what the SDK can verify, and only what was subscribed to', async () => {
    const { secret } = await subscribe()
    const paid = await pay()
    const hook = await receiver.waitFor(({ event }) => (event.data.object as { id?: string }).id === paid.id)
    const event = bench.stripe.webhooks.constructEvent(hook.body, hook.signature, secret)
    expect(event).toMatchObject({ type: 'payment_intent.succeeded', api_version: '2026-10-28.endive', livemode: false })
    expect(receiver.hooks.filter((each) => each.body.includes(paid.id)).map((each) => each.event.type)).toEqual([
      'payment_intent.succeeded',
    ])
    expect(
      (await bench.stripe.webhookEndpoints.retrieve((await bench.stripe.webhookEndpoints.list()).data[0]?.id ?? '')).secret,
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
    expect(bench.stripe.webhooks.constructEvent(third?.body ?? '', third?.signature ?? '', secret).id).toBe(first?.event.id)
  })

  it('is signed with both secrets while one is being replaced', async () => {
    const { id, secret } = await subscribe()
    const rotated = await bench.post(`/_sandbox/webhook_endpoints/${id}/rotate`, { overlap_seconds: 60 })
    const paid = await pay()
    const hook = await receiver.waitFor((each) => each.body.includes(paid.id))
    for (const known of [secret, String(rotated['secret'])])
      expect(bench.stripe.webhooks.constructEvent(hook.body, hook.signature, known).type).toBe('payment_intent.succeeded')
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

function command(dataDir: string) {
  const child = spawn(process.execPath, [new URL('../src/main.ts', import.meta.url).pathname], {
    env: {
      PATH: process.env['PATH'],
      SANDBOX_PORT: '0',
      DATA_DIR: dataDir,
      SANDBOX_WEBHOOK_URL: receiver.url,
      SANDBOX_WEBHOOK_SECRET: 'whsec_killed',
      SANDBOX_WEBHOOK_RETRY_MS: '50,50,50,50,50,50',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = once(child.stdout, 'data').then(([line]) => /http:\S+:\d+/.exec(String(line))?.[0] ?? '')
  return { child, url }
}

describe('a sandbox that is killed', () => {
  it('keeps the effect, replays the answer and still sends the event', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-kill-'))
    const first = command(dataDir)
    try {
      const url = await first.url
      await fetch(`${url}/_sandbox/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ kind: 'delay', delay_ms: 700, event: 'payment_intent.succeeded' }),
      })
      const params = {
        amount: 1200,
        currency: 'eur',
        confirm: true,
        payment_method: 'pm_card_visa',
        automatic_payment_methods: automatic,
        metadata: { run: 'killed', sandbox_fault: 'hang:after' },
      }
      // The effect is committed, the reply is held back, the webhook is not yet due: now everything stops.
      const lost = sdk(url)
        .paymentIntents.create(params, { idempotencyKey: 'killed', timeout: 300 })
        .catch((error: unknown) => error)
      await lost
      const dead = once(first.child, 'exit')
      first.child.kill('SIGKILL')
      await dead
      const second = command(dataDir)
      try {
        const again = sdk(await second.url)
        const replayed = await again.paymentIntents.create(params, { idempotencyKey: 'killed' })
        expect(replayed.lastResponse.headers['idempotent-replayed']).toBe('true')
        expect((await again.paymentIntents.search({ query: "metadata['run']:'killed'" })).data).toHaveLength(1)
        const hook = await receiver.waitFor(
          (each) => each.body.includes(replayed.id) && each.event.type === 'payment_intent.succeeded',
        )
        expect(again.webhooks.constructEvent(hook.body, hook.signature, 'whsec_killed').type).toBe('payment_intent.succeeded')
      } finally {
        const gone = once(second.child, 'exit')
        second.child.kill('SIGTERM')
        expect(await gone).toEqual([0, null])
      }
    } finally {
      first.child.kill('SIGKILL')
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
