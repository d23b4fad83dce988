// What a code unlocks: hidden ticket types with their seats and what is left of them. The names of
// seats come from the sale, which keeps those of hidden types.
import type { CodeCheck } from '@holdfast/contract'
import type { Queryable } from '../../platform/postgres/database.ts'
import { readAvailability } from './availability.ts'
import { readSale } from './views.ts'

export async function readUnlocked(
  db: Queryable,
  showId: string,
  unlocked: ReadonlySet<string>,
): Promise<Pick<CodeCheck, 'ticketTypes' | 'seats'>> {
  if (unlocked.size === 0) return { ticketTypes: [] }
  const [sale, availability] = await Promise.all([
    readSale(db, showId),
    readAvailability(db, showId, { hidden: true }),
  ])
  const ticketTypes = (sale?.types ?? []).flatMap(({ takes: _takes, seated: _seated, seats, ...type }) => {
    const left = availability?.ticketTypes.find(({ id }) => id === type.id)
    if (type.hidden !== true || !unlocked.has(type.id) || !left) return []
    return [{ ...type, ...left, ...(seats ? { seats: [...seats] } : {}) }]
  })
  const seatIds = new Set(ticketTypes.flatMap(({ seats = [] }) => seats.map(({ id }) => id)))
  const seats = (availability?.seats ?? []).filter(({ id }) => seatIds.has(id))
  return { ticketTypes, ...(seats.length > 0 ? { seats } : {}) }
}
