// The embedded Postgres: found again after a kill, never mistaken for another process, at home where only root may enter.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { makeDatabase, sql } from './database.ts'
import { type EmbeddedPostgres, freePort, startEmbeddedPostgres } from './embedded.ts'

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
  // As after a power cut: the file stayed, and its number was given to another process of the same user.
  const { uid, gid } = await stat(join(directory, 'cluster'))
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], isRoot ? { uid, gid, cwd: '/' } : {})
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

test('a cluster that was left half made is made again', async () => {
  const directory = join(base, 'data')
  await mkdir(join(directory, 'cluster'), { recursive: true })
  await writeFile(join(directory, 'cluster', 'rubbish'), '')
  const { postgres } = await start(directory)
  expect(await ask(postgres.url, 'select 1 as n')).toEqual([{ n: 1 }])
  expect(existsSync(join(directory, 'cluster', 'rubbish'))).toBe(false)
})

test('the server runs as the owner of its data, and never as root', async () => {
  const directory = join(base, 'data')
  const { postgres } = await start(directory)
  expect(await ask(postgres.url, 'select 1 as n')).toEqual([{ n: 1 }])
  const { uid } = await stat(join(directory, 'cluster'))
  if (isRoot) expect(uid).toBeGreaterThan(0)
  else expect(uid).toBe(userInfo().uid)
  if (!existsSync('/proc/self/status')) return
  const pid = Number.parseInt(await readFile(join(directory, 'cluster', 'postmaster.pid'), 'utf8'), 10)
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  expect(Number(/^Uid:\s+(\d+)/m.exec(status)?.[1])).toBe(uid)
})

test('ports are not among those that an outgoing connection may take before they are listened on, and differ', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort))
  expect(Math.max(...ports)).toBeLessThan(32_768)
  expect(Math.min(...ports)).toBeGreaterThan(1_024)
  expect(new Set(ports).size).toBeGreaterThan(15)
})
