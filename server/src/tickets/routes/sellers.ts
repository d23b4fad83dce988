// HTTP of a seller: whether an account may put shows on sale.
import { CurrentSeller, SellerQuery } from '@holdfast/contract'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import { requireStaff } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { refuseSeller, type SellersPolicy } from '../domain/seller.ts'
import { sellerView } from '../read/views.ts'
import { readSeller } from '../store/sellers.ts'

export interface SellerRoutes {
  readonly db: Database
  readonly policy: SellersPolicy
}

export function sellerRoutes(app: Http, { db, policy }: SellerRoutes): void {
  app.get(
    '/api/sellers/current',
    {
      schema: {
        tags: ['shows'],
        summary: 'Get whether an organisation may put shows on sale',
        querystring: SellerQuery,
        response: { 200: CurrentSeller },
      },
    },
    async (request) => {
      const { home } = requireStaff(request)
      const { organisationId: id = home } = request.query
      // A role for single shows is enough.
      if (id !== home && !requireStaff(request).memberships.some((each) => each.organisationId === id))
        throw new ProblemError('organisation_unknown')
      const seller = await readSeller(db, id)
      return { mayPublish: refuseSeller(seller, policy) === null, state: sellerView(id, seller).state }
    },
  )
}
