// A run as one HTML file without anything from elsewhere: verdicts first, then the timeline, then
// every figure. Light and dark.
import type { ChaosResult } from './chaos.ts'
import { operationsOf, recoveriesOf, type Spread, secondsOf } from './figures.ts'
import { makeChart } from './report-chart.ts'
import { style } from './report-style.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => escapes[letter] ?? letter)
}

/** A table whose first column is words and the others figures. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th>${escape(text)}</th>`).join('')
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`)
    .join('')
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`
}

const number = (value: number) => value.toLocaleString('en')
const spread = (found: Spread | null) => [secondsOf(found?.p50), secondsOf(found?.max)]

function tiles(result: ChaosResult): string {
  const { journal, timeline, states } = result
  const complete = states.find(({ status }) => status === 'complete')?.count ?? 0
  const unknown = journal.calls.filter(({ result: outcome }) => outcome === 'unknown').length
  const breaches = result.verdicts.reduce((sum, verdict) => sum + verdict.breaches.length, 0)
  const figures: readonly (readonly [string, string])[] = [
    [number(timeline.kills.length), 'kills'],
    [number(timeline.faults.length - timeline.kills.length), 'other faults'],
    [number(journal.orders.size), 'orders acknowledged'],
    [number(complete), 'of them complete at the end'],
    [number(unknown), 'calls without a certain answer'],
    [number(journal.unresolved.size), 'of them uncertain at the end'],
    [secondsOf(result.restMs), 'until all was at rest'],
    [number(breaches), 'breaches'],
  ]
  return `<div class="tiles">${figures.map(([value, name]) => `<div class="tile"><b>${value}</b><span>${name}</span></div>`).join('')}</div>`
}

function verdicts(result: ChaosResult): string {
  const items = result.verdicts.map(({ invariant, title, looked, breaches }) => {
    const held = breaches.length === 0
    const list = held
      ? ''
      : `<ul>${breaches
          .slice(0, 50)
          .map((text) => `<li>${escape(text)}</li>`)
          .join('')}</ul>`
    return `<li class="${held ? 'held' : 'broken'}"><b>${held ? 'held' : 'broken'}</b><span class="which">${escape(invariant)}</span><span>${escape(title)}</span><span class="of">${number(looked)} looked at</span>${list}</li>`
  })
  return `<ul class="verdicts">${items.join('')}</ul>`
}

function faults({ timeline, missed }: ChaosResult): string {
  const rows = [...timeline.counts]
    .filter(([, count]) => count > 0)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  const all = [...rows, ...missed.map((kind) => [kind, 0] as const)]
  return table(
    ['what', 'times'],
    all.map(([kind, count]) => [kind, count === 0 ? 'never' : number(count)]),
  )
}

export function makeReport(result: ChaosResult): string {
  const calls = operationsOf(result).map(({ operation, ok, failed, unknown, times }) => [
    operation,
    number(ok),
    number(failed),
    number(unknown),
    secondsOf(times?.p50),
    secondsOf(times?.p99),
    secondsOf(times?.max),
  ])
  const recoveries = recoveriesOf(result).map(({ kind, kills, ready, served, settled }) => {
    return [kind, number(kills), ...spread(ready), ...spread(served), ...spread(settled)]
  })
  const stories = [...result.stories]
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, count]) => [name, number(count)])
  const states = result.states.map(({ status, count }) => [status, number(count)])
  const seconds = ((result.healedMs - result.startedMs) / 1_000).toFixed(0)
  const processes =
    result.topology === 'two'
      ? 'Two processes with all services'
      : 'Six processes, each service in two of them'
  const carried = result.bus === 'nats' ? ', events by NATS JetStream' : ''
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdfast: chaos, seed ${result.seed}</title><style>${style}</style></head><body><main>
<h1>Holdfast under chaos</h1>
<p>Seed ${result.seed}. ${processes}${carried}, one Postgres, one card processor, a proxy on every wire. ${seconds} s of faults, then everything was put right and nothing was done by hand.</p>
${tiles(result)}
<h2>Invariants</h2>${verdicts(result)}
<h2>Timeline</h2><figure>${makeChart(result)}</figure>
<h2>After a kill</h2>
<p>Answering: the killed process took requests again. Selling: the first hold or payment begun after the kill was acknowledged, by whichever process. Settled: the last order whose money was set aside at the kill had come to its end. A process that dies while it asks the processor holds a lease of 20 s on that payment.</p>
${table(['kind', 'kills', 'answering p50', 'max', 'selling p50', 'max', 'settled p50', 'max'], recoveries)}
<h2>Calls by result</h2>
<p>Unknown: a call that changes something got no certain answer. It was asked again with the same key until the answer was certain.</p>
${table(['call', 'ok', 'refused or failed', 'unknown', 'p50', 'p99', 'max'], calls)}
<div class="columns"><section><h2>Faults that struck</h2>${faults(result)}</section>
<section><h2>Stories of buyers</h2>${table(['story', 'times'], stories)}<h2>Orders at the end</h2>${table(['state', 'orders'], states)}</section></div>
</main></body></html>
`
}
