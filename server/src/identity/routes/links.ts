// HTTP of links that are sent or printed: the page of a link posts its secret part here.
import { LinkBody, LinkView } from '@holdfast/contract'
import { redeemOperatorLink } from '../../platform/http/operator-link.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, requirePrincipal } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'

export function linkRoutes(app: Http, { db }: { readonly db: Database }): void {
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
      return { purpose: outcome }
    },
  )
}
