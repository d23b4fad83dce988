// SQL of what the auditor remembers, and of what it is to look at next. Writes to its own schema
// only.
import { type Queryable, sql } from '../platform/postgres/database.ts'
import type { Finding, InvariantName } from './invariants.ts'

const readMarkStatement = sql('audit.read_mark', `select place from audit.marks where name = $1`)
const saveMarkStatement = sql(
  'audit.save_mark',
  `insert into audit.marks (name, place) values ($1, $2)
   on conflict (name) do update set place = excluded.place, moved_at = now()`,
)

const horizonAgeStatement = sql(
  'audit.horizon_age',
  `select coalesce(max(extract(epoch from clock_timestamp() - xact_start) * 1000), 0)::float8 as "ageMs"
   from pg_stat_activity where backend_xid is not null and datname = current_database()`,
)

/** Age of the oldest transaction that may still write: events newer than it wait for its end. */
export async function readHorizonAge(db: Queryable): Promise<number> {
  const [row] = await db.query<{ ageMs: number }>(horizonAgeStatement)
  return Math.max(0, Math.round(row?.ageMs ?? 0))
}

const lastBackupStatement = sql(
  'audit.last_backup',
  `select coalesce(extract(epoch from max(taken_at)), 0)::float8 as seconds from platform.backups`,
)

/** When the newest whole backup was taken, in seconds since the epoch; 0: never. */
export async function readLastBackup(db: Queryable): Promise<number> {
  const [row] = await db.query<{ seconds: number }>(lastBackupStatement)
  return row?.seconds ?? 0
}

export async function readMark(db: Queryable, name: string): Promise<string | null> {
  const [row] = await db.query<{ place: string }>(readMarkStatement, [name])
  return row?.place ?? null
}

export async function saveMark(db: Queryable, name: string, place: string): Promise<void> {
  await db.query(saveMarkStatement, [name, place])
}

/** Runs that threw, one after the other, since the last that ended. */
export interface Failing {
  readonly since: string
  readonly runs: number
}

const failingMark = 'failing'

export async function noteFailure(db: Queryable): Promise<Failing> {
  const before = await readFailing(db)
  const failing = { since: before?.since ?? new Date().toISOString(), runs: (before?.runs ?? 0) + 1 }
  await saveMark(db, failingMark, JSON.stringify(failing))
  return failing
}

export async function noteSuccess(db: Queryable): Promise<void> {
  if (await readFailing(db)) await saveMark(db, failingMark, '')
}

export async function readFailing(db: Queryable): Promise<Failing | null> {
  const place = await readMark(db, failingMark)
  return place ? (JSON.parse(place) as Failing) : null
}

// By the transactions' order and not by seq alone: a number is taken before its transaction
// commits.
const changedStatement = sql(
  'audit.changed_orders',
  `select settled_xid as xid, seq, correlation_id as "orderId" from platform.outbox
   where (settled_xid, seq) > ($1, $2) and settled_xid < $3
   order by settled_xid, seq limit $4`,
)

export interface ChangedPage {
  readonly orderIds: readonly string[]
  readonly xid: number
  readonly seq: number
  readonly last: boolean
}

/**
 * The next events that were told behind a place in the stream, up to the horizon: whose they are.
 */
export async function readChanged(
  db: Queryable,
  { xid, seq, horizon, limit }: { xid: number; seq: number; horizon: number; limit: number },
): Promise<ChangedPage> {
  const rows = await db.query<{ xid: number; seq: number; orderId: string }>(changedStatement, [
    xid,
    seq,
    horizon,
    limit,
  ])
  const end = rows.at(-1)
  return {
    orderIds: [...new Set(rows.map(({ orderId }) => orderId))],
    xid: end?.xid ?? xid,
    seq: end?.seq ?? seq,
    last: rows.length < limit,
  }
}

const nextOrdersStatement = sql(
  'audit.next_orders',
  `select id from orders.orders where id > $1::uuid order by id limit $2`,
)
const nextShowsStatement = sql(
  'audit.next_shows',
  `select id from orders.shows where id > $1::uuid order by id limit $2`,
)
const showsOfStatement = sql(
  'audit.shows_of_orders',
  `select distinct show_id as id from orders.orders where id = any($1::uuid[])`,
)
const firstId = '00000000-0000-0000-0000-000000000000'

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id)

export async function readNextOrders(db: Queryable, after: string | null, limit: number): Promise<string[]> {
  return idsOf(await db.query<{ id: string }>(nextOrdersStatement, [after ?? firstId, limit]))
}

export async function readNextShows(db: Queryable, after: string | null, limit: number): Promise<string[]> {
  return idsOf(await db.query<{ id: string }>(nextShowsStatement, [after ?? firstId, limit]))
}

export async function readShowsOf(db: Queryable, orderIds: readonly string[]): Promise<string[]> {
  return idsOf(await db.query<{ id: string }>(showsOfStatement, [orderIds]))
}

const openBreachesStatement = sql(
  'audit.open_breaches',
  `select b.invariant, b.key, b.order_ids as "orderIds", b.explanation, b.first_seen_at as "firstSeenAt",
          b.last_seen_at as "lastSeenAt", coalesce(p.show_id, s.show_id, c.show_id) as "showId"
   from audit.breaches b
     left join orders.pools p on b.invariant = 'stock_adds_up' and p.id::text = b.key
     left join orders.seats s on b.invariant in ('seats_have_one_order', 'one_code_per_seat') and s.id::text = b.key
     left join orders.codes c on b.invariant = 'code_uses_add_up' and c.id::text = b.key
   where b.cleared_at is null order by b.first_seen_at limit 1000`,
)
// Tells what is new: a breach that is seen for the first time, or again after it was over.
const recordStatement = sql(
  'audit.record_breaches',
  `with seen as (
     select * from json_to_recordset($1) as f (invariant text, key text, "orderIds" json, explanation text)
   ), before as (
     select b.invariant, b.key from audit.breaches b join seen using (invariant, key) where b.cleared_at is null
   ), saved as (
     insert into audit.breaches as b (invariant, key, order_ids, explanation)
     select invariant, key, array(select json_array_elements_text("orderIds")), explanation from seen
     on conflict (invariant, key) do update
     set order_ids = excluded.order_ids, explanation = excluded.explanation, last_seen_at = now(), cleared_at = null,
         first_seen_at = case when b.cleared_at is null then b.first_seen_at else now() end
   )
   select invariant, key from seen where (invariant, key) not in (select invariant, key from before)`,
)
const clearStatement = sql(
  'audit.clear_breaches',
  `update audit.breaches b set cleared_at = now()
   from json_to_recordset($1) as c (invariant text, key text)
   where b.invariant = c.invariant and b.key = c.key and b.cleared_at is null`,
)

export interface Breach extends Finding {
  readonly firstSeenAt: string
  readonly lastSeenAt: string
}

export async function listBreaches(db: Queryable): Promise<Breach[]> {
  const rows = await db.query<Omit<Breach, 'showId'> & { showId: string | null }>(openBreachesStatement)
  return rows.map(({ showId, ...row }) => (showId === null ? row : { ...row, showId }))
}

/** Stores what holds in both looks, and tells which of it nobody knew. */
export async function recordBreaches(db: Queryable, findings: readonly Finding[]): Promise<Finding[]> {
  if (findings.length === 0) return []
  const rows = await db.query<{ invariant: InvariantName; key: string }>(recordStatement, [
    JSON.stringify(findings),
  ])
  return findings.filter((finding) =>
    rows.some(({ invariant, key }) => invariant === finding.invariant && key === finding.key),
  )
}

export async function clearBreaches(
  db: Queryable,
  over: readonly Pick<Finding, 'invariant' | 'key'>[],
): Promise<void> {
  if (over.length > 0) await db.query(clearStatement, [JSON.stringify(over)])
}

const recordLooksStatement = sql(
  'audit.record_looks',
  `insert into audit.looks (invariant, checked_rows)
   select invariant, checked from json_to_recordset($1) as l (invariant text, checked bigint)
   on conflict (invariant) do update set checked_rows = excluded.checked_rows, looked_at = now()`,
)
const listLooksStatement = sql(
  'audit.list_looks',
  `select invariant, checked_rows as "checkedRows", looked_at as "lookedAt" from audit.looks`,
)
const recordRunStatement = sql(
  'audit.record_run',
  `with old as (delete from audit.runs where started_at < now() - interval '30 days')
   insert into audit.runs (started_at, took_ms, checked, breaches, books)
   values (now() - $1 * interval '1 millisecond', $1, $2, $3, $4)`,
)
const lastRunStatement = sql(
  'audit.last_run',
  `select started_at as "startedAt", took_ms as "tookMs", checked, breaches, books from audit.runs order by id desc limit 1`,
)

export interface Look {
  readonly invariant: InvariantName
  readonly checkedRows: number
  readonly lookedAt: string
}

export interface Run {
  readonly startedAt: string
  readonly tookMs: number
  readonly checked: number
  readonly breaches: number
  readonly books: 'read' | 'unreachable' | 'none'
}

export async function recordLooks(db: Queryable, checked: ReadonlyMap<InvariantName, number>): Promise<void> {
  const rows = [...checked].map(([invariant, count]) => ({ invariant, checked: count }))
  await db.query(recordLooksStatement, [JSON.stringify(rows)])
}

export function listLooks(db: Queryable): Promise<Look[]> {
  return db.query<Look>(listLooksStatement)
}

export async function recordRun(db: Queryable, run: Omit<Run, 'startedAt'>): Promise<void> {
  await db.query(recordRunStatement, [run.tookMs, run.checked, run.breaches, run.books])
}

export async function readLastRun(db: Queryable): Promise<Run | null> {
  const [run] = await db.query<Run>(lastRunStatement)
  return run ?? null
}
