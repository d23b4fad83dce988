// What a show offers: the rules it must keep to be sold, and what a published show may no longer
// take back. Pure.
import { type Asks, type Evening, isVisible, type SaleTerms, type Take } from '@holdfast/contract'
import { type ProposedAsks, settleAsks } from './asks.ts'
import { refuseEvening, settleEvening } from './evening.ts'
import { settleNeeds } from './needs.ts'
import { type ContentRefusal, refusePrices, refuseTerms } from './selling-terms.ts'

export interface SeatLabel {
  readonly section: string
  readonly row: string
  readonly number: string
}
export type Seat = SeatLabel & { readonly id: string }

export interface TicketType {
  readonly id: string
  readonly name: string
  readonly priceMinor: number
  /** Tax contained in the price, in hundredths of a per cent; null or missing: none is named. */
  readonly taxRateBps?: number | null
  /** When, how many at once and to whom it is sold. */
  readonly terms?: SaleTerms
  /** What one ticket takes of which pools; its own pool comes first. */
  readonly takes: readonly Take[]
  /** Only of a seated type; the capacity of its own pool is their number. */
  readonly seats?: readonly Seat[]
}

/** Stock that types take from. Without a name it is one type's own. */
export interface ShowPool {
  readonly id: string
  readonly name: string | null
  readonly capacity: number
  readonly latch: boolean
}

interface Details {
  readonly title: string
  readonly startsAt: string
  readonly evening: Evening
  /** What it asks of those who bought; missing: nothing. */
  readonly asks?: Asks
  readonly timeZone: string
  readonly currency: string
  readonly venue: string | null
  readonly description: string | null
  readonly holdSeconds: number
  readonly maxPerOrder: number
  /** Of one buyer in all his orders. Null or missing: as many as there are. */
  readonly maxPerBuyer?: number | null
}
export type ShowContent = Details & {
  readonly ticketTypes: readonly TicketType[]
  readonly pools: readonly ShowPool[]
}

/** A ticket type as the organiser sends it, with ids at hand for what turns out to be new. */
export interface ProposedType {
  /** The existing type that is meant; without it the type is new. */
  readonly ref?: string
  readonly freshId: string
  readonly freshPoolId: string
  readonly name: string
  readonly priceMinor: number
  readonly taxRateBps?: number
  readonly terms?: SaleTerms
  readonly stock:
    | { readonly capacity: number }
    | { readonly seats: readonly (SeatLabel & { readonly freshId: string })[] }
    /** No pool of its own. */
    | null
  /** Pools with a name, which types share. */
  readonly pools?: readonly ProposedPool[]
}
export interface ProposedPool {
  readonly freshId: string
  readonly name: string
  readonly capacity?: number
  readonly count: number
  readonly latch?: boolean
}
export type ProposedContent = Omit<Details, 'evening' | 'asks'> & {
  readonly evening?: Evening
  readonly asks?: ProposedAsks
  readonly ticketTypes: readonly ProposedType[]
}

export type Settled = { readonly content: ShowContent } | ContentRefusal

/**
 * Turns a proposal into content: known types and seats keep their ids, new ones get the fresh ids.
 */
export function settleContent(proposed: ProposedContent, known: Known = nothingKnown): Settled {
  const refusal = refuseDetails(proposed) ?? refuseTypes(proposed, known.ticketTypes)
  if (refusal !== null) return { refusal }
  const price =
    refuseEvening({ ...proposed.evening, startsAt: proposed.startsAt }) ??
    refusePrices(proposed) ??
    refuseTerms({ ...proposed, ...proposed.evening })
  if (price !== null) return price
  const shared = settlePools(proposed.ticketTypes, known.pools)
  if ('refusal' in shared) return shared
  const needs = settleNeeds(proposed.ticketTypes)
  if ('refusal' in needs) return needs
  const knownById = new Map(known.ticketTypes.map((type) => [type.id, type]))
  const own: ShowPool[] = []
  const ticketTypes = needs.ticketTypes.map((type) => {
    const settled = settleType(type, shared.byName, {
      type: knownById.get(type.ref ?? ''),
      pools: known.pools,
    })
    if (settled.ownPool) own.push(settled.ownPool)
    return settled.type
  })
  const startsAt = new Date(proposed.startsAt).toISOString()
  const evening = settleEvening(proposed.evening ?? {})
  const asked = settleAsks(proposed.asks ?? {}, {
    show: { startsAt, ...evening },
    ticketTypes,
    known: known.asks ?? {},
  })
  if ('refusal' in asked) return asked
  const pools = [...own, ...shared.byName.values()]
  return { content: { ...proposed, startsAt, evening, asks: asked.asks, ticketTypes, pools } }
}

/** What the show has already. */
type Known = Pick<ShowContent, 'ticketTypes' | 'pools' | 'asks'>
const nothingKnown: Known = { ticketTypes: [], pools: [] }

function settleType(
  { name, priceMinor, taxRateBps, terms, stock, pools = [], freshId, freshPoolId }: ProposedType,
  shared: ReadonlyMap<string, ShowPool>,
  known: { readonly type: TicketType | undefined; readonly pools: readonly ShowPool[] },
): { readonly type: TicketType; readonly ownPool?: ShowPool } {
  const takesOfShared = pools.map(({ name: poolName, count }): Take => {
    return { poolId: shared.get(poolName)?.id ?? '', count }
  })
  const knownPool = ownPoolOf(known.type, known.pools)
  const tax = taxRateBps === undefined ? {} : { taxRateBps }
  const bounds = terms === undefined ? {} : { terms }
  const type = { id: known.type?.id ?? freshId, name, priceMinor, ...tax, ...bounds }
  // A type that has lived without a pool of its own gets none by the capacity that it was read with.
  if (stock === null || ('capacity' in stock && known.type && !knownPool && pools.length > 0))
    return { type: { ...type, takes: takesOfShared } }
  const id = knownPool?.id ?? freshPoolId
  const takes = [{ poolId: id, count: 1 }, ...takesOfShared]
  const own = { id, name: null, latch: false }
  if ('capacity' in stock) return { type: { ...type, takes }, ownPool: { ...own, capacity: stock.capacity } }
  const knownSeats = new Map(known.type?.seats?.map((seat) => [keyOf(seat), seat.id]))
  const seats = stock.seats.map((seat) => {
    const { section, row, number } = seat
    return { id: knownSeats.get(keyOf(seat)) ?? seat.freshId, section, row, number }
  })
  return { type: { ...type, takes, seats }, ownPool: { ...own, capacity: seats.length } }
}

/** The pool that only this type has. */
export function ownPoolOf(type: TicketType | undefined, pools: readonly ShowPool[]): ShowPool | undefined {
  return pools.find(({ id, name }) => name === null && type?.takes.some(({ poolId }) => poolId === id))
}

type SettledPools = { readonly byName: ReadonlyMap<string, ShowPool> } | { readonly refusal: string }

/** Pools of one name are one pool: where it is named, it must be said to be the same. */
function settlePools(types: readonly ProposedType[], known: readonly ShowPool[]): SettledPools {
  const named = Map.groupBy(
    types.flatMap(({ pools = [] }) => pools),
    ({ name }) => name,
  )
  const byName = new Map<string, ShowPool>()
  for (const [name, mentions] of named) {
    const before = known.find((pool) => pool.name === name)
    const capacities = new Set(mentions.flatMap(({ capacity }) => capacity ?? []))
    const latches = new Set(mentions.flatMap(({ latch }) => latch ?? []))
    const [capacity = before?.capacity] = capacities
    if (capacities.size > 1 || latches.size > 1)
      return { refusal: `Pool “${name}” is described in two ways.` }
    if (capacity === undefined) return { refusal: `Pool “${name}” needs a capacity.` }
    const [latch = before?.latch ?? false] = latches
    const id = before?.id ?? mentions[0]?.freshId ?? ''
    byName.set(name, { id, name, capacity, latch })
  }
  return { byName }
}

/** Labels are people's text, so they are joined by what no label can hold. */
const keyOf = ({ section, row, number }: SeatLabel) => `${section}\n${row}\n${number}`
const nameOf = ({ section, row, number }: SeatLabel) => [section, row, number].filter(Boolean).join(' ')

// Outside of these years a date is a slip of the pen, and some databases and calendars cannot hold
// it.
const earliestMs = Date.UTC(2000, 0)
const latestMs = Date.UTC(2200, 0)

function refuseDetails({ title, startsAt, timeZone }: ProposedContent): string | null {
  if (!isVisible(title)) return 'Enter a title.'
  const startMs = Date.parse(startsAt)
  if (!(startMs >= earliestMs && startMs < latestMs)) return 'The start must be a date between 2000 and 2200.'
  if (!isTimeZone(timeZone)) return `“${timeZone}” is not a time zone we know.`
  return null
}

/**
 * IANA names only. The runtime also knows offsets such as +02:00, which do not know summer time.
 */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

function refuseTypes({ ticketTypes }: ProposedContent, known: readonly TicketType[]): string | null {
  const knownIds = new Set(known.map((type) => type.id))
  const refs = new Set<string>()
  const seats = new Set<string>()
  for (const type of ticketTypes) {
    if (!isVisible(type.name)) return 'Every ticket type needs a name.'
    if (type.ref !== undefined) {
      if (!knownIds.has(type.ref)) return `This show has no ticket type ${type.ref}.`
      if (refs.has(type.ref)) return `Ticket type ${type.ref} is listed twice.`
      refs.add(type.ref)
    }
    const pools = refusePools(type)
    if (pools !== null) return pools
    for (const seat of type.stock && 'seats' in type.stock ? type.stock.seats : []) {
      const key = keyOf(seat)
      if (key.split('\n').length !== 3) return `${type.name}: a seat label must fit on one line.`
      if (seats.has(key)) return `Seat ${nameOf(seat)} is listed twice.`
      seats.add(key)
    }
  }
  return null
}

function refusePools({ name, pools = [] }: ProposedType): string | null {
  if (pools.some((pool) => !isVisible(pool.name))) return `${name}: every pool needs a name.`
  const twice = pools.find((pool, index) => pools.findIndex((other) => other.name === pool.name) < index)
  return twice ? `${name}: pool “${twice.name}” is listed twice.` : null
}

/**
 * What a published show promised and `next` would take back, or null. People may hold places of it.
 * A capacity may shrink: orders, who counts what is held and sold, keeps the pool at that.
 */
export function refuseWithdrawal(published: ShowContent, next: ShowContent): string | null {
  if (published.currency !== next.currency) return 'The currency can’t change once the show is published.'
  const nextById = new Map(next.ticketTypes.map((type) => [type.id, type]))
  for (const type of published.ticketTypes) {
    const kept = nextById.get(type.id)
    if (!kept) return `“${type.name}” is published and can’t be removed.`
    if ((type.seats === undefined) !== (kept.seats === undefined))
      return `“${type.name}” can’t switch between numbered seats and general admission.`
    if (takesOf(type) !== takesOf(kept))
      return `“${type.name}” is published and can’t take from other pools. Add a ticket type instead.`
    const keptSeats = new Set(kept.seats?.map((seat) => seat.id))
    const missing = type.seats?.find((seat) => !keptSeats.has(seat.id))
    if (missing) return `Seat ${nameOf(missing)} is published and can’t be removed.`
  }
  return null
}

const takesOf = ({ takes }: TicketType) =>
  takes
    .map(({ poolId, count }) => `${poolId} ${count}`)
    .toSorted()
    .join()
