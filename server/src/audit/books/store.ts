// SQL of the reconciliation: the copy of the processor's list, what it is compared with, and the
// differences. Writes to the audit's schema only.
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Compared, Difference } from './differences.ts'

const saveIntents = sql(
  'audit.save_intents',
  `insert into audit.intents (intent_id, payment_id, order_id, status, currency, amount_minor, authorized_minor, captured_minor,
     refunded_minor, disputed, created_at)
   select "intentId", "paymentId", "orderId", status, currency, "amountMinor", "authorizedMinor", "capturedMinor", "refundedMinor",
     disputed, "createdAt"
   from json_to_recordset($1) as i ("intentId" text, "paymentId" text, "orderId" text, status text, currency text,
     "amountMinor" bigint, "authorizedMinor" bigint, "capturedMinor" bigint, "refundedMinor" bigint, disputed boolean,
     "createdAt" timestamptz)
   on conflict (intent_id) do update
   set payment_id = excluded.payment_id, order_id = excluded.order_id, status = excluded.status,
       authorized_minor = excluded.authorized_minor, captured_minor = excluded.captured_minor,
       refunded_minor = excluded.refunded_minor, disputed = excluded.disputed, read_at = now()`,
)
const forgetIntent = sql('audit.forget_intent', `delete from audit.intents where intent_id = $1`)
const forgetIntents = sql('audit.forget_intents', `delete from audit.intents`)

export async function keepIntents(db: Queryable, intents: readonly object[]): Promise<void> {
  if (intents.length > 0) await db.query(saveIntents, [JSON.stringify(intents)])
}

export async function dropIntent(db: Queryable, intentId: string): Promise<void> {
  await db.query(forgetIntent, [intentId])
}

export async function dropIntents(db: Queryable): Promise<void> {
  await db.query(forgetIntents)
}

// A payment whose answer never came does not know its intent yet, which names the payment.
const compareStatement = sql(
  'audit.compare_books',
  `with named as (
     select case when payment_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then payment_id::uuid end as payment_id
     from audit.intents where intent_id = any($2::text[])
   ), wanted as (
     select * from payments.payments where id = any($1::uuid[])
     union
     select * from payments.payments where intent_id = any($2::text[])
     union
     select q.* from named join payments.payments q on q.id = named.payment_id where q.intent_id is null
   ), p as (
     select w.*, coalesce(w.intent_id, m.intent_id) as listed_as
     from wanted w left join lateral (
       select a.intent_id from audit.intents a where a.payment_id = w.id::text order by a.created_at, a.intent_id limit 1
     ) m on w.intent_id is null
   ), i as (
     select * from audit.intents where intent_id = any($2::text[])
     union
     select m.* from p join audit.intents m on m.intent_id = p.listed_as
   ), r as (
     select f.payment_id, count(*) filter (where f.status = 'failed')::int as failed,
            coalesce(sum(f.amount_minor) filter (where f.status = 'failed'), 0)::bigint as failed_minor,
            min(f.origin) filter (where f.status = 'failed') as failed_origin,
            extract(epoch from now() - min(f.created_at) filter (where f.status in ('requested', 'pending', 'unknown')))::float8 as waiting
     from payments.refunds f where f.payment_id in (select id from p) group by 1
   ), l as (
     select s.payment_id, sum(case when e.debit_account = 'processor_balance' then e.posted_minor
                                   when e.credit_account = 'processor_balance' then -e.posted_minor else 0 end)::bigint as posted
     from (select id as payment_id, id from p union select payment_id, id from payments.refunds where payment_id in (select id from p)) s
       join payments.ledger_entries e on e.source_id = s.id
     group by 1
   )
   select coalesce(p.id::text, i.payment_id) as "paymentId", coalesce(p.order_id::text, i.order_id) as "orderId",
          coalesce(i.intent_id, p.intent_id) as "intentId", o.status as "orderStatus", coalesce(p.currency, i.currency) as currency,
          p.status as "paymentStatus",
          coalesce(p.captured_minor, 0) as "capturedMinor", coalesce(p.refunded_minor, 0) as "refundedMinor",
          coalesce(p.authorized_minor, 0) as "authorizedMinor", coalesce(l.posted, 0) as "ledgerMinor",
          coalesce(r.failed, 0) as "failedRefunds", coalesce(r.failed_minor, 0) as "failedMinor", r.failed_origin as "failedOrigin",
          r.waiting as "waitingRefundSeconds", i.intent_id is not null as listed,
          -- The mark of a payment that has another intent is a copy.
          i.payment_id is not null and not exists (
            select 1 from payments.payments q
            where q.id = case when i.payment_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then i.payment_id::uuid end
          ) as ours,
          i.currency as "listedCurrency", coalesce(i.captured_minor, 0) as "listedCapturedMinor",
          coalesce(i.refunded_minor, 0) as "listedRefundedMinor", coalesce(i.authorized_minor, 0) as "listedAuthorizedMinor"
   from p full join i on i.intent_id = p.listed_as
     left join orders.orders o on o.id = p.order_id left join r on r.payment_id = p.id left join l on l.payment_id = p.id`,
)
const paymentsOfStatement = sql(
  'audit.payments_of_orders',
  `select id from payments.payments where order_id = any($1::uuid[])`,
)
const nextPaymentsStatement = sql(
  'audit.next_payments',
  `select id from payments.payments where id > $1::uuid order by id limit $2`,
)

export function compareBooks(
  db: Queryable,
  paymentIds: readonly string[],
  intentIds: readonly string[],
): Promise<Compared[]> {
  return db.query<Compared>(compareStatement, [paymentIds, intentIds])
}

export async function readPaymentsOf(db: Queryable, orderIds: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ id: string }>(paymentsOfStatement, [orderIds])
  return rows.map(({ id }) => id)
}

export async function readNextPayments(db: Queryable, after: string, limit: number): Promise<string[]> {
  const rows = await db.query<{ id: string }>(nextPaymentsStatement, [after, limit])
  return rows.map(({ id }) => id)
}

const differenceColumns = `id, kind, owner, explanation, order_id as "orderId", payment_id as "paymentId", intent_id as "intentId",
  currency, shop_minor as "shopMinor", ledger_minor as "ledgerMinor", processor_minor as "processorMinor",
  first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt", resolved_at as "resolvedAt",
  floor(extract(epoch from coalesce(resolved_at, now()) - first_seen_at))::int as "ageSeconds"`
const saveDifferences = sql(
  'audit.save_differences',
  `insert into audit.differences as d (id, kind, owner, explanation, order_id, payment_id, intent_id, currency, shop_minor,
     ledger_minor, processor_minor)
   select id, kind, owner, explanation, "orderId", "paymentId", "intentId", currency, "shopMinor", "ledgerMinor", "processorMinor"
   from json_to_recordset($1) as n (id text, kind text, owner text, explanation text, "orderId" text, "paymentId" text,
     "intentId" text, currency text, "shopMinor" bigint, "ledgerMinor" bigint, "processorMinor" bigint)
   on conflict (id) do update
   set owner = excluded.owner, explanation = excluded.explanation, shop_minor = excluded.shop_minor,
       ledger_minor = excluded.ledger_minor, processor_minor = excluded.processor_minor, last_seen_at = now(),
       first_seen_at = case when d.resolved_at is null then d.first_seen_at else now() end, resolved_at = null`,
)
const resolveStatement = sql(
  'audit.resolve_differences',
  `update audit.differences set resolved_at = now() where id = any($1::text[]) and resolved_at is null`,
)
// Strangers last: however many there are, they keep nobody from seeing ours.
const openStatement = sql(
  'audit.open_differences',
  `select ${differenceColumns} from audit.differences where resolved_at is null
   order by kind = 'foreign', last_seen_at limit $1`,
)
const listStatement = sql(
  'audit.list_differences',
  `select ${differenceColumns} from audit.differences
   where (resolved_at is not null) = $1 and first_seen_at < now() - $2 * interval '1 second' and ($3::text is null or id > $3)
   order by id limit $4`,
)
const countStatement = sql(
  'audit.count_differences',
  `select count(*)::int as open from audit.differences
   where resolved_at is null and kind <> 'foreign' and first_seen_at < now() - $1 * interval '1 second'`,
)

export interface StoredDifference extends Difference {
  readonly firstSeenAt: string
  readonly lastSeenAt: string
  readonly resolvedAt: string | null
  readonly ageSeconds: number
}

export async function keepDifferences(db: Queryable, found: readonly Difference[]): Promise<void> {
  if (found.length > 0) await db.query(saveDifferences, [JSON.stringify(found)])
}

export async function resolveDifferences(db: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.query(resolveStatement, [ids])
}

export function listOpenDifferences(db: Queryable, limit: number): Promise<StoredDifference[]> {
  return db.query<StoredDifference>(openStatement, [limit])
}

/** Differences old enough to be no mere delay, by id. */
export function listDifferences(
  db: Queryable,
  {
    resolved,
    shownAfterSeconds,
    after,
    limit,
  }: { resolved: boolean; shownAfterSeconds: number; after: string | null; limit: number },
): Promise<StoredDifference[]> {
  return db.query<StoredDifference>(listStatement, [resolved, shownAfterSeconds, after, limit])
}

export async function countDifferences(db: Queryable, shownAfterSeconds: number): Promise<number> {
  const [row] = await db.query<{ open: number }>(countStatement, [shownAfterSeconds])
  return row?.open ?? 0
}
