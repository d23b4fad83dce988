// The embedded card sandbox as a process of its own beside the shop. It ends when we do, however we
// end.
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Config, ProcessorConfig } from '../config/config.ts'
import { reachedAt } from '../config/hosts.ts'
import { webhookTypes } from '../payments/webhook/types.ts'
import type { Log } from '../platform/process/log.ts'

const fromSources = import.meta.filename.endsWith('.ts')
const program = fromSources
  ? join(import.meta.dirname, '..', '..', '..', 'sandbox', 'src', 'main.ts')
  : join(import.meta.dirname, '..', 'sandbox', 'main.js')

/** A machine that is starved of its processor needs long; a sandbox that gives up ends at once. */
const startWithinMs = 60_000
const stopWithinMs = 5_000

const restartAfterMs = 1_000

type Sandbox = Extract<ProcessorConfig, { kind: 'sandbox' }>

/**
 * Starts the sandbox, waits until it answers, and returns how to stop it. One that dies meanwhile
 * is started again.
 */
export async function startSandboxProcess(
  config: Config,
  processor: Sandbox,
  log: Log,
): Promise<() => Promise<void>> {
  // What answers at the port without this id is somebody else's, whose payments are not ours.
  const instance = randomUUID()
  let running = await run(config, processor, instance)
  let restart: NodeJS.Timeout | undefined
  let stopped = false
  const watch = () => {
    running.ended.then(() => {
      if (stopped) return
      log.error({ lastWords: running.lastWords() }, 'the card sandbox ended; it is started again')
      restart = setTimeout(() => {
        running = launch(config, processor, instance)
        watch()
      }, restartAfterMs)
    }, unexpected)
  }
  const unexpected = (error: Error) => log.error({ err: error }, 'the card sandbox is not watched any more')
  watch()
  return async () => {
    stopped = true
    clearTimeout(restart)
    await running.stop()
  }
}

interface Running {
  readonly ended: Promise<void>
  hasEnded(): boolean
  lastWords(): string
  stop(): Promise<void>
}

/** Where the shop of this machine hears webhooks. */
function webhookUrl({ host, port }: Config): string {
  return `http://${reachedAt(host)}:${port}/api/payments/webhooks/stripe`
}

/**
 * This machine alone, also behind a proxy. Where the network reaches the shop and may reach the
 * sandbox: every address, because the shop itself calls it at 127.0.0.1.
 */
function listensAt({ host }: Config, { network }: Sandbox): string {
  const isLoopback = host === 'localhost' || host === '::1' || host.startsWith('127.')
  return network && !isLoopback ? '0.0.0.0' : '127.0.0.1'
}

function launch(config: Config, processor: Sandbox, instance: string): Running {
  const child = fork(program, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Started with the same flags of Node as we were: `fork` hands them on.
    env: {
      ...process.env,
      SANDBOX_PORT: String(processor.port),
      SANDBOX: processor.network ? 'on' : 'off',
      SANDBOX_HOST: listensAt(config, processor),
      // The shop's policy lets browsers frame this name; an address is another origin to them.
      SANDBOX_PUBLIC_URL: processor.origin,
      SANDBOX_ORIGINS: new URL(config.publicUrl).origin,
      SANDBOX_INSTANCE: instance,
      SANDBOX_TLS_CERT_FILE: '',
      SANDBOX_TLS_KEY_FILE: '',
      DATA_DIR: config.dataDirectory,
      SANDBOX_WEBHOOK_URL: webhookUrl(config),
      SANDBOX_WEBHOOK_SECRET: processor.webhookSecrets[0],
      SANDBOX_WEBHOOK_EVENTS: webhookTypes.join(','),
    },
  })
  let lastWords = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    lastWords = `${lastWords}${chunk.toString()}`.slice(-2_000)
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  return {
    ended,
    hasEnded,
    lastWords: () => lastWords,
    async stop() {
      if (hasEnded()) return
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
      await ended
      clearTimeout(killer)
    },
  }
}

/** The sentence with which the sandbox gave up, without Node's own warnings before it. */
function reasonIn(lastWords: string): string {
  const lines = lastWords.split('\n').filter((line) => line.startsWith('sandbox: '))
  return lines.at(-1)?.slice('sandbox: '.length) ?? `The card sandbox ended at its start: ${lastWords}`
}

async function run(config: Config, processor: Sandbox, instance: string): Promise<Running> {
  const running = launch(config, processor, instance)
  const deadlineMs = performance.now() + startWithinMs
  while (!(await isOurs(processor.port, instance))) {
    if (running.hasEnded()) throw new Error(reasonIn(running.lastWords()))
    if (performance.now() > deadlineMs) {
      await running.stop()
      throw new Error(
        `The card sandbox does not answer at port ${processor.port}; look at what uses that port.`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return running
}

async function isOurs(port: number, instance: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/_sandbox/health`, {
      signal: AbortSignal.timeout(1_000),
    })
    return response.ok && ((await response.json()) as { instance?: unknown }).instance === instance
  } catch {
    // Nobody listens yet, or something that is no sandbox does.
    return false
  }
}
