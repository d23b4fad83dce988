// A real nats-server for tests: a port and a store of its own, to be killed, wiped and set back
// without mercy.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../src/platform/process/ports.ts'

export interface NatsServer {
  readonly port: number
  readonly url: string
  readonly isRunning: boolean
  /** Resolves when it takes connections. */
  start(): Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGSTOP, and later SIGCONT. False when there is nothing to stop. */
  freeze(): boolean
  thaw(): void
  /** Takes everything out of the store. Only while it is down. */
  wipe(): Promise<void>
  /** Copies the store; what it gives back sets the store back to that. Only while it is down. */
  copy(): Promise<() => Promise<void>>
  /** Kills it and takes its files away. */
  remove(): Promise<void>
}

const candidates = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server']

function findProgram(): string {
  const found = [process.env['NATS_SERVER_PATH'], ...candidates].find((path) => path && existsSync(path))
  if (!found) throw new Error('nats-server is not installed: install it, or set NATS_SERVER_PATH to one')
  return found
}

/** Not started yet. `settings` go into its configuration as they are. */
export async function makeNatsServer(settings: readonly string[] = []): Promise<NatsServer> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-nats-'))
  const store = join(directory, 'store')
  const configuration = join(directory, 'nats.conf')
  const port = await freePort()
  const lines = ['host: "127.0.0.1"', `port: ${port}`, `jetstream { store_dir: "${store}" }`, ...settings]
  await writeFile(configuration, lines.join('\n'))
  let child: ChildProcess | undefined
  // A test that ends in the middle leaves no broker behind.
  process.once('exit', () => child?.kill('SIGKILL'))

  const kill = async () => {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const gone = new Promise((resolve) => running.once('exit', resolve))
    running.kill('SIGKILL')
    await gone
  }
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    get isRunning() {
      return child !== undefined
    },
    start: () =>
      new Promise((resolve, reject) => {
        const started = spawn(findProgram(), ['-c', configuration], { stdio: ['ignore', 'ignore', 'pipe'] })
        child = started
        let said = ''
        started.once('error', reject)
        started.once('exit', () => reject(new Error(`nats-server ended: ${said}`)))
        started.stderr?.on('data', (chunk: Buffer) => {
          said += chunk.toString()
          if (said.includes('Server is ready')) resolve()
        })
      }),
    kill,
    freeze: () => child?.kill('SIGSTOP') === true,
    thaw: () => {
      child?.kill('SIGCONT')
    },
    wipe: () => rm(store, { recursive: true, force: true }),
    async copy() {
      const kept = await mkdtemp(join(directory, 'copy-'))
      await cp(store, kept, { recursive: true })
      return async () => {
        await rm(store, { recursive: true, force: true })
        await cp(kept, store, { recursive: true })
      }
    },
    async remove() {
      await kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
