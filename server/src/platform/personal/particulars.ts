// What people say of an order or of one of its units: names, addresses, answers. Plain rows in one
// place, so that erasure overwrites them once. Orders decides what is stored; whoever shows it reads
// it here.
import { type Answer, searchTextOf, searchWordsOf } from '@holdfast/contract'
import { type Queryable, sql } from '../postgres/database.ts'

export type GivenAnswers = Readonly<Record<string, Answer>>

export interface Particulars {
  readonly holderName: string | null
  readonly holderEmail: string | null
  readonly answers: GivenAnswers
}
export const noParticulars: Particulars = { holderName: null, holderEmail: null, answers: {} }

/** Of an order: of itself, and of its units by their numbers. */
export interface OrderParticulars {
  readonly order: Particulars
  readonly units: ReadonlyMap<number, Particulars>
}
export const nothingSaid: OrderParticulars = { order: noParticulars, units: new Map() }

/** Leaves what it does not name as it is; null takes it back. */
export interface ParticularsChange {
  readonly orderId: string
  /** Null: of the order as a whole. */
  readonly unit: number | null
  readonly showId: string
  readonly holderName?: string | null
  readonly holderEmail?: string | null
  readonly answers: GivenAnswers
  readonly takenBack: readonly string[]
}

interface Row extends Particulars {
  readonly orderId: string
  readonly unit: number | null
}

const readStatement = sql(
  'platform.read_particulars',
  `select order_id as "orderId", unit, holder_name as "holderName", holder_email as "holderEmail", answers
   from platform.particulars where order_id = any($1::uuid[])`,
)
// Two who change one unit at once both have their way, as far as they do not name the same.
const saveStatement = sql(
  'platform.save_particulars',
  `insert into platform.particulars as p (order_id, unit, show_id, holder_name, search_text, holder_email, answers)
   values ($1, $2, $3, $5, $6, $8, $9::json)
   on conflict (order_id, unit) do update set
     holder_name = case when $4 then excluded.holder_name else p.holder_name end,
     search_text = case when $4 then excluded.search_text else p.search_text end,
     holder_email = case when $7 then excluded.holder_email else p.holder_email end,
     answers = ((p.answers::jsonb || excluded.answers::jsonb) - $10::text[])::json,
     changed_at = now()`,
)
const findStatement = sql(
  'platform.find_holders',
  `select order_id as "orderId", unit, holder_name as "holderName" from platform.particulars
   where show_id = $1 and search_text like all($2::text[]) and unit is not null order by holder_name, order_id, unit limit $3`,
)

export async function readParticulars(
  db: Queryable,
  orderIds: readonly string[],
): Promise<Map<string, OrderParticulars>> {
  if (orderIds.length === 0) return new Map()
  const rows = await db.query<Row>(readStatement, [orderIds])
  const byOrder = Map.groupBy(rows, ({ orderId }) => orderId)
  return new Map([...byOrder].map(([orderId, of]) => [orderId, together(of)]))
}

function together(rows: readonly Row[]): OrderParticulars {
  const said = rows.map(({ orderId: _orderId, unit, ...each }) => ({ unit, each }))
  return {
    order: said.find(({ unit }) => unit === null)?.each ?? noParticulars,
    units: new Map(said.flatMap(({ unit, each }) => (unit === null ? [] : [[unit, each] as const]))),
  }
}

export async function saveParticulars(db: Queryable, change: ParticularsChange): Promise<void> {
  const { orderId, unit, showId, holderName, holderEmail, answers, takenBack } = change
  await db.query(saveStatement, [
    orderId,
    unit,
    showId,
    holderName !== undefined,
    holderName ?? null,
    holderName == null ? null : searchTextOf(holderName),
    holderEmail !== undefined,
    holderEmail ?? null,
    JSON.stringify(answers),
    takenBack,
  ])
}

export interface FoundHolder {
  readonly orderId: string
  readonly unit: number
  readonly holderName: string
}

/** Whose names have all of these words, in alphabetical order. */
export async function findHolders(
  db: Queryable,
  { showId, text, limit }: { readonly showId: string; readonly text: string; readonly limit: number },
): Promise<FoundHolder[]> {
  const patterns = searchWordsOf(text).map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`)
  if (patterns.length === 0) return []
  return db.query<FoundHolder>(findStatement, [showId, patterns, limit])
}
