// What is sold and on hold of a show, as whoever asks may see it: orders counts it, and tells by the
// public API. Where orders runs elsewhere, nothing is known here; it keeps its own count in any case.
import type { Availability } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import { askInside } from '../../platform/http/overload.ts'
import type { Http } from '../../platform/http/server.ts'

export async function readTaken(
  app: Http,
  { headers }: Pick<FastifyRequest, 'headers'>,
  showId: string,
): Promise<ReadonlyMap<string, number>> {
  const { cookie, authorization } = headers
  const reply = await askInside(app, `/api/shows/${showId}/availability?seats=compact`, {
    ...(cookie === undefined ? {} : { cookie }),
    ...(authorization === undefined ? {} : { authorization }),
  })
  if (reply.statusCode !== 200) return new Map()
  const { ticketTypes } = reply.json<Availability>()
  return new Map(ticketTypes.map(({ id, held, sold }) => [id, held + sold]))
}
