// A show once more on another day: what a client would send to make it. Pure.
import type { ShowBody } from '@holdfast/contract'
import type { Show } from '../domain/show.ts'
import { ownPoolOf, type TicketType } from '../domain/show-content.ts'

export interface CopyOf {
  readonly startsAt: string
  readonly title?: string
}

/**
 * All that belongs to the show, with new tickets: times keep their distance to the start by the wall
 * clock of the show, also over a change of the clocks.
 */
export function bodyOfCopy(show: Show, { startsAt, title = show.title }: CopyOf): ShowBody {
  const shift = shiftOf(show, startsAt)
  const { doorsAt, endsAt, lastEntryAt, ...others } = show.evening
  const { venue, description, timeZone, currency, holdSeconds, maxPerOrder, maxPerBuyer } = show
  return {
    title,
    startsAt,
    timeZone,
    currency,
    holdSeconds,
    maxPerOrder,
    ...(maxPerBuyer == null ? {} : { maxPerBuyer }),
    ...(venue === null ? {} : { venue }),
    ...(description === null ? {} : { description }),
    ...(doorsAt === undefined ? {} : { doorsAt: shift(doorsAt) }),
    ...(endsAt === undefined ? {} : { endsAt: shift(endsAt) }),
    ...(lastEntryAt === undefined ? {} : { lastEntryAt: shift(lastEntryAt) }),
    ...others,
    ...asksOfCopy(show, shift),
    ticketTypes: show.ticketTypes.map((type) => typeOfCopy(type, show, shift)),
  }
}

/** Questions of its own, to the ticket types of the same names. */
function asksOfCopy({ asks = {}, ticketTypes }: Show, shift: Shift): Partial<ShowBody> {
  const { questions = [], holderNames, holderDeadlineAt } = asks
  const nameOf = (typeId: string) => ticketTypes.find(({ id }) => id === typeId)?.name ?? typeId
  const copied = questions.map(({ id: _id, ticketTypeIds, ...question }) => ({
    ...question,
    ...(ticketTypeIds === undefined ? {} : { ticketTypeIds: ticketTypeIds.map(nameOf) }),
  }))
  return {
    ...(copied.length === 0 ? {} : { questions: copied }),
    ...(holderNames === undefined ? {} : { holderNames }),
    ...(holderDeadlineAt === undefined ? {} : { holderDeadlineAt: shift(holderDeadlineAt) }),
  }
}

type Shift = (instant: string) => string

function typeOfCopy(
  type: TicketType,
  { pools, ticketTypes }: Pick<Show, 'pools' | 'ticketTypes'>,
  shift: Shift,
): ShowBody['ticketTypes'][number] {
  const { name, priceMinor, taxRateBps, terms = {}, takes, seats } = type
  const { saleStartsAt, saleEndsAt, needs, ...others } = terms
  // The types of the copy have new ids.
  const needed = ticketTypes.flatMap(({ id, name: other }) => (needs?.anyOf.includes(id) ? [other] : []))
  const own = ownPoolOf(type, pools)
  const shared = takes.flatMap(({ poolId, count }) => {
    const pool = pools.find(({ id }) => id === poolId)
    return pool?.name == null ? [] : [{ name: pool.name, capacity: pool.capacity, count, latch: pool.latch }]
  })
  const said = {
    name,
    priceMinor,
    ...(taxRateBps == null ? {} : { taxRateBps }),
    ...(saleStartsAt === undefined ? {} : { saleStartsAt: shift(saleStartsAt) }),
    ...(saleEndsAt === undefined ? {} : { saleEndsAt: shift(saleEndsAt) }),
    ...others,
    ...(needed.length > 0 ? { needs: { anyOf: [...new Set(needed)] } } : {}),
    pools: shared,
  }
  if (seats) return { ...said, seats: seats.map(({ section, row, number }) => ({ section, row, number })) }
  return own ? { ...said, capacity: own.capacity } : said
}

function shiftOf({ startsAt, timeZone }: Pick<Show, 'startsAt' | 'timeZone'>, next: string): Shift {
  const wallMs = (instant: string) => Date.parse(instant) + offsetMs(Date.parse(instant), timeZone)
  const byMs = wallMs(next) - wallMs(startsAt)
  return (instant) => {
    const wantedMs = wallMs(instant) + byMs
    const nearMs = wantedMs - offsetMs(wantedMs, timeZone)
    return new Date(wantedMs - offsetMs(nearMs, timeZone)).toISOString()
  }
}

/** How far the wall clock of a zone is ahead of UTC. */
function offsetMs(atMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  return Date.parse(`${format.format(atMs).replace(' ', 'T')}Z`) - Math.floor(atMs / 1_000) * 1_000
}
