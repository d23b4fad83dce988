// What is let in as a request: JSON that can be stored, values that match their schema. Mends and
// guesses nothing.
import { isEmailAddress, isVisible } from '@holdfast/contract'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { ProblemError, sendProblem } from './problem.ts'

/**
 * Bodies are taken as they are: nothing is coerced, dropped or filled in. Query strings are text,
 * so they are coerced.
 */
export function useValidators(app: FastifyInstance): void {
  const strict = makeValidator(false)
  const coercing = makeValidator(true)
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'querystring' ? coercing : strict).compile(schema as object),
  )
}

function makeValidator(coerceTypes: boolean): Ajv {
  const validator = addFormats.default(
    new Ajv({ coerceTypes, removeAdditional: false, useDefaults: true, allErrors: false }),
  )
  // Narrower than the library's: what passes here must be an instant and an id for the database and
  // for JavaScript alike.
  validator.addFormat('date-time', isInstant)
  validator.addFormat('email', isEmailAddress)
  validator.addFormat('visible', isVisible)
  validator.addFormat('visible-or-empty', (text: string) => text === '' || isVisible(text))
  validator.addFormat('uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  return validator
}

const instantPattern = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/
const lastInstantMs = Date.parse('9999-12-31T23:59:59.999Z')

/** RFC 3339 of a day that exists, from 1970 to 9999, without leap seconds. */
export function isInstant(text: string): boolean {
  const parts = instantPattern.exec(text)
  if (!parts) return false
  const [year, month, day] = parts.slice(1, 4).map(Number) as [number, number, number]
  const atMs = Date.parse(text)
  const dayExists = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
  return dayExists && atMs >= 0 && atMs <= lastInstantMs
}

/**
 * Many clients name JSON on every POST. Without a body that is no malformed JSON; a route that
 * needs one refuses by itself.
 */
export function allowEmptyBodies(app: FastifyInstance): void {
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers
    if (length === '0' && encoding === undefined) delete headers['content-type']
    done()
  })
}

const suspiciousEscape = /\\u(?:0000|d[89a-f])/i
const detail = 'the text contains characters that cannot be stored'

/**
 * Refuses NUL and lone surrogates, in body and address: Postgres stores neither, and would fail a
 * whole batch over one.
 */
export function refuseUnstorableText(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body)
    // Both can only be written as escapes: raw, one is no JSON and the other no UTF-8.
    if (!suspiciousEscape.test(text)) return parseJson(request, text, done)
    return parseJson(request, text, (error, value) => {
      if (!error && !isStorable(value)) return done(new ProblemError('invalid_request', { detail }))
      return done(error, value)
    })
  })
  app.addHook('onRequest', (request, reply, done) => {
    if (request.url.includes('%00')) {
      sendProblem(reply, 'invalid_request', { detail })
      return
    }
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      sendProblem(reply, 'invalid_request', { detail: 'the Host header is missing' })
      return
    }
    done()
  })
}

/** Walks with a list of its own: a body may be nested deeper than the stack. */
function isStorable(value: unknown): boolean {
  const left: unknown[] = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (typeof next === 'string' && (next.includes('\0') || !next.isWellFormed())) return false
    if (typeof next !== 'object' || next === null) continue
    for (const [name, each] of Object.entries(next)) left.push(name, each)
  }
  return true
}
