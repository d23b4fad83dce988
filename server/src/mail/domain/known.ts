// What mail knows of shows and orders, and which mails follow from their news. Pure.
import type {
  IssuedTicket,
  Language,
  Money,
  OrderLine,
  PublishedShow,
  RequestedPurpose,
} from '@holdfast/contract'
import type { Content, TimeAndPlace } from './content.ts'
import type { Draft } from './mail.ts'

export interface KnownShow {
  readonly id: string
  readonly organiserId: string
  readonly title: string
  readonly startsAt: string
  readonly doorsAt: string | null
  readonly endsAt: string | null
  readonly timeZone: string
  readonly venue: string | null
  /** False: the news of the show said nothing of its place. */
  readonly venueKnown: boolean
  readonly cancelled: boolean
  /** The start for which people were reminded. */
  readonly remindedFor: string | null
  readonly version: number
}

export type KnownTicket = IssuedTicket & { readonly void?: true }

export interface KnownOrder {
  readonly id: string
  readonly showId: string
  readonly buyerId: string
  /** Null of somebody who gave none at the counter: nobody is told anything. */
  readonly email: string | null
  readonly language: Language
  readonly status: 'complete' | 'refunded' | 'cancelled'
  readonly lines: readonly OrderLine[]
  readonly total: Money
  readonly tickets: readonly KnownTicket[] | null
  readonly createdAt: string
}

/** A show as its news tells it. */
export function knowShow(known: KnownShow | undefined, show: PublishedShow, version: number): KnownShow {
  const { id, organiserId, title, startsAt, doorsAt = null, endsAt = null, timeZone, venue } = show
  return {
    id,
    organiserId,
    title,
    startsAt,
    doorsAt,
    endsAt,
    timeZone,
    venue: venue ?? null,
    venueKnown: venue !== undefined,
    cancelled: known?.cancelled ?? false,
    remindedFor: known?.remindedFor ?? null,
    version,
  }
}

/** Time and place before, if one of them is another now. A new price or title moves nobody. */
export function movedFrom(before: KnownShow | undefined, now: KnownShow): TimeAndPlace | null {
  if (!before || now.cancelled) return null
  const otherTime = before.startsAt !== now.startsAt || before.timeZone !== now.timeZone
  const otherPlace = before.venueKnown && now.venueKnown && before.venue !== now.venue
  if (!otherTime && !otherPlace) return null
  const { startsAt, timeZone, venue } = before
  return { startsAt, timeZone, venue }
}

const isValid = (ticket: KnownTicket) => ticket.void !== true

/** Marks tickets as void; an order without a valid ticket is over. */
export function withoutTickets(order: KnownOrder, ticketIds: readonly string[]): KnownOrder {
  const tickets = order.tickets?.map((ticket) =>
    ticketIds.includes(ticket.id) ? { ...ticket, void: true as const } : ticket,
  )
  if (!tickets) return order
  return { ...order, tickets, status: tickets.some(isValid) ? order.status : 'refunded' }
}

/** The first part of a fact's name says what kind of mail tells it. */
export type Telling = 'show_changed' | 'show_cancelled' | 'reminder'

export interface News {
  readonly kind: Draft['kind']
  readonly fact: string
  readonly more?: Partial<Content>
}

/** The mail that tells an order's buyer something; null of a buyer without an address. */
export function draftFor(order: KnownOrder, show: KnownShow, { kind, fact, more = {} }: News): Draft | null {
  if (order.email === null) return null
  const { title, startsAt, doorsAt, endsAt, timeZone, venue } = show
  const evening = { ...(doorsAt === null ? {} : { doorsAt }), ...(endsAt === null ? {} : { endsAt }) }
  const tickets = (order.tickets ?? []).filter(isValid)
  return {
    kind,
    fact,
    recipient: order.email,
    language: order.language,
    orderId: order.id,
    showId: show.id,
    content: {
      show: { title, startsAt, ...evening, timeZone, venue },
      order: {
        id: order.id,
        lines: order.lines.map(({ name, quantity, unitPriceMinor }) => ({ name, quantity, unitPriceMinor })),
        total: order.total,
      },
      tickets: tickets.map(({ id, name, admits, seat }) => ({
        id,
        name,
        ...(admits === 0 ? { extra: true as const } : {}),
        ...(seat ? { seat } : {}),
      })),
      ...more,
    },
  }
}

/**
 * Why what a mail tells no longer holds, or null. Money that moved stays true, and a cancellation
 * is final.
 */
export function untrueBecause(
  { kind, content }: Pick<Draft, 'kind' | 'content'>,
  order: KnownOrder | undefined,
  show: KnownShow | undefined,
): string | null {
  switch (kind) {
    case 'order_confirmed':
      return order?.status === 'refunded' ? 'order_refunded' : null
    case 'show_changed':
    case 'reminder':
      if (order?.status === 'refunded') return 'order_refunded'
      if (show?.cancelled) return 'show_cancelled'
      return show && (show.startsAt !== content.show?.startsAt || show.venue !== content.show.venue)
        ? 'show_changed'
        : null
    case 'order_reserved':
      return show?.cancelled ? 'show_cancelled' : null
    case 'money_back':
    case 'late_money':
    case 'refund_bounced':
    case 'show_cancelled':
    case 'sign_in':
    case 'reset_password':
    case 'my_tickets':
    case 'verify_email':
    case 'invitation':
      return null
  }
}

/** The mail that brings somebody a link. */
export function draftOfLink(link: {
  readonly linkId: string
  readonly purpose: RequestedPurpose | 'invitation'
  readonly email: string
  readonly language: Language
  readonly content?: Pick<Content, 'invitation'>
}): Draft {
  return {
    kind: link.purpose,
    fact: `link:${link.linkId}`,
    recipient: link.email,
    language: link.language,
    orderId: null,
    showId: null,
    content: { linkId: link.linkId, ...link.content },
  }
}
