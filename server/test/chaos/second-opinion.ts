// What the shop's own auditor says: once over everything at the end, and what it cried out during
// the run. A breach stops sales, so one that was none would be a fault too.
import { runOverAll } from '../../src/audit/run.ts'
import { type Database, sql } from '../../src/platform/postgres/database.ts'
import { systemClock } from '../../src/platform/process/clock.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import type { Verdict } from './checker.ts'

const alarms = sql(
  'chaos.alarms',
  `select invariant, key, explanation, first_seen_at as "firstSeenAt", cleared_at as "clearedAt" from audit.breaches order by first_seen_at`,
)
/** Too late under faults is no false alarm: that is what it is to tell. */
const liveness = 'orders_come_to_rest'

interface Alarm {
  readonly invariant: string
  readonly key: string
  readonly explanation: string
}

export async function auditToo(db: Database): Promise<Verdict> {
  const { checked, breaches } = await runOverAll({
    db,
    clock: systemClock,
    log: makeLog('silent'),
    books: null,
    settleMs: 0,
    confirmMs: 500,
    restWithinSeconds: 60,
    pauseFactor: 0,
    mayStopSales: false,
  })
  const raised = (await db.query<Alarm>(alarms)).filter(({ invariant }) => invariant !== liveness)
  return {
    invariant: 'auditor',
    title: 'The running auditor finds nothing at the end, and raised no false alarm on the way',
    looked: checked,
    breaches: [...breaches, ...raised].map(
      ({ invariant, key, explanation }) => `${invariant} ${key}: ${explanation}`,
    ),
  }
}
