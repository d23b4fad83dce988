// HTTP of what is left of a show, once and as a stream, and of whether anything is sold at all.
import { Availability, CompactAvailability, Id, SalesNotice } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { sendPacked } from '../../platform/http/packed.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import { mayAct, staffOf } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { Clock } from '../../platform/process/clock.ts'
import type { Switches } from '../../platform/process/switches.ts'
import { availabilityKey, type OrdersLive, type PackedAvailability } from '../read/live.ts'
import { readOrganiser } from '../read/views.ts'
import { makeWaiter } from './waiter.ts'

const idParams = Type.Object({ id: Id })
const changedOnly = Type.Literal('changed', {
  description: 'after the first event, send only changed seats, in events named "changes"',
})
const compactForm = Type.Literal('compact', {
  description: 'the states of all seats as one text, in the order of their ids; then as "changed"',
})
const streamQuery = Type.Object(
  { seats: Type.Optional(Type.Union([changedOnly, compactForm])) },
  { additionalProperties: false },
)
const availabilityQuery = Type.Object({ seats: Type.Optional(compactForm) }, { additionalProperties: false })

type Asked = Pick<FastifyRequest, 'principal' | 'key'> & { readonly params: { readonly id: string } }

export interface AvailabilityParts {
  readonly clock: Clock
  readonly db: Database
  readonly live: OrdersLive
  readonly switches: Switches
}

export function availabilityRoutes(app: Http, { clock, db, live, switches }: AvailabilityParts): void {
  app.get(
    '/api/sales',
    {
      schema: {
        security: [],
        tags: ['shows'],
        summary: 'Check whether sales are open',
        response: { 200: SalesNotice },
      },
    },
    () => ({ state: switches.isOn('sales_stopped') ? ('stopped' as const) : ('open' as const) }),
  )

  const untilKnown = makeWaiter(clock)
  /** Hidden types are there for the staff of the show alone. */
  const keyOf = async ({ params: { id: showId }, ...who }: Asked): Promise<string> => {
    const staff = staffOf(who)
    const organisationId = staff && (await readOrganiser(db, showId))
    const hidden =
      organisationId != null && staff !== null && mayAct(staff, 'look', { organisationId, showId })
    return availabilityKey(showId, { hidden })
  }
  const availabilityOf = async (key: string): Promise<PackedAvailability> => {
    const packed = await untilKnown(
      () => live.readPacked(key),
      (found) => found !== null,
    )
    if (packed === null) throw new ProblemError('show_unknown')
    return packed
  }

  app.get(
    '/api/shows/:id/availability',
    {
      schema: {
        security: [],
        tags: ['shows'],
        summary: 'Get a show’s availability',
        description: 'Has an `ETag` that changes with what is left; `If-None-Match` answers 304.',
        params: idParams,
        querystring: availabilityQuery,
        response: { 200: Type.Union([Availability, CompactAvailability]) },
      },
    },
    async (request, reply) => {
      const { whole, compact } = await availabilityOf(await keyOf(request))
      return sendPacked(request, reply, request.query.seats === 'compact' ? compact : whole())
    },
  )

  app.get(
    '/api/shows/:id/availability/stream',
    {
      schema: {
        security: [],
        tags: ['shows'],
        summary: 'Stream availability as server-sent events named "availability"',
        params: idParams,
        querystring: streamQuery,
      },
    },
    async (request, reply) => {
      const key = await keyOf(request)
      await availabilityOf(key)
      live.availability.stream(request, reply, {
        key,
        changesOnly: request.query.seats !== undefined,
        compact: request.query.seats === 'compact',
      })
    },
  )
}
