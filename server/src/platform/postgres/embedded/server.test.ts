// The embedded Postgres: found again after a kill, never mistaken for another process, at home
// where only root may enter.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { waitFor } from '../../../../test/wait.ts'
import { makeLog } from '../../process/log.ts'
import { freePort } from '../../process/ports.ts'
import { identityOf } from '../../process/process-identity.ts'
import { StartError } from '../../process/start-error.ts'
import { makeDatabase, sql } from '../database.ts'
import { keepPostgresRunning } from './keep-running.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './server.ts'

let base: string
let running: EmbeddedPostgres[]
const isRoot = userInfo().uid === 0

beforeEach(async () => {
  running = []
  // Made with 0700: as root, nobody else may walk through it.
  base = await mkdtemp(join(tmpdir(), 'holdfast-embedded-'))
})
afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop()
  await rm(base, { recursive: true, force: true })
})

const start = async (directory: string) => {
  const progress: string[] = []
  const postgres = await startEmbeddedPostgres(directory, (text) => progress.push(text))
  running.push(postgres)
  return { postgres, progress }
}

async function ask<Row>(url: string, text: string): Promise<Row[]> {
  const db = makeDatabase({ url, maxConnections: 1 })
  try {
    return await db.query<Row>(sql('', text))
  } finally {
    await db.close()
  }
}

test('a second start finds the server that a killed shop left running, and a third one the data', async () => {
  const directory = join(base, 'deep', 'data')
  const first = await start(directory)
  expect(first.progress).toEqual(['Creating the database (first start only)'])
  await ask(first.postgres.url, 'create table kept (n int)')
  const [settings] = await ask(
    first.postgres.url,
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_user as who`,
  )
  expect(settings).toEqual({ fsync: 'on', commit: 'on', who: 'holdfast' })
  const second = await start(directory)
  expect(second.progress).toEqual([])
  expect(second.postgres.url).toBe(first.postgres.url)
  await second.postgres.stop()
  running.length = 0
  const third = await start(directory)
  expect(third.progress).toEqual([])
  expect(await ask(third.postgres.url, 'select count(*) as n from kept')).toEqual([{ n: 0 }])
})

test('the log that a rush writes is there before it begins, and is not made twice', async () => {
  const log = async (url: string) => {
    const [found] = await ask<{ segments: number; bytes: number }>(
      url,
      'select count(*)::int as segments, (pg_current_wal_lsn() - $$0/0$$)::float8 as bytes from pg_ls_waldir()',
    )
    return found ?? { segments: 0, bytes: 0 }
  }
  const directory = join(base, 'data')
  const first = await start(directory)
  const made = await log(first.postgres.url)
  expect(made.segments).toBe(16)
  await first.postgres.stop()
  running.length = 0
  const second = await start(directory)
  const found = await log(second.postgres.url)
  expect(found.segments).toBe(16)
  expect(found.bytes - made.bytes, 'bytes of log since').toBeLessThan(2 ** 20)
})

test('a pid file whose number belongs to another process now does not hold up the start', async () => {
  const directory = join(base, 'data')
  const first = await start(directory)
  await ask(first.postgres.url, 'create table kept (n int)')
  const pidFile = join(directory, 'cluster', 'postmaster.pid')
  const text = await readFile(pidFile, 'utf8')
  await first.postgres.stop()
  running.length = 0
  // As after a power cut: the file stayed, and its number was given to another process of the same
  // user.
  const { uid, gid } = await stat(join(directory, 'cluster'))
  const other = spawn(
    process.execPath,
    ['-e', 'setInterval(() => {}, 1000)'],
    isRoot ? { uid, gid, cwd: '/' } : {},
  )
  onTestFinished(() => void other.kill('SIGKILL'))
  await writeFile(pidFile, text.replace(/^\d+/, String(other.pid)))
  const second = await start(directory)
  expect(await ask(second.postgres.url, 'select count(*) as n from kept')).toEqual([{ n: 0 }])
})

test('a pid file whose number belongs to the Postgres of another cluster now does not hold up the start', async () => {
  const [directory, elsewhere] = [join(base, 'data'), join(base, 'other')]
  const first = await start(directory)
  await ask(first.postgres.url, 'create table kept (n int)')
  const pidFile = join(directory, 'cluster', 'postmaster.pid')
  const text = await readFile(pidFile, 'utf8')
  await first.postgres.stop()
  running.length = 0
  await start(elsewhere)
  const [otherPid = ''] = (await readFile(join(elsewhere, 'cluster', 'postmaster.pid'), 'utf8')).split('\n')
  await writeFile(pidFile, text.replace(/^\d+/, otherPid))
  const second = await start(directory)
  expect(await ask(second.postgres.url, 'select count(*) as n from kept')).toEqual([{ n: 0 }])
})

test('what a killed creation left is removed, and nothing else', async () => {
  const directory = join(base, 'data')
  const leftover = join(directory, '.cluster-0123456789abcdef')
  const served = join(directory, '.cluster-fedcba9876543210')
  const foreign = join(directory, 'cluster.new')
  for (const path of [leftover, served, foreign]) {
    await mkdir(path, { recursive: true })
    await writeFile(join(path, 'rubbish'), '')
  }
  // A server ran in it: however it came by that name, it may hold a shop.
  await writeFile(join(served, 'postmaster.opts'), '')
  const { postgres } = await start(directory)
  expect(await ask(postgres.url, 'select 1 as n')).toEqual([{ n: 1 }])
  expect(existsSync(leftover)).toBe(false)
  expect([existsSync(join(served, 'rubbish')), existsSync(join(foreign, 'rubbish'))]).toEqual([true, true])
})

const cluster = (...files: readonly [name: string, text: string][]) => {
  return async () => {
    const path = join(base, 'data', 'postgres', 'cluster')
    await mkdir(path, { recursive: true })
    for (const [name, text] of files) await writeFile(join(path, name), text)
  }
}
const refusals: [name: string, prepare: () => Promise<unknown>, message: RegExp][] = [
  [
    'a cluster without PG_VERSION',
    cluster(['base', 'orders']),
    /cluster holds files, but no PG_VERSION.*restore/s,
  ],
  [
    'a PG_VERSION that cannot be read',
    async () => mkdir(join(base, 'data', 'postgres', 'cluster', 'PG_VERSION'), { recursive: true }),
    /PG_VERSION cannot be read.*nothing was changed.*right to read/s,
  ],
  [
    'an older major version',
    cluster(['PG_VERSION', '17\n']),
    /made by Postgres 17, and this is Postgres 18.*DATABASE_URL/s,
  ],
  ['a newer major version', cluster(['PG_VERSION', '19\n']), /made by Postgres 19, and this is Postgres 18/],
  ['an empty PG_VERSION', cluster(['PG_VERSION', '']), /without a version/],
  [
    'a cluster without its password',
    cluster(['PG_VERSION', '18\n']),
    /postgres\/password holds the password.*backup/s,
  ],
  [
    'a file where the cluster should be',
    async () => {
      await mkdir(join(base, 'data', 'postgres'), { recursive: true })
      await writeFile(join(base, 'data', 'postgres', 'cluster'), 'text')
    },
    /cluster is not a folder; move it away/,
  ],
  [
    'a file where the data directory should be',
    async () => writeFile(join(base, 'data'), ''),
    /cannot be used: .*set DATA_DIR/,
  ],
]
if (isRoot)
  refusals.push([
    'a cluster of another user',
    async () => {
      await cluster(['PG_VERSION', '18\n'])()
      await chown(join(base, 'data'), 12_345, 12_345)
    },
    /belongs to user 12345, and this start runs as user 0.*chown -R root/s,
  ])

test.each(refusals)(
  '%s stops the start with cause, path and cure, and stays as it is',
  async (_, prepare, message) => {
    await prepare()
    const before = await treeOf(base)
    await expect(start(join(base, 'data', 'postgres'))).rejects.toThrow(message)
    await expect(start(join(base, 'data', 'postgres'))).rejects.toThrow(StartError)
    expect(await treeOf(base)).toEqual(before)
  },
)

async function treeOf(directory: string): Promise<string[]> {
  return (await readdir(directory, { recursive: true })).toSorted()
}

const postmasterOf = async (directory: string) =>
  Number.parseInt(await readFile(join(directory, 'cluster', 'postmaster.pid'), 'utf8'), 10)

test('a killed server is started again at the same address, and one that cannot be is given up', async () => {
  const directory = join(base, 'data')
  const { postgres } = await start(directory)
  await ask(postgres.url, 'create table kept (n int)')
  let lost: Error | undefined
  const stopKeeping = keepPostgresRunning({
    postgres,
    log: makeLog('silent'),
    givesUpAfterMs: 0,
    onLost: (reason) => {
      lost = reason
    },
  })
  const killed = await postmasterOf(directory)
  process.kill(killed, 'SIGKILL')
  await waitFor('the server again', async () => {
    const found = await postmasterOf(directory).catch(() => killed)
    return found !== killed && (await ask(postgres.url, 'select count(*) from kept').catch(() => false))
  })
  expect(lost).toBeUndefined()
  await rename(join(directory, 'cluster', 'global'), join(base, 'global'))
  process.kill(await postmasterOf(directory), 'SIGKILL')
  const reason = await waitFor('it is given up', () => lost)
  expect(reason.message).toMatch(/does not start: .*global/)
  await stopKeeping()
})

test('a server is stopped by the process that started it, or by the next one after a kill', async () => {
  const directory = join(base, 'data')
  const first = await start(directory)
  expect(first.postgres).toMatchObject({ started: true, ours: true })
  const startedBy = (identity: string | null) => writeFile(join(directory, 'started-by'), `${identity}\n`)
  await startedBy(await identityOf(process.ppid))
  expect((await start(directory)).postgres).toMatchObject({ started: false, ours: false })
  await startedBy(`${process.ppid} 12345 another boot`)
  expect((await start(directory)).postgres).toMatchObject({ started: false, ours: true })
})

test('the data stays ours, and the server never sees itself as root', async () => {
  const directory = join(base, 'data')
  const { postgres } = await start(directory)
  expect(await ask(postgres.url, 'select 1 as n')).toEqual([{ n: 1 }])
  const { uid } = await stat(join(directory, 'cluster'))
  expect(uid).toBe(userInfo().uid)
  if (!isRoot) return
  // It sees itself as another user: its user namespace is not ours.
  const namespaceOf = (pid: number | 'self') => readlink(`/proc/${pid}/ns/user`)
  expect(await namespaceOf(await postmasterOf(directory))).not.toBe(await namespaceOf('self'))
})

test('ports are not among those that an outgoing connection may take before they are listened on, and differ', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort))
  expect(Math.max(...ports)).toBeLessThan(32_768)
  expect(Math.min(...ports)).toBeGreaterThan(1_024)
  expect(new Set(ports).size).toBeGreaterThan(15)
})
