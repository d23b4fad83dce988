// The real card sandbox in a process of its own, as the shop starts it, and the list of what it
// took. Durable in a directory that goes with it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { webhookTypes } from '../../server/src/payments/webhook/types.ts'
import { systemClock } from '../../server/src/platform/process/clock.ts'
import { programs, started } from './build.ts'
import { startChild } from './requests.ts'

const host = '127.0.0.1'
const secretKey = 'sk_test_holdfast'
const webhookSecret = 'whsec_holdfast_bench'
const startWithinMs = 20_000
const perPage = 100

/** What the list of intents tells of one order. */
export interface Taken {
  readonly orderId: string
  readonly status: string
  readonly receivedMinor: number
}

export interface SandboxProcess {
  readonly pid: number
  /** What the shop has to be told of it. */
  readonly shopEnvironment: Readonly<Record<string, string>>
  list(): Promise<Taken[]>
  stop(): Promise<void>
}

export async function startSandbox(port: number, shopPort: number): Promise<SandboxProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-bench-sandbox-'))
  const child = startChild(programs.sandbox, {
    talkative: true,
    nodeArguments: started.flags,
    env: {
      ...started.environment,
      SANDBOX_PORT: String(port),
      SANDBOX_HOST: host,
      DATA_DIR: directory,
      SANDBOX_WEBHOOK_URL: `http://${host}:${shopPort}/api/payments/webhooks/stripe`,
      SANDBOX_WEBHOOK_SECRET: webhookSecret,
      SANDBOX_WEBHOOK_EVENTS: webhookTypes.join(','),
    },
  })
  const stop = async () => {
    await child.stop()
    await rm(directory, { recursive: true, force: true })
  }
  const deadlineMs = performance.now() + startWithinMs
  while (!(await answers(port))) {
    if (performance.now() > deadlineMs) {
      await stop()
      throw new Error('the card sandbox does not answer')
    }
    await systemClock.sleep(50)
  }
  const shopEnvironment = {
    SANDBOX_HOST: host,
    SANDBOX_PORT: String(port),
    STRIPE_WEBHOOK_SECRET: webhookSecret,
  }
  return { pid: child.pid, shopEnvironment, list: () => listIntents(port), stop }
}

async function answers(port: number): Promise<boolean> {
  // A refused connection only means that nobody listens yet.
  const response = await fetch(`http://${host}:${port}/_sandbox/health`, {
    signal: AbortSignal.timeout(1_000),
  }).catch(() => null)
  return response?.ok === true
}

interface Page {
  readonly data: readonly {
    id: string
    status: string
    amount_received: number
    metadata: { order_id?: string }
  }[]
  readonly has_more: boolean
}

async function listIntents(port: number): Promise<Taken[]> {
  const taken: Taken[] = []
  let after = ''
  for (;;) {
    const response = await fetch(`http://${host}:${port}/v1/payment_intents?limit=${perPage}${after}`, {
      headers: { authorization: `Bearer ${secretKey}` },
    })
    if (!response.ok) throw new Error(`the sandbox's list: ${response.status} ${await response.text()}`)
    const { data, has_more } = (await response.json()) as Page
    for (const intent of data) {
      taken.push({
        orderId: intent.metadata.order_id ?? '',
        status: intent.status,
        receivedMinor: intent.amount_received,
      })
    }
    const last = data.at(-1)
    if (!has_more || !last) return taken
    after = `&starting_after=${last.id}`
  }
}
