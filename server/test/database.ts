// A database of its own for a test file, with the platform's tables and those of the services it
// names. No others: a query into a neighbour's schema fails.
import type { ServiceName } from '@holdfast/contract'
import { inject } from 'vitest'
import {
  type Database,
  makeDatabase,
  type Queryable,
  type Statement,
  type Write,
} from '../src/platform/postgres/database.ts'
import { migrate, migrationsOf } from '../src/platform/postgres/migrate.ts'

export interface TestDatabase extends Database {
  readonly url: string
  /** Closes the connections and drops the database. */
  drop(): Promise<void>
}

/** The same database, telling of each statement that it is asked. */
export function watched(db: Database, see: (statement: Statement) => void): Database {
  const queryOf =
    (on: Queryable): Queryable['query'] =>
    (statement, values) => {
      see(statement)
      return on.query(statement, values)
    }
  return {
    ...db,
    query: queryOf(db),
    transaction: (work) => db.transaction((tx) => work({ ...tx, query: queryOf(tx) })),
    batch: (work) =>
      db.batch((tx) =>
        work({
          ...tx,
          query: queryOf(tx),
          commitWith(writes) {
            for (const { statement } of writes) see(statement)
            return tx.commitWith(writes)
          },
        }),
      ),
    async connect(settings) {
      const connection = await db.connect(settings)
      return { ...connection, query: queryOf(connection) }
    },
  }
}

/** Stores in a transaction of its own, as a batch does. */
export function storeAtOnce(db: Database, writesOf: (now: string) => readonly Write[]): Promise<void> {
  return db.batch(async (tx) => tx.commitWith(writesOf(await tx.begun)))
}

/** Stores in a transaction that goes on, or without one. */
export async function store(db: Queryable, writes: readonly Write[]): Promise<void> {
  for (const { statement, values } of writes) await db.query(statement, values)
}

export async function makeTestDatabase(services: readonly ServiceName[]): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl')
  const admin = makeDatabase({ url: serverUrl, maxConnections: 1 })
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`
  await admin.execute(`create database ${name}`)
  const url = serverUrl.replace(/\/postgres(?=$|\?)/, `/${name}`)
  const db = makeDatabase({ url, maxConnections: 10 })
  await migrate(db, [migrationsOf('platform'), ...services.map(migrationsOf)])
  return {
    ...db,
    url,
    async drop() {
      await db.close()
      await admin.execute(`drop database ${name} with (force)`)
      await admin.close()
    },
  }
}
