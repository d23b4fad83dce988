// Which events somebody still has to read: SQL over the consumers' positions, and the consumers that
// are waited for no longer.
import { type Queryable, sql } from '../platform/postgres/database.ts'
import { eventDays, silentDays } from './rules.ts'

/**
 * Of a consumer `c`. Measured against the others and not against the time: where the whole shop was
 * off, nobody was silent. And only beside a process that has run for an hour: those that have just
 * started still save their positions.
 */
const isSilent = `(c.updated_at < (select max(updated_at) from platform.cursors) - interval '${silentDays} days'
  and exists (select from platform.processes
    where last_seen_at > now() - interval '20 seconds' and started_at < now() - interval '1 hour'))`

/**
 * Of an event `e`: it may go as far as its readers are concerned. It is old, everybody who counts
 * has read it, also where the version that reads now does not hear its type, and it is set aside for
 * nobody.
 */
export const isReadByAll = `e.occurred_at < now() - interval '${eventDays} days'
  and not exists (select from platform.cursors c
    where not ${isSilent} and e.settled_xid >= least(c.window_from, (c.heard ->> e.type)::bigint))
  and not exists (select from audit.marks m
    where m.name in ('events', 'deliveries') and m.moved_at > now() - interval '${silentDays} days'
      and m.place <> '' and e.settled_xid >= split_part(m.place, ':', 1)::bigint)
  and not exists (select from platform.parked_deliveries p where p.seq = e.seq)`

const lockHeardStatement = sql(
  'prune.lock_heard',
  `select pg_advisory_xact_lock(hashtext('holdfast.bus'), hashtext('heard'))`,
)
const passOverStatement = sql(
  'prune.pass_over',
  `update platform.cursors c set passed_over_at = now()
   where ${isSilent} and c.passed_over_at is null and c.window_from <= $1
     and (c.heard is null or c.heard::jsonb ?| $2::text[])`,
)
const silentStatement = sql(
  'prune.silent_consumers',
  `select c.consumer, c.updated_at as "silentSince", c.passed_over_at as "passedOverAt"
   from platform.cursors c where ${isSilent} or c.passed_over_at is not null order by c.consumer`,
)

/** No consumer begins, or goes back for a type, until this transaction has ended. */
export async function lockHeard(tx: Queryable): Promise<void> {
  await tx.query(lockHeardStatement)
}

/** Notes which silent consumers will miss what was removed: events up to a position, of these types. */
export async function passOver(
  tx: Queryable,
  { highestXid, types }: { readonly highestXid: number; readonly types: readonly string[] },
): Promise<void> {
  await tx.query(passOverStatement, [highestXid, types])
}

export interface SilentConsumer {
  readonly consumer: string
  readonly silentSince: string
  /** Since when events are removed that it has not read; null: nothing was. */
  readonly passedOverAt: string | null
}

export function listSilentConsumers(db: Queryable): Promise<SilentConsumer[]> {
  return db.query<SilentConsumer>(silentStatement)
}
