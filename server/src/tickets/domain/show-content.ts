// What a show offers: the rules it must keep to be sold, and what a published show may no longer
// take back. Pure.
import { type AmountFault, amountFault, currencyRule, isVisible, mostMinor } from '@holdfast/contract'

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
  readonly poolId: string
  readonly capacity: number
  /** Only of a seated type; its capacity is their number. */
  readonly seats?: readonly Seat[]
}

interface Details {
  readonly title: string
  readonly startsAt: string
  readonly timeZone: string
  readonly currency: string
  readonly venue: string | null
  readonly description: string | null
  readonly holdSeconds: number
  readonly maxPerOrder: number
  /** Of one buyer in all his orders. Null or missing: as many as there are. */
  readonly maxPerBuyer?: number | null
}
export type ShowContent = Details & { readonly ticketTypes: readonly TicketType[] }

/** A ticket type as the organiser sends it, with ids at hand for what turns out to be new. */
export interface ProposedType {
  /** The existing type that is meant; without it the type is new. */
  readonly ref?: string
  readonly freshId: string
  readonly freshPoolId: string
  readonly name: string
  readonly priceMinor: number
  readonly stock:
    | { readonly capacity: number }
    | { readonly seats: readonly (SeatLabel & { readonly freshId: string })[] }
}
export type ProposedContent = Details & { readonly ticketTypes: readonly ProposedType[] }

/** Why a show cannot be saved or sold like this, and where in the body the reason stands. */
export interface ContentRefusal {
  readonly refusal: string
  readonly field?: string
}
export type Settled = { readonly content: ShowContent } | ContentRefusal

/**
 * Turns a proposal into content: known types and seats keep their ids, new ones get the fresh ids.
 */
export function settleContent(proposed: ProposedContent, known: readonly TicketType[] = []): Settled {
  const refusal = refuseDetails(proposed) ?? refuseTypes(proposed, known)
  if (refusal !== null) return { refusal }
  const price = refusePrices(proposed)
  if (price !== null) return price
  const knownById = new Map(known.map((type) => [type.id, type]))
  const ticketTypes = proposed.ticketTypes.map((type) => settleType(type, knownById.get(type.ref ?? '')))
  return { content: { ...proposed, startsAt: new Date(proposed.startsAt).toISOString(), ticketTypes } }
}

function settleType(
  { name, priceMinor, stock, freshId, freshPoolId }: ProposedType,
  known?: TicketType,
): TicketType {
  const type = { id: known?.id ?? freshId, name, priceMinor, poolId: known?.poolId ?? freshPoolId }
  if ('capacity' in stock) return { ...type, capacity: stock.capacity }
  const knownSeats = new Map(known?.seats?.map((seat) => [keyOf(seat), seat.id]))
  const seats = stock.seats.map((seat) => {
    const { section, row, number } = seat
    return { id: knownSeats.get(keyOf(seat)) ?? seat.freshId, section, row, number }
  })
  return { ...type, capacity: seats.length, seats }
}

/** Labels are people's text, so they are joined by what no label can hold. */
const keyOf = ({ section, row, number }: SeatLabel) => `${section}\n${row}\n${number}`
const nameOf = ({ section, row, number }: SeatLabel) => [section, row, number].filter(Boolean).join(' ')

// Outside of these years a date is a slip of the pen, and some databases and calendars cannot hold
// it.
const earliestMs = Date.UTC(2000, 0)
const latestMs = Date.UTC(2200, 0)

function refuseDetails({ title, startsAt, timeZone }: Details): string | null {
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
    for (const seat of 'seats' in type.stock ? type.stock.seats : []) {
      const key = keyOf(seat)
      if (key.split('\n').length !== 3) return `${type.name}: a seat label must fit on one line.`
      if (seats.has(key)) return `Seat ${nameOf(seat)} is listed twice.`
      seats.add(key)
    }
  }
  return null
}

/**
 * What no card could pay may not be sold: each price is free, or one that the currency allows. Null
 * when all are.
 */
export function refusePrices({
  currency,
  ticketTypes,
}: Pick<ShowContent, 'currency'> & {
  readonly ticketTypes: readonly Pick<TicketType, 'name' | 'priceMinor'>[]
}): ContentRefusal | null {
  const rule = currencyRule(currency)
  if (!rule) return { refusal: `No card can be charged in “${currency}”.`, field: '/currency' }
  const reasons: Record<AmountFault, string> = {
    currency: 'has no price in this currency',
    least: `must be 0 or at least ${rule.least} minor units`,
    most: `must be at most ${mostMinor(rule)} minor units`,
    step: `must be a multiple of ${rule.step} minor units`,
  }
  for (const [index, { name, priceMinor }] of ticketTypes.entries()) {
    const fault = amountFault(priceMinor, currency)
    if (fault !== null)
      return { refusal: `${name}: the price ${reasons[fault]}.`, field: `/ticketTypes/${index}/priceMinor` }
  }
  return null
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
    const keptSeats = new Set(kept.seats?.map((seat) => seat.id))
    const missing = type.seats?.find((seat) => !keptSeats.has(seat.id))
    if (missing) return `Seat ${nameOf(missing)} is published and can’t be removed.`
  }
  return null
}
