// One run over everything that may go: small batches, with a pause after each, in one process at a
// time. Stops between two batches when it is told to, and goes on there the next time.
import type { Database } from '../platform/postgres/database.ts'
import { endChore, readChore, savePlace, tryLockChore } from '../platform/process/chores.ts'
import type { Clock } from '../platform/process/clock.ts'
import { countGuests, removeGuests } from './guests.ts'
import { countOrders, type Removed, removeOrders } from './orders.ts'
import { countOthers, removeOthers } from './others.ts'
import { readPage } from './pages.ts'
import { listSilentConsumers, type SilentConsumer } from './readers.ts'
import { type RowStep, rowSteps } from './rows.ts'

export interface PruneParts {
  readonly db: Database
  readonly clock: Clock
  /** Counts what would go, and changes nothing. */
  readonly dryRun?: boolean
  /** A pause after each batch, in times of what it took. */
  readonly pauseFactor: number
  /** Events are gone through again only when the last time was so long ago. */
  readonly eventsEverySeconds?: number
  /** Asked before each batch. */
  readonly mayGoOn?: () => Promise<boolean>
  readonly progress?: (text: string) => void
}

export interface PruneReport {
  readonly dryRun: boolean
  /** False when it was told to stop before the end. */
  readonly ended: boolean
  readonly removed: Removed
  /** What keeps its events: orders that are open, or for shows to come. */
  readonly kept: number
  readonly databaseMs: number
  readonly tookMs: number
  readonly silent: readonly SilentConsumer[]
}

interface Place {
  readonly guest: string
  readonly seq: number
  /** When all events were last gone through, in milliseconds since the epoch. */
  readonly roundMs: number
}

const start: Place = { guest: '00000000-0000-0000-0000-000000000000', seq: 0, roundMs: 0 }
const batchProcesses = 50
const batchGuests = 500
/** Of what is kept, so many are remembered, so that they are not judged for each of their events. */
const rememberedMax = 100_000

/** Null: another process is at it. */
export async function prune(parts: PruneParts): Promise<PruneReport | null> {
  const connection = await parts.db.connect({ name: 'holdfast-prune' })
  try {
    return (await tryLockChore(connection, 'prune')) ? await pruneAlone(parts) : null
  } finally {
    await connection.close()
  }
}

async function pruneAlone(parts: PruneParts): Promise<PruneReport> {
  const { db, clock, dryRun = false } = parts
  const startedMs = clock.elapsedMs()
  const tally = makeTally(parts)
  const place = { ...start, ...((await readChore(db, 'prune')).place as Partial<Place>) }
  for (const step of rowSteps) await pruneRows(parts, tally, step)
  const guest = await pruneGuests(parts, tally, place.guest)
  const events = await pruneEvents(parts, tally, place)
  const report = {
    dryRun,
    ended: !tally.stopped,
    removed: tally.removed,
    kept: events.kept,
    databaseMs: Math.round(tally.databaseMs),
    tookMs: Math.round(clock.elapsedMs() - startedMs),
    silent: await listSilentConsumers(db),
  }
  if (dryRun) return report
  await savePlace(db, 'prune', { guest, seq: events.seq, roundMs: events.roundMs })
  await endChore(db, 'prune', report)
  return report
}

interface Tally {
  readonly removed: Record<string, number>
  readonly databaseMs: number
  readonly stopped: boolean
  /** One batch, and the pause after it; null when the run is to stop. */
  turn<T>(work: () => Promise<T>): Promise<T | null>
  add(removed: Removed): void
}

function makeTally({ clock, pauseFactor, mayGoOn, progress }: PruneParts): Tally {
  const removed: Record<string, number> = {}
  let databaseMs = 0
  let stopped = false
  return {
    removed,
    get databaseMs() {
      return databaseMs
    },
    get stopped() {
      return stopped
    },
    async turn(work) {
      stopped ||= mayGoOn !== undefined && !(await mayGoOn())
      if (stopped) return null
      const startedMs = clock.elapsedMs()
      const result = await work()
      const tookMs = clock.elapsedMs() - startedMs
      databaseMs += tookMs
      if (pauseFactor > 0) await clock.sleep(tookMs * pauseFactor)
      return result
    },
    add(more) {
      for (const [name, count] of Object.entries(more)) removed[name] = (removed[name] ?? 0) + count
      progress?.(`${removed['orders'] ?? 0} orders, ${removed['events'] ?? 0} events`)
    },
  }
}

async function pruneRows({ db, dryRun }: PruneParts, tally: Tally, step: RowStep): Promise<void> {
  if (dryRun) {
    const count = await tally.turn(() => step.count(db))
    tally.add({ [step.name]: count ?? 0 })
    return
  }
  for (let place: number | null = 0; place !== null; ) {
    const from: number = place
    const turned = await tally.turn(() => step.remove(db, from))
    tally.add({ [step.name]: turned?.removed ?? 0 })
    place = turned?.next ?? null
  }
}

/** Each guest is looked at once, when old: whoever holds tickets by then keeps the row. */
async function pruneGuests({ db, dryRun }: PruneParts, tally: Tally, from: string): Promise<string> {
  if (dryRun) {
    tally.add({ guests: (await tally.turn(() => countGuests(db))) ?? 0 })
    return from
  }
  for (let after = from; ; ) {
    const turned = await tally.turn(() => removeGuests(db, after, batchGuests))
    tally.add({ guests: turned?.removed ?? 0 })
    if (!turned?.upTo) return after
    after = turned.upTo
  }
}

interface Walked {
  readonly seq: number
  readonly roundMs: number
  readonly kept: number
}

async function pruneEvents(parts: PruneParts, tally: Tally, place: Place): Promise<Walked> {
  const { db, clock, eventsEverySeconds = 0, dryRun = false } = parts
  const kept = new Set<string>()
  const fresh = clock.nowMs() - place.roundMs < eventsEverySeconds * 1_000
  if (fresh && place.seq === 0) return { ...place, kept: 0 }
  for (let after = dryRun ? 0 : place.seq; ; ) {
    const page = await tally.turn(() => readPage(db, after))
    if (page === null) return { ...place, seq: after, kept: kept.size }
    const ids = page.processIds.filter((id) => !kept.has(id))
    for (let at = 0; at < ids.length; at += batchProcesses) {
      const batch = ids.slice(at, at + batchProcesses)
      const gone = await pruneProcesses(parts, tally, batch)
      if (gone === null) return { ...place, seq: after, kept: kept.size }
      if (kept.size > rememberedMax) kept.clear()
      for (const id of batch) if (!gone.has(id)) kept.add(id)
    }
    if (page.next === null) return { seq: 0, roundMs: clock.nowMs(), kept: kept.size }
    after = page.next
  }
}

/** Those of which all events went; null when the run is to stop. */
async function pruneProcesses(
  { db, dryRun }: PruneParts,
  tally: Tally,
  ids: readonly string[],
): Promise<ReadonlySet<string> | null> {
  const orders = await tally.turn(() =>
    dryRun ? countOrders(db, ids) : db.transaction((tx) => removeOrders(tx, ids)),
  )
  if (orders === null) return null
  tally.add(orders.counts)
  const { orderIds, others } = orders
  if (others.length > 0) {
    const removed = await tally.turn(() =>
      dryRun ? countOthers(db, others) : db.transaction((tx) => removeOthers(tx, others)),
    )
    if (removed === null) return null
    tally.add(removed)
  }
  return new Set(orderIds)
}
