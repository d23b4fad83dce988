// The HTTP edge: what every request passes before and after its route. Knows no service.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import { newId } from '../process/clock.ts'
import type { Log } from '../process/log.ts'
import type { Metrics } from '../process/metrics.ts'
import type { CrowdLimits } from './crowd/limits.ts'
import { answerClientError, answerUnroutable, useErrors } from './errors.ts'
import { allowEmptyBodies, refuseUnstorableText, useValidators } from './input.ts'
import { guardOrigin } from './origin.ts'
import { guardOverload, type OverloadOptions } from './overload.ts'
import { ProblemError } from './problem.ts'
import type { Principal, Sessions } from './sessions.ts'
import { isKeySecret, type Keys } from './staff/keys.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, from cookie or bearer token; null for nobody. */
    principal: Principal | null
    /** The token the principal was found by. */
    sessionToken: string | null
  }
  interface FastifyInstance {
    /**
     * Every route by `METHOD /path`, as it was registered: what must hold for all of them is tested
     * against this.
     */
    routeConfigs: Map<string, FastifyContextConfig>
  }
  interface FastifyContextConfig {
    /** Keeps its place when the shop is overloaded: paying, health. */
    vital?: boolean
    /** Not guarded against other origins: calls that are signed instead. */
    signed?: boolean
    /** Reads an Idempotency-Key; said here so that it is described. */
    keyed?: boolean
  }
}

export interface HttpOptions {
  readonly log: Log
  readonly metrics: Metrics
  readonly sessions: Pick<Sessions, 'find'>
  readonly keys: Pick<Keys, 'find'>
  /** Where browsers find the shop, for cookies and the origin check. */
  readonly publicUrl: string
  readonly trustProxy: boolean
  readonly contentSecurityPolicy: string
  /** Whether browsers ask every name below the shop's by https, too: all of the owner's hosts. */
  readonly hstsSubdomains?: boolean
  /** Whether limits per network hold for a request; left out: for none. */
  readonly limitsNetwork?: OverloadOptions['limitsNetwork']
  readonly crowd?: CrowdLimits
}

export type Http = ReturnType<typeof makeHttp>

/** 100 kB for everything; a route with seat maps asks for more. */
const bodyLimitBytes = 100 * 1024

const slowSenderCheckMs = 5_000

export function makeHttp(options: HttpOptions) {
  const headers = securityHeaders(options)
  const app = Fastify({
    loggerInstance: options.log.child({}, { level: 'warn' }),
    // Requests share one logger: what is logged names the request by its id where it matters.
    childLoggerFactory: (logger) => logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: 20_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 30_000,
    // One hop: the proxy's own word is the last in the list, and all before it is what the client
    // says of itself.
    trustProxy: options.trustProxy ? (_address: string, hop: number) => hop === 0 : false,
    genReqId: newId,
    routerOptions: { maxParamLength: 200 },
    return503OnClosing: true,
    // Who sends slowly is looked for every few seconds; a missing Host is refused by us, with our
    // headers.
    http: { connectionsCheckingInterval: slowSenderCheckMs, requireHostHeader: false },
    frameworkErrors: answerUnroutable(headers),
    clientErrorHandler: answerClientError(headers),
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.server.maxConnections = 10_000
  app.server.headersTimeout = 15_000
  // Node would refuse an unknown expectation by itself, before any of our headers and guards: such
  // a request is like any other.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))

  app.decorate('routeConfigs', new Map())
  app.addHook('onRoute', ({ method, url, config = {} }) => {
    for (const each of [method].flat()) app.routeConfigs.set(`${each} ${url}`, config)
  })
  useValidators(app as unknown as FastifyInstance)
  useErrors(app as unknown as FastifyInstance, options.log)
  app.decorateRequest('principal', null)
  app.decorateRequest('key', null)
  app.decorateRequest('sessionToken', null)
  useHeaders(app as unknown as FastifyInstance, headers, options.metrics)
  refuseUnstorableText(app as unknown as FastifyInstance)
  guardOverload(app as unknown as FastifyInstance, options.metrics, {
    trustProxy: options.trustProxy,
    limitsNetwork: options.limitsNetwork ?? (() => false),
    ...(options.crowd ? { limits: options.crowd } : {}),
  })
  useSessions(app as unknown as FastifyInstance, options)
  guardOrigin(app as unknown as FastifyInstance, options)
  allowEmptyBodies(app as unknown as FastifyInstance)
  return app
}

function securityHeaders({
  publicUrl,
  contentSecurityPolicy,
  hstsSubdomains = true,
}: HttpOptions): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  }
  if (publicUrl.startsWith('https:'))
    headers['strict-transport-security'] = `max-age=31536000${hstsSubdomains ? '; includeSubDomains' : ''}`
  return headers
}

function useHeaders(app: FastifyInstance, headers: Readonly<Record<string, string>>, metrics: Metrics): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const labels = {
      route: request.routeOptions.url ?? 'none',
      method: request.method,
      status: reply.statusCode,
    }
    metrics.httpDuration.observe(labels, reply.elapsedTime / 1000)
    done()
  })
}

/** `__Host-` needs https; a shop on plain http keeps its cookie without the prefix. */
export function sessionCookieName(publicUrl: string): string {
  return publicUrl.startsWith('https:') ? '__Host-holdfast' : 'holdfast'
}

function useSessions(app: FastifyInstance, { sessions, keys, publicUrl }: HttpOptions): void {
  const prefix = `${sessionCookieName(publicUrl)}=`
  const recognise = (request: FastifyRequest, done: (error?: Error) => void) => {
    const token = bearerToken(request) ?? cookieValue(request.headers.cookie, prefix)
    if (token === null || !asksWho(request.url)) return done()
    request.sessionToken = token
    if (isKeySecret(token)) {
      keys.find(token).then((key) => {
        request.key = key
        done()
      }, done)
      return
    }
    const found = sessions.find(token)
    if (!(found instanceof Promise)) {
      request.principal = found
      return done()
    }
    found.then((principal) => {
      request.principal = principal
      done()
    }, done)
  }
  // To everybody but operators there is no such route, whatever they send: who asks is looked up
  // before the body.
  app.addHook('onRequest', (request, _reply, done) =>
    isForOperators(request.url) ? recognise(request, done) : done(),
  )
  // After the body, and only for admitted requests: looking up a session may ask the database.
  app.addHook('preValidation', (request, _reply, done) =>
    isForOperators(request.url) ? done() : recognise(request, done),
  )
}

const isForOperators = (url: string) => url.startsWith('/api/ops/') || url.startsWith('/metrics')
/** Pages are the same for everybody. */
const asksWho = (url: string) => url.startsWith('/api/') || isForOperators(url)

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
  const { principal, key } = request
  if (key) throw new ProblemError('forbidden', { detail: 'a token or device of an organisation is nobody’s' })
  if (!principal) throw new ProblemError('unauthenticated')
  if (kind === 'user' && principal.kind !== 'user')
    throw new ProblemError('forbidden', { detail: 'guests can only buy; sign in with an account' })
  return principal
}

/** The client's Idempotency-Key, checked, or undefined when there is none. */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key']
  if (header === undefined) return undefined
  if (typeof header !== 'string' || header.length === 0 || header.length > 255)
    throw new ProblemError('invalid_idempotency_key')
  return header
}
