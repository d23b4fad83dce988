// The embedded card sandbox as a process of its own beside the shop. It ends when we do, however we end.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Config, ProcessorConfig } from './config.ts'
import { webhookTypes } from './payments/webhook-types.ts'

const fromSources = import.meta.filename.endsWith('.ts')
const program = fromSources
  ? join(import.meta.dirname, '..', '..', 'sandbox', 'src', 'main.ts')
  : join(import.meta.dirname, '..', 'sandbox', 'main.js')

const startWithinMs = 20_000
const stopWithinMs = 5_000

/** Starts the sandbox, waits until it answers, and returns how to stop it. */
export async function startSandboxProcess(
  config: Config,
  processor: Extract<ProcessorConfig, { kind: 'sandbox' }>,
): Promise<() => Promise<void>> {
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
  const deadlineMs = performance.now() + startWithinMs
  while (!(await answers(processor.port))) {
    if (child.exitCode !== null) throw new Error(`the card sandbox ended at its start: ${lastWords}`)
    if (performance.now() > deadlineMs) throw new Error('the card sandbox does not answer')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return async () => {
    child.kill('SIGTERM')
    const killer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs)
    await ended
    clearTimeout(killer)
  }
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
