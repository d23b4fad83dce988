// HTTP of what tickets would cost, before anything is held.
import { Id, Price, PriceBody } from '@holdfast/contract'
import Type from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { Clock } from '../../platform/process/clock.ts'
import { freezeLines } from '../domain/lines.ts'
import { priceOf } from '../domain/price.ts'
import { nothingUnlocked, offeredOf } from '../domain/sale.ts'
import { readSale } from '../read/views.ts'
import { makeWaiter } from './waiter.ts'

const idParams = Type.Object({ id: Id })

export function priceRoutes(
  app: Http,
  { clock, db }: { readonly clock: Clock; readonly db: Database },
): void {
  const untilKnown = makeWaiter(clock)

  app.post(
    '/api/shows/:id/price',
    {
      schema: {
        tags: ['shows'],
        summary: 'Price tickets without holding them',
        description: 'What a hold of the same lines would cost now. Says nothing about what is left.',
        params: idParams,
        body: PriceBody,
        response: { 200: Price },
      },
    },
    async (request) => {
      const sale = await untilKnown(
        () => readSale(db, request.params.id),
        (found) => found !== null,
      )
      if (!sale) throw new ProblemError('show_unknown')
      const frozen = freezeLines(offeredOf(sale, nothingUnlocked), request.body.lines)
      if ('rejection' in frozen) {
        const { rejection, ...extras } = frozen
        throw new ProblemError(rejection, extras)
      }
      return priceOf(sale.currency, frozen.lines)
    },
  )
}
