// The inbox: which events a consumer has handled, recorded in the transaction of their effect.
import { type InTransaction, sql, type Write } from '../postgres/database.ts'

const readSeen = sql(
  'platform.read_inbox',
  `select event_id from platform.inbox where consumer = $1 and event_id = any($2::uuid[])`,
)
// A duplicate is an error here: looking for it first, as `on conflict` does, costs as much again
// for each row.
const recordSeen = sql(
  'platform.record_inbox',
  `insert into platform.inbox (consumer, event_id) select $1, id from unnest($2::uuid[]) as id`,
)

/** Of `eventIds`, those whose effect is in the database already. */
export async function readHandled(
  tx: InTransaction,
  consumer: string,
  eventIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.query<{ event_id: string }>(readSeen, [consumer, eventIds])
  return new Set(rows.map((row) => row.event_id))
}

/**
 * Another process that handled one of them while we did is a duplicate key: our transaction does
 * not commit.
 */
export function recordHandled(consumer: string, eventIds: readonly string[]): readonly Write[] {
  return eventIds.length === 0 ? [] : [{ statement: recordSeen, values: [consumer, eventIds] }]
}
