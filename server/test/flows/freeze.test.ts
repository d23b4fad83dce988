// A process that is frozen in the middle of its work, and woken later: the others go on without it,
// and it does no harm.
//
// The race: a process reads the events of every consumer under session locks of Postgres. Frozen
// (or on a machine that lost its power: no connection is closed then), it kept them: no event was
// read by anybody, nothing that was paid became complete, and no hold expired, until somebody
// killed it. A silent session is now ended by the server after 20 s.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { freePort } from '../../src/platform/process/ports.ts'
import { asGuest, expectStatus, pay, placeOrder, publishShow, readOrder, signUp } from '../client.ts'
import { makeTestDatabase } from '../database.ts'
import { waitFor } from '../wait.ts'
import { expectMoneyInvariants, expectStockInvariants } from './invariants.ts'
import { type ShopProcess, startShopProcess } from './shop-process.ts'
import { stripeOf } from './stripe.ts'

const directory = await mkdtemp(join(tmpdir(), 'holdfast-freeze-'))
const db = await makeTestDatabase([])
const sandboxPort = await freePort()
const processes: ShopProcess[] = []

afterAll(async () => {
  for (const { pid } of processes) process.kill(pid, 'SIGCONT')
  await Promise.all(processes.map((each) => each.end('SIGTERM')))
  await db.drop()
  await rm(directory, { recursive: true, force: true })
})

it('a frozen process gives up its place: what is bought meanwhile completes, and waking it changes nothing', async () => {
  const shared = { SANDBOX_PORT: String(sandboxPort), DATA_DIR: directory, DATABASE_URL: db.url }
  const reader = await startShopProcess({
    ...shared,
    SERVICES: 'orders,expiration,tickets',
    PORT: String(await freePort()),
  })
  processes.push(reader)
  const shop = await startShopProcess({ ...shared, PORT: String(await freePort()) })
  processes.push(shop)
  const organiser = await signUp(shop.url)
  const show = await publishShow(organiser, { holdSeconds: 60 })
  const buyer = await asGuest(shop.url)
  const before = expectStatus(await placeOrder(buyer, show), 201)
  await pay(buyer, before.id)
  await waitFor('tickets', async () => (await readOrder(buyer, before.id)).tickets)

  process.kill(reader.pid, 'SIGSTOP')
  const during = expectStatus(await placeOrder(buyer, show), 201)
  expectStatus(await pay(buyer, during.id), 201)
  await waitFor(
    'tickets while a process is frozen',
    async () => (await readOrder(buyer, during.id)).tickets,
    60_000,
  )

  process.kill(reader.pid, 'SIGCONT')
  await waitFor('the woken process', () => fetch(`${reader.url}/readyz`).then(({ ok }) => ok))
  const after = expectStatus(await placeOrder(buyer, show), 201)
  expectStatus(await pay(buyer, after.id), 201)
  await waitFor('tickets after it woke', async () => (await readOrder(buyer, after.id)).tickets)
  await expectStockInvariants(db)
  await expectMoneyInvariants(db, stripeOf({ port: sandboxPort }))
  expect((await readOrder(buyer, during.id)).status).toBe('complete')
}, 150_000)
