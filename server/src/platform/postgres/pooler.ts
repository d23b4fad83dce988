// Recognises a pooler between us and PostgreSQL that gives each transaction another server, as
// PgBouncer does with `pool_mode = transaction`. Named statements, session locks, LISTEN and our
// timeouts all belong to a session: there every statement fails, or worse, some do.
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

/** Nobody else has it: whether it arrived shows whether settings arrive. */
const markMs = 7_001
const rounds = 3
const movedWithinMs = 2_000
const connectWithinMs = 5_000

const cure =
  'give the shop PostgreSQL’s own address, or a pool with `pool_mode = session` that passes `statement_timeout` on'
const reason = (what: string) => `a pooler stands before the database, and ${what}; ${cure}`

/** Why statements of one connection may go to different servers, and what to do; null if not. */
export async function findPooler(url: string): Promise<string | null> {
  const settings = {
    connectionString: url,
    statement_timeout: markMs,
    connectionTimeoutMillis: connectWithinMs,
  }
  const ours = new pg.Client(settings)
  const other = new pg.Client(settings)
  // One that breaks tells so by its query; nobody listens besides.
  for (const client of [ours, other]) client.on('error', () => undefined)
  try {
    await ours.connect()
    await other.connect()
    if ((await ask(ours, `current_setting('statement_timeout')`)) !== `${markMs}ms`)
      return reason('it drops the settings of a connection')
    return (await moves(ours, other)) ? reason('it gives each transaction another server') : null
  } catch (error) {
    // PgBouncer's words, also where its mode would do.
    if (/unsupported startup parameter/i.test((error as Error).message))
      return reason('it refuses the settings of a connection')
    throw error
  } finally {
    for (const client of [ours, other]) await client.end().catch(() => undefined)
  }
}

/** Whether our server changes, or is another's, while that one is inside a transaction. */
async function moves(ours: pg.Client, other: pg.Client): Promise<boolean> {
  const home = await ask(ours, 'pg_backend_pid()')
  for (let round = 0; round < rounds; round += 1) {
    await other.query('begin')
    const theirs = await ask(other, 'pg_backend_pid()')
    const asked = ask(ours, 'pg_backend_pid()')
    // With one server for all, we would wait for the other's transaction.
    const now = await Promise.race([asked, pause(movedWithinMs, null)])
    await other.query('rollback')
    await asked
    if (theirs === home || now !== home) return true
  }
  return false
}

/** By the plain protocol, which every pooler understands. */
async function ask(client: pg.Client, expression: string): Promise<string> {
  const { rows } = await client.query<{ value: string }>(`select (${expression})::text as value`)
  return rows[0]?.value ?? ''
}
