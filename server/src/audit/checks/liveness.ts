// Invariant 9: orders past their deadline that did not come to rest within a bounded time. A
// payment that waits for the processor's word is not counted: the fault is not over. Reads only,
// but for its own list of open orders.
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Finding } from '../invariants.ts'

/** An order that waits for its timer or its payment, or for its tickets to be void. */
const isOpen = `(o.status in ('created', 'claimed') or (o.status = 'complete' and o.return_id is not null))`
const watchStatement = sql(
  'audit.watch_orders',
  `insert into audit.watched_orders (order_id, expires_at)
   select o.id, case when o.id = any($2::uuid[]) or o.status = 'complete' then now() else o.expires_at end
   from orders.orders o
   where (o.id = any($1::uuid[]) and ${isOpen}) or o.id = any($2::uuid[])
   on conflict (order_id) do nothing`,
)
const unwatchStatement = sql(
  'audit.unwatch_orders',
  `delete from audit.watched_orders w using orders.orders o
   where o.id = w.order_id and w.order_id = any($1::uuid[]) and not ${isOpen}`,
)
const dueStatement = sql(
  'audit.due_orders',
  `select order_id as id from audit.watched_orders where expires_at < now() order by expires_at limit 2000`,
)
const lateStatement = sql(
  'audit.late_orders',
  `select o.id, 'The order is still ' || o.status || ', but its hold expired at ' || o.expires_at as explanation
   from orders.orders o
   where o.id = any($1::uuid[]) and o.status in ('created', 'claimed')
     and o.expires_at < now() - $2 * interval '1 second'
     and not exists (select 1 from payments.payments p where p.order_id = o.id and p.open and p.status = 'unknown')
   union all
   select o.id, 'Its places are being given back since ' || w.expires_at
   from orders.orders o join audit.watched_orders w on w.order_id = o.id
   where o.id = any($1::uuid[]) and o.status = 'complete' and o.return_id is not null
     and w.expires_at < now() - $2 * interval '1 second'
   union all
   select t.order_id, 'The timer waits since ' || t.expires_at
   from expiration.timers t
   where t.status = 'waiting' and t.expires_at < now() - $2 * interval '1 second'
   limit 200`,
)

/** Remembers open orders, and those between two states, for the next looks. */
export async function watchOrders(
  db: Queryable,
  orderIds: readonly string[],
  between: readonly string[],
): Promise<void> {
  if (orderIds.length + between.length > 0) await db.query(watchStatement, [orderIds, between])
}

export async function unwatchOrders(db: Queryable, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length > 0) await db.query(unwatchStatement, [orderIds])
}

/** Watched orders whose time is over. */
export async function listDueOrders(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ id: string }>(dueStatement)
  return rows.map(({ id }) => id)
}

export async function judgeLiveness(
  db: Queryable,
  orderIds: readonly string[],
  restWithinSeconds: number,
): Promise<Finding[]> {
  const rows = await db.query<{ id: string; explanation: string }>(lateStatement, [
    orderIds,
    restWithinSeconds,
  ])
  return rows.map(({ id, explanation }) => ({
    invariant: 'orders_come_to_rest',
    key: id,
    orderIds: [id],
    explanation,
  }))
}
