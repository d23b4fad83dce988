// How long it took after each kill: until the process answered, until somebody sold again, until
// the money was settled.
import type { Database } from '../../src/platform/postgres/database.ts'
import { settlingTimes } from './checker-sql.ts'
import type { Journal } from './journal.ts'
import type { Timeline } from './timeline.ts'

export interface Recovery {
  readonly target: string
  readonly kind: string
  readonly atMs: number
  /** Until the process answered again. */
  readonly readyMs: number | null
  /** Until the first hold or payment that began after the kill was acknowledged, by whoever. */
  readonly servedMs: number | null
  /** Until the last order whose money was set aside at the kill was settled. */
  readonly settledMs: number | null
}

export async function measureRecoveries(
  db: Database,
  { timeline, journal }: { readonly timeline: Timeline; readonly journal: Journal },
): Promise<Recovery[]> {
  const settling = await db.query<{ authorized: string; settled: string | null }>(settlingTimes)
  const spans = settling.map(
    ({ authorized, settled }) =>
      [Date.parse(authorized), settled === null ? 0 : Date.parse(settled)] as const,
  )
  const served = journal.calls
    .filter(({ operation, result }) => result === 'ok' && (operation === 'hold' || operation === 'pay'))
    .toSorted((one, other) => one.startedMs - other.startedMs)
  return timeline.kills.map(({ target, kind, atMs, at, readyMs }) => {
    const killedAt = Date.parse(at)
    const inFlight = spans.filter(([from, to]) => from <= killedAt && to > killedAt)
    const firstServed = firstEndAfter(served, atMs)
    return {
      target,
      kind,
      atMs,
      readyMs: readyMs === null ? null : readyMs - atMs,
      servedMs: Number.isFinite(firstServed) ? firstServed - atMs : null,
      settledMs: inFlight.length === 0 ? null : Math.max(...inFlight.map(([, to]) => to)) - killedAt,
    }
  })
}

/**
 * When the first call that began after `atMs` was answered. Calls that began long after it cannot
 * be that one.
 */
function firstEndAfter(served: readonly { startedMs: number; endedMs: number }[], atMs: number): number {
  let first = Number.POSITIVE_INFINITY
  for (const { startedMs, endedMs } of served) {
    if (startedMs > first) break
    if (startedMs > atMs) first = Math.min(first, endedMs)
  }
  return first
}
