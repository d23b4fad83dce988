// What the operator sees at a glance, put together from the platform, the services' counts, the
// sandbox and the auditor.
import {
  type OpsDemoRun,
  type OpsOverview,
  type OpsService,
  type OpsUpkeep,
  type OrderStatus,
  type SalesState,
} from '@holdfast/contract'
import { countDifferences } from '../audit/books/store.ts'
import { listBreaches, readFailing, readHorizonAge, readLastBackup, readLastRun } from '../audit/store.ts'
import { subscriptions } from '../audit/subscriptions.ts'
import { shownAfterSeconds } from '../audit/worker.ts'
import { serviceNames } from '../config/config.ts'
import { unreadable } from '../platform/bus/delivery.ts'
import type { Queryable } from '../platform/postgres/database.ts'
import { type Chore, readChore } from '../platform/process/chores.ts'
import type { Clock } from '../platform/process/clock.ts'
import { listProcesses } from '../platform/process/processes.ts'
import { readSwitch } from '../platform/process/switches.ts'
import { listSilentConsumers } from '../prune/readers.ts'
import type { Platform } from '../service.ts'
import { countOrders, readCounts, readDatabase, readFlow } from './read/overview.ts'
import type { SandboxControls } from './sandbox-controls.ts'

const whole = Math.round
const age = (milliseconds: number) => Math.max(0, whole(milliseconds))
/** Counting a million orders takes a moment: it is done this often and no more. */
const countEveryMs = 10_000
const rateOverMs = 1_000

/** A small on-sale for people to watch, where the shop has one. */
export interface DemoOnSale {
  look(): Promise<{ available: boolean; showId: string | null; run: OpsDemoRun | null }>
  /** Begins and does not wait for the end. */
  fire(options: { buyers: number; showId?: string | undefined }): Promise<OpsDemoRun>
}

export interface OverviewParts {
  readonly platform: Platform
  readonly sandbox: SandboxControls
  readonly demo: DemoOnSale
}

export function makeOverview({ platform, sandbox, demo }: OverviewParts): () => Promise<OpsOverview> {
  const { db, clock, config } = platform
  const countLately = remember(clock, countEveryMs, () => countOrders(db))
  const rateOf = makeRates(clock)

  return async () => {
    const [database, processes, flow, orders, counts, horizonAgeMs] = await Promise.all([
      readDatabase(db),
      listProcesses(db),
      readFlow(db, subscriptions),
      countLately(),
      readCounts(db, unreadable),
      readHorizonAge(db),
    ])
    const [sales, upkeep, run, breaches, differences, failing, sandboxState, demoState] = await Promise.all([
      readSales(db),
      readUpkeep(platform),
      readLastRun(db),
      listBreaches(db),
      countDifferences(db, shownAfterSeconds),
      readFailing(db),
      sandbox.look(),
      demo.look(),
    ])
    const ordersOf = (status: OrderStatus) => orders.get(status) ?? 0
    return {
      now: database.now,
      services: serviceNames.map((name) => serviceOf(name, processes, database.now)),
      events: {
        total: database.newestEvent,
        horizonAgeMs,
        consumers: flow.map(({ lagMs, ...row }) => ({
          ...row,
          lagMs: age(lagMs),
          eventsPerSecond: rateOf(row.consumer, row.position),
        })),
      },
      database: {
        version: database.version,
        sizeBytes: database.sizeBytes,
        connections: database.connections,
        connectionsMax: database.connectionsMax,
        oldestTransactionMs: age(database.oldestTransactionMs),
        embedded: config.databaseUrl === null,
      },
      sandbox: sandboxState,
      orders: {
        created: ordersOf('created'),
        claimed: ordersOf('claimed'),
        complete: ordersOf('complete'),
        cancelled: ordersOf('cancelled'),
        refunded: ordersOf('refunded'),
      },
      ...counts,
      sales,
      upkeep,
      audit: {
        verdict: verdictOf(run !== null && failing === null, breaches.length),
        lastRunAt: run?.startedAt ?? null,
        lastRunMs: run?.tookMs ?? null,
        breaches: breaches.length,
        differences,
        failing,
      },
      demo: demoState,
    }
  }
}

export function verdictOf(looked: boolean, breaches: number): 'holds' | 'breached' | 'unchecked' {
  if (breaches > 0) return 'breached'
  return looked ? 'holds' : 'unchecked'
}

export async function readSales(db: Queryable): Promise<SalesState> {
  const stopped = await readSwitch(db, 'sales_stopped')
  if (!stopped?.isOn) return { state: 'open', since: stopped?.changedAt ?? null, reason: null }
  return { state: 'stopped', since: stopped.changedAt, reason: stopped.reason }
}

async function readUpkeep({ db, config }: Pick<Platform, 'db' | 'config'>): Promise<OpsUpkeep> {
  const [lastBackup, backup, prune, silent] = await Promise.all([
    readLastBackup(db),
    readChore(db, 'backup'),
    readChore(db, 'prune'),
    listSilentConsumers(db),
  ])
  const { backup: settings } = config
  return {
    backup: {
      lastAt: lastBackup === 0 ? null : new Date(lastBackup * 1_000).toISOString(),
      everyHours: settings?.everyHours ?? null,
      failing: settings ? failingOf(backup) : null,
    },
    prune: { lastAt: prune.endedAt, failing: failingOf(prune) },
    silentConsumers: silent.map(({ consumer, silentSince: since }) => ({ consumer, since })),
  }
}

const failingOf = ({ failingSince: since, problem }: Chore) =>
  since === null ? null : { since, problem: problem ?? '' }

type Seen = Awaited<ReturnType<typeof listProcesses>>

function serviceOf(name: string, processes: Seen, now: string): OpsService {
  const running = processes.filter(({ services }) => services.includes(name))
  return {
    name,
    state: running.length > 0 ? 'up' : 'absent',
    processes: running.map(({ id, pid, host, version, startedAt, lastSeenAt }) => {
      const uptimeSeconds = age((Date.parse(now) - Date.parse(startedAt)) / 1_000)
      return { id, processId: pid, host, version, startedAt, uptimeSeconds, lastSeenAt }
    }),
  }
}

/** The answer of `ask`, asked anew when it is older than `forMs`. */
function remember<T>(clock: Clock, forMs: number, ask: () => Promise<T>): () => Promise<T> {
  let known: { readonly value: Promise<T>; readonly untilMs: number } | undefined
  return () => {
    if (!known || clock.elapsedMs() >= known.untilMs) {
      const value = ask()
      known = { value, untilMs: clock.elapsedMs() + forMs }
      // A failure is told to who asked, and not kept.
      value.catch(() => {
        known = undefined
      })
    }
    return known.value
  }
}

/** How fast each consumer's position moves, between the looks of operators. */
function makeRates(clock: Clock): (consumer: string, position: number) => number {
  const samples = new Map<string, { position: number; atMs: number; rate: number }>()
  return (consumer, position) => {
    const nowMs = clock.elapsedMs()
    const before = samples.get(consumer)
    if (before && nowMs - before.atMs < rateOverMs) return before.rate
    const rate = before
      ? Math.max(0, whole(((position - before.position) * 10_000) / (nowMs - before.atMs)) / 10)
      : 0
    samples.set(consumer, { position, atMs: nowMs, rate })
    return rate
  }
}
