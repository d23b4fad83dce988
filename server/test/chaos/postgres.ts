// A Postgres of this run's own that can be killed, stopped and frozen, and that is started again
// afterwards. Its data is never touched.
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/postgres/embedded/server.ts'
import { waitFor } from '../wait.ts'

export interface ChaosPostgres {
  /** Null while it is down. */
  readonly port: number | null
  readonly password: string
  /** SIGKILL for the postmaster; its children notice and go. */
  killServer(): Promise<void>
  /** SIGKILL for one backend: the server takes all the others down and recovers. */
  killBackend(): Promise<boolean>
  /** A clean restart, as of an upgrade: connections are ended. */
  restart(): Promise<void>
  /** Until it takes connections again, whatever happened to it. */
  start(): Promise<void>
  /** SIGSTOP for all of it. */
  freeze(): Promise<void>
  thaw(): void
  end(): Promise<void>
}

const startWithinMs = 120_000

export async function startPostgres(directory: string): Promise<ChaosPostgres> {
  let server: EmbeddedPostgres = await startEmbeddedPostgres(directory, () => undefined)
  let port: number | null = portOf(server)
  let frozen: readonly number[] = []
  let ending = false
  const password = (await readFile(join(directory, 'password'), 'utf8')).trim()
  const postmaster = async () =>
    Number.parseInt(await readFile(join(directory, 'cluster', 'postmaster.pid'), 'utf8').catch(() => '0'), 10)

  const start = async () => {
    // A run that is given up in the middle of a restart leaves nothing behind.
    if (ending) return
    // Children of a killed server may still hold its memory for a moment: the start is refused
    // until they are gone.
    let reason: unknown
    const tryToStart = () =>
      startEmbeddedPostgres(directory, () => undefined).catch((error: unknown) => {
        reason = error
        return null
      })
    server = await waitFor('Postgres started', tryToStart, startWithinMs).catch((cause: unknown) => {
      throw reason === undefined
        ? cause
        : new Error(`Postgres does not start again: ${String(reason)}`, { cause })
    })
    port = portOf(server)
  }
  const thaw = () => {
    for (const pid of frozen) signal(pid, 'SIGCONT')
    frozen = []
  }
  return {
    get port() {
      return port
    },
    password,
    start,
    async killServer() {
      const pid = await postmaster()
      port = null
      signal(pid, 'SIGKILL')
      await start()
    },
    async killBackend() {
      const clients = childrenOf(await postmaster()).filter(({ title }) => /: holdfast .*\(\d+\)/.test(title))
      const [first] = clients
      return first !== undefined && signal(first.pid, 'SIGKILL')
    },
    async restart() {
      // On a machine that is busy with other things the last checkpoint may take longer than the
      // server is given.
      await server.stop().catch(async () => signal(await postmaster(), 'SIGKILL'))
      port = null
      await start()
    },
    async freeze() {
      const pid = await postmaster()
      frozen = [pid, ...childrenOf(pid).map((child) => child.pid)]
      for (const each of frozen) signal(each, 'SIGSTOP')
    },
    thaw,
    async end() {
      ending = true
      thaw()
      // It may be down already, or on its way up: then it is found by its own file.
      const stopped = await server.stop().then(
        () => true,
        () => false,
      )
      if (!stopped) signal(await postmaster(), 'SIGKILL')
    },
  }
}

function portOf({ url }: EmbeddedPostgres): number {
  return Number(new URL(url).port)
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  // While it starts there is no number yet, and 0 would be ourselves.
  if (!(pid > 1)) return false
  try {
    return process.kill(pid, name)
  } catch {
    // Gone already.
    return false
  }
}

function childrenOf(parent: number): { pid: number; title: string }[] {
  const listed = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return listed.split('\n').flatMap((line) => {
    const [, pid, ppid, title = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return Number(ppid) === parent ? [{ pid: Number(pid), title }] : []
  })
}
