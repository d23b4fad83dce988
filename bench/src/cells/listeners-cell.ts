// Holds while many listeners watch the show that is sold, on one shop process: what listening costs
// the sale, how late listeners hear of it, and that all of them end with the right numbers.
import { freePort } from '../../../server/src/platform/process/ports.ts'
import { programs } from '../build.ts'
import { seedId } from '../ids.ts'
import type { ListenJob, ListenVerdict } from '../processes/listeners-process.ts'
import type { LoadJob, LoadReport } from '../processes/load-process.ts'
import { startChild } from '../requests.ts'
import { makeStage, putOnSale, signIn } from '../stage.ts'
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
import { checkStock } from './invariants.ts'

interface ListenersCell {
  readonly listeners: number
  /** Seats of the same show, which every listener is told of too. */
  readonly seats?: number
  /** They ask for what changed only, as our own pages do. */
  readonly changesOnly?: boolean
}

const connections = 64

export function listenersCell(name: string, { listeners, seats, changesOnly = false }: ListenersCell): Cell {
  const open = async (bench: Bench): Promise<OpenCell> => {
    const stage = await makeStage(bench.serverUrl)
    const port = await freePort()
    const shop = await startShop(stage, port, { shopArguments: bench.shopArguments })
    const load = startChild(programs.load)
    const audience = startChild(programs.listeners)
    const tokens = await signIn(stage, connections)
    await putOnSale(stage, 0, { capacity: plenty, ...(seats === undefined ? {} : { seats }) })
    const wanted = { kind: 'places', show: 0 } as const
    const job = {
      port,
      connections,
      tokens,
      wanted,
      expectedStatus: 201,
      moments: true,
    } satisfies Partial<LoadJob>
    const { runFor, reports } = makeRuns((seconds) =>
      load.request<LoadReport>('run', { ...job, seconds } satisfies LoadJob),
    )
    await runFor(warmSeconds)
    await stage.tidyUp()
    const path = `/api/shows/${seedId('show', 0)}/availability/stream${changesOnly ? '?seats=changed' : ''}`
    return {
      async run() {
        await audience.request('listen', { port, path, listeners } satisfies ListenJob)
        const measured = await measure(bench, shop, () => runFor(bench.seconds))
        const moments = reports.flatMap(({ acknowledgedAtMs }) => acknowledgedAtMs)
        const verdict = await audience.request<ListenVerdict>('judge', moments)
        await stage.tidyUp()
        const push = listeners > 0 ? { push: { p50Ms: verdict.p50Ms, p99Ms: verdict.p99Ms } } : {}
        return { ...figuresOf(measured), settledMs: null, ...push, problems: verdict.problems }
      },
      async close() {
        const acknowledged = reports.flatMap((report) => report.acknowledged)
        const problems = await checkStock(stage.db, acknowledged)
        await Promise.all([load.stop(), audience.stop(), shop.stop()])
        await stage.drop()
        return problems
      },
    }
  }
  return { name, open }
}
