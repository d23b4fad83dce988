// The card processor's twin: the `Processor` port in memory, as the real one behaves: idempotent by
// key for a day, answers that are lost before or after their effect, stored failures, banks that
// say no, webhooks that come twice, late or never.
import type { IntentStatus } from '../../src/payments/domain/payment.ts'
import type { RefundSeen } from '../../src/payments/domain/refund.ts'
import type { WebhookEvent } from '../../src/payments/domain/webhook-news.ts'
import type {
  AuthorizeRequest,
  CallResult,
  Intent,
  IntentInFull,
  Processor,
  RefundRequest,
} from '../../src/payments/processor/port.ts'
import type { Random } from './random.ts'
import type { Client, Host } from './twin/database.ts'

export type ProcessorFault =
  | 'processor_lost_before'
  | 'processor_lost_after'
  | 'processor_failed_before'
  | 'processor_failed_after'
  | 'processor_busy'
  | 'processor_slow'
  | 'refund_fails'

export type WebhookFault =
  | 'webhook_twice'
  | 'webhook_late'
  | 'webhook_dropped'
  | 'webhook_forged'
  | 'webhook_out_of_order'

/** What a card does. The name is the payment method that a buyer sends. */
export const cards = [
  'good',
  'declined',
  'challenge',
  'declined_at_capture',
  'expiring',
  'takes_by_itself',
  'slow_bank',
] as const
export type Card = (typeof cards)[number]

export interface ProcessorIntent {
  readonly id: string
  readonly paymentId: string
  readonly orderId: string
  readonly amountMinor: number
  readonly currency: string
  readonly card: Card
  readonly createdMs: number
  status: IntentStatus
  receivedMinor: number
  declineCode: string | null
  readonly refunds: RefundSeen[]
}

export interface ProcessorTwin {
  /** The port as one process uses it. */
  portFor(client: Client): Processor
  readonly intents: readonly ProcessorIntent[]
  /** The buyer ends his challenge. */
  finishChallenge(paymentId: string, passed: boolean): void
  /** Gives back a part of what a payment took, as the organiser can at the processor itself. */
  refundOutside(paymentId: string, amountMinor: number): void
}

export interface ProcessorOptions {
  readonly host: Host
  readonly random: Random
  faultAt(operation: string): ProcessorFault | null
  webhookFault(): WebhookFault | null
  /** Sends a webhook to the shop. */
  deliver(event: WebhookEvent, genuine: boolean): void
  /** Told of each change of money, as it happens. */
  moved(intent: ProcessorIntent, what: 'authorized' | 'captured' | 'released' | 'refunded'): void
  /** The shop did what it must never do. */
  breach(text: string): void
}

type Answer = CallResult<unknown>

const keyLifeMs = 24 * 3_600_000
const signature = 'good'
const later = { pending: 4_000, hour: 3_600_000 }

export function makeProcessorTwin(options: ProcessorOptions): ProcessorTwin {
  const { host, random } = options
  const intents: ProcessorIntent[] = []
  const answers = new Map<string, { readonly asked: string; readonly atMs: number; answer: Answer | null }>()
  let lastEvent = 0
  let lastIntent = 0

  /** `surely`: one that is told in any case. */
  const emit = (
    type: string,
    intent: ProcessorIntent,
    about: Partial<WebhookEvent> & { surely?: boolean } = {},
  ): void => {
    lastEvent += 1
    const isIntent = type.startsWith('payment_intent.')
    const event: WebhookEvent = {
      id: `evt_${lastEvent}`,
      type,
      livemode: false,
      account: null,
      paymentId: isIntent ? intent.paymentId : null,
      intentId: intent.id,
      intentStatus: isIntent ? intent.status : null,
      amountMinor: isIntent ? intent.amountMinor : null,
      currency: isIntent ? intent.currency : null,
      refundedMinor: about.refundedMinor ?? null,
    }
    const fault = about.surely === true ? null : options.webhookFault()
    const send = (delayMs: number) => void host.surely(delayMs, () => options.deliver(event, true))
    const soonMs = random.weigh([
      [3, random.between(5, 200)],
      [2, random.between(200, 4_000)],
    ])
    if (fault === 'webhook_dropped') return
    if (fault === 'webhook_late') return send(random.between(1, 30) * later.hour)
    if (fault === 'webhook_out_of_order') return send(soonMs + random.between(5_000, 120_000))
    send(soonMs)
    if (fault === 'webhook_twice')
      for (let copy = 0; copy < 4; copy += 1) send(soonMs + random.between(0, 20_000))
    if (fault === 'webhook_forged') {
      // Somebody without the key says that the money is taken.
      const forged = {
        ...event,
        id: `${event.id}_forged`,
        type: 'payment_intent.succeeded',
        intentStatus: 'succeeded' as const,
      }
      host.surely(soonMs, () => options.deliver(forged, false))
    }
  }

  const move = (intent: ProcessorIntent, status: IntentStatus): void => {
    const before = intent.status
    intent.status = status
    if (status === 'requires_capture') {
      options.moved(intent, 'authorized')
      emit('payment_intent.amount_capturable_updated', intent)
      if (intent.card === 'expiring') host.surely(random.between(100, 120_000), () => expire(intent))
    }
    if (status === 'succeeded') {
      intent.receivedMinor = intent.amountMinor
      options.moved(intent, 'captured')
      emit('payment_intent.succeeded', intent)
    }
    if (status === 'requires_payment_method') emit('payment_intent.payment_failed', intent)
    if (status === 'canceled') {
      if (before === 'requires_capture') options.moved(intent, 'released')
      emit('payment_intent.canceled', intent)
    }
  }
  const expire = (intent: ProcessorIntent) => {
    if (intent.status === 'requires_capture') move(intent, 'canceled')
  }

  const show = (intent: ProcessorIntent): Intent => ({
    intentId: intent.id,
    status: intent.status,
    amountMinor: intent.amountMinor,
    receivedMinor: intent.receivedMinor,
    currency: intent.currency,
    chargeId:
      intent.status === 'requires_capture' || intent.status === 'succeeded' ? `ch_${intent.id}` : null,
    declineCode: intent.declineCode,
    clientSecret: `${intent.id}_secret`,
    nextAction: intent.status === 'requires_action' ? { type: 'redirect_to_url' } : null,
  })
  const ok = <Value>(value: Value): CallResult<Value> => ({ kind: 'ok', value })
  const no = (code: string, intent: ProcessorIntent | null, card = false): CallResult<never> => ({
    kind: 'refused',
    code,
    card,
    intent: intent && show(intent),
  })
  const unknown = (reason: string): CallResult<never> => ({ kind: 'unknown', reason })
  const find = (id: string): ProcessorIntent | undefined => intents.find((intent) => intent.id === id)

  const authorize = (request: AuthorizeRequest): CallResult<Intent> => {
    lastIntent += 1
    const card = (cards as readonly string[]).includes(request.paymentMethod)
      ? (request.paymentMethod as Card)
      : 'good'
    const intent: ProcessorIntent = {
      id: `pi_${lastIntent}`,
      paymentId: request.paymentId,
      orderId: request.orderId,
      amountMinor: request.amount.amountMinor,
      currency: request.amount.currency,
      card,
      createdMs: host.nowMs(),
      status: 'requires_confirmation',
      receivedMinor: 0,
      declineCode: null,
      refunds: [],
    }
    if (intents.some(({ paymentId }) => paymentId === request.paymentId))
      options.breach(`a second intent of payment ${request.paymentId}`)
    intents.push(intent)
    switch (card) {
      case 'declined':
        intent.declineCode = 'insufficient_funds'
        move(intent, 'requires_payment_method')
        return no('card_declined', intent, true)
      case 'challenge':
        move(intent, 'requires_action')
        break
      case 'takes_by_itself':
        move(intent, 'succeeded')
        break
      case 'slow_bank':
        move(intent, 'processing')
        host.surely(random.between(500, 90_000), () => {
          if (intent.status === 'processing')
            move(intent, random.chance(0.8) ? 'requires_capture' : 'requires_payment_method')
        })
        break
      default:
        move(intent, 'requires_capture')
    }
    return ok(show(intent))
  }

  const capture = (id: string): CallResult<Intent> => {
    const intent = find(id)
    if (!intent) return no('resource_missing', null)
    if (intent.status !== 'requires_capture') return no('payment_intent_unexpected_state', intent)
    if (intent.card === 'declined_at_capture') return no('insufficient_funds', intent, true)
    move(intent, 'succeeded')
    return ok(show(intent))
  }
  const cancel = (id: string): CallResult<Intent> => {
    const intent = find(id)
    if (!intent) return no('resource_missing', null)
    if (['succeeded', 'canceled', 'processing'].includes(intent.status))
      return no('payment_intent_unexpected_state', intent)
    move(intent, 'canceled')
    return ok(show(intent))
  }

  const refund = (request: RefundRequest, fails: boolean): CallResult<RefundSeen> => {
    const intent = find(request.intentId)
    if (!intent) return no('resource_missing', null)
    const given = intent.refunds.reduce(
      (sum, { status, amountMinor }) => (status === 'failed' ? sum : sum + amountMinor),
      0,
    )
    if (given + request.amountMinor > intent.receivedMinor) return no('charge_already_refunded', null)
    const { refundId, amountMinor } = request
    if (intent.refunds.some((each) => each.refundId === refundId))
      options.breach(`refund ${refundId} was made twice`)
    // Only what an organiser asked for fails in here: late money that cannot go back waits for a
    // person.
    const failing = fails && refundId !== request.paymentId
    const pending = failing || random.chance(0.2)
    const made: RefundSeen = {
      processorId: `re_${intent.id}_${intent.refunds.length + 1}`,
      refundId,
      amountMinor,
      status: pending ? 'pending' : 'succeeded',
      failureCode: null,
    }
    intent.refunds.push(made)
    const settle = () => {
      const index = intent.refunds.findIndex(({ processorId }) => processorId === made.processorId)
      intent.refunds[index] = {
        ...made,
        status: failing ? 'failed' : 'succeeded',
        failureCode: failing ? 'declined' : null,
      }
      if (!failing) options.moved(intent, 'refunded')
      emit(failing ? 'refund.failed' : 'refund.updated', intent)
    }
    if (pending) host.surely(random.between(1, 30) * later.pending, settle)
    else options.moved(intent, 'refunded')
    emit('charge.refunded', intent, { refundedMinor: given + amountMinor })
    return ok(made)
  }

  /** One call over the network: there, the effect, and back. */
  const call = <Value>(
    client: Client,
    asked: { operation: string; key: string | null; about: unknown },
    effect: (fault: ProcessorFault | null) => CallResult<Value>,
  ): Promise<CallResult<Value>> =>
    new Promise((resolve) => {
      const { operation, key } = asked
      const text = JSON.stringify(asked.about)
      const fault = options.faultAt(operation)
      const answer = (delayMs: number, result: CallResult<Value>) =>
        host.surely(delayMs, () =>
          client.answer(() => {
            host.trace(`${client.name} processor ${operation} ${result.kind}`)
            resolve(result)
          }),
        )
      const lostAfterMs = random.between(2_000, 30_000)
      const travelMs = fault === 'processor_slow' ? random.between(5_000, 60_000) : random.between(20, 400)
      if (fault === 'processor_lost_before') return answer(lostAfterMs, unknown('timeout'))
      if (fault === 'processor_busy') return answer(travelMs, unknown('429'))
      host.surely(travelMs, () => {
        const stored = key === null ? undefined : answers.get(key)
        if (stored && host.nowMs() - stored.atMs < keyLifeMs) {
          if (stored.asked !== text) options.breach(`the key ${key} was used for something else`)
          const given = (stored.answer as CallResult<Value> | null) ?? unknown('key_in_use')
          answer(
            random.between(20, 200),
            stored.answer?.kind === 'unknown' ? { ...stored.answer, repeated: true } : given,
          )
          return
        }
        const failed = fault === 'processor_failed_before' || fault === 'processor_failed_after'
        const result = fault === 'processor_failed_before' ? unknown('500') : effect(fault)
        const given = failed ? unknown('500') : result
        if (key !== null) answers.set(key, { asked: text, atMs: host.nowMs(), answer: given })
        if (fault === 'processor_lost_after') answer(lostAfterMs, unknown('timeout'))
        else answer(random.between(20, 400), given)
      })
    })

  const portFor = (client: Client): Processor => ({
    livemode: false,
    authorize: (request) =>
      call(client, { operation: 'create', key: request.key, about: request }, () => authorize(request)),
    retrieve: (id) =>
      call<IntentInFull>(client, { operation: 'retrieve', key: null, about: id }, () => {
        const intent = find(id)
        return intent ? ok({ intent: show(intent), disputed: false }) : no('resource_missing', null)
      }),
    capture: (id, key) => call(client, { operation: 'capture', key, about: id }, () => capture(id)),
    cancel: (id, key) => call(client, { operation: 'void', key, about: id }, () => cancel(id)),
    refund: (request) =>
      call(client, { operation: 'refund', key: request.key, about: request }, (fault) =>
        refund(request, fault === 'refund_fails'),
      ),
    listRefunds: (id) =>
      call<readonly RefundSeen[]>(client, { operation: 'list_refunds', key: null, about: id }, () =>
        ok([...(find(id)?.refunds ?? [])]),
      ),
    find: ({ paymentId }) =>
      call<Intent | null>(client, { operation: 'find', key: null, about: paymentId }, () => {
        const intent = intents.find((each) => each.paymentId === paymentId)
        return ok(intent ? show(intent) : null)
      }),
    verifyWebhook: (body, given) =>
      given === signature ? (JSON.parse(Buffer.from(body).toString()) as WebhookEvent) : null,
  })

  return {
    portFor,
    intents,
    refundOutside(paymentId, most) {
      const intent = intents.find((each) => each.paymentId === paymentId && each.receivedMinor > 0)
      if (!intent) return
      const given = intent.refunds.reduce(
        (sum, { status, amountMinor }) => (status === 'failed' ? sum : sum + amountMinor),
        0,
      )
      const amountMinor = Math.min(most, intent.receivedMinor - given)
      if (amountMinor <= 0) return
      const processorId = `re_${intent.id}_${intent.refunds.length + 1}`
      intent.refunds.push({
        processorId,
        refundId: null,
        amountMinor,
        status: 'succeeded',
        failureCode: null,
      })
      options.moved(intent, 'refunded')
      // What nobody of ours asked for is known from the webhook alone: a lost one is for the
      // reconciliation to find.
      emit('charge.refunded', intent, { refundedMinor: given + amountMinor, surely: true })
    },
    finishChallenge(paymentId, passed) {
      const intent = intents.find((each) => each.paymentId === paymentId)
      if (intent?.status !== 'requires_action') return
      if (passed) return move(intent, 'requires_capture')
      intent.declineCode = 'authentication_failed'
      move(intent, 'requires_payment_method')
    },
  }
}
