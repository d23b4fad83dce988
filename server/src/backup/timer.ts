// Takes backups by itself: into a folder, now and then, in whichever process comes first; and removes
// those that are too old.
import { readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupConfig } from '../config/backup.ts'
import type { Database } from '../platform/postgres/database.ts'
import { type Chore, endChore, failChore, readChore, tryLockChore } from '../platform/process/chores.ts'
import type { Clock } from '../platform/process/clock.ts'
import { readInstallation } from '../platform/process/installation.ts'
import type { Log } from '../platform/process/log.ts'
import { isCalm } from '../prune/calm.ts'
import { openArchive } from './archive.ts'
import { type BackupReport, backUp } from './backup.ts'
import { nameOf, prefixOf, tooOld } from './retention.ts'

export interface TimedBackupParts {
  readonly db: Database
  readonly databaseUrl: string
  readonly dataDirectory: string
  readonly version: string
  readonly config: BackupConfig
  readonly clock: Clock
  readonly log: Log
}

const hourMs = 3_600 * 1_000
const lookEveryMs = 60 * 1_000
/** A disk that is full is full a minute later, too. */
const againAfterMs = 15 * 60 * 1_000
/** So long a backup waits for buyers to leave room. Then it is taken all the same. */
const patienceMs = 24 * hourMs

/** The time has come, and few people buy, or that was waited for long enough. */
export function isDue(
  { endedAt, failingSince }: Pick<Chore, 'endedAt' | 'failingSince'>,
  now: {
    readonly nowMs: number
    readonly calm: boolean
    readonly triedMs: number
    readonly startedMs: number
  },
  { everyHours }: Pick<BackupConfig, 'everyHours'>,
): boolean {
  const { nowMs, calm, triedMs, startedMs } = now
  if (failingSince !== null && nowMs - triedMs < againAfterMs) return false
  const lateMs = nowMs - (endedAt === null ? startedMs : Date.parse(endedAt) + everyHours * hourMs)
  return lateMs >= 0 && (calm || lateMs >= patienceMs)
}

export function startTimedBackups(parts: TimedBackupParts): () => Promise<void> {
  const { clock, log, db } = parts
  const stopping = new AbortController()
  const startedMs = clock.nowMs()
  let triedMs = Number.NEGATIVE_INFINITY

  const look = async () => {
    const now = { nowMs: clock.nowMs(), calm: await isCalm(db, clock), triedMs, startedMs }
    if (!isDue(await readChore(db, 'backup'), now, parts.config)) return
    triedMs = now.nowMs
    const report = await takeTimedBackup(parts)
    if (!report) return
    if (!now.calm)
      log.warn({ tookMs: report.tookMs }, 'a backup was taken while many bought: it waited for a day')
  }
  const run = async () => {
    while (!stopping.signal.aborted) {
      await look().catch(async (error: Error) => {
        log.error({ err: error }, 'no backup could be taken; it is tried again')
        await failChore(db, 'backup', error.message).catch(() => undefined)
      })
      await clock.sleep(lookEveryMs, stopping.signal)
    }
  }
  const running = run()
  return async () => {
    stopping.abort()
    await running
  }
}

/** Null: another process is at it. */
export async function takeTimedBackup(parts: TimedBackupParts): Promise<BackupReport | null> {
  const { db, config } = parts
  const connection = await db.connect({ name: 'holdfast-backup' })
  try {
    if (!(await tryLockChore(connection, 'backup'))) return null
    const before = await readChore(db, 'backup')
    await refuseUnfit(config.directory, Number(before.report?.['bytes'] ?? 0))
    const prefix = prefixOf((await readInstallation(db)).id)
    const report = await backUp({
      ...parts,
      file: join(config.directory, nameOf(prefix, parts.clock.nowMs())),
      passphrase: config.passphrase,
    })
    // Read back from the disk: a backup that nobody can read is none.
    await openArchive(report.file)
    await removeOld(parts, prefix)
    await endChore(db, 'backup', report)
    return report
  } finally {
    await connection.close()
  }
}

/** A folder that is not there may be a disk that is not mounted: it is not made. */
async function refuseUnfit(directory: string, lastBytes: number): Promise<void> {
  const found = await stat(directory).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`BACKUP_DIR ${directory} cannot be used: ${error.message}`, { cause: error })
  })
  if (!found.isDirectory()) throw new Error(`BACKUP_DIR ${directory} is no folder`)
  const { bavail, bsize } = await statfs(directory)
  const free = bavail * bsize
  if (free < lastBytes * 1.2)
    throw new Error(
      `BACKUP_DIR ${directory} has ${Math.floor(free / 1e6)} MB left, and the last backup took ${Math.ceil(lastBytes / 1e6)} MB`,
    )
}

async function removeOld({ config, clock }: TimedBackupParts, prefix: string): Promise<void> {
  const { directory, keepDays } = config
  const names = await readdir(directory)
  for (const name of tooOld(names, { prefix, nowMs: clock.nowMs(), keepDays }))
    await rm(join(directory, name))
}
