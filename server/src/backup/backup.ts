// Takes a backup of a shop that may be running: every table as of one moment, and the files of its
// data directory.
import { Readable } from 'node:stream'
import { isInside } from '../config/backup.ts'
import { makeDatabase, sql } from '../platform/postgres/database.ts'
import { type Snapshot, withSnapshot } from '../platform/postgres/whole-tables.ts'
import { newId } from '../platform/process/clock.ts'
import { type ArchiveWriter, createArchive, type Manifest } from './archive.ts'
import { listFiles, sealFiles } from './files.ts'
import { bookkeeping, listSequences, listTables, selectOf, type Table } from './tables.ts'

export interface BackupOptions {
  readonly databaseUrl: string
  readonly dataDirectory: string
  readonly file: string
  readonly version: string
  /** Seals the files of the data directory. Null: they are left out. */
  readonly passphrase: string | null
  readonly progress?: (text: string) => void
}

export interface BackupReport {
  readonly file: string
  readonly takenAt: string
  readonly tables: number
  readonly rows: number
  readonly files: number | null
  readonly bytes: number
  readonly tookMs: number
}

const filesPart = 'files'
export const partOf = (table: string) => `tables/${table}`
export { filesPart }

const recordBackup = sql(
  'backup.record',
  `insert into platform.backups (id, taken_at, bytes) values ($1, $2, $3)`,
)

export async function backUp(options: BackupOptions): Promise<BackupReport> {
  const startedMs = performance.now()
  const { file, dataDirectory, passphrase } = options
  if (passphrase !== null && isInside(file, dataDirectory))
    throw new Error(`${file} lies in ${dataDirectory}, which the backup holds; name a file elsewhere`)
  const archive = await createArchive(options.file)
  try {
    const manifest = await withSnapshot(options.databaseUrl, (snapshot) =>
      copyAll(snapshot, archive, options),
    )
    const { bytes } = await archive.finish(manifest)
    await remember(options.databaseUrl, manifest.takenAt, bytes)
    return {
      file: options.file,
      takenAt: manifest.takenAt,
      tables: manifest.tables.length,
      rows: manifest.tables.reduce((sum, { rows }) => sum + rows, 0),
      files: manifest.files?.length ?? null,
      bytes,
      tookMs: Math.round(performance.now() - startedMs),
    }
  } catch (error) {
    await archive.abandon()
    throw error
  }
}

interface Moment {
  readonly takenAt: string
  /** Above every number of a transaction that the snapshot shows. */
  readonly horizon: string
  readonly postgres: string
  readonly epoch: string
}

async function copyAll(
  snapshot: Snapshot,
  archive: ArchiveWriter,
  { dataDirectory, passphrase, version, progress }: BackupOptions,
): Promise<Omit<Manifest, 'parts'>> {
  const [moment] = await snapshot.query<Moment>(
    `select to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "takenAt",
       pg_snapshot_xmax(pg_current_snapshot())::text as horizon, current_setting('server_version') as postgres,
       (select epoch::text from platform.installation) as epoch`,
  )
  if (!moment) throw new Error('the database did not tell the time')
  const { takenAt, horizon, postgres, epoch } = moment
  const migrations = await snapshot.query<Manifest['migrations'][number]>(
    `select schema, name, checksum from ${bookkeeping} order by applied_at, schema, name`,
  )
  const tables: (Table & { rows: number })[] = []
  const all = await listTables(snapshot)
  for (const table of all) {
    progress?.(`${tables.length + 1} of ${all.length}: ${table.name}`)
    const lines = { count: 0 }
    const content = Readable.from(countLines(snapshot.copyOut(selectOf(table, horizon)), lines))
    await archive.add(partOf(table.name), content)
    tables.push({ ...table, rows: lines.count })
  }
  const sequences = await listSequences(snapshot)
  const files = passphrase === null ? null : await listFiles(dataDirectory)
  if (files !== null && passphrase !== null)
    await archive.add(filesPart, Readable.from([await sealFiles(dataDirectory, files, passphrase)]))
  return { takenAt, version, epoch, postgres, migrations, tables, sequences, files }
}

/** Counts lines: in text of `COPY`, a line end inside of a value is written as `\n`. */
async function* countLines(content: Readable, lines: { count: number }): AsyncGenerator<Buffer> {
  for await (const chunk of content as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines.count += 1
    yield chunk
  }
}

async function remember(url: string, takenAt: string, bytes: number): Promise<void> {
  const db = makeDatabase({ url, maxConnections: 1 })
  try {
    await db.query(recordBackup, [newId(), takenAt, bytes])
  } finally {
    await db.close()
  }
}
