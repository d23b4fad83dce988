// Two versions of the shop at once on one database, while people buy: the new beside the old, a
// rolling upgrade, a way back, and forward again. Nothing that either tells is lost, and what the
// old one cannot read waits for the new one.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '@holdfast/sandbox'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { webhookTypes } from '../../src/payments/webhook/types.ts'
import { freePort } from '../../src/platform/process/ports.ts'
import { expectNoFalseAlarm, expectSound } from '../audit.ts'
import { makeProxy } from '../chaos/proxy.ts'
import { publishShow, signUp, standing } from '../client.ts'
import { makeTestDatabase } from '../database.ts'
import { isLong } from '../long.ts'
import { waitFor } from '../wait.ts'
import { expectMoneyInvariants, expectStockInvariants, readProcessor, unsettled } from './invariants.ts'
import { buildProgram, type Program } from './newer.ts'
import { newReason, newType, nextVersion } from './next-version.ts'
import { type ShopProcess, startShopProcess } from './shop-process.ts'
import { stripeOf } from './stripe.ts'
import { startTraffic, type Traffic } from './traffic.ts'

const directory = await mkdtemp(join(tmpdir(), 'holdfast-versions-'))
const closers: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })]
const db = await makeTestDatabase([])
closers.push(() => db.drop())
const sandboxPort = await freePort()
const stripe = stripeOf({ port: sandboxPort })
const webhookSecret = 'whsec_holdfast_versions'

/** Enough for each to meet every change; the long form sells on for longer. */
const fewer = (orders: number) => (isLong ? orders : Math.ceil(orders / 3))

/** On a machine that is busy with other tests. */
const patienceMs = 60_000

/** Two places for a process; the processor's webhooks go to whichever is taken. */
const ports = [await freePort(), await freePort()]
const running: (ShopProcess | undefined)[] = []
let old: Program
let next: Program

beforeAll(async () => {
  old = await buildProgram()
  next = await buildProgram(nextVersion)
  closers.push(old.remove, next.remove)
  let turn = 0
  const webhooks = await makeProxy(() => ports[turn++ % ports.length] ?? null)
  closers.push(webhooks.close)
  const sandbox = await startSandbox({
    port: sandboxPort,
    host: '127.0.0.1',
    publicUrl: `http://localhost:${sandboxPort}`,
    dataDir: directory,
    webhook: {
      url: `http://127.0.0.1:${webhooks.port}/api/payments/webhooks/stripe`,
      secret: webhookSecret,
      events: [...webhookTypes],
    },
  })
  closers.push(() => sandbox.close())
}, 120_000)

afterAll(async () => {
  await Promise.all(running.map((process) => process?.end('SIGTERM')))
  for (let close = closers.pop(); close; close = closers.pop()) await close()
}, 60_000)

/** Puts a program in one of the two places; what was there is stopped first. */
async function run(place: number, program: Program | null): Promise<void> {
  const before = running[place]
  running[place] = undefined
  await before?.end('SIGTERM')
  if (!program) return
  running[place] = await startShopProcess(
    {
      PORT: String(ports[place]),
      DATABASE_URL: db.url,
      SANDBOX_HOST: '127.0.0.1',
      SANDBOX_PORT: String(sandboxPort),
      STRIPE_WEBHOOK_SECRET: webhookSecret,
      DATA_DIR: directory,
    },
    { program: program.path },
  )
}

const rows = <Row>(text: string, values: readonly unknown[] = []) => db.query<Row>({ name: '', text }, values)
const count = async (text: string, values: readonly unknown[] = []) =>
  (await rows<{ n: number }>(text, values))[0]?.n ?? -1

/** Events of a type that payments has not handled. */
const unheard = () =>
  count(
    `select count(*)::int as n from platform.outbox o
     where (o.type = $1 or o.data ->> 'reason' = $2)
       and not exists (select 1 from platform.inbox i where i.consumer = 'payments' and i.event_id = o.id)`,
    [newType, newReason],
  )

async function startSale(): Promise<Traffic> {
  const organiser = await signUp(running.find((process) => process)?.url ?? '')
  const show = await publishShow(organiser, {
    holdSeconds: 20,
    ticketTypes: [{ ...standing, capacity: 100_000 }],
  })
  const addresses = () => running.flatMap((process) => (process ? [process.url] : []))
  return startTraffic({ show, buyers: 6, addresses })
}

/** So many more orders were given, and a third of them paid. */
async function waitForSales(traffic: Traffic, what: string, orders: number): Promise<void> {
  const before = traffic.placed
  const complete = () => count(`select count(*)::int as n from orders.orders where status = 'complete'`)
  const completeBefore = await complete()
  await waitFor(`orders: ${what}`, () => traffic.placed >= before + fewer(orders), patienceMs)
  await waitFor(
    `paid orders: ${what}`,
    async () => (await complete()) >= completeBefore + fewer(orders) / 3,
    patienceMs,
  )
}

/**
 * Nobody was told anything wrong, all comes to rest, and nothing that was told to anybody is
 * missing.
 */
async function expectAllWell(traffic: Traffic): Promise<void> {
  await traffic.stop()
  expect(traffic.journal.breaches).toEqual([])
  expect([...traffic.journal.unresolved]).toEqual([])
  await waitFor(
    'every order at rest',
    async () => {
      const open = await rows(`select id from orders.orders where status in ('created', 'claimed')`)
      const processor = await readProcessor(stripe)
      return open.length === 0 && [...processor.values()].every(({ authorized }) => authorized === 0)
    },
    90_000,
  )
  await waitFor(
    'nothing set aside',
    async () => (await count('select count(*)::int as n from platform.parked_deliveries')) === 0,
    patienceMs,
  )
  expect(await unsettled(db)).toEqual([])
  expect(await unheard()).toBe(0)
  const told = [...traffic.journal.orders.keys()]
  expect(await count('select count(*)::int as n from orders.orders where id = any($1::uuid[])', [told])).toBe(
    told.length,
  )
  await waitFor('tickets', () =>
    expectStockInvariants(db).then(
      () => true,
      () => false,
    ),
  )
  await expectMoneyInvariants(db, stripe)
  await expectSound({ db, sandbox: { port: sandboxPort } })
  await expectNoFalseAlarm({ db })
}

it('old and new sell side by side, through an upgrade, a way back and another upgrade, and lose nothing', async () => {
  await run(0, old)
  const traffic = await startSale()
  const sold = (what: string, orders: number) => waitForSales(traffic, what, orders)
  await sold('by the old one', 30)

  // The old one reads all events, and the new one tells of things that it does not know.
  await run(1, next)
  await sold('by old and new', 60)
  expect(await unheard()).toBeGreaterThan(0)
  expect(await rows('select consumer, reason from platform.parked_deliveries where dead')).toEqual([])

  await run(0, next)
  await sold('by two new ones', 40)
  await waitFor('all heard that was told while the old one read', async () => (await unheard()) === 0, 60_000)

  // Back to the old version, and forward again.
  await run(0, old)
  await sold('by new and old', 40)
  if (isLong) {
    await run(1, old)
    await sold('by two old ones', 40)
    await run(1, next)
  }
  await run(0, next)
  await sold('by two new ones again', 20)
  await expectAllWell(traffic)
}, 240_000)

it('a migration runs while people buy: killed in the middle it leaves nothing, run again it is done, and nobody loses anything', async () => {
  await run(0, next)
  const traffic = await startSale()
  await waitForSales(traffic, 'before the migration', 30)
  await next.addMigrations({
    'orders/0902_noted.sql': `
      alter table orders.orders add column noted text not null default 'not yet';
      update orders.orders set noted = 'then';
      create index orders_noted on orders.orders (noted);
      select pg_sleep(1.5);`,
  })
  const columns = () =>
    count(`select count(*)::int as n from information_schema.columns where column_name = 'noted'`)
  const migrating = run(1, next)
  const end = `select count(pg_terminate_backend(pid))::int as n from pg_stat_activity
    where datname = current_database() and state = 'active' and query like '%orders_noted%' and pid <> pg_backend_pid()`
  await Promise.all([
    expect(migrating).rejects.toThrow('the shop ended at its start'),
    waitFor('the migration under way, and ended', async () => (await count(end)) > 0, patienceMs),
  ])
  expect(await columns()).toBe(0)
  await waitForSales(traffic, 'by the one that was there', 20)
  await run(1, next)
  expect(await columns()).toBe(1)
  await waitForSales(traffic, 'behind the migration, by both', 40)
  await expectAllWell(traffic)
}, 240_000)
