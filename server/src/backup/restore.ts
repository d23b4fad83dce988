// Brings a backup into an empty database and data directory: all of it, or nothing. What comes back
// may not act before it has settled with the card processor.
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { allMigrations, createBookkeeping, readScripts, type Script } from '../platform/postgres/migrate.ts'
import { type Loading, withLoading } from '../platform/postgres/whole-tables.ts'
import { type Archive, type Manifest, openArchive } from './archive.ts'
import { filesPart, partOf } from './backup.ts'
import { findOthers, openFiles, type Sealed, writeFiles } from './files.ts'
import { bookkeeping, listTables, targetOf } from './tables.ts'

export interface RestoreOptions {
  readonly file: string
  readonly dataDirectory: string
  /** Null: the files of the data directory stay where they are, sealed. */
  readonly passphrase: string | null
  /** Where to; called when the backup was found whole and fitting. */
  readonly findTarget: () => Promise<{ readonly url: string }>
  readonly progress?: (text: string) => void
}

export interface RestoreReport {
  readonly takenAt: string
  readonly tables: number
  readonly rows: number
  readonly files: number
  readonly tookMs: number
}

export async function restore(options: RestoreOptions): Promise<RestoreReport> {
  const startedMs = performance.now()
  const { dataDirectory, progress } = options
  progress?.('Checking the backup')
  const archive = await openArchive(options.file)
  const { manifest } = archive
  const scripts = await scriptsOf(manifest)
  const files = await readSealed(archive, options.passphrase)
  const others = await findOthers(dataDirectory, files)
  if (others.length > 0)
    throw new Error(
      `${dataDirectory} holds other files already: ${others.join(', ')}; restore into an empty folder (DATA_DIR)`,
    )
  const { url } = await options.findTarget()
  await withLoading(url, async (loading) => {
    await refuseUsedTarget(loading)
    await makeTables(loading, scripts, manifest)
    for (const [index, { name, columns, rows }] of manifest.tables.entries()) {
      progress?.(`${index + 1} of ${manifest.tables.length}: ${name}`)
      await pipeline(archive.read(partOf(name)), loading.copyIn(targetOf({ name, columns })))
      const [found] = await loading.query<{ rows: string }>(`select count(*)::text as rows from ${name}`)
      if (found?.rows !== String(rows)) throw new Error(`${name} has ${found?.rows} rows and not ${rows}`)
    }
    await setSequences(loading, manifest)
    await beginEpoch(loading, manifest)
    await writeFiles(dataDirectory, files)
  })
  return {
    takenAt: manifest.takenAt,
    tables: manifest.tables.length,
    rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
    files: files.length,
    tookMs: Math.round(performance.now() - startedMs),
  }
}

type Named = Script & { readonly schema: string }

/**
 * The migrations that the backup's database had seen, in its order. A newer program brings the
 * restored database up to date at its start, like every database.
 */
async function scriptsOf({ migrations, version }: Manifest): Promise<Named[]> {
  const known = new Map<string, Named>()
  for (const { schema, directory } of await allMigrations())
    for (const script of await readScripts(directory))
      known.set(`${schema}/${script.name}`, { ...script, schema })
  return migrations.map(({ schema, name, checksum }) => {
    const script = known.get(`${schema}/${name}`)
    if (script?.checksum === checksum) return script
    throw new Error(
      `the backup was taken by another version of Holdfast (${version}), which has the migration ${schema}/${name}; ` +
        'nothing was changed. Restore it with that version or a newer one',
    )
  })
}

async function readSealed(archive: Archive, passphrase: string | null): Promise<readonly Sealed[]> {
  if (passphrase === null || archive.manifest.files === null) return []
  return openFiles(await buffer(archive.read(filesPart)), passphrase)
}

async function refuseUsedTarget({ query }: Loading): Promise<void> {
  const tables = await query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm') and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
     order by name limit 3`,
  )
  if (tables.length > 0)
    throw new Error(
      `the database is not empty: it has ${tables.map(({ name }) => name).join(', ')}…; nothing was changed. ` +
        'Restore into an empty data directory (DATA_DIR) or an empty database (DATABASE_URL)',
    )
  // A process of the lost shop would go on with what comes back, before it has settled.
  const others = await query<{ name: string }>(
    `select distinct application_name || ' at ' || coalesce(host(client_addr), 'this machine') as name from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  )
  if (others.length > 0)
    throw new Error(
      `programs are connected to the database: ${others.map(({ name }) => name.trim()).join(', ')}; nothing was changed. ` +
        'Stop all processes of the shop, and restore again',
    )
}

async function makeTables(loading: Loading, scripts: readonly Named[], manifest: Manifest): Promise<void> {
  await loading.execute(createBookkeeping)
  for (const { schema, text } of scripts) {
    await loading.execute(`create schema if not exists ${schema}`)
    await loading.execute(text)
  }
  // The catalogue lists what the schemas of the bookkeeping hold, so that is filled for a moment.
  for (const { schema, name, checksum } of scripts)
    await loading.query(`insert into ${bookkeeping} (schema, name, checksum) values ($1, $2, $3)`, [
      schema,
      name,
      checksum,
    ])
  const here = (await listTables(loading)).map(targetOf).toSorted()
  const there = manifest.tables.map(targetOf).toSorted()
  if (JSON.stringify(here) !== JSON.stringify(there))
    throw new Error('the tables of the backup are not those that its migrations make; nothing was changed')
  // What migrations filled is in the backup, as it was.
  await loading.execute(`truncate ${manifest.tables.map(({ name }) => name).join(', ')}`)
}

/** Behind every number that was given, also to rows that are gone. */
async function setSequences(loading: Loading, { sequences }: Manifest): Promise<void> {
  for (const { table, column, last } of sequences)
    await loading.query(
      `select setval(pg_get_serial_sequence($1, $2),
         greatest((select coalesce(max("${column}"), 0) from ${table}), $3::bigint) + 1, false)`,
      [table, column, last],
    )
}

async function beginEpoch(loading: Loading, { takenAt }: Manifest): Promise<void> {
  await loading.query(
    `update platform.installation
     set epoch = gen_random_uuid(), backup_taken_at = $1, restored_at = now(), settled_at = null`,
    [takenAt],
  )
  await loading.query(
    `insert into platform.switches (name, is_on, reason) values ('sales_stopped', true, $1)
     on conflict (name) do update set is_on = true, reason = excluded.reason, changed_at = now()`,
    ['restored from a backup; sales go on when the shop has settled with the card processor'],
  )
  await loading.execute('truncate platform.processes')
}
