// How many places a buyer has of a show already: locked, counted, and moved along within a batch.
// Only for shows that limit it: others pay nothing. The rule itself is in the domain.
import { type InTransaction, type Queryable, sql } from '../../platform/postgres/database.ts'
import { type BuyerOfShow, buyerKey, type Sale } from '../domain/stock.ts'

interface Placing {
  readonly type: string
  readonly showId?: string
  readonly buyer?: { readonly id: string }
}

/**
 * Each buyer and show that the commands place orders for, where one of the offers of the show sets
 * a limit.
 */
export function limitedBuyers(commands: readonly Placing[], offers: readonly Sale[]): BuyerOfShow[] {
  const limited = new Set(offers.flatMap(({ showId, maxPerBuyer }) => (maxPerBuyer == null ? [] : [showId])))
  const buyers = new Map<string, BuyerOfShow>()
  if (limited.size === 0) return []
  for (const { type, showId, buyer } of commands) {
    if (type !== 'PlaceOrder' || showId === undefined || buyer === undefined || !limited.has(showId)) continue
    buyers.set(buyerKey(showId, buyer.id), { showId, buyerId: buyer.id })
  }
  return [...buyers.values()]
}

/**
 * Few slots, so that a full batch never needs more locks than the server has. Two buyers of one
 * slot wait for each other.
 */
const slots = 512
const tailOf = (id: string) => Number.parseInt(id.slice(-4), 16)
const slotOf = ({ buyerId, showId }: BuyerOfShow) => (tailOf(buyerId) ^ tailOf(showId)) % slots

// Two orders of one buyer may touch different pools, so no row holds them apart: without this both
// would see the other's places free. Taken in ascending order, last of all.
const lockBuyersStatement = sql(
  'orders.lock_buyers',
  `select pg_advisory_xact_lock(hashtext('orders.buyers'), slot) from unnest($1::int[]) as slot`,
)
const countPlacesStatement = sql(
  'orders.count_places_of_buyers',
  `select b.show_id as "showId", b.buyer_id as "buyerId", had.places
   from unnest($1::uuid[], $2::uuid[]) as b (show_id, buyer_id)
   cross join lateral (
     select coalesce(sum(l.quantity), 0)::int as places
     from orders.orders o cross join lateral json_to_recordset(o.lines) as l (quantity int)
     where o.buyer_id = b.buyer_id and o.show_id = b.show_id and o.status in ('created', 'claimed', 'complete')) as had`,
)

/** Locks the buyers and counts what they hold and have bought. */
export async function loadPlacesOf(
  tx: InTransaction,
  buyers: readonly BuyerOfShow[],
): Promise<Map<string, number>> {
  if (buyers.length === 0) return new Map()
  const [, rows] = await Promise.all([
    tx.query(lockBuyersStatement, [[...new Set(buyers.map(slotOf))].toSorted((a, b) => a - b)]),
    countPlaces(tx, buyers),
  ])
  return new Map(rows.map(({ showId, buyerId, places }) => [buyerKey(showId, buyerId), places]))
}

function countPlaces(
  db: Queryable,
  buyers: readonly BuyerOfShow[],
): Promise<(BuyerOfShow & { readonly places: number })[]> {
  return db.query(countPlacesStatement, [
    buyers.map(({ showId }) => showId),
    buyers.map(({ buyerId }) => buyerId),
  ])
}
