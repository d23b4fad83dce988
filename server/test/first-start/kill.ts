// Kills the first start of a shop at a chosen moment, and starts it again on what was left.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ShowView } from '@holdfast/contract'
import { demoAccountFile } from '../../src/platform/http/operators.ts'
import { freePort } from '../../src/platform/process/ports.ts'
import { makeClient } from '../client.ts'
import { isAlive } from '../flows/shop-process.ts'
import { shopProgram } from '../programs.ts'

const demoShows = 2

interface Started {
  readonly child: ChildProcess
  readonly port: string
  output(): string
}

async function launch(directory: string): Promise<Started> {
  const port = String(await freePort())
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', shopProgram()], {
    env: {
      ...process.env,
      RATE_LIMITS: 'off',
      DEMO: '1',
      LOG_LEVEL: 'error',
      PORT: port,
      SANDBOX_PORT: String(await freePort()),
      DATA_DIR: directory,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return { child, port, output: () => said }
}

/**
 * Everything that works for the shop in `directory`: what has the path in its environment, and what
 * is at home there.
 */
async function processesOf(directory: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid)
  const belongs = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      const home = await readlink(`/proc/${pid}/cwd`).catch(() => '')
      return environment.includes(`DATA_DIR=${directory}\0`) || home.startsWith(`${directory}/`)
    }),
  )
  return pids.filter((_, index) => belongs[index])
}

async function killAll(directory: string): Promise<void> {
  for (let left = await processesOf(directory); left.length > 0; left = await processesOf(directory)) {
    for (const pid of left) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
    await pause(5)
  }
}

export interface KillPoint {
  readonly afterMs: number
  /**
   * `shop`: its main process alone, and Postgres and the sandbox live on. `all`: everything, as in
   * a power cut.
   */
  readonly victim: 'shop' | 'all'
}

/** How long a whole first start takes in `directory`; then it is stopped. */
export async function timeFirstStart(directory: string): Promise<number> {
  const startMs = performance.now()
  const { child, output } = await launch(directory)
  while (!output().includes('Holdfast is ready')) {
    if (child.exitCode !== null) throw new Error(`the shop ended at its start: ${output()}`)
    await pause(10)
  }
  const tookMs = performance.now() - startMs
  child.kill('SIGTERM')
  await once(child, 'exit')
  return tookMs
}

/** Throws when the shop that is started after the kill is not ready, or its demo is not whole. */
export async function killFirstStart(directory: string, { afterMs, victim }: KillPoint): Promise<void> {
  const first = await launch(directory)
  await Promise.race([pause(afterMs), once(first.child, 'exit')])
  if (victim === 'all') await killAll(directory)
  else first.child.kill('SIGKILL')
  if (first.child.exitCode === null && first.child.signalCode === null) await once(first.child, 'exit')
  const second = await launch(directory)
  try {
    while (!second.output().includes('Holdfast is ready')) {
      if (second.child.exitCode !== null)
        throw new Error(`killed after ${afterMs} ms (${victim}), it does not start: ${second.output()}`)
      await pause(20)
    }
    const listed = await makeClient(`http://127.0.0.1:${second.port}`).call<{ items: ShowView[] }>(
      'GET',
      '/api/shows',
    )
    const account = JSON.parse(await readFile(join(directory, demoAccountFile), 'utf8')) as {
      id?: string
      complete?: boolean
    }
    if (listed.body.items.length !== demoShows || !account.complete || !account.id)
      throw new Error(
        `killed after ${afterMs} ms (${victim}), the demo has ${listed.body.items.length} shows`,
      )
    second.child.kill('SIGTERM')
    const [code] = (await once(second.child, 'exit')) as [number | null]
    if (code !== 0)
      throw new Error(`killed after ${afterMs} ms (${victim}), it does not stop: ${second.output()}`)
  } finally {
    await killAll(directory)
  }
}
