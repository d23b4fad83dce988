// Who runs Postgres. It refuses to run as root, and its tools look up the name of their user and
// check access with the real user id. So root, and a user without a name, run it in a user
// namespace: there they have another number, and outside of it all files stay their own. No account
// is ever created.
import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { platform, userInfo } from 'node:os'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { StartError } from '../../process/start-error.ts'

const run = promisify(execFile)

/** A way to run programs of Postgres. */
export interface Runner {
  /** The user who owns the cluster's files, seen from outside. */
  readonly owner: { readonly uid: number; readonly gid: number }
  exec(command: string, args: readonly string[]): Promise<void>
  spawn(command: string, args: readonly string[], options: SpawnOptions): ChildProcess
}

interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** What has to be in reach: the program, and the folder that will hold the cluster. */
interface Reach {
  readonly program: string
  readonly directory: string
  /** The cluster's owner, when there is a cluster. */
  readonly clusterUid: number | null
}

/** Windows knows no such numbers. */
const self = () => ({ uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 })

export async function chooseRunner(reach: Reach): Promise<Runner> {
  const { uid, gid } = self()
  if (uid !== 0 && hasName()) return runnerOf([], {}, { uid, gid })
  const users = await readUsers()
  const candidates: Runner[] = []
  if (reach.clusterUid === null || reach.clusterUid === uid)
    candidates.push(...inNamespace(users, { uid, gid }))
  if (uid === 0) candidates.push(...(await asOthers(users, reach)))
  for (const candidate of candidates) if (await reaches(candidate, reach)) return candidate
  throw new StartError(
    uid === 0
      ? `Postgres refuses to run as root, and no other user may enter ${reach.directory} and run ${reach.program}; ` +
          'start as an ordinary user, move the folder, allow user namespaces (unshare --user), or set DATABASE_URL'
      : `user ${uid} has no name on this machine, and Postgres needs one for its user; ` +
          'add a line for it to /etc/passwd, allow user namespaces (unshare --user), or set DATABASE_URL',
  )
}

function hasName(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

function runnerOf(before: readonly string[], identity: SpawnOptions, owner: Runner['owner']): Runner {
  const words = (command: string, args: readonly string[]): [string, string[]] => {
    const [first = command, ...rest] = [...before, command, ...args]
    return [first, rest]
  }
  return {
    owner,
    exec: async (command, args) => {
      await run(...words(command, args), { cwd: '/', ...identity })
    },
    spawn: (command, args, options) => spawn(...words(command, args), { cwd: '/', ...options, ...identity }),
  }
}

/** Any named user but root will do: outside of the namespace it is us. */
function inNamespace(users: readonly User[], owner: Runner['owner']): Runner[] {
  const user = users.find(({ name }) => name === 'nobody') ?? users[0]
  if (platform() !== 'linux' || !user) return []
  return [
    runnerOf(['unshare', '--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`, '--'], {}, owner),
  ]
}

/**
 * As root where there are no namespaces: the owner of the cluster or of a folder on the way to it,
 * or a user for services.
 */
async function asOthers(users: readonly User[], { directory, clusterUid }: Reach): Promise<Runner[]> {
  const uids = clusterUid === null ? await ownersOnTheWay(directory) : [clusterUid]
  const services =
    clusterUid === null ? users.filter(({ name }) => ['postgres', 'nobody'].includes(name)) : []
  return [...users.filter(({ uid }) => uids.includes(uid)), ...services].map(({ uid, gid }) =>
    runnerOf([], { uid, gid }, { uid, gid }),
  )
}

async function ownersOnTheWay(directory: string): Promise<number[]> {
  const owners = new Set<number>()
  for (let path = directory; path !== dirname(path); path = dirname(path)) owners.add((await stat(path)).uid)
  owners.delete(0)
  return [...owners]
}

async function readUsers(): Promise<User[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid, gid] = line.split(':')
    return Number(uid) > 0 && Number(gid) > 0 ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
}

/** The folder must be theirs to write, or they could make it theirs: as root we hand it over. */
async function reaches({ exec, owner }: Runner, { program, directory }: Reach): Promise<boolean> {
  const mine = self().uid === owner.uid
  return exec('test', ['-x', program, '-a', mine ? '-w' : '-x', mine ? directory : dirname(directory)]).then(
    () => true,
    () => false,
  )
}
