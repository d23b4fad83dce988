// A run of the auditor: the small one each minute (what changed, and a slice of everything else,
// within a budget of time) and the one over everything. Records what it found; a new breach stops
// sales. Refunds nothing and mends nothing.
import { readHorizon } from '../platform/bus/store.ts'
import type { Queryable } from '../platform/postgres/database.ts'
import type { Clock } from '../platform/process/clock.ts'
import type { Log } from '../platform/process/log.ts'
import { setSwitch } from '../platform/process/switches.ts'
import type { Comparison, Reconciliation } from './books/reconcile.ts'
import { listDueOrders, unwatchOrders, watchOrders } from './checks/liveness.ts'
import { freshenOldSums, noteChangedOrders } from './checks/stock.ts'
import { isId } from './ids.ts'
import { type Finding, invariantOf } from './invariants.ts'
import { look, type Seen } from './look.ts'
import { endRound } from './round.ts'
import {
  type Breach,
  clearBreaches,
  listBreaches,
  readChanged,
  readMark,
  readNextOrders,
  readNextShows,
  readShowsOf,
  recordBreaches,
  recordLooks,
  recordRun,
  saveMark,
} from './store.ts'

export interface AuditParts {
  readonly db: Queryable
  readonly clock: Clock
  readonly log: Log
  /** Null where the processor is not to be asked. */
  readonly books: Reconciliation | null
  /** Waits this long before it looks, so that most of what is under way has come to rest. */
  readonly settleMs: number
  readonly confirmMs: number
  readonly restWithinSeconds: number
  readonly pauseFactor: number
  /** False where somebody only wants to know. */
  readonly mayStopSales: boolean
}

export interface RunReport {
  readonly checked: number
  readonly tookMs: number
  readonly breaches: readonly Breach[]
  /** Of them, what nobody knew before this run. */
  readonly news: readonly Finding[]
  readonly books: 'read' | 'unreachable' | 'none'
  /** Why the processor's list was not compared at all, if it is not that nobody answered. */
  readonly failure: Error | null
  /** The events that changed were all looked at. */
  readonly caughtUp: boolean
}

/** Of one small run; the waits between are not counted. */
const changedBudgetMs = 500
const sliceBudgetMs = 250
/** Small ones: while buyers are there, what a page brings takes memory from the shop. */
const pageEvents = 2_000
const changedOrdersMax = 5_000
const slicePage = 1_000
const sliceShows = 20
const oldSums = 2

interface Changed {
  readonly orderIds: readonly string[]
  readonly caughtUp: boolean
  /** Saved when these orders were looked at: a run that fails looks at them again. */
  readonly place: string
}

/**
 * Orders whose events were told since the last run. Begins at the end: the rolling slice sees to
 * what was before.
 */
async function readChangedOrders({ db, clock }: AuditParts, mark: string, horizon: number): Promise<Changed> {
  const place = await readMark(db, mark)
  let [xid, seq] = place === null ? [horizon, 0] : (place.split(':').map(Number) as [number, number])
  const orderIds = new Set<string>()
  const untilMs = clock.elapsedMs() + changedBudgetMs
  let caughtUp = false
  while (!caughtUp && orderIds.size < changedOrdersMax && clock.elapsedMs() < untilMs) {
    const page = await readChanged(db, { xid, seq, horizon, limit: pageEvents })
    for (const orderId of page.orderIds) orderIds.add(orderId)
    ;({ xid, seq } = page)
    caughtUp = page.last
  }
  return { orderIds: [...orderIds].filter(isId), caughtUp, place: `${xid}:${seq}` }
}

/** The next of all, round and round. */
async function takeSlice(
  db: Queryable,
  name: string,
  read: (after: string | null, limit: number) => Promise<string[]>,
  limit: number,
): Promise<string[]> {
  const ids = await read(await readMark(db, name), limit)
  // Behind the last one the round begins anew.
  await saveMark(db, name, ids.length < limit ? '00000000-0000-0000-0000-000000000000' : (ids.at(-1) ?? ''))
  return ids
}

export async function runSmall(parts: AuditParts): Promise<RunReport> {
  const { db, clock } = parts
  const horizon = await readHorizon(db)
  await clock.sleep(parts.settleMs)
  const startedMs = clock.elapsedMs()
  const known = await listBreaches(db)
  const changed = await readChangedOrders(parts, 'events', horizon)
  // Deliveries are looked at a run later: by then every consumer should have come by.
  const horizonBefore = Number((await readMark(db, 'horizon')) ?? horizon)
  const delivered = await readChangedOrders(parts, 'deliveries', horizonBefore)
  const due = await listDueOrders(db)
  const orderIds = [
    ...new Set([...changed.orderIds, ...due, ...known.flatMap((breach) => breach.orderIds).filter(isId)]),
  ]
  await noteChangedOrders(db, orderIds)
  const rollingShows = await takeSlice(
    db,
    'shows',
    (after, limit) => readNextShows(db, after, limit),
    sliceShows,
  )
  const knownShows = known.flatMap(({ showId }) => showId ?? [])
  const showIds = new Set([
    ...(await readShowsOf(db, orderIds)),
    ...(await freshenOldSums(db, oldSums)),
    ...knownShows,
  ])
  const subject = {
    orderIds,
    streamIds: [...new Set([...orderIds, ...delivered.orderIds])],
    showIds: [...new Set([...showIds, ...rollingShows])],
    seatShowIds: [...new Set([...rollingShows, ...knownShows])],
    exactly: false,
  }
  const first = await look(subject, parts)
  const slice = await lookAtSlice(parts)
  const between = new Set([...first.between, ...slice.between])
  await watchOrders(db, orderIds, [...between])
  await unwatchOrders(
    db,
    due.filter((orderId) => !between.has(orderId)),
  )
  const seen = merge([first, slice])
  const { caughtUp } = changed
  const report = await conclude(parts, seen, { known, startedMs, caughtUp, exactly: false, orderIds })
  await saveMark(db, 'events', changed.place)
  await saveMark(db, 'deliveries', delivered.place)
  await saveMark(db, 'horizon', String(horizon))
  return report
}

/** Pages of all orders, round and round, as many as fit into the budget. */
async function lookAtSlice(parts: AuditParts): Promise<Seen> {
  const { db, clock } = parts
  const seen: Seen[] = []
  const untilMs = clock.elapsedMs() + sliceBudgetMs
  do {
    const orderIds = await takeSlice(
      db,
      'orders',
      (after, limit) => readNextOrders(db, after, limit),
      slicePage,
    )
    seen.push(await look({ orderIds, streamIds: [], showIds: [], seatShowIds: [], exactly: false }, parts))
    if (orderIds.length < slicePage) {
      await endRound(db)
      break
    }
  } while (clock.elapsedMs() < untilMs)
  return merge(seen)
}

/** Everything: every order, event, pool and seat, and the whole of the processor's list. */
export async function runOverAll(parts: AuditParts): Promise<RunReport> {
  const { db, clock } = parts
  const startedMs = clock.elapsedMs()
  const known = await listBreaches(db)
  const seen: Seen[] = []
  let after: string | null = null
  for (;;) {
    const orderIds: string[] = await readNextOrders(db, after, pageEvents)
    seen.push(
      await look({ orderIds, streamIds: orderIds, showIds: [], seatShowIds: [], exactly: true }, parts),
    )
    if (orderIds.length < pageEvents) break
    after = orderIds.at(-1) ?? null
  }
  for (after = null; ; ) {
    const showIds: string[] = await readNextShows(db, after, sliceShows)
    seen.push(
      await look({ orderIds: [], streamIds: [], showIds, seatShowIds: showIds, exactly: true }, parts),
    )
    if (showIds.length < sliceShows) break
    after = showIds.at(-1) ?? null
  }
  return conclude(parts, merge(seen), { known, startedMs, caughtUp: true, exactly: true, orderIds: [] })
}

function merge(all: readonly Seen[]): Seen {
  const checked = new Map<Finding['invariant'], number>()
  for (const seen of all)
    for (const [name, count] of seen.checked) checked.set(name, (checked.get(name) ?? 0) + count)
  const breaches = new Map(
    all.flatMap((seen) => seen.breaches).map((finding) => [`${finding.invariant} ${finding.key}`, finding]),
  )
  return {
    suspicions: all.flatMap((seen) => seen.suspicions),
    breaches: [...breaches.values()],
    between: all.flatMap((seen) => seen.between),
    checked,
  }
}

interface Conclusion {
  readonly known: readonly Breach[]
  readonly startedMs: number
  readonly caughtUp: boolean
  readonly exactly: boolean
  /** The orders whose money changed. */
  readonly orderIds: readonly string[]
}

async function conclude(
  parts: AuditParts,
  seen: Seen,
  { known, startedMs, caughtUp, exactly, orderIds }: Conclusion,
): Promise<RunReport> {
  const { db, clock } = parts
  // Before the processor is asked, which may take long: what the database shows must not wait for
  // it.
  const newsHere = await record(parts, seen.breaches)
  const compared = await compare(parts, { orderIds, everything: exactly })
  const newsThere = await record(parts, compared?.breaches ?? [])
  const news = [...newsHere, ...newsThere]
  const findings = [...seen.breaches, ...(compared?.breaches ?? [])]
  const checked = new Map(seen.checked)
  if (compared?.books === 'read') checked.set('charges_have_an_order', compared.checked)
  // What is only suspected is not over. Money at the processor is over when it was read and nothing
  // was found.
  const isOver = ({ invariant, key }: Breach) => {
    if (invariant === 'charges_have_an_order' && compared?.books !== 'read') return false
    return ![...seen.suspicions, ...findings].some(
      (finding) => finding.invariant === invariant && finding.key === key,
    )
  }
  await clearBreaches(db, known.filter(isOver))
  await recordLooks(db, checked)
  const breaches = await listBreaches(db)
  const report = {
    checked: [...checked.values()].reduce((sum, count) => Math.max(sum, count), 0),
    tookMs: Math.round(clock.elapsedMs() - startedMs),
    breaches,
    news,
    books: compared?.books ?? ('none' as const),
    failure: compared?.failure ?? null,
    caughtUp,
  }
  await recordRun(db, { ...report, breaches: breaches.length })
  return report
}

/** Stores what holds in both looks, tells what is new of it, and stops sales. */
async function record(parts: AuditParts, findings: readonly Finding[]): Promise<Finding[]> {
  const news = await recordBreaches(parts.db, findings)
  for (const { invariant, key, explanation } of news)
    parts.log.error({ invariant, key, explanation }, 'an invariant is breached')
  const stopping = news.find(({ invariant }) => invariantOf(invariant).stopsSales)
  if (stopping && parts.mayStopSales) await stopSales(parts, stopping)
  return news
}

/**
 * Whatever goes wrong with the processor's list leaves that part unchecked, and the rest of the run
 * as it is.
 */
async function compare(
  { books, log }: AuditParts,
  what: { orderIds: readonly string[]; everything: boolean },
): Promise<(Comparison & { readonly failure?: Error }) | null> {
  if (!books) return null
  return books.compare(what).catch((error: Error) => {
    log.warn({ err: error }, 'the processor’s list could not be compared')
    return { books: 'unreachable' as const, checked: 0, breaches: [], failure: error }
  })
}

async function stopSales({ db, log }: AuditParts, { invariant, explanation }: Finding): Promise<void> {
  const reason = `Breached: ${invariantOf(invariant).title}. ${explanation}.`
  if (await setSwitch(db, 'sales_stopped', { isOn: true, reason }))
    log.error({ invariant }, 'sales are stopped')
}
