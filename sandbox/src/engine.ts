// The parts of one sandbox put together: store, commits, clock, faults, endpoints, dispatcher, and
// units of work over them.
import { makeClock, type SandboxClock } from './core/clock.ts'
import { type Faults, makeFaults } from './faults/faults.ts'
import type { Kind, Kinds, WebhookHidden } from './objects/kinds.ts'
import { openDatabase } from './store/database.ts'
import { type GroupCommit, makeGroupCommit } from './store/group-commit.ts'
import { explain } from './store/open-problem.ts'
import { makeStore, type Store } from './store/store.ts'
import { type DeliveryPlan, makeUnit, type RequestMark, type Unit, type WrittenEvent } from './store/unit.ts'
import { type Dispatcher, makeDispatcher } from './webhooks/dispatcher.ts'
import { makeSender, type Target } from './webhooks/send.ts'

export interface EngineOptions {
  /** For requests that name no API version. */
  apiVersion: string
  /** Holds the store's file. */
  directory: string
  /** Where browsers reach this sandbox; its `url` is set once it listens. */
  home: { url: string }
  log: (message: string) => void
  /** Whether webhooks may go to this address. */
  mayCall(url: string): boolean
  webhookTimeoutMs: number
  webhookRetryMs: number[]
  searchLagSeconds?: number | undefined
  /** Ends the process at once; absent where the process is somebody else's. */
  crash?: (() => void) | undefined
}
export interface Engine {
  store: Store
  commit: GroupCommit
  clock: SandboxClock
  faults: Faults
  dispatcher: Dispatcher
  /** For requests that name no API version. */
  readonly apiVersion: string
  /** Where browsers reach this sandbox. */
  readonly baseUrl: string
  /** Says in one sentence what a failing store needs; other errors stay as they are. */
  explain(error: unknown): Error
  /** Calls under way. */
  calls: number
  /** True while anything is under way, waits for its time or is watched. */
  hasWork(): boolean
  newUnit(account: string, request: RequestMark): Unit
  /**
   * Runs work of the sandbox's own (pages, timers, the dashboard) as one unit, durable when it
   * settles.
   */
  perform<T>(work: (unit: Unit) => T, account?: string): Promise<T>
  /** Like `perform` for work that only reads. */
  look<T>(work: (unit: Unit) => T, account?: string): Promise<T>
  /**
   * The account that an object belongs to, for pages that know an id and no caller; '' if nobody
   * knows it.
   */
  ownerOf(id: string, kinds: Kind[]): string
  forgetEndpoints(): void
  searchLagSeconds: number
  mayCrash: boolean
  crash(): void
  /** Remembers beyond the crash that this key was struck by one. */
  noteCrash(slot: string): Promise<void>
  hasCrashed(slot: string): boolean
  /** Called after each commit that carried events. */
  onEvents(listener: () => void): () => void
  close(): Promise<void>
}

const CRASHES_KEPT = 100

interface EndpointRow {
  id: string
  /** Whose it is; '' is the platform. */
  account: string
  /** Hears of the platform's connected accounts instead of the platform. */
  connect: boolean
  events: Set<string>
  target: Target
}

function loadEndpoints(store: Store): EndpointRow[] {
  return store
    .query<{ account: string; body: string; hidden: string }>(
      "select account, body, hidden from objects where kind = 'webhook_endpoint' order by seq",
    )
    .flatMap((row) => {
      const body = JSON.parse(row.body) as Kinds['webhook_endpoint']
      const { secrets, connect = false } = JSON.parse(row.hidden) as WebhookHidden
      if (body.status !== 'enabled') return []
      const { id, enabled_events: events, url } = body
      return [
        { id, account: row.account, connect, events: new Set(events), target: { url, secrets, connect } },
      ]
    })
}

function planFor(faults: Faults, event: WrittenEvent): DeliveryPlan {
  const fault = faults.webhookFault(event.type, event.object)
  const now = Date.now()
  if (fault === undefined) return { copies: 1, atMs: now, fault: null }
  switch (fault.kind) {
    case 'duplicate':
      return { copies: 2, atMs: now, fault: null }
    case 'delay':
      return { copies: 1, atMs: now + fault.delayMs, fault: null }
    case 'reorder':
      return { copies: 1, atMs: now + Math.floor(Math.random() * fault.delayMs), fault: null }
    default:
      return { copies: 1, atMs: now, fault: fault.kind }
  }
}

export function makeEngine(options: EngineOptions): Engine {
  const { db, path, walPath } = openDatabase(options.directory)
  const store = makeStore(db)
  const commit = makeGroupCommit(db, walPath)
  const faults = makeFaults()
  const crashed = new Set(JSON.parse(store.meta('crashed') ?? '[]') as string[])
  const clock = makeClock(Number(store.meta('clock_offset') ?? 0), (offset) =>
    store.putMeta('clock_offset', String(offset)),
  )
  let endpoints: EndpointRow[] | undefined
  const bySubscription = new Map<string, string[]>()
  const listeners = new Set<() => void>()
  let lastDelivery = store.lastDeliveryId()
  let lastSeen = 0

  const known = (): EndpointRow[] => (endpoints ??= loadEndpoints(store))
  const dispatcher = makeDispatcher({
    store,
    commit,
    sender: makeSender(options.webhookTimeoutMs),
    target: (id) => known().find((row) => row.id === id)?.target,
    mayCall: options.mayCall,
    retryDelaysMs: options.webhookRetryMs,
    log: options.log,
  })

  function hears(row: EndpointRow, account: string, type: string): boolean {
    if (!row.events.has('*') && !row.events.has(type)) return false
    return row.connect ? account !== '' : row.account === account
  }

  function subscribers(account: string, type: string): string[] {
    const name = `${account} ${type}`
    let ids = bySubscription.get(name)
    if (ids === undefined) {
      ids = known().flatMap((row) => (hears(row, account, type) ? [row.id] : []))
      // Many accounts, each with many types, must not become many entries.
      if (bySubscription.size > 5000) bySubscription.clear()
      bySubscription.set(name, ids)
    }
    return ids
  }

  function newUnit(account: string, request: RequestMark): Unit {
    return makeUnit({
      store,
      now: clock.now(),
      account,
      request,
      subscribers,
      planDelivery: (event) => planFor(faults, event),
      nextDeliveryId: () => ++lastDelivery,
    })
  }

  commit.onDurable(
    () => ({ delivery: lastDelivery, seq: store.lastSeq() }),
    (mark) => {
      dispatcher.markDurable(mark.delivery)
      if (mark.seq === lastSeen) return
      lastSeen = mark.seq
      for (const listener of listeners) listener()
    },
  )

  return {
    store,
    commit,
    clock,
    faults,
    dispatcher,
    apiVersion: options.apiVersion,
    explain: (error) => explain(error, path),
    get baseUrl() {
      return options.home.url
    },
    calls: 0,
    hasWork() {
      if (this.calls > 0 || listeners.size > 0 || !commit.isIdle() || !dispatcher.isIdle()) return true
      return store.hasTimedWork()
    },
    newUnit,
    perform: (work, account = '') =>
      commit.run(() => {
        const unit = newUnit(account, { id: null, idempotencyKey: null })
        const result = work(unit)
        unit.write()
        return result
      }),
    async look(work, account = '') {
      const result = work(newUnit(account, { id: null, idempotencyKey: null }))
      await commit.durable()
      return result
    },
    searchLagSeconds: options.searchLagSeconds ?? 0,
    mayCrash: options.crash !== undefined,
    crash: () => options.crash?.(),
    async noteCrash(slot) {
      crashed.add(slot)
      await commit.run(() => store.putMeta('crashed', JSON.stringify([...crashed].slice(-CRASHES_KEPT))))
    },
    hasCrashed: (slot) => crashed.has(slot),
    ownerOf: (id, kinds) =>
      kinds.map((kind) => store.object(kind, id)?.account).find((account) => account !== undefined) ?? '',
    forgetEndpoints() {
      endpoints = undefined
      bySubscription.clear()
    },
    onEvents(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      await dispatcher.close()
      await commit.close()
      db.close()
    },
  }
}
