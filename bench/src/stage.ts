// A fresh database for each run, with shows on sale and buyers signed in, as the shop itself would
// have them.
import type { PublishedShow } from '@holdfast/contract'
import { appendToOutbox, seal } from '../../server/src/platform/commands/outbox.ts'
import { beginSession } from '../../server/src/platform/http/sessions.ts'
import { type Database, makeDatabase, sql } from '../../server/src/platform/postgres/database.ts'
import { migrate, migrationsOf } from '../../server/src/platform/postgres/migrate.ts'
import { systemClock } from '../../server/src/platform/process/clock.ts'
import { seedId } from './ids.ts'

export interface Stage {
  readonly url: string
  readonly db: Database
  /**
   * After a turn: what it left to vacuum and to write back is not done in the middle of another's.
   */
  tidyUp(): Promise<void>
  drop(): Promise<void>
}

const holdSeconds = 900
const sessionSeconds = 3_600

let databases = 0

export async function makeStage(serverUrl: string): Promise<Stage> {
  databases += 1
  const name = `bench_${databases}`
  const admin = makeDatabase({ url: serverUrl, maxConnections: 1, queryTimeoutMs: 60_000 })
  await admin.execute(`create database ${name}`)
  const url = serverUrl.replace(/\/postgres(?=$|\?)/, `/${name}`)
  const db = makeDatabase({ url, maxConnections: 2, queryTimeoutMs: 60_000 })
  await migrate(db, [migrationsOf('platform'), migrationsOf('orders')])
  return {
    url,
    db,
    async tidyUp() {
      // Plans made while the tables were empty cost a quarter; a shop that has run for an hour has
      // none of them.
      await db.execute('vacuum analyze')
      await admin.execute('checkpoint')
    },
    async drop() {
      await db.close()
      await admin.execute(`drop database ${name} with (force)`)
      await admin.close()
    },
  }
}

/** Refuses to measure a server that answers before the disk has what it answered. */
export async function assertDurable(serverUrl: string): Promise<void> {
  const db = makeDatabase({ url: serverUrl, maxConnections: 1 })
  const rows = await db.query<{ name: string; setting: string }>(
    sql(
      'bench.durability',
      `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes')`,
    ),
  )
  await db.close()
  const lax = rows.filter(({ setting }) => setting !== 'on')
  if (rows.length !== 3 || lax.length > 0)
    throw new Error(`commits are not durable: ${lax.map(({ name }) => name).join(', ')}`)
}

/** Places without a number, seats, or both in one show. */
export interface Stock {
  readonly capacity?: number
  readonly seats?: number
}

function showOf(show: number, { capacity, seats }: Stock): PublishedShow {
  const seatOf = (index: number) => ({
    id: seedId('seat', show, index),
    section: 'A',
    row: String(Math.floor(index / 100)),
    number: String(index % 100),
  })
  const stocks = [
    ...(capacity === undefined ? [] : [{ capacity }]),
    ...(seats === undefined
      ? []
      : [{ capacity: seats, seats: Array.from({ length: seats }, (_, index) => seatOf(index)) }]),
  ]
  return {
    id: seedId('show', show),
    organiserId: seedId('organiser', show),
    title: `Show ${show}`,
    startsAt: '2031-05-01T18:00:00.000Z',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    holdSeconds,
    maxPerOrder: 10,
    onSale: true,
    ticketTypes: stocks.map((stock, index) => ({
      id: seedId('ticketType', show, index),
      name: 'Standing',
      priceMinor: 4_500,
      takes: [{ poolId: seedId('pool', show, index), count: 1 }],
      ...('seats' in stock ? { seats: stock.seats } : {}),
    })),
    pools: stocks.map((stock, index) => ({ id: seedId('pool', show, index), capacity: stock.capacity })),
  }
}

const findShow = sql('bench.find_show', 'select 1 as found from orders.shows where id = $1')

/**
 * Tells the running shop of a published show, as the tickets service does, and waits until it is on
 * sale.
 */
export async function putOnSale({ db }: Stage, show: number, stock: Stock): Promise<void> {
  const data = showOf(show, stock)
  await db.batch(async (tx) => {
    const recorded = {
      fact: { type: 'ShowPublished', data },
      subject: data.id,
      version: 1,
      correlationId: data.id,
    } as const
    await tx.commitWith(appendToOutbox([seal('tickets', recorded, await tx.begun, null)]))
  })
  const deadlineMs = performance.now() + 30_000
  while ((await db.query(findShow, [data.id])).length === 0) {
    if (performance.now() > deadlineMs) throw new Error('a show did not get on sale')
    await systemClock.sleep(10)
  }
}

/** Tokens of as many signed-in guests. */
export function signIn({ db }: Stage, buyers: number): Promise<string[]> {
  return db.transaction(async (tx) => {
    const tokens: string[] = []
    for (let buyer = 1; buyer <= buyers; buyer += 1) {
      const principal = {
        id: seedId('organiser', 0, buyer),
        kind: 'guest',
        email: `buyer${buyer}@example.com`,
      } as const
      tokens.push(
        (await beginSession(tx, principal, { purpose: 'session', ttlSeconds: sessionSeconds })).token,
      )
    }
    return tokens
  })
}
