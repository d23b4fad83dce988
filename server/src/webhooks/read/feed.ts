// The feed of an organisation, page by page. Positions have no gaps: a cursor whose next event is gone
// is too old, and nothing else can be missing.
import type { FeedPage } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import { bodyOf, type FeedEntry, feedColumns } from './deliveries.ts'

const rangeStatement = sql(
  'webhooks.feed_range',
  `select o.position as newest,
     coalesce((select min(f.position) - 1 from webhooks.feed f where f.organisation_id = o.id), o.position) as oldest
   from webhooks.organisations o where o.id = $1`,
)
const pageStatement = sql(
  'webhooks.feed_page',
  `select ${feedColumns} from webhooks.feed f
   where f.organisation_id = $1 and f.position > $2 order by f.position limit $3`,
)

/** Of a feed in one epoch: what was told before a restore is another feed. */
export const cursorOf = (epoch: string, position: number): string =>
  Buffer.from(`${epoch} ${position}`).toString('base64url')

/** Null: it is no cursor. */
export function parseCursor(text: string): { epoch: string; position: number } | null {
  const parts = /^([0-9a-f-]{36}) (\d{1,15})$/.exec(Buffer.from(text, 'base64url').toString())
  return parts ? { epoch: parts[1] ?? '', position: Number(parts[2]) } : null
}

export interface FeedRange {
  /** The position before the first event that is kept, and that of the last. */
  readonly oldest: number
  readonly newest: number
}

export async function readRange(db: Queryable, organisationId: string): Promise<FeedRange> {
  const [row] = await db.query<FeedRange>(rangeStatement, [organisationId])
  return row ?? { oldest: 0, newest: 0 }
}

export interface FeedAsked {
  readonly organisationId: string
  readonly epoch: string
  readonly after: number
  readonly limit: number
}

export async function readFeed(db: Queryable, asked: FeedAsked): Promise<FeedPage> {
  const { organisationId, epoch, after, limit } = asked
  const rows = await db.query<FeedEntry>(pageStatement, [organisationId, after, limit + 1])
  const items = rows.slice(0, limit).map((row) => ({
    ...(bodyOf(row) as FeedPage['items'][number]),
    cursor: cursorOf(epoch, row.position),
  }))
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.cursor ?? null) : null }
}
