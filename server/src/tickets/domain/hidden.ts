// Ticket types that only their organiser may know of, and those to whom orders shows them for a
// code. Pure.
import type { Show } from './show.ts'
import type { TicketType } from './show-content.ts'

/** The show as its viewer may know it: hidden types are there for its staff alone. */
export function seenBy(show: Show, isStaff: boolean): Show {
  if (isStaff || !show.ticketTypes.some(isHidden)) return show
  return { ...show, ticketTypes: show.ticketTypes.filter((type) => !isHidden(type)) }
}

const isHidden = ({ terms }: TicketType) => terms?.hidden === true
