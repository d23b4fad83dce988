// HTTP of the orders service for organisers: the orders of a show, one of them, and its sales in
// figures. Changes nothing.
import { Id, normaliseEmail, OrderView, Page, ShowOrdersQuery, ShowSales } from '@holdfast/contract'
import Type from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, requirePrincipal } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import { cursorId, pageOf } from '../read/pages.ts'
import { readShowSales } from '../read/sales.ts'
import { listShowOrders, readOrder, readOrganiser } from '../read/views.ts'

const idParams = Type.Object({ id: Id })

export interface OrganiserRoutes {
  readonly db: Database
  readonly codes: TicketCodes
}

export function organiserRoutes(app: Http, { db, codes }: OrganiserRoutes): void {
  app.get(
    '/api/shows/:id/orders',
    {
      schema: {
        tags: ['orders'],
        summary: 'List a show’s orders (organiser only)',
        params: idParams,
        querystring: ShowOrdersQuery,
        response: { 200: Page(OrderView) },
      },
    },
    async (request) => {
      const { id: organiserId } = requirePrincipal(request, 'user')
      const { limit = 20, cursor, status = null, email, q } = request.query
      if ((await readOrganiser(db, request.params.id)) !== organiserId) throw new ProblemError('show_unknown')
      const items = await listShowOrders(db, {
        showId: request.params.id,
        beforeId: cursorId(cursor),
        limit: limit + 1,
        status,
        emailPrefix: email === undefined ? null : normaliseEmail(email),
        search: q === undefined ? null : normaliseEmail(q),
        codes,
      })
      return pageOf(items, limit)
    },
  )

  app.get(
    '/api/shows/:id/orders/:orderId',
    {
      schema: {
        tags: ['orders'],
        summary: 'Get one order of a show (organiser only)',
        params: Type.Object({ id: Id, orderId: Id }),
        response: { 200: OrderView },
      },
    },
    async (request) => {
      const { id: organiserId } = requirePrincipal(request, 'user')
      const seen = await readOrder(db, request.params.orderId, codes)
      if (!seen || seen.organiserId !== organiserId || seen.view.showId !== request.params.id)
        throw new ProblemError('order_unknown')
      return seen.view
    },
  )

  app.get(
    '/api/shows/:id/sales',
    {
      schema: {
        tags: ['orders'],
        summary: 'Get a show’s sales figures (organiser only)',
        params: idParams,
        response: { 200: ShowSales },
      },
    },
    async (request) => {
      const { id: organiserId } = requirePrincipal(request, 'user')
      if ((await readOrganiser(db, request.params.id)) !== organiserId) throw new ProblemError('show_unknown')
      return readShowSales(db, request.params.id)
    },
  )
}
