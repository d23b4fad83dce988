// How many places of a show those who ask have already, buyers and networks: locked, then counted.
// Shows without a limit for their buyers, and orders without an origin, cost nothing. The rules are
// in the domain.
import { type Buyer, holdLimits } from '@holdfast/contract'
import {
  copyInto,
  type InTransaction,
  type Queryable,
  sql,
  type Write,
  writeRows,
} from '../../platform/postgres/database.ts'
import { heldPlacesOf } from '../domain/lines.ts'
import type { Order, OrderCommand } from '../domain/order.ts'
import type { Sale } from '../domain/stock.ts'
import {
  addressKey,
  buyerKey,
  isProved,
  networkKey,
  nothingTaken,
  type Origin,
  type TakenPlaces,
} from '../domain/taken.ts'

type Placing = Extract<OrderCommand, { type: 'PlaceOrder' }>
/** Of a buyer whom a limit binds, and who therefore has an address. */
type Limited = Placing & { readonly buyer: Buyer & { readonly email: string } }
const isLimited = (placing: Placing): placing is Limited => !placing.counter && placing.buyer.email !== null

/**
 * Few slots, so that a full batch never needs more locks than the server has. Two that share a slot
 * wait for each other.
 */
const slots = 512
const tailOf = (id: string) => Number.parseInt(id.slice(-4), 16)
const slotOfBuyer = ({ buyer, showId }: Placing) => (tailOf(buyer.id) ^ tailOf(showId)) % slots
function slotOfText(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index += 1) hash = (hash * 31 + text.charCodeAt(index)) % 1_000_003
  return hash % slots
}

// Two orders of one buyer may touch different pools, so no row holds them apart: without this both
// would see the other's places free. Taken in ascending order, last of all.
const lockSlots = sql(
  'orders.lock_buyers',
  `select pg_advisory_xact_lock(hashtext('orders.buyers'), slot) from unnest($1::int[]) as slot`,
)

/**
 * For each show, buyer and address: places in orders that count, of the buyer and of the address.
 * Orders of sessions that had proved the address count for those alone, all others for the rest.
 */
const countOrders = (name: string, counts: string) =>
  sql(
    name,
    `select own.places, shared.places as "sharedPlaces"
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bool[])
       with ordinality as b (show_id, buyer_id, email, proved, no)
     cross join lateral (
       select coalesce(sum(l.quantity * coalesce(l.admits, 1)), 0)::int as places
       from orders.orders o cross join lateral json_to_recordset(o.lines) as l (quantity int, admits int)
       where o.buyer_id = b.buyer_id and o.show_id = b.show_id and ${counts}) as own
     cross join lateral (
       select coalesce(sum(l.quantity * coalesce(l.admits, 1)), 0)::int as places
       from orders.orders o cross join lateral json_to_recordset(o.lines) as l (quantity int, admits int)
       where o.show_id = b.show_id and o.buyer_email = b.email and ${counts}
         and b.proved = exists (select from orders.proved_orders p where p.order_id = o.id)) as shared
     order by b.no`,
  )
const countPlaces = countOrders(
  'orders.count_places_of_buyers',
  `o.status in ('created', 'claimed', 'complete')`,
)
const countExpired = countOrders(
  'orders.count_expired_of_buyers',
  `o.status = 'cancelled' and o.cancel_reason = 'expired' and o.kind = 'hold'
    and o.expires_at > now() - interval '${holdLimits.expiredCountSeconds} seconds'`,
)
interface BuyerCount {
  readonly places: number
  readonly sharedPlaces: number
}
const none: BuyerCount = { places: 0, sharedPlaces: 0 }

// A hold is extended by minutes at most, so that older rows are of orders that have ended.
const countNetworks = sql(
  'orders.count_places_of_networks',
  `select open.network, open.wider, open.widest, size.places as size
   from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) with ordinality as n (show_id, network, wider, widest, no)
   cross join lateral (
     select coalesce(sum(h.places) filter (where h.network = n.network), 0)::int as network,
       coalesce(sum(h.places) filter (where h.wider = n.wider), 0)::int as wider,
       coalesce(sum(h.places), 0)::int as widest
     from orders.network_holds h join orders.orders o on o.id = h.order_id
     where h.show_id = n.show_id and h.widest = n.widest and h.expires_at > now() - interval '10 minutes'
       and o.status = 'created') as open
   cross join lateral (
     select coalesce(sum(p.capacity), 0)::bigint as places from orders.pools p where p.show_id = n.show_id) as size
   order by n.no`,
)
interface NetworkCount {
  readonly network: number
  readonly wider: number
  readonly widest: number
  readonly size: number
}

/**
 * Locks who the commands place orders for, and counts what they have. `alsoLocked`: orders whose
 * codes count their buyers.
 */
export async function loadTaken(
  tx: InTransaction,
  commands: readonly { readonly type: string }[],
  { offers, alsoLocked }: { readonly offers: readonly Sale[]; readonly alsoLocked: readonly Placing[] },
): Promise<TakenPlaces> {
  const placings = commands.filter((command): command is Placing => command.type === 'PlaceOrder')
  const limited = new Set(offers.flatMap(({ showId, maxPerBuyer }) => (maxPerBuyer == null ? [] : [showId])))
  const buyers = distinct(
    placings.filter(isLimited).filter(({ showId }) => limited.has(showId)),
    (placing) => `${placing.buyer.id} ${addressKeyOf(placing)}`,
  )
  const strangers = distinct(
    placings.flatMap(({ showId, origin }) => (origin ? [{ showId, blocks: blocksOf(origin) }] : [])),
    ({ showId, blocks }) => `${showId} ${blocks[0]}`,
  )
  if (buyers.length + strangers.length + alsoLocked.length === 0) return nothingTaken()
  // Who comes from the owner's own machine has nothing held against them.
  const forgiven = strangers.length === 0
  const [, placeCounts, expiredCounts, networkCounts] = await Promise.all([
    tx.query(lockSlots, [slotsOf([...buyers, ...alsoLocked.filter(isLimited)], strangers)]),
    readBuyers(tx, countPlaces, buyers),
    readBuyers(tx, countExpired, forgiven ? [] : buyers),
    readNetworks(tx, strangers),
  ])
  const taken = nothingTaken()
  const sizes = new Map<string, number>()
  for (const [index, placing] of buyers.entries()) {
    const [count, expired] = [placeCounts[index] ?? none, expiredCounts[index] ?? none]
    taken.byBuyer.set(buyerKey(placing.showId, placing.buyer.id), {
      places: count.places,
      expired: expired.places,
    })
    taken.byBuyer.set(addressKeyOf(placing), {
      places: count.sharedPlaces,
      expired: expired.sharedPlaces,
    })
  }
  for (const [index, { showId, blocks }] of strangers.entries()) {
    const count = networkCounts[index]
    if (!count) continue
    const open = [count.network, count.wider, count.widest]
    // From wide to narrow: of IPv4 all are the same.
    for (const [step, block] of blocks.entries())
      taken.byNetwork.set(networkKey(showId, block), open[step] ?? 0)
    sizes.set(showId, count.size)
  }
  return { ...taken, sizes }
}

const addressKeyOf = ({ showId, buyer, origin }: Limited) => addressKey(showId, buyer.email, isProved(origin))

type Blocks = readonly [network: string, wider: string, widest: string]
interface Stranger {
  readonly showId: string
  readonly blocks: Blocks
}

function blocksOf({ networks }: Origin): Blocks {
  const [network = '', wider = network, widest = wider] = networks
  return [network, wider, widest]
}

function distinct<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()]
}

function slotsOf(buyers: readonly Limited[], strangers: readonly Stranger[]): number[] {
  const taken = new Set([
    ...buyers.flatMap((placing) => [slotOfBuyer(placing), slotOfText(addressKeyOf(placing))]),
    ...strangers.map(({ showId, blocks }) => slotOfText(networkKey(showId, blocks[2]))),
  ])
  return [...taken].toSorted((one, other) => one - other)
}

async function readBuyers(
  tx: Queryable,
  statement: typeof countPlaces,
  buyers: readonly Limited[],
): Promise<BuyerCount[]> {
  if (buyers.length === 0) return []
  return tx.query<BuyerCount>(statement, [
    buyers.map(({ showId }) => showId),
    buyers.map(({ buyer }) => buyer.id),
    buyers.map(({ buyer }) => buyer.email),
    buyers.map(({ origin }) => isProved(origin)),
  ])
}

async function readNetworks(tx: Queryable, strangers: readonly Stranger[]): Promise<NetworkCount[]> {
  if (strangers.length === 0) return []
  const block = (step: 0 | 1 | 2) => strangers.map(({ blocks }) => blocks[step])
  return tx.query<NetworkCount>(countNetworks, [
    strangers.map(({ showId }) => showId),
    block(0),
    block(1),
    block(2),
  ])
}

/** Where each order of these commands would come from. */
export function originsOf(commands: readonly { readonly type: string }[]): ReadonlyMap<string, Origin> {
  const placings = commands.filter((command): command is Placing => command.type === 'PlaceOrder')
  return new Map(placings.flatMap(({ orderId, origin }) => (origin ? [[orderId, origin] as const] : [])))
}

const insertNetworkHolds = copyInto('orders.insert_network_holds', 'orders.network_holds', {
  order_id: 'uuid',
  show_id: 'uuid',
  network: 'text',
  wider: 'text',
  widest: 'text',
  places: 'int',
  expires_at: 'timestamptz',
})

const insertProved = copyInto('orders.insert_proved', 'orders.proved_orders', { order_id: 'uuid' })

/**
 * From where new orders hold their places, and which of them were placed with a proved address.
 * What cost nothing is not on hold.
 */
export function saveOrigins(
  orders: readonly Order[],
  origins: ReadonlyMap<string, Origin> | undefined,
): readonly Write[] {
  const proved = orders.filter(({ id }) => isProved(origins?.get(id))).map(({ id }) => ({ order_id: id }))
  const rows = orders.flatMap((order) => {
    const origin = origins?.get(order.id)
    if (!origin || order.status !== 'created') return []
    const [network, wider, widest] = blocksOf(origin)
    const places = heldPlacesOf(order.lines)
    const whose = { order_id: order.id, show_id: order.showId, network, wider, widest }
    return [{ ...whose, places, expires_at: order.expiresAt }]
  })
  return [...writeRows(insertNetworkHolds, rows), ...writeRows(insertProved, proved)]
}

const deleteNetworkHolds = sql(
  'orders.delete_network_holds',
  `delete from orders.network_holds where expires_at < now() - interval '1 hour'`,
)

/** Nobody needs to know for longer where a hold came from. */
export async function forgetOrigins(db: Queryable): Promise<void> {
  await db.query(deleteNetworkHolds)
}
