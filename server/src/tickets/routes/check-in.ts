// HTTP of the door: a code is scanned, and lets somebody in exactly once.
import { CheckInBody, CheckInView } from '@holdfast/contract'
import { type Http, requirePrincipal } from '../../platform/http.ts'
import { ProblemError } from '../../platform/problem.ts'
import { normaliseCode } from '../codes.ts'
import type { AdmissionHandler } from '../model.ts'
import { checkInView } from '../views.ts'

export function checkInRoutes(app: Http, { handler }: { handler: AdmissionHandler }): void {
  app.post(
    '/api/tickets/check-in',
    {
      schema: {
        tags: ['tickets'],
        summary: 'Let the holder of a ticket in, once; organiser of the show only',
        body: CheckInBody,
        response: { 200: CheckInView },
      },
    },
    async (request) => {
      const { id: organiserId } = requirePrincipal(request, 'user')
      const command = { type: 'CheckIn', code: normaliseCode(request.body.code), organiserId } as const
      const outcome = await handler.handle(command, { causationId: request.id })
      if (!outcome.ok) throw new ProblemError(outcome.rejection, { detail: outcome.detail })
      if (!outcome.answer) throw new Error('a check-in was accepted without a ticket')
      return checkInView(outcome.answer)
    },
  )
}
