// Whole tables, for backups: one snapshot to read them from, one transaction to fill them. A
// connection of its own, without the time-outs of a sale.
import type { Readable, Writable } from 'node:stream'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'

interface WholeTables {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>
}

export interface Snapshot extends WholeTables {
  /** The rows of a query, as text of `COPY`. */
  copyOut(query: string): Readable
}

export interface Loading extends WholeTables {
  execute(text: string): Promise<void>
  /** Takes text of `COPY` for a table with its columns, such as `a.b (c, d)`. */
  copyIn(target: string): Writable
}

async function withClient<Value>(
  url: string,
  begin: string,
  work: (client: pg.Client) => Promise<Value>,
): Promise<Value> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'holdfast backup',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  // A connection that breaks fails the query that runs on it.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(begin)
    const value = await work(client)
    await client.query('commit')
    return value
  } finally {
    // Without a commit the server forgets everything.
    await client.end()
  }
}

const queryOn =
  (client: pg.Client): WholeTables['query'] =>
  async <Row>(text: string, values: readonly unknown[] = []) =>
    (await client.query(text, [...values])).rows as Row[]

/** All reads of `work` see the database at one moment, while the shop goes on. */
export function withSnapshot<Value>(
  url: string,
  work: (snapshot: Snapshot) => Promise<Value>,
): Promise<Value> {
  return withClient(url, 'begin isolation level repeatable read read only', (client) =>
    work({ query: queryOn(client), copyOut: (query) => client.query(copyTo(`copy (${query}) to stdout`)) }),
  )
}

/** Stores everything that `work` writes, or nothing. */
export function withLoading<Value>(url: string, work: (loading: Loading) => Promise<Value>): Promise<Value> {
  return withClient(url, 'begin', (client) =>
    work({
      query: queryOn(client),
      execute: async (text) => {
        await client.query(text)
      },
      copyIn: (target) => client.query(copyFrom(`copy ${target} from stdin`)),
    }),
  )
}
