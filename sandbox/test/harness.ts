// Starts a sandbox of its own for a test file, with the unmodified SDK pointed at it and a receiver
// for webhooks.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Stripe from 'stripe'
import { type Sandbox, type SandboxOptions, startSandbox } from '../src/index.ts'

export interface Bench {
  sandbox: Sandbox
  stripe: Stripe
  /** The SDK as a browser would hold it: with the publishable key. */
  publishable: Stripe
  dataDir: string
  post(path: string, body: Record<string, unknown>): Promise<Record<string, unknown>>
  close(): Promise<void>
}

export function sdk(url: string, key = 'sk_test_holdfast', retries = 0): Stripe {
  const { hostname, port } = new URL(url)
  return new Stripe(key, {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    telemetry: false,
    timeout: 5000,
    maxNetworkRetries: retries,
  })
}

export async function startBench(options: Partial<SandboxOptions> = {}): Promise<Bench> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sandbox-test-')))
  const sandbox = await startSandbox({ port: 0, webhookRetryMs: [20, 20, 20, 20, 20], ...options, dataDir })
  return {
    sandbox,
    stripe: sdk(sandbox.url),
    publishable: sdk(sandbox.url, 'pk_test_holdfast'),
    dataDir,
    async post(path, body) {
      const response = await fetch(`${sandbox.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await response.json()) as Record<string, unknown>
    },
    async close() {
      await sandbox.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export interface Command {
  child: ChildProcess
  url: string
  /** Settles with exit code and signal. */
  ended: Promise<[number | null, string | null]>
}

/** The sandbox as a process of its own, which can be killed. */
export async function startCommand(
  dataDir: string,
  webhook: { url: string; secret: string },
): Promise<Command> {
  const child = spawn(process.execPath, [new URL('../src/main.ts', import.meta.url).pathname], {
    env: {
      PATH: process.env['PATH'],
      SANDBOX_PORT: '0',
      DATA_DIR: dataDir,
      SANDBOX_WEBHOOK_URL: webhook.url,
      SANDBOX_WEBHOOK_SECRET: webhook.secret,
      SANDBOX_WEBHOOK_RETRY_MS: '50,50,50,50,50,50',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, url: /http:\S+:\d+/.exec(String(line))?.[0] ?? '', ended }
}

export interface Hook {
  body: string
  signature: string
  event: Stripe.Event
}
export interface Receiver {
  url: string
  hooks: Hook[]
  /** Answers the next requests with these statuses, then 200. */
  failNext(...statuses: number[]): void
  /** Keeps the answer to the next request back until what it gives is called. */
  holdNext(): () => void
  /** Settles as soon as a webhook that fits has come. */
  waitFor(fits: (hook: Hook) => boolean): Promise<Hook>
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const hooks: Hook[] = []
  const statuses: number[] = []
  const held: Promise<void>[] = []
  const waiting: { fits: (hook: Hook) => boolean; resolve: (hook: Hook) => void }[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const hook = {
        body,
        signature: String(request.headers['stripe-signature']),
        event: JSON.parse(body) as Stripe.Event,
      }
      hooks.push(hook)
      const status = statuses.shift() ?? 200
      void (held.shift() ?? Promise.resolve()).then(() => response.writeHead(status).end())
      for (const waiter of waiting.slice()) {
        if (!waiter.fits(hook)) continue
        waiting.splice(waiting.indexOf(waiter), 1)
        waiter.resolve(hook)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    hooks,
    failNext: (...codes) => void statuses.push(...codes),
    holdNext() {
      const { promise, resolve } = Promise.withResolvers<void>()
      held.push(promise)
      return resolve
    },
    waitFor(fits) {
      const known = hooks.find(fits)
      return known === undefined
        ? new Promise((resolve) => waiting.push({ fits, resolve }))
        : Promise.resolve(known)
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The error that a call is refused with; a call that succeeds fails the test. */
export async function refusal(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await call
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('the call was expected to be refused')
}
