// Group commit as the caller sees it: few transactions, own answers, no command lost, doubled or
// hurt by another.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Add,
  type Counter,
  counterModel,
  createCounters,
  poison,
  readCounters,
  seedCounters,
} from '../../../test/counter.ts'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { type BatchTx, type Database, sql } from '../postgres/database.ts'
import { UnknownCommit } from '../postgres/failures.ts'
import { newId } from '../process/clock.ts'
import { type HandlerOptions, makeHandler } from './handle.ts'
import { fingerprintOf } from './idempotency.ts'
import type { Model, Translated } from './model.ts'
import { readProcessEvents } from './outbox.ts'

let db: TestDatabase

beforeAll(async () => {
  db = await makeTestDatabase([])
  await createCounters(db)
})
afterAll(() => db.drop())
afterEach(() => db.execute('truncate public.counters; truncate platform.idempotency_keys'))

/** The same database, counting transactions; `around` may fail one, before or after its commit. */
function wrap(around?: (run: () => Promise<unknown>, count: number) => Promise<unknown>) {
  const counted = { begun: 0 }
  const wrapped: Database = {
    ...db,
    batch<T>(work: (tx: BatchTx) => Promise<T>) {
      counted.begun += 1
      const run = () => db.batch(work)
      return (around ? around(run, counted.begun) : run()) as Promise<T>
    },
  }
  return { wrapped, counted }
}

const handlerOn = (database: Database, options: Partial<HandlerOptions> = {}) =>
  makeHandler(counterModel, { db: database, onCommitted: () => undefined, ...options })

const add = (id: string, amount = 1): Add => ({ type: 'Add', id, amount })
const keyOf = (key: string, content: unknown) => ({
  scope: 'tester POST /counters',
  key,
  fingerprint: fingerprintOf(content),
})

describe('group commit', () => {
  let id: string
  beforeEach(async () => {
    id = newId()
    await seedCounters(db, [id])
  })

  test('many commands share few transactions, and each gets its own answer', async () => {
    const { wrapped, counted } = wrap()
    const handler = handlerOn(wrapped, { lanes: 1 })
    const outcomes = await Promise.all(Array.from({ length: 300 }, () => handler.handle(add(id))))
    const values = outcomes.map((outcome) => (outcome.ok ? outcome.answer.value : 0))
    expect(values).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
    expect(counted.begun).toBe(2)
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 300, version: 300 })
  })

  test('a batch carries no more than it may', async () => {
    const { wrapped, counted } = wrap()
    const handler = handlerOn(wrapped, { lanes: 1, maxBatch: 1 })
    await Promise.all(Array.from({ length: 9 }, () => handler.handle(add(id))))
    expect(counted.begun).toBe(9)
  })

  test('the facts that close a command see what its own facts changed, are published, and are seen by the next', async () => {
    const model: typeof counterModel = {
      ...counterModel,
      close: (world, command, facts) => {
        const reason = String(world.get(command.id)?.value ?? 0)
        return facts.length === 0
          ? []
          : [{ type: 'PaymentVoided', data: { orderId: id, paymentId: id, reason } }]
      },
    }
    const handler = makeHandler(model, { db, onCommitted: () => undefined, lanes: 1 })
    await Promise.all([handler.handle(add(id, 2)), handler.handle(add(id, 3))])
    // 0 + 2 and then its double; + 3 and then the double of that.
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 14, version: 4 })
    const told = (await readProcessEvents(db, id)).map(({ version, data }) => [
      version,
      'reason' in data && data.reason,
    ])
    expect(told).toEqual([
      [1, '2'],
      [2, '2'],
      [3, '3'],
      [4, '7'],
    ])
  })

  test('one command that throws does not hurt its neighbours', async () => {
    const handler = handlerOn(db, { lanes: 1 })
    const outcomes = await Promise.allSettled(
      [add(id, 2), add(id, poison), add(id, 3)].map((command) => handler.handle(command)),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { message: 'poison' } })
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 5, version: 2 })
  })

  test('one command that the database refuses does not hurt its neighbours', async () => {
    const model: typeof counterModel = {
      ...counterModel,
      save(world, now) {
        const refused = [...world.values()].some(({ value }) => value === 3)
        return [
          ...counterModel.save(world, now),
          ...(refused ? [{ statement: sql('', 'select 1 / 0'), values: [] }] : []),
        ]
      },
    }
    const handler = makeHandler(model, { db, onCommitted: () => undefined, lanes: 1 })
    const other = newId()
    await seedCounters(db, [other])
    const outcomes = await Promise.allSettled([handler.handle(add(id, 3)), handler.handle(add(other, 1))])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
    expect([...(await readCounters(db)).values()].map(({ value }) => value).toSorted()).toEqual([0, 1])
  })

  test('a rejection is an answer and spoils nothing', async () => {
    const { wrapped, counted } = wrap()
    const handler = handlerOn(wrapped, { lanes: 1 })
    const outcomes = await Promise.all(
      [add(id, 999), add(id, 2), add(newId()), add(id, 1)].map((command) => handler.handle(command)),
    )
    expect(outcomes).toEqual([
      { ok: true, answer: { value: 999 }, replayed: false },
      { ok: false, rejection: 'too_much', detail: 'at 999' },
      { ok: false, rejection: 'counter_unknown' },
      { ok: true, answer: { value: 1_000 }, replayed: false },
    ])
    expect(counted.begun).toBe(1)
  })

  test('facts are stored as events with versions in order, private ones are not', async () => {
    const handlers = [handlerOn(db), handlerOn(db)]
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        handlers[index % 2]?.handle(add(id), { causationId: 'a request' }),
      ),
    )
    const events = await readProcessEvents(db, id)
    expect(events.map((event) => event.version)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    expect(
      new Set(events.map((event) => `${event.type} ${event.source} ${event.subject} ${event.causationId}`)),
    ).toEqual(new Set([`PaymentVoided holdfast/payments ${id} a request`]))
    expect(new Set(events.map((event) => event.id)).size).toBe(40)
  })

  test('events and state are stored together or not at all', async () => {
    const model: typeof counterModel = {
      ...counterModel,
      save: (world, now) => [
        ...counterModel.save(world, now),
        { statement: sql('', 'drop table platform.outbox'), values: [] },
      ],
    }
    const handler = makeHandler(model, { db, onCommitted: () => undefined })
    await expect(handler.handle(add(id))).rejects.toThrow('outbox')
    expect(await readProcessEvents(db, id)).toEqual([])
    expect((await readCounters(db)).get(id)).toMatchObject({ version: 0 })
  })

  test('a hint is given for a batch with events, and none for one without', async () => {
    let hints = 0
    const handler = handlerOn(db, { onCommitted: () => (hints += 1) })
    await handler.handle(add(newId()))
    expect(hints).toBe(0)
    await handler.handle(add(id))
    expect(hints).toBe(1)
  })

  test('a listener that throws after the commit fails the call, and the effect stays single', async () => {
    const handler = handlerOn(db, {
      onCommitted: () => {
        throw new Error('a bad listener')
      },
      lanes: 1,
    })
    const outcomes = await Promise.allSettled([handler.handle(add(id)), handler.handle(add(id))])
    expect(outcomes).toMatchObject([
      { reason: { message: 'a bad listener' } },
      { reason: { message: 'a bad listener' } },
    ])
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 2, version: 2 })
  })

  test('a commit without an answer is not tried again', async () => {
    const { wrapped, counted } = wrap(async (run) => {
      await run()
      throw new UnknownCommit('commit sent, no answer')
    })
    const handler = handlerOn(wrapped, { lanes: 1 })
    const outcomes = await Promise.allSettled([handler.handle(add(id)), handler.handle(add(id))])
    expect(
      outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason instanceof UnknownCommit),
    ).toBe(true)
    expect(counted.begun).toBe(1)
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 2, version: 2 })
  })

  test('after a commit without an answer the same key finds the stored answer', async () => {
    const { wrapped } = wrap(async (run, count) => {
      const result = await run()
      if (count === 1) throw new UnknownCommit('commit sent, no answer')
      return result
    })
    const handler = handlerOn(wrapped)
    const idempotency = keyOf('k', 'body')
    await expect(handler.handle(add(id), { idempotency })).rejects.toThrow(UnknownCommit)
    expect(await handler.handle(add(id), { idempotency })).toEqual({
      ok: true,
      answer: { value: 1 },
      replayed: true,
    })
  })

  test('a deadlock is tried again', async () => {
    const other = newId()
    await seedCounters(db, [other])
    const lock = sql('', 'select id, version, value from public.counters where id = $1 for update')
    let holders = 0
    let meet = () => undefined as void
    const bothHold = new Promise<void>((resolve) => (meet = resolve))
    /**
     * Locks its counters one by one in the order given; nobody goes on to the second before both
     * hold their first.
     */
    const unordered = (first: string, second: string): typeof counterModel => ({
      ...counterModel,
      async load(tx) {
        const firstRows = await tx.query<Counter>(lock, [first])
        holders += 1
        if (holders === 2) meet()
        await bothHold
        const secondRows = await tx.query<Counter>(lock, [second])
        return new Map([...firstRows, ...secondRows].map((row) => [row.id, row]))
      },
    })
    const { wrapped, counted } = wrap()
    const one = makeHandler(unordered(id, other), { db: wrapped, onCommitted: () => undefined, lanes: 1 })
    const two = makeHandler(unordered(other, id), { db: wrapped, onCommitted: () => undefined, lanes: 1 })
    const outcomes = await Promise.all([one.handle(add(id)), two.handle(add(id))])
    expect(outcomes.every((outcome) => outcome.ok)).toBe(true)
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 2, version: 2 })
    expect(counted.begun).toBeGreaterThan(2)
  })

  test('drain waits for everything that was handed in', async () => {
    const handler = handlerOn(db, { lanes: 2, maxBatch: 5 })
    let settled = 0
    for (let index = 0; index < 60; index += 1) void handler.handle(add(id)).then(() => (settled += 1))
    expect(handler.waiting).toBe(60)
    await handler.drain()
    expect({ settled, waiting: handler.waiting }).toEqual({ settled: 60, waiting: 0 })
    await handler.drain()
  })
})

describe('idempotency keys', () => {
  let id: string
  beforeEach(async () => {
    id = newId()
    await seedCounters(db, [id])
  })

  test('the same request gets the first answer again and has no second effect', async () => {
    const handler = handlerOn(db)
    const idempotency = keyOf('k1', { amount: 5 })
    expect(await handler.handle(add(id, 5), { idempotency })).toEqual({
      ok: true,
      answer: { value: 5 },
      replayed: false,
    })
    await handler.handle(add(id, 1))
    expect(await handler.handle(add(id, 5), { idempotency })).toEqual({
      ok: true,
      answer: { value: 5 },
      replayed: true,
    })
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 6 })
  })

  test('another request with the same key is refused, one of another scope is not', async () => {
    const handler = handlerOn(db)
    await handler.handle(add(id, 5), { idempotency: keyOf('k2', { amount: 5 }) })
    expect(await handler.handle(add(id, 6), { idempotency: keyOf('k2', { amount: 6 }) })).toEqual({
      ok: false,
      rejection: 'idempotency_key_reused',
    })
    const elsewhere = { ...keyOf('k2', { amount: 6 }), scope: 'somebody else' }
    expect(await handler.handle(add(id, 6), { idempotency: elsewhere })).toMatchObject({
      ok: true,
      replayed: false,
    })
  })

  test('a key in flight is refused, and free again after a failure', async () => {
    const handler = handlerOn(db)
    const idempotency = keyOf('k3', 'x')
    const [first, second] = await Promise.all([
      handler.handle(add(id), { idempotency }),
      handler.handle(add(id), { idempotency }),
    ])
    expect(first).toMatchObject({ ok: true })
    expect(second).toEqual({ ok: false, rejection: 'idempotency_key_in_use' })
    const failing = keyOf('k4', 'x')
    await expect(handler.handle(add(id, poison), { idempotency: failing })).rejects.toThrow('poison')
    expect(await handler.handle(add(id), { idempotency: failing })).toMatchObject({
      ok: true,
      replayed: false,
    })
  })

  test('a rejection is not stored: the same key may try again', async () => {
    const handler = handlerOn(db)
    const late = newId()
    const idempotency = keyOf('k5', late)
    expect(await handler.handle(add(late), { idempotency })).toEqual({
      ok: false,
      rejection: 'counter_unknown',
    })
    await seedCounters(db, [late])
    expect(await handler.handle(add(late), { idempotency })).toMatchObject({ ok: true, replayed: false })
  })

  test('two processes with the same key have one effect and one answer', async () => {
    const handlers = [handlerOn(db), handlerOn(db), handlerOn(db)]
    for (let round = 0; round < 10; round += 1) {
      const idempotency = keyOf(`shared ${round}`, 'x')
      const outcomes = await Promise.all(handlers.map((handler) => handler.handle(add(id), { idempotency })))
      expect(outcomes.map((outcome) => outcome.ok && outcome.answer.value)).toEqual([
        round + 1,
        round + 1,
        round + 1,
      ])
      expect(outcomes.filter((outcome) => outcome.ok && !outcome.replayed)).toHaveLength(1)
    }
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 10, version: 10 })
  })

  test('a key used elsewhere does not hurt the neighbours in its batch', async () => {
    const [one, two] = [handlerOn(db, { lanes: 1 }), handlerOn(db, { lanes: 1 })]
    const idempotency = keyOf('contested', 'x')
    const outcomes = await Promise.all([
      ...Array.from({ length: 5 }, () => one.handle(add(id))),
      one.handle(add(id), { idempotency }),
      two.handle(add(id), { idempotency }),
      ...Array.from({ length: 5 }, () => two.handle(add(id))),
    ])
    expect(outcomes.every((outcome) => outcome.ok)).toBe(true)
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 11, version: 11 })
  })

  test('an answer of nothing can be replayed', async () => {
    const silent: Model<Add, null, never, never, undefined> = {
      service: 'payments',
      load: async () => null,
      decide: () => ({ facts: [], answer: undefined }),
      apply: (_world, fact) => fact,
      save: () => [],
    }
    const handler = makeHandler(silent, { db, onCommitted: () => undefined })
    const idempotency = keyOf('silent', 'x')
    expect(await handler.handle(add(id), { idempotency })).toMatchObject({ ok: true, replayed: false })
    expect(await handler.handle(add(id), { idempotency })).toMatchObject({ ok: true, replayed: true })
  })
})

describe('events of others', () => {
  const eventFor = (commands: readonly Add[], subject = newId()): Translated<Add> => ({
    eventId: newId(),
    subject,
    commands,
  })
  const notYet = (rejection: string) => rejection === 'counter_unknown'
  let id: string
  beforeEach(async () => {
    id = newId()
    await seedCounters(db, [id])
  })

  test('an event takes effect once for a consumer, however often and in whatever batch it comes', async () => {
    const handler = handlerOn(db)
    const event = eventFor([add(id)])
    const both = await handler.handleEvents('a', [event, event], notYet)
    expect(both).toEqual([{ ok: true }, { ok: true }])
    await Promise.all([
      handler.handleEvents('a', [event], notYet),
      handler.handleEvents('a', [event], notYet),
    ])
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 1 })
    await handler.handleEvents('b', [event], notYet)
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 2 })
  })

  test('an event takes effect once under two processes that handle it at the same time', async () => {
    const handlers = [handlerOn(db), handlerOn(db)]
    for (let round = 1; round <= 10; round += 1) {
      const events = Array.from({ length: 5 }, () => eventFor([add(id)]))
      const results = await Promise.all(
        handlers.map((handler) => handler.handleEvents('race', events, notYet)),
      )
      expect(results.flat().every((handled) => handled.ok)).toBe(true)
      expect((await readCounters(db)).get(id)).toMatchObject({ value: round * 5, version: round * 5 })
    }
  })

  test('an event put off takes the later ones of its aggregate with it, and leaves others alone', async () => {
    const handler = handlerOn(db)
    const [subject, unknown] = [newId(), newId()]
    const events = [
      eventFor([add(unknown)], subject),
      eventFor([add(id, 5)], subject),
      eventFor([add(id, 7)]),
    ]
    expect(await handler.handleEvents('c', events, notYet)).toEqual([
      { ok: false, rejection: 'counter_unknown' },
      { ok: false, rejection: 'counter_unknown' },
      { ok: true },
    ])
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 7 })
    await seedCounters(db, [unknown])
    expect(await handler.handleEvents('c', events, notYet)).toEqual([
      { ok: true },
      { ok: true },
      { ok: true },
    ])
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 12 })
  })

  test('an event of two commands is never handled by half', async () => {
    const handler = handlerOn(db)
    const unknown = newId()
    const event = eventFor([add(id, 5), add(unknown, 5)])
    await expect(handler.handleEvents('d', [event], notYet)).rejects.toThrow('put off in the middle')
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 0 })
    await seedCounters(db, [unknown])
    expect(await handler.handleEvents('d', [event], notYet)).toEqual([{ ok: true }])
    expect([...(await readCounters(db)).values()].map(({ value }) => value)).toEqual([5, 5])
  })

  test('a final rejection is an answer: the event is done', async () => {
    const handler = handlerOn(db)
    const event = eventFor([add(id, 5_000)])
    expect(await handler.handleEvents('e', [event], notYet)).toEqual([{ ok: true }])
    expect(await handler.handleEvents('e', [eventFor([])], notYet)).toEqual([{ ok: true }])
    const [row] = await db.query<{ count: number }>(
      sql('', `select count(*)::int as count from platform.inbox where consumer = 'e'`),
    )
    expect(row).toEqual({ count: 2 })
  })

  test('commands and events share a batch without a share in each other’s fate', async () => {
    const handler = handlerOn(db, { lanes: 1 })
    const [first, second, third] = await Promise.allSettled([
      handler.handle(add(id, 1)),
      handler.handleEvents('f', [eventFor([add(id, poison)])], notYet),
      handler.handleEvents('f', [eventFor([add(id, 2)])], notYet),
    ])
    expect([first?.status, second?.status, third?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await readCounters(db)).get(id)).toMatchObject({ value: 3 })
  })
})
