// Text that no database stores is refused at the door: NUL, and half of a surrogate pair. Both can come escaped in JSON
// or percent-encoded in a query, and Postgres would fail on them in the middle of a transaction.
import type { FastifyInstance } from 'fastify'
import { ProblemError } from './problem.ts'

/** Where such text is in a value, as a path; null when there is none. */
export function findUnstorableText(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0') ? null : path
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return null
  for (const [key, each] of Object.entries(value)) {
    const found = findUnstorableText(each, `${path}/${key}`)
    if (found !== null) return found
  }
  return null
}

/** Looks after validation, when the schema has bounded how deep a body can be. */
export function guardText(app: FastifyInstance): void {
  app.addHook('preHandler', (request, _reply, done) => {
    const path = findUnstorableText(request.body, 'body') ?? findUnstorableText(request.query, 'querystring')
    if (path === null) return done()
    done(new ProblemError('invalid_request', { detail: `${path} holds characters that cannot be stored` }))
  })
}
