// Rows that go by their age alone, each by one condition.
import { type Queryable, sql } from '../platform/postgres/database.ts'
import { eventDays } from './rules.ts'

interface Rule {
  readonly name: string
  readonly table: string
  readonly condition: string
  /** Found by an index; a table without one is gone through stretch by stretch. */
  readonly indexed: boolean
}

const rules: readonly Rule[] = [
  {
    // Replay is promised for 24 hours. What moves money has keys of its own, kept for ever.
    name: 'answers',
    table: 'platform.idempotency_keys',
    condition: `created_at < now() - interval '48 hours'`,
    indexed: false,
  },
  {
    name: 'limits',
    table: 'platform.rate_limits',
    condition: 'expire < extract(epoch from now()) * 1000',
    indexed: false,
  },
  { name: 'sessions', table: 'platform.sessions', condition: 'expires_at < now()', indexed: true },
  {
    // Whoever opens one for a month after its end reads that it has expired.
    name: 'links',
    table: 'platform.links',
    condition: `expires_at < now() - interval '30 days'`,
    indexed: true,
  },
  {
    name: 'mails',
    table: 'mail.mails',
    condition: `order_id is null and ended_at < now() - interval '${eventDays} days'
      and not exists (select from mail.mailbox b where b.mail_id = mails.id)`,
    indexed: true,
  },
  {
    // What is left of the deliveries of an event goes with it.
    name: 'feed',
    table: 'webhooks.feed',
    condition: `recorded_at < now() - interval '${eventDays} days'`,
    indexed: true,
  },
  {
    // A consumer that came back while its events went may have put one of them off.
    name: 'orphans',
    table: 'platform.parked_deliveries',
    condition: 'not exists (select from platform.outbox o where o.seq = parked_deliveries.seq)',
    indexed: false,
  },
  {
    name: 'breaches',
    table: 'audit.breaches',
    condition: `cleared_at < now() - interval '1 year'`,
    indexed: false,
  },
  {
    name: 'differences',
    table: 'audit.differences',
    condition: `resolved_at < now() - interval '1 year'`,
    indexed: false,
  },
]

const batchRows = 500
const batchBlocks = 128

export interface RowStep {
  readonly name: string
  count(db: Queryable): Promise<number>
  /** Removes some, from `place` on; where to go on, or null at the end. */
  remove(db: Queryable, place: number): Promise<{ removed: number; next: number | null }>
}

const byIndex = ({ name, table, condition }: Rule) =>
  sql(
    `prune.sweep_${name}`,
    `with gone as (
       delete from ${table} where ctid = any(array(select ctid from ${table} where ${condition} limit ${batchRows}))
         and ${condition} returning 1)
     select count(*)::int as removed, 0 as blocks from gone`,
  )
// Block by block each row is looked at once in a run, however many of them stay.
const byBlocks = ({ name, table, condition }: Rule) =>
  sql(
    `prune.sweep_${name}`,
    `with gone as (
       delete from ${table} where ctid >= format('(%s,0)', $1::int)::tid
         and ctid < format('(%s,0)', $1::int + ${batchBlocks})::tid
         and ${condition} returning 1)
     select (select count(*)::int from gone) as removed,
       (pg_relation_size('${table}') / current_setting('block_size')::int)::int as blocks`,
  )

function stepOf(rule: Rule): RowStep {
  const { name, table, condition, indexed } = rule
  const countStatement = sql(
    `prune.count_${name}`,
    `select count(*)::int as rows from ${table} where ${condition}`,
  )
  const removeStatement = indexed ? byIndex(rule) : byBlocks(rule)
  return {
    name,
    async count(db) {
      return (await db.query<{ rows: number }>(countStatement))[0]?.rows ?? 0
    },
    async remove(db, place) {
      const values = indexed ? [] : [place]
      const [row] = await db.query<{ removed: number; blocks: number }>(removeStatement, values)
      const { removed, blocks } = row ?? { removed: 0, blocks: 0 }
      const next = place + batchBlocks
      const more = indexed ? removed === batchRows : next < blocks
      return { removed, next: more ? next : null }
    },
  }
}

export const rowSteps: readonly RowStep[] = rules.map(stepOf)
