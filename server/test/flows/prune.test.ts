// A shop two months after a show: its orders are reduced to their timelines, and nothing that people,
// the auditor, a refund or a consumer to come needs is gone.
import type { OrderView, ShowView, TimelineEntry } from '@holdfast/contract'
import type { Static } from 'typebox'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ack } from '../../src/platform/bus/bus.ts'
import { makePostgresBus } from '../../src/platform/bus/postgres-carrier.ts'
import { systemClock } from '../../src/platform/process/clock.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { makeMetrics } from '../../src/platform/process/metrics.ts'
import { newestEvents } from '../../src/prune/rules.ts'
import { prune } from '../../src/prune/run.ts'
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

type Timeline = { readonly items: readonly Static<typeof TimelineEntry>[] }
interface Bought {
  readonly buyer: Client
  readonly id: string
}

let shop: TestShop
let organiser: Client
let past: ShowView
let coming: ShowView
let paid: Bought
let later: Bought
let released: Bought

const run = <Row>(text: string, values: readonly unknown[] = []) =>
  shop.db.query<Row>({ name: '', text }, values)

async function buy(show: ShowView): Promise<Bought> {
  const buyer = await asGuest(shop.url)
  const { id } = expectStatus(await placeOrder(buyer, show, 2), 201)
  expectStatus(await pay(buyer, id), 201)
  await waitFor('the tickets', async () => (await readOrder(buyer, id)).tickets)
  await waitFor('the mail', async () => {
    const mails = await run(`select 1 from mail.mails where order_id = $1 and state = 'sent'`, [id])
    return mails.length > 0
  })
  return { buyer, id }
}

async function release(show: ShowView): Promise<Bought> {
  const buyer = await asGuest(shop.url)
  const { id } = expectStatus(await placeOrder(buyer, show), 201)
  expectStatus(await buyer.call<OrderView>('DELETE', `/api/orders/${id}`), 200)
  return { buyer, id }
}

const timelineOf = async ({ buyer, id }: Bought) =>
  expectStatus(await buyer.call<Timeline>('GET', `/api/orders/${id}/timeline`), 200).items
const eventsOf = ({ id }: Bought) =>
  run<{ type: string }>('select type from platform.outbox where correlation_id = $1 order by seq', [id])
const pruneNow = () => prune({ db: shop.db, clock: systemClock, pauseFactor: 0 })

/** Everything so far happened some months ago, and then many others bought elsewhere. */
async function letTimePass(): Promise<void> {
  await run(`update platform.outbox set occurred_at = occurred_at - interval '100 days'`)
  await run(`update mail.mails set ended_at = ended_at - interval '100 days'`)
  await run(`update mail.orders set created_at = created_at - interval '100 days'`)
  await run(`update tickets.shows set starts_at = now() - interval '40 days' where id = $1`, [past.id])
  await run(
    `insert into platform.outbox (id, type, source, subject, version, occurred_at, correlation_id, data)
     select gen_random_uuid(), 'Filler', 'x', gen_random_uuid(), 1, now(), 'x', '{}' from generate_series(1, $1)`,
    [newestEvents],
  )
}

beforeAll(async () => {
  shop = await startTestShop({ environment: { AUDIT_SECONDS: '0' } })
  organiser = await signUp(shop.url)
  past = await publishShow(organiser)
  coming = await publishShow(organiser)
  paid = await buy(past)
  later = await buy(coming)
  released = await release(past)
  await waitFor('everything heard', async () => {
    const parked = await run('select 1 from platform.parked_deliveries')
    return parked.length === 0
  })
  await expectSound(shop)
  // Stopped, so that every consumer saves how far it has read.
  await shop.restart(letTimePass)
})
afterAll(() => shop.stop())

it('the command counts first, then removes; orders of shows to come keep everything', async () => {
  const environment = { ...shop.environment, DATABASE_URL: shop.db.url }
  const before = { paid: await timelineOf(paid), released: await timelineOf(released) }
  expect(before.paid.map(({ type }) => type)).toContain('MailSent')
  const dry = await holdfast(['prune', '--dry-run', '--json'], environment)
  expect(dry).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, removed: { orders: 2 } })
  expect(await eventsOf(paid)).toHaveLength(before.paid.length)

  const done = await holdfast(['prune'], environment)
  expect(done).toMatchObject({ status: 0, stderr: '' })
  expect(done.stdout).toMatch(/2 {2}orders, reduced to their timeline/)
  expect(await eventsOf(paid)).toEqual([])
  expect(await eventsOf(released)).toEqual([])
  expect((await eventsOf(later)).length).toBeGreaterThan(5)
  expect(await timelineOf(paid)).toEqual(before.paid)
  expect(await timelineOf(released)).toEqual(before.released)
  expect(await run('select 1 from mail.mails where order_id = $1', [paid.id])).toEqual([])
  await expectSound(shop)
})

it('an order that comes to life once more goes on in the same timeline', async () => {
  const before = await timelineOf(paid)
  expectStatus(await organiser.call('POST', `/api/orders/${paid.id}/refunds`, {}), 201)
  await waitFor('the refund and its mail', async () => {
    const types = (await timelineOf(paid)).slice(before.length).map(({ type }) => type)
    return ['ChargeRefunded', 'TicketVoided', 'MailSent'].every((type) => types.includes(type))
  })
  expect((await timelineOf(paid)).slice(0, before.length)).toEqual(before)
  await expectSound(shop)
  // What happened just now is young.
  await pruneNow()
  expect((await eventsOf(paid)).length).toBeGreaterThan(2)
})

it('a consumer that is added later hears what is kept: the state of every show, and no order that is over', async () => {
  const heard: { type: string; subject: string }[] = []
  const bus = makePostgresBus({
    db: shop.db,
    clock: systemClock,
    log: makeLog('error'),
    metrics: makeMetrics({ defaults: false }),
  })
  bus.subscribe({
    consumer: 'added_later',
    types: ['ShowPublished', 'OrderCompleted'],
    handle: (events) => {
      heard.push(...events.map(({ type, subject }) => ({ type, subject })))
      return Promise.resolve(events.map(() => ack))
    },
  })
  await bus.start()
  const completed = { type: 'OrderCompleted', subject: later.id }
  await waitFor('the order of the show to come', async () =>
    heard.some(({ subject }) => subject === later.id),
  )
  await bus.stop()
  expect(heard).toEqual([
    { type: 'ShowPublished', subject: past.id },
    { type: 'ShowPublished', subject: coming.id },
    completed,
  ])
})

it('a shop that gets mail later fills its copies, writes to nobody about the past, and leaves no dead letter', async () => {
  const waiting = await buy(coming)
  await shop.restart(async () => {
    await run('truncate mail.mails, mail.orders, mail.shows, mail.tellings, mail.ticket_orders cascade')
    await run(`delete from platform.cursors where consumer = 'mail'`)
    await run(`delete from platform.inbox where consumer = 'mail'`)
  })
  await waitFor('both orders known to mail', async () => {
    const known = await run('select 1 from mail.orders where id = any($1::uuid[]) and tickets is not null', [
      [later.id, waiting.id],
    ])
    return known.length === 2
  })
  expect(await run(`select 1 from mail.mails where state <> 'skipped'`)).toEqual([])
  // Of this one mail has never heard, and no event is left of it; its buyer gets money back all the same.
  const { buyer, id } = await buy(coming)
  await shop.restart(async () => {
    await run(`delete from platform.outbox where correlation_id = $1`, [id])
    await run('truncate mail.mailbox')
    await run('delete from mail.mails where order_id = $1', [id])
    await run('delete from mail.orders where id = $1', [id])
  })
  expectStatus(await organiser.call('POST', `/api/orders/${id}/refunds`, {}), 201)
  await waitFor('the refund', async () => (await readOrder(buyer, id)).status === 'refunded')
  await waitFor('mail behind all of it', async () => {
    const [row] = await run<{ n: number }>(
      `select count(*)::int as n from platform.inbox i join platform.outbox o on o.id = i.event_id
       where i.consumer = 'mail' and o.correlation_id = $1 and o.type in ('ChargeRefunded', 'TicketVoided')`,
      [id],
    )
    return row?.n === 2
  })
  expect(await run('select consumer, reason from platform.parked_deliveries')).toEqual([])
})
