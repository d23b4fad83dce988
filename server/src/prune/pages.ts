// The oldest events, page by page, and whose they are.
import { type Queryable, sql } from '../platform/postgres/database.ts'
import { eventDays, newestEvents } from './rules.ts'

const pageRows = 1_000

const readStatement = sql(
  'prune.read_page',
  `select o.seq, o.correlation_id as "processId", o.occurred_at < now() - interval '${eventDays} days' as old
   from platform.outbox o
   where o.seq > $1 and o.seq <= (select max(seq) - ${newestEvents} from platform.outbox)
   order by o.seq limit ${pageRows}`,
)

export interface Page {
  /** Orders, shows, mails: whatever the old events of the page belong to. */
  readonly processIds: readonly string[]
  /** The event to go on behind; null when what comes is young. */
  readonly next: number | null
}

const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export async function readPage(db: Queryable, after: number): Promise<Page> {
  const rows = await db.query<{ seq: number; processId: string; old: boolean }>(readStatement, [after])
  const old = rows.filter((row) => row.old)
  const processIds = [...new Set(old.map(({ processId }) => processId))].filter((each) => id.test(each))
  const isLast = rows.length < pageRows || old.length < rows.length
  return { processIds, next: isLast ? null : (rows.at(-1)?.seq ?? null) }
}
