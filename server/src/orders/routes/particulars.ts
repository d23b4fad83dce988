// HTTP of names and answers: what is asked of an order and its units, and what buyers and staff say.
// Between the hold and the payment, and afterwards until the show's deadline; then staff alone.
import {
  AttendeeView,
  Id,
  OrderAnswersBody,
  OrderUnits,
  PageQuery,
  Question,
  UnitBody,
  UnitView,
} from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import { maySeeOrder, ownsOrder } from '../../platform/http/sessions.ts'
import { isStaffOf, requireRight, requireSomebody, requireStaff } from '../../platform/http/staff/rights.ts'
import { noParticulars, saveParticulars } from '../../platform/personal/particulars.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { decideSaying, refuseSpeaker, type Saying, type Speaker } from '../domain/particulars/particulars.ts'
import { cursorId } from '../read/pages.ts'
import {
  attendeesOf,
  listAttending,
  type OrderWithUnits,
  orderUnitsView,
  readShowAsks,
  readUnits,
  type UnitWithTicket,
  unitView,
} from '../read/units.ts'
import { readOrganiser } from '../read/views.ts'
import { findUnit } from '../store/asks.ts'

const tags = ['orders']
const orderParams = Type.Object({ id: Id })
const unitParams = Type.Object({ id: Id, no: Type.String({ pattern: '^\\d{1,6}$' }) })
const right = 'orders'

const AttendeePage = Type.Object({
  items: Type.Array(AttendeeView),
  questions: Type.Array(Question, { description: 'that the show asks now' }),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
})

export interface ParticularsRoutes {
  readonly db: Database
}

export function particularsRoutes(app: Http, { db }: ParticularsRoutes): void {
  orderRoutes(app, db)
  unitRoutes(app, db)
  attendeeRoute(app, db)
}

/** Whose word it is, or null for those to whom the order is not there. Staff may most. */
function speakerOf(request: FastifyRequest, order: OrderWithUnits): Speaker | null {
  const { id, showId, organiserId: organisationId, buyer } = order
  if (isStaffOf(request, { organisationId, showId })) return 'staff'
  const principal = requireSomebody(request)
  if (!principal) return null
  const owned = { id, buyerId: buyer.id, email: buyer.email }
  if (ownsOrder(principal, owned)) return 'buyer'
  return maySeeOrder(principal, owned) ? 'link' : null
}

async function heardOf(db: Database, request: FastifyRequest, orderId: string) {
  requireSomebody(request)
  const order = await readUnits(db, orderId)
  const speaker = order && speakerOf(request, order)
  return order && speaker ? { order, speaker } : null
}

/** Keeps what is said of a unit, or of the order as a whole. */
async function keep(
  db: Database,
  { order, speaker }: { readonly order: OrderWithUnits; readonly speaker: Speaker },
  { unit, saying }: { readonly unit: UnitWithTicket | null; readonly saying: Saying },
): Promise<OrderWithUnits> {
  const { id: orderId, status, isOpen, said, asks, showId } = order
  const refused = refuseSpeaker(speaker, { status, isOpen, isVoid: unit?.ticket?.status === 'void' })
  if (refused) throw new ProblemError(refused.rejection)
  const known = unit ? (said.units.get(unit.no) ?? noParticulars) : said.order
  const asked = { asks, ticketTypeId: unit?.ticketTypeId ?? null }
  const decision = decideSaying(known, saying, { speaker, asked })
  if ('rejection' in decision) {
    const { rejection, detail, field } = decision
    throw new ProblemError(rejection, { detail, field })
  }
  await saveParticulars(db, { orderId, unit: unit?.no ?? null, showId, ...decision.kept })
  const after = await readUnits(db, orderId)
  if (!after) throw new Error(`order ${orderId} is gone`)
  return after
}

function orderRoutes(app: Http, db: Database): void {
  app.get(
    '/api/orders/:id/units',
    {
      config: { right },
      schema: {
        tags,
        summary: 'Get what is asked of an order and its tickets, and what was answered',
        params: orderParams,
        response: { 200: OrderUnits },
      },
    },
    async (request) => {
      const heard = await heardOf(db, request, request.params.id)
      if (!heard) throw new ProblemError('order_unknown')
      const { status, isOpen } = heard.order
      const refused = refuseSpeaker(heard.speaker, { status, isOpen, isVoid: false })
      return orderUnitsView(heard.order, refused === null)
    },
  )

  app.patch(
    '/api/orders/:id',
    {
      config: { right },
      schema: {
        tags,
        summary: 'Answer the questions that are asked of an order as a whole',
        params: orderParams,
        body: OrderAnswersBody,
        response: { 200: OrderUnits },
      },
    },
    async (request) => {
      const heard = await heardOf(db, request, request.params.id)
      if (!heard) throw new ProblemError('order_unknown')
      const after = await keep(db, heard, { unit: null, saying: request.body })
      return orderUnitsView(after, true)
    },
  )
}

function unitRoutes(app: Http, db: Database): void {
  const change = async (
    heard: NonNullable<Awaited<ReturnType<typeof heardOf>>>,
    unit: UnitWithTicket,
    saying: Saying,
  ) => {
    const after = await keep(db, heard, { unit, saying })
    return unitView(after, after.units.find(({ no }) => no === unit.no) ?? unit)
  }

  app.patch(
    '/api/orders/:id/units/:no',
    {
      config: { right },
      schema: {
        tags,
        summary: 'Give the holder’s name of one ticket of an order, and answers',
        description:
          'From the hold on. Buyers may until the show’s `holderDeadlineAt`, or else its start; staff of the show ' +
          'always; a link to the order changes names only. Nothing that is missing stands in the way of a payment.',
        params: unitParams,
        body: UnitBody,
        response: { 200: UnitView },
      },
    },
    async (request) => {
      const heard = await heardOf(db, request, request.params.id)
      if (!heard) throw new ProblemError('order_unknown')
      const unit = heard.order.units.find(({ no }) => no === Number(request.params.no))
      if (!unit) throw new ProblemError('unit_unknown')
      return change(heard, unit, request.body)
    },
  )

  app.patch(
    '/api/tickets/:id',
    {
      config: { right },
      schema: {
        tags: ['tickets'],
        summary: 'Give the holder’s name of a ticket, and answers',
        description: 'The same as for the unit of its order.',
        params: orderParams,
        body: UnitBody,
        response: { 200: UnitView },
      },
    },
    async (request) => {
      requireSomebody(request)
      const found = await findUnit(db, request.params.id)
      const heard = found && (await heardOf(db, request, found.orderId))
      const unit = heard?.order.units.find(({ no }) => no === found?.no)
      if (!heard || !unit) throw new ProblemError('ticket_unknown')
      return change(heard, unit, request.body)
    },
  )
}

function attendeeRoute(app: Http, db: Database): void {
  app.get(
    '/api/shows/:id/attendees',
    {
      config: { right },
      schema: {
        tags,
        summary: 'List who comes: one entry per ticket of paid orders (organiser only)',
        description: '`limit` counts orders: a page has all tickets of each of them.',
        params: orderParams,
        querystring: PageQuery,
        response: { 200: AttendeePage },
      },
    },
    async (request) => {
      requireStaff(request)
      const { id: showId } = request.params
      const organisationId = await readOrganiser(db, showId)
      requireRight(request, organisationId === null ? null : { organisationId, showId }, 'show_unknown')
      const { limit = 20, cursor } = request.query
      const orders = await listAttending(db, { showId, beforeId: cursorId(cursor), limit: limit + 1 })
      const page = orders.slice(0, limit)
      const { questions = [] } = await readShowAsks(db, showId)
      return {
        items: page.flatMap(attendeesOf),
        questions,
        nextCursor: orders.length > limit ? (page.at(-1)?.id ?? null) : null,
      }
    },
  )
}
