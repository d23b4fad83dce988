// The things that are measured, one function each: set the stage, take turns, check what is in the
// database, tear down.

import { readConfig } from '../../../server/src/config/config.ts'
import { sql } from '../../../server/src/platform/postgres/database.ts'
import { migrate, migrationsOf } from '../../../server/src/platform/postgres/migrate.ts'
import { freePort } from '../../../server/src/platform/process/ports.ts'
import { programs } from '../build.ts'
import { latencyOf, makeHistogram } from '../histogram.ts'
import { seedId } from '../ids.ts'
import type { BaselineJob, BaselineReport } from '../processes/baseline-process.ts'
import type { LagJob, Moments, Pace } from '../processes/lag-process.ts'
import type { LoadJob, LoadReport } from '../processes/load-process.ts'
import { type Child, startChild } from '../requests.ts'
import { makeStage, putOnSale, type Stage, signIn } from '../stage.ts'
import {
  type Bench,
  type Cell,
  figuresOf,
  makeRuns,
  measure,
  type OpenCell,
  plenty,
  startShop,
  warmSeconds,
} from './cell.ts'
import { checkoutCell } from './checkout-cell.ts'
import { checkDelivery, checkStock, type Delivery } from './invariants.ts'
import { listenersCell } from './listeners-cell.ts'

const seatsPerShow = 20_000
const mostSeatsPerSecond = 16_000

interface ShopCell {
  readonly wants: 'places' | 'seats' | 'refusals'
  readonly connections: number
  readonly groupCommit?: boolean
}

async function setSale(
  stage: Stage,
  { wants }: ShopCell,
  { seconds, rounds }: Bench,
): Promise<LoadJob['wanted']> {
  if (wants === 'seats') {
    const shows = Math.ceil(((seconds * rounds + warmSeconds) * mostSeatsPerSecond) / seatsPerShow)
    for (let show = 0; show < shows; show += 1) await putOnSale(stage, show, { seats: seatsPerShow })
    return { kind: 'seats', shows, seatsPerShow }
  }
  await putOnSale(stage, 0, { capacity: wants === 'refusals' ? 1 : plenty })
  return { kind: 'places', show: 0 }
}

/** Takes the only place, so that everybody after is refused. */
async function sellOut(port: number, token: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/api/orders`, {
    method: 'POST',
    headers: { cookie: `holdfast=${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      showId: seedId('show', 0),
      lines: [{ ticketTypeId: seedId('ticketType', 0), quantity: 1 }],
    }),
  })
  if (response.status !== 201) throw new Error(`the last place: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { id: string }).id
}

/** Which services hear an order that is only held, of those that run. */
function hearersOfHolds(): Delivery[] {
  const { services } = readConfig(process.env)
  return (['expiration', 'payments'] as const)
    .filter((name) => services.includes(name))
    .map((consumer) => ({ consumer, type: 'OrderCreated' }))
}

export function shopCell(name: string, cell: ShopCell): Cell {
  const open = async (bench: Bench): Promise<OpenCell> => {
    const stage = await makeStage(bench.serverUrl)
    const port = await freePort()
    const shop = await startShop(stage, port, { ...cell, shopArguments: bench.shopArguments })
    const load = startChild(programs.load)
    const tokens = await signIn(stage, cell.connections)
    const wanted = await setSale(stage, cell, bench)
    const soldOut = cell.wants === 'refusals' ? [await sellOut(port, tokens[0] ?? '')] : []
    const job = {
      port,
      connections: cell.connections,
      tokens,
      wanted,
      expectedStatus: cell.wants === 'refusals' ? 409 : 201,
    }
    const { runFor, reports } = makeRuns((seconds) =>
      load.request<LoadReport>('run', { ...job, seconds } satisfies LoadJob),
    )
    await runFor(warmSeconds)
    await stage.tidyUp()
    return {
      async run() {
        const measured = await measure(bench, shop, () => runFor(bench.seconds))
        const endedMs = performance.now()
        const problems = await checkDelivery(stage.db, hearersOfHolds())
        const settledMs = performance.now() - endedMs
        await stage.tidyUp()
        return { ...figuresOf(measured), settledMs, problems }
      },
      async close() {
        const problems = await checkStock(stage.db, [
          ...soldOut,
          ...reports.flatMap(({ acknowledged }) => acknowledged),
        ])
        await Promise.all([load.stop(), shop.stop()])
        await stage.drop()
        return problems
      },
    }
  }
  return { name, open }
}

/** The same client against a route that does nothing. */
export function fastifyCell(name: string, connections: number): Cell {
  const open = async (bench: Bench): Promise<OpenCell> => {
    const port = await freePort()
    const server = startChild(programs.fastify)
    await server.request('start', port)
    const load = startChild(programs.load)
    const job = {
      port,
      connections,
      tokens: ['none'],
      wanted: { kind: 'places', show: 0 },
      expectedStatus: 409,
    } as const
    const runFor = (seconds: number) => load.request<LoadReport>('run', { ...job, seconds } satisfies LoadJob)
    await runFor(warmSeconds)
    return {
      async run() {
        const measured = await measure(bench, server, () => runFor(bench.seconds))
        return { ...figuresOf(measured), settledMs: null, problems: [] }
      },
      async close() {
        await Promise.all([load.stop(), server.stop()])
        return []
      },
    }
  }
  return { name, open }
}

const seedShow = sql(
  'bench.seed_show',
  `insert into orders.shows (id, version, organiser_id, title, currency, hold_seconds, max_per_order, status, ticket_types)
   values ($1, 1, $1, 'Show', 'EUR', 900, 10, 'on_sale', '[]')`,
)
const seedPools = sql(
  'bench.seed_pools',
  'insert into orders.pools (id, show_id, capacity) select id, $2, $3 from unnest($1::uuid[]) as id',
)

export function baselineCell(
  name: string,
  { pools, connections }: { pools: number; connections: number },
): Cell {
  const open = async (bench: Bench): Promise<OpenCell> => {
    const stage = await makeStage(bench.serverUrl)
    await migrate(stage.db, [migrationsOf('platform'), migrationsOf('orders')])
    await stage.db.query(seedShow, [seedId('show', 0)])
    const poolIds = Array.from({ length: pools }, (_, pool) => seedId('pool', 0, pool))
    await stage.db.query(seedPools, [poolIds, seedId('show', 0), plenty])
    const writer = startChild(programs.baseline)
    const job = { databaseUrl: stage.url, connections, pools }
    const { runFor, reports } = makeRuns((seconds) =>
      writer.request<BaselineReport>('run', { ...job, seconds } satisfies BaselineJob),
    )
    await runFor(warmSeconds)
    await stage.tidyUp()
    return {
      async run() {
        const measured = await measure(bench, null, () => runFor(bench.seconds))
        await stage.tidyUp()
        return { ...figuresOf(measured), settledMs: null, problems: [] }
      },
      async close() {
        const acknowledged = reports.flatMap((report) => report.acknowledged)
        const problems = await checkStock(stage.db, acknowledged)
        await writer.stop()
        await stage.drop()
        return problems
      },
    }
  }
  return { name, open }
}

const lagEventsPerSecond = 1_000

/** With `processes` 2, one commits and another one hears of it. */
export function lagCell(name: string, processes: 1 | 2): Cell {
  const open = async (bench: Bench): Promise<OpenCell> => {
    const stage = await makeStage(bench.serverUrl)
    const hearer = startChild(programs.lag)
    const writer = processes === 1 ? hearer : startChild(programs.lag)
    await hearer.request('start', { databaseUrl: stage.url, consumes: true } satisfies LagJob)
    if (writer !== hearer)
      await writer.request('start', { databaseUrl: stage.url, consumes: false } satisfies LagJob)
    let measured = 0
    const runFor = async (seconds: number) => {
      await writer.request('commitAtPace', { eventsPerSecond: lagEventsPerSecond, seconds } satisfies Pace)
      const { committed } = await writer.request<{ committed: Moments }>('moments')
      const { handled, problems } = await allHandled(hearer, committed)
      const histogram = makeHistogram()
      for (const [eventId, atMs] of committed.slice(measured)) {
        histogram.record(Math.max(0, (handled.get(eventId) ?? Number.POSITIVE_INFINITY) - atMs))
      }
      measured = committed.length
      return { problems, ...latencyOf(histogram) }
    }
    await runFor(warmSeconds)
    await stage.tidyUp()
    return {
      async run() {
        const cpuMicros = { client: null, server: null, database: null }
        return { perSecond: null, rssMb: null, settledMs: null, cpuMicros, ...(await runFor(bench.seconds)) }
      },
      async close() {
        await Promise.all([...new Set([hearer, writer])].map((child) => child.stop()))
        await stage.drop()
        return []
      },
    }
  }
  return { name, open }
}

async function allHandled(
  hearer: Child,
  committed: Moments,
): Promise<{ handled: Map<string, number>; problems: string[] }> {
  const deadlineMs = performance.now() + 30_000
  for (;;) {
    const { handled } = await hearer.request<{ handled: Moments }>('moments')
    const byId = new Map(handled)
    const missing = committed.filter(([eventId]) => !byId.has(eventId)).length
    if (missing === 0 || performance.now() > deadlineMs) {
      const problems = missing > 0 ? [`${missing} events were not delivered`] : []
      if (byId.size !== handled.length)
        problems.push(`${handled.length - byId.size} events came twice though nothing failed`)
      return { handled: byId, problems }
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/**
 * What is compared stands side by side and takes turns: a shared machine changes its speed within
 * minutes.
 */
export const groups: readonly (readonly Cell[])[] = [
  [
    checkoutCell('checkouts-sandbox', { processor: 'sandbox' }),
    checkoutCell('checkouts-instant-off', { processor: 'instant', groupCommit: false }),
    checkoutCell('checkouts-instant', { processor: 'instant' }),
    baselineCell('baseline-distinct', { pools: 8_000, connections: 8 }),
    baselineCell('baseline-hot', { pools: 1, connections: 64 }),
    shopCell('holds-hot-64', { wants: 'places', connections: 64 }),
    shopCell('holds-hot-256', { wants: 'places', connections: 256 }),
    shopCell('holds-seats-256', { wants: 'seats', connections: 256 }),
    shopCell('holds-seats-64', { wants: 'seats', connections: 64 }),
    shopCell('holds-hot-64-off', { wants: 'places', connections: 64, groupCommit: false }),
  ],
  [
    shopCell('refusals-64', { wants: 'refusals', connections: 64 }),
    fastifyCell('fastify-64', 64),
    fastifyCell('fastify-256', 256),
    shopCell('refusals-256', { wants: 'refusals', connections: 256 }),
  ],
  [
    listenersCell('holds-listeners-none', { listeners: 0 }),
    listenersCell('holds-listeners-1000', { listeners: 1_000 }),
    listenersCell('holds-listeners-1000-map', { listeners: 1_000, seats: 5_000, changesOnly: true }),
    listenersCell('holds-listeners-1000-whole', { listeners: 1_000, seats: 5_000 }),
  ],
  [lagCell('lag-one-process', 1), lagCell('lag-two-processes', 2)],
]
