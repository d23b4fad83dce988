// A command's way to the shop's database, whether the shop runs or not.
import { findDatabase } from '../boot/find-database.ts'
import { type Database, makeDatabase } from '../platform/postgres/database.ts'
import type { Context, Result } from './output.ts'

export async function withDatabase(
  { config }: Context,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const database = await findDatabase(config)
  const db = makeDatabase({ url: database.url, maxConnections: 1 })
  try {
    return await work(db)
  } finally {
    await db.close()
    await database.stop()
  }
}
