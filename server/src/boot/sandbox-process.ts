// The embedded card sandbox as a process of its own beside the shop. It ends when we do, however we end.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Config, ProcessorConfig } from '../config/config.ts'
import { webhookTypes } from '../payments/webhook/types.ts'
import type { Log } from '../platform/process/log.ts'

const fromSources = import.meta.filename.endsWith('.ts')
const program = fromSources
  ? join(import.meta.dirname, '..', '..', '..', 'sandbox', 'src', 'main.ts')
  : join(import.meta.dirname, '..', 'sandbox', 'main.js')

const startWithinMs = 20_000
const stopWithinMs = 5_000

const restartAfterMs = 1_000

/** Starts the sandbox, waits until it answers, and returns how to stop it. One that dies meanwhile is started again. */
export async function startSandboxProcess(
  config: Config,
  processor: Extract<ProcessorConfig, { kind: 'sandbox' }>,
  log: Log,
): Promise<() => Promise<void>> {
  let running = await run(config, processor)
  let restart: NodeJS.Timeout | undefined
  let stopped = false
  const watch = () => {
    running.ended.then(() => {
      if (stopped) return
      log.error({ lastWords: running.lastWords() }, 'the card sandbox ended; it is started again')
      restart = setTimeout(() => {
        running = launch(config, processor)
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

function launch(config: Config, processor: Extract<ProcessorConfig, { kind: 'sandbox' }>): Running {
  const child = fork(program, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Started with the same flags of Node as we were: `fork` hands them on.
    env: {
      ...process.env,
      SANDBOX_PORT: String(processor.port),
      SANDBOX_HOST: config.host,
      // The name that the shop's policy lets browsers frame; an address is another origin to them.
      SANDBOX_PUBLIC_URL: `http://localhost:${processor.port}`,
      DATA_DIR: config.dataDirectory,
      SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${config.port}/api/payments/webhooks/stripe`,
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

async function run(config: Config, processor: Extract<ProcessorConfig, { kind: 'sandbox' }>): Promise<Running> {
  const running = launch(config, processor)
  const deadlineMs = performance.now() + startWithinMs
  while (!(await answers(processor.port))) {
    if (running.hasEnded()) throw new Error(`the card sandbox quit while starting: ${running.lastWords()}`)
    if (performance.now() > deadlineMs) throw new Error('the card sandbox is not responding')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return running
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/_sandbox/health`, { signal: AbortSignal.timeout(1_000) })
    return response.ok
  } catch {
    // Nobody listens yet.
    return false
  }
}
