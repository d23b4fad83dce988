// HTTP of the box office: staff sell at the counter, and see what a show brought in.
import { Id, normaliseEmail, OrderView, ReserveBody, SaleBody, Settlement } from '@holdfast/contract'
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
import { toOrderView } from '../read/order-view.ts'
import { readSettlement } from '../read/settlement.ts'
import { readOrder, readOrganiser } from '../read/views.ts'
import { placeOf } from './organisers.ts'
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
        summary: 'Sell at the counter: an order that is settled at once, or reserved',
        description:
          'For those who sell the show. Limits of buyers do not bind them; stock does. Takes a `tender`, or `reserveUntil` of an order that is paid later. Answers with the tickets, or after three seconds as far as the order is.',
        params,
        body: SaleBody,
        response: { 201: OrderView },
      },
    },
    async (request, reply) => {
      const { id: showId } = request.params
      const staff = await requireSeller(request, showId)
      if (switches.isOn('sales_stopped')) return sendProblem(reply, 'sales_stopped')
      const { lines, buyer = {} } = request.body
      const counter = counterOf(request.body, staff)
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
          counter,
        },
        { causationId: request.id, ...(idempotency ? { idempotency } : {}) },
      )
      if (!outcome.ok) {
        const { rejection, detail, field } = outcome
        return sendProblem(reply, rejection, { detail, field })
      }
      if (!outcome.answer) throw new Error('an order was placed without an answer')
      const { orderId } = outcome.answer
      const sold = await untilIssued(
        () => readOrder(db, orderId, codes),
        (seen) => 'until' in counter || seen?.view.tickets !== undefined,
      )
      if (!sold) throw new Error('an order was sold and is not there')
      return reply.code(201).header('location', `/api/orders/${orderId}`).send(sold.view)
    },
  )

  app.post(
    '/api/orders/:id/reserve',
    {
      config: { right: 'orders' },
      schema: {
        tags: ['box office'],
        summary: 'Reserve the places of an unpaid order until a date',
        description:
          'For those who sell the show; also gives a reservation another date. Its buyer is told by mail, with a link to pay. It ends by itself at the date.',
        params,
        body: ReserveBody,
        response: { 200: OrderView },
      },
    },
    async (request, reply) => {
      requireStaff(request)
      const orderId = request.params.id
      const seen = await readOrder(db, orderId, codes)
      const { staff } = requireRight(request, seen && placeOf(seen), 'order_unknown')
      const until = new Date(request.body.until).toISOString()
      const outcome = await handler.handle(
        { type: 'ReserveOrder', orderId, until, by: staff.id },
        { causationId: request.id },
      )
      if (!outcome.ok) {
        const { rejection, detail, field } = outcome
        return sendProblem(reply, rejection, { detail, field })
      }
      if (!outcome.answer?.order) throw new Error('an order was reserved without an answer')
      return toOrderView(outcome.answer.order)
    },
  )
}

/** How the order is settled: now, with a tender; or later, until a date. */
function counterOf({ tender, reserveUntil, reason }: SaleBody, { id: by }: Staff) {
  const invalid = (detail: string) => new ProblemError('invalid_request', { detail })
  if ((tender === undefined) === (reserveUntil === undefined))
    throw invalid('send a tender, or until when it is reserved')
  if (tender === undefined) {
    if (reason !== undefined) throw invalid('a reservation takes no reason')
    return { until: new Date(reserveUntil ?? '').toISOString(), by }
  }
  if (tender === 'comp' && reason === undefined) throw invalid('a comp needs a reason')
  return {
    paymentId: newId(),
    tendered: { tender, by, ...(reason === undefined ? {} : { reason }) },
  }
}
