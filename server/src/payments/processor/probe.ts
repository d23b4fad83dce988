// Whether the card processor can be used as it is set up: key, clock, webhooks. For `doctor`. Reads
// only.
import Stripe from 'stripe'
import type { ProcessorConfig } from '../../config/config.ts'

export interface ProcessorProbe {
  readonly answer: 'ok' | 'unauthorized' | 'unreachable'
  /** How far our clock is ahead of the processor's; null: no answer told. */
  readonly clockOffBySeconds: number | null
  /** Null: the sandbox, or a key that may not read them. */
  readonly webhookEndpoints: readonly { readonly url: string; readonly enabled: boolean }[] | null
}

const timeoutMs = 5_000

export async function probeProcessor(config: ProcessorConfig): Promise<ProcessorProbe> {
  const local = config.kind === 'sandbox'
  const stripe = new Stripe(config.secretKey, {
    telemetry: false,
    timeout: timeoutMs,
    maxNetworkRetries: 0,
    ...(local ? { host: config.host, port: config.port, protocol: 'http' } : {}),
  })
  try {
    const { lastResponse } = await stripe.paymentIntents.list({ limit: 1 })
    const told = Date.parse(lastResponse.headers['date'] ?? '')
    const clockOffBySeconds = Number.isNaN(told) ? null : Math.round((Date.now() - told) / 1_000)
    return { answer: 'ok', clockOffBySeconds, webhookEndpoints: local ? null : await listEndpoints(stripe) }
  } catch (error) {
    const refused = error instanceof Stripe.errors.StripeAuthenticationError
    return {
      answer: refused ? 'unauthorized' : 'unreachable',
      clockOffBySeconds: null,
      webhookEndpoints: null,
    }
  }
}

async function listEndpoints(stripe: Stripe): Promise<ProcessorProbe['webhookEndpoints']> {
  try {
    const { data } = await stripe.webhookEndpoints.list({ limit: 100 })
    return data.map(({ url, status }) => ({ url, enabled: status === 'enabled' }))
  } catch {
    // A restricted key may not read them, and needs not.
    return null
  }
}
