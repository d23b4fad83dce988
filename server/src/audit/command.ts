// `holdfast audit`: looks at everything once, at the shop's database and at the processor's whole
// list, and prints what it found. Writes down its findings for the operator's page; mends nothing,
// stops nothing, refunds nothing.
import { findDatabase } from '../boot/find-database.ts'
import type { Config } from '../config/config.ts'
import { makeBooks } from '../payments/processor/books.ts'
import { makeReadMark } from '../payments/processor/marks.ts'
import { makeDatabase } from '../platform/postgres/database.ts'
import { migrate, migrationsOf } from '../platform/postgres/migrate.ts'
import { systemClock } from '../platform/process/clock.ts'
import { makeLog } from '../platform/process/log.ts'
import { makeReconciliation } from './books/reconcile.ts'
import { listOpenDifferences, type StoredDifference } from './books/store.ts'
import { invariantOf, invariants } from './invariants.ts'
import { type RunReport, runOverAll } from './run.ts'
import { type Look, listLooks } from './store.ts'
import { confirmMs, restWithinSeconds, shownAfterSeconds } from './worker.ts'

const statementMs = 10 * 60 * 1_000
const differencesMax = 200

interface Result {
  readonly report: RunReport
  readonly looks: readonly Look[]
  readonly differences: readonly StoredDifference[]
}

async function audit(config: Config): Promise<Result> {
  const database = await findDatabase(config)
  const db = makeDatabase({ url: database.url, maxConnections: 2, queryTimeoutMs: statementMs })
  try {
    await migrate(db, [migrationsOf('audit')])
    const processor = makeBooks(config.processor, makeReadMark(db))
    const books = makeReconciliation({ db, books: processor, shownAfterSeconds })
    const report = await runOverAll({
      db,
      clock: systemClock,
      log: makeLog('silent'),
      books,
      settleMs: 0,
      confirmMs,
      restWithinSeconds,
      pauseFactor: 0,
      mayStopSales: false,
    })
    return { report, looks: await listLooks(db), differences: await listOpenDifferences(db, differencesMax) }
  } finally {
    await db.close()
    await database.stop()
  }
}

function toText({ report, looks, differences }: Result, repair: boolean): string {
  const lines: string[] = []
  const say = (text: string) => lines.push(text)
  const nameWidth = Math.max(...invariants.map(({ name }) => name.length))
  for (const { name, number, title } of invariants) {
    const broken = report.breaches.filter(({ invariant }) => invariant === name).length
    const unread = name === 'charges_have_an_order' && report.books !== 'read'
    const verdict = broken > 0 ? `BREACHED ${broken}` : unread ? 'unchecked' : 'holds'
    const checked = looks.find(({ invariant }) => invariant === name)?.checkedRows ?? 0
    say(
      `${number}  ${name.padEnd(nameWidth)}  ${verdict.padEnd(12)} ${String(checked).padStart(9)}  ${title}`,
    )
  }
  for (const { invariant, key, explanation, orderIds } of report.breaches) {
    say(`\n${invariant} ${key}\n  ${explanation}`)
    if (orderIds.length > 0) say(`  order ${orderIds.join(', ')}`)
    if (repair) say(`  ${proposal(invariantOf(invariant).repair)}`)
  }
  if (differences.length > 0) say('\nDifferences between payments, ledger and processor:')
  for (const {
    kind,
    owner,
    ageSeconds,
    explanation,
    orderId,
    intentId,
    shopMinor,
    ledgerMinor,
    processorMinor,
  } of differences) {
    const fresh = ageSeconds < shownAfterSeconds ? ', may still be under way' : ''
    say(`  ${kind}, for the ${owner}, ${Math.round(ageSeconds / 60)} min old${fresh}: ${explanation}`)
    say(
      `    order ${orderId ?? '–'}, intent ${intentId ?? '–'}: ${shopMinor ?? '–'} here, ${ledgerMinor ?? '–'} in the ledger, ${processorMinor ?? '–'} there`,
    )
  }
  const books = report.books === 'read' ? '' : '; the processor could not be asked'
  say(
    `\n${report.breaches.length} breaches, ${differences.length} differences, ${(report.tookMs / 1_000).toFixed(1)} s${books}`,
  )
  return lines.join('\n')
}

const proposal = ({ words, safe }: { words: string; safe: boolean }) =>
  `${safe ? 'Safe to do' : 'For a person to weigh'}: ${words}.`

/** What a command of `holdfast` gives: 0 everything holds, 1 a breach, 2 a part was not looked at. */
export interface Audited {
  readonly code: 0 | 1 | 2
  readonly text: string
  readonly json: object
}

/** `repair`: say what could be done about each breach. */
export async function auditShop(config: Config, repair: boolean): Promise<Audited> {
  const result = await audit(config)
  const { report, looks, differences } = result
  const breaches = report.breaches.map((breach) =>
    repair ? { ...breach, repair: invariantOf(breach.invariant).repair } : breach,
  )
  return {
    code: report.breaches.length > 0 ? 1 : report.books === 'read' ? 0 : 2,
    text: toText(result, repair),
    json: { ...report, breaches, looks, differences },
  }
}
