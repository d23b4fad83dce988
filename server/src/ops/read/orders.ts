// SQL of the operator's search for an order. Reads only.
import { type Queryable, sql } from '../../platform/postgres/database.ts'

/** Hardly two orders share a code. */
const foundUpTo = 10

/**
 * A code has no index, which every hold would pay for: one look reads all orders. Without endings
 * it reads none.
 */
const findOrdersStatement = sql(
  'ops.find_orders',
  `select o.id, o.show_id as "showId", s.title as "showTitle", o.status, o.total_minor as "totalMinor",
          o.refunded_minor as "refundedMinor", o.currency, o.created_at as "createdAt", o.expires_at as "expiresAt",
          o.payment_id as "paymentId"
   from (
     select * from orders.orders where id = $1::uuid
     union all
     (select * from orders.orders
      where cardinality($2::text[]) > 0 and right(id::text, 14) = any($2::text[]) limit ${foundUpTo})
   ) o join orders.shows s on s.id = o.show_id
   order by o.id desc`,
)

export interface FoundOrderRow {
  readonly id: string
  readonly showId: string
  readonly showTitle: string
  readonly status: string
  readonly totalMinor: number
  readonly refundedMinor: number
  readonly currency: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly paymentId: string | null
}

/** The order with this id, and those whose ids end like one of these. */
export function findOrders(
  db: Queryable,
  id: string | null,
  endings: readonly string[],
): Promise<FoundOrderRow[]> {
  return db.query<FoundOrderRow>(findOrdersStatement, [id, endings])
}
