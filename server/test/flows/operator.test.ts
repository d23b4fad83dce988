// The operator's API on a whole shop: nobody else sees it, a breach stops sales and only a person
// resumes them.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  OpsAudit,
  OpsDeadLetter,
  OpsOrders,
  OpsOverview,
  OpsPayment,
  OpsSandbox,
  OrderView,
  PaymentView,
  SalesState,
  ShowView,
} from '@holdfast/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seedDemo } from '../../src/boot/demo/seed.ts'
import { readConfig } from '../../src/config/config.ts'
import { demoAccountFile } from '../../src/platform/http/operators.ts'
import { expectSound } from '../audit.ts'
import {
  asGuest,
  type Client,
  expectStatus,
  makeClient,
  pay,
  placeOrder,
  publishShow,
  readOrder,
  signUp,
  standing,
} from '../client.ts'
import { signUpOperator } from '../operators.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'

let shop: TestShop
let operator: Client
let organiser: Client
let show: ShowView

beforeAll(async () => {
  const environment = { DEMO: '1', AUDIT_SECONDS: '1', OPERATORS: 'other@example.com' }
  shop = await startTestShop({ environment })
  operator = await signUpOperator(shop)
  organiser = await signUp(shop.url)
  show = await publishShow(organiser, { ticketTypes: [{ ...standing, capacity: 500 }] })
})

afterAll(async () => {
  await shop.stop()
})

const run = <Row>(text: string, values: readonly unknown[] = []) =>
  shop.db.query<Row>({ name: '', text }, values)
const overview = async () => expectStatus(await operator.call<OpsOverview>('GET', '/api/ops/overview'), 200)

it('to everybody but an operator none of the routes exists', async () => {
  const { paths } = expectStatus(
    await organiser.call<{ paths: Record<string, Record<string, unknown>> }>('GET', '/openapi.json'),
    200,
  )
  const routes = Object.entries(paths)
    .filter(([path]) => path.startsWith('/api/ops/'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => [method.toUpperCase(), path] as const))
  expect(routes.length).toBeGreaterThanOrEqual(11)
  const guest = await asGuest(shop.url)
  // Anybody may name an address or sign up with it: until it is proved, that gives no rights.
  const named = makeClient(shop.url)
  expectStatus(await named.call('POST', '/api/users/guest', { email: 'other@example.com' }), 201)
  const listed = makeClient(shop.url)
  const account = { email: 'Other@Example.com', password: 'correct horse' }
  expectStatus(await listed.call('POST', '/api/users/signup', account), 201)
  const made = expectStatus(await operator.call<{ token: string }>('POST', '/api/users/tokens'), 201)
  const program: Client = {
    call: (method, path, body) =>
      makeClient(shop.url).call(method, path, body, { authorization: `Bearer ${made.token}` }),
  }
  for (const [method, path] of routes) {
    const url = path.replace('{id}', '01990000-0000-7000-8000-000000000001')
    for (const client of [makeClient(shop.url), guest, named, listed, program, organiser]) {
      for (const body of method === 'POST' ? [undefined, '{', {}] : [undefined]) {
        expect(await client.call(method, url, body), `${method} ${path}`).toMatchObject({
          status: 404,
          body: { code: 'route_unknown' },
        })
      }
    }
  }
})

it('the overview tells of processes, events, database, sandbox and orders', async () => {
  const buyer = await asGuest(shop.url)
  expectStatus(await placeOrder(buyer, show), 201)
  const seen = await waitFor('the events handled', async () => {
    const now = await overview()
    return (
      now.events.consumers.length === 6 &&
      now.events.consumers.every(({ lagEvents }) => lagEvents === 0) &&
      now
    )
  })
  expect(seen.services.map(({ name, state, processes }) => [name, state, processes[0]?.processId])).toEqual(
    ['identity', 'tickets', 'orders', 'expiration', 'payments', 'mail', 'webhooks'].map((name) => [
      name,
      'up',
      process.pid,
    ]),
  )
  expect(seen.events.consumers.map(({ consumer, parked, dead }) => [consumer, parked, dead])).toEqual(
    ['expiration', 'mail', 'orders', 'payments', 'tickets', 'webhooks'].map((consumer) => [consumer, 0, 0]),
  )
  expect(seen.sandbox).toMatchObject({ on: true, reachable: true, clockOffsetSeconds: 0, faults: [] })
  expect(seen.orders.created).toBeGreaterThanOrEqual(1)
  expect(seen.sales.state).toBe('open')
})

it('an order is found by the number that its buyer reads out, by its id, and by nothing else', async () => {
  const buyer = await asGuest(shop.url)
  const order = expectStatus(await placeOrder(buyer, show), 201)
  expect(expectStatus(await buyer.call<OrderView>('GET', `/api/orders/${order.id}`), 200).code).toBe(
    order.code,
  )
  const find = async (q: string) =>
    expectStatus(await operator.call<OpsOrders>('GET', `/api/ops/orders?q=${encodeURIComponent(q)}`), 200)
      .items
  const { id, code, total } = order
  for (const q of [code, code.toLowerCase().replace('-', ' '), id, id.toUpperCase()])
    expect(await find(q), q).toEqual([
      expect.objectContaining({ id, code, total, status: 'created', showTitle: show.title }),
    ])
  for (const q of [code.slice(0, -1), code.slice(0, 5), show.id, show.title, '%'])
    expect(await find(q), q).toEqual([])
  expect(await operator.call('GET', '/api/ops/orders?q=')).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  })
})

it('a breach stops new holds and nothing else; only an operator resumes, and the same breach does not stop them again', async () => {
  const buyer = await asGuest(shop.url)
  const key = { 'idempotency-key': crypto.randomUUID() }
  const body = { showId: show.id, lines: [{ ticketTypeId: show.ticketTypes[0]?.id, quantity: 1 }] }
  const held = expectStatus(await buyer.call<OrderView>('POST', '/api/orders', body, key), 201)
  const unwanted = expectStatus(await placeOrder(buyer, show), 201)
  const bought = expectStatus(await placeOrder(buyer, show), 201)
  expectStatus(await pay(buyer, bought.id), 201)
  await waitFor('the tickets', async () => (await readOrder(buyer, bought.id)).tickets)

  await run('update orders.pools set held = held + 1 where show_id = $1', [show.id])
  await waitFor('sales stopped', async () => (await overview()).sales.state === 'stopped')
  await waitFor('the holds refused', async () => shop.platform.switches.isOn('sales_stopped'))
  expect(await placeOrder(buyer, show)).toMatchObject({ status: 409, body: { code: 'sales_stopped' } })
  expect((await overview()).sales).toMatchObject({
    state: 'stopped',
    reason: expect.stringContaining('pool') as string,
  })

  // A repeated request has its first answer, and what is held or bought goes its way.
  expect((await buyer.call<OrderView>('POST', '/api/orders', body, key)).body.id).toBe(held.id)
  expectStatus(await pay(buyer, held.id), 201)
  await waitFor('the order paid', async () => (await readOrder(buyer, held.id)).status === 'complete')
  expectStatus(await buyer.call('DELETE', `/api/orders/${unwanted.id}`), 200)
  expectStatus(await organiser.call('POST', `/api/orders/${bought.id}/refunds`, {}), 201)
  await waitFor('the refund', async () => (await readOrder(buyer, bought.id)).status === 'refunded')

  const { invariants, coveredUpTo } = expectStatus(
    await operator.call<OpsAudit>('GET', '/api/ops/audit'),
    200,
  )
  expect(coveredUpTo?.fullRoundSeconds).toBeGreaterThanOrEqual(0)
  const stock = invariants.find(({ name }) => name === 'stock_adds_up')
  expect(stock).toMatchObject({ verdict: 'breached', number: 1, breachCount: 1 })
  const metrics = await (await fetch(`${shop.url}/metrics`)).text()
  expect(metrics).toMatch(/holdfast_audit_breaches\{invariant="stock_adds_up"\} 1/)
  expect(metrics).toMatch(/holdfast_audit_last_run_seconds \d/)
  expect(metrics).toMatch(/holdfast_outbox_horizon_age_seconds \d/)

  const resumed = expectStatus(await operator.call<SalesState>('POST', '/api/ops/sales/resume'), 200)
  expect(resumed.state).toBe('open')
  expectStatus(await placeOrder(buyer, show), 201)
  const [before] = await run<{ last: string }>('select max(last_seen_at) as last from audit.breaches')
  await waitFor('the breach seen once more', async () => {
    const [now] = await run<{ last: string }>('select max(last_seen_at) as last from audit.breaches')
    return (now?.last ?? '') > (before?.last ?? '')
  })
  expectStatus(await placeOrder(buyer, show), 201)

  await run('update orders.pools set held = held - 1 where show_id = $1', [show.id])
  await waitFor('the breach over', async () => (await overview()).audit.verdict === 'holds')
})

it('a dead letter is listed, and takes its effect when it is replayed', async () => {
  const buyer = await asGuest(shop.url)
  const order = expectStatus(await placeOrder(buyer, show), 201)
  const [event] = await run<{ id: string }>(
    `insert into platform.outbox (id, type, source, subject, version, occurred_at, correlation_id, data)
     values (gen_random_uuid(), 'ExpirationComplete', 'holdfast/expiration', $1::uuid, 7, now(), $2, '{}') returning id`,
    [order.id, order.id],
  )
  await waitFor('it shown as unreadable', async () => (await overview()).unreadable === 1)
  // What cannot be read waits an hour for a version that can: it is made to have waited.
  await waitFor('the event set aside', async () => {
    const aged = `update platform.parked_deliveries p set attempts = 1000, due_at = now() from platform.outbox o
      where o.seq = p.seq and o.id = $1 and not p.dead returning p.seq`
    return (await run(aged, [event?.id])).length > 0
  })
  const letter = await waitFor('the dead letter', async () => {
    const { items } = expectStatus(
      await operator.call<{ items: OpsDeadLetter[] }>('GET', '/api/ops/dead-letters'),
      200,
    )
    return items.find(({ eventId }) => eventId === event?.id)
  })
  expect(letter).toMatchObject({
    consumer: 'orders',
    type: 'ExpirationComplete',
    subject: order.id,
    correlationId: order.id,
  })
  await run(
    `update platform.outbox set data = json_build_object('orderId', $2::text, 'expiresAt', $3::text) where id = $1`,
    [event?.id, order.id, order.expiresAt],
  )
  expectStatus(await operator.call('POST', `/api/ops/dead-letters/${letter.id}/replay`), 200)
  await waitFor('its effect', async () => (await readOrder(buyer, order.id)).status === 'cancelled')
  await waitFor('no dead letter', async () => (await overview()).deadLetters === 0)
  expect((await overview()).unreadable).toBe(0)
  for (const id of [letter.id, 'orders.nonsense', 'nobody.01990000-0000-7000-8000-000000000001'])
    expect(await operator.call('POST', `/api/ops/dead-letters/${id}/replay`)).toMatchObject({
      status: 404,
      body: { code: 'dead_letter_unknown' },
    })
})

it('a payment without an answer is listed as unknown, and looking again settles it', async () => {
  const buyer = await asGuest(shop.url)
  const order = expectStatus(await placeOrder(buyer, show), 201)
  // The stored failure of its key, and a list that cannot be read: nothing tells what happened.
  const rules = [
    { kind: 'api_error', when: 'after', op: 'payment_intents.create', times: 'always' },
    { kind: 'bad_gateway', op: 'payment_intents.list', times: 'always', delayMs: 5 },
  ]
  for (const rule of rules) expectStatus(await operator.call('POST', '/api/ops/sandbox/faults', rule), 200)
  expect((await overview()).sandbox.faults).toMatchObject([
    { kind: 'api_error', when: 'after', match: 'payment_intents.create', timesLeft: null },
    { kind: 'bad_gateway', when: 'before', match: 'payment_intents.list', delayMs: 5 },
  ])
  const paying = pay(buyer, order.id)
  const unknown = await waitFor('the unknown payment', async () => {
    const { items } = expectStatus(
      await operator.call<{ items: OpsPayment[] }>('GET', '/api/ops/payments/unknown'),
      200,
    )
    return items.find(({ orderId }) => orderId === order.id)
  })
  expect(unknown).toMatchObject({ status: 'unknown', step: 'create', orderStatus: 'created', intentId: null })
  expect((await overview()).unknownPayments).toBe(1)
  expect(
    expectStatus(await operator.call<OpsSandbox>('POST', '/api/ops/sandbox/faults', { clear: 'all' }), 200)
      .faults,
  ).toEqual([])
  await paying
  await waitFor('the payment settled', async () => {
    const { clientSecret, status } = expectStatus(
      await operator.call<PaymentView>('POST', `/api/ops/payments/${unknown.id}/advance`),
      200,
    )
    expect(clientSecret).toBeUndefined()
    return status === 'captured'
  })
  await waitFor('no unknown payment', async () => (await overview()).unknownPayments === 0)
  expect(await operator.call('POST', '/api/ops/sandbox/faults', { kind: 'earthquake' })).toMatchObject({
    status: 400,
    body: { code: 'invalid_request' },
  })
})

it('an on-sale is fired at a show, and ends with everybody served and everything sound', async () => {
  const seats = Array.from({ length: 12 }, (_, index) => ({
    section: '',
    row: 'A',
    number: String(index + 1),
  }))
  const small = await publishShow(organiser, {
    ticketTypes: [
      { name: 'Seats', priceMinor: 1_000, seats },
      { name: 'Standing', priceMinor: 500, capacity: 5 },
    ],
  })
  expectStatus(await operator.call('POST', '/api/ops/demo/on-sale', { buyers: 20, showId: small.id }), 202)
  const finished = await waitFor('the on-sale over', async () => {
    const { demo } = await overview()
    return demo.run?.state === 'finished' && demo.run
  })
  expect(finished).toMatchObject({ showId: small.id, buyers: 20, failed: 0 })
  expect(finished.held + finished.refused).toBe(20)
  expect(finished.paid + finished.left).toBe(finished.held)
  expect(finished.held).toBeGreaterThan(3)
  await expectSound(shop)
})

it('without a list of operators the demo’s own organiser is the operator, by account and not by address', async () => {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-demo-'))
  // With a database and a sandbox elsewhere, nothing has made the data directory yet.
  const own = await startTestShop({ environment: { DEMO: '1', DATA_DIR: join(home, 'not', 'yet') } })
  try {
    const early = makeClient(own.url)
    const file = join(own.environment['DATA_DIR'] ?? '', demoAccountFile)
    await seedDemo(own, readConfig(own.environment))
    const { email, password } = JSON.parse(await readFile(file, 'utf8')) as {
      email: string
      password: string
    }
    const demo = makeClient(own.url)
    expectStatus(await demo.call('POST', '/api/users/signin', { email, password }), 200)
    const seen = await waitFor('the demo show on sale', async () => {
      const overview = expectStatus(await demo.call<OpsOverview>('GET', '/api/ops/overview'), 200)
      return overview.demo.available && overview
    })
    expect(seen.demo.run).toBeNull()
    const fired = expectStatus(
      await demo.call<{ showId: string }>('POST', '/api/ops/demo/on-sale', { buyers: 1 }),
      202,
    )
    expect(fired.showId).toBe(seen.demo.showId)
    expectStatus(
      await early.call('POST', '/api/users/signup', {
        email: 'somebody@example.com',
        password: 'correct horse',
      }),
      201,
    )
    expect((await early.call('GET', '/api/ops/overview')).status).toBe(404)
    await waitFor(
      'the on-sale over',
      async () =>
        expectStatus(await demo.call<OpsOverview>('GET', '/api/ops/overview'), 200).demo.run?.state ===
        'finished',
    )
  } finally {
    await own.stop()
    await rm(home, { recursive: true, force: true })
  }
})
