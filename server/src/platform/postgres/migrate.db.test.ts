// Migrations run once, in order, whoever runs them, and never change afterwards.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { sql } from './database.ts'
import { isUpToDate, migrate, migrationsOf } from './migrate.ts'

let db: TestDatabase
let directory: string
const write = (name: string, text: string) => writeFile(join(directory, name), text)
const set = () => ({ schema: 'trial', directory })
const numbers = async () =>
  (await db.query<{ n: number }>(sql('', 'select n from trial.numbers order by n'))).map(({ n }) => n)

beforeEach(async () => {
  db = await makeTestDatabase([])
  directory = await mkdtemp(join(tmpdir(), 'holdfast-migrations-'))
  await write('0002_fill.sql', 'insert into trial.numbers values (1); insert into trial.numbers values (2);')
  await write('0001_table.sql', '-- a comment\ncreate table trial.numbers (n int primary key);')
  await write('notes.md', 'no migration')
})
afterEach(async () => {
  await db.drop()
  await rm(directory, { recursive: true })
})

test('files run in the order of their names, once', async () => {
  expect(await migrate(db, [set()])).toBe(2)
  expect(await migrate(db, [set()])).toBe(0)
  expect(await numbers()).toEqual([1, 2])
  await write('0003_more.sql', 'insert into trial.numbers values (3);')
  expect(await migrate(db, [set()])).toBe(1)
  expect(await numbers()).toEqual([1, 2, 3])
})

test('many processes at once run each file once', async () => {
  const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(db, [set()])))
  expect(applied.reduce((sum, count) => sum + count, 0)).toBe(2)
  expect(await numbers()).toEqual([1, 2])
})

test('a file that changed after it ran stops the start', async () => {
  await migrate(db, [set()])
  await write('0002_fill.sql', 'insert into trial.numbers values (7);')
  await expect(migrate(db, [set()])).rejects.toThrow('trial/0002_fill.sql changed after it ran')
  expect(await numbers()).toEqual([1, 2])
})

test('a file that fails leaves nothing of itself and what ran before it stays', async () => {
  await write(
    '0003_broken.sql',
    'insert into trial.numbers values (3); insert into trial.nowhere values (1);',
  )
  await expect(migrate(db, [set()])).rejects.toThrow('nowhere')
  expect(await numbers()).toEqual([1, 2])
  await write('0003_broken.sql', 'insert into trial.numbers values (3);')
  expect(await migrate(db, [set()])).toBe(1)
  expect(await numbers()).toEqual([1, 2, 3])
})

test('the migrations of every schema are found', async () => {
  expect(await migrate(db, [migrationsOf('platform')])).toBe(0)
})

test('a look tells whether anything is to be done, and does nothing itself', async () => {
  expect(await isUpToDate(db, [set()])).toBe(false)
  expect(await migrate(db, [set()])).toBe(2)
  expect(await isUpToDate(db, [set()])).toBe(true)
  await write('0003_more.sql', 'insert into trial.numbers values (3);')
  expect(await isUpToDate(db, [set()])).toBe(false)
  expect(await migrate(db, [set()])).toBe(1)
  await write('0002_fill.sql', 'insert into trial.numbers values (7);')
  expect(await isUpToDate(db, [set()])).toBe(false)
})
