// Timelines of orders whose events are gone.
import type { TimelineEntry } from '@holdfast/contract'
import type { Static } from 'typebox'
import { type Queryable, sql } from '../../platform/postgres/database.ts'

type Entry = Static<typeof TimelineEntry>

const readStatement = sql('orders.read_timeline', `select entries from orders.timelines where order_id = $1`)
// An order may come to life once more, by a refund, and go to rest again.
const storeStatement = sql(
  'orders.store_timelines',
  `insert into orders.timelines as t (order_id, entries)
   select "orderId", entries from json_to_recordset($1) as n ("orderId" uuid, entries jsonb)
   on conflict (order_id) do update set entries = t.entries || excluded.entries, stored_at = now()`,
)

export async function readStoredTimeline(db: Queryable, orderId: string): Promise<readonly Entry[]> {
  const [row] = await db.query<{ entries: readonly Entry[] }>(readStatement, [orderId])
  return row?.entries ?? []
}

export async function storeTimelines(
  tx: Queryable,
  timelines: readonly { readonly orderId: string; readonly entries: readonly Entry[] }[],
): Promise<void> {
  await tx.query(storeStatement, [JSON.stringify(timelines)])
}
