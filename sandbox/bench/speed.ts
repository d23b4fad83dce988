// Measures create-confirm-capture sequences per second against a sandbox in a process of its own.
// The client is plain HTTP over kept-alive connections, so that the figure is the sandbox's and not
// the SDK's. An empty store and a full one are measured in turns, so that what else the machine
// does falls on both; the sandbox is the bundle that is delivered.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { preload } from './preload.ts'

const CLIENTS = Number(process.argv[2] ?? 32)
const SECONDS = Number(process.argv[3] ?? 5)
const PRELOAD = Number(process.argv[4] ?? 0)
const ROUNDS = Number(process.argv[5] ?? 3)
const STARTED = JSON.parse(
  readFileSync(new URL('../../scripts/node-process.json', import.meta.url), 'utf8'),
) as {
  flags: string[]
  environment: Record<string, string>
}

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

/**
 * Processor time of a process in milliseconds, which other work on the machine does not change; NaN
 * where /proc is missing.
 */
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

interface Subject {
  title: string
  port: number
  pid: number | undefined
  rounds: (Figures & { cpu: number; memory: number })[]
  hooks(): number
  stop(): Promise<void>
}

async function bundle(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-bundle-'))
  const file = join(directory, 'main.js')
  await build({
    entryPoints: [new URL('../src/main.ts', import.meta.url).pathname],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['esbuild'],
  })
  return file
}

async function startSubject(title: string, program: string, stored: number): Promise<Subject> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-bench-'))
  const receiver = await startReceiver()
  if (stored > 0) await preload(dataDir, stored, CREATE)
  const child = spawn(process.execPath, [...STARTED.flags, program], {
    env: {
      ...STARTED.environment,
      ...process.env,
      SANDBOX_PORT: '0',
      DATA_DIR: dataDir,
      SANDBOX_WEBHOOK_URL: `http://127.0.0.1:${receiver.port}/hook`,
      SANDBOX_WEBHOOK_SECRET: 'whsec_bench',
      SANDBOX_WEBHOOK_EVENTS: 'payment_intent.amount_capturable_updated,payment_intent.succeeded',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(/:(\d+)/.exec(String(line))?.[1])
  const warm = Date.now() + 1000
  await run(port, () => Date.now() >= warm)
  return {
    title,
    port,
    pid: child.pid,
    rounds: [],
    hooks: receiver.count,
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'exit')
      receiver.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function measure(subject: Subject): Promise<void> {
  const end = Date.now() + SECONDS * 1000
  const before = cpuMs(subject.pid)
  const figures = await run(subject.port, () => Date.now() >= end)
  const cpu = (cpuMs(subject.pid) - before) / figures.sequences
  subject.rounds.push({ ...figures, cpu, memory: residentMb(subject.pid) })
}

function middle(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function report({ title, rounds, hooks }: Subject): number {
  const of = (name: keyof (typeof rounds)[number]): number => middle(rounds.map((round) => round[name]))
  console.log(
    `${title}: ${of('perSecond')} sequences/s (${rounds.map((round) => round.perSecond).join(', ')}), p50 ${of('p50')} ms, p99 ${of('p99')} ms, slowest ${of('slowest')} ms, ${of('cpu').toFixed(2)} ms of one core each, ${Math.max(...rounds.map((round) => round.memory))} MB; ${hooks()} webhooks received`,
  )
  return of('cpu')
}

const program = await bundle()
const subjects = [await startSubject(`empty store, ${CLIENTS} clients`, program, 0)]
if (PRELOAD > 0) subjects.push(await startSubject(`${PRELOAD} payments stored`, program, PRELOAD))
for (let round = 0; round < ROUNDS; round++) for (const subject of subjects) await measure(subject)
const costs = subjects.map(report)
const [empty = Number.NaN, full] = costs
if (full !== undefined) {
  const speeds = subjects.map(({ rounds }) => middle(rounds.map((round) => round.perSecond)))
  console.log(
    `full against empty: ${((speeds[1] ?? Number.NaN) / (speeds[0] ?? Number.NaN)).toFixed(2)} of the speed, ${(full / empty).toFixed(2)} of the work per sequence`,
  )
}
for (const subject of subjects) await subject.stop()
await rm(join(program, '..'), { recursive: true, force: true })
agent.destroy()
