// Whole checkouts: an order and its payment by the same client, counted once the order is complete
// and every consumer has handled every event that came of it.
import { type Database, sql } from '../../../server/src/platform/postgres/database.ts'
import { freePort } from '../../../server/src/platform/process/ports.ts'
import { programs } from '../build.ts'
import { familyCpuMs, watchMemory } from '../machine.ts'
import type { LoadJob, LoadReport } from '../processes/load-process.ts'
import { type Child, startChild } from '../requests.ts'
import { type SandboxProcess, startSandbox } from '../sandbox.ts'
import { makeStage, putOnSale, type Stage, signIn } from '../stage.ts'
import {
  type Bench,
  type Cell,
  type Figures,
  figuresOf,
  makeRuns,
  measure,
  type OpenCell,
  plenty,
  startShop,
  warmSeconds,
} from './cell.ts'
import { checkCheckouts, checkTaken, checkWebhooks, ordersAtRest } from './checkout-invariants.ts'
import { checkDelivery, checkStock, type Delivery } from './invariants.ts'

interface CheckoutCell {
  readonly processor: 'instant' | 'sandbox'
  readonly groupCommit?: boolean
}

const connections = 256
const buyers = 1_024

/** The events of an order that is paid, by who hears them. */
const deliveries: readonly Delivery[] = Object.entries({
  orders: ['PaymentStarted', 'PaymentAuthorized', 'ChargeCreated'],
  expiration: ['OrderCreated', 'OrderClaimed'],
  payments: ['OrderCreated', 'OrderClaimed'],
  tickets: ['OrderCompleted'],
}).flatMap(([consumer, types]) => types.map((type) => ({ consumer, type })))

const countComplete = sql(
  'bench.count_complete',
  `select count(*) as orders from orders.orders o
   where status = 'complete' and exists (select 1 from tickets.admissions a where a.order_id = o.id and a.status = 'issued')`,
)
const readClock = sql(
  'bench.read_clock',
  'select (extract(epoch from clock_timestamp()) * 1000)::float8 as "atMs"',
)
// Tickets are issued in the transaction that handles the completion, so the last event handled ends
// the checkout.
const readLastHandled = sql(
  'bench.read_last_handled',
  'select (extract(epoch from max(handled_at)) * 1000)::float8 as "atMs" from platform.inbox',
)

async function readMs(db: Database, statement: typeof readClock): Promise<number> {
  return (await db.query<{ atMs: number }>(statement))[0]?.atMs ?? Number.NaN
}

async function countOf(db: Database): Promise<number> {
  return (await db.query<{ orders: number }>(countComplete))[0]?.orders ?? 0
}

interface Checkouts extends LoadReport {
  readonly settledMs: number
}

/** One closed loop for the given time, and the wait until all that came of it is delivered. */
async function checkOut(db: Database, load: Child, job: LoadJob): Promise<Checkouts> {
  const completeBefore = await countOf(db)
  const startedMs = await readMs(db, readClock)
  const report = await load.request<LoadReport>('run', job)
  const answeredMs = await readMs(db, readClock)
  await ordersAtRest(db)
  const undelivered = await checkDelivery(db, deliveries)
  if (undelivered.length > 0) throw new Error(undelivered.join('; '))
  const endedMs = await readMs(db, readLastHandled)
  const done = (await countOf(db)) - completeBefore
  return {
    ...report,
    done,
    perSecond: (done * 1_000) / (endedMs - startedMs),
    settledMs: Math.max(0, endedMs - answeredMs),
  }
}

/** Like `measure`, for the sandbox beside the shop. */
async function measureSandbox(
  sandbox: SandboxProcess | null,
  work: () => Promise<Figures & { done: number }>,
): Promise<Figures> {
  const memory = sandbox && watchMemory(sandbox.pid)
  const before = sandbox && (await familyCpuMs(sandbox.pid))
  const { done, ...figures } = await work()
  const after = sandbox && (await familyCpuMs(sandbox.pid))
  if (!memory) return figures
  const cpuMicros = before === null || after === null ? null : ((after - before) * 1_000) / done
  return { ...figures, sandbox: { rssMb: memory.stop(), cpuMicros } }
}

async function checkAll(
  stage: Stage,
  shop: Child,
  { sandbox, paid }: { sandbox: SandboxProcess | null; paid: readonly string[] },
): Promise<string[]> {
  const problems = [...(await checkStock(stage.db, paid)), ...(await checkCheckouts(stage.db, paid))]
  if (sandbox)
    return [
      ...problems,
      ...(await checkWebhooks(stage.db)),
      ...(await checkTaken(stage.db, await sandbox.list())),
    ]
  const left = await shop.request<number>('authorizedLeft')
  return left === 0 ? problems : [...problems, `${left} authorizations were neither captured nor given back`]
}

export function checkoutCell(name: string, { processor, groupCommit = true }: CheckoutCell): Cell {
  const open = async (bench: Bench): Promise<OpenCell> => {
    const stage = await makeStage(bench.serverUrl)
    const port = await freePort()
    const sandbox = processor === 'sandbox' ? await startSandbox(await freePort(), port) : null
    const more = sandbox?.shopEnvironment ?? { BENCH_PROCESSOR: 'instant' }
    const shop = await startShop(stage, port, { groupCommit, shopArguments: bench.shopArguments, more })
    const load = startChild(programs.load)
    const tokens = await signIn(stage, buyers)
    await putOnSale(stage, 0, { capacity: plenty })
    const job = {
      port,
      connections,
      tokens,
      wanted: { kind: 'checkouts', show: 0 },
      expectedStatus: 201,
    } as const
    const { runFor, reports } = makeRuns((seconds) => checkOut(stage.db, load, { ...job, seconds }))
    await runFor(warmSeconds)
    await stage.tidyUp()
    return {
      run: () =>
        measureSandbox(sandbox, async () => {
          const measured = await measure(bench, shop, () => runFor(bench.seconds))
          await stage.tidyUp()
          return {
            ...figuresOf(measured),
            settledMs: measured.report.settledMs,
            done: measured.report.done,
            problems: [],
          }
        }),
      async close() {
        const problems = await checkAll(stage, shop, { sandbox, paid: reports.flatMap(({ paid }) => paid) })
        await Promise.all([load.stop(), shop.stop()])
        await sandbox?.stop()
        await stage.drop()
        return problems
      },
    }
  }
  return { name, open }
}
