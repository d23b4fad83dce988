// What pruning takes and gives, on the embedded Postgres: bytes before and after, seconds of database
// time, and holds a second beside it and without it, in turns. `--orders 200000`, `--seconds 10`.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeOrdersHandler } from '../../src/orders/model.ts'
import { type Database, makeDatabase, sql } from '../../src/platform/postgres/database.ts'
import { startEmbeddedPostgres } from '../../src/platform/postgres/embedded/server.ts'
import { allMigrations, migrate } from '../../src/platform/postgres/migrate.ts'
import { newId, systemClock } from '../../src/platform/process/clock.ts'
import { prune } from '../../src/prune/run.ts'
import { makeBuyer, makeSale, numbered, typeOf } from '../sale.ts'
import { makePast } from './past.ts'

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '10' },
    turns: { type: 'string', default: '3' },
  },
})
const orders = Number(values.orders)
const seconds = Number(values.seconds)
const say = (text: string) => process.stdout.write(`${text}\n`)
const buyersAtOnce = 64
/** As the running shop does it. */
const pauseFactor = 4

const tables = ['platform.outbox', 'platform.inbox', 'orders.timelines', 'expiration.timers', 'mail.mails']
async function bytesOf(db: Database): Promise<Map<string, number>> {
  const rows = await db.query<{ name: string; bytes: number }>(
    sql('', 'select name, pg_total_relation_size(name::regclass) as bytes from unnest($1::text[]) as name'),
    [tables],
  )
  return new Map(rows.map(({ name, bytes }) => [name, bytes]))
}
const mb = (bytes = 0) => `${(bytes / 1e6).toFixed(0)} MB`.padStart(9)
const sum = (sizes: ReadonlyMap<string, number>) => [...sizes.values()].reduce((all, bytes) => all + bytes, 0)

/** Processor time of all processes of the server, also of those that have ended. */
async function postgresSeconds(): Promise<number> {
  const pidFile = join(folder, 'cluster', 'postmaster.pid')
  const postmaster = (await readFile(pidFile, 'utf8')).split('\n')[0] ?? ''
  let ticks = 0
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : ''
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const isOurs = name === postmaster || fields[1] === postmaster
    const counted = name === postmaster ? fields.slice(11, 15) : fields.slice(11, 13)
    if (isOurs) ticks += counted.reduce((sum, field) => sum + Number(field), 0)
  }
  return ticks / 100
}

/** Holds for so long, as fast as it goes. */
async function hold(db: Database): Promise<number> {
  const handler = makeOrdersHandler({ db, onCommitted: () => undefined }, () => undefined)
  const sale = makeSale({ capacities: [10_000_000] })
  await handler.handle({ type: 'KnowShow', show: sale.show, version: 1 })
  const untilMs = performance.now() + seconds * 1_000
  let held = 0
  const buyer = async () => {
    while (performance.now() < untilMs) {
      const lines = [numbered(typeOf(sale))]
      const placed = await handler.handle({
        type: 'PlaceOrder',
        orderId: newId(),
        buyer: makeBuyer(),
        showId: sale.show.id,
        lines,
      })
      if (!placed.ok) throw new Error(placed.rejection)
      held += 1
    }
  }
  await Promise.all(Array.from({ length: buyersAtOnce }, buyer))
  await handler.drain()
  return held / seconds
}

async function measure(db: Database): Promise<void> {
  await migrate(db, await allMigrations())
  say(`making ${orders} paid orders of a show that is over…`)
  await makePast(db, orders)
  await db.execute('vacuum analyze')
  const before = await bytesOf(db)
  const figures: Record<'without' | 'beside', number[]> = { without: [], beside: [] }
  let reduced = 0
  await hold(db)
  for (let turn = 0; turn < Number(values.turns); turn += 1) {
    const without = async () => figures.without.push(await hold(db))
    // The other way round each time: the machine may get faster or slower meanwhile.
    if (turn % 2 === 0) await without()
    let going = true
    const pruning = prune({ db, clock: systemClock, pauseFactor, mayGoOn: () => Promise.resolve(going) })
    figures.beside.push(await hold(db))
    going = false
    const report = await pruning
    if (turn % 2 === 1) await without()
    reduced += report?.removed['orders'] ?? 0
    say(
      `turn ${turn + 1}: ${figures.without.at(-1)?.toFixed(0)} holds/s without, ${figures.beside.at(-1)?.toFixed(0)} beside ${report?.removed['orders']} orders`,
    )
  }
  const [postgresBefore, ownBefore] = [await postgresSeconds(), process.cpuUsage()]
  const rest = await prune({ db, clock: systemClock, pauseFactor: 0 })
  reduced += rest?.removed['orders'] ?? 0
  const alone = rest?.removed['orders'] ?? 0
  const own = process.cpuUsage(ownBefore)
  const postgresTook = (await postgresSeconds()) - postgresBefore
  // What the holds of the turns have told is not part of the past.
  await db.execute(`delete from platform.outbox where occurred_at > now() - interval '1 day'`)
  await db.execute('vacuum platform.outbox, platform.inbox, orders.timelines, expiration.timers, mail.mails')
  const after = await bytesOf(db)
  await db.execute(
    'vacuum full platform.outbox, platform.inbox, orders.timelines, expiration.timers, mail.mails',
  )
  const least = await bytesOf(db)
  say(`\n${'table'.padEnd(20)}   before     after  compacted`)
  for (const name of tables)
    say(`${name.padEnd(20)}${mb(before.get(name))} ${mb(after.get(name))} ${mb(least.get(name))}`)
  say(`${'all'.padEnd(20)}${mb(sum(before))} ${mb(sum(after))} ${mb(sum(least))}`)
  const each = (seconds: number) => `${((seconds * 1e6) / Math.max(1, alone)).toFixed(0)} µs`
  say(
    `\n${reduced} orders reduced. Alone, for each of ${alone}: ${each((rest?.databaseMs ?? 0) / 1_000)} of time,`,
  )
  say(`${each(postgresTook)} of Postgres’ processors, ${each((own.user + own.system) / 1e6)} of the shop’s`)
  const mean = (all: readonly number[]) => all.reduce((total, each) => total + each, 0) / all.length
  say(
    `holds: ${mean(figures.without).toFixed(0)}/s without, ${mean(figures.beside).toFixed(0)}/s beside pruning`,
  )
}

const folder = await mkdtemp(join(tmpdir(), 'holdfast-growth-'))
const postgres = await startEmbeddedPostgres(folder, () => undefined)
const db = makeDatabase({ url: postgres.url, maxConnections: 16, queryTimeoutMs: 600_000 })
try {
  await measure(db)
} finally {
  await db.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
