// The prices that a buyer sees: the show as it was fetched, with what a hold costs now. Pure.
import type { Availability, ShowView } from '@holdfast/contract'
import { allInMinor } from '@holdfast/contract/sales-end'

export type Prices = ReadonlyMap<string, number>

/** The show at today's prices; the same object when they are those it has. */
export function atPrices(show: ShowView, prices: Prices): ShowView {
  const nowOf = ({ id, priceMinor }: ShowView['ticketTypes'][number]) => prices.get(id) ?? priceMinor
  if (show.ticketTypes.every((type) => nowOf(type) === type.priceMinor)) return show
  return { ...show, ticketTypes: show.ticketTypes.map((type) => ({ ...type, priceMinor: nowOf(type) })) }
}

/**
 * The show as it is offered to buyers: hidden types are not, also not to their organiser, and prices
 * have their fees in them.
 */
export function offeredShow(show: ShowView): ShowView {
  if (show.ticketTypes.every(({ hidden, feeMinor }) => hidden !== true && feeMinor === undefined)) return show
  const ticketTypes = show.ticketTypes
    .filter(({ hidden }) => hidden !== true)
    .map((type) => ({ ...type, priceMinor: allInMinor(type) }))
  return { ...show, ticketTypes }
}

/** What it costs to get in, at least: extras and what needs another ticket let in nobody alone. */
export function entryPrices({ ticketTypes }: ShowView): number[] {
  const entries = ticketTypes.filter(({ admits, needs }) => admits !== 0 && needs === undefined)
  return (entries.length > 0 ? entries : ticketTypes).map((type) =>
    type.price ? allInMinor({ ...type, priceMinor: type.price.leastMinor }) : type.priceMinor,
  )
}

/** Empty while nothing is known. */
export function pricesOf(of: Availability | ShowView | undefined): Prices {
  return new Map(of?.ticketTypes.map(({ id, priceMinor }) => [id, priceMinor]))
}

export interface ChangedPrice {
  readonly id: string
  readonly name: string
  readonly beforeMinor: number
  readonly nowMinor: number
}

/** Types that cost another price than the one that was seen first. */
export function changedPrices(show: ShowView, seen: Prices): ChangedPrice[] {
  return show.ticketTypes.flatMap(({ id, name, priceMinor }) => {
    const beforeMinor = seen.get(id)
    if (beforeMinor === undefined || beforeMinor === priceMinor) return []
    return [{ id, name, beforeMinor, nowMinor: priceMinor }]
  })
}
