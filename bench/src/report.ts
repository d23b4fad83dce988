// Medians over the rounds, the ratios that the project promises, and the tables that are printed.
// Judges no time.
import type { Figures } from './cells/cell.ts'

export type Results = ReadonlyMap<string, readonly Figures[]>

interface Ratio {
  readonly name: string
  readonly target: string
  readonly value: number | null
}

export function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.ceil(sorted.length / 2) - 1]
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2
}

/** The median of the rounds' ratios: both turns of a round saw the same machine. */
function ratioOf(results: Results, above: string, below: string): number | null {
  const lower = results.get(below) ?? []
  const ratios = (results.get(above) ?? []).map(({ perSecond }, round) => {
    const other = lower[round]?.perSecond
    return perSecond === null || !other ? null : perSecond / other
  })
  return median(ratios)
}

const promised: readonly (readonly [name: string, above: string, below: string, target: string])[] = [
  ['holds, hot pool ÷ transactions, hot row', 'holds-hot-64', 'baseline-hot', '≥ 9'],
  ['the same, 256 clients', 'holds-hot-256', 'baseline-hot', '≥ 9'],
  ['holds, hot pool ÷ transactions, distinct rows', 'holds-hot-64', 'baseline-distinct', '≥ 1.5'],
  ['the same, 256 clients', 'holds-hot-256', 'baseline-distinct', '≥ 1.5'],
  ['holds, hot pool ÷ distinct seats, 64 clients', 'holds-hot-64', 'holds-seats-64', '≥ 0.9'],
  ['holds, hot pool ÷ distinct seats, 256 clients', 'holds-hot-256', 'holds-seats-256', '≥ 0.9'],
  ['holds, group commit on ÷ off', 'holds-hot-64', 'holds-hot-64-off', '≥ 3'],
  ['holds with 1,000 listeners ÷ with none', 'holds-listeners-1000', 'holds-listeners-none', '–'],
  [
    'holds with 1,000 listeners of 5,000 seats ÷ with none',
    'holds-listeners-1000-map',
    'holds-listeners-none',
    '–',
  ],
  [
    'the same, each told of all seats each time ÷ with none',
    'holds-listeners-1000-whole',
    'holds-listeners-none',
    '–',
  ],
  ['checkouts, shop alone ÷ transactions, distinct rows', 'checkouts-instant', 'baseline-distinct', '≥ 0.38'],
  [
    'checkouts, SDK and sandbox ÷ transactions, distinct rows',
    'checkouts-sandbox',
    'baseline-distinct',
    '≥ 0.12',
  ],
  ['checkouts, group commit on ÷ off', 'checkouts-instant', 'checkouts-instant-off', '–'],
  ['refusals ÷ bare Fastify, 64 clients', 'refusals-64', 'fastify-64', '≥ 0.5'],
  ['refusals ÷ bare Fastify, 256 clients', 'refusals-256', 'fastify-256', '≥ 0.5'],
]

function mostOf(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value != null)
  return known.length > 0 ? Math.max(...known) : null
}

export function ratiosOf(results: Results): Ratio[] {
  const ratios: Ratio[] = promised.map(([name, above, below, target]) => ({
    name,
    target,
    value: ratioOf(results, above, below),
  }))
  for (const cell of ['lag-one-process', 'lag-two-processes']) {
    const value = median((results.get(cell) ?? []).map(({ p50Ms }) => p50Ms))
    ratios.push({
      name: `event lag p50, ms, ${cell.slice('lag-'.length).replace('-', ' ')}`,
      target: '< 5',
      value,
    })
  }
  for (const [cell, rounds] of results) {
    if (!rounds.some(({ push }) => push)) continue
    const of = (pick: 'p50Ms' | 'p99Ms') => median(rounds.map(({ push }) => push?.[pick] ?? null))
    ratios.push({ name: `answer to push p50, ms, ${cell}`, target: '–', value: of('p50Ms') })
    ratios.push({ name: `answer to push p99, ms, ${cell}`, target: '–', value: of('p99Ms') })
  }
  const watched = [...results]
    .filter(([, rounds]) => rounds.some(({ push }) => push))
    .flatMap(([, rounds]) => rounds)
  const all = [...results]
    .filter(([cell]) => !cell.startsWith('fastify'))
    .flatMap(([, rounds]) => rounds.filter(({ push }) => !push))
  ratios.push({
    name: 'resident memory of the shop, most, MB',
    target: '≤ 150',
    value: mostOf(all.map(({ rssMb }) => rssMb)),
  })
  ratios.push({
    name: 'the same with 1,000 listeners, most, MB',
    target: '–',
    value: mostOf(watched.map(({ rssMb }) => rssMb)),
  })
  ratios.push({
    name: 'resident memory of the card sandbox, most, MB',
    target: '≤ 150',
    value: mostOf(all.map(({ sandbox }) => sandbox?.rssMb)),
  })
  return ratios.filter(({ value }) => value !== null)
}

export interface Row {
  readonly cell: string
  readonly perSecond: number | null
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly rssMb: number | null
  readonly clientMicros: number | null
  readonly serverMicros: number | null
  readonly databaseMicros: number | null
  readonly sandboxMicros: number | null
  readonly sandboxRssMb: number | null
  readonly settledMs: number | null
}

export function rowsOf(results: Results): Row[] {
  return [...results].map(([cell, rounds]) => {
    const of = (pick: (figures: Figures) => number | null) => median(rounds.map(pick))
    return {
      cell,
      perSecond: of(({ perSecond }) => perSecond),
      p50Ms: of(({ p50Ms }) => p50Ms),
      p99Ms: of(({ p99Ms }) => p99Ms),
      rssMb: of(({ rssMb }) => rssMb),
      clientMicros: of(({ cpuMicros }) => cpuMicros.client),
      serverMicros: of(({ cpuMicros }) => cpuMicros.server),
      databaseMicros: of(({ cpuMicros }) => cpuMicros.database),
      sandboxMicros: of(({ sandbox }) => sandbox?.cpuMicros ?? null),
      sandboxRssMb: of(({ sandbox }) => sandbox?.rssMb ?? null),
      settledMs: of(({ settledMs }) => settledMs),
    }
  })
}

const show = (value: number | null, digits: number) => (value === null ? '–' : value.toFixed(digits))

function table(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  )
  const format = (line: readonly string[]) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
  return lines.map(format).join('\n')
}

export function describe(results: Results): string {
  const figures = rowsOf(results).map((row) => [
    row.cell,
    show(row.perSecond, 0),
    show(row.p50Ms, 1),
    show(row.p99Ms, 1),
    show(row.rssMb, 0),
    show(row.clientMicros, 0),
    show(row.serverMicros, 0),
    show(row.databaseMicros, 0),
    show(row.sandboxMicros, 0),
    show(row.sandboxRssMb, 0),
    show(row.settledMs, 0),
  ])
  const heads = [
    '',
    'per second',
    'p50 ms',
    'p99 ms',
    'RSS MB',
    'client µs',
    'server µs',
    'database µs',
    'sandbox µs',
    'sandbox MB',
    'settled ms',
  ]
  const ratios = ratiosOf(results).map(({ name, value, target }) => [name, show(value, 2), target])
  return [table([heads, ...figures]), '', table([['', 'measured', 'target'], ...ratios])].join('\n')
}
