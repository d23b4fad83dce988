// What counts of a show for limits: places that buyers and networks have already, by their keys.
import type { Buyer } from '@holdfast/contract'

/** Where an order comes from, as far as limits ask: its network, then wider ones. */
export interface Origin {
  readonly networks: readonly string[]
  /** Whether the session has proved the address that it buys with. */
  readonly proved: boolean
}

/** What somebody has of a show: held and bought, and left to expire a short while ago. */
export interface Taken {
  readonly places: number
  readonly expired: number
}

/** What counts of a show when a decision is made. */
export interface TakenPlaces {
  /** Of shows that limit their buyers, by `buyerKey` and by `addressKey`. */
  readonly byBuyer: Map<string, Taken>
  /** On hold and not paid for, by `networkKey`. */
  readonly byNetwork: Map<string, number>
  /** How many places these shows have. */
  readonly sizes: ReadonlyMap<string, number>
}

export const nothingTaken = (): TakenPlaces => ({
  byBuyer: new Map(),
  byNetwork: new Map(),
  sizes: new Map(),
})

export const buyerKey = (showId: string, buyerId: string) => `${showId} ${buyerId}`
export const addressKey = (showId: string, email: string, proved: boolean) =>
  `${showId} ${email}${proved ? ' proved' : ''}`
export const isProved = (origin: Origin | undefined): boolean => origin?.proved === true
/** None of a buyer without an address. */
export const addressKeys = (showId: string, { email }: Buyer, origin: Origin | undefined) =>
  email === null ? [] : [addressKey(showId, email, isProved(origin))]
export const networkKey = (showId: string, network: string) => `${showId} ${network}`
