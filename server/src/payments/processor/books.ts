// The processor's own records of held, taken and refunded money, page by page. Read only. For
// reconciliation, never for decisions.
import http from 'node:http'
import https from 'node:https'
import Stripe from 'stripe'
import type { ProcessorConfig } from '../../config/config.ts'
import type { Mark, ReadMark } from './marks.ts'

/** A PaymentIntent with its charge. */
export interface ListedIntent {
  readonly intentId: string
  /** From the metadata, if it has our mark. Null if another program made the intent. */
  readonly paymentId: string | null
  readonly orderId: string | null
  readonly status: string
  readonly currency: string
  readonly amountMinor: number
  readonly authorizedMinor: number
  readonly capturedMinor: number
  readonly refundedMinor: number
  readonly disputed: boolean
  readonly createdAt: string
  readonly metadata: Readonly<Record<string, string>>
}

export interface ListedDispute {
  readonly disputeId: string
  readonly intentId: string | null
  readonly status: string
  readonly amountMinor: number
  readonly currency: string
  readonly reason: string
  readonly createdAt: string
}

export type BooksAnswer<Value> =
  | { readonly kind: 'ok'; readonly value: Value }
  /** The processor has no such object. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreachable' }

export interface Books {
  /**
   * Up to 100 intents, newest first: the newest, the next before `olderThan`, or the next after
   * `newerThan`.
   */
  listIntents(page: { olderThan?: string; newerThan?: string }): Promise<BooksAnswer<readonly ListedIntent[]>>
  readIntent(intentId: string): Promise<BooksAnswer<ListedIntent>>
  /** Intents with a refund that was made since then. */
  listRefundedSince(since: string): Promise<BooksAnswer<readonly string[]>>
  /** Up to 100 disputes, newest first. */
  listDisputes(olderThan?: string): Promise<BooksAnswer<readonly ListedDispute[]>>
}

export const booksPage = 100
const timeoutMs = 10_000

export function makeBooks(config: ProcessorConfig, readMark: ReadMark): Books {
  const local = config.kind === 'sandbox'
  const settings = { keepAlive: true, maxSockets: 2 }
  const stripe = new Stripe(config.secretKey, {
    apiVersion: '2026-10-28.endive',
    telemetry: false,
    timeout: timeoutMs,
    maxNetworkRetries: 1,
    httpClient: Stripe.createNodeHttpClient(local ? new http.Agent(settings) : new https.Agent(settings)),
    ...(local ? { host: config.host, port: config.port, protocol: 'http' } : {}),
  })
  return {
    listIntents: ({ olderThan, newerThan }) =>
      ask(async () => {
        const { data } = await stripe.paymentIntents.list({
          limit: booksPage,
          expand: ['data.latest_charge'],
          ...(olderThan === undefined ? {} : { starting_after: olderThan }),
          ...(newerThan === undefined ? {} : { ending_before: newerThan }),
        })
        const mark = await readMark()
        return data.map((intent) => toListed(intent, mark))
      }),
    readIntent: (intentId) =>
      ask(async () =>
        toListed(
          await stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge'] }),
          await readMark(),
        ),
      ),
    listRefundedSince: (since) =>
      ask(async () => {
        const intents = new Set<string>()
        const gte = Math.floor(Date.parse(since) / 1000)
        for await (const refund of stripe.refunds.list({ created: { gte }, limit: booksPage })) {
          const intent = refund.payment_intent
          if (intent !== null) intents.add(typeof intent === 'string' ? intent : intent.id)
        }
        return [...intents]
      }),
    listDisputes: (olderThan) =>
      ask(async () => {
        const page = olderThan === undefined ? {} : { starting_after: olderThan }
        const { data } = await stripe.disputes.list({ limit: booksPage, ...page })
        return data.map((dispute) => ({
          disputeId: dispute.id,
          intentId:
            typeof dispute.payment_intent === 'string'
              ? dispute.payment_intent
              : (dispute.payment_intent?.id ?? null),
          status: dispute.status,
          amountMinor: dispute.amount,
          currency: dispute.currency.toUpperCase(),
          reason: dispute.reason,
          createdAt: new Date(dispute.created * 1000).toISOString(),
        }))
      }),
  }
}

async function ask<Value>(question: () => Promise<Value>): Promise<BooksAnswer<Value>> {
  try {
    return { kind: 'ok', value: await question() }
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error
    return error.code === 'resource_missing' ? { kind: 'absent' } : { kind: 'unreachable' }
  }
}

function toListed(intent: Stripe.PaymentIntent, mark: Mark): ListedIntent {
  const marked = mark.read(intent.metadata, { amountMinor: intent.amount, currency: intent.currency })
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null
  return {
    intentId: intent.id,
    paymentId: marked?.paymentId ?? null,
    orderId: marked?.orderId ?? null,
    status: intent.status,
    currency: intent.currency.toUpperCase(),
    amountMinor: intent.amount,
    authorizedMinor: intent.status === 'requires_capture' ? intent.amount_capturable : 0,
    capturedMinor: intent.status === 'succeeded' ? intent.amount_received : 0,
    // The processor also calls a released authorization refunded. Only captured money counts.
    refundedMinor: charge?.captured === true ? charge.amount_refunded : 0,
    disputed: charge?.disputed === true,
    createdAt: new Date(intent.created * 1000).toISOString(),
    metadata: intent.metadata,
  }
}
