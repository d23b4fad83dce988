// The cluster on the disk: made once, aside, and moved to its place when it is whole. A cluster
// that is there is never removed or made again, whatever state it is in.
import { randomBytes } from 'node:crypto'
import {
  chown,
  cp,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { StartError } from '../../process/start-error.ts'
import type { Runner } from './runner.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/** The major version of the binaries that come with us. */
export const majorVersion = '18'

export interface ClusterPaths {
  readonly directory: string
  readonly data: string
  readonly password: string
}

export function clusterPathsIn(directory: string): ClusterPaths {
  return { directory, data: join(directory, 'cluster'), password: join(directory, 'password') }
}

const absent = (error: NodeJS.ErrnoException) => {
  if (error.code === 'ENOENT') return null
  throw error
}

/** Makes the folder of a new shop, or refuses with what is wrong with the path. */
export async function prepareDirectory(directory: string): Promise<void> {
  const probe = join(directory, `.writable-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(directory, { recursive: true })
    await writeFile(probe, '')
    await rm(probe)
  } catch (error) {
    throw new StartError(
      `the data directory cannot be used: ${(error as Error).message}; set DATA_DIR to a folder that this user may write`,
      { cause: error },
    )
  }
}

/**
 * The uid of the cluster's owner, or null when there is no cluster yet. Only a missing folder or an
 * empty one means that there is none. Anything else that is not a whole cluster of our version and
 * our user stops the start and stays as it is.
 */
export async function findCluster({ directory, data }: ClusterPaths): Promise<number | null> {
  const found = await stat(data).catch(absent)
  if (found === null) return null
  if (!found.isDirectory()) throw new StartError(`${data} is not a folder; move it away, and start again`)
  await refuseOtherOwner(found.uid, dirname(directory))
  const version = await readVersion(data)
  if (version === null) {
    if ((await readdir(data)).length === 0) return null
    throw new StartError(
      `${data} holds files, but no PG_VERSION, so Postgres cannot use it; nothing was changed. If your shop's data is there, ` +
        `put the file back (its text is the version that made it, now ${majorVersion}) or restore the folder from a backup; ` +
        'else move the folder away, and start again',
    )
  }
  if (version !== majorVersion)
    throw new StartError(
      `${data} was made by Postgres ${version || 'without a version'}, and this is Postgres ${majorVersion}; nothing was changed. ` +
        `Start the version of Holdfast that made it, or run a Postgres ${version} on it yourself and set DATABASE_URL`,
    )
  return found.uid
}

async function readVersion(data: string): Promise<string | null> {
  const file = join(data, 'PG_VERSION')
  try {
    return (await readFile(file, 'utf8').catch(absent))?.trim() ?? null
  } catch (error) {
    throw new StartError(
      `${file} cannot be read: ${(error as Error).message}; nothing was changed. ` +
        'Start as the user who owns it, or give this user the right to read the folder',
      { cause: error },
    )
  }
}

/**
 * Two users on one data directory would leave each other files that the other may not read. Root
 * may have given the cluster, and nothing else, to a user for services.
 */
async function refuseOtherOwner(clusterUid: number, dataDirectory: string): Promise<void> {
  const uid = process.getuid?.()
  const owner = uid === 0 ? (await stat(dataDirectory)).uid : clusterUid
  if (uid === undefined || uid === owner) return
  throw new StartError(
    `${dataDirectory} belongs to user ${owner}, and this start runs as user ${uid}; nothing was changed. Start as user ${owner}, ` +
      `or hand the folder over while the shop is stopped: chown -R ${nameOfSelf(uid)} '${dataDirectory}'`,
  )
}

function nameOfSelf(uid: number): string {
  try {
    return userInfo().username
  } catch {
    return String(uid)
  }
}

const unfinished = /^\.cluster-[0-9a-f]{16}$/

/** A kill at any moment leaves no cluster, or a whole one. */
export async function createCluster(
  { directory, data, password }: ClusterPaths,
  binaries: Binaries,
  runner: Runner,
): Promise<void> {
  await giveTo(runner, directory)
  await removeUnfinished(directory)
  const made = join(directory, `.cluster-${randomBytes(8).toString('hex')}`)
  await mkdir(made, { mode: 0o700 })
  await giveTo(runner, made)
  await makePassword(password)
  await giveTo(runner, password)
  await initdb(binaries, runner, [
    `--pgdata=${made}`,
    '--username=holdfast',
    '--auth=scram-sha-256',
    `--pwfile=${password}`,
    '--encoding=UTF8',
    '--locale=C',
    '--lc-messages=C',
  ])
  await rename(made, data)
  await syncDirectory(directory)
}

async function giveTo({ owner }: Runner, path: string): Promise<void> {
  if (process.getuid?.() === 0 && owner.uid !== 0) await chown(path, owner.uid, owner.gid)
}

/** What a killed creation left: a name that only we give, and never started. */
async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!unfinished.test(name)) continue
    const path = join(directory, name)
    if ((await stat(join(path, 'postmaster.opts')).catch(absent)) === null)
      await rm(path, { recursive: true })
  }
}

/** Moved to its place when it is whole. One that is there stays. */
async function makePassword(file: string): Promise<void> {
  const found = await readFile(file, 'utf8').catch(absent)
  if (found?.trim()) return
  const made = `${file}.new`
  await writeFile(made, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600, flush: true })
  await rename(made, file)
}

export async function readPassword({ password, data }: ClusterPaths): Promise<string> {
  const text = await readFile(password, 'utf8').catch((error: Error) => {
    throw new StartError(
      `${password} holds the password of the database in ${data}, and cannot be read: ${error.message}; ` +
        'put the file back from a backup',
      { cause: error },
    )
  })
  return text.trim()
}

/**
 * initdb hands its own path to a shell in double quotes. From a path that these do not cover, it
 * runs as a copy elsewhere.
 */
async function initdb(binaries: Binaries, runner: Runner, args: readonly string[]): Promise<void> {
  const { initdb: program } = binaries
  if (!/["$`\\\n]/.test(program)) return runInitdb(runner, program, args)
  const copy = await mkdtemp(join(tmpdir(), 'holdfast-initdb-'))
  try {
    await cp(dirname(dirname(program)), join(copy, 'native'), { recursive: true, verbatimSymlinks: true })
    await giveTo(runner, copy)
    await runInitdb(runner, join(copy, 'native', 'bin', 'initdb'), args)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function runInitdb(runner: Runner, program: string, args: readonly string[]): Promise<void> {
  await runner.exec(program, args).catch((error: Error & { stderr?: string }) => {
    const lines = (error.stderr || error.message).trim().split('\n')
    const reason = lines.find((line) => line.includes('error:')) ?? lines.at(-1)
    throw new StartError(
      `Postgres could not make its data: ${reason}; free space, or set DATA_DIR to another disk`,
      {
        cause: error,
      },
    )
  })
}

/** A rename is on the disk when its folder is. Windows cannot, and does not need to. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
