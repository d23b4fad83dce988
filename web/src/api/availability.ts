// What is left of a show as the shop sends it to pages: one letter for each seat instead of its id and
// a word. Pure.
import type { Availability, CompactAvailability, ShowView } from '@holdfast/contract'

const states = { a: 'available', h: 'held', s: 'sold' } as const
const stateOf = (letter: string) => states[letter as keyof typeof states] ?? 'held'

/**
 * The whole again, by the seats of the show. Null when the show has other seats: it changed, and has
 * to be read again.
 */
export function wholeAvailability(
  { seatStates, ...counts }: CompactAvailability,
  show: ShowView | undefined,
): Availability | null {
  if (seatStates === undefined) return counts
  const seatIds = (show?.ticketTypes ?? []).flatMap(({ seats }) => (seats ?? []).map(({ id }) => id))
  if (seatStates.length !== seatIds.length) return null
  const seats = seatIds.toSorted().map((id, index) => ({ id, state: stateOf(seatStates.charAt(index)) }))
  return { ...counts, seats }
}
