// Events that belong to no order: of shows, of mails about nothing else, of orders that were lost.
// They go one by one; the newest of each kind that tells a whole state stays.
import { type Queryable, sql, type Tx } from '../platform/postgres/database.ts'
import { type Removed, removeEvents } from './orders.ts'
import { isReadByAll, lockHeard } from './readers.ts'
import { knownTypes, showDays, wholeStateTypes } from './rules.ts'

// A show that is over is none that somebody buys tickets for: its events are needed for its state only.
const judgeStatement = sql(
  'prune.judge_others',
  `select e.seq, e.settled_xid, e.type from platform.outbox e
   where e.correlation_id = any($1::text[]) and e.type = any($2::text[]) and ${isReadByAll}
     and not exists (select from tickets.shows s
       where s.id = e.correlation_id::uuid and coalesce((s.evening ->> 'endsAt')::timestamptz, s.starts_at) >= now() - interval '${showDays} days')
     and (e.type <> all($3::text[]) or exists (select from platform.outbox newer
       where newer.correlation_id = e.correlation_id and newer.subject = e.subject and newer.type = e.type
         and newer.seq > e.seq))
   limit 500`,
)

interface Judged {
  readonly seq: number
  readonly settled_xid: number
  readonly type: string
}

function judgeOthers(db: Queryable, ids: readonly string[]): Promise<Judged[]> {
  return db.query<Judged>(judgeStatement, [ids, knownTypes, wholeStateTypes])
}

/** What `removeOthers` would do. */
export async function countOthers(db: Queryable, ids: readonly string[]): Promise<Removed> {
  return { events: (await judgeOthers(db, ids)).length }
}

export async function removeOthers(tx: Tx, ids: readonly string[]): Promise<Removed> {
  await lockHeard(tx)
  return { ...(await removeEvents(tx, await judgeOthers(tx, ids))) }
}
