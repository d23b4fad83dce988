// Limits count together in all processes, and tell how long to wait.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { sql } from '../postgres/database.ts'
import { makeLimits, noLimits } from './limits.ts'
import { ProblemError } from './problem.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase([])
})
afterAll(() => db.drop())

const limit = { name: 'signin', attempts: 3, perSeconds: 60 }

test('attempts beyond the limit are refused in every process, with the time to wait', async () => {
  const processes = [makeLimits(db), makeLimits(db)]
  for (let attempt = 0; attempt < 3; attempt += 1) await processes[attempt % 2]?.consume(limit, 'ada')
  for (const limits of processes) {
    const error = await limits.consume(limit, 'ada').then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(ProblemError)
    expect(error).toMatchObject({
      code: 'too_many_requests',
      extras: { retryAfterSeconds: expect.toSatisfy((s: number) => s > 0 && s <= 60) },
    })
  }
  await makeLimits(db).consume(limit, 'grace')
  await makeLimits(db).consume({ ...limit, name: 'signup' }, 'ada')
})

test('many attempts at once are counted one by one', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, () => makeLimits(db).consume(limit, 'crowd')),
  )
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
})

test('a success forgets the attempts', async () => {
  const limits = makeLimits(db)
  for (let attempt = 0; attempt < 3; attempt += 1) await limits.consume(limit, 'reset')
  await limits.reset(limit, 'reset')
  await limits.consume(limit, 'reset')
})

test('the longest e-mail address has its limit, and none can be read in the table', async () => {
  const longest = `${'a'.repeat(242)}@example.com`
  await makeLimits(db).consume(limit, longest)
  const rows = await db.query<{ key: string }>(sql('', 'select key from platform.rate_limits'))
  expect(rows.filter(({ key }) => key.includes('example'))).toEqual([])
})

test('switched off, nothing is refused', async () => {
  for (let attempt = 0; attempt < 10; attempt += 1) await noLimits.consume(limit, 'x')
})
