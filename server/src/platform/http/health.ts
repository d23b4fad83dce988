// What operators and their machines ask: alive, ready, metrics. Never behind a session, never
// refused for load.
import { type Database, sql } from '../postgres/database.ts'
import type { Metrics } from '../process/metrics.ts'
import { sendProblem } from './problem.ts'
import type { Http } from './server.ts'

const ping = sql('platform.ping', 'select 1 as one')

export function healthRoutes(app: Http, { db, metrics }: { db: Database; metrics: Metrics }): void {
  const config = { vital: true }
  app.get('/healthz', { config, schema: { tags: ['operation'], summary: 'Check liveness' } }, () => ({
    status: 'ok',
  }))
  app.get(
    '/readyz',
    { config, schema: { tags: ['operation'], summary: 'Check readiness' } },
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
    async (_request, reply) =>
      reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}
