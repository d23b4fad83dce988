// Operators can refresh a payment from the processor. This moves nothing that is not due anyway.
import { Id, PaymentView } from '@holdfast/contract'
import { Type } from 'typebox'
import type { RequireOperator } from '../../platform/http/operators.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { paymentView } from '../read/views.ts'
import { readPayment } from '../store/payments.ts'
import type { Worker } from '../worker.ts'

export interface OpsPaymentParts {
  readonly db: Database
  readonly worker: Worker
  readonly requireOperator: RequireOperator
}

export function registerOpsRoutes(app: Http, { db, worker, requireOperator }: OpsPaymentParts): void {
  app.post(
    '/api/ops/payments/:id/advance',
    {
      schema: {
        tags: ['operation'],
        summary: 'Refresh a payment now',
        params: Type.Object({ id: Id }),
        response: { 200: PaymentView },
      },
      onRequest: async (request) => {
        await requireOperator(request)
      },
    },
    async (request) => {
      const { id } = request.params
      const before = await readPayment(db, id)
      if (!before) throw new ProblemError('payment_unknown')
      await worker.advance(id, true)
      // Without the client secret: it belongs to the buyer.
      return paymentView((await readPayment(db, id)) ?? before, null)
    },
  )
}
