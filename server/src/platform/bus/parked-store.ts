// SQL of parked deliveries: events that a consumer could not handle yet, or gave up.
import { type Queryable, sql } from '../postgres/database.ts'
import type { DeadLetter } from './bus.ts'
import { type OutboxRow, outboxColumns } from './outbox-row.ts'
import { type StoredEvent, toStored } from './store.ts'

export interface Parked extends StoredEvent {
  readonly attempts: number
}

type ParkedRow = OutboxRow & { readonly attempts: number }

const parkStatement = sql(
  'bus.park',
  `insert into platform.parked_deliveries (consumer, seq, subject, attempts, due_at, reason, dead)
   select $1, seq, subject, attempts, now() + delay_ms * interval '1 millisecond', reason, dead
   from json_to_recordset($2) as p (seq bigint, subject uuid, attempts int, delay_ms float8, reason text, dead boolean)
   on conflict (consumer, seq) do update
   set attempts = excluded.attempts, due_at = excluded.due_at, reason = excluded.reason, dead = excluded.dead
   where excluded.attempts > parked_deliveries.attempts`,
)
// An aggregate is due when the first of its parked events is; the later ones then come along, in
// order.
const readDueStatement = sql(
  'bus.read_due',
  `with heads as (
     select distinct on (subject) subject, due_at from platform.parked_deliveries
     where consumer = $1 and not dead order by subject, seq
   )
   select ${outboxColumns}, p.attempts
   from platform.parked_deliveries p join platform.outbox o on o.seq = p.seq
   where p.consumer = $1 and not p.dead and p.subject in (select subject from heads where due_at <= now())
   order by p.seq limit $2`,
)
const readWaitingStatement = sql(
  'bus.read_waiting',
  `select distinct on (subject) subject, (extract(epoch from due_at - now()) * 1000)::float8 as "dueInMs"
   from platform.parked_deliveries
   where consumer = $1 and not dead order by subject, seq`,
)
const unparkStatement = sql(
  'bus.unpark',
  `delete from platform.parked_deliveries where consumer = $1 and seq = any($2::bigint[]) and not dead`,
)
const readSetAsideStatement = sql(
  'bus.read_set_aside',
  `select ${outboxColumns}
   from platform.parked_deliveries p join platform.outbox o on o.seq = p.seq
   where p.consumer = $1 and p.seq > $2 and starts_with(p.reason, $3) order by p.seq limit $4`,
)
const reviveStatement = sql(
  'bus.revive',
  `update platform.parked_deliveries set dead = false, attempts = 0, due_at = now()
   where consumer = $1 and seq = any($2::bigint[])`,
)
const listDeadStatement = sql(
  'bus.list_dead',
  `select p.consumer, o.id as "eventId", o.type, p.subject, p.attempts, p.reason, p.parked_at as "parkedAt"
   from platform.parked_deliveries p join platform.outbox o on o.seq = p.seq
   where p.dead and ($1::text is null or p.consumer = $1)
   order by p.parked_at limit 1000`,
)
const replayStatement = sql(
  'bus.replay',
  `update platform.parked_deliveries p set dead = false, attempts = 0, due_at = now()
   from platform.outbox o
   where o.seq = p.seq and p.consumer = $1 and o.id = $2 and p.dead
   returning p.seq`,
)

export interface Parking {
  readonly seq: number
  readonly subject: string
  readonly attempts: number
  readonly delayMs: number
  readonly reason: string
  readonly dead: boolean
}

/**
 * Parks deliveries. One that is parked already is only changed by a later attempt: a repeated page
 * forgets no attempts.
 */
export async function park(db: Queryable, consumer: string, parkings: readonly Parking[]): Promise<void> {
  if (parkings.length === 0) return
  const rows = parkings.map(({ delayMs, ...rest }) => ({ ...rest, delay_ms: delayMs }))
  await db.query(parkStatement, [consumer, JSON.stringify(rows)])
}

/** Parked events of the aggregates that are due for another try, oldest first. */
export async function readDue(db: Queryable, consumer: string, limit: number): Promise<Parked[]> {
  const rows = await db.query<ParkedRow>(readDueStatement, [consumer, limit])
  return rows.map((row) => ({ ...toStored(row), attempts: row.attempts }))
}

/** Every aggregate with a parked event, with the time until it is due (negative: overdue). */
export function readWaiting(
  db: Queryable,
  consumer: string,
): Promise<{ subject: string; dueInMs: number }[]> {
  return db.query(readWaitingStatement, [consumer])
}

export async function unpark(db: Queryable, consumer: string, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return
  await db.query(unparkStatement, [consumer, seqs])
}

/** Events behind `afterSeq` that a consumer put off or gave up for a reason that begins so. */
export async function readSetAside(
  db: Queryable,
  consumer: string,
  { afterSeq, reason, limit }: { afterSeq: number; reason: string; limit: number },
): Promise<StoredEvent[]> {
  return (await db.query<OutboxRow>(readSetAsideStatement, [consumer, afterSeq, reason, limit])).map(toStored)
}

/** Gives what was put off or given up a round of tries, at once. */
export async function revive(db: Queryable, consumer: string, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return
  await db.query(reviveStatement, [consumer, seqs])
}

export function listDeadLetters(db: Queryable, consumer?: string): Promise<DeadLetter[]> {
  return db.query<DeadLetter>(listDeadStatement, [consumer ?? null])
}

export async function replayDeadLetter(db: Queryable, consumer: string, eventId: string): Promise<boolean> {
  const rows = await db.query(replayStatement, [consumer, eventId])
  return rows.length > 0
}
