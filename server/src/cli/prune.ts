// `holdfast prune`: what the running shop does by itself in quiet hours, now and for a person.
import { findDatabase } from '../boot/find-database.ts'
import { type Database, makeDatabase } from '../platform/postgres/database.ts'
import { allMigrations, isUpToDate } from '../platform/postgres/migrate.ts'
import { systemClock } from '../platform/process/clock.ts'
import { readInstallation } from '../platform/process/installation.ts'
import { type PruneReport, prune } from '../prune/run.ts'
import { type Context, makeProgress, type Result } from './output.ts'

/** Half of the time is left to the shop beside it. */
const pauseFactor = 1
const statementMs = 10 * 60 * 1_000

export async function pruneCommand(
  { config, json }: Context,
  { dryRun = false }: { readonly dryRun?: boolean },
): Promise<Result> {
  const database = await findDatabase(config)
  const db = makeDatabase({ url: database.url, maxConnections: 3, queryTimeoutMs: statementMs })
  const progress = makeProgress(json)
  try {
    await refuseUnready(db)
    const report = await prune({ db, clock: systemClock, dryRun, pauseFactor, progress: progress.tell })
    progress.end()
    if (report) return { code: 0, text: toText(report), json: report }
    const text = 'Another process prunes right now. Nothing was done; try again in a few minutes.'
    return { code: 1, text, json: { busy: true } }
  } finally {
    progress.end()
    await db.close()
    await database.stop()
  }
}

async function refuseUnready(db: Database): Promise<void> {
  if (!(await isUpToDate(db, await allMigrations())))
    throw new Error(
      'the database belongs to another version of Holdfast; start this version once, then prune',
    )
  if ((await readInstallation(db)).settledAt === null)
    throw new Error('this shop was restored and has not settled; run: npm run holdfast -- settle')
}

const names: Readonly<Record<string, string>> = {
  orders: 'orders, reduced to their timeline',
  events: 'events',
  deliveries: 'notes of handled events',
  timers: 'ended timers',
  mails: 'mails that were sent or given up',
  links: 'links that ended a month ago',
  answers: 'answers kept for repeated requests',
  limits: 'expired limits',
  sessions: 'expired sessions',
  guests: 'guests without an order',
  orphans: 'put-off deliveries of removed events',
  breaches: 'breaches that were over for a year',
  differences: 'differences that were settled for a year',
}

function toText({ dryRun, removed, kept, databaseMs, tookMs, silent }: PruneReport): string {
  const rows = Object.entries(removed).filter(([, count]) => count > 0)
  return [
    dryRun ? 'A dry run. These would be removed:' : 'Removed:',
    ...rows.map(([name, count]) => `  ${String(count).padStart(9)}  ${names[name] ?? name}`),
    ...(rows.length === 0 ? ['  nothing'] : []),
    ...(kept > 0
      ? [`${kept} orders and shows keep their old events: open, or to come, or not read by all.`]
      : []),
    ...silent.map(
      ({ consumer, silentSince }) =>
        `The consumer ${consumer} has said nothing since ${silentSince}: it is waited for no longer.`,
    ),
    `${(databaseMs / 1_000).toFixed(1)} s of database time in ${(tookMs / 1_000).toFixed(1)} s`,
  ].join('\n')
}
