// Sessions: secrets that are stored nowhere, found cheaply, and dead when they are ended.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { type Database, sql } from '../postgres/database.ts'
import { newId, systemClock } from '../process/clock.ts'
import { beginSession, endSessionsOf, makeSessions, type Principal } from './sessions.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase([])
})
afterAll(() => db.drop())

const principal = (): Principal => ({ id: newId(), kind: 'user', email: 'ada@example.com' })
const begin = (who: Principal, ttlSeconds = 60) => beginSession(db, who, { purpose: 'session', ttlSeconds })

/** The same database, counting queries; `hold` makes the first answer wait. */
function watch(hold: Promise<void> = Promise.resolve()) {
  const seen = { queries: 0 }
  const watched: Database = {
    ...db,
    async query<Row>(...args: Parameters<Database['query']>) {
      seen.queries += 1
      const isFirst = seen.queries === 1
      const rows = await db.query<Row>(...args)
      if (isFirst) await hold
      return rows
    },
  }
  return { watched, seen }
}

test('a token finds its principal, and is stored only as a hash', async () => {
  const who = principal()
  const { token } = await begin(who)
  expect(token).toMatch(/^hfs_[\w-]{43}$/)
  expect(await makeSessions(db, systemClock).find(token)).toEqual(who)
  const rows = await db.query<{ row: string }>(sql('', 'select s::text as row from platform.sessions s'))
  expect(rows.filter(({ row }) => row.includes(token.slice(4)))).toEqual([])
  const program = await beginSession(db, who, { purpose: 'api_token', ttlSeconds: 60 })
  expect(program.token).toMatch(/^hft_/)
  expect(await makeSessions(db, systemClock).find(program.token)).toEqual(who)
})

test('many look-ups of one moment are one query, and the next ones none', async () => {
  const people = Array.from({ length: 20 }, principal)
  const tokens = await Promise.all(people.map((who) => begin(who).then(({ token }) => token)))
  const { watched, seen } = watch()
  const sessions = makeSessions(watched, systemClock)
  const found = await Promise.all([...tokens, ...tokens].map((token) => sessions.find(token)))
  expect(found).toEqual([...people, ...people])
  expect(await sessions.find(tokens[0] ?? '')).toEqual(people[0])
  expect(seen.queries).toBe(1)
})

test('a cached session is asked for again after a second', async () => {
  let elapsedMs = 0
  const { watched, seen } = watch()
  const sessions = makeSessions(watched, { ...systemClock, elapsedMs: () => elapsedMs })
  const { token } = await begin(principal())
  await sessions.find(token)
  elapsedMs = 999
  await sessions.find(token)
  expect(seen.queries).toBe(1)
  await db.query(sql('', 'delete from platform.sessions'))
  elapsedMs = 1_001
  expect(await sessions.find(token)).toBeNull()
})

test('what is no token of ours costs nothing', async () => {
  const { watched, seen } = watch()
  const sessions = makeSessions(watched, systemClock)
  for (const nonsense of ['', 'x', `hfs_${'a'.repeat(42)}`, `hfs_${'a'.repeat(10_000)}`, "hfs_' or 1=1 --"])
    expect(await sessions.find(nonsense)).toBeNull()
  expect(seen.queries).toBe(0)
  expect(await sessions.find(`hfs_${'a'.repeat(43)}`)).toBeNull()
})

test('an ended session is dead at once in this process, even if it was being looked up', async () => {
  let release = () => undefined as void
  const gate = new Promise<void>((resolve) => (release = resolve))
  const { token } = await begin(principal())
  const cached = makeSessions(db, systemClock)
  expect(await cached.find(token)).not.toBeNull()
  await cached.end(token)
  expect(await cached.find(token)).toBeNull()

  const other = await begin(principal())
  const { watched } = watch(gate)
  const racing = makeSessions(watched, systemClock)
  const looking = racing.find(other.token)
  await new Promise((resolve) => setImmediate(resolve))
  await racing.end(other.token)
  release()
  expect(await looking).toBeNull()
  expect(await racing.find(other.token)).toBeNull()
})

test('all sessions of one principal end together, and those past their time are nobody’s', async () => {
  const [who, somebody] = [principal(), principal()]
  const mine = await Promise.all([begin(who), begin(who)])
  const theirs = await begin(somebody)
  await endSessionsOf(db, who.id)
  const sessions = makeSessions(db, systemClock)
  expect(await Promise.all(mine.map(({ token }) => sessions.find(token)))).toEqual([null, null])
  expect(await sessions.find(theirs.token)).toEqual(somebody)
  const over = await begin(principal(), -1)
  expect(await sessions.find(over.token)).toBeNull()
})

test('a look-up that fails fails for everybody who asked, and the next one asks again', async () => {
  let failing = true
  const { token } = await begin(principal())
  const flaky: Database = {
    ...db,
    query: (...args) => (failing ? Promise.reject(new Error('away')) : db.query(...args)),
  }
  const sessions = makeSessions(flaky, systemClock)
  const outcomes = await Promise.allSettled([sessions.find(token), sessions.find(token)])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  failing = false
  expect(await sessions.find(token)).not.toBeNull()
})
