// SQL of the expiration service.
import { copyInto, type Queryable, sql, type Tx, type Write, writeRows } from '../platform/db.ts'
import type { Timer } from './domain.ts'

const columns = 'order_id as "orderId", status, expires_at as "expiresAt", order_version as "orderVersion", version'

const loadTimersStatement = sql(
  'expiration.load_timers',
  `select ${columns} from expiration.timers where order_id = any($1::uuid[]) order by order_id for update`,
)

export async function loadTimers(tx: Tx, orderIds: readonly string[]): Promise<Timer[]> {
  return tx.query<Timer>(loadTimersStatement, [orderIds])
}

// What another process is firing is skipped, so that any number of them share the work. The time is a parameter: a call of
// clock_timestamp() could not end the walk of the index, and each look would read every timer that waits.
export const dueStatement = sql(
  'expiration.load_due',
  `select ${columns} from expiration.timers
   where status = 'waiting' and expires_at <= $2
   order by expires_at limit $1 for update skip locked`,
)

export async function loadDueTimers(tx: Tx, limit: number): Promise<Timer[]> {
  await tx.begun
  return tx.query<Timer>(dueStatement, [limit, tx.now])
}

const insertTimersStatement = copyInto('expiration.insert_timers', 'expiration.timers', {
  order_id: 'uuid',
  status: 'text',
  expires_at: 'timestamptz',
  order_version: 'int',
  version: 'int',
})
const updateTimersStatement = sql(
  'expiration.update_timers',
  `update expiration.timers t
   set status = n.status, expires_at = n."expiresAt", order_version = n."orderVersion", version = n.version
   from json_to_recordset($1) as n ("orderId" uuid, status text, "expiresAt" timestamptz, "orderVersion" int, version int)
   where t.order_id = n."orderId"`,
)

export function insertTimers(timers: readonly Timer[]): readonly Write[] {
  const rowOf = ({ orderId: order_id, status, expiresAt: expires_at, orderVersion: order_version, version }: Timer) => {
    return { order_id, status, expires_at, order_version, version }
  }
  return writeRows(insertTimersStatement, timers.map(rowOf))
}

export function updateTimers(timers: readonly Timer[]): readonly Write[] {
  return writeRows(updateTimersStatement, timers)
}

export const nextDueStatement = sql(
  'expiration.next_due',
  `select (extract(epoch from min(expires_at) - clock_timestamp()) * 1000)::float8 as due_in_ms
   from expiration.timers where status = 'waiting'`,
)

/** Milliseconds on the database's clock until the next timer is due (negative: overdue), or null when none waits. */
export async function nextDueInMs(db: Queryable): Promise<number | null> {
  const [row] = await db.query<{ due_in_ms: number | null }>(nextDueStatement)
  return row?.due_in_ms ?? null
}
