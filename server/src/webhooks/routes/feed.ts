// HTTP of the feed: everything that webhooks tell, for programs that ask instead of being told.
import { FeedPage, FeedQuery, Id } from '@holdfast/contract'
import { Type } from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import { requireOrganisation } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { readInstallation } from '../../platform/process/installation.ts'
import { cursorOf, type FeedRange, parseCursor, readFeed, readRange } from '../read/feed.ts'

export function feedRoutes(app: Http, { db }: { readonly db: Database }): void {
  app.get(
    '/api/organisations/:id/events',
    {
      config: { right: 'money' },
      schema: {
        tags: ['webhooks'],
        summary: 'Read the events of an organisation in order',
        description:
          'Each event once, the oldest first, for 90 days. Keep the `cursor` of the last event that you took in, and pass it as `after`. `cursor_expired` if what follows is gone, or if the shop was restored from a backup: then read again from `oldest`.',
        params: Type.Object({ id: Id }),
        querystring: FeedQuery,
        response: { 200: FeedPage },
      },
    },
    async (request) => {
      const { organisationId } = requireOrganisation(request)
      const { after: cursor, limit = 100 } = request.query
      const { epoch } = await readInstallation(db)
      const range = await readRange(db, organisationId)
      const after = cursor === undefined ? range.oldest : positionOf(cursor, epoch, range)
      return readFeed(db, { organisationId, epoch, after, limit })
    },
  )
}

function positionOf(text: string, epoch: string, { oldest, newest }: FeedRange): number {
  const cursor = parseCursor(text)
  if (!cursor || (cursor.epoch === epoch && cursor.position > newest))
    throw new ProblemError('invalid_request', { detail: 'this is no cursor of this feed' })
  if (cursor.epoch !== epoch || cursor.position < oldest)
    throw new ProblemError('cursor_expired', { oldest: cursorOf(epoch, oldest) })
  return cursor.position
}
