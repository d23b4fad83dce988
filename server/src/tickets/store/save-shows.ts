// SQL that saves shows, whole or their rows alone. Never decides.
import { searchTextOf } from '@holdfast/contract'
import { sql, type Write, writeRows } from '../../platform/postgres/database.ts'
import { publishedAtOf, type Show } from '../domain/show.ts'

const upsertShows = sql(
  'tickets.upsert_shows',
  `insert into tickets.shows (id, organiser_id, title, starts_at, time_zone, currency, venue, description, hold_seconds,
     max_per_order, max_per_buyer, status, published_at, announced_start, evening, asks, version, local_day,
     search_text, blocked)
   select id, organiser_id, title, starts_at, time_zone, currency, venue, description, hold_seconds, max_per_order,
     max_per_buyer, status, published_at, announced_start, evening, asks, version, local_day, search_text, blocked
   from json_to_recordset($1) as s (id uuid, organiser_id uuid, title text, starts_at timestamptz, time_zone text,
     currency text, venue text, description text, hold_seconds int, max_per_order int, max_per_buyer int, status text,
     published_at timestamptz, announced_start timestamptz, evening json, asks json, version int, local_day date,
     search_text text, blocked boolean)
   on conflict (id) do update set
     title = excluded.title, starts_at = excluded.starts_at, time_zone = excluded.time_zone, currency = excluded.currency,
     venue = excluded.venue, description = excluded.description, hold_seconds = excluded.hold_seconds,
     max_per_order = excluded.max_per_order, max_per_buyer = excluded.max_per_buyer, status = excluded.status,
     published_at = excluded.published_at, announced_start = excluded.announced_start,
     evening = excluded.evening, asks = excluded.asks, local_day = excluded.local_day, search_text = excluded.search_text,
     version = excluded.version, blocked = excluded.blocked`,
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
  `insert into tickets.ticket_types (id, show_id, position, name, price_minor, tax_rate_bps, terms, takes, seated)
   select id, show_id, position, name, price_minor, tax_rate_bps, terms, takes, seated
   from json_to_recordset($1) as t (id uuid, show_id uuid, position int, name text, price_minor bigint, tax_rate_bps int,
     terms json, takes json, seated boolean)
   on conflict (id) do update set
     position = excluded.position, name = excluded.name, price_minor = excluded.price_minor,
     tax_rate_bps = excluded.tax_rate_bps, terms = excluded.terms, takes = excluded.takes, seated = excluded.seated`,
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
    terms: type.terms ?? null,
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
    evening: show.evening,
    asks: show.asks ?? {},
    version: show.version,
    local_day: localDayOf(show),
    search_text: searchTextOf(`${show.title} ${show.venue ?? ''}`),
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
