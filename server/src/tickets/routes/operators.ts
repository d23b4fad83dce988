// HTTP of operators about sellers and shows: who may sell, and ending the sales of a show. Each act
// goes to the security log with its reason.
import { Id, OpsReasonBody, OpsSeller, OpsSellerBody, ShowView } from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { RequireOperator } from '../../platform/http/operators.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { SecurityLog } from '../../platform/process/security-log.ts'
import type { ShowHandler } from '../model.ts'
import { sellerView, showView } from '../read/views.ts'
import { approveSeller, blockSeller, readSeller } from '../store/sellers.ts'
import { readShow } from '../store/shows.ts'
import { settleSellers } from '../worker.ts'

export interface OpsSellerParts {
  readonly db: Database
  readonly handler: ShowHandler
  readonly security: SecurityLog
  readonly requireOperator: RequireOperator
}

const tags = ['operation']
const params = Type.Object({ id: Id })

export function operatorRoutes(app: Http, { db, handler, security, requireOperator }: OpsSellerParts): void {
  const onRequest = async (request: FastifyRequest) => {
    await requireOperator(request)
  }
  app.post(
    '/api/ops/sellers/:id/approve',
    {
      onRequest,
      schema: {
        tags,
        summary: 'Let an account sell',
        description: 'Also ends a block: its shows sell again if they were on sale before.',
        params,
        body: OpsSellerBody,
        response: { 200: OpsSeller },
      },
    },
    async ({ params: { id }, body: { reason = null }, principal }) => {
      await approveSeller(db, id, reason)
      security.note('seller_approved', { operatorId: principal?.id, sellerId: id, reason })
      await settleSellers({ db, handler })
      return sellerView(id, await readSeller(db, id))
    },
  )
  app.post(
    '/api/ops/sellers/:id/block',
    {
      onRequest,
      schema: {
        tags,
        summary: 'Stop an account from selling',
        description: 'Its shows stop selling; buyers keep what they have and can pay for what they hold.',
        params,
        body: OpsReasonBody,
        response: { 200: OpsSeller },
      },
    },
    async ({ params: { id }, body: { reason }, principal }) => {
      await blockSeller(db, id, reason)
      security.note('seller_blocked', { operatorId: principal?.id, sellerId: id, reason })
      await settleSellers({ db, handler })
      return sellerView(id, await readSeller(db, id))
    },
  )
  app.post(
    '/api/ops/shows/:id/close',
    {
      onRequest,
      schema: {
        tags,
        summary: 'End the sales of a show',
        params,
        body: OpsReasonBody,
        response: { 200: ShowView },
      },
    },
    async ({ params: { id }, body: { reason }, principal, id: causationId }) => {
      const show = await readShow(db, id)
      // A draft is nobody's business but its organiser's.
      if (!show || show.status === 'draft') throw new ProblemError('show_unknown')
      const { organiserId } = show
      const outcome = await handler.handle({ type: 'CloseShow', showId: id, organiserId }, { causationId })
      if (!outcome.ok) throw new ProblemError(outcome.rejection, { detail: outcome.detail })
      security.note('show_closed', { operatorId: principal?.id, showId: id, organiserId, reason })
      return showView(outcome.answer)
    },
  )
}
