// What the security log tells of people: failed sign-ins and limits, each counted, none with an
// address or a password.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../test/database.ts'
import { makeLimits } from '../platform/http/limits.ts'
import { makeSessions } from '../platform/http/sessions.ts'
import { systemClock } from '../platform/process/clock.ts'
import { makeLog } from '../platform/process/log.ts'
import { makeMetrics } from '../platform/process/metrics.ts'
import { makeSecurityLog } from '../platform/process/security-log.ts'
import { makeAttempts } from './attempts.ts'
import { makeIdentity } from './identity.ts'
import { makePasswords } from './passwords.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase(['identity'])
})
afterAll(() => db.drop())

test('each failed sign-in is a line, a limit is one, and both are counted', async () => {
  const lines: string[] = []
  const metrics = makeMetrics({ defaults: false })
  const security = makeSecurityLog({ log: makeLog('warn', { write: (line) => lines.push(line) }), metrics })
  const identity = makeIdentity({
    db,
    passwords: makePasswords({ parameters: { memoryKib: 64, passes: 1, parallelism: 1 } }),
    attempts: makeAttempts(makeLimits(db, security), security),
    sessions: makeSessions(db, systemClock),
  })
  const ann = { email: 'canary@example.com', password: 'correct horse', address: '192.0.2.1' }
  const begun = await identity.signUp({ ...ann, key: undefined })
  if ('rejection' in begun) throw new Error(begun.rejection)
  for (let guess = 0; guess < 13; guess += 1)
    await identity.signIn({ ...ann, password: `canary guess ${guess}` }).catch(() => undefined)
  await identity.signIn({ ...ann, email: 'nobody.canary@example.com' })

  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const failed = told.filter(({ security: event }) => event === 'sign_in_failed')
  expect(failed).toHaveLength(11)
  expect(failed[0]).toMatchObject({ accountId: begun.principal.id, network: '192.0.2.1' })
  expect(failed.at(-1)).toMatchObject({ accountId: null })
  expect(told.filter(({ security: event }) => event === 'limit_hit')).toEqual([
    expect.objectContaining({ limit: 'sign_in_pair' }),
  ])
  expect(lines.join('')).not.toMatch(/canary|correct horse/)
  const counts = await metrics.registry.getSingleMetricAsString('holdfast_security_events_total')
  expect(counts).toContain('{event="sign_in_failed"} 11')
  expect(counts).toContain('{event="limit_hit"} 1')
})
