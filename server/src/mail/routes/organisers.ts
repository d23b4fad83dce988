// HTTP for organisers: the mails of an order, and the tickets once more.
import { Id, MailsOfOrder, ResendView } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { sendProblem } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf } from '../../platform/http/server.ts'
import { requireRight, requireSomebody } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { newId } from '../../platform/process/clock.ts'
import type { MailHandler } from '../model.ts'
import { nameOf } from '../names.ts'
import { listMailsOf, readPlaceOf } from '../read/mailbox.ts'

const tags = ['organisers']
const params = Type.Object({ id: Id })

export function organiserRoutes(app: Http, { db, handler }: { db: Database; handler: MailHandler }): void {
  /** Lets staff of the order's show in. */
  const guard = async (request: FastifyRequest, orderId: string) => {
    requireSomebody(request)
    return requireRight(request, await readPlaceOf(db, orderId), 'order_unknown')
  }

  app.get(
    '/api/orders/:id/mails',
    {
      config: { right: 'orders' },
      schema: {
        tags,
        summary: 'List the mails about an order of one of your shows',
        params,
        response: { 200: MailsOfOrder },
      },
    },
    async (request) => {
      await guard(request, request.params.id)
      return { items: await listMailsOf(db, request.params.id) }
    },
  )

  app.post(
    '/api/orders/:id/mails',
    {
      config: { keyed: true, right: 'orders' },
      schema: {
        tags,
        summary: 'Send the tickets of an order once more',
        description: 'Each request is a mail of its own; repeating it with one Idempotency-Key is not.',
        params,
        response: { 202: ResendView },
      },
    },
    async (request, reply) => {
      const orderId = request.params.id
      const { staff } = await guard(request, orderId)
      const key = idempotencyKeyOf(request)
      const requestId = key === undefined ? newId() : nameOf('resend', staff.id, orderId, key)
      const outcome = await handler.handle(
        { type: 'ResendTickets', orderId, requestId },
        { causationId: request.id },
      )
      if (!outcome.ok) {
        const code = outcome.rejection === 'show_unknown' ? 'order_unknown' : outcome.rejection
        return sendProblem(reply, code)
      }
      if (!outcome.answer.mailId) throw new Error('tickets were sent again without a mail')
      return reply.code(202).send({ id: outcome.answer.mailId })
    },
  )
}
