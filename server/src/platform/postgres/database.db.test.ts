// What the rest relies on from the driver: instants, numbers, time-outs, and what counts as a
// database that is away.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeTestDatabase, storeAtOnce, type TestDatabase } from '../../../test/database.ts'
import { newId } from '../process/clock.ts'
import { makeDatabase, sql } from './database.ts'
import { isUnavailable, UnknownCommit } from './failures.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase([])
  await db.execute('create table public.things (n int primary key)')
})
afterAll(() => db.drop())

const count = async () =>
  (await db.query<{ n: number }>(sql('', 'select count(*) as n from public.things')))[0]?.n
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('values', () => {
  test('instants come as RFC 3339 in UTC with milliseconds, whatever the zone of the session', async () => {
    const rows = await db.transaction(async (tx) => {
      await tx.query(sql('', `set local time zone 'Asia/Kolkata'`))
      return tx.query<{ at: string; nothing: null }>(
        sql('', `select '2026-11-22T16:37:00.123456Z'::timestamptz as at, null::timestamptz as nothing`),
      )
    })
    expect(rows).toEqual([{ at: '2026-11-22T16:37:00.123Z', nothing: null }])
  })

  test('a bigint is a number as long as it is exact, and an error beyond', async () => {
    expect(await db.query(sql('', 'select 9007199254740991 as n'))).toEqual([{ n: 9_007_199_254_740_991 }])
    await expect(db.query(sql('', 'select 9007199254740993 as n'))).rejects.toThrow('not a safe integer')
    expect(await db.query(sql('', 'select 1 as n'))).toEqual([{ n: 1 }])
  })

  test('json comes parsed', async () => {
    expect(await db.query(sql('', `select '{"a":[1]}'::json as j, '{"a":[1]}'::jsonb as b`))).toEqual([
      { j: { a: [1] }, b: { a: [1] } },
    ])
  })
})

describe('transactions', () => {
  test('what throws is rolled back, and the connection is of use again', async () => {
    const single = makeDatabase({ url: db.url, maxConnections: 1 })
    const insert = sql('', 'insert into public.things values (1)')
    await expect(
      single.transaction((tx) => tx.query(insert).then(() => Promise.reject(new Error('no')))),
    ).rejects.toThrow('no')
    await expect(single.transaction((tx) => tx.query(sql('', 'select 1/0')))).rejects.toThrow(
      'division by zero',
    )
    expect(await count()).toBe(0)
    expect(await single.query(sql('', 'select 1 as n'))).toEqual([{ n: 1 }])
    await single.close()
  })

  test('a transaction with a failed statement in it is never taken for committed', async () => {
    const work = db.transaction(async (tx) => {
      await tx.query(sql('', 'insert into public.things values (2)'))
      await failureOf(tx.query(sql('', 'select 1/0')))
      return 'done'
    })
    await expect(work).rejects.toThrow('rolled back')
    expect(await count()).toBe(0)
  })

  test('now is the database’s, of the moment it began', async () => {
    const [before, inside, after] = await db.transaction(async (tx) => {
      const [row] = await tx.query<{ began: string; later: string }>(
        sql('', 'select now() as began, clock_timestamp() as later'),
      )
      return [row?.began ?? '', tx.now, row?.later ?? '']
    })
    expect(before <= inside && inside <= after).toBe(true)
  })

  test('what a batch reads along with `begin` is read inside, and nothing is written before it is known to be open', async () => {
    const startOf = sql('test.start_of_transaction', 'select now() as began')
    const [first, second] = await db.batch(async (tx) => {
      const reading = tx.query<{ began: string }>(startOf)
      expect(() => tx.commitWith([])).toThrow('before it has begun')
      expect(await tx.begun).toMatch(/^\d{4}-/)
      return [await reading, await tx.query<{ began: string }>(startOf)]
    })
    expect(first).toEqual(second)
  })

  test('finds rows by their keys, also by a plan that is made while the table is empty; outside of it the server is free', async () => {
    await db.execute('create table public.keyed (a text, b text, primary key (a, b)); analyze public.keyed')
    const byKeys = sql(
      '',
      `explain select k.a from public.keyed k
       join unnest(array['x'], array['y']) as wanted (a, b) on k.a = wanted.a and k.b = wanted.b`,
    )
    const text = 'explain select n from public.things where n between 1 and 2'
    const planOf = (rows: readonly unknown[]) => JSON.stringify(rows)
    const [inside, alone] = await db.transaction(async (tx) => [
      await tx.query(byKeys),
      await tx.query(sql('', text)),
    ])
    for (const plan of [inside, alone]) {
      expect(planOf(plan ?? [])).toContain('Index')
      expect(planOf(plan ?? [])).not.toMatch(/Seq Scan|Hash Join|Merge Join/)
    }
    const settings = sql(
      '',
      `select current_setting('enable_seqscan') as scan, current_setting('enable_hashjoin') as hash`,
    )
    expect(await db.query(settings)).toEqual([{ scan: 'on', hash: 'on' }])
  })

  test('walks an index by a list of keys in the order in which it locks, and sorts nothing', async () => {
    await db.execute('create table public.listed (id uuid primary key, n int)')
    const text = 'explain select n from public.listed where id = any($1::uuid[]) order by id for update'
    const plan = await db.transaction((tx) => tx.query(sql('test.lock_listed', text), [[newId(), newId()]]))
    expect(JSON.stringify(plan)).toContain('Index Scan using listed_pkey')
    expect(JSON.stringify(plan)).not.toMatch(/Sort|Bitmap/)
  })

  test('a commit that gets no answer is unknown', async () => {
    await db.execute(`
      create table public.slow (n int);
      create function public.fall() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
      create constraint trigger falls after insert on public.slow deferrable initially deferred for each row execute function public.fall();`)
    const failure = await failureOf(
      db.transaction((tx) => tx.query(sql('', 'insert into public.slow values (1)'))),
    )
    expect(failure).toBeInstanceOf(UnknownCommit)
    expect(await db.query(sql('', 'select 1 as n'))).toEqual([{ n: 1 }])
  })
})

describe('what is stored along with the commit', () => {
  const insert = (n: number) => ({
    statement: sql('test.insert_thing', 'insert into public.things values ($1)'),
    values: [n],
  })
  const things = async () =>
    (await db.query<{ n: number }>(sql('', 'select n from public.things order by n'))).map(({ n }) => n)
  beforeEach(() => db.execute('truncate public.things'))

  test('is there when the transaction has ended, with what was written before it', async () => {
    const done = await db.batch(async (tx) => {
      await tx.begun
      await tx.query(insert(1).statement, [1])
      await tx.commitWith([insert(2), insert(3)])
      return 'done'
    })
    expect([done, await things()]).toEqual(['done', [1, 2, 3]])
  })

  test('is stored whole or not at all, and its first failure is told; the connection is of use again', async () => {
    const single = makeDatabase({ url: db.url, maxConnections: 1 })
    const divide = { statement: sql('', 'select 1 / 0'), values: [] }
    const failure = await failureOf(storeAtOnce(single, () => [insert(1), divide, insert(2)]))
    expect(failure).toMatchObject({ code: '22012' })
    expect(await things()).toEqual([])
    await storeAtOnce(single, () => [insert(3)])
    expect(await things()).toEqual([3])
    await single.close()
  })

  test('cannot hide that a statement before it failed', async () => {
    const work = db.batch(async (tx) => {
      await tx.begun
      await failureOf(tx.query(sql('', 'select 1 / 0')))
      await tx.commitWith([])
    })
    await expect(work).rejects.toThrow('rolled back')
  })

  test('is the last that is asked', async () => {
    const late = db.batch(async (tx) => {
      await tx.begun
      await tx.commitWith([insert(1)])
      await tx.query(insert(2).statement, [2])
    })
    await expect(late).rejects.toThrow('test.insert_thing is asked of a transaction that was committed')
    const twice = db.batch(async (tx) => {
      await tx.begun
      await tx.commitWith([insert(3)])
      await tx.commitWith([insert(4)])
    })
    await expect(twice).rejects.toThrow('committed twice')
    expect(await things()).toEqual([1, 3])
  })

  test('is unknown when the connection goes while it is stored', async () => {
    const leave = { statement: sql('', 'select pg_terminate_backend(pg_backend_pid())'), values: [] }
    expect(await failureOf(storeAtOnce(db, () => [insert(1), leave]))).toBeInstanceOf(UnknownCommit)
  })
})

describe('a database that is away', () => {
  test('nobody at the address, a connection cut off and a statement that takes too long are known as such', async () => {
    const nobody = makeDatabase({ url: 'postgres://nobody@127.0.0.1:9/none' })
    expect(isUnavailable(await failureOf(nobody.query(sql('', 'select 1'))))).toBe(true)
    await nobody.close()
    expect(
      isUnavailable(await failureOf(db.query(sql('', 'select pg_terminate_backend(pg_backend_pid())')))),
    ).toBe(true)
    const hasty = makeDatabase({ url: db.url, maxConnections: 1, queryTimeoutMs: 50 })
    expect(isUnavailable(await failureOf(hasty.query(sql('', 'select pg_sleep(60)'))))).toBe(true)
    expect(
      isUnavailable(await failureOf(hasty.transaction((tx) => tx.query(sql('', 'select pg_sleep(60)'))))),
    ).toBe(true)
    expect(await hasty.query(sql('', 'select 1 as n'))).toEqual([{ n: 1 }])
    await hasty.close()
  })

  test('a lent connection whose statement takes too long is lost, and blocks nobody', async () => {
    const hasty = makeDatabase({ url: db.url, queryTimeoutMs: 50 })
    const connection = await hasty.connect()
    const lost = new Promise<void>((resolve) => connection.onLost(resolve))
    expect(isUnavailable(await failureOf(connection.query(sql('', 'select pg_sleep(60)'))))).toBe(true)
    await lost
    expect(isUnavailable(await failureOf(connection.query(sql('', 'select 1'))))).toBe(true)
    await connection.close()
    await hasty.close()
  })

  test('a full disk, too many connections and a failover are of the moment; a wrong statement is not', async () => {
    const withCode = (code: string) => Object.assign(new Error('x'), { code })
    for (const code of [
      '53100',
      '53300',
      '08006',
      '58030',
      '25006',
      '57P01',
      '57014',
      '25P03',
      'EHOSTUNREACH',
      'EAI_AGAIN',
    ]) {
      expect([code, isUnavailable(withCode(code))]).toEqual([code, true])
    }
    for (const code of ['23505', '22P02', '40001', '42601', 'ERR_ASSERTION'])
      expect([code, isUnavailable(withCode(code))]).toEqual([code, false])
    expect(isUnavailable(await failureOf(db.query(sql('', 'select nonsense'))))).toBe(false)
    for (const nothing of [undefined, null, 'text', {}]) expect(isUnavailable(nothing)).toBe(false)
  })

  test('the server gives up a little after us, on statements and on transactions that stand still', async () => {
    const patient = makeDatabase({ url: db.url, queryTimeoutMs: 2_000 })
    const settings = `select name, setting::int as ms from pg_settings where name in ('statement_timeout', 'idle_in_transaction_session_timeout')`
    expect(await patient.query(sql('', `${settings} order by name`))).toEqual([
      { name: 'idle_in_transaction_session_timeout', ms: 3_000 },
      { name: 'statement_timeout', ms: 3_000 },
    ])
    await patient.close()
  })
})

test('a lent connection tells when it is lost, hears notifications, and closes', async () => {
  const connection = await db.connect({ name: 'trial' })
  const lost = new Promise<void>((resolve) => connection.onLost(resolve))
  const heard = Promise.withResolvers<void>()
  await connection.listen('trial_channel', () => heard.resolve())
  await connection.query(sql('', 'select 1'))
  await db.execute('notify trial_channel')
  await heard.promise
  await db.execute(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'trial'`)
  await lost
  expect(isUnavailable(await failureOf(connection.query(sql('', 'select 1'))))).toBe(true)
  await connection.close()
})
