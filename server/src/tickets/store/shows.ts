// SQL of shows: one by its id, locked or not, and saving. Never decides.
import {
  type InTransaction,
  type Queryable,
  sql,
  type Write,
  writeRows,
} from '../../platform/postgres/database.ts'
import { searchTextOf, searchWordsOf } from '../domain/search.ts'
import { publishedAtOf, type Show, type ShowStatus } from '../domain/show.ts'
import type { Seat, ShowPool, TicketType } from '../domain/show-content.ts'

const showColumns = `id, organiser_id as "organiserId", title, starts_at as "startsAt", time_zone as "timeZone", currency,
  venue, description, hold_seconds as "holdSeconds", max_per_order as "maxPerOrder", max_per_buyer as "maxPerBuyer",
  status,
  published_at as "publishedAt", announced_start as "announcedStart", version, blocked`

interface ShowRow extends Omit<Show, 'status' | 'ticketTypes' | 'pools'> {
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
  `select id, show_id as "showId", name, price_minor as "priceMinor", tax_rate_bps as "taxRateBps", takes, seated
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
// A row of another version may have no text yet.
const matches = `coalesce(search_text, lower(title || ' ' || coalesce(venue, ''))) like all($3::text[])`
const inSpan = `
     and ($5::date is null or local_day >= $5) and ($6::date is null or local_day <= $6)
     and ($7::timestamptz is null or starts_at >= $7) and ($8::timestamptz is null or starts_at <= $8)`
// Sales end at the start: what has begun is left out.
const listOnSale = sql(
  'tickets.list_on_sale',
  `select ${showColumns} from tickets.shows
   where status = 'on_sale' and not blocked and starts_at > now() and (starts_at, id) > ($1, $2) and ${matches}${inSpan}
   order by starts_at, id limit $4`,
)
const listOwn = sql(
  'tickets.list_own',
  `select ${showColumns} from tickets.shows
   where organiser_id = $9 and (starts_at, id) > ($1, $2) and ${matches}${inSpan}
   order by starts_at, id limit $4`,
)

/** Puts shows together. Without `seats` seated types come without their seats, for lists. */
async function assemble(
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
  { id, name, priceMinor, taxRateBps, takes }: TypeRow,
  seats: readonly SeatRow[] | undefined,
): TicketType {
  const type = { id, name, priceMinor, ...(taxRateBps == null ? {} : { taxRateBps }), takes }
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

export interface ShowSearch {
  /** The last show of the page before, or null for the first page. */
  readonly after: { readonly startsAt: string; readonly id: string } | null
  readonly text: string | null
  /** Days where the show takes place, or instants; both ends belong to the span. */
  readonly from?: string | null
  readonly to?: string | null
  readonly limit: number
  /** Only this organiser's, in every state; null: everybody's that are sold now. */
  readonly organiserId: string | null
}

const beforeAll = { startsAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

/** One page of shows in the order they take place, without seats. */
export async function listShows(
  db: Queryable,
  { after, text, from = null, to = null, limit, organiserId }: ShowSearch,
): Promise<Show[]> {
  const { startsAt, id } = after ?? beforeAll
  const patterns = searchWordsOf(text ?? '').map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)
  const span = [dayOf(from), dayOf(to), instantOf(from), instantOf(to)]
  const values = [startsAt, id, patterns, limit, ...span]
  const rows =
    organiserId === null
      ? db.query<ShowRow>(listOnSale, values)
      : db.query<ShowRow>(listOwn, [...values, organiserId])
  return assemble(db, await rows, { seats: false })
}

const isDay = (text: string) => text.length === 'YYYY-MM-DD'.length
const dayOf = (text: string | null) => (text !== null && isDay(text) ? text : null)
const instantOf = (text: string | null) => (text !== null && !isDay(text) ? text : null)

const upsertShows = sql(
  'tickets.upsert_shows',
  `insert into tickets.shows (id, organiser_id, title, starts_at, time_zone, currency, venue, description, hold_seconds,
     max_per_order, max_per_buyer, status, published_at, announced_start, version, local_day, search_text,
     blocked)
   select id, organiser_id, title, starts_at, time_zone, currency, venue, description, hold_seconds, max_per_order,
     max_per_buyer, status, published_at, announced_start, version, local_day, search_text, blocked
   from json_to_recordset($1) as s (id uuid, organiser_id uuid, title text, starts_at timestamptz, time_zone text,
     currency text, venue text, description text, hold_seconds int, max_per_order int, max_per_buyer int, status text,
     published_at timestamptz, announced_start timestamptz, version int, local_day date, search_text text,
     blocked boolean)
   on conflict (id) do update set
     title = excluded.title, starts_at = excluded.starts_at, time_zone = excluded.time_zone, currency = excluded.currency,
     venue = excluded.venue, description = excluded.description, hold_seconds = excluded.hold_seconds,
     max_per_order = excluded.max_per_order, max_per_buyer = excluded.max_per_buyer, status = excluded.status,
     published_at = excluded.published_at, announced_start = excluded.announced_start,
     local_day = excluded.local_day, search_text = excluded.search_text, version = excluded.version, blocked = excluded.blocked`,
)
const deleteOtherSeats = sql(
  'tickets.delete_other_seats',
  `delete from tickets.seats where show_id = any($1) and not id = any($2)`,
)
const deleteOtherTypes = sql(
  'tickets.delete_other_types',
  `delete from tickets.ticket_types where show_id = any($1) and not id = any($2)`,
)
const deleteOtherPools = sql(
  'tickets.delete_other_pools',
  `delete from tickets.pools where show_id = any($1) and not id = any($2)`,
)
const upsertPools = sql(
  'tickets.upsert_pools',
  `insert into tickets.pools (id, show_id, position, name, capacity, latch)
   select id, show_id, position, name, capacity, latch
   from json_to_recordset($1) as p (id uuid, show_id uuid, position int, name text, capacity int, latch boolean)
   on conflict (id) do update set
     position = excluded.position, capacity = excluded.capacity, latch = excluded.latch`,
)
const upsertTypes = sql(
  'tickets.upsert_types',
  `insert into tickets.ticket_types (id, show_id, position, name, price_minor, tax_rate_bps, takes, seated)
   select id, show_id, position, name, price_minor, tax_rate_bps, takes, seated
   from json_to_recordset($1) as t (id uuid, show_id uuid, position int, name text, price_minor bigint, tax_rate_bps int, takes json,
     seated boolean)
   on conflict (id) do update set
     position = excluded.position, name = excluded.name, price_minor = excluded.price_minor,
     tax_rate_bps = excluded.tax_rate_bps, takes = excluded.takes, seated = excluded.seated`,
)
const upsertSeats = sql(
  'tickets.upsert_seats',
  `insert into tickets.seats (id, show_id, ticket_type_id, position, section, row, number)
   select id, show_id, ticket_type_id, position, section, row, number
   from json_to_recordset($1) as s (id uuid, show_id uuid, ticket_type_id uuid, position int, section text, row text,
     number text)
   on conflict (id) do update set position = excluded.position`,
)

/** What is to be stored of shows; of those in `content` the ticket types and seats too. */
export function saveShows({
  shows,
  content,
}: {
  shows: readonly Show[]
  content: readonly Show[]
}): readonly Write[] {
  const rows = writeRows(upsertShows, shows.map(showRow))
  return content.length === 0 ? rows : [...rows, ...saveContent(content)]
}

function saveContent(content: readonly Show[]): readonly Write[] {
  const types = content.flatMap((show) =>
    show.ticketTypes.map((type, position) => ({ show, type, position })),
  )
  const seats = types.flatMap(({ show, type }) =>
    (type.seats ?? []).map((seat, position) => ({ show, type, seat, position })),
  )
  const showIds = content.map((show) => show.id)
  const typeRows = types.map(({ show, type, position }) => ({
    id: type.id,
    show_id: show.id,
    position,
    name: type.name,
    price_minor: type.priceMinor,
    tax_rate_bps: type.taxRateBps ?? null,
    takes: type.takes,
    seated: type.seats !== undefined,
  }))
  const seatRows = seats.map(({ show, type, seat, position }) => ({
    ...seat,
    show_id: show.id,
    ticket_type_id: type.id,
    position,
  }))
  const poolRows = content.flatMap((show) =>
    show.pools.map((pool, position) => ({ ...pool, show_id: show.id, position })),
  )
  return [
    { statement: deleteOtherPools, values: [showIds, poolRows.map(({ id }) => id)] },
    ...writeRows(upsertPools, poolRows),
    { statement: deleteOtherSeats, values: [showIds, seats.map(({ seat }) => seat.id)] },
    { statement: deleteOtherTypes, values: [showIds, types.map(({ type }) => type.id)] },
    { statement: upsertTypes, values: [JSON.stringify(typeRows)] },
    ...writeRows(upsertSeats, seatRows),
  ]
}

function showRow(show: Show) {
  return {
    id: show.id,
    organiser_id: show.organiserId,
    title: show.title,
    starts_at: show.startsAt,
    time_zone: show.timeZone,
    currency: show.currency,
    venue: show.venue,
    description: show.description,
    hold_seconds: show.holdSeconds,
    max_per_order: show.maxPerOrder,
    max_per_buyer: show.maxPerBuyer ?? null,
    status: show.status,
    published_at: publishedAtOf(show),
    announced_start: show.announcedStart,
    version: show.version,
    local_day: localDayOf(show),
    search_text: searchTextOf(show),
    blocked: show.blocked,
  }
}

/** The day on which a show begins where it takes place. Swedish writes dates as ISO does. */
function localDayOf({ startsAt, timeZone }: Show): string {
  return new Intl.DateTimeFormat('sv', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(Date.parse(startsAt))
}
