// kill -9 of shop, sandbox and Postgres in the middle of payments, five times on the same data.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Database, makeDatabase } from '../../src/platform/postgres/database.ts'
import { freePort } from '../../src/platform/process/ports.ts'
import { expectNoFalseAlarm, expectSound } from '../audit.ts'
import {
  asGuest,
  type Client,
  makeClient,
  pay,
  placeOrder,
  publishShow,
  signUp,
  standing,
} from '../client.ts'
import { waitFor } from '../wait.ts'
import { expectMoneyInvariants, expectStockInvariants, readProcessor } from './invariants.ts'
import { type ShopProcess, startShopProcess } from './shop-process.ts'
import { stripeOf } from './stripe.ts'

const kills = 5
const directory = await mkdtemp(join(tmpdir(), 'holdfast-kill-'))
let shop: ShopProcess | undefined

afterAll(async () => {
  await shop?.end('SIGTERM')
  await rm(directory, { recursive: true, force: true })
})

async function openDatabase(): Promise<Database> {
  const password = (await readFile(join(directory, 'postgres', 'password'), 'utf8')).trim()
  const port = (await readFile(join(directory, 'postgres', 'cluster', 'postmaster.pid'), 'utf8')).split(
    '\n',
  )[3]
  return makeDatabase({
    url: `postgres://holdfast:${password}@127.0.0.1:${port}/postgres`,
    maxConnections: 2,
  })
}

/**
 * Buys without end until told to stop. What was acknowledged is remembered; a call without an
 * answer is unknown.
 */
async function buyUntil(
  stopped: () => boolean,
  buyer: Client,
  show: Parameters<typeof placeOrder>[1],
  acknowledged: Set<string>,
): Promise<void> {
  while (!stopped()) {
    try {
      const order = await placeOrder(buyer, show)
      if (order.status !== 201) continue
      acknowledged.add(order.body.id)
      await pay(buyer, order.body.id)
    } catch {
      // The shop is dead at this moment: the buyer tries again.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

it('five kills later no acknowledged order is lost, none is stuck, and there is no money without an order', async () => {
  const port = await freePort()
  const sandboxPort = await freePort()
  const environment = { PORT: String(port), SANDBOX_PORT: String(sandboxPort), DATA_DIR: directory }
  shop = await startShopProcess(environment)
  const organiser = await signUp(shop.url)
  const show = await publishShow(organiser, {
    holdSeconds: 5,
    ticketTypes: [{ ...standing, capacity: 100_000 }],
  })
  const buyers = await Promise.all(Array.from({ length: 8 }, () => asGuest(`http://127.0.0.1:${port}`)))
  const acknowledged = new Set<string>()
  let stop = false
  const buying = Promise.all(buyers.map((buyer) => buyUntil(() => stop, buyer, show, acknowledged)))
  for (let round = 1; round <= kills; round += 1) {
    const before = acknowledged.size
    await waitFor('orders since the last kill', () => acknowledged.size >= before + 8 * round)
    await shop.killEverything()
    shop = await startShopProcess(environment)
  }
  await waitFor('orders after the last kill', () => acknowledged.size > 12 * kills)
  stop = true
  await buying

  const db = await openDatabase()
  const stripe = stripeOf({ port: sandboxPort })
  await waitFor(
    'every order at rest',
    async () => {
      const open = await db.query({
        name: 'test.open',
        text: `select id from orders.orders where status in ('created', 'claimed')`,
      })
      const processor = await readProcessor(stripe)
      return open.length === 0 && [...processor.values()].every(({ authorized }) => authorized === 0)
    },
    60_000,
  )
  const rows = await db.query<{ id: string }>({ name: 'test.ids', text: 'select id from orders.orders' })
  const stored = new Set(rows.map(({ id }) => id))
  expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([])
  await expectMoneyInvariants(db, stripe)
  await waitFor('tickets', () =>
    expectStockInvariants(db).then(
      () => true,
      () => false,
    ),
  )
  await expectStockInvariants(db)
  await expectSound({ db, sandbox: { port: sandboxPort } })
  await expectNoFalseAlarm({ db })
  await db.close()
}, 240_000)

it('a clean stop ends the shop, its sandbox and its database', async () => {
  const url = shop?.url ?? ''
  expect(await shop?.end('SIGTERM')).toBe(0)
  await expect(makeClient(url).call('GET', '/healthz')).rejects.toThrow()
  shop = undefined
}, 60_000)
