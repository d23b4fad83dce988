// HTTP of what is left of a show: once, and as a stream.
import { Availability, CompactAvailability, Id } from '@holdfast/contract'
import Type from 'typebox'
import { sendPacked } from '../../platform/http/packed.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import type { Clock } from '../../platform/process/clock.ts'
import type { OrdersLive, PackedAvailability } from '../read/live.ts'
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

export interface AvailabilityParts {
  readonly clock: Clock
  readonly live: OrdersLive
}

export function availabilityRoutes(app: Http, { clock, live }: AvailabilityParts): void {
  const untilKnown = makeWaiter(clock)
  const availabilityOf = async (showId: string): Promise<PackedAvailability> => {
    const packed = await untilKnown(
      () => live.readPacked(showId),
      (found) => found !== null,
    )
    if (packed === null) throw new ProblemError('show_unknown')
    return packed
  }

  app.get(
    '/api/shows/:id/availability',
    {
      schema: {
        tags: ['shows'],
        summary: 'Get a show’s availability',
        description: 'Has an `ETag` that changes with what is left; `If-None-Match` answers 304.',
        params: idParams,
        querystring: availabilityQuery,
        response: { 200: Type.Union([Availability, CompactAvailability]) },
      },
    },
    async (request, reply) => {
      const { whole, compact } = await availabilityOf(request.params.id)
      return sendPacked(request, reply, request.query.seats === 'compact' ? compact : whole())
    },
  )

  app.get(
    '/api/shows/:id/availability/stream',
    {
      schema: {
        tags: ['shows'],
        summary: 'Stream availability as server-sent events named "availability"',
        params: idParams,
        querystring: streamQuery,
      },
    },
    async (request, reply) => {
      await availabilityOf(request.params.id)
      live.availability.stream(request, reply, {
        key: request.params.id,
        changesOnly: request.query.seats !== undefined,
        compact: request.query.seats === 'compact',
      })
    },
  )
}
