// `holdfast backup` and `holdfast restore`.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { backUp } from '../backup/backup.ts'
import { restore } from '../backup/restore.ts'
import { findDatabase } from '../boot/find-database.ts'
import type { Config } from '../config/config.ts'
import { version } from '../config/version.ts'
import { startEmbeddedPostgres } from '../platform/postgres/embedded/server.ts'
import { type Context, inBytes, makeProgress, type Result } from './output.ts'
import { type PassphraseSources, readPassphrase } from './passphrase.ts'
import { settleOn } from './settle.ts'

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`

export async function backupCommand(
  { config, environment, json }: Context,
  file: string,
  sources: PassphraseSources,
): Promise<Result> {
  const passphrase = await readPassphrase(sources, environment)
  const database = await findDatabase(config)
  const progress = makeProgress(json)
  try {
    const report = await backUp({
      databaseUrl: database.url,
      dataDirectory: config.dataDirectory,
      file: resolve(file),
      version,
      passphrase,
      progress: progress.tell,
    })
    const { rows, tables, files, bytes, tookMs } = report
    const secrets = files === null ? 'without the files of the data directory' : `${files} files, sealed`
    const text = `Backup ${report.file}: ${rows} rows of ${tables} tables, ${secrets}; ${inBytes(bytes)}, ${seconds(tookMs)}`
    return { code: 0, text, json: report }
  } finally {
    progress.end()
    await database.stop()
  }
}

export async function restoreCommand(
  { config, environment, json }: Context,
  file: string,
  sources: PassphraseSources,
): Promise<Result> {
  const passphrase = await readPassphrase(sources, environment)
  const progress = makeProgress(json)
  let stop = () => Promise.resolve()
  let url = ''
  try {
    const report = await restore({
      file: resolve(file),
      dataDirectory: config.dataDirectory,
      passphrase,
      findTarget: async () => {
        const target = await openTarget(config, progress.tell)
        stop = target.stop
        url = target.url
        return target
      },
      progress: progress.tell,
    })
    const { rows, tables, files, takenAt, tookMs } = report
    const text = `Restored ${rows} rows of ${tables} tables and ${files} files, as of ${takenAt}; ${seconds(tookMs)}`
    progress.end()
    const settled = await settleOn(url, { config, environment, json })
    return { ...settled, text: `${text}\n${settled.text}`, json: { ...report, settlement: settled.json } }
  } finally {
    progress.end()
    await stop()
  }
}

/** A new database in the data directory, or the one of `DATABASE_URL`. */
async function openTarget(
  { databaseUrl, dataDirectory }: Config,
  progress: (text: string) => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  if (databaseUrl !== null) return { url: databaseUrl, stop: () => Promise.resolve() }
  const directory = join(dataDirectory, 'postgres')
  const isNew = !existsSync(directory)
  const postgres = await startEmbeddedPostgres(directory, progress)
  if (!isNew && !postgres.started)
    throw new Error(`a shop runs in ${dataDirectory}; restore into an empty data directory (DATA_DIR)`)
  return { url: postgres.url, stop: postgres.stop }
}
