// Ticket types that only their organiser may know of, and those to whom orders shows them for a
// code. Pure.
import type { Asks } from '@holdfast/contract'
import type { Show } from './show.ts'
import type { TicketType } from './show-content.ts'

/** The show as its viewer may know it: hidden types are there for its staff alone. */
export function seenBy(show: Show, isStaff: boolean): Show {
  if (isStaff || !show.ticketTypes.some(isHidden)) return show
  const ticketTypes = show.ticketTypes.filter((type) => !isHidden(type))
  return { ...show, ticketTypes, asks: asksSeen(show.asks ?? {}, new Set(ticketTypes.map(({ id }) => id))) }
}

/** Questions to hidden types alone are not there either. */
function asksSeen(asks: Asks, seen: ReadonlySet<string>): Asks {
  const questions = asks.questions?.flatMap(({ ticketTypeIds, ...question }) => {
    if (!ticketTypeIds) return [question]
    const ids = ticketTypeIds.filter((id) => seen.has(id))
    return ids.length === 0 ? [] : [{ ...question, ticketTypeIds: ids }]
  })
  return { ...asks, ...(questions ? { questions } : {}) }
}

const isHidden = ({ terms }: TicketType) => terms?.hidden === true
