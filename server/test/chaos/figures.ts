// The figures of a run, once for the terminal and the report.
import type { ChaosResult } from './chaos.ts'

export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return sorted.length === 0 ? null : { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

export interface OperationRow {
  readonly operation: string
  readonly ok: number
  readonly failed: number
  readonly unknown: number
  readonly times: Spread | null
}

export function operationsOf({ journal }: ChaosResult): OperationRow[] {
  const names = [...new Set(journal.calls.map(({ operation }) => operation))].toSorted()
  return names.map((operation) => {
    const calls = journal.calls.filter((call) => call.operation === operation)
    const count = (result: string) => calls.filter((call) => call.result === result).length
    const times = spreadOf(
      calls.filter(({ result }) => result === 'ok').map(({ startedMs, endedMs }) => endedMs - startedMs),
    )
    return { operation, ok: count('ok'), failed: count('failed'), unknown: count('unknown'), times }
  })
}

export interface RecoveryRow {
  readonly kind: string
  readonly kills: number
  readonly ready: Spread | null
  readonly served: Spread | null
  readonly settled: Spread | null
}

export function recoveriesOf({ recoveries }: ChaosResult): RecoveryRow[] {
  const row = (kind: string, of: typeof recoveries): RecoveryRow => ({
    kind,
    kills: of.length,
    ready: spreadOf(of.map(({ readyMs }) => readyMs)),
    served: spreadOf(of.map(({ servedMs }) => servedMs)),
    settled: spreadOf(of.map(({ settledMs }) => settledMs)),
  })
  const kinds = [...new Set(recoveries.map(({ kind }) => kind))].toSorted()
  return [
    row('all', recoveries),
    ...kinds.map((kind) =>
      row(
        kind,
        recoveries.filter((each) => each.kind === kind),
      ),
    ),
  ]
}

export interface Selling {
  /** Of the seconds of the run, how many had at least one acknowledged hold. */
  readonly share: number
  readonly ordersPerSecond: number
  /** Of the seconds in which anything was sold, the median. */
  readonly ordersPerGoodSecond: number
}

export function sellingOf({ journal, startedMs, healedMs }: ChaosResult): Selling {
  const seconds = Math.max(1, Math.floor((healedMs - startedMs) / 1_000))
  const sold = Array<number>(seconds).fill(0)
  for (const { placedAtMs } of journal.orders.values()) {
    const second = Math.floor((placedAtMs - startedMs) / 1_000)
    if (second >= 0 && second < seconds) sold[second] = (sold[second] ?? 0) + 1
  }
  const good = sold.filter((count) => count > 0)
  const all = good.reduce((sum, count) => sum + count, 0)
  return {
    share: good.length / seconds,
    ordersPerSecond: all / seconds,
    ordersPerGoodSecond: spreadOf(good)?.p50 ?? 0,
  }
}

export const percentOf = (share: number) => `${(share * 100).toFixed(0)} %`

export const secondsOf = (ms: number | null | undefined) =>
  ms == null ? '–' : `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`

export function describe(result: ChaosResult): string {
  const { journal, timeline, verdicts, states } = result
  const calls = operationsOf(result)
  const unknown = calls.reduce((sum, row) => sum + row.unknown, 0)
  const [all, ...each] = recoveriesOf(result)
  const selling = sellingOf(result)
  const faults = [...timeline.counts].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return [
    `seed ${result.seed}, ${result.topology}, events by ${result.bus}, ${((result.healedMs - result.startedMs) / 1_000).toFixed(0)} s under faults`,
    `kills ${timeline.kills.length}, other faults ${timeline.faults.length - timeline.kills.length}`,
    `orders acknowledged ${journal.orders.size}; at the end ${states.map(({ status, count }) => `${status} ${count}`).join(', ')}`,
    `calls ${journal.calls.length}, of them unknown ${unknown}, still unknown at the end ${journal.unresolved.size}`,
    `at rest ${secondsOf(result.restMs)} after the last fault; hand repairs 0`,
    `after a kill: answering p50 ${secondsOf(all?.ready?.p50)} max ${secondsOf(all?.ready?.max)}; selling p50 ${secondsOf(all?.served?.p50)} max ${secondsOf(all?.served?.max)}; money in flight settled p50 ${secondsOf(all?.settled?.p50)} max ${secondsOf(all?.settled?.max)}`,
    `sold in ${percentOf(selling.share)} of the seconds, ${selling.ordersPerSecond.toFixed(1)} orders a second in all, ${selling.ordersPerGoodSecond} in the median of those`,
    `starts that had to be repeated: ${result.failedStarts}`,
    ...each.map(
      ({ kind, kills, ready, served }) =>
        `  ${kind}: ${kills}, answering p50 ${secondsOf(ready?.p50)} max ${secondsOf(ready?.max)}, selling p50 ${secondsOf(served?.p50)} max ${secondsOf(served?.max)}`,
    ),
    '',
    ...faults.map(([kind, count]) => `  ${String(count).padStart(6)}  ${kind}`),
    '',
    ...verdicts.flatMap(({ invariant, title, breaches }) => [
      `  ${breaches.length === 0 ? 'held  ' : 'BROKEN'}  ${invariant.padEnd(8)} ${title}`,
      ...breaches.slice(0, 12).map((breach) => `            ${breach}`),
    ]),
  ].join('\n')
}
