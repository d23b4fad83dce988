// Gathers what `doctor` judges: asks machine, database, broker, processor and the way from outside.
// Changes nothing.
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { findDatabase } from '../../boot/find-database.ts'
import type { Config } from '../../config/config.ts'
import { secretSourceOf } from '../../config/local-mode.ts'
import { isLoopback } from '../../config/processor.ts'
import { probeProcessor } from '../../payments/processor/probe.ts'
import { probeBroker } from '../../platform/bus/nats/connection.ts'
import { type Database, makeDatabase, sql } from '../../platform/postgres/database.ts'
import { allMigrations, readScripts } from '../../platform/postgres/migrate.ts'
import { type ChoreName, readChore } from '../../platform/process/chores.ts'
import { findSecrets } from '../../platform/secrets/keep.ts'
import { listSilentConsumers } from '../../prune/readers.ts'
import type { DatabaseFacts, Facts } from './facts.ts'

const askedMs = 5_000

export async function gather(config: Config): Promise<Facts> {
  const { processor, publicUrl, host } = config
  const probe = await probeProcessor(processor)
  const isLocal = isLoopback(host) && isLoopback(new URL(publicUrl).hostname)
  return {
    node: process.version,
    ...askDisk(config.dataDirectory),
    clockOffBySeconds: probe.clockOffBySeconds,
    database: await askDatabase(config),
    broker: config.nats === null ? null : { error: await probeBroker(config.nats) },
    live: processor.kind === 'stripe' ? /^(sk|rk)_live_/.test(processor.secretKey) : null,
    processor: probe.answer,
    webhookEndpoints: probe.webhookEndpoints,
    publicUrl,
    local: isLocal,
    trustProxy: config.trustProxy,
    reached: await askFromOutside(publicUrl),
    demo: config.demo,
    rateLimits: config.rateLimits !== 'off',
    failpoints: config.failpoints !== '',
    now: new Date().toISOString(),
    backups: askBackupFolder(config.backup),
  }
}

function askDisk(directory: string): Pick<Facts, 'freeBytes' | 'dataDirectoryWritable'> {
  let there = directory
  while (!existsSync(there)) there = dirname(there)
  const { bavail, bsize } = statfsSync(there)
  try {
    accessSync(there, constants.W_OK)
    return { freeBytes: bavail * bsize, dataDirectoryWritable: true }
  } catch {
    // Another user's, or a disk that is read only.
    return { freeBytes: bavail * bsize, dataDirectoryWritable: false }
  }
}

function askBackupFolder(backup: Config['backup']): Facts['backups'] {
  if (backup === null) return null
  const { directory, everyHours } = backup
  try {
    accessSync(directory, constants.W_OK)
    return { directory, everyHours, error: null }
  } catch (error) {
    return { directory, everyHours, error: (error as Error).message }
  }
}

async function askFromOutside(publicUrl: string): Promise<number | string> {
  const address = `${publicUrl.replace(/\/$/, '')}/healthz`
  try {
    const { status } = await fetch(address, { signal: AbortSignal.timeout(askedMs), redirect: 'manual' })
    return status
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error }
    return cause?.message ?? message
  }
}

const serverStatement = sql(
  'doctor.server',
  `select current_setting('server_version_num')::int as version, current_setting('fsync') = 'on' as fsync,
     current_setting('synchronous_commit') <> 'off' as "synchronousCommit",
     has_database_privilege(current_database(), 'create') as "canCreate",
     current_setting('max_connections')::int - (select count(*)::int from pg_stat_activity) as "connectionsFree",
     (select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 from pg_stat_activity
      where backend_xid is not null and datname = current_database()) as "oldestTransactionSeconds",
     extract(epoch from clock_timestamp())::float8 as "nowSeconds",
     to_regclass('platform.installation') is not null as "isShop",
     to_regclass('platform.secret_checks') is not null as "notesSecrets",
     to_regclass('platform.chores') is not null as "hasChores"`,
)
const appliedStatement = sql('doctor.applied', 'select schema, name, checksum from holdfast_migrations')
const shopStatement = sql(
  'doctor.shop',
  `select (select settled_at is not null from platform.installation) as settled,
     (select max(taken_at) from platform.backups) as "lastBackupAt",
     (select count(*)::int from (select 1 from orders.orders limit 1000) o) as orders,
     (select count(*)::int from platform.operators) as operators,
     (select coalesce(reason, 'no reason given') from platform.switches where name = 'sales_stopped' and is_on) as "salesStopped",
     (select count(*)::int from platform.parked_deliveries where dead) as "deadLetters",
     array(select distinct version from platform.processes where last_seen_at > now() - interval '20 seconds' order by 1) as versions`,
)

type Asked = 'pending' | 'changed' | 'embedded' | 'clockOffBySeconds' | 'secretFault'
type Server = Omit<DatabaseFacts, keyof Shop | keyof Upkeep | Asked> & {
  readonly nowSeconds: number
  readonly isShop: boolean
  readonly notesSecrets: boolean
  readonly hasChores: boolean
}
type Upkeep = Pick<DatabaseFacts, 'backupProblem' | 'pruneProblem' | 'silentConsumers'>
type Shop = Pick<
  DatabaseFacts,
  'settled' | 'lastBackupAt' | 'orders' | 'operators' | 'salesStopped' | 'deadLetters' | 'versions'
>
const newShop: Shop = {
  settled: true,
  lastBackupAt: null,
  orders: 0,
  operators: 0,
  salesStopped: null,
  deadLetters: 0,
  versions: [],
}

async function askDatabase(config: Config): Promise<Facts['database']> {
  try {
    const { url, stop } = await findDatabase(config)
    const db = makeDatabase({ url, maxConnections: 1, queryTimeoutMs: askedMs })
    try {
      return await askServer(db, config)
    } finally {
      await db.close()
      await stop()
    }
  } catch (error) {
    return { error: (error as Error).message || (error as { code?: string }).code || String(error) }
  }
}

async function askServer(db: Database, config: Config): Promise<DatabaseFacts> {
  const [server] = await db.query<Server>(serverStatement)
  if (!server) throw new Error('the database did not answer')
  const { nowSeconds, isShop, notesSecrets, hasChores, ...rest } = server
  const [shop = newShop] = isShop ? await db.query<Shop>(shopStatement) : []
  return {
    ...rest,
    ...shop,
    ...(hasChores ? await askUpkeep(db) : { backupProblem: null, pruneProblem: null, silentConsumers: [] }),
    ...(isShop ? await compareMigrations(db) : { pending: 0, changed: 0 }),
    // Before its first start with this version, a shop has noted none.
    secretFault: notesSecrets ? await askSecrets(db, config) : null,
    embedded: config.databaseUrl === null,
    clockOffBySeconds: Math.round(Date.now() / 1_000 - nowSeconds),
  }
}

async function askSecrets(db: Database, config: Config): Promise<string | null> {
  const found = await findSecrets(db, secretSourceOf(config))
  return 'fault' in found ? found.fault : null
}

async function askUpkeep(db: Database): Promise<Upkeep> {
  const problemOf = async (name: ChoreName) => {
    const { failingSince, problem } = await readChore(db, name)
    return failingSince === null ? null : `since ${failingSince}: ${problem}`
  }
  return {
    backupProblem: await problemOf('backup'),
    pruneProblem: await problemOf('prune'),
    silentConsumers: (await listSilentConsumers(db)).map(({ consumer }) => consumer),
  }
}

async function compareMigrations(db: Database): Promise<Pick<DatabaseFacts, 'pending' | 'changed'>> {
  const rows = await db.query<{ schema: string; name: string; checksum: string }>(appliedStatement)
  const applied = new Map(rows.map(({ schema, name, checksum }) => [`${schema}/${name}`, checksum]))
  let pending = 0
  let same = 0
  for (const { schema, directory } of await allMigrations())
    for (const { name, checksum } of await readScripts(directory)) {
      const found = applied.get(`${schema}/${name}`)
      if (found === undefined) pending += 1
      else if (found === checksum) same += 1
    }
  return { pending, changed: rows.length - same }
}
