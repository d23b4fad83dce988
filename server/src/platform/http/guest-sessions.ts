// Sessions of guests that last longer than others: a guest's way to tickets goes on until their show
// is over. Who decides until when is orders.
import { type Queryable, sql } from '../postgres/database.ts'

const listEndingGuestsStatement = sql(
  'platform.list_ending_guests',
  `select distinct principal_id as id from platform.sessions
   where kind = 'guest' and purpose = 'session' and expires_at between now() and now() + interval '1 day'
     and principal_id > $1
   order by principal_id limit 1000`,
)
const extendGuestsStatement = sql(
  'platform.extend_guests',
  `update platform.sessions s set expires_at = greatest(s.expires_at, u.until)
   from unnest($1::uuid[], $2::timestamptz[]) as u (id, until)
   where s.principal_id = u.id and s.kind = 'guest' and s.purpose = 'session' and s.expires_at > now()`,
)

/** Some of the guests whose sessions end within a day, from the one behind `afterId` on. */
export async function listEndingGuests(db: Queryable, afterId: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>(listEndingGuestsStatement, [afterId])
  return rows.map(({ id }) => id)
}

export interface GuestUntil {
  readonly id: string
  readonly until: string
}

/** Their sessions last at least until then. */
export async function extendGuests(db: Queryable, guests: readonly GuestUntil[]): Promise<void> {
  if (guests.length === 0) return
  await db.query(extendGuestsStatement, [guests.map(({ id }) => id), guests.map(({ until }) => until)])
}
