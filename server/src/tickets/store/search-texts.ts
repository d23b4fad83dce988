// SQL that keeps the search text of every show as this version writes it: of rows from before it
// was stored, or that another version wrote.
import { searchTextOf } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'

const pageSize = 500

interface Row {
  readonly id: string
  readonly title: string
  readonly venue: string | null
  readonly searchText: string | null
}

const listTexts = sql(
  'tickets.list_search_texts',
  `select id, title, venue, search_text as "searchText" from tickets.shows where id > $1 order by id limit $2`,
)
// A show that changes meanwhile is written with its own text.
const writeTexts = sql(
  'tickets.write_search_texts',
  `update tickets.shows s set search_text = n.text
   from json_to_recordset($1) as n (id uuid, title text, venue text, text text)
   where s.id = n.id and s.title = n.title and s.venue is not distinct from n.venue`,
)

export async function refreshSearchTexts(db: Queryable): Promise<void> {
  let afterId = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows = await db.query<Row>(listTexts, [afterId, pageSize])
    const stale = rows
      .map(({ id, title, venue, searchText }) => ({
        id,
        title,
        venue,
        searchText,
        text: searchTextOf(`${title} ${venue ?? ''}`),
      }))
      .filter(({ searchText, text }) => searchText !== text)
    if (stale.length > 0) await db.query(writeTexts, [JSON.stringify(stale)])
    const last = rows.at(-1)
    if (rows.length < pageSize || !last) return
    afterId = last.id
  }
}
