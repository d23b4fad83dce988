// Who may have how many places of a show: a buyer's own limit, and that of a network for what it has
// on hold without paying. Pure; the numbers are in the contract's table.
import { type Buyer, holdLimits } from '@holdfast/contract'
import type { Movement, Sale, Stock } from './stock.ts'
import { addressKeys, buyerKey, networkKey, type Origin, type TakenPlaces } from './taken.ts'

export interface Asking {
  readonly buyer: Buyer
  readonly places: number
  /** Undefined where limits do not hold for strangers: on the owner's own machine. */
  readonly origin: Origin | undefined
}

/**
 * Why one buyer may not have so many of this show, counting what they hold and own; null when they
 * may. A buyer is a session, and all sessions with one address: those that proved it, or the others.
 */
export function refuseBuyer(
  sale: Sale,
  stock: Stock,
  { buyer, places, origin }: Asking,
): { readonly detail: string; readonly most: number } | null {
  const { showId, maxPerBuyer } = sale
  if (maxPerBuyer == null) return null
  const own = buyerKey(showId, buyer.id)
  const keys = countsAddress(maxPerBuyer, origin) ? [own, ...addressKeys(showId, buyer, origin)] : [own]
  for (const key of keys) {
    const taken = stock.taken?.byBuyer.get(key) ?? { places: 0, expired: 0 }
    // Nobody keeps places from others by holding them again and again. But whoever has proved an
    // address answers only for what this session left to expire.
    const counts = origin !== undefined && (key === own || !origin.proved)
    const expired = counts ? taken.expired : 0
    if (taken.places + expired + places > maxPerBuyer) {
      const detail = `at most ${inTickets(maxPerBuyer)} per buyer; ${counted(taken.places, expired)}`
      return { detail, most: maxPerBuyer }
    }
  }
  return null
}

/**
 * On one's own machine a load test may send all its buyers with one address. It counts there for a
 * limit that somebody has set.
 */
const countsAddress = (maxPerBuyer: number, origin: Origin | undefined) =>
  origin !== undefined || maxPerBuyer < holdLimits.ofBuyer

const counted = (places: number, expired: number) =>
  `${places} already held or bought${expired === 0 ? '' : `, ${expired} left to expire within the hour`}`

/** Why a network may not put so many more on hold; null when it may. */
export function refuseNetwork(showId: string, stock: Stock, { origin, places }: Asking): string | null {
  for (const [step, network] of (origin?.networks ?? []).entries()) {
    const most = mostOnHold(stock.taken?.sizes.get(showId) ?? 0, step)
    const open = stock.taken?.byNetwork.get(networkKey(showId, network)) ?? 0
    if (open + places > most)
      return `at most ${inTickets(most)} of a show on hold from one network; ${open} are not paid yet`
  }
  return null
}

/** `step` counts from the narrow network to the wide ones. */
export function mostOnHold(sizeOfShow: number, step: number): number {
  const { ofNetwork, shareOfShow, blocks } = holdLimits
  return Math.max(ofNetwork, Math.floor(sizeOfShow * shareOfShow)) * (blocks[step]?.times ?? 1)
}

export const inTickets = (count: number): string => (count === 1 ? '1 ticket' : `${count} tickets`)

/** How many more or fewer places a buyer has by it, and a network on hold. */
const buyerTakes: Record<Movement, 1 | 0 | -1> = { hold: 1, sell: 0, release: -1, return: -1 }
const networkTakes: Record<Movement, 1 | 0 | -1> = { hold: 1, sell: -1, release: -1, return: 0 }

export interface MovedPlaces {
  readonly showId: string
  readonly buyer: Buyer
  /** Known of the orders of this batch only. */
  readonly origin: Origin | undefined
  readonly movement: Movement
  /** Whom the places let in: what counts for a buyer. */
  readonly people: number
  /** What a network keeps from others. */
  readonly held: number
}

/** The next command of the batch sees what this one took or gave back. */
export function movePlaces(taken: TakenPlaces | undefined, moved: MovedPlaces): void {
  const { showId, buyer, origin, movement, people, held } = moved
  // Whether an older order was placed with a proved address is not known where limits hold for
  // strangers: its places count for the address until the next batch.
  const isKnown = origin !== undefined || taken?.byNetwork.size === 0
  const addresses = isKnown ? addressKeys(showId, buyer, origin) : []
  for (const key of [buyerKey(showId, buyer.id), ...addresses]) {
    const before = taken?.byBuyer.get(key)
    if (before) taken?.byBuyer.set(key, { ...before, places: before.places + buyerTakes[movement] * people })
  }
  for (const network of origin?.networks ?? []) {
    const key = networkKey(showId, network)
    const before = taken?.byNetwork.get(key)
    if (before !== undefined) taken?.byNetwork.set(key, before + networkTakes[movement] * held)
  }
}
