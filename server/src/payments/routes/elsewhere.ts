// HTTP for staff: money that they took outside of the shop.
import { ElsewhereBody, Id, PaymentView } from '@holdfast/contract'
import { Type } from 'typebox'
import { fingerprintOf } from '../../platform/commands/idempotency.ts'
import { sendProblem } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf } from '../../platform/http/server.ts'
import { requireRight, requireStaff } from '../../platform/http/staff/rights.ts'
import { newId } from '../../platform/process/clock.ts'
import type { Payment } from '../domain/payment.ts'
import { paymentView } from '../read/views.ts'
import { readKnownOrder, readPayment } from '../store/payments.ts'
import { orderArrived, type RouteOptions, refuse } from './buyers.ts'

/** How often and how long the order's answer is waited for. */
const answerLookMs = 50
const answerLooksMax = 60

export function elsewhereRoutes(app: Http, options: RouteOptions): void {
  const { db, handler, clock } = options

  /** Until the order took it or refused it: it may be paid by card at the same time. */
  const answered = async (paymentId: string): Promise<Payment> => {
    for (let look = 1; ; look += 1) {
      const payment = await readPayment(db, paymentId)
      if (!payment) throw new Error('a committed payment is missing')
      if (payment.claim !== null || look === answerLooksMax) return payment
      await clock.sleep(answerLookMs)
    }
  }

  app.post(
    '/api/orders/:id/payments/elsewhere',
    {
      config: { vital: true, keyed: true, right: 'orders' },
      schema: {
        summary: 'Record that an open order was paid outside of the shop',
        description:
          'For those who sell the show. Takes all that is due. Answers 409 order_not_payable when the order is not open, or is being paid by card and that came first: then nothing is recorded, and the money goes back over the counter.',
        tags: ['box office'],
        params: Type.Object({ id: Id }),
        body: ElsewhereBody,
        response: { 201: PaymentView },
      },
    },
    async (request, reply) => {
      requireStaff(request)
      const orderId = request.params.id
      await orderArrived(options, orderId)
      const terms = (await readKnownOrder(db, orderId))?.terms
      const place = terms ? { organisationId: terms.organiserId, showId: terms.showId ?? null } : null
      const { staff } = requireRight(request, place, 'order_unknown')
      const { tender = 'cash', reason } = request.body
      const key = idempotencyKeyOf(request)
      const scope = `${staff.id} POST /api/orders/${orderId}/payments/elsewhere`
      const cause =
        key === undefined ? {} : { idempotency: { scope, key, fingerprint: fingerprintOf(request.body) } }
      const outcome = await handler.handle(
        {
          type: 'TakeElsewhere',
          paymentId: newId(),
          orderId,
          tendered: { tender, by: staff.id, ...(reason === undefined ? {} : { reason }) },
        },
        { causationId: request.id, ...cause },
      )
      if (!outcome.ok) throw refuse(outcome)
      const payment = await answered(outcome.answer.paymentId)
      if (payment.claim === 'lost') return sendProblem(reply, 'order_not_payable')
      return reply.code(201).send(paymentView(payment, null))
    },
  )
}
