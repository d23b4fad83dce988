// SQL of what accounts keep in drafts: locked by account and counted, and a draft deleted. Never
// decides.
import { type InTransaction, sql, type Write } from '../../platform/postgres/database.ts'
import type { Drafts } from '../domain/quotas.ts'

// Two drafts of one account touch no row in common. Taken in ascending order.
const lockAccounts = sql(
  'tickets.lock_drafts',
  `select pg_advisory_xact_lock(hashtext('tickets.drafts'), slot) from unnest($1::int[]) as slot`,
)
// A draft that was cancelled is kept, too, until it is deleted.
const countDrafts = sql(
  'tickets.count_drafts',
  `select a.id, (select count(*)::int from tickets.shows s where s.organiser_id = a.id and s.published_at is null) as drafts,
     (select count(*)::int from tickets.shows s join tickets.seats p on p.show_id = s.id
      where s.organiser_id = a.id and s.published_at is null) as seats
   from unnest($1::uuid[]) as a (id)`,
)

const slots = 256
const slotOf = (id: string) => Number.parseInt(id.slice(-4), 16) % slots

/** What these accounts keep, held still until the commit. */
export async function loadDrafts(
  tx: InTransaction,
  organiserIds: readonly string[],
): Promise<Map<string, Drafts>> {
  const ids = [...new Set(organiserIds)]
  if (ids.length === 0) return new Map()
  await tx.query(lockAccounts, [[...new Set(ids.map(slotOf))].toSorted((one, other) => one - other)])
  const rows = await tx.query<Drafts & { id: string }>(countDrafts, [ids])
  return new Map(rows.map(({ id, drafts, seats }) => [id, { drafts, seats }]))
}

// Before the show that they refer to, and the seats before their types.
const deletions = [
  sql('tickets.delete_seats', 'delete from tickets.seats where show_id = any($1::uuid[])'),
  sql('tickets.delete_types', 'delete from tickets.ticket_types where show_id = any($1::uuid[])'),
  sql('tickets.delete_pools', 'delete from tickets.pools where show_id = any($1::uuid[])'),
  sql('tickets.delete_shows', 'delete from tickets.shows where id = any($1::uuid[])'),
]

/** Drafts with all that is theirs. */
export function deleteDrafts(ids: readonly string[]): readonly Write[] {
  return ids.length === 0 ? [] : deletions.map((statement) => ({ statement, values: [ids] }))
}
