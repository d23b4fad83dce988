// The parts of one sandbox put together: store, commits, clock, faults, endpoints, dispatcher, and units of work over them.
import { join } from 'node:path'
import { makeClock, type SandboxClock } from './core/clock.ts'
import { type Faults, makeFaults } from './faults/faults.ts'
import type { Kinds, WebhookHidden } from './objects/kinds.ts'
import { openDatabase } from './store/database.ts'
import { type GroupCommit, makeGroupCommit } from './store/group-commit.ts'
import { makeStore, type Store } from './store/store.ts'
import { type DeliveryPlan, makeUnit, type RequestMark, type Unit, type WrittenEvent } from './store/unit.ts'
import { type Dispatcher, makeDispatcher } from './webhooks/dispatcher.ts'
import { makeSender, type Target } from './webhooks/send.ts'

export interface EngineOptions {
  dataDir: string
  log: (message: string) => void
  webhookTimeoutMs: number
  webhookRetryMs: number[]
}
export interface Engine {
  store: Store
  commit: GroupCommit
  clock: SandboxClock
  faults: Faults
  dispatcher: Dispatcher
  /** Where browsers reach this sandbox; set once it listens. */
  baseUrl: string
  newUnit(account: string, request: RequestMark): Unit
  /** Runs work of the sandbox's own (pages, timers, the dashboard) as one unit, durable when it settles. */
  perform<T>(work: (unit: Unit) => T, account?: string): Promise<T>
  /** Like `perform` for work that only reads. */
  look<T>(work: (unit: Unit) => T): Promise<T>
  forgetEndpoints(): void
  /** Called after each commit that carried events. */
  onEvents(listener: () => void): () => void
  close(): Promise<void>
}

interface EndpointRow {
  id: string
  events: Set<string>
  target: Target
}

function loadEndpoints(store: Store): EndpointRow[] {
  return store
    .query<{ body: string; hidden: string }>(
      "select body, hidden from objects where kind = 'webhook_endpoint' and account = '' order by seq",
    )
    .flatMap((row) => {
      const body = JSON.parse(row.body) as Kinds['webhook_endpoint']
      const { secrets } = JSON.parse(row.hidden) as WebhookHidden
      return body.status === 'enabled'
        ? [{ id: body.id, events: new Set(body.enabled_events), target: { url: body.url, secrets } }]
        : []
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
  const { db, walPath } = openDatabase(join(options.dataDir, 'sandbox'))
  const store = makeStore(db)
  const commit = makeGroupCommit(db, walPath)
  const faults = makeFaults()
  const clock = makeClock(Number(store.meta('clock_offset') ?? 0), (offset) => store.putMeta('clock_offset', String(offset)))
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
    retryDelaysMs: options.webhookRetryMs,
    log: options.log,
  })

  function subscribers(account: string, type: string): string[] {
    if (account !== '') return []
    let ids = bySubscription.get(type)
    if (ids === undefined) {
      ids = known()
        .filter((row) => row.events.has('*') || row.events.has(type))
        .map((row) => row.id)
      bySubscription.set(type, ids)
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
    baseUrl: '',
    newUnit,
    perform: (work, account = '') =>
      commit.run(() => {
        const unit = newUnit(account, { id: null, idempotencyKey: null })
        const result = work(unit)
        unit.write()
        return result
      }),
    async look(work) {
      const result = work(newUnit('', { id: null, idempotencyKey: null }))
      await commit.durable()
      return result
    },
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
