// A show as the other services have to know it. Pure.
import { asksOf, type PublishedShow } from '@holdfast/contract'
import type { ShowContent } from './show-content.ts'

type Known = ShowContent & {
  readonly id: string
  readonly organiserId: string
  readonly status: string
  readonly blocked: boolean
}

/** The show as orders has to know it. */
export function publishedShow(show: Known): PublishedShow {
  const { id, organiserId, title, startsAt, evening, timeZone, venue, currency } = show
  const { holdSeconds, maxPerOrder, maxPerBuyer } = show
  return {
    id,
    organiserId,
    title,
    startsAt,
    ...evening,
    ...asksOf(show.asks ?? {}),
    timeZone,
    venue,
    currency,
    holdSeconds,
    maxPerOrder,
    ...(maxPerBuyer == null ? {} : { maxPerBuyer }),
    onSale: show.status === 'on_sale' && !show.blocked,
    ticketTypes: show.ticketTypes.map((type) => {
      const { id, name, priceMinor, taxRateBps, terms, takes, seats } = type
      const tax = taxRateBps == null ? {} : { taxRateBps }
      const seated = seats ? { seats: [...seats] } : {}
      return { id, name, priceMinor, ...tax, ...terms, takes: [...takes], ...seated }
    }),
    pools: show.pools.map(({ id, name, capacity, latch }) => ({
      id,
      capacity,
      ...(name === null ? {} : { name }),
      ...(latch ? { latch } : {}),
    })),
  }
}
