// A shop on an old cluster is backed up while it sells, and comes back on a younger one: there every
// number of a transaction is smaller. A restored shop must still hear its own events.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/postgres/embedded/server.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { freePort } from '../../src/platform/process/ports.ts'
import { setSwitch } from '../../src/platform/process/switches.ts'
import { type Shop, startShop } from '../../src/shop.ts'
import { expectSound } from '../audit.ts'
import { asGuest, expectStatus, pay, placeOrder, publishShow, readOrder, signUp } from '../client.ts'
import { holdfast } from '../command.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'

const secrets = { BACKUP_PASSPHRASE: 'correct horse battery' }
let folder: string
let old: TestShop
let younger: EmbeddedPostgres | undefined
let restored: Shop | undefined

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-restore-'))
  old = await startTestShop({ environment: { AUDIT_SECONDS: '0' } })
})

afterAll(async () => {
  await restored?.stop()
  await younger?.stop()
  await old.stop()
  await rm(folder, { recursive: true })
})

const buyAt = async (url: string, show: Awaited<ReturnType<typeof publishShow>>) => {
  const buyer = await asGuest(url)
  const { id } = expectStatus(await placeOrder(buyer, show, 2), 201)
  expectStatus(await pay(buyer, id), 201)
  return waitFor('the order complete, with its tickets', async () => {
    const order = await readOrder(buyer, id)
    return order.status === 'complete' && order.tickets?.length === 2 ? order : null
  })
}

it('a shop sells again on a younger cluster: no event is missed', { timeout: 120_000 }, async () => {
  // Makes the cluster older by 30,000 transactions.
  await old.db.execute(
    'do $$ begin for i in 1..30000 loop perform pg_current_xact_id(); commit; end loop; end $$',
  )
  const organiser = await signUp(old.url)
  const show = await publishShow(organiser)
  const before = await buyAt(old.url, show)
  const file = join(folder, 'backup')
  const source = { ...old.environment, ...secrets, DATABASE_URL: old.db.url }
  const taken = await holdfast(['backup', file, '--json'], source)
  expect(taken).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(taken.stdout)).toMatchObject({ file, tables: expect.any(Number) as number })

  const dataDirectory = join(folder, 'data')
  const environment = {
    ...old.environment,
    ...secrets,
    DATA_DIR: dataDirectory,
    PORT: String(await freePort()),
  }
  expect(await holdfast(['restore', file], environment)).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining('Restored') as string,
  })
  expect((await holdfast(['restore', file], environment)).stderr).toContain('not empty')

  younger = await startEmbeddedPostgres(join(dataDirectory, 'postgres'), () => undefined)
  const config = readConfig(environment)
  restored = await startShop({ config, databaseUrl: younger.url, log: makeLog('error') })
  const { db } = restored.platform
  const [numbers] = await db.query<{ horizon: number; highest: number; aheads: number }>({
    name: 'test.numbers',
    text: `select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon, max(settled_xid) as highest,
             (select count(*)::int from platform.cursors where window_from > pg_snapshot_xmin(pg_current_snapshot())::text::bigint) as aheads
           from platform.outbox`,
  })
  expect(numbers).toMatchObject({ aheads: 0 })
  expect(numbers?.horizon).toBeLessThan(30_000)
  expect(numbers?.highest).toBeLessThan(numbers?.horizon ?? 0)

  const stopped = await placeOrder(await asGuest(restored.url), show)
  expect(stopped.status).toBe(409)
  await setSwitch(db, 'sales_stopped', { isOn: false, reason: null })
  await restored.platform.switches.refresh()
  const after = await buyAt(restored.url, show)
  expect(after.id).not.toBe(before.id)
  const kept = await db.query(
    {
      name: 'test.kept',
      text: `select o.id from orders.orders o join tickets.tickets t on t.order_id = o.id where o.id = $1 and o.status = 'complete'`,
    },
    [before.id],
  )
  expect(kept.length).toBe(2)
  await expectSound({ db, sandbox: old.sandbox })
})
