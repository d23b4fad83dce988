// What a backup holds, and what a restore refuses. The sale after a restore is in
// test/flows/restore.test.ts.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../test/database.ts'
import { makeDatabase } from '../platform/postgres/database.ts'
import { allMigrations, migrate, readScripts } from '../platform/postgres/migrate.ts'
import { openArchive } from './archive.ts'
import { backUp } from './backup.ts'
import { restore } from './restore.ts'
import { renumbered } from './tables.ts'

const passphrase = 'correct horse battery'
let db: TestDatabase
let folder: string
let data: string
let file: string
let backups = 0

const takeBackup = async (secrets: string | null = passphrase) => {
  backups += 1
  const into = join(folder, `backup-${backups}`)
  await backUp({
    databaseUrl: db.url,
    dataDirectory: data,
    file: into,
    version: '0.1.0',
    passphrase: secrets,
  })
  return into
}

/** An empty database, dropped at the end. */
const emptyDatabases: string[] = []
async function makeEmpty(): Promise<string> {
  const url = inject('postgresUrl')
  const admin = makeDatabase({ url, maxConnections: 1 })
  const name = `restore_${crypto.randomUUID().replaceAll('-', '')}`
  await admin.execute(`create database ${name}`)
  await admin.close()
  emptyDatabases.push(name)
  return url.replace(/\/postgres(?=$|\?)/, `/${name}`)
}

const tablesIn = async (url: string) => {
  const target = makeDatabase({ url, maxConnections: 1 })
  try {
    const rows = await target.query<{ name: string }>({
      name: 'test.tables',
      text: `select schemaname || '.' || tablename as name from pg_tables
             where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
    })
    return rows.map(({ name }) => name)
  } finally {
    await target.close()
  }
}

const restoreInto = (url: string, from = file, changes: Partial<Parameters<typeof restore>[0]> = {}) =>
  restore({
    file: from,
    dataDirectory: join(folder, 'restored'),
    passphrase,
    findTarget: () => Promise.resolve({ url }),
    ...changes,
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-backup-'))
  data = await mkdtemp(join(folder, 'data-'))
  await writeFile(join(data, 'secret-key'), 'a secret that a backup must not show')
  db = await makeTestDatabase([])
  await migrate(db, await allMigrations())
  await db.execute(
    `insert into platform.outbox (id, type, source, subject, version, occurred_at, correlation_id, data)
     select gen_random_uuid(), 'Odd', 'test', gen_random_uuid(), 1, now(), E'tab\\tline\\nback\\\\slash é 🎟', '{}'
     from generate_series(1, 500);
     insert into platform.cursors (consumer, window_from, heard)
     select 'odd', max(settled_xid), '{"A": null, "B": 7}' from platform.outbox;
     insert into platform.cursors (consumer) values ('new')`,
  )
  file = await takeBackup()
})

afterAll(async () => {
  const admin = makeDatabase({ url: inject('postgresUrl'), maxConnections: 1 })
  for (const name of emptyDatabases) await admin.execute(`drop database ${name} with (force)`)
  await admin.close()
  await db.drop()
  await rm(folder, { recursive: true })
})

it('holds every table that any migration makes', async () => {
  const made = new Set(['public.holdfast_migrations'])
  for (const { directory } of await allMigrations())
    for (const { text } of await readScripts(directory)) {
      for (const [, name = ''] of text.matchAll(/create (?:unlogged )?table (?:if not exists )?(\w+\.\w+)/g))
        made.add(name)
      for (const [, name = ''] of text.matchAll(/drop table (?:if exists )?(\w+\.\w+)/g)) made.delete(name)
    }
  const { manifest } = await openArchive(file)
  const held = manifest.tables.map(({ name }) => name)
  expect(held.toSorted()).toEqual([...made].toSorted())
  expect(held.toSorted()).toEqual(await tablesIn(db.url))
  expect(made.size).toBeGreaterThan(25)
})

it('renumbers every column that holds a number of a transaction', async () => {
  const columns = await db.query<{ name: string }>({
    name: 'test.transaction_numbers',
    text: `select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns
           where table_schema not in ('pg_catalog', 'information_schema')
             and (column_name ~ 'xid|window_|horizon|snapshot' or column_name = 'heard'
               or data_type in ('xid', 'xid8', 'pg_snapshot'))`,
  })
  const known = Object.entries(renumbered).flatMap(([table, parts]) =>
    Object.keys(parts).map((column) => `${table}.${column}`),
  )
  expect(known).toEqual(expect.arrayContaining(columns.map(({ name }) => name)))
  expect(known.length).toBe(columns.length + 1)
})

it('brings back every row, every sequence and every file, and positions keep their distance', async () => {
  const url = await makeEmpty()
  await restoreInto(url)
  const target = makeDatabase({ url, maxConnections: 1 })
  const read = (from: typeof target) =>
    from.query<{ text: string; behind: number; heard: object; fresh: number }>({
      name: 'test.restored',
      text: `select min(correlation_id) as text, (select window_from from platform.cursors where consumer = 'odd') - max(settled_xid) as behind,
               (select window_from from platform.cursors where consumer = 'new') as fresh,
               (select (heard ->> 'B')::bigint from platform.cursors where consumer = 'odd') < min(settled_xid) as heard
             from platform.outbox`,
    })
  expect(await read(target)).toEqual(await read(db))
  const [numbers] = await target.query<{ highest: number; present: number; next: number; rows: number }>({
    name: 'test.numbers',
    text: `select max(settled_xid) as highest, pg_snapshot_xmin(pg_current_snapshot())::text::bigint as present,
             nextval(pg_get_serial_sequence('platform.outbox', 'seq')) as next, count(*)::int as rows from platform.outbox`,
  })
  expect(numbers?.highest).toBeLessThan(0)
  expect(numbers?.present).toBeGreaterThan(0)
  expect(numbers).toMatchObject({ next: 501, rows: 500 })
  const epochs = await Promise.all(
    [db, target].map((each) =>
      each.query<{ epoch: string }>({ name: 'test.epoch', text: 'select epoch from platform.installation' }),
    ),
  )
  expect(new Set(epochs.flat().map(({ epoch }) => epoch)).size).toBe(2)
  expect(await readFile(join(folder, 'restored', 'secret-key'), 'utf8')).toContain('a secret')
  await target.close()
})

it('shows no secret of the data directory, and opens them with the passphrase only', async () => {
  expect((await readFile(file)).includes('a secret that')).toBe(false)
  const url = await makeEmpty()
  await expect(restoreInto(url, file, { passphrase: 'another passphrase' })).rejects.toThrow('passphrase')
  await restoreInto(url, file, { passphrase: null, dataDirectory: join(folder, 'sealed') })
  await expect(readFile(join(folder, 'sealed', 'secret-key'))).rejects.toThrow('ENOENT')
})

it('refuses a file with any byte flipped, cut short or of another kind, and changes nothing', async () => {
  const whole = await readFile(file)
  const places = Array.from({ length: 40 }, (_, index) => Math.floor((index * (whole.length - 1)) / 39))
  const damages: [string, Buffer][] = [
    ...places.map((at): [string, Buffer] => {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8))
      return [`byte ${at}`, bytes]
    }),
    ['cut', whole.subarray(0, whole.length - 1)],
    ['longer', Buffer.concat([whole, Buffer.from([0])])],
    ['empty', Buffer.alloc(0)],
    ['text', Buffer.from('-- PostgreSQL database dump\n'.repeat(50))],
  ]
  const url = await makeEmpty()
  const damaged = join(folder, 'damaged')
  for (const [name, bytes] of damages) {
    await writeFile(damaged, bytes)
    await expect(restoreInto(url, damaged), name).rejects.toThrow(/damaged|cut short|no backup/)
  }
  expect(await tablesIn(url)).toEqual([])
})

it('refuses a target that is not empty: tables, or other files', async () => {
  await expect(restoreInto(db.url)).rejects.toThrow('the database is not empty')
  const url = await makeEmpty()
  const used = join(folder, 'used')
  await restoreInto(url, file, { dataDirectory: used })
  await writeFile(join(used, 'secret-key'), 'another shop')
  await expect(restoreInto(await makeEmpty(), file, { dataDirectory: used })).rejects.toThrow('secret-key')
  await expect(restoreInto(url, file)).rejects.toThrow('the database is not empty')
})

it.each([
  [
    'a migration that this version does not have',
    `insert into holdfast_migrations values ('platform', '9999_newer.sql', 'x')`,
  ],
  [
    'a migration that changed',
    `update holdfast_migrations set checksum = 'x' where name = '0001_platform.sql'`,
  ],
])('refuses a newer schema: %s', async (_name, change) => {
  const before = await db.query<{ schema: string; name: string; checksum: string; applied_at: string }>({
    name: 'test.migrations',
    text: 'select * from holdfast_migrations',
  })
  await db.execute(change)
  const newer = await takeBackup()
  await db.execute('truncate holdfast_migrations')
  for (const { schema, name, checksum, applied_at } of before)
    await db.query(
      { name: 'test.migration_back', text: 'insert into holdfast_migrations values ($1, $2, $3, $4)' },
      [schema, name, checksum, applied_at],
    )
  const url = await makeEmpty()
  await expect(restoreInto(url, newer)).rejects.toThrow('another version of Holdfast')
  expect(await tablesIn(url)).toEqual([])
})

it('waits for nobody: a program that is connected to the empty database keeps it from being filled', async () => {
  const url = await makeEmpty()
  const neighbour = makeDatabase({ url, maxConnections: 1 })
  await neighbour.execute('select 1')
  await expect(restoreInto(url)).rejects.toThrow('programs are connected')
  await neighbour.close()
  expect(await tablesIn(url)).toEqual([])
})

it('leaves nothing when it breaks off', async () => {
  const url = await makeEmpty()
  const notFolder = join(folder, 'not-a-folder')
  await writeFile(notFolder, '')
  await expect(restoreInto(url, file, { dataDirectory: notFolder })).rejects.toThrow()
  expect(await tablesIn(url)).toEqual([])
})

it('never overwrites a backup, and leaves none that is half', async () => {
  const again = { databaseUrl: db.url, dataDirectory: data, file, version: '0.1.0', passphrase }
  await expect(backUp(again)).rejects.toThrow('is there already')
  const nowhere = join(folder, 'broken')
  await expect(backUp({ ...again, file: nowhere, databaseUrl: await makeEmpty() })).rejects.toThrow(
    'does not exist',
  )
  await expect(readFile(nowhere)).rejects.toThrow('ENOENT')
  await expect(readFile(`${nowhere}.partial`)).rejects.toThrow('ENOENT')
  const other = join(folder, 'other')
  await writeFile(`${other}.partial`, 'somebody’s own')
  await expect(backUp({ ...again, file: other })).rejects.toThrow(
    'a backup under way, or one that was cut short',
  )
  expect(await readFile(`${other}.partial`, 'utf8')).toBe('somebody’s own')
})
