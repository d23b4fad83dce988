// HTTP of links that are sent or printed: the page of a link posts its secret part here.
import { LinkBody, LinkView } from '@holdfast/contract'
import { redeemOperatorLink } from '../../platform/http/operator-link.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, requirePrincipal } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { SecurityLog } from '../../platform/process/security-log.ts'

export interface LinkParts {
  readonly db: Database
  readonly security: SecurityLog
}

export function linkRoutes(app: Http, { db, security }: LinkParts): void {
  app.post(
    '/api/users/links/redeem',
    {
      schema: {
        tags: ['identity'],
        summary: 'Redeem a link',
        description:
          'Takes the part of the link after `#`. The link that the shop prints while it has no operator makes the ' +
          'signed-in account the operator.',
        body: LinkBody,
        response: { 200: LinkView },
      },
    },
    async (request) => {
      const user = requirePrincipal(request, 'user')
      const outcome = await db.transaction((tx) => redeemOperatorLink(tx, request.body.token, user.id))
      if (outcome !== 'operator') throw new ProblemError(outcome)
      security.note('operator_made', { userId: user.id })
      return { purpose: outcome }
    },
  )
}
