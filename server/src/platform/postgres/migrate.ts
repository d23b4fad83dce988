// Runs numbered .sql files, each once and in its own transaction. A file that changed after it ran
// stops the start.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServiceName } from '@holdfast/contract'
import { type Database, sql } from './database.ts'

/** The migrations of one schema: a directory of `0001_name.sql` files. */
export interface MigrationSet {
  readonly schema: string
  readonly directory: string
}

/**
 * In the sources this file lies in `platform/postgres/`; the build puts all code in one file, with
 * the `.sql` folders beside it.
 */
const fromSources = import.meta.filename.endsWith('.ts')
const sourceRoot = fromSources ? join(import.meta.dirname, '..', '..') : import.meta.dirname

/** The migrations in `<schema>/migrations`, wherever the program runs from. */
export function migrationsOf(schema: ServiceName | 'platform' | 'audit'): MigrationSet {
  return { schema, directory: join(sourceRoot, schema, 'migrations') }
}

/** The migrations of every schema, also of services that this process does not run. */
export async function allMigrations(): Promise<MigrationSet[]> {
  const names = (await readdir(sourceRoot)).filter((name) => existsSync(join(sourceRoot, name, 'migrations')))
  // The platform's tables first: what a service's migration may rely on.
  const sorted = ['platform', ...names.filter((name) => name !== 'platform').toSorted()]
  return sorted.map((schema) => ({ schema, directory: join(sourceRoot, schema, 'migrations') }))
}

const lockMigrations = sql(
  'platform.lock_migrations',
  `select pg_advisory_xact_lock(hashtext('holdfast.migrations'))`,
)
const findBookkeeping = sql(
  'platform.find_migrations',
  `select to_regclass('holdfast_migrations') is not null as is_there`,
)
const readApplied = sql(
  'platform.read_applied',
  `select name, checksum from holdfast_migrations where schema = $1`,
)
const recordApplied = sql(
  'platform.record_applied',
  `insert into holdfast_migrations (schema, name, checksum) values ($1, $2, $3)`,
)

export const createBookkeeping = `
  select pg_advisory_xact_lock(hashtext('holdfast.migrations'));
  create table if not exists holdfast_migrations (
    schema     text not null,
    name       text not null,
    checksum   text not null,
    applied_at timestamptz not null default now(),
    primary key (schema, name)
  );`

type Applied = Pick<Script, 'name' | 'checksum'>

/** Brings every given schema to its newest version. Safe to run from many processes at once. */
export async function migrate(db: Database, sets: readonly MigrationSet[]): Promise<number> {
  await db.execute(createBookkeeping)
  let applied = 0
  for (const set of sets) applied += await migrateSchema(db, set)
  return applied
}

export interface Script {
  readonly name: string
  readonly text: string
  readonly checksum: string
}

export async function readScripts(directory: string): Promise<Script[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(directory, name), 'utf8')
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

/**
 * Whether there is nothing to do. Only looks, so that an ordinary start has an ordinary time-out:
 * with the hours that a migration may take, a connection that fell silent would hold up the start
 * for as long.
 */
export async function isUpToDate(db: Database, sets: readonly MigrationSet[]): Promise<boolean> {
  const [bookkeeping] = await db.query<{ is_there: boolean }>(findBookkeeping)
  if (!bookkeeping?.is_there) return false
  for (const { schema, directory } of sets) {
    const applied = new Map(
      (await db.query<Applied>(readApplied, [schema])).map(({ name, checksum }) => [name, checksum]),
    )
    for (const { name, checksum } of await readScripts(directory))
      if (applied.get(name) !== checksum) return false
  }
  return true
}

async function migrateSchema(db: Database, { schema, directory }: MigrationSet): Promise<number> {
  let applied = 0
  for (const { name, text, checksum } of await readScripts(directory)) {
    const ran = await db.transaction(async (tx) => {
      await tx.query(lockMigrations)
      const rows = await tx.query<Applied>(readApplied, [schema])
      const before = rows.find((row) => row.name === name)
      if (before) {
        if (before.checksum !== checksum) throw new Error(`migration ${schema}/${name} changed after it ran`)
        return false
      }
      await tx.execute(`create schema if not exists ${schema}`)
      await tx.execute(text)
      await tx.query(recordApplied, [schema, name, checksum])
      return true
    })
    if (ran) applied += 1
  }
  return applied
}
