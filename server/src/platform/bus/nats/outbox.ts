// SQL of the relay: whose outbox it is, and what is in it.

import { type Queryable, sql } from '../../postgres/database.ts'
import type { EventPage, Position } from '../store.ts'

const readShop = sql(
  'relay.read_shop',
  `select c.system_identifier::text || '_' || d.oid || '_' || replace(i.epoch::text, '-', '') as shop
   from pg_control_system() c, platform.installation i, pg_database d where d.datname = current_database()`,
)
const readOldest = sql(
  'relay.read_oldest',
  `select o.occurred_at as at from platform.outbox o where o.settled_xid >= $1 order by o.settled_xid, o.seq limit 1`,
)
const hasEvent = sql('relay.has_event', `select 1 as found from platform.outbox where seq = $1 and id = $2`)

/**
 * Names the shop until it is restored: its database in its cluster, in its epoch. A copy of the
 * database elsewhere is another shop, and events that were told before a restore are not its own.
 */
export async function readShopName(db: Queryable): Promise<string> {
  const [row] = await db.query<{ shop: string }>(readShop)
  if (!row) throw new Error('the database did not tell which one it is')
  return row.shop
}

export async function isInOutbox(db: Queryable, seq: number, id: string): Promise<boolean> {
  return (await db.query(hasEvent, [seq, id])).length > 0
}

/** When the oldest event from this window on happened; null when there is none. */
export async function readOldestSince(db: Queryable, windowFrom: number): Promise<number | null> {
  const [row] = await db.query<{ at: string }>(readOldest, [windowFrom])
  return row ? Date.parse(row.at) : null
}

/** Where a page stands while it is read: its window, also when it is the last page of it. */
export function windowOf(position: Position, { next }: EventPage): { windowFrom: number; windowTo: number } {
  return { windowFrom: position.windowFrom, windowTo: next.windowTo ?? next.windowFrom }
}
