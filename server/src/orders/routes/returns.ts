// HTTP of tickets that are given back: by their buyer, or by whoever sells the show.
import { type ErrorCode, Id, Page, ReturnBody, ReturnView } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { fingerprintOf } from '../../platform/commands/idempotency.ts'
import { ProblemError, sendProblem } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf } from '../../platform/http/server.ts'
import { ownsOrder } from '../../platform/http/sessions.ts'
import { isStaffOf, requireRight, requireSomebody } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { type Clock, newId } from '../../platform/process/clock.ts'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import type { OrdersHandler } from '../model.ts'
import { readOrder, type SeenOrder } from '../read/views.ts'
import { ownedBy, placeOf } from './organisers.ts'
import { makeWaiter } from './waiter.ts'

export interface ReturnRoutes {
  readonly db: Database
  readonly clock: Clock
  readonly codes: TicketCodes
  readonly handler: OrdersHandler
}

const params = Type.Object({ id: Id })
/** The tickets become void and the money goes back meanwhile; the rest is told by the list. */
const endsWithinMs = 3_000

export function returnRoutes(app: Http, { db, clock, codes, handler }: ReturnRoutes): void {
  const untilEnded = makeWaiter(clock, endsWithinMs)

  app.post(
    '/api/orders/:id/returns',
    {
      config: { vital: true, keyed: true, right: 'money' },
      schema: {
        tags: ['orders'],
        summary: 'Give tickets back',
        description:
          'The tickets become void first, then their places are free, then the money goes back. The buyer gets what the show’s return policy leaves; whoever sells the show names the amount, or gives back all that is left of the tickets. Waits up to three seconds for the end.',
        params,
        body: ReturnBody,
        response: { 201: ReturnView },
      },
    },
    async (request, reply) => {
      const orderId = request.params.id
      const seen = await readOrder(db, orderId, codes)
      const { ticketIds, ...terms } = request.body
      const { by, who } = callerOf(request, seen, Object.keys(terms).length > 0)
      const units = ticketIds.map((ticketId) => {
        const unit = seen?.unitOf.get(ticketId)
        if (unit === undefined) throw new ProblemError('ticket_unknown')
        return unit
      })
      const key = idempotencyKeyOf(request)
      const scope = `${who} POST /api/orders/${orderId}/returns`
      const cause =
        key === undefined ? {} : { idempotency: { scope, key, fingerprint: fingerprintOf(request.body) } }
      const outcome = await handler.handle(
        { type: 'RequestReturn', orderId, returnId: newId(), units, by, ...terms },
        { causationId: request.id, ...cause },
      )
      if (!outcome.ok)
        return sendProblem(reply, outcome.rejection satisfies ErrorCode, { detail: outcome.detail })
      const view = await untilEnded(
        async () => {
          const returns = (await readOrder(db, orderId, codes))?.returns
          const found = returns?.find(({ id }) => id === outcome.answer?.returnId)
          if (!found) throw new Error('a committed return is missing')
          return found
        },
        ({ status }) => status !== 'requested' && status !== 'places_returned',
      )
      if (view.status === 'refused') return sendProblem(reply, 'ticket_used')
      return reply.code(201).send(view)
    },
  )

  app.get(
    '/api/orders/:id/returns',
    {
      config: { right: 'orders' },
      schema: {
        tags: ['orders'],
        summary: 'List what was given back of an order',
        description: 'When all of the money went back, the places that are left are returned by themselves.',
        params,
        response: { 200: Page(ReturnView) },
      },
    },
    async (request) => {
      const principal = requireSomebody(request)
      const seen = await readOrder(db, request.params.id, codes)
      if (!seen || !(isStaffOf(request, placeOf(seen)) || (principal && ownsOrder(principal, ownedBy(seen)))))
        throw new ProblemError('order_unknown')
      return { items: [...seen.returns], nextCursor: null }
    },
  )
}

/**
 * Whoever is both acts as the buyer, unless they say what only staff may say: how much goes back,
 * and whether the places are sold again.
 */
function callerOf(request: FastifyRequest, seen: SeenOrder | null, saysMore: boolean) {
  const principal = requireSomebody(request)
  const isBuyers = seen !== null && principal !== null && ownsOrder(principal, ownedBy(seen))
  const isStaffs = seen !== null && isStaffOf(request, placeOf(seen))
  if (isBuyers && saysMore && !isStaffs)
    throw new ProblemError('return_not_allowed', { detail: 'only the organiser says how much goes back' })
  if (isBuyers && !saysMore) return { by: 'buyer', who: principal.id } as const
  const { staff } = requireRight(request, seen && placeOf(seen), 'order_unknown')
  return { by: 'organiser', who: staff.id } as const
}
