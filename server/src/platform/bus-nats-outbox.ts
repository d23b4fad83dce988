// SQL of the relay: every event of the outbox, also of types that this version does not know, and whose outbox it is. The
// windows are those that consumers read by.
import { contentsOf, type EventPage, type PageQuery, type Position, pageOf } from './bus-postgres-store.ts'
import { type Queryable, sql } from './db.ts'

const readFirstOfAll = sql(
  'relay.read_first_page',
  `with horizon as (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin),
   inside as materialized (
     select o.seq, o.id from platform.outbox o
     where o.settled_xid >= $1 and o.settled_xid < (select xmin from horizon)
   ),
   page as (select seq, id from inside order by seq limit $2)
   select horizon.xmin as horizon, page.seq, page.id from horizon left join page on true order by page.seq`,
)
const readLaterOfAll = sql(
  'relay.read_later_page',
  `select o.seq, o.id from platform.outbox o
   where o.seq > $1 and o.settled_xid >= $2 and o.settled_xid < $3
   order by o.seq limit $4`,
)
const readShop = sql(
  'relay.read_shop',
  `select c.system_identifier::text || '_' || d.oid as shop
   from pg_control_system() c, pg_database d where d.datname = current_database()`,
)
const readOldest = sql(
  'relay.read_oldest',
  `select o.occurred_at as at from platform.outbox o where o.settled_xid >= $1 order by o.settled_xid, o.seq limit 1`,
)
const hasEvent = sql('relay.has_event', `select 1 as found from platform.outbox where seq = $1 and id = $2`)

type Place = { readonly seq: number; readonly id: string }
type FirstRow = { readonly horizon: number; readonly seq: number | null; readonly id: string }

/** The next page behind `position`, of events of every type. */
export async function readNextOfAll(db: Queryable, { position, limit, atHand }: Omit<PageQuery, 'types'>): Promise<EventPage> {
  const { windowFrom, windowTo, afterSeq } = position
  if (windowTo !== null) {
    const found = await db.query<Place>(readLaterOfAll, [afterSeq, windowFrom, windowTo, limit])
    return pageOf(await contentsOf(db, found, atHand), { ...position, windowTo }, limit)
  }
  const found = await db.query<FirstRow>(readFirstOfAll, [windowFrom, limit])
  const horizon = Math.max(windowFrom, found[0]?.horizon ?? windowFrom)
  const places = found.filter((row): row is FirstRow & Place => row.seq !== null)
  return pageOf(await contentsOf(db, places, atHand), { windowFrom, windowTo: horizon, afterSeq }, limit)
}

/** Names the shop for ever: its database in its cluster. A copy of the database elsewhere is another shop. */
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
