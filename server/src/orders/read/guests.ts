// Until when guests need a way to their tickets. Reads only.
import type { GuestUntil } from '../../platform/http/guest-sessions.ts'
import { type Queryable, sql } from '../../platform/postgres/database.ts'

/** Refunds, questions and proofs of purchase come after a show. */
const daysAfterShow = 30

// Sales end when the show begins or ends: nearer to it than a month in any case.
const readTicketsUntil = sql(
  'orders.read_tickets_until',
  `select o.buyer_id as id, max(s.sales_end_at) + interval '${daysAfterShow} days' as until
   from orders.orders o join orders.shows s on s.id = o.show_id
   where o.buyer_id = any($1::uuid[]) and o.status in ('claimed', 'complete') and s.sales_end_at is not null
   group by 1`,
)

/** Of these buyers those with tickets, and until when they need them. */
export function readUntil(db: Queryable, buyerIds: readonly string[]): Promise<GuestUntil[]> {
  return db.query<GuestUntil>(readTicketsUntil, [buyerIds])
}
