// SQL of sellers: who is approved, who is blocked, and which shows do not agree with that yet.
import { type InTransaction, type Queryable, sql } from '../../platform/postgres/database.ts'
import { type Seller, unknownSeller } from '../domain/seller.ts'

// Held until the commit: a block that comes meanwhile waits, and then finds the show published.
const lockSellers = sql(
  'tickets.lock_sellers',
  `select id, approved, blocked from tickets.sellers where id = any($1) order by id for share`,
)
const readSellerStatement = sql(
  'tickets.read_seller',
  `select approved, blocked, asked_at is not null as asked from tickets.sellers where id = $1`,
)
const noteAsked = sql(
  'tickets.note_asked_to_sell',
  `insert into tickets.sellers (id, asked_at) values ($1, now())
   on conflict (id) do update set asked_at = coalesce(sellers.asked_at, excluded.asked_at)`,
)
const approveStatement = sql(
  'tickets.approve_seller',
  `insert into tickets.sellers (id, approved, reason) values ($1, true, $2)
   on conflict (id) do update set approved = true, blocked = false, reason = excluded.reason, changed_at = now()`,
)
// A row that is not there could not be locked by who publishes meanwhile: it is made first.
const blockStatement = sql(
  'tickets.block_seller',
  `insert into tickets.sellers (id, blocked, reason) values ($1, true, $2)
   on conflict (id) do update set blocked = true, reason = excluded.reason, changed_at = now()`,
)
const makeSellers = sql(
  'tickets.make_sellers',
  `insert into tickets.sellers (id) select unnest($1::uuid[]) order by 1 on conflict do nothing`,
)
const listUnsettled = sql(
  'tickets.list_unsettled_shows',
  `select s.id, s.organiser_id as "organiserId" from tickets.sellers r
     join tickets.shows s on s.organiser_id = r.id
   where r.blocked and not s.blocked and s.status = 'on_sale'
   union all
   select s.id, s.organiser_id from tickets.shows s left join tickets.sellers r on r.id = s.organiser_id
   where s.blocked and r.blocked is not true`,
)

/** Locks these sellers against changes and reads them; those without a row are made first. */
export async function loadSellers(tx: InTransaction, ids: readonly string[]): Promise<Map<string, Seller>> {
  if (ids.length === 0) return new Map()
  const wanted = [...new Set(ids)]
  await tx.query(makeSellers, [wanted])
  const rows = await tx.query<Seller & { id: string }>(lockSellers, [wanted])
  return new Map(rows.map(({ id, approved, blocked }) => [id, { approved, blocked }]))
}

export async function readSeller(db: Queryable, id: string): Promise<Seller & { asked: boolean }> {
  const [row] = await db.query<Seller & { asked: boolean }>(readSellerStatement, [id])
  return row ?? { ...unknownSeller, asked: false }
}

export async function askToSell(db: Queryable, id: string): Promise<void> {
  await db.query(noteAsked, [id])
}

/** An approved seller is not blocked any more. */
export async function approveSeller(db: Queryable, id: string, reason: string | null): Promise<void> {
  await db.query(approveStatement, [id, reason])
}

export async function blockSeller(db: Queryable, id: string, reason: string): Promise<void> {
  await db.query(blockStatement, [id, reason])
}

export interface UnsettledShow {
  readonly id: string
  readonly organiserId: string
}

/** Shows whose mark differs from their seller's: what a block or its end has not reached yet. */
export function listUnsettledShows(db: Queryable): Promise<UnsettledShow[]> {
  return db.query<UnsettledShow>(listUnsettled)
}
