// HTTP for organisers: the mails of an order, and the tickets once more.
import { Id, MailsOfOrder, ResendView } from '@holdfast/contract'
import { Type } from 'typebox'
import { ProblemError, sendProblem } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf, requirePrincipal } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { newId } from '../../platform/process/clock.ts'
import type { MailHandler } from '../model.ts'
import { nameOf } from '../names.ts'
import { listMailsOf, readSellerOf } from '../read/mailbox.ts'

const tags = ['organisers']
const params = Type.Object({ id: Id })

export function organiserRoutes(app: Http, { db, handler }: { db: Database; handler: MailHandler }): void {
  const guard = async (orderId: string, organiserId: string) => {
    if ((await readSellerOf(db, orderId)) !== organiserId) throw new ProblemError('order_unknown')
  }

  app.get(
    '/api/orders/:id/mails',
    {
      schema: {
        tags,
        summary: 'List the mails about an order of one of your shows',
        params,
        response: { 200: MailsOfOrder },
      },
    },
    async (request) => {
      await guard(request.params.id, requirePrincipal(request).id)
      return { items: await listMailsOf(db, request.params.id) }
    },
  )

  app.post(
    '/api/orders/:id/mails',
    {
      config: { keyed: true },
      schema: {
        tags,
        summary: 'Send the tickets of an order once more',
        description: 'Each request is a mail of its own; repeating it with one Idempotency-Key is not.',
        params,
        response: { 202: ResendView },
      },
    },
    async (request, reply) => {
      const { id: organiserId } = requirePrincipal(request)
      const orderId = request.params.id
      await guard(orderId, organiserId)
      const key = idempotencyKeyOf(request)
      const requestId = key === undefined ? newId() : nameOf('resend', organiserId, orderId, key)
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
