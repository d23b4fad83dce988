// Backups on a timer: where they go, how often, and how long they stay.
import { resolve, sep } from 'node:path'
import type { Reader } from './reader.ts'

export interface BackupConfig {
  readonly directory: string
  readonly everyHours: number
  readonly keepDays: number
  /** Seals the files of the data directory. */
  readonly passphrase: string
}

/** Also of `holdfast backup`, which takes it from the person at the terminal as well. */
export const leastPassphrase = 12

/** Null: nobody set a folder, and no backup is taken by itself. */
export function readBackup(read: Reader, dataDirectory: string): BackupConfig | null {
  const folder = read.text('BACKUP_DIR', '')
  const everyHours = read.integer('BACKUP_HOURS', 24, 1, 168)
  const keepDays = read.integer('BACKUP_KEEP_DAYS', 30, 1, 3_650)
  if (folder === '') return null
  const directory = resolve(folder)
  if (isInside(directory, dataDirectory))
    read.problem(
      'BACKUP_DIR: lies in DATA_DIR: one disk would lose both, and each backup would hold the others',
    )
  const passphrase = read.text('BACKUP_PASSPHRASE', '')
  if (passphrase.length < leastPassphrase)
    read.problem(
      `BACKUP_PASSPHRASE: required with BACKUP_DIR: at least ${leastPassphrase} characters, to seal the secrets`,
    )
  return { directory, everyHours, keepDays, passphrase }
}

export const isInside = (path: string, folder: string): boolean =>
  `${path}${sep}`.startsWith(`${folder}${sep}`)
