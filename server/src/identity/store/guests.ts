// SQL of guests from long ago: listed and deleted.
import { type Queryable, sql } from '../../platform/postgres/database.ts'

// A session lasts thirty days, longer only for who has tickets.
const listOld = sql(
  'identity.list_old_guests',
  `select id from identity.guests where created_at < now() - interval '31 days' and id > $1 order by id limit 1000`,
)
const deleteStatement = sql(
  'identity.delete_guests',
  'delete from identity.guests where id = any($1::uuid[])',
)

/** Some guests who came more than a month ago, from the one behind `afterId` on. */
export async function listOldGuests(db: Queryable, afterId: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>(listOld, [afterId])
  return rows.map(({ id }) => id)
}

export async function deleteGuests(db: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.query(deleteStatement, [ids])
}
