// HTTP of documents: tickets, receipt and calendar of an order, for its buyer, and the tickets for
// those who sell it. Drawn when they are asked for.
import { Id } from '@holdfast/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, requirePrincipal } from '../../platform/http/server.ts'
import { maySeeOrder } from '../../platform/http/sessions.ts'
import { isStaffOf, requireSomebody } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { Clock } from '../../platform/process/clock.ts'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import { calendarOf, type Documented, receiptPaperOf, ticketsPaperOf } from '../documents/compose.ts'
import type { Drawer } from '../documents/drawer.ts'
import { readDocumented } from '../read/documents.ts'

export interface DocumentRoutes {
  readonly db: Database
  readonly clock: Clock
  readonly codes: TicketCodes
  readonly drawer: Pick<Drawer, 'draw'>
  readonly publicUrl: string
}

const tags = ['documents']
const params = Type.Object({ id: Id })
const sizeQuery = Type.Object(
  { size: Type.Optional(Type.Union([Type.Literal('a4'), Type.Literal('label')], { default: 'a4' })) },
  { additionalProperties: false },
)
/** Tickets that were just paid for may not have reached us: asked again, a bounded time. */
const tries = 10
const askAgainMs = 200

export function documentRoutes(app: Http, parts: DocumentRoutes): void {
  const { clock, drawer, publicUrl } = parts
  const found = async (
    request: FastifyRequest,
    key: Parameters<typeof readDocumented>[1],
    unknown: 'order_unknown' | 'ticket_unknown',
    { toStaff = false }: { readonly toStaff?: boolean } = {},
  ): Promise<Documented> => {
    const principal = toStaff ? requireSomebody(request) : requirePrincipal(request)
    const refuse = ({ order, show }: Documented) => {
      if (principal && maySeeOrder(principal, order)) return
      if (toStaff && isStaffOf(request, { organisationId: show.organiserId, showId: show.id })) return
      throw new ProblemError(unknown)
    }
    for (let attempt = 1; ; attempt += 1) {
      const documented = await readDocumented(parts, key)
      if (documented) refuse(documented)
      if (documented && documented.order.tickets !== null) return documented
      if (attempt === tries && documented) throw new ProblemError('tickets_not_issued')
      if (attempt === tries || (!documented && unknown === 'ticket_unknown')) throw new ProblemError(unknown)
      await clock.sleep(askAgainMs)
    }
  }
  const file = (reply: FastifyReply, name: string, type: string, content: Buffer | string) =>
    reply.type(type).header('content-disposition', `inline; filename="${name}"`).send(content)
  const pdf = 'application/pdf'

  app.get(
    '/api/orders/:id/tickets.pdf',
    {
      config: { right: 'orders' },
      schema: {
        tags,
        summary: 'Get the tickets of an order as a PDF, one to a page',
        params,
        querystring: sizeQuery,
      },
    },
    async (request, reply) => {
      const { id: orderId } = request.params
      // Printed at the counter.
      const documented = await found(request, { orderId }, 'order_unknown', { toStaff: true })
      const paper = ticketsPaperOf(documented, { size: request.query.size ?? 'a4' })
      if (paper.tickets.length === 0) throw new ProblemError('ticket_void')
      return file(reply, 'tickets.pdf', pdf, await drawer.draw(paper))
    },
  )

  app.get(
    '/api/orders/:id/receipt.pdf',
    { schema: { tags, summary: 'Get the receipt of an order as a PDF', params } },
    async (request, reply) => {
      const documented = await found(request, { orderId: request.params.id }, 'order_unknown')
      return file(reply, 'receipt.pdf', pdf, await drawer.draw(receiptPaperOf(documented)))
    },
  )

  app.get(
    '/api/orders/:id/calendar.ics',
    { schema: { tags, summary: 'Get the date of an order for a calendar', params } },
    async (request, reply) => {
      const documented = await found(request, { orderId: request.params.id }, 'order_unknown')
      return file(reply, 'calendar.ics', 'text/calendar; charset=utf-8', calendarOf(documented, publicUrl))
    },
  )

  app.get(
    '/api/tickets/:id/ticket.pdf',
    { schema: { tags, summary: 'Get one ticket as a PDF', params, querystring: sizeQuery } },
    async (request, reply) => {
      const ticketId = request.params.id
      const documented = await found(request, { ticketId }, 'ticket_unknown')
      const paper = ticketsPaperOf(documented, { size: request.query.size ?? 'a4', ticketId })
      if (paper.tickets.length === 0) throw new ProblemError('ticket_void')
      return file(reply, 'ticket.pdf', pdf, await drawer.draw(paper))
    },
  )
}
