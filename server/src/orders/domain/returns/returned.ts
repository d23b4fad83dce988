// What was given back of an order: its returns, and which of its units they took. Pure.
import type { ReturnedBy } from '@holdfast/contract'

/**
 * `requested`: tickets makes them void · `places_returned`: payments gives the money back ·
 * `money_owed`: it could not, and somebody has to act.
 */
export type ReturnStatus = 'requested' | 'refused' | 'places_returned' | 'done' | 'money_owed'

export interface Return {
  readonly id: string
  readonly by: ReturnedBy
  readonly units: readonly number[]
  /** What goes back for them; once it went, what it was. */
  readonly amountMinor: number
  /** False: the places are kept from the sale. */
  readonly restock: boolean
  readonly status: ReturnStatus
}

/** Its tickets were void, and its places are free or withheld. */
export const hasPlaces = ({ status }: Return) => status !== 'requested' && status !== 'refused'

const unitsOf = (returns: readonly Return[]): ReadonlySet<number> =>
  new Set(returns.flatMap(({ units }) => units))

/** Units whose places are the order's no more. */
export const unitsReturned = (returns: readonly Return[]) => unitsOf(returns.filter(hasPlaces))

/** Units whose tickets are being made void. */
export const unitsLeaving = (returns: readonly Return[]) =>
  unitsOf(returns.filter(({ status }) => status === 'requested'))

export const isUnderWay = ({ status }: Return) => status === 'requested' || status === 'places_returned'

/** The return of all that was left when all of the money was back: no news of money matters after it. */
export const isWhole = ({ by, status }: Return) => by === 'refund' && status !== 'refused'

export function changeReturn(
  returns: readonly Return[],
  returnId: string,
  change: Partial<Pick<Return, 'status' | 'amountMinor'>>,
): Return[] {
  return returns.map((each) => (each.id === returnId ? { ...each, ...change } : each))
}
