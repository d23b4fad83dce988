// What becomes of statements that travel together: who is answered, who is refused, and what the
// connection remembers.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeTestDatabase, storeAtOnce, type TestDatabase } from '../../../test/database.ts'
import { type Database, makeDatabase, sql, type Write } from './database.ts'

let db: TestDatabase
/** With one connection, so that each test sees what the one before it left on it. */
let single: Database
beforeAll(async () => {
  db = await makeTestDatabase([])
  single = makeDatabase({ url: db.url, maxConnections: 1 })
  await db.execute('create table public.things (n int primary key, word text)')
})
afterAll(async () => {
  await single.close()
  await db.drop()
})
beforeEach(() => db.execute('truncate public.things'))

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )
const things = async () =>
  (await db.query<{ n: number }>(sql('', 'select n from public.things order by n'))).map(({ n }) => n)
const insert = (n: number): Write => ({
  statement: sql('test.bundle_insert', 'insert into public.things (n) values ($1)'),
  values: [n],
})
const divide = sql('test.bundle_divide', 'select 1 / $1::int as quotient')

describe('one that fails', () => {
  test('leaves those before it answered and those behind it undone', async () => {
    let ends: unknown
    const work = single.transaction(async (tx) => {
      ends = await Promise.allSettled([4, 0, 2].map((by) => tx.query(divide, [by])))
    })
    await expect(work).rejects.toThrow('rolled back')
    expect(ends).toMatchObject([
      { status: 'fulfilled', value: [{ quotient: 0 }] },
      { status: 'rejected', reason: { code: '22012' } },
      { status: 'rejected', reason: { name: 'NotRun', code: '25P02', cause: { code: '22012' } } },
    ])
  })

  test('takes the commit with it, and is the one that is told', async () => {
    const wrong = { statement: divide, values: [0] }
    for (const writes of [
      [insert(1), wrong],
      [wrong, insert(1)],
    ]) {
      expect(await failureOf(storeAtOnce(single, () => writes))).toMatchObject({ code: '22012' })
    }
    expect(await things()).toEqual([])
  })

  test('does not keep what was prepared along with it from being prepared again', async () => {
    const early = sql('test.bundle_early', 'select n from public.later where n = $1')
    const before = sql('test.bundle_before', 'select 7 as seven')
    const ask = () =>
      single.transaction(async (tx) =>
        Promise.all([tx.query(before), tx.query(early, [1]), tx.query(divide, [1])]),
      )
    expect(await failureOf(ask())).toMatchObject({ code: '42P01' })
    await db.execute('create table public.later (n int); insert into public.later values (1)')
    for (let time = 1; time <= 2; time += 1)
      expect(await ask()).toEqual([[{ seven: 7 }], [{ n: 1 }], [{ quotient: 1 }]])
  })

  test('at its first use can be used again', async () => {
    const first = sql('test.bundle_first', 'select 6 / $1::int as quotient')
    expect(await failureOf(single.query(first, [0]))).toMatchObject({ code: '22012' })
    for (const by of [2, 3]) expect(await single.query(first, [by])).toEqual([{ quotient: 6 / by }])
  })

  test('because its answer cannot be read fails alone', async () => {
    const large = sql('test.bundle_large', 'select $1::bigint as n')
    const [first, second] = await single.transaction(async (tx) =>
      Promise.allSettled([tx.query(large, ['9007199254740993']), tx.query(large, ['5'])]),
    )
    expect(first).toMatchObject({ status: 'rejected', reason: { name: 'RangeError' } })
    expect(second).toEqual({ status: 'fulfilled', value: [{ n: 5 }] })
  })
})

describe('outside of a transaction', () => {
  test('a statement that its commit refuses has failed', async () => {
    await db.execute(`
      create table public.judged (n int);
      create function public.judge() returns trigger language plpgsql as $$ begin raise exception 'no' using errcode = '23514'; end $$;
      create constraint trigger judges after insert on public.judged deferrable initially deferred for each row execute function public.judge();`)
    const stored = sql('test.bundle_judged', 'insert into public.judged values (1) returning n')
    for (let time = 1; time <= 2; time += 1)
      expect(await failureOf(single.query(stored))).toMatchObject({ code: '23514' })
    expect(await db.query(sql('', 'select n from public.judged'))).toEqual([])
  })
})

test('nothing leaves with a parameter that cannot be sent', async () => {
  const odd = { ...insert(2), values: [{ some: 'thing' } as unknown as string] }
  // Were the first sent all the same, it would be a duplicate that nobody waits for, and end the
  // process.
  await storeAtOnce(single, () => [insert(1)])
  expect(await failureOf(storeAtOnce(single, () => [insert(1), odd]))).toBeInstanceOf(TypeError)
  expect(await things()).toEqual([1])
})

test('work that throws before anything was sent leaves no transaction open', async () => {
  const thrown = new Error('at once')
  const work = () => {
    throw thrown
  }
  expect(await failureOf(single.batch(work))).toBe(thrown)
  const open = sql(
    '',
    `select count(*) as n from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
  )
  expect(await db.query(open)).toEqual([{ n: 0 }])
  expect(await single.query(sql('', 'select 1 as n'))).toEqual([{ n: 1 }])
})

test('answers and questions that are larger than any buffer pass each other', async () => {
  const echo = sql('test.bundle_echo', 'select $1::text as word')
  const words = Array.from({ length: 8 }, (_, index) => String(index).repeat(1_000_000))
  const rows = await single.transaction((tx) =>
    Promise.all(words.map((word) => tx.query<{ word: string }>(echo, [word]))),
  )
  expect(rows.map(([row]) => row?.word === undefined)).toEqual(words.map(() => false))
  expect(rows.every(([row], index) => row?.word === words[index])).toBe(true)
})

describe('parameters', () => {
  const odd = ['', 'plain', 'null', 'NULL', 'two words', 'a,b', '{}', '"', '\\', '\\"', 'ü€', 'a\nb', null]

  test('arrive as they were, alone and in lists', async () => {
    for (const word of odd)
      expect(await single.query(sql('test.word', 'select $1::text as word'), [word])).toEqual([{ word }])
    expect(await single.query(sql('test.words', 'select to_json($1::text[]) as words'), [odd])).toEqual([
      { words: odd },
    ])
    expect(await single.query(sql('test.none', 'select cardinality($1::text[]) as n'), [[]])).toEqual([
      { n: 0 },
    ])
    const [row] = await single.query(
      sql(
        'test.kinds',
        'select $1::int as n, $2::boolean as yes, $3::boolean as no, to_json($4::int[]) as list',
      ),
      [-3, true, false, [1, -2, null]],
    )
    expect(row).toEqual({ n: -3, yes: true, no: false, list: [1, -2, null] })
  })

  test('bytes too', async () => {
    const bytes = Buffer.from([0, 1, 92, 34, 255])
    expect(await single.query(sql('test.bytes', 'select $1::bytea as bytes'), [bytes])).toEqual([{ bytes }])
    const found = sql('test.bytes_in', 'select $1::bytea = any($2::bytea[]) as found')
    expect(await single.query(found, [bytes, [Buffer.from('x'), bytes]])).toEqual([{ found: true }])
    expect(await single.query(found, [bytes, [Buffer.from('x')]])).toEqual([{ found: false }])
  })
})

test('an instant is the same however the server writes it', async () => {
  const written = [
    '2026-11-22T16:37:00Z',
    '2026-11-22T16:37:00.1Z',
    '2026-11-22T16:37:00.123Z',
    '2026-11-22T16:37:00.123456Z',
  ]
  const at = sql('test.at', 'select $1::timestamptz as at')
  for (const zone of ['UTC', 'Asia/Kolkata', 'America/St_Johns']) {
    const seen = await single.transaction(async (tx) => {
      await tx.query(sql('', `set local time zone '${zone}'`))
      return Promise.all(written.map((instant) => tx.query<{ at: string }>(at, [instant])))
    })
    expect(seen.map(([row]) => row?.at)).toEqual([
      '2026-11-22T16:37:00.000Z',
      '2026-11-22T16:37:00.100Z',
      '2026-11-22T16:37:00.123Z',
      '2026-11-22T16:37:00.123Z',
    ])
  }
})
