// The shop as people run it: a process of its own with its own Postgres and sandbox, to be killed
// without mercy.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reachedAt } from '../../src/config/hosts.ts'
import { shopProgram } from '../programs.ts'
import { waitFor } from '../wait.ts'

export interface ShopProcess {
  readonly url: string
  readonly pid: number
  readonly ended: Promise<number | null>
  /** Everything the process said. */
  output(): string
  /** Ends by a signal and waits until the process is gone. */
  end(signal: 'SIGTERM' | 'SIGINT'): Promise<number | null>
  /** SIGKILL for the shop, its sandbox and its Postgres, all at once. */
  killEverything(): Promise<void>
}

export interface ShopProgram {
  /** Another build of the shop. */
  readonly program?: string
  /** Node's. */
  readonly flags?: readonly string[]
  /** Who runs it: only root may say. */
  readonly uid?: number
}

export async function startShopProcess(
  environment: Readonly<Record<string, string>>,
  { program = shopProgram(), flags = [], uid }: ShopProgram = {},
): Promise<ShopProcess> {
  const { PORT: port = '', DATA_DIR: directory = '', HOST: host = '127.0.0.1' } = environment
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...flags, program], {
    env: {
      ...process.env,
      RATE_LIMITS: 'off',
      DEMO: '0',
      LOG_LEVEL: 'error',
      AUDIT_SECONDS: '5',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const url = `http://${reachedAt(host)}:${port}`
  await waitFor(
    'the shop ready',
    async () => {
      if (child.exitCode !== null) throw new Error(`the shop ended at its start: ${said}`)
      return fetch(`${url}/readyz`).then(
        (response) => response.ok,
        () => false,
      )
    },
    60_000,
  )
  return {
    url,
    pid: child.pid ?? 0,
    ended,
    output: () => said,
    end(signal) {
      child.kill(signal)
      return ended
    },
    async killEverything() {
      const pids = [child.pid ?? 0, ...childrenOf(child), ...postmasterOf(directory)]
      for (const pid of pids) killHard(pid)
      await ended
      await waitFor('all of it dead', () => pids.every((pid) => !isAlive(pid)))
    },
  }
}

function childrenOf(child: ChildProcess): number[] {
  const listed = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return listed
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, parent]) => (pid !== undefined && parent === child.pid ? [pid] : []))
}

function postmasterOf(directory: string): number[] {
  const line = readFileSync(join(directory, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]
  return line ? [Number.parseInt(line, 10)] : []
}

function killHard(pid: number): void {
  if (isAlive(pid)) process.kill(pid, 'SIGKILL')
}

/** A zombie that its parent has not yet buried counts as dead. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
