// `holdfast settle`, and the end of `holdfast restore`: after it the shop may act again.
import { makeReconciliation } from '../audit/books/reconcile.ts'
import { listOpenDifferences } from '../audit/books/store.ts'
import { runOverAll } from '../audit/run.ts'
import { confirmMs, restWithinSeconds } from '../audit/worker.ts'
import { type QuietShop, type Settlement, settle } from '../backup/settle/settle.ts'
import { finishSettling, startEpoch } from '../backup/settle/store.ts'
import { findDatabase } from '../boot/find-database.ts'
import { startSandboxProcess } from '../boot/sandbox-process.ts'
import { type Config, serviceNames } from '../config/config.ts'
import { makeOrdersHandler } from '../orders/model.ts'
import { type Books, makeBooks } from '../payments/processor/books.ts'
import { makeReadMark } from '../payments/processor/marks.ts'
import { type Database, makeDatabase } from '../platform/postgres/database.ts'
import { allMigrations, migrate } from '../platform/postgres/migrate.ts'
import { systemClock } from '../platform/process/clock.ts'
import { makeLog } from '../platform/process/log.ts'
import { listProcesses } from '../platform/process/processes.ts'
import { setSwitch } from '../platform/process/switches.ts'
import { handlerOptionsOf } from '../service.ts'
import { startShop } from '../shop.ts'
import { type Context, Misuse, makeProgress, type Result } from './output.ts'

const statementMs = 10 * 60 * 1_000
const auditsMax = 20
const auditEveryMs = 1_000

export interface SettleOptions {
  /** For a database that came back by a physical backup: the moment that it shows. */
  readonly backupTakenAt?: string
}

export async function settleCommand(context: Context, { backupTakenAt }: SettleOptions): Promise<Result> {
  if (backupTakenAt !== undefined && Number.isNaN(Date.parse(backupTakenAt)))
    throw new Misuse('--backup-taken-at: expected a moment such as 2031-05-01T18:00:00Z')
  const database = await findDatabase(context.config)
  try {
    return await settleOn(database.url, context, backupTakenAt)
  } finally {
    await database.stop()
  }
}

export async function settleOn(
  databaseUrl: string,
  { config, json }: Context,
  backupTakenAt?: string,
): Promise<Result> {
  const progress = makeProgress(json)
  const stopSandbox = await startMissingSandbox(config)
  const db = makeDatabase({ url: databaseUrl, maxConnections: 4, queryTimeoutMs: statementMs })
  try {
    await migrate(db, await allMigrations())
    await refuseRunning(db)
    if (backupTakenAt !== undefined) await startEpoch(db, new Date(backupTakenAt).toISOString())
    const books = makeBooks(config.processor, makeReadMark(db))
    const settlement = await settle({
      db,
      books,
      clock: systemClock,
      startQuietShop: () => startQuietShop(config, databaseUrl),
      progress: progress.tell,
    })
    progress.tell('Auditing')
    const found = await audit(db, books)
    const isSound = found.breaches.length === 0
    await finishSettling(db)
    if (isSound) await setSwitch(db, 'sales_stopped', { isOn: false, reason: null })
    return {
      code: isSound ? 0 : 1,
      text: toText(settlement, found.breaches),
      json: { ...settlement, ...found, salesGoOn: isSound },
    }
  } finally {
    progress.end()
    await db.close()
    await stopSandbox()
  }
}

/** Processes that act meanwhile would sell the places of charges that are not known yet. */
async function refuseRunning(db: Database): Promise<void> {
  const running = await listProcesses(db)
  if (running.length === 0) return
  const names = running.map(({ pid, host }) => `${pid} at ${host}`).join(', ')
  throw new Error(`the shop runs (process ${names}); stop it, wait half a minute, and settle again`)
}

/** All services but those that tell others, on a port that nobody knows, and without the broker. */
async function startQuietShop(config: Config, databaseUrl: string): Promise<QuietShop> {
  const quiet: Config = {
    ...config,
    host: '127.0.0.1',
    port: 0,
    services: serviceNames.filter((name) => name !== 'mail' && name !== 'webhooks'),
    nats: null,
    demo: false,
    auditSeconds: 0,
  }
  const shop = await startShop({ config: quiet, databaseUrl, log: makeLog('error'), settling: true })
  const orders = makeOrdersHandler(handlerOptionsOf(shop.platform), () => undefined)
  return {
    orders,
    async stop() {
      await orders.drain()
      await shop.stop()
    },
  }
}

/** The sandbox that the shop would start, unless one answers already. */
async function startMissingSandbox(config: Config): Promise<() => Promise<void>> {
  const nothing = () => Promise.resolve()
  const { processor } = config
  if (processor.kind !== 'sandbox' || !processor.embedded) return nothing
  const answers = await fetch(`http://127.0.0.1:${processor.port}/_sandbox/health`).then(
    ({ ok }) => ok,
    () => false,
  )
  return answers ? nothing : startSandboxProcess(config, processor, makeLog('error'))
}

interface Found {
  readonly breaches: readonly {
    readonly invariant: string
    readonly key: string
    readonly explanation: string
  }[]
  readonly differences: number
}

/** What is only under way is looked at again. */
async function audit(db: Database, books: Books): Promise<Found> {
  const reconciliation = makeReconciliation({ db, books, shownAfterSeconds: 0 })
  for (let looks = 1; ; looks += 1) {
    const { breaches } = await runOverAll({
      db,
      clock: systemClock,
      log: makeLog('silent'),
      books: reconciliation,
      settleMs: 0,
      confirmMs,
      restWithinSeconds,
      pauseFactor: 0,
      mayStopSales: false,
    })
    const differences = await listOpenDifferences(db, 200)
    const isOurs = differences.some(({ owner }) => owner === 'shop')
    if ((breaches.length === 0 && !isOurs) || looks === auditsMax)
      return { breaches, differences: differences.length }
    await systemClock.sleep(auditEveryMs)
  }
}

const amountOf = ({ amountMinor, currency }: { amountMinor: number; currency: string }) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).format(
    amountMinor /
      10 **
        (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
          .maximumFractionDigits ?? 2),
  )

/** For a person who has a minute. */
function toText(settlement: Settlement, breaches: Found['breaches']): string {
  const { backupTakenAt, lostSeconds, rebuilt, completed, refunded, foreign, underWay } = settlement
  const listed = (orders: readonly string[]) => orders.map((id) => `    ${id}`)
  return [
    `The shop is as it was at ${backupTakenAt}, ${Math.ceil(lostSeconds / 60)} minutes ago. Settled with the card processor:`,
    `  ${rebuilt.length} paid orders that the backup did not know were rebuilt; their tickets have the codes that were sold`,
    ...listed(rebuilt),
    `  ${completed.length} orders of the backup were paid since, and are complete`,
    `  ${refunded.length} payments went back in full, because their places, show or price are gone`,
    ...refunded.map((each) => `    ${each.orderId}  ${amountOf(each)}`),
    `  ${settlement.voided} amounts that were only set aside are released`,
    `  ${settlement.refundsTakenIn} payments changed at the processor since: taken in`,
    `  ${settlement.holdsMoved} open holds got the lost time back, ${settlement.sessionsEnded} sign-ins ended`,
    ...(underWay.length > 0
      ? [`  ${underWay.length} payments are still under way; the shop goes on with them`]
      : []),
    ...(foreign.length > 0
      ? [
          `  ${foreign.length} payments at the processor are not proved to be this shop's; nothing was done with them`,
          ...listed(foreign),
        ]
      : []),
    'No processor knows these; ask the people: new accounts and shows, free orders, check-ins, and revoked',
    'API tokens since the backup.',
    breaches.length === 0
      ? 'The auditor finds nothing. Sales go on at the next start.'
      : `The auditor found ${breaches.length} breaches (npm run audit). Sales stay stopped.`,
  ].join('\n')
}
