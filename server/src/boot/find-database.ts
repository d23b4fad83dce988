// The database of a shop, for a command that is run beside it.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { startEmbeddedPostgres } from '../platform/postgres/embedded/server.ts'

/** The shop's own Postgres when it runs; else it is started for as long as this takes. */
export async function findDatabase(config: Config): Promise<{ url: string; stop(): Promise<void> }> {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, stop: () => Promise.resolve() }
  const directory = join(config.dataDirectory, 'postgres')
  if (!existsSync(directory))
    throw new Error(`there is no shop in ${config.dataDirectory}; name its DATA_DIR or DATABASE_URL`)
  const postgres = await startEmbeddedPostgres(directory, () => undefined)
  return { url: postgres.url, stop: () => (postgres.started ? postgres.stop() : Promise.resolve()) }
}
