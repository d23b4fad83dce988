// HTTP of the door: a code is scanned, and lets somebody in exactly once. A request that is sent
// again with its key gets its first answer again: a door that lost an answer to the radio must not
// turn away whom it let in.
import { CheckInBody, CheckInView, UndoBody, UndoView } from '@holdfast/contract'
import { fingerprintOf } from '../../platform/commands/idempotency.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf } from '../../platform/http/server.ts'
import { scopesOf } from '../../platform/http/staff/rights.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { normaliseCode } from '../codes.ts'
import type { AdmissionHandler } from '../model.ts'
import { checkInView } from '../read/views.ts'
import { readShowOfCode, readUse } from '../store/doors.ts'

export interface CheckInRoutes {
  readonly handler: AdmissionHandler
  readonly db: Database
}

export function checkInRoutes(app: Http, { handler, db }: CheckInRoutes): void {
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
          'the same `Idempotency-Key` returns the first answer.',
        body: CheckInBody,
        response: { 200: CheckInView },
      },
    },
    async (request) => {
      const { staff, scopes } = scopesOf(request)
      const { showIds = null } = request.body
      const code = normaliseCode(request.body.code)
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
      return checkInView(outcome.answer)
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
