// HTTP of the box office: staff sell at the counter, and see what a show brought in.
import { Id, normaliseEmail, OrderView, SaleBody, Settlement } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { fingerprintOf } from '../../platform/commands/idempotency.ts'
import { ProblemError, sendProblem } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf } from '../../platform/http/server.ts'
import { requireRight, requireStaff, type Staff } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { type Clock, newId } from '../../platform/process/clock.ts'
import type { Switches } from '../../platform/process/switches.ts'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import type { OrdersHandler } from '../model.ts'
import { readSettlement } from '../read/settlement.ts'
import { readOrder, readOrganiser } from '../read/views.ts'
import { makeWaiter } from './waiter.ts'

export interface BoxOfficeRoutes {
  readonly db: Database
  readonly clock: Clock
  readonly codes: TicketCodes
  readonly handler: OrdersHandler
  readonly switches: Switches
}

const params = Type.Object({ id: Id })
/** As long as payments waits for an order: then the sale is answered as far as it is. */
const ticketsWithinMs = 3_000

export function boxOfficeRoutes(app: Http, parts: BoxOfficeRoutes): void {
  const { db, clock, codes, handler, switches } = parts
  const untilKnown = makeWaiter(clock)
  const untilIssued = makeWaiter(clock, ticketsWithinMs)

  /** To others the show is not there. It may have been published a moment ago. */
  const requireSeller = async (request: FastifyRequest, showId: string): Promise<Staff> => {
    requireStaff(request)
    const organiserId = await untilKnown(
      () => readOrganiser(db, showId),
      (found) => found !== null,
    )
    const place = organiserId === null ? null : { organisationId: organiserId, showId }
    return requireRight(request, place, 'show_unknown').staff
  }

  app.get(
    '/api/shows/:id/settlement',
    {
      config: { right: 'money' },
      schema: {
        tags: ['box office'],
        summary: 'Get what a show brought in: money by tender, tickets by type and channel',
        params,
        response: { 200: Settlement },
      },
    },
    async (request) => {
      await requireSeller(request, request.params.id)
      return readSettlement(db, request.params.id)
    },
  )

  app.post(
    '/api/shows/:id/sales',
    {
      config: { keyed: true, right: 'orders' },
      schema: {
        tags: ['box office'],
        summary: 'Sell at the counter: an order that is settled at once',
        description:
          'For those who sell the show. Limits of buyers do not bind them; stock does. Answers with the tickets, or after three seconds as far as the order is.',
        params,
        body: SaleBody,
        response: { 201: OrderView },
      },
    },
    async (request, reply) => {
      const { id: showId } = request.params
      const staff = await requireSeller(request, showId)
      if (switches.isOn('sales_stopped')) return sendProblem(reply, 'sales_stopped')
      const { lines, tender, reason, buyer = {} } = request.body
      if (tender === 'comp' && reason === undefined)
        throw new ProblemError('invalid_request', { detail: 'a comp needs a reason' })
      const key = idempotencyKeyOf(request)
      const fingerprint = fingerprintOf({ showId, ...request.body })
      const idempotency = key === undefined ? undefined : { scope: `sales:${staff.id}`, key, fingerprint }
      const outcome = await handler.handle(
        {
          type: 'PlaceOrder',
          orderId: newId(),
          showId,
          lines,
          // An id of their own: no session has it, so that the order is nobody's by chance.
          buyer: {
            id: newId(),
            email: buyer.email === undefined ? null : normaliseEmail(buyer.email),
            ...(buyer.name === undefined ? {} : { name: buyer.name }),
          },
          counter: {
            paymentId: newId(),
            tendered: { tender, by: staff.id, ...(reason === undefined ? {} : { reason }) },
          },
        },
        { causationId: request.id, ...(idempotency ? { idempotency } : {}) },
      )
      if (!outcome.ok) return sendProblem(reply, outcome.rejection, { detail: outcome.detail })
      if (!outcome.answer) throw new Error('an order was placed without an answer')
      const { orderId } = outcome.answer
      const sold = await untilIssued(
        () => readOrder(db, orderId, codes),
        (seen) => seen?.view.tickets !== undefined,
      )
      if (!sold) throw new Error('an order was sold and is not there')
      return reply.code(201).header('location', `/api/orders/${orderId}`).send(sold.view)
    },
  )
}
