// Rows in bulk, copied and as arrays: that each type comes back as it was, what is refused before
// it is sent, and what a `copy` that fails does to the statements around it.
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeTestDatabase, storeAtOnce, type TestDatabase } from '../../../test/database.ts'
import { encodeRows } from './binary-rows.ts'
import {
  copyInto,
  type Database,
  makeDatabase,
  type Row,
  type Statement,
  sql,
  type Write,
  withRows,
} from './database.ts'

let db: TestDatabase
/** With one connection, so that each test sees what the one before it left on it. */
let single: Database
beforeAll(async () => {
  db = await makeTestDatabase([])
  single = makeDatabase({ url: db.url, maxConnections: 1 })
  await db.execute(`
    create table public.kinds (
      id uuid primary key, word text, data json, small int, large bigint, yes boolean, at timestamptz,
      place int generated always as identity, fallback text default 'unsaid')`)
})
afterAll(async () => {
  await single.close()
  await db.drop()
})
beforeEach(() => db.execute('truncate public.kinds'))

const columns = {
  id: 'uuid',
  word: 'text',
  data: 'json',
  small: 'int',
  large: 'bigint',
  yes: 'boolean',
  at: 'timestamptz',
} as const
const copyKinds = copyInto('test.copy_kinds', 'public.kinds', columns)
const insertKinds = withRows(
  'test.insert_kinds',
  columns,
  (rows) => `insert into public.kinds (id, word, data, small, large, yes, at)
  select id, word, data, small, large, yes, at from ${rows} as n`,
)
const changeKinds = withRows(
  'test.change_kinds',
  columns,
  (rows) => `update public.kinds k
  set word = n.word, data = n.data, small = n.small, large = n.large, yes = n.yes, at = n.at, fallback = $8
  from ${rows} as n where k.id = n.id`,
)
const readKinds = sql(
  'test.read_kinds',
  'select id, word, data, small, large, yes, at from public.kinds order by place',
)
const one = sql('test.one', 'select 1 as one')

/** Of rows that may lack columns, which `writeRows` does not take. */
const writing = (statement: Statement, rows: readonly Row[], ...more: string[]): Write => ({
  statement,
  values: [rows, ...more],
})
const store = (statement: Statement, rows: readonly Row[], ...more: string[]) =>
  storeAtOnce(single, () => [writing(statement, rows, ...more)])
const copy = (rows: readonly Row[]) => store(copyKinds, rows)
/** Both ways in which rows travel. */
const ways = [
  ['copied', copyKinds],
  ['given as arrays', insertKinds],
] as const
const kinds = () => single.query<Row>(readKinds)
const empty = { word: null, data: null, small: null, large: null, yes: null, at: null }
const idOf = (digit: string) =>
  `${digit.repeat(8)}-${digit.repeat(4)}-7${digit.repeat(3)}-8${digit.repeat(3)}-${digit.repeat(12)}`

describe.each(ways)('what is %s', (_way, statement) => {
  test('comes back as it was, in its order', async () => {
    const nothing = (value: fc.Arbitrary<unknown>) => fc.option(value, { nil: null })
    const text = fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0') && word.isWellFormed())
    const row = fc.record({
      id: fc.uuid(),
      word: nothing(text),
      data: nothing(
        fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.oneof(text, fc.integer(), fc.boolean())),
      ),
      small: nothing(fc.integer()),
      large: nothing(fc.maxSafeInteger()),
      yes: nothing(fc.boolean()),
      at: nothing(
        fc
          .date({ noInvalidDate: true, min: new Date(-30e12), max: new Date(250e12) })
          .map((at) => at.toISOString()),
      ),
    })
    const rows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(rows, async (stored) => {
        await db.execute('truncate public.kinds')
        await store(statement, stored)
        expect(await kinds()).toEqual(JSON.parse(JSON.stringify(stored)))
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    ['small', 2 ** 31 - 1],
    ['small', -(2 ** 31)],
    ['large', Number.MAX_SAFE_INTEGER],
    ['large', Number.MIN_SAFE_INTEGER],
    ['large', -1],
    ['large', 2 ** 32],
    ['at', '1999-12-31T23:59:59.999Z'],
    ['at', '2999-01-01T00:00:00.001Z'],
    ['at', '9999-12-31T23:59:59.999Z'],
    ['word', ''],
    ['word', 'null'],
    ['word', 'Zoë \\N \t "quoted" {1,2} 🎟️'],
    ['word', 'x'.repeat(200_000)],
    ['data', { deep: [null, { a: 'ü\n' }] }],
  ])('as %s holds %j', async (column, value) => {
    await store(statement, [{ id: idOf('a'), [column]: value }])
    expect(await kinds()).toEqual([{ ...empty, id: idOf('a'), [column]: value }])
  })

  test('leaves the other columns to their defaults', async () => {
    await store(statement, [{ id: idOf('a') }, { id: idOf('b') }])
    const rest = sql(
      '',
      'select place - min(place) over () as place, fallback from public.kinds order by place',
    )
    expect(await db.query(rest)).toEqual([
      { place: 0, fallback: 'unsaid' },
      { place: 1, fallback: 'unsaid' },
    ])
  })
})

describe('what is encoded', () => {
  test('is as long as it must be, whatever was encoded before', () => {
    const long = encodeRows(columns, [{ id: idOf('a'), word: 'x'.repeat(300_000) }])
    const short = encodeRows(columns, [{ id: idOf('a') }])
    expect([long.length, short.length]).toEqual([300_000 + short.length, 5 + 19 + 2 + 20 + 6 * 4 + 2 + 5])
    encodeRows(columns, [{ id: idOf('f') }])
    expect(short).toEqual(encodeRows(columns, [{ id: idOf('a') }]))
  })
})

test('rows change others, each its own, and values that follow them are for all', async () => {
  await copy(['a', 'b', 'c'].map((digit) => ({ id: idOf(digit), word: 'before', small: 1 })))
  await store(
    changeKinds,
    [
      { id: idOf('c'), word: 'third', large: 3 },
      { id: idOf('a'), yes: true },
    ],
    'said',
  )
  expect(
    await single.query(
      sql('', 'select id, word, small, large, yes, fallback from public.kinds order by place'),
    ),
  ).toEqual([
    { id: idOf('a'), word: null, small: null, large: null, yes: true, fallback: 'said' },
    { id: idOf('b'), word: 'before', small: 1, large: null, yes: null, fallback: 'unsaid' },
    { id: idOf('c'), word: 'third', small: null, large: 3, yes: null, fallback: 'said' },
  ])
})

describe.each(ways)('what no column can hold, %s', (_way, statement) => {
  test.each([
    ['id', 'nobody', 'not a UUID: nobody'],
    ['id', `${idOf('a')}0`, 'not a UUID'],
    ['id', idOf('a').slice(1), 'not a UUID'],
    ['id', idOf('g'), 'not a UUID'],
    ['id', '', 'not a UUID'],
    ['small', 1.5, 'not a whole number in range: 1.5'],
    ['small', 2 ** 31, 'not a whole number in range'],
    ['small', -(2 ** 31) - 1, 'not a whole number in range'],
    ['small', Number.NaN, 'not a whole number in range'],
    ['small', '7', 'not a whole number in range: 7'],
    ['large', 2 ** 53, 'not a whole number in range'],
    ['yes', 'true', 'not a boolean: true'],
    ['yes', 0, 'not a boolean: 0'],
    ['at', 'tomorrow', 'not an instant: tomorrow'],
  ])('is refused before anything is sent: %s %j', async (column, value, message) => {
    const ok = { id: idOf('b') }
    await expect(store(statement, [ok, { ...ok, [column]: value }])).rejects.toThrow(message)
    expect(await kinds()).toEqual([])
  })
})

describe('a copy that fails', () => {
  const failureOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    )
  const alive = () => single.query(one)

  test('for a row that is there already is a duplicate, and nothing of its transaction is stored', async () => {
    await copy([{ id: idOf('a'), word: 'first' }])
    expect(await failureOf(copy([{ id: idOf('b') }, { id: idOf('a') }]))).toMatchObject({ code: '23505' })
    expect(await kinds()).toMatchObject([{ word: 'first' }])
    expect(await alive()).toEqual([{ one: 1 }])
  })

  test('takes the statements behind it along', async () => {
    const writes = [
      writing(copyKinds, [{ id: idOf('a'), word: 'no\0' }]),
      writing(copyKinds, [{ id: idOf('b') }]),
    ]
    expect(await failureOf(storeAtOnce(single, () => writes))).toMatchObject({ code: '22021' })
    expect([await kinds(), await alive()]).toEqual([[], [{ one: 1 }]])
  })

  test('because a statement before it did is skipped with its rows', async () => {
    const divide = { statement: sql('test.copy_divide', 'select 1 / $1::int'), values: [0] }
    const writes = [divide, writing(copyKinds, [{ id: idOf('a') }])]
    for (let time = 0; time < 2; time += 1) {
      expect(await failureOf(storeAtOnce(single, () => writes))).toMatchObject({ code: '22012' })
      expect([await kinds(), await alive()]).toEqual([[], [{ one: 1 }]])
    }
    await copy([{ id: idOf('a') }])
    expect(await kinds()).toHaveLength(1)
  })
})

test('copies of a transaction travel with its other statements', async () => {
  const seen = await single.transaction(async (tx) => {
    const [before] = await Promise.all([tx.query(readKinds), tx.query(copyKinds, [[{ id: idOf('a') }]])])
    return [before, await tx.query<Row>(readKinds)]
  })
  expect(seen).toMatchObject([[], [{ id: idOf('a') }]])
})

describe('a list of ids', () => {
  const unnested = sql(
    'test.unnest_ids',
    'select id from unnest($1::text[]) with ordinality as w (word, n), unnest($2::uuid[]) as id',
  )

  test('arrives as it was, next to one of words', async () => {
    const ids = [idOf('c'), idOf('a'), idOf('a'), idOf('b').toUpperCase()]
    const rows = await single.query(unnested, [['{"not an id"}'], ids])
    expect(rows).toEqual(ids.map((id) => ({ id: id.toLowerCase() })))
    expect(await single.query(unnested, [['word'], []])).toEqual([])
    expect(await single.query(unnested, [['word'], null])).toEqual([])
  })

  test('is one wherever the statement says so, and only there', () => {
    const text = 'select $1::uuid, $2::text[], any($12::uuid[]) union select $3::uuid[]'
    expect(sql('', text).idLists).toEqual([11, 2])
  })

  test('has nothing in it that is no id', async () => {
    await expect(single.query(unnested, [[], [idOf('a'), 'nobody']])).rejects.toThrow('not a UUID: nobody')
    expect(await single.query(one)).toEqual([{ one: 1 }])
  })
})
