// Deadlines on a real database, with only the tables of this service: fired once each, by any
// number of processes, at a cost that does not grow with the timers that wait.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../test/database.ts'
import { foreignEvent, publish } from '../../test/orders-store.ts'
import { type ServiceApp, startServiceApp } from '../../test/service-app.ts'
import { waitFor } from '../../test/wait.ts'
import { type Database, sql } from '../platform/postgres/database.ts'
import { newId, systemClock } from '../platform/process/clock.ts'
import { makeLog } from '../platform/process/log.ts'
import { service as expiration } from './index.ts'
import { type ExpirationCommand, makeExpirationHandler } from './model.ts'
import { dueStatement, nextDueInMs, nextDueStatement } from './store/timers.ts'
import { makeExpirationWorker } from './worker.ts'

const past = '2020-01-01T00:00:00.000Z'
const future = '2100-01-01T00:00:00.000Z'

const firedStatement = sql(
  '',
  `select subject, data ->> 'expiresAt' as at from platform.outbox where type = 'ExpirationComplete' order by seq`,
)
const fired = (db: Database) => db.query<{ subject: string; at: string }>(firedStatement)
const firedOf = async (db: Database, orderId: string) =>
  (await fired(db)).filter(({ subject }) => subject === orderId).map(({ at }) => at)
const timerStatement = sql(
  '',
  'select status, expires_at as "expiresAt" from expiration.timers where order_id = $1',
)
const timerOf = async (db: Database, orderId: string) =>
  (await db.query<{ status: string; expiresAt: string | null }>(timerStatement, [orderId]))[0]
const shift = sql(
  '',
  `update expiration.timers set expires_at = expires_at + make_interval(secs => $2) where order_id = any($1::uuid[])`,
)
const fill = sql(
  '',
  `insert into expiration.timers (order_id, status, expires_at, order_version, version)
   select gen_random_uuid(), 'waiting', $2::timestamptz + n * interval '1 second', 1, 1 from generate_series(1, $1::int) as n`,
)

describe('the store and its workers', () => {
  let db: TestDatabase
  let stops: (() => Promise<void>)[] = []
  beforeAll(async () => {
    db = await makeTestDatabase(['expiration'])
  })
  afterEach(async () => {
    for (const stop of stops) await stop()
    stops = []
    await db.execute('truncate expiration.timers; truncate platform.outbox cascade')
  })
  afterAll(() => db.drop())

  const makeHandler = () => makeExpirationHandler({ db, onCommitted: () => undefined })
  const startWorker = () => {
    const stop = makeExpirationWorker({
      db,
      clock: systemClock,
      log: makeLog('silent'),
      handler: makeHandler(),
    }).start()
    stops.push(stop)
    return stop
  }
  const tell = async (...commands: ExpirationCommand[]) => {
    const handler = makeHandler()
    for (const command of commands) expect(await handler.handle(command)).toMatchObject({ ok: true })
  }
  const set = (orderId: string, expiresAt: string, orderVersion = 1): ExpirationCommand => ({
    type: 'SetTimer',
    orderId,
    expiresAt,
    orderVersion,
  })
  const stop = (orderId: string, orderVersion: number): ExpirationCommand => ({
    type: 'StopTimer',
    orderId,
    orderVersion,
  })
  const fire: ExpirationCommand = { type: 'FireDue', limit: 100 }

  test('two workers fire 1,700 due timers once each', async () => {
    await db.query(fill, [1_700, past])
    startWorker()
    startWorker()
    await waitFor('all fired', async () => (await fired(db)).length >= 1_700)
    await Promise.all(stops.map((each) => each()))
    const all = await fired(db)
    expect(new Set(all.map(({ subject }) => subject)).size).toBe(1_700)
    expect(all).toHaveLength(1_700)
    expect(await nextDueInMs(db)).toBeNull()
  })

  test('batches fired at the same moment by many handlers share the timers, and none fires twice', async () => {
    await db.query(fill, [300, past])
    const outcomes = await Promise.all(
      Array.from({ length: 6 }, () => makeHandler().handle({ type: 'FireDue', limit: 50 })),
    )
    const counted = outcomes.reduce((sum, outcome) => sum + (outcome.ok ? (outcome.answer ?? 0) : 0), 0)
    const all = await fired(db)
    expect(all).toHaveLength(counted)
    expect(new Set(all.map(({ subject }) => subject)).size).toBe(counted)
  })

  test('a worker that is stopped in the middle leaves the rest to the next one', async () => {
    await db.query(fill, [2_600, past])
    const first = startWorker()
    await waitFor('some fired', async () => (await fired(db)).length > 0)
    await first()
    startWorker()
    await waitFor('all fired', async () => (await fired(db)).length >= 2_600)
    expect(new Set((await fired(db)).map(({ subject }) => subject)).size).toBe(2_600)
    expect(await fired(db)).toHaveLength(2_600)
  })

  test('only what is due fires, and one that was stopped does not', async () => {
    const [due, later, stopped] = [newId(), newId(), newId()]
    await tell(set(due, past), set(later, future), set(stopped, past), stop(stopped, 2), fire, fire)
    expect(await fired(db)).toEqual([{ subject: due, at: past }])
    expect(await nextDueInMs(db)).toBeGreaterThan(0)
  })

  test('an order cancelled before it was heard of leaves a tombstone that never fires', async () => {
    const orderId = newId()
    await tell(stop(orderId, 2), set(orderId, past), fire)
    expect(await fired(db)).toEqual([])
    expect(await timerOf(db, orderId)).toEqual({ status: 'stopped', expiresAt: null })
  })

  test('an extension moves the deadline, and an open order is armed again after its claim', async () => {
    const [extended, reopened] = [newId(), newId()]
    await tell(set(extended, past), set(extended, future, 2), set(reopened, past), stop(reopened, 2), fire)
    expect(await fired(db)).toEqual([])
    await tell(set(reopened, past, 3), fire, set(reopened, past, 3), fire)
    expect(await fired(db)).toEqual([{ subject: reopened, at: past }])
  })

  test('a clock that jumps forward fires what became due, and one that jumps back fires nothing twice', async () => {
    const [one, other] = [newId(), newId()]
    await tell(set(one, future), set(other, future), fire)
    expect(await fired(db)).toEqual([])
    const century = 100 * 365.25 * 86_400
    await db.query(shift, [[one], -century])
    await tell(fire)
    expect((await fired(db)).map(({ subject }) => subject)).toEqual([one])
    await db.query(shift, [[one], century])
    await tell(fire)
    await db.query(shift, [[one], -century])
    await tell(fire)
    expect(await fired(db)).toHaveLength(1)
  })

  test('setting, stopping and firing in one batch decide one after the other', async () => {
    const [one, other] = [newId(), newId()]
    const handler = makeHandler()
    await handler.handle(set(one, past))
    await Promise.all([stop(one, 2), fire, set(other, past), fire].map((command) => handler.handle(command)))
    await handler.handle(fire)
    expect((await fired(db)).map(({ subject }) => subject)).toEqual([other])
  })

  test('200,000 timers that wait are not read for the few that are due', async () => {
    await db.query(fill, [200_000, future])
    const due = newId()
    await tell(set(due, past))
    await db.execute('analyze expiration.timers')
    const plan = async (text: string) =>
      JSON.stringify(await db.query(sql('', `explain (analyze, format json) ${text}`)))
    const literal = dueStatement.text.replace('$1', '500').replace('$2', `'2030-01-01T00:00:00.000Z'`)
    for (const text of [literal, nextDueStatement.text]) {
      const found = await plan(text)
      expect(found).toContain('timers_waiting')
      expect(found).not.toContain('Seq Scan')
      expect(found).not.toMatch(/"Rows Removed by Filter":[1-9]/)
    }
    expect(await plan(literal)).toContain('"Index Cond":"(expires_at <=')
    // The same when the plan is made once for all values, as it is for a named statement.
    const connection = await db.connect()
    await connection.query(sql('', `prepare due_in_general (int, timestamptz) as ${dueStatement.text}`))
    await connection.query(sql('', 'set plan_cache_mode = force_generic_plan'))
    const general = await connection.query(
      sql('', `explain (format json) execute due_in_general(500, '2030-01-01T00:00:00.000Z')`),
    )
    await connection.close()
    expect(JSON.stringify(general)).toContain('"Index Cond":"(expires_at <= $2)"')
    await tell(fire)
    expect(await fired(db)).toEqual([{ subject: due, at: past }])
  })
})

describe('the service on a bus', () => {
  let app: ServiceApp
  beforeAll(async () => {
    app = await startServiceApp(expiration)
  })
  afterAll(() => app.stop())

  const handledCount = sql(
    '',
    `select count(*)::int as count from platform.inbox where consumer = 'expiration' and event_id = any($1::uuid[])`,
  )
  const hear = async (...events: Parameters<typeof publish>[1]) => {
    await publish(app.db, events)
    app.platform.bus.hint()
    const ids = events.map((event) => event.id)
    await waitFor(
      'the events are handled',
      async () => (await app.db.query<{ count: number }>(handledCount, [ids]))[0]?.count === ids.length,
    )
  }
  const created = (orderId: string, expiresAt: string, amountMinor = 4_500) =>
    foreignEvent('OrderCreated', orderId, {
      orderId,
      buyerId: newId(),
      buyerEmail: 'buyer@example.com',
      showId: newId(),
      organiserId: newId(),
      lines: [],
      amount: { amountMinor, currency: 'EUR' },
      due: { amountMinor, currency: 'EUR' },
      channel: 'web',
      expiresAt,
    })

  test('the deadline of an order fires when it passes, and tells which deadline it was', async () => {
    const orderId = newId()
    await hear(created(orderId, past))
    await waitFor('it fired', async () => (await firedOf(app.db, orderId)).length > 0)
    expect(await firedOf(app.db, orderId)).toEqual([past])
  })

  test('claimed, cancelled and free orders do not fire; an open one does again; a rejected claim changes nothing', async () => {
    const ids = { claimed: newId(), cancelled: newId(), free: newId(), reopened: newId(), waiting: newId() }
    const paymentId = newId()
    const { claimed, cancelled, free, reopened, waiting } = ids
    await hear(
      foreignEvent('OrderCancelled', cancelled, { orderId: cancelled, reason: 'buyer' }, 2),
      created(cancelled, past),
      created(free, past, 0),
      created(claimed, future),
      foreignEvent('OrderClaimed', claimed, { orderId: claimed, paymentId }, 2),
      created(reopened, future),
      foreignEvent('OrderClaimed', reopened, { orderId: reopened, paymentId }, 2),
      foreignEvent('OrderReopened', reopened, { orderId: reopened, paymentId, expiresAt: past }, 3),
      created(waiting, future),
      foreignEvent('ClaimRejected', waiting, { orderId: waiting, paymentId, reason: 'amount_mismatch' }, 2),
      foreignEvent('OrderExtended', waiting, { orderId: waiting, expiresAt: '2100-01-01T00:05:00.000Z' }, 3),
    )
    await waitFor('the open order fired', async () => (await firedOf(app.db, reopened)).length > 0)
    expect(await firedOf(app.db, reopened)).toEqual([past])
    for (const orderId of [claimed, cancelled, free, waiting])
      expect(await firedOf(app.db, orderId)).toEqual([])
    expect(await timerOf(app.db, free)).toEqual({ status: 'stopped', expiresAt: null })
    expect(await timerOf(app.db, cancelled)).toEqual({ status: 'stopped', expiresAt: null })
    expect(await timerOf(app.db, claimed)).toMatchObject({ status: 'stopped' })
    expect(await timerOf(app.db, waiting)).toEqual({
      status: 'waiting',
      expiresAt: '2100-01-01T00:05:00.000Z',
    })
  })
})
