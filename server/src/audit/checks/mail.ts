// Invariant 13: one mail for each fact and recipient, and none stays past its time. Reads only.
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Finding } from '../invariants.ts'

// Mails of old orders are removed: the newest 60 days of orders have all of theirs.
const mailsStatement = sql(
  'audit.judge_mails',
  `select o.id, 'The tickets of the order were never put into a mail' as explanation
   from mail.orders o
   where o.id = any($1::uuid[]) and o.tickets is not null and o.email is not null and o.created_at > now() - interval '60 days'
     and not exists (select 1 from mail.mails m where m.order_id = o.id and m.kind = 'order_confirmed')
   union all
   select m.order_id, 'Two mails tell ' || m.fact from mail.mails m
   where m.order_id = any($1::uuid[]) group by m.order_id, m.fact, m.recipient having count(*) > 1`,
)
// While a mail server is away, mails are put off, so their time does not pass.
const overdueStatement = sql(
  'audit.overdue_mails',
  `select id, order_id as "orderId", 'The mail ' || id || ' is ' || state || ', but was due at ' || due_at as explanation
   from mail.mails where due_at < now() - $1 * interval '1 second' order by due_at limit 200`,
)

/** Longer than the worst back-off of a mail server that is away. */
const overdueAfterSeconds = 3_600

export async function judgeMails(db: Queryable, orderIds: readonly string[]): Promise<Finding[]> {
  const rows = await db.query<{ id: string; explanation: string }>(mailsStatement, [orderIds])
  return rows.map(({ id, explanation }) => finding(id, id, explanation))
}

export async function judgeOverdueMails(db: Queryable): Promise<Finding[]> {
  const rows = await db.query<{ id: string; orderId: string | null; explanation: string }>(overdueStatement, [
    overdueAfterSeconds,
  ])
  return rows.map(({ id, orderId, explanation }) => finding(id, orderId, explanation))
}

function finding(key: string, orderId: string | null, explanation: string): Finding {
  const orderIds = orderId === null ? [] : [orderId]
  return { invariant: 'mails_come_to_rest', key, orderIds, explanation }
}
