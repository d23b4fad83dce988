// HTTP of shows: drafting, changing, publishing, closing, cancelling, and what the public sees.
// Never touches stock.
import type { IncomingMessage } from 'node:http'
import {
  attemptLimits,
  CopyBody,
  Id,
  Page,
  ShowBody,
  ShowChangeBody,
  ShowQuery,
  ShowView,
} from '@holdfast/contract'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { fingerprintOf } from '../../platform/commands/idempotency.ts'
import type { Outcome } from '../../platform/commands/model.ts'
import type { Limits } from '../../platform/http/limits.ts'
import { networkOf } from '../../platform/http/network.ts'
import { makePackedMemory, pack, sendPacked } from '../../platform/http/packed.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf } from '../../platform/http/server.ts'
import { makeOwnOrganisation } from '../../platform/http/staff/memberships.ts'
import { mayAct, requireRight, requireStaff, staffOf } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { newId } from '../../platform/process/clock.ts'
import { refuseBelowTaken } from '../domain/capacity.ts'
import { seenBy } from '../domain/hidden.ts'
import { maySee, type Show, type ShowRejection } from '../domain/show.ts'
import type { ShowHandler } from '../model.ts'
import { bodyOfCopy } from '../read/copy.ts'
import { cursorOf, parseCursor, proposalOf, type ShowDefaults, showView } from '../read/views.ts'
import { askToSell } from '../store/sellers.ts'
import { listShows } from '../store/show-lists.ts'
import { readShow, readShowPlace } from '../store/shows.ts'
import { readTaken } from './taken.ts'

export interface ShowRoutes {
  readonly handler: ShowHandler
  readonly db: Database
  readonly defaults: ShowDefaults
  readonly limits: Limits
  /** Whether limits per network hold for a request. */
  readonly limitsNetwork: (request: IncomingMessage) => boolean
}

const tags = ['shows']
const ShowParams = Type.Object({ id: Id }, { additionalProperties: false })
const ShowPage = Page(ShowView)
/** A map of 20,000 seats is about 1.5 MB. */
const bodyLimit = 4 * 1024 * 1024
const pageSize = 20
/** About 15 of the largest shows, or all of a usual shop. */
const rememberedBytes = 32 * 1024 * 1024

export function showRoutes(app: Http, parts: ShowRoutes): void {
  draftRoutes(app, parts)
  deletionRoute(app, parts)
  lifeRoutes(app, parts)
  publicRoutes(app, parts)
}

function answer(outcome: Outcome<Show, ShowRejection>): ShowView {
  if (!outcome.ok) throw new ProblemError(outcome.rejection, { detail: outcome.detail, field: outcome.field })
  return showView(outcome.answer)
}

function draftRoutes(app: Http, { db, handler, defaults, limits, limitsNetwork }: ShowRoutes): void {
  /** The same request with the same key is one draft. */
  const draft = async (request: FastifyRequest, organiserId: string, body: ShowBody): Promise<ShowView> => {
    const { id: staffId } = requireStaff(request)
    const limited = limitsNetwork(request.raw)
    if (limited) await limits.consume(attemptLimits.draftsOfNetwork, networkOf(request.ip))
    const key = idempotencyKeyOf(request)
    const content = proposalOf(body, defaults)
    const cause = { causationId: request.id }
    const scope = `${staffId} POST ${request.url}`
    const idempotency =
      key === undefined ? {} : { idempotency: { scope, key, fingerprint: fingerprintOf(request.body) } }
    const command = { type: 'DraftShow', showId: newId(), organiserId, content, limited } as const
    const outcome = await handler.handle(command, { ...cause, ...idempotency })
    if (outcome.ok && organiserId === staffId) await makeOwnOrganisation(db, staffId)
    return answer(outcome)
  }

  app.post(
    '/api/shows',
    {
      bodyLimit,
      config: { keyed: true, right: 'shows' },
      schema: { tags, summary: 'Create a draft show', body: ShowBody, response: { 201: ShowView } },
    },
    async (request, reply) => {
      const { home } = requireStaff(request)
      const { organisationId } = requireRight(
        request,
        { organisationId: request.body.organisationId ?? home },
        'organisation_unknown',
      )
      return reply.code(201).send(await draft(request, organisationId, request.body))
    },
  )

  app.post(
    '/api/shows/:id/copies',
    {
      config: { keyed: true, right: 'shows' },
      schema: {
        tags,
        summary: 'Copy a show to another day, as a draft',
        description:
          'Texts, rules, ticket types, seats and pools are the same; nothing is sold of the copy. Doors, end and sale ' +
          'windows keep their distance to the start, by the show’s wall clock.',
        params: ShowParams,
        body: CopyBody,
        response: { 201: ShowView },
      },
    },
    async (request, reply) => {
      requireStaff(request)
      const show = await readShow(db, request.params.id)
      const place = show && { organisationId: show.organiserId, showId: show.id, show }
      const found = requireRight(request, place, 'show_unknown')
      const body = bodyOfCopy(found.show, request.body)
      return reply.code(201).send(await draft(request, found.organisationId, body))
    },
  )

  app.put(
    '/api/shows/:id',
    {
      bodyLimit,
      config: { right: 'shows' },
      schema: {
        tags,
        summary: 'Update a show',
        description:
          'Replaces the whole show; omitted fields get their defaults. Ticket types are matched by `id`, seats by ' +
          'their labels. Once published, the currency is fixed and no ticket type or seat can be removed. A capacity can be ' +
          'lowered down to what is sold and held.',
        params: ShowParams,
        body: ShowChangeBody,
        response: { 200: ShowView },
      },
    },
    async (request) => {
      const organiserId = await organiserFor(db, request)
      const content = proposalOf(request.body, defaults)
      const before = await readShow(db, request.params.id, { seats: false })
      // Nobody holds tickets of a draft.
      const taken = before && maySee(before, false) ? await readTaken(app, request, before.id) : null
      const short = taken && refuseBelowTaken(content, taken)
      if (short) throw new ProblemError('invalid_show', { detail: short.refusal, field: short.field })
      const changed = { showId: request.params.id, organiserId, content, limited: limitsNetwork(request.raw) }
      const command = { type: 'ChangeShow', ...changed } as const
      return answer(await handler.handle(command, { causationId: request.id }))
    },
  )
}

function deletionRoute(app: Http, { handler, db }: ShowRoutes): void {
  app.delete(
    '/api/shows/:id',
    {
      config: { right: 'shows' },
      schema: {
        tags,
        summary: 'Delete a draft',
        description: 'For good. A show that was ever on sale stays; it can be cancelled.',
        params: ShowParams,
        response: { 204: Type.Null({ description: 'No content' }) },
      },
    },
    async (request, reply) => {
      const organiserId = await organiserFor(db, request)
      const command = { type: 'DeleteDraft', showId: request.params.id, organiserId } as const
      const outcome = await handler.handle(command, { causationId: request.id })
      if (!outcome.ok) throw new ProblemError(outcome.rejection, { detail: outcome.detail })
      return reply.code(204).send(null)
    },
  )
}

const lifeSteps = [
  { path: 'publish', type: 'PublishShow', summary: 'Put a draft on sale' },
  { path: 'close', type: 'CloseShow', summary: 'End sales; sold tickets stay valid' },
  { path: 'cancel', type: 'CancelShow', summary: 'Cancel the show; ends open orders, refunds nothing' },
] as const

function lifeRoutes(app: Http, { handler, db }: ShowRoutes): void {
  for (const { path, type, summary } of lifeSteps) {
    app.post(
      `/api/shows/:id/${path}`,
      {
        config: { right: 'shows' },
        schema: { tags, summary, params: ShowParams, response: { 200: ShowView } },
      },
      async (request) => {
        const organiserId = await organiserFor(db, request)
        const command = { type, showId: request.params.id, organiserId }
        const outcome = await handler.handle(command, { causationId: request.id })
        // The operators see who waits.
        if (!outcome.ok && outcome.rejection === 'seller_not_approved') await askToSell(db, organiserId)
        return answer(outcome)
      },
    )
  }
}

function publicRoutes(app: Http, { db }: ShowRoutes): void {
  const memory = makePackedMemory(rememberedBytes)
  app.get(
    '/api/shows',
    {
      schema: {
        security: [],
        tags,
        summary: 'List shows on sale by date',
        description:
          'Shows that have begun are left out. Lists omit seats; the single show has them. `mine=true` lists the shows of your organisations in every state. `from` and ' +
          '`to` are instants, or days (`2027-06-01`) in each show’s own time zone; both are inclusive.',
        querystring: ShowQuery,
        response: { 200: ShowPage },
      },
    },
    async (request) => {
      const { limit = pageSize, q = null, from = null, to = null, mine = false } = request.query
      const { organisationId: only } = request.query
      const own = mine ? requireStaff(request).memberships : null
      const scopes =
        own?.filter(({ organisationId }) => only === undefined || organisationId === only) ?? null
      // One more than asked tells whether there is another page.
      const after = positionOf(request.query.cursor)
      const shows = await listShows(db, { after, text: q, from, to, limit: limit + 1, scopes })
      const page = shows.slice(0, limit)
      const last = shows.length > limit ? page.at(-1) : undefined
      return {
        items: page.map((show) => showView(seenBy(show, own !== null))),
        nextCursor: last ? cursorOf(last) : null,
      }
    },
  )

  app.get(
    '/api/shows/:id',
    {
      schema: {
        security: [],
        tags,
        summary: 'Get a show with its ticket types and seats',
        description: 'Has an `ETag` that changes with the version; `If-None-Match` answers 304.',
        params: ShowParams,
        response: { 200: ShowView },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const head = await readShow(db, id, { seats: false })
      const isStaff = head !== null && isOfStaff(request, head)
      if (!head || !maySee(head, isStaff)) throw new ProblemError('show_unknown')
      // All of the show but its seats, which no change passes by: they come with a new version.
      const packed = await memory.get(JSON.stringify(showView(seenBy(head, isStaff))), async () => {
        const show = await readShow(db, id)
        return pack(JSON.stringify(showView(seenBy(show ?? head, isStaff))))
      })
      return sendPacked(request, reply, packed, {
        isPublic: maySee(head, false) && !isStaff,
      })
    },
  )
}

const isOfStaff = (request: FastifyRequest, { id: showId, organiserId: organisationId }: Show) => {
  const staff = staffOf(request)
  return staff !== null && mayAct(staff, 'look', { organisationId, showId })
}

/** Whose show it is, for staff who may do this to it. */
async function organiserFor(db: Database, request: FastifyRequest): Promise<string> {
  requireStaff(request)
  const { id } = request.params as { id: string }
  return requireRight(request, await readShowPlace(db, id), 'show_unknown').organisationId
}

function positionOf(cursor: string | undefined) {
  if (cursor === undefined) return null
  const position = parseCursor(cursor)
  if (!position)
    throw new ProblemError('invalid_request', { detail: 'the cursor is not valid for this list' })
  return position
}
