// The inbox: which events a consumer has handled, recorded in the transaction of their effect.
import { copyInto, sql, type Tx, type Write, writeRows } from './db.ts'

const readSeen = sql(
  'platform.read_inbox',
  `select event_id from platform.inbox where consumer = $1 and event_id = any($2::uuid[])`,
)
const recordSeen = copyInto('platform.record_inbox', 'platform.inbox', { consumer: 'text', event_id: 'uuid' })

/** Of `eventIds`, those whose effect is in the database already. */
export async function readHandled(tx: Tx, consumer: string, eventIds: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ event_id: string }>(readSeen, [consumer, eventIds])
  return new Set(rows.map((row) => row.event_id))
}

/** Another process that handled one of them while we did is a duplicate key: our transaction does not commit. */
export function recordHandled(consumer: string, eventIds: readonly string[]): readonly Write[] {
  return writeRows(
    recordSeen,
    eventIds.map((event_id) => ({ consumer, event_id })),
  )
}
