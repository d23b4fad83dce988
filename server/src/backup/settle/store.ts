// SQL of settling. It writes to several schemas, which nothing else may: it runs while no process of
// the shop does, before a restored shop is started.
import { type Database, type Queryable, sql } from '../../platform/postgres/database.ts'

export const noId = '00000000-0000-0000-0000-000000000000'

const knownPayments = sql(
  'settle.known_payments',
  `select id, captured_minor as "capturedMinor", refunded_minor as "refundedMinor", open
   from payments.payments where id = any($1::uuid[]) or intent_id = any($2::text[])`,
)
const knownOrders = sql(
  'settle.known_orders',
  `select o.id, o.status, coalesce(o.due_minor, o.total_minor) as "totalMinor", o.currency, o.buyer_id as "buyerId", s.organiser_id as "organiserId"
   from orders.orders o join orders.shows s on s.id = o.show_id where o.id = any($1::uuid[])`,
)
const knownToPayments = sql(
  'settle.known_to_payments',
  `select id from payments.known_orders where id = any($1::uuid[]) and buyer_id is not null`,
)
const oldestOpen = sql(
  'settle.oldest_open',
  `select least($1::timestamptz - interval '1 hour', min(created_at)) as since from payments.payments where open`,
)
// As it is left by a process that died after it asked for the money: the outcome is unknown, and the
// intent is known. What is to be given back lost its claim.
const adoptStatement = sql(
  'settle.adopt',
  `insert into payments.payments (id, order_id, buyer_id, organiser_id, amount_minor, currency, payment_method, status, step,
     intent_id, claim, version, fence, open, next_attempt_at, created_at)
   select id, order_id, buyer_id, organiser_id, amount_minor, currency, 'restored', 'unknown', 'create', intent_id, claim, 1, 0,
     true, now(), created_at
   from json_to_recordset($1) as n (id uuid, order_id uuid, buyer_id uuid, organiser_id uuid, amount_minor bigint,
     currency text, intent_id text, claim text, created_at timestamptz)
   on conflict do nothing`,
)
const lookStatement = sql(
  'settle.look',
  `update payments.payments set open = true, next_attempt_at = now(), leased_until = null where id = any($1::uuid[])`,
)
const statesStatement = sql(
  'settle.states',
  `select p.id, p.order_id as "orderId", p.open, p.claim, p.authorized_minor as "authorizedMinor",
     p.captured_minor as "capturedMinor", p.refunded_minor as "refundedMinor", p.currency, o.status as "orderStatus",
     o.status = 'complete' and not exists (select 1 from tickets.admissions a where a.order_id = o.id) as "waitsForTickets"
   from payments.payments p left join orders.orders o on o.id = p.order_id where p.id = any($1::uuid[])`,
)
const endSessions = sql(
  'settle.end_sessions',
  `delete from platform.sessions where kind = 'user' and purpose = 'session' returning 1 as one`,
)
const endOperatorLink = sql('settle.end_operator_link', 'delete from platform.operator_link')
const endLinks = sql(
  'settle.end_links',
  `update platform.links set used_at = now() where purpose <> 'order' and used_at is null`,
)
// By the time that was lost. Settling may break off and begin again: a hold that was moved is longer
// than a hold with its one extension can be, and is not moved twice.
const moveHolds = sql(
  'settle.move_holds',
  `update orders.orders set expires_at = expires_at + (now() - $1::timestamptz) 
   where status = 'created' and expires_at <= created_at + 2 * hold_seconds * interval '1 second' returning id`,
)
// Payments and expiration may not have heard of the newest holds when the backup was taken.
const followOrders = sql(
  'settle.follow_orders',
  `update payments.known_orders k set expires_at = o.expires_at from orders.orders o
   where o.id = k.id and o.status = 'created' and k.expires_at < o.expires_at`,
)
const followTimers = sql(
  'settle.follow_timers',
  `update expiration.timers t set expires_at = o.expires_at, status = 'waiting' from orders.orders o
   where o.id = t.order_id and o.status = 'created' and t.expires_at < o.expires_at`,
)
// Mail and webhooks do not run while a shop settles: they read all this when the shop starts.
const lag = sql(
  'settle.lag',
  `select count(*)::int as events from platform.cursors c
     join platform.outbox o on o.settled_xid >= c.window_from and c.heard ->> o.type is null and (c.heard::jsonb ? o.type)
   where c.consumer not in ('mail', 'webhooks')
     and not exists (select 1 from platform.inbox i where i.consumer = c.consumer and i.event_id = o.id)
     and not exists (select 1 from platform.parked_deliveries d where d.consumer = c.consumer and d.seq = o.seq)`,
)
// An order that is not there once all is at rest was paid back, and never comes.
const isOfLostOrder = `o.occurred_at >= $1 and o.data ->> 'orderId' is not null
     and not exists (select from orders.orders known where known.id::text = o.data ->> 'orderId')`
const takeAsHeard = sql(
  'settle.take_as_heard',
  `insert into platform.inbox (consumer, event_id)
   select c.consumer, o.id from platform.cursors c join platform.outbox o on c.heard::jsonb ? o.type
   where ${isOfLostOrder}
   on conflict do nothing`,
)
const unparkLost = sql(
  'settle.unpark_lost',
  `delete from platform.parked_deliveries p using platform.outbox o where o.seq = p.seq and ${isOfLostOrder}`,
)
// Every feed tells of it, and every webhook: those who listen have heard what the backup does not know.
const markSettled = sql(
  'settle.mark',
  `with marked as (update platform.installation set settled_at = now() returning backup_taken_at),
     moved as (update webhooks.organisations set position = position + 1 returning id, position)
   insert into webhooks.feed (organisation_id, position, event_id, type, version, about, occurred_at, data)
   select id, position, gen_random_uuid(), 'ShopRestored', 1, id, now(),
     json_build_object('backupTakenAt', to_char(backup_taken_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
   from moved cross join marked`,
)
const beginEpoch = sql(
  'settle.begin_epoch',
  `update platform.installation set epoch = gen_random_uuid(), backup_taken_at = $1, restored_at = now(), settled_at = null`,
)

export interface KnownPayment {
  readonly id: string
  readonly capturedMinor: number
  readonly refundedMinor: number
  readonly open: boolean
}

export interface KnownOrder {
  readonly id: string
  readonly status: string
  readonly totalMinor: number
  readonly currency: string
  readonly buyerId: string
  readonly organiserId: string
}

/** A payment that the backup did not know. */
export interface Adopted {
  readonly id: string
  readonly order_id: string
  readonly buyer_id: string
  readonly organiser_id: string
  readonly amount_minor: number
  readonly currency: string
  readonly intent_id: string
  /** Lost: whatever it holds or took goes back. */
  readonly claim: 'lost' | null
  readonly created_at: string
}

export interface PaymentState {
  readonly id: string
  readonly orderId: string
  readonly open: boolean
  readonly claim: 'won' | 'lost' | null
  readonly authorizedMinor: number
  readonly capturedMinor: number
  readonly refundedMinor: number
  readonly currency: string
  readonly orderStatus: string | null
  readonly waitsForTickets: boolean
}

export const readKnownPayments = (db: Queryable, ids: readonly string[], intentIds: readonly string[]) =>
  db.query<KnownPayment>(knownPayments, [ids, intentIds])

export const readKnownOrders = (db: Queryable, ids: readonly string[]) =>
  db.query<KnownOrder>(knownOrders, [ids])

export async function areKnownToPayments(db: Queryable, ids: readonly string[]): Promise<boolean> {
  return (await db.query(knownToPayments, [ids])).length === ids.length
}

/** From when on the processor's list matters. */
export async function readSince(db: Queryable, takenAt: string): Promise<string> {
  const [row] = await db.query<{ since: string }>(oldestOpen, [takenAt])
  return row?.since ?? takenAt
}

export async function adopt(db: Queryable, payments: readonly Adopted[]): Promise<void> {
  if (payments.length > 0) await db.query(adoptStatement, [JSON.stringify(payments)])
}

/** Has the shop look at these payments when it runs. */
export async function askToLook(db: Queryable, paymentIds: readonly string[]): Promise<void> {
  if (paymentIds.length > 0) await db.query(lookStatement, [paymentIds])
}

export const readStates = (db: Queryable, paymentIds: readonly string[]) =>
  db.query<PaymentState>(statesStatement, [paymentIds])

/** Also the links that work once: they may have been used since. */
export async function endUserSessions(db: Queryable): Promise<number> {
  await db.query(endOperatorLink)
  await db.query(endLinks)
  return (await db.query(endSessions)).length
}

/** Gives every open hold the time that was lost. */
export async function moveDeadlines(db: Queryable, takenAt: string): Promise<number> {
  const holds = await db.query(moveHolds, [takenAt])
  await followDeadlines(db)
  return holds.length
}

export async function followDeadlines(db: Queryable): Promise<void> {
  await db.query(followOrders)
  await db.query(followTimers)
}

/** Events that a consumer has not handled yet. */
export async function readLag(db: Queryable): Promise<number> {
  const [row] = await db.query<{ events: number }>(lag)
  return row?.events ?? 0
}

/**
 * What payments told of orders that are gone for good means nothing to anybody, and would be a dead
 * letter for every consumer that waits for them.
 */
export async function forgetLostOrders(db: Database, backupTakenAt: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(takeAsHeard, [backupTakenAt])
    await tx.query(unparkLost, [backupTakenAt])
  })
}

export async function finishSettling(db: Queryable): Promise<void> {
  await db.query(markSettled)
}

/** A database that came back by a physical backup: it, too, has a past that is not its own. */
export async function startEpoch(db: Queryable, takenAt: string): Promise<void> {
  await db.query(beginEpoch, [takenAt])
}
