// Backups that the shop takes by itself: when, where, and which it removes.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../test/database.ts'
import { waitFor } from '../../test/wait.ts'
import { allMigrations, migrate } from '../platform/postgres/migrate.ts'
import { readChore, tryLockChore } from '../platform/process/chores.ts'
import { systemClock } from '../platform/process/clock.ts'
import { readInstallation } from '../platform/process/installation.ts'
import { makeLog } from '../platform/process/log.ts'
import { openArchive } from './archive.ts'
import { nameOf, prefixOf } from './retention.ts'
import { isDue, startTimedBackups, type TimedBackupParts, takeTimedBackup } from './timer.ts'

let db: TestDatabase
let folder: string
let parts: TimedBackupParts

beforeAll(async () => {
  db = await makeTestDatabase([])
  await migrate(db, await allMigrations())
})
afterAll(() => db.drop())
beforeEach(async () => {
  await db.execute('truncate platform.chores, platform.backups')
  folder = await mkdtemp(join(tmpdir(), 'holdfast-timer-'))
  const [directory, dataDirectory] = [join(folder, 'backups'), join(folder, 'data')]
  await mkdir(directory)
  await mkdir(dataDirectory)
  await writeFile(join(dataDirectory, 'secret-key'), 'a secret')
  parts = {
    db,
    databaseUrl: db.url,
    dataDirectory,
    version: '0.1.0',
    config: { directory, everyHours: 24, keepDays: 30, passphrase: 'correct horse battery' },
    clock: systemClock,
    log: makeLog('silent'),
  }
})
afterEach(() => rm(folder, { recursive: true }))

const hour = 3_600_000
const nowMs = Date.parse('2031-05-01T12:00:00Z')
const ago = (hours: number) => new Date(nowMs - hours * hour).toISOString()

it.each([
  ['never taken, and calm', { endedAt: null }, { calm: true }, true],
  ['never taken, and many buy', { endedAt: null }, { calm: false }, false],
  [
    'never taken, and many buy for a day',
    { endedAt: null },
    { calm: false, startedMs: nowMs - 24 * hour },
    true,
  ],
  ['young', { endedAt: ago(23.9) }, { calm: true }, false],
  ['old enough, and calm', { endedAt: ago(24) }, { calm: true }, true],
  ['old enough, and many buy', { endedAt: ago(30) }, { calm: false }, false],
  ['waited a day for calm', { endedAt: ago(48) }, { calm: false }, true],
  [
    'failed a minute ago',
    { endedAt: ago(30), failingSince: ago(1) },
    { calm: true, triedMs: nowMs - 60_000 },
    false,
  ],
  [
    'failed a while ago',
    { endedAt: ago(30), failingSince: ago(1) },
    { calm: true, triedMs: nowMs - hour },
    true,
  ],
])('is due or not: %s', (_name, chore, now, due) => {
  const at = { nowMs, triedMs: Number.NEGATIVE_INFINITY, startedMs: nowMs, ...now }
  expect(isDue({ failingSince: null, ...chore }, at, { everyHours: 24 })).toBe(due)
})

it('takes a whole one, with the secrets sealed, and removes its own old ones and nobody else’s', async () => {
  const { directory } = parts.config
  const prefix = prefixOf((await readInstallation(db)).id)
  const days = 24 * hour
  const old = nameOf(prefix, Date.now() - 31 * days)
  const young = nameOf(prefix, Date.now() - 29 * days)
  const foreign = nameOf(prefixOf(crypto.randomUUID()), Date.now() - 90 * days)
  for (const name of [old, young, foreign, 'notes.txt']) await writeFile(join(directory, name), name)
  const report = await takeTimedBackup(parts)
  const names = await readdir(directory)
  expect(names.toSorted()).toEqual(
    [young, foreign, 'notes.txt', report?.file.slice(directory.length + 1) ?? ''].toSorted(),
  )
  const { manifest } = await openArchive(report?.file ?? '')
  expect(manifest.files).toEqual(['secret-key'])
  expect(await readChore(db, 'backup')).toMatchObject({
    failingSince: null,
    report: { bytes: report?.bytes },
  })
})

it('is taken by one process at a time', async () => {
  const other = await db.connect()
  await tryLockChore(other, 'backup')
  expect(await takeTimedBackup(parts)).toBeNull()
  await other.close()
  expect(await readdir(parts.config.directory)).toEqual([])
})

it('a disk that is not there is not filled in, and said to fail until it is back', async () => {
  const { directory } = parts.config
  await rm(directory, { recursive: true })
  const stop = startTimedBackups(parts)
  const failed = await waitFor('the failure', async () => {
    const chore = await readChore(db, 'backup')
    return chore.failingSince !== null && chore
  })
  await stop()
  expect(failed.problem).toContain(directory)
  expect(failed.endedAt).toBeNull()
  expect(await readdir(folder)).toEqual(['data'])
  await mkdir(directory)
  await takeTimedBackup(parts)
  expect(await readChore(db, 'backup')).toMatchObject({ failingSince: null, problem: null })
})

it('a disk without room for another one is named before it is full', async () => {
  await db.execute(`insert into platform.chores (name, report) values ('backup', '{"bytes": 1e18}')`)
  await expect(takeTimedBackup(parts)).rejects.toThrow('MB left')
  expect(await readdir(parts.config.directory)).toEqual([])
})

it('a file in the folder that it holds is refused', async () => {
  const config = { ...parts.config, directory: parts.dataDirectory }
  await expect(takeTimedBackup({ ...parts, config })).rejects.toThrow('elsewhere')
})
