// How far the rolling look at all orders is, and how long a round takes. Writes its own marks only.
import { type Queryable, sql } from '../platform/postgres/database.ts'

const endStatement = sql(
  'audit.end_round',
  `insert into audit.marks (name, place)
   select 'orders.took', extract(epoch from now() - coalesce((select moved_at from audit.marks where name = 'orders.began'), now()))::int::text
   union all
   select 'orders.began', ''
   on conflict (name) do update set place = excluded.place, moved_at = now()`,
)
const readStatement = sql(
  'audit.read_round',
  `select (select place from audit.marks where name = 'orders') as place,
          (select place from audit.marks where name = 'orders.took') as took,
          (select id from orders.orders order by id limit 1) as first,
          (select id from orders.orders order by id desc limit 1) as last`,
)

/** All orders were looked at once more. */
export async function endRound(db: Queryable): Promise<void> {
  await db.query(endStatement)
}

export interface Round {
  /** Of the last whole round; 0 before its end. */
  readonly fullRoundSeconds: number
  readonly roundDone: number
}

/**
 * By the time in the orders' ids, which rises: a share of time and not of orders. Null before the
 * first round began.
 */
export async function readRound(db: Queryable): Promise<Round | null> {
  const [row] = await db.query<{
    place: string | null
    took: string | null
    first: string | null
    last: string | null
  }>(readStatement)
  if (!row?.place) return null
  const fullRoundSeconds = Number(row.took ?? 0)
  if (row.first === null || row.last === null) return { fullRoundSeconds, roundDone: 1 }
  const [first, last, place] = [timeIn(row.first), timeIn(row.last), timeIn(row.place)]
  const roundDone = last > first ? Math.min(1, Math.max(0, (place - first) / (last - first))) : 0
  return { fullRoundSeconds, roundDone }
}

const timeIn = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
