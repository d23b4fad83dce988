// Who operates a shop is asked again within a second, and the first process that misses a right tells
// the security log.
import type { FastifyRequest } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { sql } from '../postgres/database.ts'
import { newId, systemClock } from '../process/clock.ts'
import { makeRequireOperator, removeOperator } from './operators.ts'
import { sessionPrefix } from './sessions.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase([])
})
afterAll(() => db.drop())

test('a right that was taken away ends within a second, and is told once', async () => {
  const id = newId()
  await db.query(sql('', 'insert into platform.operators (user_id) values ($1)'), [id])
  let elapsedMs = 0
  const told: unknown[] = []
  const requireOperator = makeRequireOperator({
    config: { operators: [], demo: false, processor: { kind: 'sandbox' }, dataDirectory: '/nowhere' },
    db,
    clock: { ...systemClock, elapsedMs: () => elapsedMs },
    security: { note: (event, details) => told.push([event, details]) },
  })
  const principal = { id, kind: 'user', email: 'operator@example.com' } as const
  const ask = () => requireOperator({ principal, sessionToken: `${sessionPrefix}a` } as FastifyRequest)
  expect(await ask()).toEqual(principal)
  await removeOperator(db, id)
  elapsedMs += 1_000
  await expect(ask()).rejects.toThrow()
  await expect(ask()).rejects.toThrow()
  expect(told).toEqual([['operator_removed', { accountId: id }]])
})
