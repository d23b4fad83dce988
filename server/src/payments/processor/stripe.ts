// The card processor through its SDK. Stripe and the sandbox use the same constructor, without or
// with a host. Never logs what the processor sends: it may contain secrets.
import http from 'node:http'
import https from 'node:https'
import Stripe from 'stripe'
import type { ProcessorConfig } from '../../config/config.ts'
import type { IntentStatus } from '../domain/payment.ts'
import type { RefundSeen } from '../domain/refund.ts'
import type { Mark, ReadMark } from './marks.ts'
import type { CallResult, Intent, NextAction, Processor } from './port.ts'
import { verifyWebhook } from './webhooks.ts'

const apiVersion = '2026-10-28.endive'
const timeoutMs = 10_000
const maxNetworkRetries = 2
const maxSockets = 128
/** Intents to read before the outcome of a search is `unknown`. */
const maxListed = 20_000

export function makeProcessor(
  config: ProcessorConfig,
  readMark: ReadMark,
  limits = { maxListed },
): Processor {
  const local = config.kind === 'sandbox'
  const agent = local
    ? new http.Agent({ keepAlive: true, maxSockets })
    : new https.Agent({ keepAlive: true, maxSockets })
  const stripe = new Stripe(config.secretKey, {
    apiVersion,
    telemetry: false,
    timeout: timeoutMs,
    maxNetworkRetries,
    httpClient: Stripe.createNodeHttpClient(agent),
    ...(local ? { host: config.host, port: config.port, protocol: 'http' } : {}),
  })
  return {
    livemode: /^(sk|rk)_live_/.test(config.secretKey),
    authorize: ({ paymentId, orderId, amount, paymentMethod, key, metadata = {} }) =>
      call(async () => {
        const method = paymentMethod.startsWith('ctoken_')
          ? { confirmation_token: paymentMethod }
          : { payment_method: paymentMethod }
        const params: Stripe.PaymentIntentCreateParams = {
          amount: amount.amountMinor,
          currency: amount.currency.toLowerCase(),
          capture_method: 'manual',
          confirm: true,
          ...method,
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
          metadata: { ...metadata, ...(await readMark()).metadataOf({ orderId, paymentId }, amount) },
        }
        return toIntent(await stripe.paymentIntents.create(params, { idempotencyKey: key }))
      }),
    retrieve: (intentId) =>
      call(async () => {
        const intent = await stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge'] })
        const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null
        return { intent: toIntent(intent), disputed: charge !== null && (await isDisputed(stripe, charge)) }
      }),
    capture: (intentId, key) =>
      call(async () => toIntent(await stripe.paymentIntents.capture(intentId, {}, { idempotencyKey: key }))),
    cancel: (intentId, key) =>
      call(async () => toIntent(await stripe.paymentIntents.cancel(intentId, {}, { idempotencyKey: key }))),
    refund: ({ intentId, refundId, paymentId, amountMinor, key }) =>
      call(async () => {
        const metadata = { refund_id: refundId, payment_id: paymentId }
        const params = { payment_intent: intentId, amount: amountMinor, metadata }
        return toRefundSeen(await stripe.refunds.create(params, { idempotencyKey: key }))
      }),
    listRefunds: (intentId) =>
      call(async () => {
        const refunds: RefundSeen[] = []
        for await (const refund of stripe.refunds.list({ payment_intent: intentId, limit: 100 }))
          refunds.push(toRefundSeen(refund))
        return refunds
      }),
    find: (payment) =>
      call(async () => {
        const isOurs = ofPayment(await readMark(), payment.paymentId)
        return (
          (await searchIntent(stripe, payment, isOurs)) ?? listIntent(stripe, payment, { isOurs, ...limits })
        )
      }),
    verifyWebhook: (body, signature, nowMs) =>
      verifyWebhook(stripe, config.webhookSecrets, { body, signature, nowMs }),
  }
}

/** Only an explicit refusal counts as `refused`. */
async function call<Value>(ask: () => Promise<Value>): Promise<CallResult<Value>> {
  try {
    return { kind: 'ok', value: await ask() }
  } catch (error) {
    if (error instanceof TruncatedList) return { kind: 'unknown', reason: 'list_too_long' }
    if (!(error instanceof Stripe.errors.StripeError)) throw error
    if (!isDefinite(error))
      return {
        kind: 'unknown',
        reason: error.code ?? error.type,
        ...(isRepeated(error) ? { repeated: true } : {}),
      }
    const intent = error.payment_intent ? toIntent(error.payment_intent) : null
    const code = error.decline_code ?? error.code ?? error.rawType ?? 'refused'
    return { kind: 'refused', code, card: error.rawType === 'card_error', intent }
  }
}

/**
 * 409: the key is in flight. 429: not processed. 401, 403: our API key is wrong, which says nothing
 * about the card.
 */
const indefinite = new Set([401, 403, 409, 429])

function isDefinite(error: InstanceType<typeof Stripe.errors.StripeError>): boolean {
  const { statusCode, rawType } = error
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500 || indefinite.has(statusCode))
    return false
  // Not an idempotency error: there the key was used with other parameters, so something exists
  // that has to be found.
  return rawType === 'card_error' || rawType === 'invalid_request_error'
}

/** The failure was stored for the key, and this is a replay. */
function isRepeated({ statusCode, headers }: InstanceType<typeof Stripe.errors.StripeError>): boolean {
  return statusCode !== undefined && statusCode >= 500 && headers?.['idempotent-replayed'] === 'true'
}

function toIntent(intent: Stripe.PaymentIntent): Intent {
  const error = intent.last_payment_error
  return {
    intentId: intent.id,
    status: intent.status as IntentStatus,
    amountMinor: intent.amount,
    receivedMinor: intent.amount_received,
    currency: intent.currency.toUpperCase(),
    chargeId:
      typeof intent.latest_charge === 'string' ? intent.latest_charge : (intent.latest_charge?.id ?? null),
    declineCode: error ? (error.decline_code ?? error.code ?? null) : null,
    clientSecret: intent.client_secret,
    nextAction: intent.next_action ? toNextAction(intent.next_action) : null,
  }
}

function toNextAction(action: Stripe.PaymentIntent.NextAction): NextAction {
  const fromSdk = (action.use_stripe_sdk as { stripe_js?: unknown } | undefined)?.stripe_js
  const url = action.redirect_to_url?.url ?? fromSdk
  return { type: action.type, ...(typeof url === 'string' ? { url } : {}) }
}

function toRefundSeen(refund: Stripe.Refund): RefundSeen {
  const failed = refund.status === 'failed' || refund.status === 'canceled'
  return {
    processorId: refund.id,
    refundId: refund.metadata?.['refund_id'] ?? null,
    amountMinor: refund.amount,
    status: failed ? 'failed' : refund.status === 'succeeded' ? 'succeeded' : 'pending',
    failureCode: refund.failure_reason ?? null,
  }
}

const openDisputes = new Set<string>([
  'needs_response',
  'under_review',
  'warning_needs_response',
  'warning_under_review',
])

/** An inquiry can still be refunded. An open dispute cannot: its money is already gone. */
async function isDisputed(stripe: Stripe, charge: Stripe.Charge): Promise<boolean> {
  if (!charge.disputed) return false
  const { data } = await stripe.disputes.list({ charge: charge.id, limit: 100 })
  return data.some(({ status, is_charge_refundable }) => openDisputes.has(status) && !is_charge_refundable)
}

class TruncatedList extends Error {
  override readonly name = 'TruncatedList'
}

type IsOurs = (intent: Stripe.PaymentIntent) => boolean

/** Whether an intent has our mark and is this payment's. */
const ofPayment =
  (mark: Mark, paymentId: string): IsOurs =>
  ({ metadata, amount, currency }) =>
    mark.read(metadata, { amountMinor: amount, currency })?.paymentId === paymentId

interface Sought {
  readonly paymentId: string
  readonly since: string
}

/**
 * Finds an intent that is some minutes old at once, however many are newer. The index lags and does
 * not exist everywhere, so a miss or an error proves nothing: the list is read next. If the
 * connection fails, reading the list is useless too.
 */
async function searchIntent(stripe: Stripe, { paymentId }: Sought, isOurs: IsOurs): Promise<Intent | null> {
  try {
    const { data } = await stripe.paymentIntents.search({
      query: `metadata['payment_id']:'${paymentId}'`,
      limit: 100,
    })
    // A copy of our mark is younger than the intent that it was copied from.
    const [oldest] = data.filter(isOurs).toSorted((one, other) => one.created - other.created)
    return oldest ? toIntent(await stripe.paymentIntents.retrieve(oldest.id)) : null
  } catch (error) {
    if (error instanceof Stripe.errors.StripeConnectionError || !(error instanceof Stripe.errors.StripeError))
      throw error
    return null
  }
}

/** Clocks may differ by minutes, so the list starts earlier than the payment. */
const clockSlackSeconds = 300

/** Reads the list, newest first. The list does not lag. */
async function listIntent(
  stripe: Stripe,
  { since }: Sought,
  limits: { readonly isOurs: IsOurs; readonly maxListed: number },
): Promise<Intent | null> {
  const gte = Math.floor(Date.parse(since) / 1000) - clockSlackSeconds
  let read = 0
  for await (const intent of stripe.paymentIntents.list({ created: { gte }, limit: 100 })) {
    if (limits.isOurs(intent)) return toIntent(intent)
    read += 1
    if (read === limits.maxListed) throw new TruncatedList('the list of intents is too long to read')
  }
  return null
}
