// What operators and their machines ask: alive, ready, metrics. Never refused for load; only
// metrics, which tell how the shop does, are not for everybody.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { type Database, sql } from '../postgres/database.ts'
import type { Metrics } from '../process/metrics.ts'
import type { RequireOperator } from './operators.ts'
import { ProblemError, sendProblem } from './problem.ts'
import type { Http } from './server.ts'

const ping = sql('platform.ping', 'select 1 as one')

export interface HealthParts {
  readonly db: Database
  readonly metrics: Metrics
  readonly config: { readonly metricsToken: string | null }
  /** Whether a request of this machine asks a shop of this machine. */
  readonly isLocal: (request: IncomingMessage) => boolean
  readonly requireOperator: RequireOperator
}

export function healthRoutes(app: Http, parts: HealthParts): void {
  const { db, metrics, isLocal, requireOperator } = parts
  const { metricsToken } = parts.config
  const config = { vital: true }
  app.get(
    '/healthz',
    { config, schema: { security: [], tags: ['operation'], summary: 'Check liveness' } },
    () => ({
      status: 'ok',
    }),
  )
  app.get(
    '/readyz',
    { config, schema: { security: [], tags: ['operation'], summary: 'Check readiness' } },
    async (_request, reply) => {
      try {
        await db.query(ping)
        return { status: 'ok' }
      } catch {
        // Not an error to log: whoever asks is told, and asks again.
        return sendProblem(reply, 'unavailable', {
          detail: 'the database is not responding',
          retryAfterSeconds: 1,
        })
      }
    },
  )
  app.get(
    '/metrics',
    { config, schema: { tags: ['operation'], summary: 'Get Prometheus metrics' } },
    async (request, reply) => {
      const isOpen = isLocal(request.raw) || hasToken(request, metricsToken)
      if (!isOpen) await requireOperator(request).catch(refuseMetrics)
      return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
    },
  )
}

function refuseMetrics(error: unknown): never {
  if (!(error instanceof ProblemError)) throw error
  throw new ProblemError('unauthenticated', {
    detail: 'metrics are for operators, and for programs that send METRICS_TOKEN as a bearer token',
  })
}

function hasToken({ headers }: FastifyRequest, token: string | null): boolean {
  if (token === null) return false
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`))
}

/** Of one length, so that they can be compared in constant time. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
