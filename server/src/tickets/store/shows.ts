// SQL of shows: one by its id, locked or not. Never decides.
import { type InTransaction, type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Show, ShowStatus } from '../domain/show.ts'
import type { Seat, ShowPool, TicketType } from '../domain/show-content.ts'

export const showColumns = `id, organiser_id as "organiserId", title, starts_at as "startsAt", time_zone as "timeZone", currency,
  venue, description, hold_seconds as "holdSeconds", max_per_order as "maxPerOrder", max_per_buyer as "maxPerBuyer",
  status,
  published_at as "publishedAt", announced_start as "announcedStart",
  coalesce(evening, '{}') as evening, coalesce(asks, '{}') as asks, version, blocked`

export interface ShowRow extends Omit<Show, 'status' | 'ticketTypes' | 'pools'> {
  readonly status: ShowStatus
  readonly publishedAt: string | null
}
type TypeRow = Omit<TicketType, 'seats'> & { readonly showId: string; readonly seated: boolean }
type PoolRow = ShowPool & { readonly showId: string }
type SeatRow = Seat & { readonly typeId: string }

const lockShows = sql(
  'tickets.lock_shows',
  `select ${showColumns} from tickets.shows where id = any($1) order by id for update`,
)
const readShowRow = sql('tickets.read_show', `select ${showColumns} from tickets.shows where id = $1`)
const readTypes = sql(
  'tickets.read_types',
  `select id, show_id as "showId", name, price_minor as "priceMinor", tax_rate_bps as "taxRateBps",
     terms, takes, seated
   from tickets.ticket_types where show_id = any($1) order by show_id, position`,
)
const readPools = sql(
  'tickets.read_pools',
  `select id, show_id as "showId", name, capacity, latch
   from tickets.pools where show_id = any($1) order by show_id, position`,
)
const readSeatsOfTypes = sql(
  'tickets.read_seats_of_types',
  `select id, ticket_type_id as "typeId", section, row, number
   from tickets.seats where ticket_type_id = any($1) order by ticket_type_id, position`,
)
/** Puts shows together. Without `seats` seated types come without their seats, for lists. */
export async function assemble(
  db: Queryable,
  rows: readonly ShowRow[],
  { seats }: { seats: boolean },
): Promise<Show[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const [types, pools] = await Promise.all([
    db.query<TypeRow>(readTypes, [ids]),
    db.query<PoolRow>(readPools, [ids]),
  ])
  const seated = seats ? types.filter((type) => type.seated).map((type) => type.id) : []
  const seatRows = seated.length > 0 ? await db.query<SeatRow>(readSeatsOfTypes, [seated]) : []
  const seatsByType = Map.groupBy(seatRows, (seat) => seat.typeId)
  const typesByShow = Map.groupBy(types, (type) => type.showId)
  const poolsByShow = Map.groupBy(pools, (pool) => pool.showId)
  return rows.map((row) => {
    const ticketTypes = (typesByShow.get(row.id) ?? []).map((type) =>
      toTicketType(type, seatsByType.get(type.id)),
    )
    const ownPools = (poolsByShow.get(row.id) ?? []).map(({ showId: _, ...pool }) => pool)
    return toShow(row, ticketTypes, ownPools)
  })
}

function toTicketType(
  { id, name, priceMinor, taxRateBps, terms, takes }: TypeRow,
  seats: readonly SeatRow[] | undefined,
): TicketType {
  const tax = taxRateBps == null ? {} : { taxRateBps }
  const type = { id, name, priceMinor, ...tax, ...(terms == null ? {} : { terms }), takes }
  if (!seats) return type
  return { ...type, seats: seats.map(({ id, section, row, number }) => ({ id, section, row, number })) }
}

function toShow(
  { status, publishedAt, ...row }: ShowRow,
  ticketTypes: readonly TicketType[],
  pools: readonly ShowPool[],
): Show {
  const show = { ...row, ticketTypes, pools }
  if (status === 'draft') return { ...show, status }
  if (status === 'cancelled') return { ...show, status, publishedAt }
  if (publishedAt === null) throw new Error(`show ${row.id} is ${status} and was never published`)
  return { ...show, status, publishedAt }
}

/** Locks shows in the order of their ids and reads them whole. */
export async function loadShows(tx: InTransaction, ids: readonly string[]): Promise<Map<string, Show>> {
  if (ids.length === 0) return new Map()
  const shows = await assemble(tx, await tx.query<ShowRow>(lockShows, [ids]), { seats: true })
  return new Map(shows.map((show) => [show.id, show]))
}

/** Without `seats`, seated types come without their seats, of which there may be thousands. */
export async function readShow(db: Queryable, id: string, { seats = true } = {}): Promise<Show | null> {
  const [show] = await assemble(db, await db.query<ShowRow>(readShowRow, [id]), { seats })
  return show ?? null
}

const readShowPlaceStatement = sql(
  'tickets.read_show_place',
  `select id as "showId", organiser_id as "organisationId" from tickets.shows where id = $1`,
)

/** Whose show it is, or null. */
export async function readShowPlace(
  db: Queryable,
  id: string,
): Promise<{ showId: string; organisationId: string } | null> {
  const [row] = await db.query<{ showId: string; organisationId: string }>(readShowPlaceStatement, [id])
  return row ?? null
}
