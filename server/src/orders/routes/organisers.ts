// HTTP of the orders service for organisers: the orders of a show, one of them, and its sales in
// figures. Changes nothing.
import { Id, normaliseEmail, OrderView, Page, ShowOrdersQuery, ShowSales } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import { requireRight, requireStaff } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import { cursorId, pageOf } from '../read/pages.ts'
import { readShowSales } from '../read/sales.ts'
import { listShowOrders, readOrder, readOrganiser, type SeenOrder } from '../read/views.ts'

const idParams = Type.Object({ id: Id })

/** Where the order's staff work. */
export const placeOf = ({ organiserId: organisationId, view: { showId } }: SeenOrder) => ({
  organisationId,
  showId,
})

export const ownedBy = ({ view, buyerId }: SeenOrder) => ({ id: view.id, buyerId, email: view.buyerEmail })

export interface OrganiserRoutes {
  readonly db: Database
  readonly codes: TicketCodes
}

export function organiserRoutes(app: Http, { db, codes }: OrganiserRoutes): void {
  /** Lets staff of the show in. */
  const guard = async (request: FastifyRequest) => {
    requireStaff(request)
    const { id: showId } = request.params as { id: string }
    const organisationId = await readOrganiser(db, showId)
    requireRight(request, organisationId === null ? null : { organisationId, showId }, 'show_unknown')
  }

  app.get(
    '/api/shows/:id/orders',
    {
      config: { right: 'orders' },
      schema: {
        tags: ['orders'],
        summary: 'List a show’s orders (organiser only)',
        params: idParams,
        querystring: ShowOrdersQuery,
        response: { 200: Page(OrderView) },
      },
    },
    async (request) => {
      await guard(request)
      const { limit = 20, cursor, status = null, email, q } = request.query
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
      config: { right: 'orders' },
      schema: {
        tags: ['orders'],
        summary: 'Get one order of a show (organiser only)',
        params: Type.Object({ id: Id, orderId: Id }),
        response: { 200: OrderView },
      },
    },
    async (request) => {
      requireStaff(request)
      const seen = await readOrder(db, request.params.orderId, codes)
      const isOfShow = seen !== null && seen.view.showId === request.params.id
      requireRight(request, isOfShow ? placeOf(seen) : null, 'order_unknown')
      if (!seen) throw new ProblemError('order_unknown')
      return seen.view
    },
  )

  app.get(
    '/api/shows/:id/sales',
    {
      config: { right: 'orders' },
      schema: {
        tags: ['orders'],
        summary: 'Get a show’s sales figures (organiser only)',
        params: idParams,
        response: { 200: ShowSales },
      },
    },
    async (request) => {
      await guard(request)
      return readShowSales(db, request.params.id)
    },
  )
}
