// The timeline of a run as SVG: orders and payments per second, how long they took, and under them
// every fault on a line of its own group. One time axis for all, so that a fall can be laid to its
// cause.
import type { ChaosResult } from './chaos.ts'
import type { Call } from './journal.ts'
import type { FaultGroup } from './timeline.ts'

const width = 1_120
const left = 64
const right = 12
const chartHeight = 120
const laneHeight = 22
const gap = 34

export const groups: readonly (readonly [group: FaultGroup, title: string])[] = [
  ['kill', 'killed'],
  ['freeze', 'frozen'],
  ['network', 'network'],
  ['database', 'database'],
  ['broker', 'broker'],
  ['processor', 'processor'],
]

interface Scale {
  readonly fromMs: number
  readonly toMs: number
  x(ms: number): number
}

interface Bucket {
  readonly fromMs: number
  readonly perSecond: number
  readonly p50: number | null
  readonly p99: number | null
}

function bucketsOf(calls: readonly Call[], { fromMs, toMs }: Scale): Bucket[] {
  const count = Math.max(20, Math.min(280, Math.round((toMs - fromMs) / 500)))
  const widthMs = (toMs - fromMs) / count
  const times: number[][] = Array.from({ length: count }, () => [])
  for (const { startedMs, endedMs } of calls) {
    times[Math.min(count - 1, Math.floor((endedMs - fromMs) / widthMs))]?.push(endedMs - startedMs)
  }
  return times.map((found, index) => {
    const sorted = found.toSorted((a, b) => a - b)
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
    return {
      fromMs: fromMs + index * widthMs,
      perSecond: (sorted.length * 1_000) / widthMs,
      p50: at(0.5),
      p99: at(0.99),
    }
  })
}

function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)))
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value
}

const round = (value: number) => value.toFixed(1)

function axis(top: number, ceiling: number, unit: string): string {
  return [0, 0.5, 1]
    .map((share) => {
      const y = top + chartHeight * (1 - share)
      const value = ceiling * share
      return `<line class="grid" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/><text class="label" x="${left - 8}" y="${y + 4}" text-anchor="end">${value < 10 ? value.toFixed(1).replace('.0', '') : value.toFixed(0)}${unit}</text>`
    })
    .join('')
}

function throughput(buckets: readonly Bucket[], scale: Scale, top: number): string {
  const ceiling = niceCeiling(Math.max(...buckets.map(({ perSecond }) => perSecond), 1))
  const y = (value: number) => top + chartHeight * (1 - value / ceiling)
  const points = buckets.map(({ fromMs, perSecond }) => `${round(scale.x(fromMs))},${round(y(perSecond))}`)
  const floor = top + chartHeight
  const area = `${round(scale.x(scale.fromMs))},${floor} ${points.join(' ')} ${round(scale.x(scale.toMs))},${floor}`
  return `${axis(top, ceiling, '')}<polygon class="area" points="${area}"/><polyline class="line" points="${points.join(' ')}"/>`
}

function latency(buckets: readonly Bucket[], scale: Scale, top: number): string {
  const known = buckets.flatMap(({ p99 }) => p99 ?? [])
  const ceiling = niceCeiling(Math.max(...known, 100))
  const y = (value: number) => top + chartHeight * (1 - value / ceiling)
  const line = (name: 'p50' | 'p99') => {
    // Nothing was answered in an empty bucket: the line breaks there.
    const parts = buckets.reduce<string[][]>(
      (found, bucket) => {
        const value = bucket[name]
        if (value === null) found.push([])
        else found.at(-1)?.push(`${round(scale.x(bucket.fromMs))},${round(y(value))}`)
        return found
      },
      [[]],
    )
    return parts
      .map((points) => (points.length > 0 ? `<polyline class="${name}" points="${points.join(' ')}"/>` : ''))
      .join('')
  }
  return axis(top, ceiling, ' ms') + line('p99') + line('p50')
}

function lanes({ timeline }: ChaosResult, scale: Scale, top: number): string {
  return groups
    .map(([group, title], index) => {
      const y = top + index * laneHeight
      const marks = timeline.faults
        .filter((fault) => fault.group === group)
        .map(({ kind, target, startedMs, endedMs }) => {
          const x = scale.x(startedMs)
          const long = Math.max(2, scale.x(endedMs) - x)
          const text = `${((startedMs - scale.fromMs) / 1_000).toFixed(1)} s: ${kind}, ${target}, ${((endedMs - startedMs) / 1_000).toFixed(1)} s`
          return `<rect class="${group}" x="${round(x)}" y="${y + 3}" width="${round(long)}" height="${laneHeight - 6}" rx="1.5"><title>${text}</title></rect>`
        })
      return `<text class="label" x="${left - 8}" y="${y + 15}" text-anchor="end">${title}</text><line class="grid" x1="${left}" x2="${width - right}" y1="${y + laneHeight}" y2="${y + laneHeight}"/>${marks.join('')}`
    })
    .join('')
}

function timeAxis(scale: Scale, y: number): string {
  const seconds = (scale.toMs - scale.fromMs) / 1_000
  const step = [5, 10, 15, 30, 60, 120, 300, 600].find((each) => seconds / each <= 14) ?? 1_200
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => {
    const at = index * step
    const label = at < 120 || step % 60 !== 0 ? `${at} s` : `${at / 60} min`
    return `<text class="label" x="${round(scale.x(scale.fromMs + at * 1_000))}" y="${y}" text-anchor="middle">${label}</text>`
  }).join('')
}

export function makeChart(result: ChaosResult): string {
  const fromMs = result.startedMs
  const toMs = result.healedMs + (result.restMs ?? 0)
  const scale: Scale = {
    fromMs,
    toMs,
    x: (ms) => left + ((ms - fromMs) / (toMs - fromMs)) * (width - left - right),
  }
  const sales = result.journal.calls.filter(
    ({ operation, result: outcome, endedMs }) =>
      outcome === 'ok' &&
      (operation === 'hold' || operation === 'pay') &&
      endedMs >= fromMs &&
      endedMs <= toMs,
  )
  const buckets = bucketsOf(sales, scale)
  const tops = [24, 24 + chartHeight + gap, 24 + 2 * (chartHeight + gap)] as const
  const bottom = tops[2] + groups.length * laneHeight
  const healed = round(scale.x(result.healedMs))
  const title = (text: string, y: number) => `<text class="title" x="${left}" y="${y}">${text}</text>`
  return `<svg viewBox="0 0 ${width} ${bottom + 26}" role="img" aria-label="Holds and payments per second, their times, and the faults, over time">
${title('Holds and payments acknowledged, per second', tops[0] - 9)}${throughput(buckets, scale, tops[0])}
${title('How long they took: half of them (thick), 99 of 100 (thin)', tops[1] - 9)}${latency(buckets, scale, tops[1])}
${title('Faults', tops[2] - 9)}${lanes(result, scale, tops[2])}
<line class="healed" x1="${healed}" x2="${healed}" y1="${tops[0] - 6}" y2="${bottom}"/><text class="label" x="${Number(healed) - 4}" y="${tops[0] - 9}" text-anchor="end">faults over</text>
${timeAxis(scale, bottom + 18)}
</svg>`
}
