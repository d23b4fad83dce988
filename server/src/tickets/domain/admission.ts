// The tickets of one order: issued when it completes, void when its payment is refunded, used at
// the door. Pure. Issues nothing twice, and nothing after a refund, in whatever order the news
// arrives.
import type { FactOf, IssuedTicket, Seat } from '@holdfast/contract'
import { type DoorScope, type DoorShow, mayAdmit, refuseAtDoor } from './door.ts'

export type Ticket = IssuedTicket &
  (
    | { readonly status: 'valid' }
    | { readonly status: 'used'; readonly usedAt: string; readonly usedDoor: string | null }
    | { readonly status: 'void'; readonly usedAt: string | null; readonly usedDoor: string | null }
  )

interface Sold {
  readonly orderId: string
  readonly version: number
  readonly showId: string
  /** The payment that paid the order; null when free, or not told. */
  readonly paymentId: string | null
  readonly tickets: readonly Ticket[]
}
export type Admission =
  /** A tombstone: refunds came before the order was heard of. */
  | {
      readonly status: 'refunded_early'
      readonly orderId: string
      readonly version: number
      readonly refundedPaymentIds: readonly string[]
    }
  | ({ readonly status: 'issued' } & Sold)
  | ({ readonly status: 'void' } & Sold)

/** One unit of an order, with the id that its ticket has. */
export interface Place {
  readonly ticketId: string
  readonly unit: number
  readonly ticketTypeId: string
  readonly name: string
  /** If absent, 1. Of an extra 0. */
  readonly admits?: number
  readonly seatId?: string
}

export type AdmissionCommand =
  | {
      readonly type: 'IssueTickets'
      readonly orderId: string
      readonly showId: string
      readonly paymentId: string | null
      readonly places: readonly Place[]
      /** The key that makes the codes. */
      readonly keyVersion: string
    }
  | {
      readonly type: 'VoidTickets'
      readonly orderId: string
      readonly paymentId: string
      readonly reason: string
    }
  | {
      readonly type: 'ReturnTickets'
      readonly orderId: string
      readonly returnId: string
      readonly units: readonly number[]
    }
  | {
      readonly type: 'CheckIn'
      readonly code: string
      readonly scopes: readonly DoorScope[]
      /** The shows that this door is open for, as it says itself. */
      readonly showIds: readonly string[] | null
      readonly door: string | null
    }
  | {
      readonly type: 'UndoCheckIn'
      readonly ticketId: string
      readonly scopes: readonly DoorScope[]
      readonly reason: string
    }

export type PrivateAdmissionFact =
  | {
      readonly type: 'SaleNoted'
      readonly data: { readonly orderId: string; readonly showId: string; readonly paymentId: string | null }
    }
  | {
      readonly type: 'EarlyRefundNoted'
      readonly data: { readonly orderId: string; readonly paymentId: string }
    }
export type AdmissionFact =
  | FactOf<'TicketsIssued' | 'TicketVoided' | 'TicketsReturned' | 'TicketCheckedIn' | 'CheckInUndone'>
  | PrivateAdmissionFact

export type AdmissionRejection =
  | 'ticket_unknown'
  | 'ticket_used'
  | 'ticket_not_used'
  | 'ticket_void'
  | 'wrong_show'
  | 'show_cancelled'
  | 'order_unknown'

/** What the door learns of a ticket that it let in. */
export interface CheckedIn {
  readonly ticket: Ticket
  /** What else was bought with it and is handed out. */
  readonly extras: readonly Extra[]
  readonly orderId: string
  readonly showId: string
  readonly usedAt: string
  readonly door: string | null
}

export interface Extra {
  readonly name: string
  readonly count: number
}

export type AdmissionDecision =
  | { readonly facts: readonly AdmissionFact[]; readonly answer: CheckedIn | null }
  | { readonly rejection: AdmissionRejection; readonly detail?: string }

/** What a decision may know besides the order's own tickets. */
export interface AdmissionContext {
  readonly seats: ReadonlyMap<string, Seat>
  /** By code, the ticket that has it. */
  readonly ticketIds: ReadonlyMap<string, string>
  /** Of scanned tickets, and what else their organisations show about now. */
  readonly shows: ReadonlyMap<string, DoorShow>
  readonly now: string
}

const nothing: AdmissionDecision = { facts: [], answer: null }

/**
 * Decides about one order's tickets. `admission` is undefined while nothing is known of the order.
 */
export function decideAdmission(
  admission: Admission | undefined,
  command: AdmissionCommand,
  context: AdmissionContext,
): AdmissionDecision {
  switch (command.type) {
    case 'IssueTickets':
      return issueTickets(admission, command, context)
    case 'VoidTickets':
      return voidTickets(admission, command)
    case 'ReturnTickets':
      return returnTickets(admission, command)
    case 'CheckIn':
      return checkIn(admission, command, context)
    case 'UndoCheckIn':
      return undoCheckIn(admission, command, context)
  }
}

type Command<Type extends AdmissionCommand['type']> = Extract<AdmissionCommand, { type: Type }>

function issueTickets(
  admission: Admission | undefined,
  { orderId, showId, paymentId, places, keyVersion }: Command<'IssueTickets'>,
  { seats }: AdmissionContext,
): AdmissionDecision {
  if (admission?.status === 'refunded_early') {
    // A second payment of the order may have been refunded while the first one stands; then the
    // tickets are due.
    if (paymentId === null || admission.refundedPaymentIds.includes(paymentId)) return nothing
  } else if (admission) return nothing
  const tickets = places.map(({ ticketId, unit, ticketTypeId, name, admits, seatId }): IssuedTicket => {
    const people = admits === undefined ? {} : { admits }
    const ticket = { id: ticketId, unit, generation: 1, keyVersion, ticketTypeId, name, ...people }
    if (seatId === undefined) return ticket
    const seat = seats.get(seatId)
    if (!seat) throw new Error(`order ${orderId} has seat ${seatId}, which no show has`)
    return { ...ticket, seat }
  })
  return {
    facts: [
      { type: 'SaleNoted', data: { orderId, showId, paymentId } },
      { type: 'TicketsIssued', data: { orderId, showId, tickets } },
    ],
    answer: null,
  }
}

function voidTickets(
  admission: Admission | undefined,
  { orderId, paymentId, reason }: Command<'VoidTickets'>,
): AdmissionDecision {
  if (!admission || admission.status === 'refunded_early') {
    if (admission?.refundedPaymentIds.includes(paymentId)) return nothing
    return { facts: [{ type: 'EarlyRefundNoted', data: { orderId, paymentId } }], answer: null }
  }
  if (admission.status === 'void') return nothing
  // Money that came twice goes back once; the payment that stands keeps its tickets.
  if (admission.paymentId !== null && admission.paymentId !== paymentId) return nothing
  const ticketIds = admission.tickets.map((ticket) => ticket.id)
  return { facts: [{ type: 'TicketVoided', data: { orderId, ticketIds, reason } }], answer: null }
}

/**
 * Makes the tickets of a return void, all of them or none, and says so: only then are their places
 * free. A ticket that is void already counts as returned.
 */
function returnTickets(
  admission: Admission | undefined,
  { orderId, returnId, units }: Command<'ReturnTickets'>,
): AdmissionDecision {
  // The order's own events come in order: its completion is on its way.
  if (!admission) return { rejection: 'order_unknown' }
  const named = 'tickets' in admission ? admission.tickets.filter(({ unit }) => units.includes(unit)) : []
  const ticketIds = named.map(({ id }) => id)
  const living = named.flatMap(({ id, status }) => (status === 'void' ? [] : [id]))
  const returned = { type: 'TicketsReturned', data: { orderId, returnId, ticketIds } } as const
  if (living.length === 0) return { facts: [returned], answer: null }
  const voided = { type: 'TicketVoided', data: { orderId, ticketIds: living, reason: 'refunded' } } as const
  return { facts: [voided, returned], answer: null }
}

function checkIn(
  admission: Admission | undefined,
  { code, door, ...asked }: Command<'CheckIn'>,
  { ticketIds, shows, now }: AdmissionContext,
): AdmissionDecision {
  if (!admission || admission.status === 'refunded_early') return { rejection: 'ticket_unknown' }
  const { orderId, showId } = admission
  const ticketId = ticketIds.get(code)
  const ticket = admission.tickets.find(({ id }) => id === ticketId)
  const show = shows.get(showId)
  if (!ticket || !show) return { rejection: 'ticket_unknown' }
  const refused = refuseAtDoor(show, asked, { shows, now })
  if (refused !== null) return refused
  if (ticket.status === 'void') return { rejection: 'ticket_void' }
  if (ticket.status === 'used') {
    const where = ticket.usedDoor === null ? '' : `, ${ticket.usedDoor}`
    return { rejection: 'ticket_used', detail: `used at ${ticket.usedAt}${where}` }
  }
  return {
    facts: [
      { type: 'TicketCheckedIn', data: { orderId, ticketId: ticket.id, ...(door === null ? {} : { door }) } },
    ],
    answer: { ticket, extras: extrasOf(admission.tickets), orderId, showId, usedAt: now, door },
  }
}

function extrasOf(tickets: readonly Ticket[]): Extra[] {
  const counts = new Map<string, number>()
  for (const { name, admits, status } of tickets)
    if (admits === 0 && status !== 'void') counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => ({ name, count }))
}

/** Scanned by mistake: the ticket lets in once more. */
function undoCheckIn(
  admission: Admission | undefined,
  { ticketId, scopes, reason }: Command<'UndoCheckIn'>,
  { shows }: AdmissionContext,
): AdmissionDecision {
  if (!admission || admission.status === 'refunded_early') return { rejection: 'ticket_unknown' }
  const { orderId, showId } = admission
  const ticket = admission.tickets.find(({ id }) => id === ticketId)
  const show = shows.get(showId)
  if (!ticket || !show || !mayAdmit(show, scopes)) return { rejection: 'ticket_unknown' }
  if (ticket.status === 'void') return { rejection: 'ticket_void' }
  if (ticket.status !== 'used') return { rejection: 'ticket_not_used' }
  const { usedAt, usedDoor: door } = ticket
  return {
    facts: [{ type: 'CheckInUndone', data: { orderId, ticketId, reason } }],
    answer: { ticket, extras: [], orderId, showId, usedAt, door },
  }
}
