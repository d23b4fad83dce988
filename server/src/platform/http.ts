// The HTTP edge: what every request passes before and after its route. Knows no service.
import { randomUUID } from 'node:crypto'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { isUnavailable } from './db.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { guardOrigin } from './origin.ts'
import { guardOverload, type OverloadOptions } from './overload.ts'
import { ProblemError, sendProblem } from './problem.ts'
import type { Principal, Sessions } from './sessions.ts'
import { guardText } from './text.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, from cookie or bearer token; null for nobody. */
    principal: Principal | null
    /** The token the principal was found by. */
    sessionToken: string | null
  }
  interface FastifyContextConfig {
    /** Keeps its place when the shop is overloaded: paying, health. */
    vital?: boolean
    /** Not guarded against other origins: calls that are signed instead. */
    signed?: boolean
  }
}

export interface HttpOptions {
  readonly log: Log
  readonly metrics: Metrics
  readonly sessions: Sessions
  /** Where browsers find the shop, for cookies and the origin check. */
  readonly publicUrl: string
  readonly trustProxy: boolean
  readonly contentSecurityPolicy: string
  readonly overload?: OverloadOptions
}

export type Http = ReturnType<typeof makeHttp>

/** 100 kB for everything; a route with seat maps asks for more. */
const bodyLimitBytes = 100 * 1024

export function makeHttp(options: HttpOptions) {
  const app = Fastify({
    loggerInstance: options.log.child({}, { level: 'warn' }),
    disableRequestLogging: true,
    bodyLimit: bodyLimitBytes,
    requestTimeout: 20_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 30_000,
    trustProxy: options.trustProxy,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    return503OnClosing: true,
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.server.maxConnections = 10_000
  app.server.headersTimeout = 15_000

  useValidators(app as unknown as FastifyInstance)
  useErrors(app as unknown as FastifyInstance, options)
  app.decorateRequest('principal', null)
  app.decorateRequest('sessionToken', null)
  useHeaders(app as unknown as FastifyInstance, options)
  guardOverload(app as unknown as FastifyInstance, options.metrics, options.overload)
  useSessions(app as unknown as FastifyInstance, options)
  guardOrigin(app as unknown as FastifyInstance, options)
  allowEmptyBodies(app as unknown as FastifyInstance)
  guardText(app as unknown as FastifyInstance)
  return app
}

/** OpenAPI of all routes registered after this, at `/openapi.json`, and a page to read it at `/docs`. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Holdfast', version, description: 'A ticket shop that never charges for an order you do not get.' },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'holdfast' },
          token: { type: 'http', scheme: 'bearer' },
        },
      },
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true })
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger())
}

/** Bodies are taken as they are: nothing is coerced, dropped or filled in. Query strings are text, so they are coerced. */
function useValidators(app: FastifyInstance): void {
  const strict = addFormats.default(new Ajv({ coerceTypes: false, removeAdditional: false, useDefaults: true, allErrors: false }))
  const coercing = addFormats.default(new Ajv({ coerceTypes: true, removeAdditional: false, useDefaults: true, allErrors: false }))
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'querystring' ? coercing : strict).compile(schema as object),
  )
}

/** Many clients name JSON on every POST. Without a body that is no malformed JSON; a route that needs one refuses by itself. */
function allowEmptyBodies(app: FastifyInstance): void {
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers
    if (length === '0' && encoding === undefined) delete headers['content-type']
    done()
  })
}

function useErrors(app: FastifyInstance, { log }: HttpOptions): void {
  app.setNotFoundHandler((request, reply) => sendProblem(reply, 'route_unknown', { detail: `${request.method} ${request.url.slice(0, 200)}` }))
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, log))
}

const codeByFastifyError: Record<string, 'malformed_json' | 'body_too_large' | 'unsupported_media_type' | 'invalid_request'> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  if (error instanceof ProblemError) return sendProblem(reply, error.code, error.extras)
  if (error.validation) {
    const [first] = error.validation
    const detail = `${error.validationContext ?? 'request'}${first?.instancePath ?? ''} ${first?.message ?? 'is invalid'}`
    return sendProblem(reply, 'invalid_request', { detail })
  }
  const known = codeByFastifyError[error.code ?? '']
  if (known) return sendProblem(reply, known)
  if (error instanceof SyntaxError || error.statusCode === 400) return sendProblem(reply, 'malformed_json')
  if (isUnavailable(error)) {
    log.error({ err: error, url: request.routeOptions.url }, 'the database cannot be reached')
    return sendProblem(reply, 'unavailable', { retryAfterSeconds: 2 })
  }
  log.error({ err: error, requestId: request.id, url: request.routeOptions.url }, 'a request failed')
  return sendProblem(reply, 'internal', { detail: `request ${request.id}` })
}

function useHeaders(app: FastifyInstance, { metrics, publicUrl, contentSecurityPolicy }: HttpOptions): void {
  const headers: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  }
  if (publicUrl.startsWith('https:')) headers['strict-transport-security'] = 'max-age=31536000; includeSubDomains'
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const labels = { route: request.routeOptions.url ?? 'none', method: request.method, status: reply.statusCode }
    metrics.httpDuration.observe(labels, reply.elapsedTime / 1000)
    done()
  })
}

/** `__Host-` needs https; a shop on plain http keeps its cookie without the prefix. */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-holdfast' : 'holdfast'
}

function useSessions(app: FastifyInstance, { sessions, publicUrl }: HttpOptions): void {
  const prefix = `${sessionCookieName(publicUrl)}=`
  app.addHook('onRequest', (request, _reply, done) => {
    const token = bearerToken(request) ?? cookieValue(request.headers.cookie, prefix)
    if (token === null || !request.url.startsWith('/api/')) return done()
    request.sessionToken = token
    const found = sessions.find(token)
    if (!(found instanceof Promise)) {
      request.principal = found
      return done()
    }
    found.then((principal) => {
      request.principal = principal
      done()
    }, done)
  })
}

function bearerToken(request: FastifyRequest): string | null {
  const { authorization } = request.headers
  return authorization?.startsWith('Bearer ') ? authorization.slice(7).trim() : null
}

function cookieValue(header: string | undefined, prefix: string): string | null {
  if (header === undefined) return null
  for (const part of header.split(';')) {
    const pair = part.trim()
    if (pair.startsWith(prefix)) return pair.slice(prefix.length) || null
  }
  return null
}

/** The principal, or a 401. With `kind: 'user'` guests are refused too. */
export function requirePrincipal(request: FastifyRequest, kind?: 'user'): Principal {
  const { principal } = request
  if (!principal) throw new ProblemError('unauthenticated')
  if (kind === 'user' && principal.kind !== 'user') throw new ProblemError('forbidden', { detail: 'guests may only buy' })
  return principal
}

/** The client's Idempotency-Key, checked, or undefined when there is none. */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key']
  if (header === undefined) return undefined
  if (typeof header !== 'string' || header.length === 0 || header.length > 255) throw new ProblemError('invalid_idempotency_key')
  return header
}
