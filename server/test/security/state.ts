// What a database holds, as one text to compare: whoever was refused must have changed nothing of
// it.
import { type Database, sql } from '../../src/platform/postgres/database.ts'

/** Moves by itself: how far consumers have read, who is alive, attempts counted. So does when a token was last used. */
const restless = ['cursors', 'processes', 'rate_limits']

const listTables = sql(
  '',
  `select table_schema || '.' || table_name as name from information_schema.tables
   where table_schema in ('identity', 'tickets', 'orders', 'expiration', 'payments', 'mail', 'webhooks', 'platform', 'audit')
     and table_type = 'BASE TABLE' and not table_name = any($1)
   order by 1`,
)

/** A checksum of every row of every table. */
export async function readState(db: Database): Promise<Record<string, string>> {
  const tables = await db.query<{ name: string }>(listTables, [restless])
  const sums = tables.map(
    ({
      name,
    }) => `select '${name}' as name, count(*) || ' ' || coalesce(md5(string_agg(t.text, '|' order by t.text)), '') as sum
      from (select (to_jsonb(r) - 'last_used_at')::text as text from ${name} r) t`,
  )
  const rows = await db.query<{ name: string; sum: string }>(sql('', sums.join(' union all ')))
  return Object.fromEntries(rows.map(({ name, sum }) => [name, sum]))
}

// A mail draws its documents before it goes, which takes longer than our patience below.
const countMailsUnderWay = sql(
  '',
  `select count(*)::int as count from mail.mails where state in ('queued', 'sending')`,
)

const probesMs = 25
const equalProbes = 12

/** The state once events have done their work: many looks in a row see the same. */
export async function readRestingState(db: Database): Promise<Record<string, string>> {
  let before = await readState(db)
  for (let equal = 0; equal < equalProbes; ) {
    await new Promise((resolve) => setTimeout(resolve, probesMs))
    const now = await readState(db)
    const [mails] = await db.query<{ count: number }>(countMailsUnderWay)
    equal = mails?.count === 0 && JSON.stringify(now) === JSON.stringify(before) ? equal + 1 : 0
    before = now
  }
  return before
}
