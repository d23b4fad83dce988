// The auditor over a shop under test: everything looked at now, as `npm run audit` does.
import { expect } from 'vitest'
import { makeReconciliation } from '../src/audit/books/reconcile.ts'
import { listOpenDifferences, type StoredDifference } from '../src/audit/books/store.ts'
import { type AuditParts, type RunReport, runOverAll } from '../src/audit/run.ts'
import { readConfig } from '../src/config/config.ts'
import { makeBooks } from '../src/payments/processor/books.ts'
import { makeReadMark } from '../src/payments/processor/marks.ts'
import type { Queryable } from '../src/platform/postgres/database.ts'
import { systemClock } from '../src/platform/process/clock.ts'
import { makeLog } from '../src/platform/process/log.ts'
import { waitFor } from './wait.ts'

export interface Audited {
  readonly db: Queryable
  /** Of the card sandbox. */
  readonly sandbox: { readonly port: number }
}

/** How the auditor runs in tests: at once, and showing every difference. */
export function auditParts({ db, sandbox }: Audited, changes: Partial<AuditParts> = {}): AuditParts {
  const { processor } = readConfig({ SANDBOX_PORT: String(sandbox.port) })
  const books = makeReconciliation({
    db,
    books: makeBooks(processor, makeReadMark(db)),
    shownAfterSeconds: 0,
  })
  const log = makeLog('silent')
  return {
    db,
    clock: systemClock,
    log,
    books,
    settleMs: 0,
    confirmMs: 300,
    restWithinSeconds: 60,
    pauseFactor: 0,
    mayStopSales: true,
    ...changes,
  }
}

export function auditNow(shop: Audited, changes: Partial<AuditParts> = {}): Promise<RunReport> {
  return runOverAll(auditParts(shop, changes))
}

export function differencesNow(shop: Audited): Promise<StoredDifference[]> {
  return listOpenDifferences(shop.db, 100)
}

/**
 * Everything holds, once what is under way has come to rest; and no difference stays between shop
 * and processor.
 */
export async function expectSound(shop: Audited): Promise<void> {
  const report = await auditNow(shop)
  expect(report.breaches).toEqual([])
  expect(report.books).toBe('read')
  await waitFor('no difference between shop and processor', async () => {
    const { breaches } = await auditNow(shop)
    expect(breaches).toEqual([])
    return (await differencesNow(shop)).length === 0
  })
  const stops = await shop.db.query({
    name: 'test.stops',
    text: 'select reason from platform.switches where is_on',
  })
  expect(stops).toEqual([])
}

/** The shop's own auditor looked while all of it went on, and never cried out. */
export async function expectNoFalseAlarm({ db }: Pick<Audited, 'db'>): Promise<void> {
  await waitFor('a run of the shop’s own auditor', async () => {
    const runs = await db.query({
      name: 'test.audit_runs',
      text: 'select 1 from audit.runs where took_ms is not null',
    })
    return runs.length > 0
  })
  expect(
    await db.query({ name: 'test.breaches_ever', text: 'select invariant, explanation from audit.breaches' }),
  ).toEqual([])
}
