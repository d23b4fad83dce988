// What organisers and buyers see of codes: SQL reads without locks, and their shapes.
import type { CodeTerms, CodeView } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Code, CodePool } from '../domain/code.ts'

// Without a number of uses a code has no row that counts them: its orders do.
const listCodesStatement = sql(
  'orders.list_codes',
  `select c.id, c.word, c.terms, c.ended, p.uses, coalesce(p.held, o.held, 0) as held, coalesce(p.used, o.used, 0) as used
   from orders.codes c
   left join orders.code_pools p on p.id = c.id
   left join lateral (
     select sum(code_uses) filter (where status in ('created', 'claimed'))::int as held,
       sum(code_uses) filter (where status = 'complete')::int as used
     from orders.orders where code_id = c.id) o on p.id is null
   where c.show_id = $1 and ($2::uuid[] is null or c.id = any($2::uuid[]))
   order by c.created_at, c.word`,
)

interface ListedRow {
  readonly id: string
  readonly word: string
  readonly terms: CodeTerms
  readonly ended: boolean
  readonly uses: number | null
  readonly held: number
  readonly used: number
}

/** The codes of a show, or some of them. Whoever asks was found to be its organiser. */
export async function listCodes(
  db: Queryable,
  showId: string,
  ids: readonly string[] | null = null,
): Promise<CodeView[]> {
  const rows = await db.query<ListedRow>(listCodesStatement, [showId, ids])
  return rows.map(({ id, word, terms, ended, uses, held, used }) => {
    return { id, code: word, ...terms, ...(uses === null ? {} : { uses }), held, used, ended }
  })
}

const readCodeStatement = sql(
  'orders.read_code',
  `select c.id, c.show_id as "showId", c.word, c.terms, c.ended, p.uses, p.held, p.used, now() as now
   from orders.codes c left join orders.code_pools p on p.id = c.id
   where c.show_id = $1 and c.word = $2`,
)

export interface FoundCode {
  readonly code: Code
  /** Null: any number of uses. */
  readonly pool: CodePool | null
  /** By the database's clock. */
  readonly now: string
}

export async function readCode(db: Queryable, showId: string, word: string): Promise<FoundCode | null> {
  const [row] = await db.query<Code & { uses: number | null; held: number; used: number; now: string }>(
    readCodeStatement,
    [showId, word],
  )
  if (!row) return null
  const { uses, held, used, now, ...code } = row
  return { code, pool: uses === null ? null : { id: code.id, uses, held, used }, now }
}
