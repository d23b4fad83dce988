// What goes and what stays, against a second opinion: random orders, events and readers on a real
// database, and the rules of the operators' guide written down once more.
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { makeTestDatabase, type TestDatabase } from '../../test/database.ts'
import { readStoredTimeline } from '../orders/read/stored-timelines.ts'
import { readNextPage, startOfWindow } from '../platform/bus/store.ts'
import { allMigrations, migrate } from '../platform/postgres/migrate.ts'
import { readChore, tryLockChore } from '../platform/process/chores.ts'
import { newId, systemClock } from '../platform/process/clock.ts'
import { isCalm } from './calm.ts'
import { removeGuests } from './guests.ts'
import { countOrders, removeOrders } from './orders.ts'
import { removeOthers } from './others.ts'
import { listSilentConsumers } from './readers.ts'
import { rowSteps } from './rows.ts'
import { newestEvents } from './rules.ts'
import { prune } from './run.ts'

let db: TestDatabase
const run = <Row>(text: string, values: readonly unknown[] = []) => db.query<Row>({ name: '', text }, values)
const count = async (table: string) =>
  (await run<{ n: number }>(`select count(*)::int as n from ${table}`))[0]?.n ?? 0

const touched = [
  'platform.outbox',
  'platform.inbox',
  'platform.cursors',
  'platform.parked_deliveries',
  'platform.processes',
  'platform.idempotency_keys',
  'platform.sessions',
  'platform.buyer_ids',
  'platform.chores',
  'orders.orders',
  'orders.timelines',
  'tickets.shows',
  'payments.payments',
  'payments.refunds',
  'mail.mails',
  'audit.marks',
  'audit.watched_orders',
  'audit.breaches',
  'expiration.timers',
  'identity.guests',
  'webhooks.organisations',
]
beforeAll(async () => {
  db = await makeTestDatabase([])
  await migrate(db, await allMigrations())
})
beforeEach(() => db.execute(`truncate ${touched.join(', ')} restart identity cascade`))
afterAll(() => db.drop())

/** Stores rows of one table, of which `columns` are given and the others follow from `rest`. */
const insert = (
  table: string,
  columns: string,
  rows: readonly object[],
  rest: readonly [string, string][] = [],
) =>
  run(
    `insert into ${table} (${[...columns.matchAll(/(\w+) /g)]
      .map(([, name]) => name)
      .concat(rest.map(([name]) => name))
      .join(', ')})
     select ${[...columns.matchAll(/(\w+) /g)]
       .map(([, name]) => name)
       .concat(rest.map(([, value]) => value))
       .join(', ')}
     from json_to_recordset($1) as r (${columns})`,
    [JSON.stringify(rows)],
  )

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()

interface EventSample {
  readonly old: boolean
  readonly xid: number
  readonly type: 'OrderCreated' | 'OrderCancelled'
  readonly parked: boolean
}
interface OrderSample {
  readonly status: 'created' | 'complete' | 'cancelled' | 'refunded'
  readonly over: boolean
  readonly open: boolean
  readonly refund: 'succeeded' | 'failed' | null
  readonly mail: 'due' | 'ended'
  readonly watched: boolean
  readonly breach: boolean
  readonly events: readonly EventSample[]
}
interface ConsumerSample {
  readonly from: number
  readonly heard: Readonly<Record<string, number | null>> | null
  readonly quiet: boolean
}
interface Sample {
  readonly orders: readonly OrderSample[]
  readonly consumers: readonly ConsumerSample[]
  readonly running: boolean
  readonly mark: { readonly xid: number; readonly fresh: boolean } | null
}

const xid = fc.integer({ min: -3, max: 9 })
/** Mostly the first: a sample of which nothing may go shows little. */
const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(usual, ...others) },
  )
const heardOf = fc.record(
  { OrderCreated: fc.option(xid, { freq: 8 }), OrderCancelled: fc.option(xid, { freq: 8 }) },
  { requiredKeys: [] },
)
const samples: fc.Arbitrary<Sample> = fc.record({
  orders: fc.array(
    fc.record({
      status: mostly<OrderSample['status']>('complete', 'created', 'cancelled', 'refunded'),
      over: mostly(true, false),
      open: mostly(false, true),
      refund: mostly<OrderSample['refund']>(null, 'succeeded', 'failed'),
      mail: mostly<OrderSample['mail']>('ended', 'due'),
      watched: mostly(false, true),
      breach: mostly(false, true),
      events: fc.array(
        fc.record({
          old: mostly(true, false),
          xid,
          type: fc.constantFrom('OrderCreated' as const, 'OrderCancelled' as const),
          parked: mostly(false, true),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  consumers: fc.array(
    fc.record({
      from: fc.oneof({ weight: 3, arbitrary: fc.constant(10) }, { weight: 1, arbitrary: xid }),
      heard: fc.option(heardOf, { freq: 2 }),
      quiet: mostly(false, true),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  running: fc.boolean(),
  mark: fc.option(fc.record({ xid: fc.oneof(fc.constant(10), xid), fresh: fc.boolean() }), { freq: 2 }),
})

interface Told extends EventSample {
  readonly id: string
  readonly orderId: string
}
interface Stored {
  readonly orderIds: readonly string[]
  readonly events: readonly Told[]
}

const nameOf = (index: number) => `consumer-${index}`

async function store({ orders, consumers, running, mark }: Sample): Promise<Stored> {
  await db.execute(`truncate ${touched.join(', ')} restart identity cascade`)
  const shows = { over: newId(), coming: newId() }
  await insert(
    'tickets.shows',
    'id uuid, starts_at timestamptz',
    [
      { id: shows.over, starts_at: daysAgo(31) },
      { id: shows.coming, starts_at: daysAgo(29) },
    ],
    [
      ['organiser_id', 'id'],
      ['title', `'A show'`],
      ['time_zone', `'UTC'`],
      ['currency', `'EUR'`],
      ['hold_seconds', '900'],
      ['max_per_order', '10'],
      ['status', `'on_sale'`],
      ['published_at', 'now()'],
      ['version', '1'],
      ['local_day', 'now()::date'],
    ],
  )
  const orderIds = orders.map(() => newId())
  const idOf = (index: number) => orderIds[index] ?? ''
  await insert(
    'orders.orders',
    'id uuid, status text, show_id uuid, cancel_reason text',
    orders.map(({ status, over }, index) => ({
      id: idOf(index),
      status,
      show_id: over ? shows.over : shows.coming,
      cancel_reason: status === 'cancelled' ? 'expired' : null,
    })),
    [
      ['version', '1'],
      ['buyer_id', 'id'],
      ['buyer_email', `'a@example.com'`],
      ['lines', `'[]'`],
      ['total_minor', '100'],
      ['currency', `'EUR'`],
      ['created_at', 'now()'],
      ['expires_at', 'now()'],
      ['hold_seconds', '900'],
    ],
  )
  await insert(
    'payments.payments',
    'id uuid, open boolean',
    orders.map(({ open }, index) => ({ id: idOf(index), open })),
    [
      ['order_id', 'id'],
      ['buyer_id', 'id'],
      ['organiser_id', 'id'],
      ['amount_minor', '100'],
      ['currency', `'EUR'`],
      ['payment_method', `'pm'`],
      ['status', `'captured'`],
      ['version', '1'],
      ['fence', '0'],
      ['created_at', 'now()'],
    ],
  )
  await insert(
    'payments.refunds',
    'id uuid, status text',
    orders.flatMap(({ refund }, index) => (refund ? [{ id: idOf(index), status: refund }] : [])),
    [
      ['payment_id', 'id'],
      ['order_id', 'id'],
      ['amount_minor', '100'],
      ['currency', `'EUR'`],
      ['origin', `'organiser'`],
      ['created_at', 'now()'],
    ],
  )
  await insert(
    'mail.mails',
    'id uuid, state text, due_at timestamptz',
    orders.map(({ mail }, index) => ({
      id: idOf(index),
      state: mail === 'due' ? 'queued' : 'sent',
      due_at: mail === 'due' ? daysAgo(0) : null,
    })),
    [
      ['kind', `'money_back'`],
      ['fact', 'id::text'],
      ['recipient', `'a@example.com'`],
      ['language', `'en'`],
      ['order_id', 'id'],
      ['content', `'{}'`],
      ['attempts', '1'],
      ['fence', '1'],
      ['queued_at', 'now()'],
      ['version', '1'],
    ],
  )
  await insert(
    'audit.watched_orders',
    'order_id uuid',
    orders.flatMap(({ watched }, index) => (watched ? [{ order_id: idOf(index) }] : [])),
    [['expires_at', 'now()']],
  )
  await insert(
    'audit.breaches',
    'key text',
    orders.flatMap(({ breach }, index) => (breach ? [{ key: idOf(index) }] : [])),
    [
      ['invariant', `'ledger_agrees'`],
      ['order_ids', 'array[key]'],
      ['explanation', `''`],
    ],
  )
  await insert(
    'expiration.timers',
    'order_id uuid',
    orderIds.map((order_id) => ({ order_id })),
    [
      ['status', `'stopped'`],
      ['order_version', '1'],
      ['version', '1'],
    ],
  )
  const events = orders.flatMap((order, index) =>
    order.events.map((event): Told => ({ ...event, id: newId(), orderId: idOf(index) })),
  )
  await insert(
    'platform.outbox',
    'id uuid, settled_xid bigint, type text, subject uuid, occurred_at timestamptz',
    events.map(({ id, xid, type, orderId, old }) => ({
      id,
      settled_xid: xid,
      type,
      subject: orderId,
      occurred_at: daysAgo(old ? 91 : 89),
    })),
    [
      ['source', `'holdfast/orders'`],
      ['version', '1'],
      ['correlation_id', 'subject::text'],
      ['data', `'{}'`],
    ],
  )
  await insert(
    'platform.cursors',
    'consumer text, window_from bigint, heard json, updated_at timestamptz',
    consumers.map(({ from, heard, quiet }, index) => ({
      consumer: nameOf(index),
      window_from: from,
      heard,
      updated_at: daysAgo(quiet ? 40 : 0),
    })),
  )
  await run(
    `insert into platform.inbox (consumer, event_id) select c.consumer, o.id from platform.cursors c cross join platform.outbox o`,
  )
  await run(
    `insert into platform.parked_deliveries (consumer, seq, subject, attempts, due_at, reason, dead)
     select 'other', seq, subject, 12, now(), 'why', true from platform.outbox where id = any($1::uuid[])`,
    [events.filter(({ parked }) => parked).map(({ id }) => id)],
  )
  if (mark)
    await run(`insert into audit.marks (name, place, moved_at) values ('events', $1, $2)`, [
      `${mark.xid}:0`,
      daysAgo(mark.fresh ? 1 : 40),
    ])
  if (running)
    await run(
      `insert into platform.processes (id, pid, host, services, version, started_at) values ($1, 1, 'here', '{}', '1', now() - interval '2 hours')`,
      [newId()],
    )
  return { orderIds, events }
}

/** The rules once more. */
function expectation({ orders, consumers, running, mark }: Sample, { orderIds, events }: Stored) {
  const quietOnes = consumers.filter(({ quiet }) => quiet).length
  const isSilent = ({ quiet }: ConsumerSample) => quiet && running && quietOnes < consumers.length
  const isRead = ({ xid, type }: Told) =>
    consumers.every(
      (consumer) =>
        isSilent(consumer) ||
        xid < Math.min(consumer.from, consumer.heard?.[type] ?? Number.POSITIVE_INFINITY),
    ) &&
    (!mark?.fresh || xid < mark.xid)
  const gone = orderIds.filter((id, index) => {
    const order = orders[index]
    if (!order || order.status === 'created' || !order.over || order.open || order.refund === 'failed')
      return false
    if (order.mail === 'due' || order.watched || order.breach) return false
    return events
      .filter(({ orderId }) => orderId === id)
      .every((event) => event.old && !event.parked && isRead(event))
  })
  const removed = events.filter(({ orderId }) => gone.includes(orderId))
  const highest = Math.max(...removed.map((event) => event.xid))
  const passedOver = consumers.flatMap((consumer, index) => {
    const hears =
      consumer.heard === null || removed.some(({ type }) => Object.hasOwn(consumer.heard ?? {}, type))
    return isSilent(consumer) && consumer.from <= highest && hears ? [nameOf(index)] : []
  })
  return { gone, removed, passedOver }
}

const column = async (text: string) => (await run<{ v: string }>(text)).map(({ v }) => v).toSorted()

test('an order goes when it is at rest, its show is over and nobody has to read its events; nothing else does', async () => {
  let went = 0
  await fc.assert(
    fc.asyncProperty(samples, async (sample) => {
      const stored = await store(sample)
      const { gone, removed, passedOver } = expectation(sample, stored)
      went += gone.length
      const stranger = newId()
      const counted = await countOrders(db, [...stored.orderIds, stranger])
      expect(counted.orderIds.toSorted()).toEqual(gone.toSorted())
      expect(counted.others).toEqual([stranger])
      const { orderIds } = await db.transaction((tx) => removeOrders(tx, stored.orderIds))
      expect(orderIds.toSorted()).toEqual(gone.toSorted())
      const left = stored.events.filter((event) => !removed.includes(event)).map(({ id }) => id)
      expect(await column('select id::text as v from platform.outbox')).toEqual(left.toSorted())
      expect(await column('select distinct event_id::text as v from platform.inbox')).toEqual(left.toSorted())
      expect(await count('platform.inbox')).toBe(left.length * sample.consumers.length)
      expect(await column('select order_id::text as v from orders.timelines')).toEqual(gone.toSorted())
      const others = stored.orderIds.filter((id) => !gone.includes(id)).toSorted()
      expect(await column('select order_id::text as v from expiration.timers')).toEqual(others)
      expect(await column('select order_id::text as v from mail.mails')).toEqual(others)
      expect(
        await column('select consumer as v from platform.cursors where passed_over_at is not null'),
      ).toEqual(passedOver)
      for (const id of gone)
        expect((await readStoredTimeline(db, id)).map((entry) => entry.id)).toEqual(
          stored.events.filter(({ orderId }) => orderId === id).map((event) => event.id),
        )
    }),
    { numRuns: 120 },
  )
  // Else nothing was tried.
  expect(went).toBeGreaterThan(20)
})

describe('events that belong to no order', () => {
  const oldShow = newId()
  const tell = (events: readonly { type: string; subject: string; correlation?: string; days?: number }[]) =>
    insert(
      'platform.outbox',
      'id uuid, type text, subject uuid, correlation_id text, occurred_at timestamptz',
      events.map(({ type, subject, correlation = subject, days = 91 }) => ({
        id: newId(),
        type,
        subject,
        correlation_id: correlation,
        occurred_at: daysAgo(days),
      })),
      [
        ['settled_xid', '1'],
        ['source', `'x'`],
        ['version', '1'],
        ['data', `'{}'`],
      ],
    )

  it('keep the newest of each kind of a show, whatever its age, and what this version does not know', async () => {
    await tell([
      { type: 'ShowPublished', subject: oldShow },
      { type: 'ShowChanged', subject: oldShow },
      { type: 'ShowChanged', subject: oldShow },
      { type: 'ShowChanged', subject: oldShow },
      { type: 'DoorRenamed', subject: oldShow },
      { type: 'MailSent', subject: newId(), correlation: oldShow },
      { type: 'MailSent', subject: newId(), correlation: oldShow, days: 5 },
    ])
    await db.transaction((tx) => removeOthers(tx, [oldShow]))
    expect(await column('select seq || type as v from platform.outbox')).toEqual([
      '1ShowPublished',
      '4ShowChanged',
      '5DoorRenamed',
      '7MailSent',
    ])
  })

  it('stay while the show is to come', async () => {
    await store({ orders: [], consumers: [], running: false, mark: null })
    const [coming] = await run<{ id: string }>('select id from tickets.shows order by starts_at desc limit 1')
    const id = coming?.id ?? ''
    await tell([
      { type: 'ShowChanged', subject: id },
      { type: 'ShowChanged', subject: id },
    ])
    await db.transaction((tx) => removeOthers(tx, [id]))
    expect(await count('platform.outbox')).toBe(2)
  })
})

describe('rows that go by age', () => {
  it('each table keeps what is young', async () => {
    await run(
      `insert into platform.idempotency_keys (scope, key, fingerprint, answer, created_at)
       select 's', n::text, repeat('f', 500), '{}', now() - n * interval '1 minute' from generate_series(1, 6000) n`,
    )
    await run(
      `insert into platform.sessions (token_hash, principal_id, kind, email, purpose, expires_at)
       select sha256(n::text::bytea), gen_random_uuid(), 'guest', 'a', 'session', now() + (n - 1200) * interval '1 minute' from generate_series(1, 1500) n`,
    )
    await run(`insert into webhooks.organisations values (gen_random_uuid(), 3)`)
    await run(
      `insert into webhooks.feed (organisation_id, position, event_id, type, version, about, occurred_at, data, recorded_at)
       select id, n, gen_random_uuid(), 'ShowCancelled', 1, id, now(), '{}', now() - (45 * n) * interval '1 day' - interval '1 hour'
       from webhooks.organisations, generate_series(1, 3) n`,
    )
    await run(
      `with hook as (
         insert into webhooks.endpoints (id, organisation_id, url, events, position, key_version)
         select gen_random_uuid(), id, 'https://example.com', '{*}', 0, 'k' from webhooks.organisations returning id)
       insert into webhooks.deliveries (id, endpoint_id, organisation_id, position, about, state)
       select gen_random_uuid(), hook.id, f.organisation_id, f.position, f.about, 'waiting' from hook, webhooks.feed f`,
    )
    const removed: Record<string, number> = {}
    for (const step of rowSteps) {
      const counted = await step.count(db)
      for (let place: number | null = 0; place !== null; ) {
        const { removed: some, next }: { removed: number; next: number | null } = await step.remove(db, place)
        removed[step.name] = (removed[step.name] ?? 0) + some
        place = next
      }
      expect(removed[step.name], step.name).toBe(counted)
      expect(await step.count(db), step.name).toBe(0)
    }
    expect(removed).toMatchObject({ answers: 6_000 - 48 * 60 + 1, sessions: 1_200, feed: 2 })
    expect(await column('select position as v from webhooks.deliveries')).toEqual([1])
    expect(await count('platform.idempotency_keys')).toBe(48 * 60 - 1)
  })

  it('a guest goes who holds nothing and whose session is over', async () => {
    const [nobody, buyer, visitor, young] = [newId(), newId(), newId(), newId()]
    await insert(
      'identity.guests',
      'id uuid, created_at timestamptz',
      [
        { id: nobody, created_at: daysAgo(61) },
        { id: buyer, created_at: daysAgo(61) },
        { id: visitor, created_at: daysAgo(61) },
        { id: young, created_at: daysAgo(59) },
      ],
      [['email', `'a@example.com'`]],
    )
    await run(
      `insert into orders.orders (id, version, status, buyer_id, buyer_email, show_id, lines, total_minor, currency, created_at, expires_at, hold_seconds)
       values ($1, 1, 'complete', $2, 'a', $1, '[]', 1, 'EUR', now(), now(), 900)`,
      [newId(), buyer],
    )
    await run(`insert into platform.buyer_ids select 'a@example.com', unnest($1::uuid[])`, [[nobody, buyer]])
    await run(
      `insert into platform.sessions (token_hash, principal_id, kind, email, purpose, expires_at) values ('x', $1, 'guest', 'a', 'session', now() + interval '1 day')`,
      [visitor],
    )
    expect(await removeGuests(db, '00000000-0000-0000-0000-000000000000', 10)).toEqual({
      removed: 1,
      upTo: visitor,
    })
    expect(await column('select buyer_id::text as v from platform.buyer_ids')).toEqual([buyer])
    expect(await column('select id::text as v from identity.guests')).toEqual(
      [buyer, visitor, young].toSorted(),
    )
    expect(await removeGuests(db, visitor, 10)).toEqual({ removed: 0, upTo: null })
  })
})

describe('a run', () => {
  const filler = () =>
    run(
      `insert into platform.outbox (id, type, source, subject, version, occurred_at, correlation_id, data)
       select gen_random_uuid(), 'Filler', 'x', gen_random_uuid(), 1, now(), 'x', '{}' from generate_series(1, ${newestEvents})`,
    )
  const resting = (orders: number): Sample => ({
    orders: Array.from({ length: orders }, () => ({
      status: 'complete',
      over: true,
      open: false,
      refund: null,
      mail: 'ended',
      watched: false,
      breach: false,
      events: [
        { old: true, xid: 1, type: 'OrderCreated', parked: false },
        { old: true, xid: 2, type: 'OrderCancelled', parked: false },
      ],
    })),
    consumers: [{ from: 10, heard: null, quiet: false }],
    running: false,
    mark: null,
  })
  const parts = () => ({ db, clock: systemClock, pauseFactor: 0 })

  it('changes nothing when it is dry, tells the same as a real one, and goes on where it was stopped', async () => {
    await store(resting(160))
    await filler()
    const dry = await prune({ ...parts(), dryRun: true })
    expect(dry).toMatchObject({ ended: true, kept: 0, removed: { orders: 160, events: 320 } })
    expect(await count('platform.outbox')).toBe(320 + newestEvents)
    let batches = 0
    const stopped = await prune({ ...parts(), mayGoOn: () => Promise.resolve(++batches < 13) })
    expect(stopped?.ended).toBe(false)
    const rest = await prune(parts())
    expect(rest?.ended).toBe(true)
    expect((stopped?.removed['orders'] ?? 0) + (rest?.removed['orders'] ?? 0)).toBe(160)
    expect(await count('platform.outbox')).toBe(newestEvents)
    expect((await readChore(db, 'prune')).report).toMatchObject({ ended: true })
  })

  it('leaves the newest events alone: a relay looks for the one that it published last', async () => {
    await store(resting(3))
    await prune(parts())
    expect(await count('platform.outbox')).toBe(6)
  })

  it('is one at a time', async () => {
    const other = await db.connect()
    expect(await tryLockChore(other, 'prune')).toBe(true)
    expect(await prune(parts())).toBeNull()
    await other.close()
  })

  it('a page of events that are removed while it is read begins again', async () => {
    await store(resting(200))
    await filler()
    const types = ['OrderCreated', 'OrderCancelled']
    const whole = await readNextPage(db, { position: startOfWindow(0), types, limit: 10_000 })
    expect(whole.rows.length).toBe(400)
    let ended = false
    const going = prune(parts()).finally(() => {
      ended = true
    })
    while (!ended) {
      const { rows } = await readNextPage(db, { position: startOfWindow(0), types, limit: 10_000 })
      expect(rows.length % 2).toBe(0)
    }
    expect((await going)?.removed).toMatchObject({ orders: 200, events: 400 })
  })
})

it('whoever was off together was not silent: only one that the others left behind is', async () => {
  const sample = (quiet: readonly boolean[], running: boolean): Sample => ({
    orders: [],
    consumers: quiet.map((each) => ({ from: 1, heard: null, quiet: each })),
    running,
    mark: null,
  })
  const silent = async (each: Sample) => {
    await store(each)
    return (await listSilentConsumers(db)).map(({ consumer }) => consumer)
  }
  expect(await silent(sample([true, true], true))).toEqual([])
  expect(await silent(sample([false, true], false))).toEqual([])
  expect(await silent(sample([false, true], true))).toEqual(['consumer-1'])
})

it('it is calm until one show is held for more often than ten times a second', async () => {
  const hold = (orders: number, seconds: number) => {
    const showId = newId()
    const first = Date.now() - seconds * 1_000
    const id = (index: number) => {
      const hex = (first + index).toString(16).padStart(12, '0')
      return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(index).padStart(12, '0')}`
    }
    return insert(
      'orders.orders',
      'id uuid, show_id uuid',
      Array.from({ length: orders }, (_, index) => ({ id: id(index), show_id: showId })),
      [
        ['version', '1'],
        ['status', `'created'`],
        ['buyer_id', 'id'],
        ['buyer_email', `'a'`],
        ['lines', `'[]'`],
        ['total_minor', '1'],
        ['currency', `'EUR'`],
        ['created_at', 'now()'],
        ['expires_at', 'now()'],
        ['hold_seconds', '900'],
      ],
    )
  }
  expect(await isCalm(db, systemClock)).toBe(true)
  await hold(3_000, 200)
  expect(await isCalm(db, systemClock)).toBe(true)
  await hold(100, 5)
  expect(await isCalm(db, systemClock)).toBe(true)
  await hold(201, 5)
  expect(await isCalm(db, systemClock)).toBe(false)
  await db.execute('truncate orders.orders cascade')
  await hold(3_001, 200)
  expect(await isCalm(db, systemClock)).toBe(false)
})
