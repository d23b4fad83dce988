// `npm run audit`: looks at everything once, at the shop's database and at the processor's whole
// list, and prints what it found. Writes down its findings for the operator's page; mends nothing,
// stops nothing, refunds nothing.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, ConfigError, readConfig } from '../config/config.ts'
import { makeBooks } from '../payments/processor/books.ts'
import { makeDatabase } from '../platform/postgres/database.ts'
import { startEmbeddedPostgres } from '../platform/postgres/embedded/server.ts'
import { migrate, migrationsOf } from '../platform/postgres/migrate.ts'
import { systemClock } from '../platform/process/clock.ts'
import { makeLog } from '../platform/process/log.ts'
import { makeReconciliation } from './books/reconcile.ts'
import { listOpenDifferences, type StoredDifference } from './books/store.ts'
import { invariantOf, invariants } from './invariants.ts'
import { type RunReport, runOverAll } from './run.ts'
import { type Look, listLooks } from './store.ts'
import { confirmMs, restWithinSeconds, shownAfterSeconds } from './worker.ts'

const usage = `npm run audit [-- --json] [-- --repair]
  --json    the result as JSON
  --repair  what could be done about each breach, and whether that is safe; it is never done by itself
exits with 0 when everything holds, 1 on a breach, 2 when a part could not be looked at`

const statementMs = 10 * 60 * 1_000
const differencesMax = 200

interface Result {
  readonly report: RunReport
  readonly looks: readonly Look[]
  readonly differences: readonly StoredDifference[]
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** The shop's own Postgres when it runs; else it is started for as long as this takes. */
async function findDatabase(config: Config): Promise<{ url: string; stop(): Promise<void> }> {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, stop: () => Promise.resolve() }
  const directory = join(config.dataDirectory, 'postgres')
  if (!existsSync(directory))
    throw new Error(`there is no shop in ${config.dataDirectory}; name its DATA_DIR or DATABASE_URL`)
  const postgres = await startEmbeddedPostgres(directory, () => undefined)
  return { url: postgres.url, stop: () => (postgres.started ? postgres.stop() : Promise.resolve()) }
}

async function audit(config: Config): Promise<Result> {
  const database = await findDatabase(config)
  const db = makeDatabase({ url: database.url, maxConnections: 2, queryTimeoutMs: statementMs })
  try {
    await migrate(db, [migrationsOf('audit')])
    const books = makeReconciliation({ db, books: makeBooks(config.processor), shownAfterSeconds })
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

function print({ report, looks, differences }: Result, repair: boolean): void {
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
}

const proposal = ({ words, safe }: { words: string; safe: boolean }) =>
  `${safe ? 'Safe to do' : 'For a person to weigh'}: ${words}.`

async function main(): Promise<number> {
  const asked = process.argv.slice(2)
  const unknown = asked.filter((option) => option !== '--json' && option !== '--repair')
  if (unknown.length > 0) {
    say(unknown.includes('--help') ? usage : `unknown ${unknown.join(' ')}\n${usage}`)
    return unknown.includes('--help') ? 0 : 2
  }
  const result = await audit(readConfig(process.env))
  const { report, looks, differences } = result
  const repair = asked.includes('--repair')
  if (asked.includes('--json')) {
    const breaches = report.breaches.map((breach) =>
      repair ? { ...breach, repair: invariantOf(breach.invariant).repair } : breach,
    )
    say(JSON.stringify({ ...report, breaches, looks, differences }, null, 2))
  } else print(result, repair)
  if (report.breaches.length > 0) return 1
  return report.books === 'read' ? 0 : 2
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const text =
      error instanceof ConfigError ? error.message : error instanceof Error ? error.message : String(error)
    process.stderr.write(`the audit could not look: ${text}\n`)
    process.exit(2)
  },
)
