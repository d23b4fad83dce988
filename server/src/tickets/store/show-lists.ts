// SQL of lists of shows: what is on sale, and the shows of organisations in every state.
import { searchWordsOf } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import { longestDays } from '../domain/evening.ts'
import type { Show } from '../domain/show.ts'
import { assemble, type ShowRow, showColumns } from './shows.ts'

// A row of another version may have no text yet.
const matches = `coalesce(search_text, lower(title || ' ' || coalesce(venue, ''))) like all($3::text[])`
const inSpan = `
     and ($5::date is null or local_day >= $5) and ($6::date is null or local_day <= $6)
     and ($7::timestamptz is null or starts_at >= $7) and ($8::timestamptz is null or starts_at <= $8)`
// Sales end at the start: what has begun is left out.
const listOnSale = sql(
  'tickets.list_on_sale',
  `select ${showColumns} from tickets.shows
   where status = 'on_sale' and not blocked and starts_at > now() - interval '${longestDays} days'
     and coalesce((evening ->> 'endsAt')::timestamptz, starts_at) > now() and (starts_at, id) > ($1, $2) and ${matches}${inSpan}
   order by starts_at, id limit $4`,
)
const listOwn = sql(
  'tickets.list_own',
  `select ${showColumns} from tickets.shows
   where (organiser_id = any($9::uuid[]) or (id = any($10::uuid[]) and organiser_id = any($11::uuid[])))
     and (starts_at, id) > ($1, $2) and ${matches}${inSpan}
   order by starts_at, id limit $4`,
)

export interface ShowScope {
  readonly organisationId: string
  /** Null: all of them. */
  readonly showIds: readonly string[] | null
}

export interface ShowSearch {
  /** The last show of the page before, or null for the first page. */
  readonly after: { readonly startsAt: string; readonly id: string } | null
  readonly text: string | null
  /** Days where the show takes place, or instants; both ends belong to the span. */
  readonly from?: string | null
  readonly to?: string | null
  readonly limit: number
  /** Only those of these organisations, in every state; null: everybody's that are sold now. */
  readonly scopes: readonly ShowScope[] | null
}

const beforeAll = { startsAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

/** One page of shows in the order they take place, without seats. */
export async function listShows(
  db: Queryable,
  { after, text, from = null, to = null, limit, scopes }: ShowSearch,
): Promise<Show[]> {
  const { startsAt, id } = after ?? beforeAll
  const patterns = searchWordsOf(text ?? '').map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)
  const span = [dayOf(from), dayOf(to), instantOf(from), instantOf(to)]
  const values = [startsAt, id, patterns, limit, ...span]
  const rows =
    scopes === null
      ? db.query<ShowRow>(listOnSale, values)
      : db.query<ShowRow>(listOwn, [...values, ...scopeValues(scopes)])
  return assemble(db, await rows, { seats: false })
}

/** Organisations as a whole, single shows, and the organisations that these must be of. */
function scopeValues(scopes: readonly ShowScope[]) {
  const idsOf = (each: readonly ShowScope[]) => each.map(({ organisationId }) => organisationId)
  const single = scopes.filter(({ showIds }) => showIds !== null)
  const whole = scopes.filter(({ showIds }) => showIds === null)
  return [idsOf(whole), single.flatMap(({ showIds }) => showIds ?? []), idsOf(single)]
}

const isDay = (text: string) => text.length === 'YYYY-MM-DD'.length
const dayOf = (text: string | null) => (text !== null && isDay(text) ? text : null)
const instantOf = (text: string | null) => (text !== null && !isDay(text) ? text : null)
