// The drill: a shop sells, is backed up, sells more, and is lost with its old cluster. It comes back
// on a younger one, where every number of a transaction is smaller, and settles with the processor:
// nobody stays charged without an order, and the shop hears its own events.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OrderView, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/postgres/embedded/server.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { type Shop, startShop } from '../../src/shop.ts'
import { expectSound } from '../audit.ts'
import {
  asGuest,
  type Client,
  expectStatus,
  pay,
  placeOrder,
  publishShow,
  readOrder,
  signUp,
} from '../client.ts'
import { holdfast } from '../command.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { stripeOf } from './stripe.ts'

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

interface Held {
  readonly buyer: Client
  readonly id: string
}

async function hold(url: string, show: ShowView, quantity = 1): Promise<Held> {
  const buyer = await asGuest(url)
  const { id } = expectStatus(await placeOrder(buyer, show, quantity), 201)
  return { buyer, id }
}

async function payFor({ buyer, id }: Held): Promise<OrderView> {
  expectStatus(await pay(buyer, id), 201)
  return waitFor('the order complete, with its tickets', async () => {
    const order = await readOrder(buyer, id)
    return order.status === 'complete' && (order.tickets?.length ?? 0) > 0 ? order : null
  })
}

const buy = async (url: string, show: ShowView, quantity = 1) => payFor(await hold(url, show, quantity))

/** What the shop does after the backup: all of it is lost. */
async function sellMore({
  organiser,
  show,
  waiting,
  paid,
  small,
  blocking,
}: {
  organiser: Client
  show: ShowView
  small: ShowView
  waiting: Held
  blocking: Held
  paid: OrderView
}) {
  const lost = await buy(old.url, show, 3)
  await payFor(waiting)
  expectStatus(await organiser.call('POST', `/api/orders/${paid.id}/refunds`, {}), 201)
  const laterShow = await publishShow(organiser, { title: 'Made after the backup' })
  const orphan = await buy(old.url, laterShow)
  // In the backup this place is still held by another buyer.
  expectStatus(await blocking.buyer.call('DELETE', `/api/orders/${blocking.id}`), 200)
  const crowded = await buy(old.url, small, 2)
  const challenged = await hold(old.url, show)
  expectStatus(await pay(challenged.buyer, challenged.id, 'pm_card_authenticationRequired'), 201)
  return { lost, orphan, crowded, challenged }
}

it('the drill: sell, back up, sell more, lose everything, restore, settle', {
  timeout: 180_000,
}, async () => {
  // Makes the cluster older by 30,000 transactions.
  await old.db.execute(
    'do $$ begin for i in 1..30000 loop perform pg_current_xact_id(); commit; end loop; end $$',
  )
  const organiser = await signUp(old.url)
  const show = await publishShow(organiser)
  const small = await publishShow(organiser, {
    ticketTypes: [{ name: 'Box', priceMinor: 4_500, capacity: 2 }],
  })
  const kept = await buy(old.url, show, 2)
  const paid = await buy(old.url, show)
  const waiting = await hold(old.url, show)
  const blocking = await hold(old.url, small)
  const file = join(folder, 'backup')
  const taken = await holdfast(['backup', file, '--json'], {
    ...old.environment,
    ...secrets,
    DATABASE_URL: old.db.url,
  })
  expect(taken).toMatchObject({ status: 0, stderr: '' })
  const { lost, orphan, crowded, challenged } = await sellMore({
    organiser,
    show,
    small,
    waiting,
    blocking,
    paid,
  })
  const stripe = stripeOf(old.sandbox)
  const { id: foreign } = await stripe.paymentIntents.create({
    amount: 700,
    currency: 'eur',
    confirm: true,
    payment_method: 'pm_card_visa',
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  })
  await old.stopShop()

  const environment = { ...old.environment, ...secrets, DATA_DIR: join(folder, 'data') }
  const ended = await holdfast(['restore', file, '--json'], environment)
  expect(ended.stderr).toBe('')
  const { settlement } = JSON.parse(ended.stdout) as { settlement: { refunded: { orderId: string }[] } }
  expect(settlement).toMatchObject({
    rebuilt: [lost.id],
    completed: [waiting.id],
    voided: 1,
    refundsTakenIn: 1,
    foreign: [foreign],
    underWay: [],
    holdsMoved: 2,
    breaches: [],
    // The charge that somebody made by hand.
    differences: 1,
    salesGoOn: true,
  })
  expect(settlement.refunded.map(({ orderId }) => orderId).toSorted()).toEqual(
    [orphan.id, crowded.id].toSorted(),
  )
  expect(ended.status).toBe(0)
  expect((await holdfast(['restore', file], environment)).stderr).toContain('not empty')

  expect((await holdfast(['settle'], environment)).stderr).toContain('settled already')

  younger = await startEmbeddedPostgres(join(folder, 'data', 'postgres'), () => undefined)
  restored = await startShop({
    config: readConfig(environment),
    databaseUrl: younger.url,
    log: makeLog('error'),
  })
  const { db } = restored.platform
  const [numbers] = await db.query<{ horizon: number; aheads: number }>({
    name: 'test.numbers',
    text: `select h.horizon, (select count(*)::int from platform.cursors where window_from > h.horizon) as aheads
           from (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as horizon) h`,
  })
  expect(numbers).toMatchObject({ aheads: 0 })
  const told = await db.query<{ about: string }>({
    name: 'test.told',
    text: `select about from webhooks.feed where type = 'ShopRestored'`,
  })
  expect(told).toEqual([{ about: show.organiserId }])
  expect(numbers?.horizon).toBeLessThan(30_000)

  // What the processor told of orders that are gone for good bothers nobody.
  expect(
    await db.query({ name: 'test.parked', text: 'select consumer, reason from platform.parked_deliveries' }),
  ).toEqual([])
  const rows = await db.query<{ id: string; status: string; tickets: number }>({
    name: 'test.orders',
    text: `select o.id, o.status, (select count(*)::int from tickets.tickets t where t.order_id = o.id and t.status = 'valid') as tickets
           from orders.orders o`,
  })
  const orders = Object.fromEntries(rows.map(({ id, status, tickets }) => [id, `${status} ${tickets}`]))
  expect(orders).toEqual({
    [kept.id]: 'complete 2',
    [paid.id]: 'refunded 0',
    [waiting.id]: 'complete 1',
    [lost.id]: 'complete 3',
    [blocking.id]: 'created 0',
  })
  expect(Object.keys(orders)).not.toContain(challenged.id)
  // What was mailed opens the door: the tickets of a rebuilt order are those that were sold.
  const mailed = (lost.tickets ?? []).map(({ id, code }) => `${id} ${code}`).toSorted()
  const rebuilt = await db.query<{ ticket: string }>(
    {
      name: 'test.tickets',
      text: `select id || ' ' || code as ticket from tickets.tickets where order_id = $1`,
    },
    [lost.id],
  )
  expect(mailed).toHaveLength(3)
  expect(rebuilt.map(({ ticket }) => ticket).toSorted()).toEqual(mailed)
  for await (const intent of stripe.paymentIntents.list({ limit: 100, expand: ['data.latest_charge'] })) {
    const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null
    const isCharged = charge?.captured === true && charge.amount_refunded < charge.amount
    const order = orders[intent.metadata['order_id'] ?? '']
    expect([intent.id, isCharged && intent.id !== foreign]).toEqual([
      intent.id,
      order?.startsWith('complete') === true,
    ])
    expect(intent.status).not.toBe('requires_capture')
  }

  const after = await buy(restored.url, show, 2)
  expect(after.status).toBe('complete')
  expect((await holdfast(['settle'], environment)).stderr).toContain('the shop runs')
  const seen = await holdfast(['doctor', '--json'], environment)
  const { checks } = JSON.parse(seen.stdout) as { checks: { name: string; level: string }[] }
  expect(checks.filter(({ level }) => level === 'wrong')).toEqual([])
  expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['clock', 'durability', 'settled']))
  expect(seen.status).toBe(0)
  await stripe.refunds.create({ payment_intent: foreign })
  await expectSound({ db, sandbox: old.sandbox })
})
