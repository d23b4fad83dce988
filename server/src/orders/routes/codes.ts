// HTTP of codes: their organiser makes, lists, changes and ends them; buyers ask what one does.

import { randomInt } from 'node:crypto'
import {
  CodeChangeBody,
  CodeCheck,
  CodeCheckBody,
  CodeList,
  CodesBody,
  type CodeTerms,
  CodeUrlParams,
  CodeView,
  codeAlphabet,
  codeWordOf,
  Id,
  madeUpLength,
} from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { ProblemError } from '../../platform/http/problem.ts'
import type { Http } from '../../platform/http/server.ts'
import { requireRight, requireStaff } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { type Clock, newId } from '../../platform/process/clock.ts'
import { refuseTime, usesLeft } from '../domain/codes.ts'
import type { OrdersHandler } from '../model.ts'
import { listCodes, readCode } from '../read/codes.ts'
import { readUnlocked } from '../read/unlocked.ts'
import { readOrganiser } from '../read/views.ts'
import type { CodeGuesses } from './guesses.ts'
import { makeWaiter } from './waiter.ts'

const idParams = Type.Object({ id: Id })
const tags = ['shows']

export interface CodeRoutes {
  readonly db: Database
  readonly clock: Clock
  readonly handler: OrdersHandler
  readonly guesses: CodeGuesses
}

export function codeRoutes(app: Http, parts: CodeRoutes): void {
  const untilKnown = makeWaiter(parts.clock)
  /** Codes are for those who plan a show that is published. */
  const requireOwn = async (request: FastifyRequest, showId: string) => {
    requireStaff(request)
    const organiserId = await untilKnown(
      () => readOrganiser(parts.db, showId),
      (found) => found !== null,
    )
    requireRight(
      request,
      organiserId === null ? null : { organisationId: organiserId, showId },
      'show_unknown',
    )
  }
  organiserCodes(app, parts, requireOwn)
  checkRoute(app, parts)
}

type RequireOwn = (request: FastifyRequest, showId: string) => Promise<void>

function organiserCodes(app: Http, { db, handler }: CodeRoutes, requireOwn: RequireOwn): void {
  app.post(
    '/api/shows/:id/codes',
    {
      config: { right: 'shows' },
      schema: {
        tags,
        summary: 'Make one code, or many at once',
        description: 'The show must be published. Without `code`, codes of twelve characters are made up.',
        params: idParams,
        body: CodesBody,
        response: { 201: CodeList },
      },
    },
    async (request, reply) => {
      const { id: showId } = request.params
      await requireOwn(request, showId)
      const { code, count, uses, ...terms } = request.body
      if (code !== undefined && count !== undefined)
        throw new ProblemError('invalid_code', { detail: 'give code or count', field: '/count' })
      const words = code === undefined ? madeUp(count ?? 1) : [codeWordOf(code)]
      if (words.includes(''))
        throw new ProblemError('invalid_code', { detail: 'the code is empty', field: '/code' })
      const codes = words.map((word) => ({ id: newId(), word, uses: uses ?? null }))
      const command = { type: 'MakeCodes', showId, terms: inUtc(terms), codes } as const
      const outcome = await handler.handle(command, { causationId: request.id })
      if (!outcome.ok)
        throw new ProblemError(outcome.rejection, { detail: outcome.detail, field: outcome.field })
      return reply.code(201).send({
        items: await listCodes(
          db,
          showId,
          codes.map(({ id }) => id),
        ),
      })
    },
  )

  app.get(
    '/api/shows/:id/codes',
    {
      config: { right: 'shows' },
      schema: {
        tags,
        summary: 'List a show’s codes with their uses',
        params: idParams,
        response: { 200: CodeList },
      },
    },
    async (request) => {
      await requireOwn(request, request.params.id)
      return { items: await listCodes(db, request.params.id) }
    },
  )

  app.patch(
    '/api/shows/:id/codes/:codeId',
    {
      config: { right: 'shows' },
      schema: {
        tags,
        summary: 'Change or end a code',
        description:
          'Orders that have it keep their price. `uses` below what is held and used becomes that; the answer tells.',
        params: CodeUrlParams,
        body: CodeChangeBody,
        response: { 200: CodeView },
      },
    },
    async (request) => {
      const { id: showId, codeId } = request.params
      await requireOwn(request, showId)
      const { validUntil, ...changes } = request.body
      const until = validUntil === undefined ? {} : { validUntil: new Date(validUntil).toISOString() }
      const command = { type: 'ChangeCode', showId, codeId, ...changes, ...until } as const
      const outcome = await handler.handle(command, { causationId: request.id })
      if (!outcome.ok)
        throw new ProblemError(outcome.rejection, { detail: outcome.detail, field: outcome.field })
      const [view] = await listCodes(db, showId, [codeId])
      if (!view) throw new ProblemError('code_unknown')
      return view
    },
  )
}

function checkRoute(app: Http, { db, guesses }: CodeRoutes): void {
  app.post(
    '/api/shows/:id/codes/check',
    {
      schema: {
        security: [],
        tags,
        summary: 'Find out what a code does',
        description: 'What it takes off, the hidden ticket types that it unlocks, and what is left of them.',
        params: idParams,
        body: CodeCheckBody,
        response: { 200: CodeCheck },
      },
    },
    async (request) => {
      const { id: showId } = request.params
      return guesses.counted(request, async () => {
        const found = await readCode(db, showId, codeWordOf(request.body.code))
        if (!found) throw new ProblemError('code_unknown')
        const { code, pool, now } = found
        const invalid = refuseTime(code, now)
        if (invalid !== null) throw new ProblemError('code_not_applicable', { detail: invalid })
        const {
          unlocks = [],
          usesPerBuyer: _buyer,
          ticketsPerUse: _use,
          validFrom: _from,
          ...said
        } = code.terms
        const usedUp = pool !== null && usesLeft(pool) === 0
        return { code: code.word, usedUp, ...said, ...(await readUnlocked(db, showId, new Set(unlocks))) }
      })
    },
  )
}

function madeUp(count: number): string[] {
  const words = new Set<string>()
  while (words.size < count) {
    const letters = Array.from({ length: madeUpLength }, () => codeAlphabet[randomInt(codeAlphabet.length)])
    words.add(letters.join(''))
  }
  return [...words]
}

/** Instants as the shop writes them: they are compared as text. */
function inUtc(terms: CodeTerms): CodeTerms {
  const { validFrom, validUntil, ...others } = terms
  return {
    ...others,
    ...(validFrom === undefined ? {} : { validFrom: new Date(validFrom).toISOString() }),
    ...(validUntil === undefined ? {} : { validUntil: new Date(validUntil).toISOString() }),
  }
}
