// What is left of a show: SQL reads without locks, and their shape. Decides nothing.
import type { Availability } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import { availableIn, type NamedTake, type Pool, unitsOfNoPool } from '../domain/stock.ts'

const readSaleStock = sql(
  'orders.read_sale_stock',
  `with reserved as (
     select k."poolId" as pool_id, sum(l.quantity * k.count)::int as places
     from orders.orders o
     cross join lateral json_to_recordset(o.lines) as l (quantity int, takes json)
     cross join lateral json_to_recordset(l.takes) as k ("poolId" uuid, count int)
     where o.show_id = $1 and o.kind = 'reservation' and o.status = 'created' group by 1)
   select s.version,
     exists (select from orders.codes c where c.show_id = s.id and not c.ended) as "hasCodes", t.id, t."priceMinor", t.seated, k."poolId", k.count, k.name, k.shared, p.capacity, p.held, p.sold, p.closed,
     coalesce(r.places, 0) as reserved
   from orders.shows s
   left join lateral rows from (json_to_recordset(s.ticket_types)
       as (id uuid, "priceMinor" bigint, takes json, seated boolean, hidden boolean))
     with ordinality as t (id, "priceMinor", takes, seated, hidden, position) on $2 or t.hidden is not true
   left join lateral rows from (json_to_recordset(t.takes) as ("poolId" uuid, count int, name text, shared boolean))
     with ordinality as k ("poolId", count, name, shared, position) on true
   left join orders.pools p on p.id = k."poolId"
   left join reserved r on r.pool_id = p.id
   where s.id = $1
   order by t.position, k.position`,
)
const readSeatStates = sql(
  'orders.read_seat_states',
  `select id, state from orders.seats where show_id = $1 and ticket_type_id = any($2::uuid[]) order by id`,
)

/** Of a show of which nothing may be seen. */
interface VersionRow {
  readonly version: number
  readonly hasCodes: boolean
  readonly id: null
}
type StockRow = {
  readonly version: number
  readonly hasCodes: boolean
  readonly id: string
  readonly priceMinor: number
  readonly seated: boolean
} & (TakenRow | { readonly poolId: null })
interface TakenRow extends NamedTake, Pick<Pool, 'capacity' | 'held' | 'sold' | 'closed'> {
  /** Of those held, what is not to come back by itself in a few minutes. */
  readonly reserved: number
}

/**
 * What is left of a show, or null when it was never on sale. Hidden types and their seats are there
 * for those only who may know of them.
 */
export async function readAvailability(
  db: Queryable,
  showId: string,
  { hidden = false } = {},
): Promise<Availability | null> {
  const [first, ...others] = await db.query<StockRow | VersionRow>(readSaleStock, [showId, hidden])
  if (!first) return null
  const rows = [first, ...others].filter((row) => row.id !== null)
  const taken = rows.flatMap((row) => (row.poolId === null ? [] : [row]))
  const takesOf = Map.groupBy(taken, ({ id }) => id)
  const types = new Map(rows.map(({ id, priceMinor }) => [id, priceMinor]))
  const ticketTypes = [...types].map(([id, priceMinor]) => ({
    id,
    priceMinor,
    ...leftOf(takesOf.get(id) ?? []),
  }))
  const shared = sharedPools(taken)
  const { version, hasCodes } = first
  const known = {
    ticketTypes,
    version,
    ...(hasCodes ? { hasCodes } : {}),
    ...(shared.length > 0 ? { pools: shared } : {}),
  }
  const seatedIds = [...new Set(rows.flatMap((row) => (row.seated ? [row.id] : [])))]
  if (seatedIds.length === 0) return known
  const seats = await db.query<{ id: string; state: 'available' | 'held' | 'sold' }>(readSeatStates, [
    showId,
    seatedIds,
  ])
  return { ...known, seats }
}

const placesIn = (pool: TakenRow) => Math.max(0, availableIn(pool))

/** Of several pools the one with the least units left tells. */
function leftOf(takes: readonly TakenRow[]) {
  let least = { available: unitsOfNoPool, held: 0, sold: 0 }
  for (const take of takes) {
    const available = Math.floor(placesIn(take) / take.count)
    if (available < least.available || take === takes[0])
      least = { available, held: take.held - take.reserved, sold: take.sold }
  }
  return least
}

function sharedPools(taken: readonly TakenRow[]): NonNullable<Availability['pools']> {
  const pools = new Map(taken.flatMap((take) => (take.shared ? [[take.poolId, take] as const] : [])))
  return [...pools.values()].map((pool) => ({
    name: pool.name,
    available: placesIn(pool),
    held: pool.held - pool.reserved,
    sold: pool.sold,
  }))
}
