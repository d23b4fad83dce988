// SQL of the operator's overview: a few cheap reads over the platform's tables and the services'
// counts. Reads only.
import type { OpsMail } from '@holdfast/contract'
import { lowestPosition } from '../../platform/bus/store.ts'
import { type Queryable, sql } from '../../platform/postgres/database.ts'

const countedUpTo = 10_000

// One who has not read anything yet has no position; he is shown all the same, or nobody would miss
// him.
const flowStatement = sql(
  'ops.event_flow',
  `select c.consumer, coalesce(l.events, 0)::int as "lagEvents", coalesce(l.oldest_ms, 0)::float8 as "lagMs",
          coalesce(l.first_seq - 1, (select max(seq) from platform.outbox), 0)::bigint as position,
          (select count(*)::int from platform.parked_deliveries d where d.consumer = c.consumer and not d.dead) as parked,
          (select count(*)::int from platform.parked_deliveries d where d.consumer = c.consumer and d.dead) as dead
   from (
     select s.consumer, coalesce(u.window_from, ${lowestPosition}) as window_from
     from (select distinct consumer from unnest($1::text[]) as consumer) s left join platform.cursors u on u.consumer = s.consumer
   ) c left join lateral (
     select count(*) as events, min(w.seq) as first_seq, extract(epoch from clock_timestamp() - min(w.occurred_at)) * 1000 as oldest_ms
     from (
       select o.seq, o.occurred_at from platform.outbox o
       where o.settled_xid >= c.window_from
         and o.type in (select type from unnest($1::text[], $2::text[]) as s (consumer, type) where s.consumer = c.consumer)
         and not exists (select 1 from platform.inbox i where i.consumer = c.consumer and i.event_id = o.id)
       order by o.settled_xid, o.seq limit ${countedUpTo}
     ) w
   ) l on true
   order by c.consumer`,
)
const databaseStatement = sql(
  'ops.database',
  `select clock_timestamp() as now, current_setting('server_version') as version, pg_database_size(current_database()) as "sizeBytes",
          (select count(*)::int from pg_stat_activity where datname = current_database()) as connections,
          current_setting('max_connections')::int as "connectionsMax",
          (select coalesce(max(extract(epoch from clock_timestamp() - xact_start)) * 1000, 0)::float8
           from pg_stat_activity where datname = current_database() and state <> 'idle') as "oldestTransactionMs",
          (select coalesce(max(seq), 0) from platform.outbox) as "newestEvent"`,
)
const ordersStatement = sql(
  'ops.orders_by_status',
  `select status, count(*)::int as orders from orders.orders group by status`,
)
const countsStatement = sql(
  'ops.counts',
  `select (select count(*)::int from payments.payments where open and status = 'unknown') as "unknownPayments",
          (select count(*)::int from platform.parked_deliveries where dead) as "deadLetters",
          (select count(*)::int from platform.parked_deliveries where not dead and starts_with(reason, $1)) as unreadable,
          (select count(*)::int from mail.mails
           where state in ('bounced', 'given_up') and ended_at > now() - interval '7 days') as "failedMails"`,
)
const deadStatement = sql(
  'ops.dead_letters',
  `select p.consumer || '.' || o.id as id, p.consumer, o.id as "eventId", o.type, p.subject, o.correlation_id as "correlationId",
          p.attempts, p.reason, p.parked_at as "parkedAt"
   from platform.parked_deliveries p join platform.outbox o on o.seq = p.seq
   where p.dead and ($1::text is null or p.consumer || '.' || o.id > $1)
   order by 1 limit $2`,
)
const unknownStatement = sql(
  'ops.unknown_payments',
  `select p.id, p.order_id as "orderId", o.status as "orderStatus", p.status, p.step, p.amount_minor as "amountMinor", p.currency,
          p.intent_id as "intentId", p.attempts, floor(extract(epoch from now() - p.created_at))::int as "ageSeconds",
          p.next_attempt_at as "nextAttemptAt"
   from payments.payments p left join orders.orders o on o.id = p.order_id
   where p.open and p.status = 'unknown' and ($1::uuid is null or p.id > $1)
   order by p.id limit $2`,
)

export interface FlowRow {
  readonly consumer: string
  readonly lagEvents: number
  readonly lagMs: number
  readonly position: number
  readonly parked: number
  readonly dead: number
}

export function readFlow(
  db: Queryable,
  subscriptions: readonly { readonly consumer: string; readonly type: string }[],
): Promise<FlowRow[]> {
  return db.query<FlowRow>(flowStatement, [
    subscriptions.map(({ consumer }) => consumer),
    subscriptions.map(({ type }) => type),
  ])
}

export interface DatabaseRow {
  readonly now: string
  readonly version: string
  readonly sizeBytes: number
  readonly connections: number
  readonly connectionsMax: number
  readonly oldestTransactionMs: number
  readonly newestEvent: number
}

export async function readDatabase(db: Queryable): Promise<DatabaseRow> {
  const [row] = await db.query<DatabaseRow>(databaseStatement)
  if (!row) throw new Error('the database told nothing of itself')
  return row
}

export async function countOrders(db: Queryable): Promise<Map<string, number>> {
  const rows = await db.query<{ status: string; orders: number }>(ordersStatement)
  return new Map(rows.map(({ status, orders }) => [status, orders]))
}

export interface Counts {
  readonly unknownPayments: number
  readonly deadLetters: number
  readonly unreadable: number
  readonly failedMails: number
}

/** `unreadable` begins the reason of a delivery that waits for another version. */
export async function readCounts(db: Queryable, unreadable: string): Promise<Counts> {
  const [row] = await db.query<Counts>(countsStatement, [unreadable])
  return row ?? { unknownPayments: 0, deadLetters: 0, unreadable: 0, failedMails: 0 }
}

export interface DeadRow {
  readonly id: string
  readonly consumer: string
  readonly eventId: string
  readonly type: string
  readonly subject: string
  readonly correlationId: string
  readonly attempts: number
  readonly reason: string
  readonly parkedAt: string
}

export function listDeadLetters(db: Queryable, after: string | null, limit: number): Promise<DeadRow[]> {
  return db.query<DeadRow>(deadStatement, [after, limit])
}

export interface UnknownRow {
  readonly id: string
  readonly orderId: string
  readonly orderStatus: string | null
  readonly status: string
  readonly step: string | null
  readonly amountMinor: number
  readonly currency: string
  readonly intentId: string | null
  readonly attempts: number
  readonly ageSeconds: number
  readonly nextAttemptAt: string | null
}

export function listUnknownPayments(
  db: Queryable,
  after: string | null,
  limit: number,
): Promise<UnknownRow[]> {
  return db.query<UnknownRow>(unknownStatement, [after, limit])
}

const failedMailsStatement = sql(
  'ops.failed_mails',
  `select id, kind, recipient as "to", order_id as "orderId", state, reason, ended_at as "endedAt"
   from mail.mails
   where state in ('bounced', 'given_up') and ended_at > now() - interval '7 days'
   order by ended_at desc limit 100`,
)

export function listFailedMails(db: Queryable): Promise<OpsMail[]> {
  return db.query<OpsMail>(failedMailsStatement)
}

// One with places for a crowd, and with seats if there is one: people came to watch seats go.
const demoShowStatement = sql(
  'ops.demo_show',
  `select s.id from orders.shows s
   join orders.pools p on p.show_id = s.id
   where s.organiser_id = $1 and s.status = 'on_sale'
   group by s.id
   order by sum(p.capacity - p.held - p.sold) >= $2 desc,
            exists (select 1 from orders.seats e where e.show_id = s.id) desc, s.id
   limit 1`,
)
const placesForACrowd = 40

/** The show of this organiser that the demo's crowd goes to; null when none is on sale. */
export async function findDemoShow(db: Queryable, organiserId: string): Promise<string | null> {
  const [show] = await db.query<{ id: string }>(demoShowStatement, [organiserId, placesForACrowd])
  return show?.id ?? null
}
