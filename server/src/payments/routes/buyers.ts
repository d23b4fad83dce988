// HTTP routes of payments: bodies become commands, outcomes become answers. Decides nothing. Never
// logs secrets or payment methods.
import {
  type ErrorCode,
  Id,
  Page,
  PageQuery,
  PaymentBody,
  PaymentView,
  RefundBody,
  RefundView,
  ShopConfig,
} from '@holdfast/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { ProcessorConfig } from '../../config/config.ts'
import { fingerprintOf } from '../../platform/commands/idempotency.ts'
import { ProblemError, sendProblem } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf, requirePrincipal } from '../../platform/http/server.ts'
import type { Principal } from '../../platform/http/sessions.ts'
import { isBuyer } from '../../platform/http/sessions.ts'
import { requireRight, requireSomebody } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { type Clock, madeAtMs, newId } from '../../platform/process/clock.ts'
import type { Arrivals } from '../arrivals.ts'
import type { Rejection } from '../domain/commands.ts'
import { isOpen, type Payment } from '../domain/payment.ts'
import type { PaymentsHandler } from '../model.ts'
import { declineCodeFor, paymentView, refundView } from '../read/views.ts'
import { listRefunds, readKnownOrder, readPayment, readRefund } from '../store/payments.ts'
import type { Settled, Worker } from '../worker.ts'
import type { CallerLimits } from './caller-limits.ts'

export interface RouteOptions {
  readonly db: Database
  readonly clock: Clock
  readonly callers: CallerLimits
  readonly handler: PaymentsHandler
  readonly worker: Worker
  readonly arrivals: Arrivals
  readonly processor: ProcessorConfig
  readonly sendsMail: boolean
  /** Whether mails reach their readers, so that guests can prove an address. */
  readonly asksForProof: boolean
}

/**
 * The event of an order with a younger id may be late. The longest hold, plus an hour for clock
 * differences.
 */
const maybeLateMs = 25 * 3_600_000
/** How often and how long a replayed request looks for the result of the first request. */
const replayLookMs = 150
const replayLooksMax = 20
const tags = ['payments']

/** The browser script of the API release that the SDK is pinned to. */
const stripeScriptUrl = 'https://js.stripe.com/endive/stripe.js'

export function registerRoutes(app: Http, options: RouteOptions): void {
  payRoutes(app, options)
  refundRoutes(app, options)
  const shopConfig = { processor: publicPartOf(options.processor), sendsMail: options.sendsMail }
  const schema = { security: [], summary: 'Get the public settings', tags, response: { 200: ShopConfig } }
  app.get('/api/shop-config', { config: { vital: true }, schema }, () => shopConfig)
}

function publicPartOf(processor: ProcessorConfig): ShopConfig['processor'] {
  const { publishableKey, kind } = processor
  if (kind === 'stripe') return { publishableKey, scriptUrl: stripeScriptUrl, sandbox: false }
  return { publishableKey, scriptUrl: `${processor.origin}/stripe.js`, sandbox: true }
}

const codeOf: Partial<Record<Rejection, ErrorCode>> = {
  lease_lost: 'unavailable',
  intent_mismatch: 'unavailable',
}

export function refuse({ rejection, detail }: { rejection: string; detail?: string }): ProblemError {
  const code = codeOf[rejection as Rejection] ?? (rejection as ErrorCode)
  return new ProblemError(code, detail === undefined ? {} : { detail })
}

function payRoutes(app: Http, options: RouteOptions): void {
  const { db, handler, worker, callers } = options

  app.post(
    '/api/payments',
    {
      config: { vital: true, keyed: true },
      schema: { summary: 'Pay for an order', tags, body: PaymentBody, response: { 201: PaymentView } },
    },
    async (request, reply) => {
      const principal = requirePrincipal(request)
      const { id: buyerId, buyerIds: formerIds = [], proved = [], orders = [] } = principal
      const caller = { buyerId, network: request.network }
      await callers.mayPay({ ...caller, isUnknown: options.asksForProof && isUnknown(principal) })
      const { orderId, paymentMethod } = request.body
      const key = idempotencyKeyOf(request)
      const idempotency =
        key === undefined
          ? {}
          : {
              idempotency: {
                scope: `${buyerId} POST /api/payments`,
                key,
                fingerprint: fingerprintOf(request.body),
              },
            }
      const paymentId = newId()
      const byLink = orders.includes(orderId)
      await orderArrived(options, orderId)
      const outcome = await handler.handle(
        { type: 'StartPayment', paymentId, orderId, buyerId, formerIds, proved, byLink, paymentMethod },
        { causationId: request.id, ...idempotency },
      )
      if (!outcome.ok) throw refuse(outcome)
      const { answer, replayed } = outcome
      const mayLook = () => callers.mayLook(caller, answer.paymentId)
      const state = await currentState(options, answer.paymentId, replayed ? mayLook : null)
      if (!replayed && isCardDecline(state.payment)) await callers.noteDecline(caller)
      return answerPayment(reply, state, 201)
    },
  )

  app.post(
    '/api/payments/:id/advance',
    {
      config: { vital: true },
      schema: {
        summary: 'Refresh a payment, for example after 3-D Secure',
        tags,
        params: Type.Object({ id: Id }),
        response: { 200: PaymentView },
      },
    },
    async (request) => {
      const principal = requirePrincipal(request)
      const { id: buyerId } = principal
      const { id } = request.params
      const before = await readPayment(db, id)
      if (!before || !(await mayLookAt(db, principal, before))) throw new ProblemError('payment_unknown')
      // Pages of banks poll. Who asks too often is answered all the same, with what is known.
      const caller = { buyerId, network: request.network }
      if (!(await callers.mayLook(caller, id))) return paymentView(before, null)
      const { payment, intent } = await worker.advance(id, isOpen(before))
      const now = payment ?? (await readPayment(db, id)) ?? before
      if (before.status !== 'declined' && isCardDecline(now)) await callers.noteDecline(caller)
      return paymentView(now, intent)
    },
  )
}

/**
 * The payment after its first step. For a replayed request another process may still be at that
 * step, or a challenge may be open. Then the client secret, which is stored nowhere, is read from
 * the processor again.
 */
async function currentState(
  { db, worker, clock }: RouteOptions,
  paymentId: string,
  mayLook: (() => Promise<boolean>) | null,
): Promise<Settled & { payment: Payment }> {
  let { payment, intent } = await worker.settled(paymentId)
  for (let look = 1; ; look += 1) {
    payment ??= await readPayment(db, paymentId)
    if (!payment) throw new Error('a committed payment is missing')
    const secretMissing = payment.status === 'requires_action' && !intent
    if ((payment.status !== 'started' && !secretMissing) || look > replayLooksMax) return { payment, intent }
    if (look === 1 && mayLook && !(await mayLook())) return { payment, intent }
    if (look > 1) await clock.sleep(replayLookMs)
    ;({ payment, intent } = await worker.advance(paymentId, true))
  }
}

/** Whoever may pay the order sees what became of it. */
async function mayLookAt(
  db: Database,
  principal: Principal,
  { buyerId, orderId }: Payment,
): Promise<boolean> {
  const { proved = [], orders = [] } = principal
  if (isBuyer(principal, buyerId) || orders.includes(orderId)) return true
  const address = proved.length === 0 ? undefined : (await readKnownOrder(db, orderId))?.terms?.buyerEmail
  return address !== undefined && proved.includes(address)
}

/** A guest whose address nobody has proved. */
const isUnknown = ({ kind, email, proved = [] }: Principal): boolean =>
  kind === 'guest' && !proved.includes(email)

/** The bank said no to the card. */
const isCardDecline = ({ status, declineCode }: Payment): boolean =>
  status === 'declined' && declineCode !== 'invalid_payment_method'

function answerPayment(
  reply: FastifyReply,
  { payment, intent }: Settled & { payment: Payment },
  status: number,
): FastifyReply {
  if (payment.status === 'voided') return sendProblem(reply, 'order_not_payable')
  if (payment.status !== 'declined') return reply.code(status).send(paymentView(payment, intent))
  if (payment.declineCode !== 'invalid_payment_method')
    return sendProblem(reply, 'card_declined', { declineCode: declineCodeFor(payment) })
  const amount = payment.reason?.startsWith('amount_') === true
  return sendProblem(reply, amount ? 'order_not_payable' : 'invalid_payment_method', {
    detail: payment.reason ?? undefined,
  })
}

/**
 * Waits a bounded time for an unknown order: buyers are often faster than the event of their order,
 * and a refused start costs a transaction. If the order may still arrive, the refusal says when to
 * ask again.
 */
export async function orderArrived({ arrivals, clock }: RouteOptions, orderId: string): Promise<void> {
  if (await arrivals.wait(orderId)) return
  if (Math.abs(clock.nowMs() - madeAtMs(orderId)) < maybeLateMs)
    throw new ProblemError('order_unknown', { retryAfterSeconds: 1 })
}

function refundRoutes(app: Http, options: RouteOptions): void {
  const { db, handler, worker } = options
  const params = Type.Object({ id: Id })
  /** Lets staff of the order's show in. */
  const guard = async (request: FastifyRequest) => {
    requireSomebody(request)
    const { id } = request.params as { id: string }
    const terms = (await readKnownOrder(db, id))?.terms
    const place = terms ? { organisationId: terms.organiserId, showId: terms.showId ?? null } : null
    return requireRight(request, place, 'order_unknown')
  }

  app.post(
    '/api/orders/:id/refunds',
    {
      config: { vital: true, keyed: true, right: 'money' },
      schema: {
        summary: 'Refund an order in full or in part',
        tags,
        params,
        body: RefundBody,
        response: { 201: RefundView },
      },
    },
    async (request, reply) => {
      const orderId = request.params.id
      const { staff, organisationId: organiserId } = await guard(request)
      const { amountMinor = null, reason = null } = request.body
      const key = idempotencyKeyOf(request)
      const scope = `${staff.id} POST /api/orders/${orderId}/refunds`
      const cause =
        key === undefined ? {} : { idempotency: { scope, key, fingerprint: fingerprintOf(request.body) } }
      const refundId = newId()
      const outcome = await handler.handle(
        { type: 'RequestRefund', refundId, orderId, organiserId, amountMinor, reason },
        { causationId: request.id, ...cause },
      )
      if (!outcome.ok) throw refuse(outcome)
      await worker.settled(outcome.answer.paymentId)
      const refund = await readRefund(db, outcome.answer.refundId ?? refundId)
      if (!refund) throw new Error('a committed refund is missing')
      if (refund.status === 'failed')
        return sendProblem(reply, 'refund_failed', { detail: refund.failureCode ?? undefined })
      return reply.code(201).send(refundView(refund))
    },
  )

  app.get(
    '/api/orders/:id/refunds',
    {
      config: { right: 'orders' },
      schema: {
        summary: 'List an order’s refunds, newest first',
        tags,
        params,
        querystring: PageQuery,
        response: { 200: Page(RefundView) },
      },
    },
    async (request) => {
      const { limit = 20, cursor = null } = request.query
      await guard(request)
      if (cursor !== null && !/^[0-9a-f-]{36}$/.test(cursor))
        throw new ProblemError('invalid_request', { detail: 'the cursor is not valid for this list' })
      const refunds = await listRefunds(db, request.params.id, { before: cursor, limit: limit + 1 })
      const items = refunds.slice(0, limit).map(refundView)
      return { items, nextCursor: refunds.length > limit ? (items.at(-1)?.id ?? null) : null }
    },
  )
}
