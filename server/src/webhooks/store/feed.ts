// SQL of the feeds' write path.
import { type BatchTx, copyInto, sql, type Write, writeRows } from '../../platform/postgres/database.ts'
import type { FeedRow } from '../world.ts'

const beginFeeds = sql(
  'webhooks.begin_feeds',
  `insert into webhooks.organisations (id) select id from unnest($1::uuid[]) as id order by id on conflict do nothing`,
)
const lockPositionsStatement = sql(
  'webhooks.lock_positions',
  `select id, position from webhooks.organisations where id = any($1::uuid[]) order by id for update`,
)
const savePositions = sql(
  'webhooks.save_positions',
  `update webhooks.organisations o set position = n.position
   from json_to_recordset($1) as n (id uuid, position bigint) where o.id = n.id`,
)
const insertFeed = copyInto('webhooks.insert_feed', 'webhooks.feed', {
  organisation_id: 'uuid',
  position: 'bigint',
  event_id: 'uuid',
  type: 'text',
  version: 'int',
  about: 'uuid',
  occurred_at: 'timestamptz',
  data: 'json',
})

/** How far the feeds of these organisations are. Nobody else counts on until the commit. */
export async function lockPositions(tx: BatchTx, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  await tx.begun
  await tx.query(beginFeeds, [ids])
  const rows = await tx.query<{ id: string; position: number }>(lockPositionsStatement, [ids])
  return new Map(rows.map(({ id, position }) => [id, position]))
}

export function saveFeed(rows: readonly FeedRow[], positions: ReadonlyMap<string, number>): readonly Write[] {
  if (rows.length === 0) return []
  return [
    ...writeRows(
      savePositions,
      [...positions].map(([id, position]) => ({ id, position })),
    ),
    ...writeRows(
      insertFeed,
      rows.map(({ organisationId, position, id, type, version, about, occurredAt, data }) => ({
        organisation_id: organisationId,
        position,
        event_id: id,
        type,
        version,
        about,
        occurred_at: occurredAt,
        data,
      })),
    ),
  ]
}
