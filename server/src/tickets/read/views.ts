// How shows and tickets look from outside, and what a body means inside. Pure translation but for
// fresh ids.
import {
  asksOf,
  type CheckInView,
  eveningOf,
  holdLimits,
  maxCapacity,
  type OpsSeller,
  type SaleTerms,
  type ShowBody,
  type ShowChangeBody,
  type ShowView,
  saleTermsOf,
} from '@holdfast/contract'
import { newId } from '../../platform/process/clock.ts'
import type { CheckedIn } from '../domain/admission.ts'
import type { ProposedAsks } from '../domain/asks.ts'
import type { Seller } from '../domain/seller.ts'
import { movedFrom, type Show } from '../domain/show.ts'
import type { ProposedContent, ProposedType, ShowPool, TicketType } from '../domain/show-content.ts'

const defaultMaxPerOrder = 10

/** What a show gets where its organiser says nothing. */
export interface ShowDefaults {
  readonly holdSeconds: number
  /** Off for load tests, where one buyer stands for many. */
  readonly limitBuyers: boolean
}

interface SellerRow extends Seller {
  readonly asked: boolean
}

export function sellerView(id: string, { approved, blocked, asked }: SellerRow): OpsSeller {
  return { id, state: blocked ? 'blocked' : approved ? 'approved' : asked ? 'waiting' : 'new' }
}

export function showView(show: Show): ShowView {
  const previousStartsAt = movedFrom(show)
  return {
    id: show.id,
    organiserId: show.organiserId,
    title: show.title,
    startsAt: show.startsAt,
    ...(previousStartsAt === null ? {} : { previousStartsAt }),
    ...show.evening,
    ...asksOf(show.asks ?? {}),
    timeZone: show.timeZone,
    currency: show.currency,
    venue: show.venue,
    description: show.description,
    holdSeconds: show.holdSeconds,
    maxPerOrder: show.maxPerOrder,
    ...(show.maxPerBuyer == null ? {} : { maxPerBuyer: show.maxPerBuyer }),
    // Buyers are told what it means to them.
    status: show.blocked && show.status === 'on_sale' ? 'closed' : show.status,
    version: show.version,
    ticketTypes: show.ticketTypes.map((type) => typeView(type, show.pools)),
  }
}

function typeView(
  { id, name, priceMinor, taxRateBps, terms, takes, seats }: TicketType,
  pools: readonly ShowPool[],
): ShowView['ticketTypes'][number] {
  const taken = takes.flatMap(({ poolId, count }) => {
    const pool = pools.find((each) => each.id === poolId)
    return pool ? [{ ...pool, count }] : []
  })
  const own = taken.find((pool) => pool.name === null)
  const room = taken.map(({ capacity, count }) => Math.floor(capacity / count))
  const shared = taken.flatMap((pool) => (pool.name === null ? [] : [{ ...pool, name: pool.name }]))
  return {
    id,
    name,
    priceMinor,
    ...(taxRateBps == null ? {} : { taxRateBps }),
    ...terms,
    capacity: own?.capacity ?? Math.min(maxCapacity, ...room),
    ...(shared.length > 0 || taken.length === 0
      ? { pools: shared.map(({ name, capacity, count, latch }) => ({ name, capacity, count, latch })) }
      : {}),
    ...(seats ? { seats: [...seats] } : {}),
  }
}

/** Gives a body its defaults, and each type and seat an id for the case that it is new. */
export function proposalOf(
  body: ShowBody | ShowChangeBody,
  { holdSeconds, limitBuyers }: ShowDefaults,
): ProposedContent {
  const { title, startsAt, timeZone, currency } = body
  return {
    title,
    startsAt,
    evening: eveningOf(body),
    asks: proposedAsks(body),
    timeZone,
    currency,
    venue: body.venue ?? null,
    description: body.description ?? null,
    holdSeconds: body.holdSeconds ?? holdSeconds,
    maxPerOrder: body.maxPerOrder ?? defaultMaxPerOrder,
    maxPerBuyer: body.maxPerBuyer ?? (limitBuyers ? holdLimits.ofBuyer : null),
    ticketTypes: body.ticketTypes.map(proposedType),
  }
}

function proposedAsks({ questions = [], holderNames, holderDeadlineAt }: ShowBody): ProposedAsks {
  return {
    ...(holderNames === undefined ? {} : { holderNames }),
    ...(holderDeadlineAt === undefined ? {} : { holderDeadlineAt }),
    questions: questions.map(({ id, ticketTypeIds, ...question }) => ({
      ...question,
      freshId: newId(),
      ...(id === undefined ? {} : { ref: id }),
      ...(ticketTypeIds === undefined ? {} : { ticketTypes: ticketTypeIds }),
    })),
  }
}

function proposedType(type: ShowChangeBody['ticketTypes'][number]): ProposedType {
  const { name, price } = type
  const priceMinor = price?.kind === 'chosen' ? (price.suggestedMinor ?? price.leastMinor) : type.priceMinor
  const proposed = {
    freshId: newId(),
    freshPoolId: newId(),
    name,
    priceMinor,
    pools: (type.pools ?? []).map((pool) => ({ ...pool, freshId: newId(), count: pool.count ?? 1 })),
    ...(type.taxRateBps === undefined ? {} : { taxRateBps: type.taxRateBps }),
    ...termsOf(type),
    ...(type.id === undefined ? {} : { ref: type.id }),
  }
  if ('capacity' in type) return { ...proposed, stock: { capacity: type.capacity } }
  if (!('seats' in type)) return { ...proposed, stock: null }
  return { ...proposed, stock: { seats: type.seats.map((seat) => ({ ...seat, freshId: newId() })) } }
}

/** Instants as the shop writes them: they are compared as text. */
function termsOf(type: ShowChangeBody['ticketTypes'][number]): { readonly terms?: SaleTerms } {
  const { price, ...plain } = type
  const chosen = price?.kind === 'chosen' ? { price } : {}
  const { saleStartsAt, saleEndsAt, ...others } = saleTermsOf({ ...plain, ...chosen })
  const terms = {
    ...(saleStartsAt === undefined ? {} : { saleStartsAt: new Date(saleStartsAt).toISOString() }),
    ...(saleEndsAt === undefined ? {} : { saleEndsAt: new Date(saleEndsAt).toISOString() }),
    ...others,
  }
  return Object.keys(terms).length === 0 ? {} : { terms }
}

export function checkInView({ ticket, extras, orderId, showId, usedAt, door }: CheckedIn): CheckInView {
  const { id: ticketId, name, admits, seat } = ticket
  return {
    ticketId,
    orderId,
    showId,
    name,
    usedAt,
    ...(seat ? { seat } : {}),
    ...(admits === undefined ? {} : { admits }),
    ...(extras.length === 0 ? {} : { extras: [...extras] }),
    ...(door === null ? {} : { door }),
  }
}

/** Where the next page begins: after this show. */
export function cursorOf({ startsAt, id }: Show): string {
  return Buffer.from(`${startsAt} ${id}`).toString('base64url')
}

/** What a cursor of ours says; null when it is none of ours. */
export function parseCursor(cursor: string): { startsAt: string; id: string } | null {
  const text = Buffer.from(cursor, 'base64url').toString()
  const [, startsAt, id] = /^(2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f-]{36})$/.exec(text) ?? []
  if (
    !startsAt ||
    !id ||
    Number.isNaN(Date.parse(startsAt)) ||
    !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
  )
    return null
  return { startsAt, id }
}
