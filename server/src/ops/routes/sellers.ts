// HTTP of the operator's list of sellers. What is done about them, tickets does.
import { normaliseEmail, type OpsSellerRow, OpsSellers, OpsSellersQuery } from '@holdfast/contract'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import type { Platform } from '../../service.ts'
import { listSellers, type SellerPlace, type SellerRow } from '../read/sellers.ts'

const cursorPattern = /^([wo])\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/
const waits = ({ askedAt, approved, blocked }: SellerRow) => askedAt !== null && !approved && !blocked

export function sellerListRoutes(ops: Http, { db, config }: Platform): void {
  ops.get(
    '/api/ops/sellers',
    {
      schema: {
        tags: ['operation'],
        summary: 'List sellers, those who wait for an approval first',
        querystring: OpsSellersQuery,
        response: { 200: OpsSellers },
      },
    },
    async ({ query: { q = '', limit = 20, cursor } }) => {
      const text = normaliseEmail(q) || null
      const rows = await listSellers(db, { text, after: placeOf(cursor), limit: limit + 1 })
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      const nextCursor = last ? `${waits(last) ? 'w' : 'o'}.${last.id}` : null
      return { policy: config.sellers, items: page.map(viewOf), nextCursor }
    },
  )
}

function viewOf(row: SellerRow): OpsSellerRow {
  const { id, email, askedAt, reason, drafts, onSale, approved, blocked } = row
  const state = blocked ? 'blocked' : approved ? 'approved' : waits(row) ? 'waiting' : 'new'
  return { id, state, email, askedAt, reason, drafts, onSale }
}

function placeOf(cursor: string | undefined): SellerPlace | null {
  if (cursor === undefined) return null
  const [, kind, id] = cursorPattern.exec(cursor) ?? []
  if (id === undefined)
    throw new ProblemError('invalid_request', { detail: 'the cursor is not valid for this list' })
  return { waits: kind === 'w', id }
}
