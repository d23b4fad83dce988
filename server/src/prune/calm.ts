// Whether buyers leave room for work that can wait: no show was held for more than ten times a second
// over the last minutes.
import { type Queryable, sql } from '../platform/postgres/database.ts'
import type { Clock } from '../platform/process/clock.ts'

// Ids of orders begin with their time, so the newest are at one end of the index.
const busiestStatement = sql(
  'prune.busiest_show',
  `select coalesce(max(orders), 0)::int as busiest, coalesce(sum(orders), 0)::int as all
   from (select count(*) as orders from
     (select show_id from orders.orders where id > $1::uuid order by id desc limit $2) newest group by show_id) shows`,
)

const holdsPerSecond = 10
const overSeconds = 300
/** A rush that has just begun. */
const burstSeconds = 10
const burstHolds = holdsPerSecond * burstSeconds * 2
/** So many orders in all are a rush, whatever their shows are. */
const readMax = 10 * holdsPerSecond * overSeconds

export async function isCalm(db: Queryable, clock: Clock): Promise<boolean> {
  const since = (seconds: number) => idAt(clock.nowMs() - seconds * 1_000)
  const [burst] = await ask(db, since(burstSeconds))
  if ((burst?.busiest ?? 0) > burstHolds) return false
  const [long] = await ask(db, since(overSeconds))
  return (long?.busiest ?? 0) <= holdsPerSecond * overSeconds && (long?.all ?? 0) < readMax
}

const ask = (db: Queryable, id: string) =>
  db.query<{ busiest: number; all: number }>(busiestStatement, [id, readMax])

/** The lowest id of a moment. */
function idAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}
