// HTTP of the orders service: buyers hold, watch and cancel. What organisers see is in
// organisers.ts.
import type { IncomingMessage } from 'node:http'
import {
  codeWordOf,
  type ErrorCode,
  Id,
  OrderBody,
  OrderView,
  Page,
  PageQuery,
  ReturnView,
  Timeline,
} from '@holdfast/contract'
import Type from 'typebox'
import { type AskedKey, findAnswers, fingerprintOf, indexOfKey } from '../../platform/commands/idempotency.ts'
import { readProcessEvents } from '../../platform/commands/outbox.ts'
import { ProblemError, sendProblem } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf, requirePrincipal } from '../../platform/http/server.ts'
import { findBuyersWith, maySeeOrder, ownsOrder, type Principal } from '../../platform/http/sessions.ts'
import { isStaffOf, requireSomebody } from '../../platform/http/staff/rights.ts'
import { makeBatchLoader } from '../../platform/postgres/batch-loader.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { type Clock, newId } from '../../platform/process/clock.ts'
import { makeFailpoint } from '../../platform/process/failpoint.ts'
import type { SecurityLog } from '../../platform/process/security-log.ts'
import type { Switches } from '../../platform/process/switches.ts'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import type { OrdersHandler } from '../model.ts'
import type { OrdersLive } from '../read/live.ts'
import { toOrderView } from '../read/order-view.ts'
import { cursorId, pageOf } from '../read/pages.ts'
import { readStoredTimeline } from '../read/stored-timelines.ts'
import { toTimeline } from '../read/timeline.ts'
import { listOrders, readOrder, readOrderAsPlaced, type SeenOrder } from '../read/views.ts'
import type { StockMemory } from '../stock-memory.ts'
import { availabilityRoutes } from './availability.ts'
import { boxOfficeRoutes } from './box-office.ts'
import { codeRoutes } from './codes.ts'
import type { CodeGuesses } from './guesses.ts'
import { organiserRoutes, ownedBy, placeOf } from './organisers.ts'
import { makeOriginOf } from './origin.ts'
import { priceRoutes } from './prices.ts'
import { makeWaiter } from './waiter.ts'

export interface OrdersRoutes {
  readonly db: Database
  readonly clock: Clock
  readonly codes: TicketCodes
  readonly handler: OrdersHandler
  readonly live: OrdersLive
  readonly stock: StockMemory
  readonly guesses: CodeGuesses
  readonly switches: Switches
  readonly security: SecurityLog
  /** Whether limits per network hold for a request. */
  readonly limitsNetwork: (request: IncomingMessage) => boolean
}

const idParams = Type.Object({ id: Id })
/** Holds of a network are paid or given back all the time. */
const holdsRetrySeconds = 30

export function ordersRoutes(app: Http, parts: OrdersRoutes): void {
  placingRoutes(app, parts)
  buyerRoutes(app, parts)
  organiserRoutes(app, parts)
  boxOfficeRoutes(app, parts)
  availabilityRoutes(app, parts)
  priceRoutes(app, parts)
  codeRoutes(app, parts)
}

function placingRoutes(app: Http, parts: OrdersRoutes): void {
  const { db, clock, handler, stock, switches, security } = parts
  const untilKnown = makeWaiter(clock)
  const originOf = makeOriginOf(parts.limitsNetwork)
  const afterHold = makeFailpoint('orders.after_hold')
  const wasAnswered = makeBatchLoader(async (keys: readonly AskedKey[]) => {
    const answers = await findAnswers(db, keys)
    return keys.map((key) => answers.has(indexOfKey(key)))
  })

  app.post(
    '/api/orders',
    {
      config: { keyed: true },
      schema: {
        tags: ['orders'],
        summary: 'Hold tickets: create an order',
        body: OrderBody,
        response: { 201: OrderView },
      },
    },
    async (request, reply) => {
      const buyer = requirePrincipal(request)
      const { body } = request
      const key = idempotencyKeyOf(request)
      const asked = key === undefined ? undefined : { scope: `orders:${buyer.id}`, key }
      const stopped = switches.isOn('sales_stopped')
      const soldOut = stopped ? null : stock.knowsSoldOut(body)
      // A request that was answered once is answered the same again, even when the pool is sold out
      // by now.
      if ((stopped || soldOut !== null) && !(asked && (await wasAnswered(asked)))) {
        if (soldOut === null) return sendProblem(reply, 'sales_stopped')
        return sendProblem(reply, 'sold_out', { detail: soldOut })
      }
      const idempotency = asked && { ...asked, fingerprint: fingerprintOf(body) }
      const origin = originOf(request, buyer)
      const command = {
        type: 'PlaceOrder',
        orderId: newId(),
        buyer: { id: buyer.id, email: buyer.email },
        ...body,
        ...(origin ? { origin } : {}),
      } as const
      const placing = () =>
        untilKnown(
          () => handler.handle(command, { causationId: request.id, ...(idempotency ? { idempotency } : {}) }),
          (answer) => answer.ok || answer.rejection !== 'show_unknown',
        )
      const outcome =
        body.code === undefined
          ? await placing()
          : await parts.guesses.counted(request, () => unlessUnknown(placing))
      if (!outcome.ok) {
        const { rejection, ...why } = outcome
        if (rejection !== 'too_many_holds') return sendProblem(reply, rejection, why)
        const [network = ''] = origin?.networks ?? []
        security.note('limit_hit', { limit: 'holds_network', network, showId: body.showId }, network)
        return sendProblem(reply, rejection, { ...why, retryAfterSeconds: holdsRetrySeconds })
      }
      afterHold()
      if (!outcome.answer) throw new Error('an order was placed without an answer')
      const { orderId, order = await readOrderAsPlaced(db, orderId) } = outcome.answer
      return reply
        .code(201)
        .header('location', `/api/orders/${orderId}`)
        .send(toOrderView(order, { codeWord: body.code === undefined ? null : codeWordOf(body.code) }))
    },
  )
}

/** A wrong code is thrown, so that it is counted. */
async function unlessUnknown<Answer extends { readonly ok: boolean }>(
  place: () => Promise<Answer>,
): Promise<Answer> {
  const outcome = await place()
  if ('rejection' in outcome && outcome.rejection === 'code_unknown') throw new ProblemError('code_unknown')
  return outcome
}

function buyerRoutes(app: Http, { db, codes, handler, live }: OrdersRoutes): void {
  app.get(
    '/api/orders',
    {
      schema: {
        tags: ['orders'],
        summary: 'List your orders, newest first',
        querystring: PageQuery,
        response: { 200: Page(OrderView) },
      },
    },
    async (request) => {
      const buyer = requirePrincipal(request)
      const limit = request.query.limit ?? 20
      const { id, buyerIds = [], proved: addresses = [] } = buyer
      const otherIds = await findBuyersWith(db, addresses)
      const items = await listOrders(db, {
        buyerIds: [...new Set([id, ...buyerIds])],
        otherIds,
        addresses,
        beforeId: cursorId(request.query.cursor),
        limit: limit + 1,
        codes,
      })
      return pageOf(items, limit)
    },
  )

  app.get(
    '/api/orders/:id',
    {
      config: { vital: true },
      schema: {
        tags: ['orders'],
        summary: 'Get one of your orders',
        params: idParams,
        response: { 200: OrderView },
      },
    },
    async (request) => (await seenOrder(request.params.id, requirePrincipal(request))).view,
  )

  app.get(
    '/api/orders/:id/stream',
    {
      config: { vital: true },
      schema: {
        tags: ['orders'],
        summary: 'Stream an order’s changes as server-sent events named "order"',
        params: idParams,
      },
    },
    async (request, reply) => {
      await seenOrder(request.params.id, requirePrincipal(request))
      live.orders.stream(request, reply, { key: request.params.id })
    },
  )

  app.get(
    '/api/orders/:id/timeline',
    {
      config: { right: 'orders' },
      schema: {
        tags: ['orders'],
        summary: 'Get an order’s history across all services',
        description: 'At most the first 500 events; not paginated.',
        params: idParams,
        response: { 200: Timeline },
      },
    },
    async (request) => {
      const principal = requireSomebody(request)
      const seen = await readOrder(db, request.params.id, codes)
      if (
        !seen ||
        !(isStaffOf(request, placeOf(seen)) || (principal && maySeeOrder(principal, ownedBy(seen))))
      )
        throw new ProblemError('order_unknown')
      const stored = await readStoredTimeline(db, request.params.id)
      return { items: [...stored, ...toTimeline(await readProcessEvents(db, request.params.id))] }
    },
  )

  app.get(
    '/api/orders/:id/returns',
    {
      config: { right: 'orders' },
      schema: {
        tags: ['orders'],
        summary: 'List what was given back of an order',
        description: 'When all of the money went back, the order’s places are returned as a whole.',
        params: idParams,
        response: { 200: Page(ReturnView) },
      },
    },
    async (request) => {
      const principal = requireSomebody(request)
      const seen = await readOrder(db, request.params.id, codes)
      if (!seen || !(isStaffOf(request, placeOf(seen)) || seen.buyerId === principal?.id))
        throw new ProblemError('order_unknown')
      return { items: [...seen.returns], nextCursor: null }
    },
  )

  app.delete(
    '/api/orders/:id',
    {
      config: { vital: true, right: 'orders' },
      schema: {
        tags: ['orders'],
        summary: 'Cancel an unpaid order',
        params: idParams,
        response: { 200: OrderView },
      },
    },
    async (request, reply) => {
      const principal = requireSomebody(request)
      const seen = await readOrder(db, request.params.id, codes)
      const isBuyers = seen !== null && principal !== null && ownsOrder(principal, ownedBy(seen))
      const isStaffs = seen !== null && isStaffOf(request, placeOf(seen))
      const reason = isBuyers ? 'buyer' : isStaffs ? 'organiser' : null
      if (reason === null) throw new ProblemError('order_unknown')
      const outcome = await handler.handle(
        { type: 'CancelOrder', orderId: request.params.id, reason },
        { causationId: request.id },
      )
      if (!outcome.ok)
        return sendProblem(reply, outcome.rejection satisfies ErrorCode, { detail: outcome.detail })
      if (!outcome.answer?.order) throw new Error('an order was cancelled without an answer')
      return toOrderView(outcome.answer.order)
    },
  )

  const seenOrder = async (orderId: string, principal: Principal): Promise<SeenOrder> => {
    const seen = await readOrder(db, orderId, codes)
    if (!seen || !maySeeOrder(principal, ownedBy(seen))) throw new ProblemError('order_unknown')
    return seen
  }
}
