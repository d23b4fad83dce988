// Orders at rest whose show is over: their timeline is stored as one row, and their events, the notes
// of who handled them, their timers and their mails go.

import { storeTimelines } from '../orders/read/stored-timelines.ts'
import { toTimeline } from '../orders/read/timeline.ts'
import { type OutboxRow, outboxColumns, toEnvelope } from '../platform/bus/outbox-row.ts'
import { type Queryable, sql, type Tx } from '../platform/postgres/database.ts'
import { isReadByAll, lockHeard, passOver } from './readers.ts'
import { showDays } from './rules.ts'

// At rest: nothing is under way at orders, payments, mail and the auditor, and nobody has asked a
// person to look at it.
const judgeStatement = sql(
  'prune.judge_orders',
  `select o.id, o.status in ('complete', 'cancelled', 'refunded')
     and exists (select from tickets.shows s where s.id = o.show_id and coalesce((s.evening ->> 'endsAt')::timestamptz, s.starts_at) < now() - interval '${showDays} days')
     and not exists (select from payments.payments p where p.order_id = o.id and p.open)
     and not exists (select from payments.refunds r where r.order_id = o.id and r.status <> 'succeeded')
     and not exists (select from mail.mails m where m.order_id = o.id and m.due_at is not null)
     and not exists (select from audit.watched_orders w where w.order_id = o.id)
     and not exists (select from audit.breaches b where b.cleared_at is null and o.id::text = any(b.order_ids))
     and not exists (select from audit.differences d where d.resolved_at is null and d.order_id = o.id::text)
     and not exists (select from platform.outbox e where e.correlation_id = o.id::text and not (${isReadByAll}))
     as goes
   from orders.orders o where o.id = any($1::uuid[])`,
)
const readEventsStatement = sql(
  'prune.read_events',
  `select ${outboxColumns}, o.settled_xid from platform.outbox o where o.correlation_id = any($1::text[]) order by o.seq`,
)
const countEventsStatement = sql(
  'prune.count_events',
  `select count(*)::int as events from platform.outbox where correlation_id = any($1::text[])`,
)
const removeEventsStatement = sql(
  'prune.remove_events',
  `with gone as (delete from platform.outbox where seq = any($1::bigint[]) returning id),
     unheard as (delete from platform.inbox i using gone, platform.cursors c
       where i.consumer = c.consumer and i.event_id = gone.id returning 1)
   select (select count(*)::int from gone) as events, (select count(*)::int from unheard) as deliveries`,
)
const removeTimersStatement = sql(
  'prune.remove_timers',
  `delete from expiration.timers where order_id = any($1::uuid[]) and status <> 'waiting' returning 1 as one`,
)
const removeMailboxStatement = sql(
  'prune.remove_mailbox',
  `delete from mail.mailbox b using mail.mails m where m.order_id = any($1::uuid[]) and b.mail_id = m.id`,
)
const removeMailsStatement = sql(
  'prune.remove_mails',
  `delete from mail.mails where order_id = any($1::uuid[]) and due_at is null returning 1 as one`,
)

const removeProvedStatement = sql(
  'prune.remove_proved',
  'delete from orders.proved_orders where order_id = any($1::uuid[])',
)

// Of an order that came to nothing, nobody needs who would have come.
const removeParticularsStatement = sql(
  'prune.remove_particulars',
  `delete from platform.particulars p using orders.orders o
   where p.order_id = any($1::uuid[]) and o.id = p.order_id and o.status = 'cancelled'`,
)

/** How many rows of each kind went, or would go. */
export type Removed = Readonly<Record<string, number>>

export interface RemovedOrders {
  readonly orderIds: readonly string[]
  /** Of those asked for, which are no orders. */
  readonly others: readonly string[]
  readonly counts: Removed
}

/** Which of these are orders, and of which of them only the timeline need be kept. */
async function judge(db: Queryable, asked: readonly string[]): Promise<Omit<RemovedOrders, 'counts'>> {
  const rows = await db.query<{ id: string; goes: boolean }>(judgeStatement, [asked])
  const known = new Set(rows.map(({ id }) => id))
  return {
    orderIds: rows.flatMap(({ id, goes }) => (goes ? [id] : [])),
    others: asked.filter((id) => !known.has(id)),
  }
}

/** What `removeOrders` would do. */
export async function countOrders(db: Queryable, asked: readonly string[]): Promise<RemovedOrders> {
  const judged = await judge(db, asked)
  const { orderIds } = judged
  const [counted] = await db.query<{ events: number }>(countEventsStatement, [orderIds])
  return { ...judged, counts: { orders: orderIds.length, events: counted?.events ?? 0 } }
}

export async function removeOrders(tx: Tx, asked: readonly string[]): Promise<RemovedOrders> {
  await lockHeard(tx)
  const judged = await judge(tx, asked)
  const { orderIds } = judged
  if (orderIds.length === 0) return { ...judged, counts: {} }
  const rows = await tx.query<OutboxRow & { settled_xid: number }>(readEventsStatement, [orderIds])
  const entries = Map.groupBy(rows, (row) => row.correlation_id)
  await storeTimelines(
    tx,
    [...entries].map(([orderId, of]) => ({ orderId, entries: toTimeline(of.map(toEnvelope)) })),
  )
  const removed = await removeEvents(tx, rows)
  const timers = await tx.query(removeTimersStatement, [orderIds])
  await tx.query(removeProvedStatement, [orderIds])
  await tx.query(removeParticularsStatement, [orderIds])
  await tx.query(removeMailboxStatement, [orderIds])
  const mails = await tx.query(removeMailsStatement, [orderIds])
  const counts = { orders: orderIds.length, ...removed, timers: timers.length, mails: mails.length }
  return { ...judged, counts }
}

/** Events go with the notes of who handled them: nobody can be told of them again. */
export async function removeEvents(
  tx: Queryable,
  rows: readonly { readonly seq: number; readonly settled_xid: number; readonly type: string }[],
): Promise<{ events: number; deliveries: number }> {
  const none = { events: 0, deliveries: 0 }
  if (rows.length === 0) return none
  const highestXid = rows.reduce(
    (highest, row) => Math.max(highest, row.settled_xid),
    rows[0]?.settled_xid ?? 0,
  )
  await passOver(tx, { highestXid, types: [...new Set(rows.map(({ type }) => type))] })
  const seqs = rows.map(({ seq }) => seq)
  const [counted] = await tx.query<{ events: number; deliveries: number }>(removeEventsStatement, [seqs])
  return counted ?? none
}
