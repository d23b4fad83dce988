// HTTP of what is left of a show: once, and as a stream.
import { Availability, Id } from '@holdfast/contract'
import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import type { Clock } from '../../platform/process/clock.ts'
import type { OrdersLive } from '../read/live.ts'
import { makeWaiter } from './waiter.ts'

const idParams = Type.Object({ id: Id })
const changedOnly = Type.Literal('changed', {
  description: 'after the first event, send only changed seats, in events named "changes"',
})
const streamQuery = Type.Object({ seats: Type.Optional(changedOnly) }, { additionalProperties: false })

export interface AvailabilityParts {
  readonly clock: Clock
  readonly live: OrdersLive
}

export function availabilityRoutes(app: Http, { clock, live }: AvailabilityParts): void {
  const untilKnown = makeWaiter(clock)
  const availabilityOf = async (showId: string): Promise<string> => {
    const json = await untilKnown(
      () => live.readAvailabilityJson(showId),
      (found) => found !== null,
    )
    if (json === null) throw new ProblemError('show_unknown')
    return json
  }

  app.get(
    '/api/shows/:id/availability',
    {
      schema: {
        tags: ['shows'],
        summary: 'Get a show’s availability',
        params: idParams,
        response: { 200: Availability },
      },
    },
    async (request, reply) => sendJson(reply, await availabilityOf(request.params.id)),
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
        changesOnly: request.query.seats === 'changed',
      })
    },
  )
}

/** JSON text that was made once for many. */
function sendJson(reply: FastifyReply, json: string) {
  return reply
    .type('application/json; charset=utf-8')
    .serializer((text: unknown) => String(text))
    .send(json)
}
