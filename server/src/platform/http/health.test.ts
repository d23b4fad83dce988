// Who may read the metrics: everybody in local mode, else operators and programs with the token.
import { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../postgres/database.ts'
import { makeLog } from '../process/log.ts'
import { makeMetrics } from '../process/metrics.ts'
import { healthRoutes } from './health.ts'
import { ProblemError } from './problem.ts'
import { makeHttp } from './server.ts'

type Headers = Record<string, string>

describe('metrics', () => {
  const token = 'a-token-of-metrics'
  let app: FastifyInstance
  beforeAll(() => {
    const metrics = makeMetrics({ defaults: false })
    const http = makeHttp({
      log: makeLog('silent'),
      metrics,
      sessions: { find: () => null },
      keys: { find: async () => null },
      publicUrl: 'https://tickets.example',
      trustProxy: false,
      contentSecurityPolicy: '',
    })
    healthRoutes(http, {
      db: {} as Database,
      metrics,
      config: { metricsToken: token },
      isLocal: ({ headers }) => headers['x-local'] === 'yes',
      requireOperator: ({ headers }) =>
        headers['x-operator'] === 'yes'
          ? Promise.resolve({ id: '', kind: 'user', email: '' })
          : Promise.reject(new ProblemError('route_unknown')),
    })
    app = http as unknown as FastifyInstance
  })
  afterAll(() => app.close())

  const asked: readonly (readonly [string, Headers, number])[] = [
    ['a stranger', {}, 401],
    ['a person at the machine of a shop of this machine', { 'x-local': 'yes' }, 200],
    ['the token', { authorization: `Bearer ${token}` }, 200],
    ['another token', { authorization: `Bearer ${token}x` }, 401],
    ['a token that begins alike', { authorization: `Bearer ${token.slice(0, -1)}` }, 401],
    ['the token as a password', { authorization: `Basic ${token}` }, 401],
    ['the word alone', { authorization: 'Bearer ' }, 401],
    ['an operator', { 'x-operator': 'yes' }, 200],
  ]
  test.each(asked)('asked for by %s', async (_, headers, status) => {
    const answer = await app.inject({ method: 'GET', url: '/metrics', headers })
    expect(answer.statusCode).toBe(status)
    expect(answer.body.includes('holdfast_http_duration_seconds')).toBe(status === 200)
  })
})
