// HTTP of the door: a code is scanned, and lets somebody in exactly once. A request that is sent
// again with its key gets its first answer again: a door that lost an answer to the radio must not
// turn away whom it let in.
import { CheckInBody, CheckInView } from '@holdfast/contract'
import { fingerprintOf } from '../../platform/commands/idempotency.ts'
import { ProblemError } from '../../platform/http/problem.ts'
import { type Http, idempotencyKeyOf, requirePrincipal } from '../../platform/http/server.ts'
import type { Database } from '../../platform/postgres/database.ts'
import { normaliseCode } from '../codes.ts'
import type { AdmissionHandler } from '../model.ts'
import { checkInView } from '../read/views.ts'
import { readUse } from '../store/admissions.ts'

export interface CheckInRoutes {
  readonly handler: AdmissionHandler
  readonly db: Database
}

export function checkInRoutes(app: Http, { handler, db }: CheckInRoutes): void {
  app.post(
    '/api/tickets/check-in',
    {
      config: { keyed: true },
      schema: {
        tags: ['tickets'],
        summary: 'Check in a ticket, once (organiser of the show only)',
        description:
          'A second scan answers `ticket_used` with `usedAt` and, if the door has a name, `usedDoor`. Repeating it with ' +
          'the same `Idempotency-Key` returns the first answer.',
        body: CheckInBody,
        response: { 200: CheckInView },
      },
    },
    async (request) => {
      const { id: organiserId } = requirePrincipal(request, 'user')
      const code = normaliseCode(request.body.code)
      const door = request.body.door?.trim() || null
      const key = idempotencyKeyOf(request)
      const idempotency =
        key === undefined
          ? undefined
          : {
              scope: `${organiserId} POST /api/tickets/check-in`,
              key,
              fingerprint: fingerprintOf(request.body),
            }
      const outcome = await handler.handle(
        { type: 'CheckIn', code, organiserId, door },
        { causationId: request.id, ...(idempotency ? { idempotency } : {}) },
      )
      if (!outcome.ok) {
        const use = outcome.rejection === 'ticket_used' ? await readUse(db, code) : null
        throw new ProblemError(outcome.rejection, {
          detail: outcome.detail,
          ...(use ? { usedAt: use.usedAt, usedDoor: use.usedDoor ?? undefined } : {}),
        })
      }
      if (!outcome.answer) throw new Error('a check-in was accepted without a ticket')
      return checkInView(outcome.answer)
    },
  )
}
