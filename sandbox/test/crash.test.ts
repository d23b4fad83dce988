// A sandbox that dies at the worst moments: what was committed is there after the restart, once,
// and its events are sent.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Command,
  type Receiver,
  refusal,
  sdk,
  startBench,
  startCommand,
  startReceiver,
} from './harness.ts'

const SECRET = 'whsec_killed'
const automatic = { enabled: true, allow_redirects: 'never' as const }

let receiver: Receiver
let dataDir: string
let running: Command[]
beforeEach(async () => {
  receiver = await startReceiver()
  dataDir = await mkdtemp(join(tmpdir(), 'sandbox-kill-'))
  running = []
})
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.all(running.map(({ ended }) => ended))
  await receiver.close()
  await rm(dataDir, { recursive: true, force: true })
})

async function start(): Promise<Command> {
  const command = await startCommand(dataDir, { url: receiver.url, secret: SECRET })
  running.push(command)
  return command
}

function payment(run: string, fault: string) {
  return {
    amount: 1200,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: automatic,
    metadata: { run, sandbox_fault: fault },
  }
}

describe('a sandbox that is killed', () => {
  it('keeps the effect, replays the answer and still sends the event', async () => {
    const first = await start()
    await fetch(`${first.url}/_sandbox/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'delay', delay_ms: 700, event: 'payment_intent.succeeded' }),
    })
    const params = payment('killed', 'hang:after')
    // The effect is committed, the reply is held back, the webhook is not yet due: now everything
    // stops.
    await refusal(sdk(first.url).paymentIntents.create(params, { idempotencyKey: 'killed', timeout: 300 }))
    first.child.kill('SIGKILL')
    await first.ended
    const second = await start()
    const again = sdk(second.url)
    const replayed = await again.paymentIntents.create(params, { idempotencyKey: 'killed' })
    expect(replayed.lastResponse.headers['idempotent-replayed']).toBe('true')
    expect((await again.paymentIntents.search({ query: "metadata['run']:'killed'" })).data).toHaveLength(1)
    const hook = await receiver.waitFor(
      (each) => each.body.includes(replayed.id) && each.event.type === 'payment_intent.succeeded',
    )
    expect(again.webhooks.constructEvent(hook.body, hook.signature, SECRET).type).toBe(
      'payment_intent.succeeded',
    )
    second.child.kill('SIGTERM')
    expect(await second.ended).toEqual([0, null])
  })
})

describe('the fault "crash"', () => {
  it('after the commit: the process is gone before a reply or a webhook, and the restart knows everything', async () => {
    const first = await start()
    const params = payment('after', 'crash:after')
    const error = await refusal(sdk(first.url).paymentIntents.create(params, { idempotencyKey: 'after' }))
    expect(error.type).toBe('StripeConnectionError')
    expect(await first.ended).toEqual([null, 'SIGKILL'])
    expect(receiver.hooks).toEqual([])
    const again = sdk((await start()).url)
    const paid = await again.paymentIntents.create(params, { idempotencyKey: 'after' })
    expect(paid.lastResponse.headers['idempotent-replayed']).toBe('true')
    expect((await again.paymentIntents.search({ query: "metadata['run']:'after'" })).data).toHaveLength(1)
    await receiver.waitFor(
      (hook) => hook.body.includes(paid.id) && hook.event.type === 'payment_intent.succeeded',
    )
    expect((await again.events.list({ type: 'payment_intent.succeeded' })).data).toHaveLength(1)
  })

  it('before the commit: nothing has happened, and the same call with the same key then goes through', async () => {
    const first = await start()
    const params = payment('before', 'crash:before')
    await refusal(sdk(first.url).paymentIntents.create(params, { idempotencyKey: 'before' }))
    expect(await first.ended).toEqual([null, 'SIGKILL'])
    const again = sdk((await start()).url)
    expect((await again.paymentIntents.search({ query: "metadata['run']:'before'" })).data).toEqual([])
    const paid = await again.paymentIntents.create(params, { idempotencyKey: 'before' })
    expect(paid.status).toBe('succeeded')
    expect(paid.lastResponse.headers['idempotent-replayed']).toBeUndefined()
  })

  it('is refused where the process belongs to somebody else', async () => {
    const bench = await startBench()
    try {
      expect((await refusal(bench.stripe.paymentIntents.create(payment('own', 'crash')))).message).toContain(
        'cannot crash alone',
      )
      expect(await bench.post('/_sandbox/faults', { kind: 'crash' })).toMatchObject({
        error: { message: expect.any(String) as string },
      })
    } finally {
      await bench.close()
    }
  })
})
