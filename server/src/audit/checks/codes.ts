// Invariant 10: the uses of codes against the orders that have them. One statement sees both at one
// moment.
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Finding } from '../invariants.ts'

const usesStatement = sql(
  'audit.count_code_uses',
  `select p.id, p.uses, p.held, p.used, s.held as "heldByOrders", s.used as "usedByOrders"
   from orders.codes c join orders.code_pools p on p.id = c.id
   cross join lateral (
     select coalesce(sum(o.code_uses) filter (where o.status in ('created', 'claimed')), 0)::int as held,
       coalesce(sum(o.code_uses) filter (where o.status = 'complete'), 0)::int as used
     from orders.orders o where o.code_id = c.id) s
   where c.show_id = $1 and (p.held <> s.held or p.used <> s.used or p.held + p.used > p.uses)`,
)

interface UsesRow {
  readonly id: string
  readonly uses: number
  readonly held: number
  readonly used: number
  readonly heldByOrders: number
  readonly usedByOrders: number
}

/** Codes of a show whose uses do not add up. */
export async function judgeUses(db: Queryable, showId: string): Promise<Finding[]> {
  const rows = await db.query<UsesRow>(usesStatement, [showId])
  return rows.map(({ id, uses, held, used, heldByOrders, usedByOrders }) => ({
    invariant: 'code_uses_add_up',
    key: id,
    showId,
    orderIds: [],
    explanation: `Code of ${uses} uses: ${held} held, ${used} used; by its orders: ${heldByOrders} held, ${usedByOrders} used`,
  }))
}
