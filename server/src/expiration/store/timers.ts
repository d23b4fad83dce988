// SQL of the expiration service.
import {
  type BatchTx,
  copyInto,
  type InTransaction,
  type Queryable,
  sql,
  type Write,
  withRows,
  writeRows,
} from '../../platform/postgres/database.ts'
import type { Timer } from '../domain/timer.ts'

const columns =
  'order_id as "orderId", status, expires_at as "expiresAt", order_version as "orderVersion", version'

const loadTimersStatement = sql(
  'expiration.load_timers',
  `select ${columns} from expiration.timers where order_id = any($1::uuid[]) order by order_id for update`,
)

export async function loadTimers(tx: InTransaction, orderIds: readonly string[]): Promise<Timer[]> {
  return tx.query<Timer>(loadTimersStatement, [orderIds])
}

// What another process is firing is skipped, so that any number of them share the work. The time is
// a parameter: a call of clock_timestamp() could not end the walk of the index, and each look would
// read every timer that waits.
export const dueStatement = sql(
  'expiration.load_due',
  `select ${columns} from expiration.timers
   where status = 'waiting' and expires_at <= $2
   order by expires_at limit $1 for update skip locked`,
)

export async function loadDueTimers(tx: BatchTx, limit: number): Promise<Timer[]> {
  return tx.query<Timer>(dueStatement, [limit, await tx.begun])
}

const types = {
  order_id: 'uuid',
  status: 'text',
  expires_at: 'timestamptz',
  order_version: 'int',
  version: 'int',
} as const
const insertTimersStatement = copyInto('expiration.insert_timers', 'expiration.timers', types)
const updateTimersStatement = withRows(
  'expiration.update_timers',
  types,
  (rows) => `update expiration.timers t
   set status = n.status, expires_at = n.expires_at, order_version = n.order_version, version = n.version
   from ${rows} as n where t.order_id = n.order_id`,
)

const rowOf = ({ orderId, status, expiresAt, orderVersion, version }: Timer) => {
  return { order_id: orderId, status, expires_at: expiresAt, order_version: orderVersion, version }
}

export function insertTimers(timers: readonly Timer[]): readonly Write[] {
  return writeRows(insertTimersStatement, timers.map(rowOf))
}

export function updateTimers(timers: readonly Timer[]): readonly Write[] {
  return writeRows(updateTimersStatement, timers.map(rowOf))
}

export const nextDueStatement = sql(
  'expiration.next_due',
  `select (extract(epoch from min(expires_at) - clock_timestamp()) * 1000)::float8 as due_in_ms
   from expiration.timers where status = 'waiting'`,
)

/**
 * Milliseconds on the database's clock until the next timer is due (negative: overdue), or null
 * when none waits.
 */
export async function nextDueInMs(db: Queryable): Promise<number | null> {
  const [row] = await db.query<{ due_in_ms: number | null }>(nextDueStatement)
  return row?.due_in_ms ?? null
}
