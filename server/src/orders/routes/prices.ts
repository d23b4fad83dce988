// HTTP of what tickets would cost, before anything is held.
import { codeWordOf, type ErrorCode, Id, type LineBody, Price, PriceBody } from '@holdfast/contract'
import Type from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'
import type { Clock } from '../../platform/process/clock.ts'
import { noCodes, wordKey } from '../domain/code.ts'
import { discounted, enterCode } from '../domain/codes.ts'
import { freezeLines } from '../domain/lines.ts'
import { priceOf } from '../domain/pricing/price.ts'
import { offeredOf } from '../domain/sale.ts'
import type { Sale } from '../domain/stock.ts'
import { readCode } from '../read/codes.ts'
import { readSale } from '../read/views.ts'
import type { CodeGuesses } from './guesses.ts'
import { makeWaiter } from './waiter.ts'

const idParams = Type.Object({ id: Id })

export function priceRoutes(
  app: Http,
  { clock, db, guesses }: { readonly clock: Clock; readonly db: Database; readonly guesses: CodeGuesses },
): void {
  const untilKnown = makeWaiter(clock)
  const entered = async ({ showId }: Sale, text: string, lines: readonly LineBody[]) => {
    const found = await readCode(db, showId, codeWordOf(text))
    if (!found) throw new ProblemError('code_unknown')
    const { code, pool, now } = found
    const codes = {
      ...noCodes,
      byId: new Map([[code.id, code]]),
      byWord: new Map([[wordKey(showId, code.word), code.id]]),
      pools: new Map(pool ? [[code.id, pool]] : []),
    }
    const answer = enterCode(codes, { showId, text, lines, buyer: null, now })
    if ('rejection' in answer) throw refusedAs(answer)
    return answer.code
  }

  app.post(
    '/api/shows/:id/price',
    {
      schema: {
        security: [],
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
      const { lines, code: text } = request.body
      const code =
        text === undefined ? null : await guesses.counted(request, () => entered(sale, text, lines))
      const frozen = freezeLines(offeredOf(sale, new Set(code?.terms.unlocks)), lines)
      if ('rejection' in frozen) throw refusedAs(frozen)
      return priceOf(sale.currency, code ? discounted(sale.currency, frozen.lines, code) : frozen.lines)
    },
  )
}

/** A refusal of the domain as the problem of its code. */
function refusedAs({ rejection, ...extras }: { readonly rejection: ErrorCode; readonly detail?: string }) {
  return new ProblemError(rejection, extras)
}
