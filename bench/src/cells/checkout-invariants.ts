// What must be true after checkouts: orders, tickets, ledger and the processor's own list tell the
// same story.

import { type Database, sql } from '../../../server/src/platform/postgres/database.ts'
import { systemClock } from '../../../server/src/platform/process/clock.ts'
import type { Taken } from '../sandbox.ts'

const paidNotComplete = sql(
  'bench.paid_not_complete',
  `select p.id, o.status from unnest($1::uuid[]) as p (id) left join orders.orders o on o.id = p.id
   where o.status is distinct from 'complete' limit 5`,
)
const wrongTickets = sql(
  'bench.wrong_tickets',
  `with issued as (select order_id, count(*) filter (where status in ('valid', 'used')) as tickets from tickets.tickets group by 1),
   wanted as (
     select o.id, o.status, (select sum((line ->> 'quantity')::int) from json_array_elements(o.lines) as line) as quantity
     from orders.orders o)
   select w.id, w.status, w.quantity, i.tickets from wanted w full join issued i on i.order_id = w.id
   where coalesce(i.tickets, 0) <> case when w.status = 'complete' then w.quantity else 0 end limit 5`,
)
const untold = sql(
  'bench.untold',
  `select o.id from orders.orders o
   left join (select subject, count(*) as told from platform.outbox where type = 'TicketsIssued' group by 1) t on t.subject = o.id
   where o.status = 'complete' and t.told is distinct from 1 limit 5`,
)
// True by the shape of the view, and so a guard of the view; the two after it can tell a wrong
// entry.
const unbalanced = sql(
  'bench.unbalanced',
  `select currency, sum(posted_minor) as posted, sum(pending_minor) as pending from payments.ledger_postings
   group by 1 having sum(posted_minor) <> 0 or sum(pending_minor) <> 0`,
)
const stillPending = sql(
  'bench.still_pending',
  `select account, currency, pending_minor as pending, posted_minor as posted from payments.ledger_balances
   where pending_minor <> 0 or (account like 'clearing:%' and posted_minor <> 0) limit 5`,
)
const wrongMoney = sql(
  'bench.wrong_money',
  `with taken as (
     select order_id, sum(posted_minor) as posted from payments.ledger_postings where account = 'processor_balance' group by 1)
   select o.id, o.status, o.total_minor as total, t.posted from orders.orders o full join taken t on t.order_id = o.id
   where coalesce(t.posted, 0) <> case when o.status = 'complete' then o.total_minor else 0 end limit 5`,
)
const openOrders = sql(
  'bench.open_orders',
  `select count(*) as orders from orders.orders where status in ('created', 'claimed')`,
)
const missingWebhooks = sql(
  'bench.missing_webhooks',
  `select p.id, p.status, count(w.id) as webhooks from payments.payments p left join payments.webhook_events w on w.payment_id = p.id
   group by 1 having count(w.id) <> 2 limit 5`,
)
const completeTotals = sql(
  'bench.complete_totals',
  `select id, total_minor as "totalMinor" from orders.orders where status = 'complete'`,
)

const settleWithinMs = 120_000

async function whenNone(look: () => Promise<number>): Promise<number> {
  const deadlineMs = performance.now() + settleWithinMs
  let left = await look()
  while (left > 0 && performance.now() < deadlineMs) {
    await systemClock.sleep(25)
    left = await look()
  }
  return left
}

/** Waits, with a cheap look, until no order is open. */
export async function ordersAtRest(db: Database): Promise<void> {
  await whenNone(async () => (await db.query<{ orders: number }>(openOrders))[0]?.orders ?? 0)
}

export async function checkCheckouts(db: Database, paid: readonly string[]): Promise<string[]> {
  const problems: string[] = []
  const say = (what: string, rows: readonly unknown[]) => {
    if (rows.length > 0) problems.push(`${what}: ${JSON.stringify(rows)}`)
  }
  say('payments acknowledged, orders not complete', await db.query(paidNotComplete, [paid]))
  say('tickets differ from the quantity', await db.query(wrongTickets))
  say('orders whose tickets were not told of once', await db.query(untold))
  say('the ledger does not sum to zero', await db.query(unbalanced))
  say('money is still set aside or between accounts', await db.query(stillPending))
  say('money taken differs from the order', await db.query(wrongMoney))
  return problems
}

/** Each payment's authorization and capture were told by webhook too, and have taken effect. */
export async function checkWebhooks(db: Database): Promise<string[]> {
  await whenNone(async () => (await db.query(missingWebhooks)).length)
  return (await db.query(missingWebhooks)).map((row) => `webhooks without effect: ${JSON.stringify(row)}`)
}

/**
 * Every complete order was captured once and in full, and nothing else was captured or is left
 * authorized.
 */
export async function checkTaken(db: Database, taken: readonly Taken[]): Promise<string[]> {
  const totals = await db.query<{ id: string; totalMinor: number }>(completeTotals)
  const missing = new Map(totals.map(({ id, totalMinor }) => [id, totalMinor]))
  const problems: string[] = []
  for (const { orderId, status, receivedMinor } of taken) {
    if (status === 'canceled') continue
    if (status !== 'succeeded') problems.push(`an intent of order ${orderId} is left ${status}`)
    else if (missing.get(orderId) !== receivedMinor)
      problems.push(`order ${orderId} was charged ${receivedMinor}, of ${String(missing.get(orderId))}`)
    missing.delete(orderId)
  }
  for (const orderId of missing.keys()) problems.push(`order ${orderId} is complete and was never charged`)
  return problems.length > 5
    ? [...problems.slice(0, 5), `and ${problems.length - 5} more of the kind`]
    : problems
}
