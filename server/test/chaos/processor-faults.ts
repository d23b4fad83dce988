// Trouble at the card processor: the sandbox's own faults, all of them all the time with small
// chances, and what can happen to money behind the shop's back. Counts what struck, also across a
// killed sandbox.
import type Stripe from 'stripe'
import { stripeOf } from '../flows/stripe.ts'
import type { FaultAction, FaultContext } from './faults.ts'
import type { Timeline } from './timeline.ts'

/**
 * Calls of the shop: how often each goes wrong. A 500 that is stored before anything happened
 * leaves a payment unknown until its key is dead, a day later (`unknown.db.test`): a run cannot
 * wait for that, so it strikes only where another key follows.
 */
const callFaults = [
  ['latency', 'before', 0.02],
  ['hang', 'before', 0.006],
  ['hang', 'after', 0.006],
  ['reset', 'before', 0.01],
  ['reset', 'after', 0.01],
  ['truncate', 'after', 0.01],
  ['rate_limit', 'before', 0.01],
  ['lock_timeout', 'before', 0.005],
  ['api_error', 'before', 0.01, 'payment_intents.capture'],
  ['api_error', 'after', 0.008],
  ['bad_gateway', 'before', 0.008],
  ['bad_gateway', 'after', 0.008],
  ['in_use', 'before', 0.005],
] as const
const eventFaults = [
  ['duplicate', 0.05],
  ['delay', 0.04],
  ['reorder', 0.04],
  ['drop', 0.05],
  ['wrong_signature', 0.02],
  ['stale_signature', 0.02],
  ['future_signature', 0.02],
  ['tamper_amount', 0.02],
  ['tamper_livemode', 0.02],
  ['other_account', 0.02],
] as const

/** Every one of these must have struck before a run is worth anything. */
export const processorFaultKinds: readonly string[] = [
  ...callFaults.map(([kind, when]) => `${kind}:${when}`),
  ...eventFaults.map(([kind]) => `webhook:${kind}`),
].map((name) => `processor ${name}`)

export interface ProcessorTrouble {
  /** After each start of the sandbox: its rules die with it. */
  install(): Promise<void>
  /** Reads what has struck so far. */
  collect(): Promise<void>
  clear(): Promise<void>
}

export function makeProcessorTrouble(sandboxUrl: string, timeline: Timeline): ProcessorTrouble {
  let seen: Record<string, number> = {}
  /** The sandbox may be dead at this moment: then there is nothing to ask. */
  const control = async (
    method: string,
    body?: unknown,
  ): Promise<{ struck?: Record<string, number> } | null> => {
    try {
      const response = await fetch(`${sandboxUrl}/_sandbox/faults`, {
        method,
        signal: AbortSignal.timeout(3_000),
        ...(body === undefined
          ? {}
          : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
      return (await response.json()) as { struck?: Record<string, number> }
    } catch {
      return null
    }
  }
  const collect = async () => {
    const { struck } = (await control('GET')) ?? {}
    if (!struck) return
    for (const [name, count] of Object.entries(struck)) {
      const before = seen[name] ?? 0
      // Fewer than before: a new process counts from nothing.
      timeline.count(`processor ${name}`, count < before ? count : count - before)
    }
    seen = struck
  }
  return {
    collect,
    async install() {
      seen = {}
      for (const [kind, when, probability, op = '*'] of callFaults)
        await control('POST', { kind, when, op, probability, times: 'always', delay_ms: 1_500 })
      for (const [kind, probability] of eventFaults)
        await control('POST', { kind, event: '*', probability, times: 'always', delay_ms: 2_000 })
    },
    async clear() {
      await collect()
      await control('DELETE')
    },
  }
}

export function processorFaults({ stage, random }: FaultContext): FaultAction[] {
  const stripe = stripeOf({ port: stage.sandboxPort })
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${stage.sandboxUrl}/_sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(5_000),
    })
    return response.ok
  }
  const attempt = (kind: string, strike: () => Promise<boolean>): FaultAction => ({
    kind,
    group: 'processor',
    // The sandbox may be dead or frozen: then it did not happen.
    strike: async () => ((await strike().catch(() => false)) ? 'sandbox' : null),
  })
  return [
    attempt('processor clock jumps ahead', () =>
      post('clock', { advance_seconds: random.skewed(60, 1_800) }),
    ),
    attempt('authorization taken back by the bank', async () => {
      const { data } = await stripe.paymentIntents.list({ limit: 40 })
      const held = data.filter(({ status }) => status === 'requires_capture')
      const results = await Promise.all(held.slice(0, 2).map((intent) => takeBack(stripe, intent)))
      return results.includes(true)
    }),
    attempt('old events sent again', async () => {
      const { data } = await stripe.events.list({ limit: 100 })
      const old = random.shuffled(data).slice(0, 12)
      const sent = await Promise.all(old.map(({ id }) => post(`events/${id}/resend`, {})))
      return sent.includes(true)
    }),
  ]
}

/**
 * As the bank does with an authorization that is too old. It may have been captured this moment:
 * then it was too late.
 */
async function takeBack(stripe: Stripe, { id }: Stripe.PaymentIntent): Promise<boolean> {
  return stripe.paymentIntents.cancel(id).then(
    ({ status }) => status === 'canceled',
    () => false,
  )
}
