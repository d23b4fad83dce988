// A run in words: which lines of a trace a person wants to read, and what a plan held.
import type { Plan } from './plan.ts'
import type { RunResult } from './world.ts'

const polls = /(bus\.|find_due|next_due|load_due|try_lock|read_inbox|commit |is up)/

/** Without the polls and the single statements, unless all is asked for. */
export function storyOf(lines: readonly string[], all = false): string[] {
  if (all) return [...lines]
  return lines.filter((line) => {
    if (/FAULT|BREACH|HEALED|dies|waits|reports:|warns:/.test(line)) return true
    return !polls.test(line) && !/ p\d\.\d+ (platform|orders|payments|tickets|expiration)\./.test(line)
  })
}

export function describePlan({ processes, buyers, shows, operations, faults }: Plan): string {
  const what = operations.map(
    (operation) =>
      `  ${String(operation.atMs).padStart(9)} ${JSON.stringify({ ...operation, atMs: undefined })}`,
  )
  const wrong = faults.map(
    (fault) => `  ${String(fault.atMs).padStart(9)} ${JSON.stringify({ ...fault, atMs: undefined })}`,
  )
  return [
    `${processes} processes, ${buyers} buyers, shows ${JSON.stringify(shows)}`,
    'operations',
    ...what,
    'faults',
    ...wrong,
  ].join('\n')
}

export interface Tally {
  seeds: number
  events: number
  virtualMs: number
  longestRestMs: number
  readonly hits: Map<string, number>
  readonly orders: Map<string, number>
  readonly tenders: Map<string, number>
  readonly returns: Map<string, number>
  readonly executed: Set<string>
}

export function makeTally(): Tally {
  return {
    seeds: 0,
    events: 0,
    virtualMs: 0,
    longestRestMs: 0,
    hits: new Map(),
    orders: new Map(),
    tenders: new Map(),
    returns: new Map(),
    executed: new Set(),
  }
}

const addTo = (sums: Map<string, number>, entries: Iterable<readonly [string, number]>) => {
  for (const [name, count] of entries) sums.set(name, (sums.get(name) ?? 0) + count)
}

export function count(tally: Tally, result: RunResult): void {
  tally.seeds += 1
  tally.events += result.events
  tally.virtualMs += result.virtualMs
  tally.longestRestMs = Math.max(tally.longestRestMs, result.restedAfterMs)
  addTo(tally.hits, result.hits)
  addTo(tally.orders, Object.entries(result.orders))
  addTo(tally.tenders, Object.entries(result.tenders))
  addTo(tally.returns, Object.entries(result.returns))
  for (const name of result.executed) tally.executed.add(name)
}

export function describeTally({
  seeds,
  events,
  virtualMs,
  longestRestMs,
  hits,
  orders,
  tenders,
  returns,
  executed,
}: Tally): string {
  const list = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .toSorted((a, b) => a[0].localeCompare(b[0]))
      .map(([name, times]) => `${name} ${times}`)
      .join(', ')
  return [
    `${seeds} seeds, ${events} events, ${(virtualMs / 3_600_000).toFixed(0)} virtual hours`,
    `orders: ${list(orders)}; all at rest at most ${(longestRestMs / 1000).toFixed(0)} s after the last fault`,
    `paid by: ${list(tenders)}`,
    `returned: ${list(returns)}`,
    `statements: ${executed.size}`,
    `faults: ${list(hits)}`,
  ].join('\n')
}
