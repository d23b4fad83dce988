// Webhooks and the feed over HTTP, with a real receiver that fails in every way that receivers do.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DeliveryView, FeedPage, NewWebhook, OrderView, ShowView, WebhookView } from '@holdfast/contract'
import type { Static } from 'typebox'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { sql } from '../../src/platform/postgres/database.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { freePort } from '../../src/platform/process/ports.ts'
import { startShop } from '../../src/shop.ts'
import { asGuest, type Client, expectStatus, makeClient, placeOrder, publishShow, signUp } from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { startShopProcess } from './shop-process.ts'

type Told = DeliveryView['event'] & { readonly data: Readonly<Record<string, unknown>> }
interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: Told
}

/** What the receiver does with a message: a status, or nothing at all. */
type Mood = (received: Received) => number | 'hang'

let shop: TestShop
let owner: Client
let buyer: Client
let show: ShowView
let organisation: string
const received: Received[] = []
let mood: Mood = () => 204
/** Messages without an answer; each can still get one. */
const hanging = new Set<(status?: number) => void>()
const aboutOf = ({ data }: DeliveryView['event']) => {
  const { orderId, showId } = data as { orderId?: string; showId?: string }
  return orderId ?? showId
}

const receiver = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString()
    const message = { headers: request.headers, body, event: JSON.parse(body) as Told }
    received.push(message)
    const answer = mood(message)
    if (answer === 'hang')
      hanging.add((status) => (status ? response.writeHead(status).end() : response.destroy()))
    else
      response.writeHead(answer, { 'content-type': 'text/plain' }).end(`said ${answer}\0${'x'.repeat(2_000)}`)
  })
})

const environment = { WEBHOOK_PRIVATE: 'on' }
beforeAll(async () => {
  shop = await startTestShop({ environment })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  owner = await signUp(shop.url)
  buyer = await asGuest(shop.url)
  show = await publishShow(owner, { ticketTypes: [{ name: 'Free', priceMinor: 0, capacity: 500 }] })
  organisation = (await owner.call<{ user: { id: string } }>('GET', '/api/users/current')).body.user.id
})
afterAll(async () => {
  for (const end of hanging) end()
  receiver.closeAllConnections()
  receiver.close()
  await shop.stop()
})
beforeEach(() => {
  received.length = 0
  mood = () => 204
})

const run = <Row = Record<string, unknown>>(text: string, values: readonly unknown[] = []) =>
  shop.db.query<Row>(sql('', text), values)
const hooks = () => `/api/organisations/${organisation}/webhooks`
const receiverUrl = () => `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`

async function makeHook(events: readonly string[] = ['*']): Promise<Static<typeof NewWebhook>> {
  const body = { url: receiverUrl(), events }
  return expectStatus(await owner.call<Static<typeof NewWebhook>>('POST', hooks(), body), 201)
}
const removeHook = async (id: string) => expectStatus(await owner.call('DELETE', `${hooks()}/${id}`), 204)
async function readHook(id: string): Promise<WebhookView> {
  const { items } = expectStatus(await owner.call<{ items: WebhookView[] }>('GET', hooks()), 200)
  return items.find((each) => each.id === id) as WebhookView
}
async function listDeliveries(id: string): Promise<DeliveryView[]> {
  const page = await owner.call<{ items: DeliveryView[] }>('GET', `${hooks()}/${id}/deliveries?limit=100`)
  return expectStatus(page, 200).items
}
async function readFeed(after?: string, limit = 100): Promise<FeedPage> {
  const query = `limit=${limit}${after === undefined ? '' : `&after=${after}`}`
  return expectStatus(
    await owner.call<FeedPage>('GET', `/api/organisations/${organisation}/events?${query}`),
    200,
  )
}
async function wholeFeed(): Promise<FeedPage['items']> {
  const items: FeedPage['items'] = []
  let after: string | undefined
  for (;;) {
    const page = await readFeed(after, 7)
    items.push(...page.items)
    if (page.nextCursor === null) return items
    after = page.nextCursor
  }
}
async function order(): Promise<OrderView> {
  return expectStatus(await placeOrder(buyer, show), 201)
}
/** As if the time of every back-off were over. */
const passTime = () => run(`update webhooks.endpoints set retry_at = now() where retry_at is not null`)
const passLeases = () => run(`update webhooks.deliveries set leased_until = now() where state = 'sending'`)
const passWaits = () => run(`update webhooks.deliveries set retry_at = now() where retry_at is not null`)
const receivedOf = (orderId: string) =>
  received.filter(({ event }) => aboutOf(event) === orderId).map(({ event }) => event.type)
const allDelivered = async (id: string, count: number) => {
  const deliveries = await listDeliveries(id)
  return deliveries.length >= count && deliveries.every(({ state }) => state === 'delivered')
}

function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(content).digest('base64')}`)
  return String(headers['webhook-signature'])
    .split(' ')
    .map((each) => Buffer.from(each))
    .some((each) => each.length === expected.length && timingSafeEqual(each, expected))
}

it('an order is told once, in order, signed, and without a word of its buyer', async () => {
  const hook = await makeHook()
  expect(hook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  const { id } = await order()
  await waitFor('both messages', () => receivedOf(id).length === 2)
  expect(receivedOf(id)).toEqual(['OrderCompleted', 'TicketsIssued'])
  for (const message of received) {
    expect(isSigned(message, hook.secret)).toBe(true)
    expect(isSigned(message, `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false)
    expect(message.headers['webhook-id']).toBe(message.event.id)
    expect(Math.abs(Date.now() / 1_000 - Number(message.headers['webhook-timestamp']))).toBeLessThan(60)
    expect(message.body).not.toMatch(/@|buyer|email|"code"/i)
    expect(message.event).toMatchObject({ version: 1, organisationId: organisation })
  }
  await waitFor('both recorded', () => allDelivered(hook.id, 2))
  const [newest] = await listDeliveries(hook.id)
  expect(newest).toMatchObject({ state: 'delivered', attempts: 1, status: 204, answer: '' })
  expect(newest?.event.type).toBe('TicketsIssued')
  expect(await run('select 1 from webhooks.endpoints e where e::text like $1', ['%whsec%'])).toEqual([])
  await waitFor('both counted', async () => {
    const metrics = await fetch(`${shop.url}/metrics`).then((answer) => answer.text())
    return /holdfast_webhook_deliveries_total\{outcome="delivered"\} [2-9]/.test(metrics)
  })
  await removeHook(hook.id)
})

it('only the events that were asked for are sent', async () => {
  const hook = await makeHook(['TicketsIssued'])
  const { id } = await order()
  await waitFor('the tickets', () => receivedOf(id).length === 1)
  expect(receivedOf(id)).toEqual(['TicketsIssued'])
  await removeHook(hook.id)
})

it('a receiver that answers 500, then hangs, then 410, and comes back gets everything, in order per order', async () => {
  const hook = await makeHook()
  mood = () => 500
  const first = await order()
  await waitFor('a failure', async () => (await readHook(hook.id)).failingSince !== null)
  // Its one clock holds everything back.
  const second = await order()
  await waitFor('the second order in the feed', async () =>
    (await wholeFeed()).some((event) => aboutOf(event) === second.id && event.type === 'TicketsIssued'),
  )
  expect(receivedOf(second.id)).toEqual([])
  const [failed] = (await listDeliveries(hook.id)).filter(({ status }) => status === 500)
  expect(failed?.answer).toMatch(/^said 500x+$/)
  expect(failed?.answer).toHaveLength(1_023)

  mood = () => 'hang'
  await passTime()
  await waitFor('a message that hangs', () => hanging.size > 0)
  // The process that hangs is as good as dead: its lease ends, and another one's try comes to a 410.
  mood = () => 410
  await passLeases()
  await passTime()
  await passWaits()
  await waitFor('the endpoint disabled', async () => (await readHook(hook.id)).state === 'disabled')
  expect(await readHook(hook.id)).toMatchObject({ disabledBecause: 'gone' })
  const third = await order()
  const [waiting] = await listDeliveries(hook.id)
  const refused = await owner.call(
    'POST',
    `/api/organisations/${organisation}/deliveries/${waiting?.id}/replay`,
  )
  expect(refused).toMatchObject({ status: 409, body: { code: 'webhook_disabled' } })

  mood = () => 200
  received.length = 0
  expectStatus(await owner.call('PATCH', `${hooks()}/${hook.id}`, { state: 'active' }), 200)
  for (const end of hanging) end()
  await waitFor('everything delivered', () => allDelivered(hook.id, 6))
  for (const { id } of [first, second, third])
    expect([...new Set(receivedOf(id))]).toEqual(['OrderCompleted', 'TicketsIssued'])
  expect(await readHook(hook.id)).toMatchObject({ state: 'active', failingSince: null, nextTryAt: null })
  await removeHook(hook.id)
})

it('what breaks on one order holds up that order alone', async () => {
  const hook = await makeHook()
  const poison = await order()
  mood = ({ event }) => (aboutOf(event) === poison.id && event.type === 'TicketsIssued' ? 500 : 204)
  await waitFor('the order told', () => receivedOf(poison.id).includes('OrderCompleted'))
  const other = await order()
  await waitFor('the other order told', async () => {
    await passTime()
    return receivedOf(other.id).length === 2
  })
  mood = () => 204
  await passTime()
  await passWaits()
  await waitFor('all delivered', () => allDelivered(hook.id, 4))
  const [last] = (await listDeliveries(hook.id)).filter(({ event }) => aboutOf(event) === poison.id)
  received.length = 0
  const replayed = await owner.call(
    'POST',
    `/api/organisations/${organisation}/deliveries/${last?.id}/replay`,
  )
  expect(replayed).toMatchObject({ status: 202, body: { state: 'waiting' } })
  await waitFor('the replay', () => received.length === 1)
  expect(received[0]?.headers['webhook-id']).toBe(last?.event.id)
  await removeHook(hook.id)
})

it('for 24 hours after a rotation both secrets sign', async () => {
  const hook = await makeHook()
  const rotated = expectStatus(
    await owner.call<{ secret: string; oldSecretUntil: string }>('POST', `${hooks()}/${hook.id}/secret`),
    201,
  )
  expect(rotated.secret).not.toBe(hook.secret)
  const both = await order()
  await waitFor('a message', () => receivedOf(both.id).length === 2)
  expect(received.map((each) => [isSigned(each, hook.secret), isSigned(each, rotated.secret)])).toEqual([
    [true, true],
    [true, true],
  ])
  await run(`update webhooks.endpoints set old_secret_until = now() where id = $1`, [hook.id])
  received.length = 0
  const one = await order()
  await waitFor('a message', () => receivedOf(one.id).length === 2)
  expect(received.map((each) => [isSigned(each, hook.secret), isSigned(each, rotated.secret)])).toEqual([
    [false, true],
    [false, true],
  ])
  await removeHook(hook.id)
})

it('two processes share the work: nothing twice, and never two messages of one order at once', async () => {
  const config = readConfig({
    ...shop.environment,
    SERVICES: 'webhooks',
    PORT: String(await freePort()),
  })
  const second = await startShop({ config, databaseUrl: shop.db.url, log: makeLog('error') })
  const hook = await makeHook()
  hanging.clear()
  mood = () => 'hang'
  const orders = await Promise.all(Array.from({ length: 12 }, () => order()))
  await waitFor('as many under way as may be', () => hanging.size === 4)
  expect(new Set(received.map(({ event }) => aboutOf(event))).size).toBe(4)
  mood = () => 204
  for (const answer of hanging) answer(204)
  await waitFor('all delivered', () => allDelivered(hook.id, 24))
  await second.stop()
  for (const { id } of orders) expect(receivedOf(id)).toEqual(['OrderCompleted', 'TicketsIssued'])
  expect(
    await run('select max(attempts) as most from webhooks.deliveries where endpoint_id = $1', [hook.id]),
  ).toEqual([{ most: 1 }])
  await removeHook(hook.id)
})

it('a process that dies after it sent loses nothing: the next one sends it again, with the same id', async () => {
  const hook = await makeHook()
  mood = () => 500
  const { id } = await order()
  await waitFor('a failure', async () => (await readHook(hook.id)).failingSince !== null)
  mood = () => 204
  await shop.restart(async () => {
    received.length = 0
    const doomed = await startShopProcess({
      ...shop.environment,
      SERVICES: 'webhooks',
      PORT: String(await freePort()),
      DATABASE_URL: shop.db.url,
      FAILPOINT: 'webhooks.after_send:1',
    })
    await passTime()
    await passWaits()
    await doomed.ended
    expect(receivedOf(id)).toEqual(['OrderCompleted'])
    expect(await run(`select state from webhooks.deliveries where state = 'sending'`)).toHaveLength(1)
    await passLeases()
  })
  await waitFor('all delivered', () => allDelivered(hook.id, 2))
  expect(receivedOf(id)).toEqual(['OrderCompleted', 'OrderCompleted', 'TicketsIssued'])
  expect(new Set(received.map(({ event }) => event.id)).size).toBe(2)
  await removeHook(hook.id)
})

it('the feed tells each event once, goes on after a cursor, and says what is too old', async () => {
  const { id } = await order()
  await waitFor('the order in the feed', async () =>
    (await wholeFeed()).some((event) => aboutOf(event) === id && event.type === 'TicketsIssued'),
  )
  const events = await wholeFeed()
  expect(events[0]).toMatchObject({ type: 'ShowPublished', data: { showId: show.id, title: 'A show' } })
  expect(new Set(events.map((event) => event.id)).size).toBe(events.length)
  const told = await run(
    `select id from platform.outbox where type in ('ShowPublished', 'OrderCompleted', 'TicketsIssued')`,
  )
  expect(events).toHaveLength(told.length)
  expect(JSON.stringify(events)).not.toMatch(/@|buyer|email|"code"/i)
  expect(
    await run(`select 1 from platform.outbox where organisation_id is null and source <> 'holdfast/mail'`),
  ).toEqual([])
  const last = events.at(-1)
  expect(await readFeed(last?.cursor)).toEqual({ items: [], nextCursor: null })
  const path = `/api/organisations/${organisation}/events`
  expect(await owner.call('GET', `${path}?after=nonsense`)).toMatchObject({ status: 400 })

  await run(`delete from webhooks.feed where position <= 2`)
  const expired = await owner.call<{ oldest: string }>('GET', `${path}?after=${events[0]?.cursor}`)
  expect(expired).toMatchObject({ status: 410, body: { code: 'cursor_expired' } })
  expect((await readFeed(expired.body.oldest)).items[0]?.id).toBe(events[2]?.id)
  expect((await readFeed()).items[0]?.id).toBe(events[2]?.id)
  // What was told before a restore is another feed.
  await run(`update platform.installation set epoch = gen_random_uuid()`)
  expect(await owner.call('GET', `${path}?after=${last?.cursor}`)).toMatchObject({
    status: 410,
    body: { code: 'cursor_expired' },
  })
})

it('a shop that gets webhooks later begins with what the outbox still has, also of events from before', async () => {
  const before = await run<{ id: string }>(
    `select id from platform.outbox where type in ('ShowPublished', 'OrderCompleted', 'TicketsIssued') order by seq`,
  )
  await shop.restart(async () => {
    await run(
      'truncate webhooks.feed, webhooks.endpoints, webhooks.deliveries, webhooks.organisations cascade',
    )
    await run(`delete from platform.cursors where consumer = 'webhooks'`)
    await run(`delete from platform.inbox where consumer = 'webhooks'`)
    await run(`update platform.outbox set organisation_id = null`)
  })
  await waitFor('the feed full again', async () => (await wholeFeed()).length === before.length)
  expect((await wholeFeed()).map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  expect(await run(`select 1 from platform.parked_deliveries where consumer = 'webhooks'`)).toEqual([])
})

it('addresses that are not public are refused where WEBHOOK_PRIVATE is off, and endpoints have a limit', async () => {
  const hook = await makeHook()
  expect(
    await owner.call('POST', hooks(), { url: 'https://user@example.com/', events: ['*'] }),
  ).toMatchObject({
    status: 422,
    body: { code: 'webhook_url_refused', field: '/url' },
  })
  await run(
    `insert into webhooks.endpoints (id, organisation_id, url, events, position, key_version)
     select gen_random_uuid(), organisation_id, url, events, 0, key_version
     from webhooks.endpoints cross join generate_series(1, 19) where id = $1`,
    [hook.id],
  )
  expect(await owner.call('POST', hooks(), { url: receiverUrl(), events: ['*'] })).toMatchObject({
    status: 409,
    body: { code: 'too_many_webhooks' },
  })
  const stranger = makeClient(shop.url)
  expect((await stranger.call('GET', hooks())).status).toBe(401)
})
