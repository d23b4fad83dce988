// HTTP of a seller: whether an account may put shows on sale.
import { CurrentSeller } from '@holdfast/contract'
import { type Http, requirePrincipal } from '../../platform/http/server.ts'
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
        summary: 'Get whether you may put shows on sale',
        response: { 200: CurrentSeller },
      },
    },
    async (request) => {
      const { id } = requirePrincipal(request, 'user')
      const seller = await readSeller(db, id)
      return { mayPublish: refuseSeller(seller, policy) === null, state: sellerView(id, seller).state }
    },
  )
}
