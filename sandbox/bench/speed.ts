// Measures create-confirm-capture sequences per second against a sandbox in a process of its own.
// The client is plain HTTP over kept-alive connections, so that the figure is the sandbox's and not the SDK's.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { preload } from './preload.ts'

const CLIENTS = Number(process.argv[2] ?? 32)
const SECONDS = Number(process.argv[3] ?? 5)
const PRELOAD = Number(process.argv[4] ?? 0)

interface Figures {
  sequences: number
  perSecond: number
  p50: number
  p99: number
  slowest: number
}

const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })

function post(port: number, path: string, body: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: 'Bearer sk_test_holdfast',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      'idempotency-key': randomUUID(),
    }
    const call = request({ port, host: '127.0.0.1', path, method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (response.statusCode === 200) resolve(JSON.parse(text) as Record<string, unknown>)
        else reject(new Error(text))
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

const CREATE =
  'amount=2500&currency=eur&capture_method=manual&confirm=true&payment_method=pm_card_visa&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never'

async function sequence(port: number): Promise<number> {
  const started = performance.now()
  const intent = await post(
    port,
    '/v1/payment_intents',
    `${CREATE}&metadata[order_id]=${randomUUID()}&metadata[payment_id]=${randomUUID()}`,
  )
  const taken = await post(port, `/v1/payment_intents/${String(intent['id'])}/capture`, '')
  if (taken['status'] !== 'succeeded') throw new Error(`not captured: ${String(taken['status'])}`)
  return performance.now() - started
}

async function run(port: number, until: (done: number) => boolean): Promise<Figures> {
  const times: number[] = []
  const started = performance.now()
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (!until(times.length)) times.push(await sequence(port))
    }),
  )
  const elapsed = (performance.now() - started) / 1000
  times.sort((a, b) => a - b)
  const at = (share: number): number => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10
  return {
    sequences: times.length,
    perSecond: Math.round(times.length / elapsed),
    p50: at(0.5),
    p99: at(0.99),
    slowest: at(0.9999),
  }
}

interface Receiver {
  port: number
  count(): number
  close(): void
}

async function startReceiver(): Promise<Receiver> {
  let hooks = 0
  const server = createServer((incoming, response) => {
    hooks++
    incoming.resume().on('end', () => response.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    count: () => hooks,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Processor time of a process in milliseconds, which other work on the machine does not change; NaN where /proc is missing. */
function cpuMs(pid: number | undefined): number {
  if (pid === undefined || !existsSync(`/proc/${pid}/stat`)) return Number.NaN
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Resident memory in megabytes. */
function residentMb(pid: number | undefined): number {
  if (pid === undefined || !existsSync(`/proc/${pid}/status`)) return Number.NaN
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
}

async function measure(title: string, stored: number): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-bench-'))
  const receiver = await startReceiver()
  if (stored > 0) await preload(dataDir, stored, CREATE)
  const child = spawn(process.execPath, [new URL('../src/main.ts', import.meta.url).pathname], {
    env: {
      ...process.env,
      SANDBOX_PORT: '0',
      DATA_DIR: dataDir,
      SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${receiver.port}/hook`,
      SANDBOX_WEBHOOK_SECRET: 'whsec_bench',
      SANDBOX_WEBHOOK_EVENTS: 'payment_intent.amount_capturable_updated,payment_intent.succeeded',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const port = Number(/:(\d+)/.exec(String(line))?.[1])
    const warm = Date.now() + 1000
    await run(port, () => Date.now() >= warm)
    const end = Date.now() + SECONDS * 1000
    const before = cpuMs(child.pid)
    const figures = await run(port, () => Date.now() >= end)
    console.log(
      `${title}: ${figures.perSecond} sequences/s, p50 ${figures.p50} ms, p99 ${figures.p99} ms, slowest ${figures.slowest} ms, ${((cpuMs(child.pid) - before) / figures.sequences).toFixed(2)} ms of one core each, ${residentMb(child.pid)} MB; ${receiver.count()} webhooks received`,
    )
  } finally {
    child.kill('SIGTERM')
    await once(child, 'exit')
    receiver.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

await measure(`empty store, ${CLIENTS} clients`, 0)
if (PRELOAD > 0) await measure(`${PRELOAD} payments stored`, PRELOAD)
agent.destroy()
