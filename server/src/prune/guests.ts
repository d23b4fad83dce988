// Guests who never held a ticket: an address that nobody needs.
import { type Queryable, sql } from '../platform/postgres/database.ts'
import { guestDays } from './rules.ts'

const isNobody = `not exists (select from orders.orders o where o.buyer_id = g.id)
  and not exists (select from platform.sessions s where s.principal_id = g.id)`
const removeStatement = sql(
  'prune.remove_guests',
  `with old as materialized (
     select id from (select id, created_at from identity.guests where id > $1::uuid order by id limit $2) page
     where created_at < now() - interval '${guestDays} days'
   ), gone as (
     delete from identity.guests g using old where g.id = old.id and ${isNobody} returning g.id, g.email
   ), named as (
     delete from platform.buyer_ids b using gone where b.owner = gone.email and b.buyer_id = gone.id
   )
   select (select count(*)::int from gone) as removed, (select id from old order by id desc limit 1) as "upTo"`,
)
const countStatement = sql(
  'prune.count_guests',
  `select count(*)::int as guests from identity.guests g
   where g.created_at < now() - interval '${guestDays} days' and ${isNobody}`,
)

/** Goes through the guests after `after`, oldest first. `upTo` is null when no old one is left. */
export async function removeGuests(
  db: Queryable,
  after: string,
  limit: number,
): Promise<{ removed: number; upTo: string | null }> {
  const [row] = await db.query<{ removed: number; upTo: string | null }>(removeStatement, [after, limit])
  return row ?? { removed: 0, upTo: null }
}

export async function countGuests(db: Queryable): Promise<number> {
  const [row] = await db.query<{ guests: number }>(countStatement)
  return row?.guests ?? 0
}
