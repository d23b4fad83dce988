// HTTP of the door: a code is scanned, and lets somebody in exactly once. A request that is sent
// again with its key gets its first answer again: a door that lost an answer to the radio must not
// turn away whom it let in.
import {
  CheckInBody,
  CheckInView,
  DoorSearchQuery,
  FoundTicket,
  Id,
  UndoBody,
  UndoView,
} from '@holdfast/contract'
import { Type } from 'typebox'
import { fingerprintOf } from '../../platform/commands/idempotency.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf } from '../../platform/http/server.ts'
import { requireRight, requireStaff, scopesOf } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { normaliseCode } from '../codes.ts'
import type { AdmissionHandler } from '../model.ts'
import { findCode, readAtDoor, searchAtDoor } from '../read/at-door.ts'
import { checkInView } from '../read/views.ts'
import { readShowOfCode, readUse } from '../store/doors.ts'
import { readShowPlace } from '../store/shows.ts'

export interface CheckInRoutes {
  readonly handler: AdmissionHandler
  readonly db: Database
}

/** The code that was scanned, or that of the ticket which is named; no ticket has an empty one. */
async function codeAsked(db: Database, { code, ticketId }: CheckInBody): Promise<string> {
  if ((code === undefined) === (ticketId === undefined))
    throw new ProblemError('invalid_request', {
      detail: 'name either the code or the ticket',
      field: '/code',
    })
  return code === undefined ? ((await findCode(db, ticketId ?? '')) ?? '') : normaliseCode(code)
}

export function checkInRoutes(app: Http, parts: CheckInRoutes): void {
  scanRoutes(app, parts)
  searchRoute(app, parts)
}

function searchRoute(app: Http, { db }: CheckInRoutes): void {
  app.get(
    '/api/shows/:id/tickets',
    {
      config: { right: 'door' },
      schema: {
        tags: ['tickets'],
        summary: 'Find tickets of a show by the holder’s name, at the door',
        description: 'At most 20, by name, without their codes: check one in by its `ticketId`.',
        params: Type.Object({ id: Id }),
        querystring: DoorSearchQuery,
        response: { 200: Type.Object({ items: Type.Array(FoundTicket) }) },
      },
    },
    async (request) => {
      requireStaff(request)
      const { showId } = requireRight(request, await readShowPlace(db, request.params.id), 'show_unknown')
      return { items: await searchAtDoor(db, showId, request.query.q) }
    },
  )
}

function scanRoutes(app: Http, { handler, db }: CheckInRoutes): void {
  app.post(
    '/api/tickets/check-in',
    {
      config: { keyed: true, right: 'door' },
      schema: {
        tags: ['tickets'],
        summary: 'Check in a ticket, once',
        description:
          'A door is open for `showIds`; without them for the shows of the device, token or role, else for all of ' +
          'the organisation’s day. Another show’s ticket answers `wrong_show` with `show`, and is not used. A second scan answers `ticket_used` with `usedAt` and, if the door has a name, `usedDoor`. Repeating it with ' +
          'the same `Idempotency-Key` returns the first answer. Names `code`, or `ticketId` of a ticket that was found by a name.',
        body: CheckInBody,
        response: { 200: CheckInView },
      },
    },
    async (request) => {
      const { staff, scopes } = scopesOf(request)
      const { showIds = null } = request.body
      const code = await codeAsked(db, request.body)
      const door = request.body.door?.trim() || null
      const key = idempotencyKeyOf(request)
      const idempotency =
        key === undefined
          ? undefined
          : {
              scope: `${staff.id} POST /api/tickets/check-in`,
              key,
              fingerprint: fingerprintOf(request.body),
            }
      const outcome = await handler.handle(
        { type: 'CheckIn', code, scopes, showIds, door },
        { causationId: request.id, ...(idempotency ? { idempotency } : {}) },
      )
      if (!outcome.ok) {
        const isOther = outcome.rejection === 'wrong_show' || outcome.rejection === 'show_cancelled'
        const show = isOther ? await readShowOfCode(db, code) : null
        const use = outcome.rejection === 'ticket_used' ? await readUse(db, code) : null
        throw new ProblemError(outcome.rejection, {
          detail: outcome.detail,
          ...(show ? { show } : {}),
          ...(use ? { usedAt: use.usedAt, usedDoor: use.usedDoor ?? undefined } : {}),
        })
      }
      if (!outcome.answer) throw new Error('a check-in was accepted without a ticket')
      return { ...checkInView(outcome.answer), ...(await readAtDoor(db, outcome.answer)) }
    },
  )

  app.post(
    '/api/tickets/check-in/undo',
    {
      config: { right: 'door' },
      schema: {
        tags: ['tickets'],
        summary: 'Undo a check-in that was a mistake',
        description: 'The ticket lets in once more. The reason is kept in the history of the order.',
        body: UndoBody,
        response: { 200: UndoView },
      },
    },
    async (request) => {
      const { scopes } = scopesOf(request)
      const { ticketId, reason } = request.body
      const command = { type: 'UndoCheckIn', ticketId, scopes, reason: reason.trim() } as const
      const outcome = await handler.handle(command, { causationId: request.id })
      if (!outcome.ok) throw new ProblemError(outcome.rejection, { detail: outcome.detail })
      if (!outcome.answer) throw new Error('a check-in was undone without a ticket')
      const { orderId, showId } = outcome.answer
      return { ticketId, orderId, showId }
    },
  )
}
