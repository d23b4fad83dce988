// What every cell is made of: its turns and their figures, the shop it starts, and how its cost is
// taken. Knows no cell.

import { programs, started } from '../build.ts'
import { familyCpuMs, watchMemory } from '../machine.ts'
import type { BaselineReport } from '../processes/baseline-process.ts'
import type { LoadReport } from '../processes/load-process.ts'
import { type Child, startChild } from '../requests.ts'
import type { Stage } from '../stage.ts'

/** What one turn of a cell gave. Null is what this cell, or this machine, cannot tell. */
export interface Figures {
  readonly perSecond: number | null
  readonly p50Ms: number
  readonly p99Ms: number
  readonly rssMb: number | null
  /** The card sandbox's, where one ran. */
  readonly sandbox?: { readonly rssMb: number | null; readonly cpuMicros: number | null }
  /**
   * Processor time per unit of work, in microseconds: the client's, the server's, the database's.
   */
  readonly cpuMicros: {
    readonly client: number | null
    readonly server: number | null
    readonly database: number | null
  }
  /** How long the consumers needed after the last request to have handled every event. */
  readonly settledMs: number | null
  /** From the answer to a buyer until a listener was told of it. */
  readonly push?: { readonly p50Ms: number; readonly p99Ms: number }
  readonly problems: readonly string[]
}

export interface Bench {
  readonly serverUrl: string
  readonly postgresPid: number
  /** How long a turn is, and how many each cell has. */
  readonly seconds: number
  readonly rounds: number
  readonly shopArguments: readonly string[]
}

/** One thing that is measured. */
export interface Cell {
  readonly name: string
  /** Sets its stage, starts its processes and runs them warm. */
  open(bench: Bench): Promise<OpenCell>
}

export interface OpenCell {
  /** One turn, after which nothing of it is under way. */
  run(): Promise<Figures>
  /** Tears down, and tells what is wrong in the database after all turns. */
  close(): Promise<readonly string[]>
}

/**
 * Until its hot code is compiled: a process that began a second ago says little of one that has run
 * for an hour.
 */
export const warmSeconds = 10
export const plenty = 1_000_000

/**
 * No audit: once a minute, what one shop has sold would be gone through while another is measured.
 */
const shopEnvironment = { RATE_LIMITS: 'off', DEMO: '0', LOG_LEVEL: 'error', AUDIT_SECONDS: '0' }

interface ShopStart {
  readonly groupCommit?: boolean
  readonly shopArguments: readonly string[]
  /** What this cell sets besides. */
  readonly more?: Readonly<Record<string, string>>
}

export async function startShop(
  stage: Stage,
  port: number,
  { groupCommit = true, shopArguments, more = {} }: ShopStart,
): Promise<Child> {
  const env = {
    ...started.environment,
    ...shopEnvironment,
    PORT: String(port),
    DATABASE_URL: stage.url,
    GROUP_COMMIT: groupCommit ? 'on' : 'off',
    ...more,
  }
  const shop = startChild(programs.shop, { env, nodeArguments: [...started.flags, ...shopArguments] })
  await shop.request('start')
  return shop
}

/** The same work again and again, for so many seconds each time, and what each time told. */
export function makeRuns<Report>(run: (seconds: number) => Promise<Report>) {
  const reports: Report[] = []
  const runFor = async (seconds: number): Promise<Report> => {
    const report = await run(seconds)
    reports.push(report)
    return report
  }
  return { runFor, reports }
}

interface Measured<Report> {
  readonly report: Report
  readonly rssMb: number | null
  readonly serverMs: number | null
  readonly databaseMs: number | null
}

/** Runs `work` and tells what it cost the server and the database meanwhile. */
export async function measure<Report>(
  { postgresPid }: Bench,
  server: Child | null,
  work: () => Promise<Report>,
): Promise<Measured<Report>> {
  const memory = server && watchMemory(server.pid)
  const spent = async () =>
    [server && (await server.request<number>('cpuMs')), await familyCpuMs(postgresPid)] as const
  const before = await spent()
  const report = await work()
  const after = await spent()
  const difference = (index: 0 | 1) =>
    before[index] === null || after[index] === null ? null : after[index] - before[index]
  return { report, rssMb: memory?.stop() ?? null, serverMs: difference(0), databaseMs: difference(1) }
}

export function figuresOf({ report, rssMb, serverMs, databaseMs }: Measured<LoadReport | BaselineReport>) {
  const each = (milliseconds: number | null) =>
    milliseconds === null ? null : (milliseconds * 1_000) / report.done
  return {
    perSecond: report.perSecond,
    p50Ms: report.p50Ms,
    p99Ms: report.p99Ms,
    rssMb,
    cpuMicros: { client: each(report.cpuMs), server: each(serverMs), database: each(databaseMs) },
  }
}
