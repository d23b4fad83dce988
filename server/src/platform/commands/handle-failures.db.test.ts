// What becomes of commands when their transaction fails, and what the listeners and the other
// commands of a batch see of it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Add, counterModel, createCounters, readCounters, seedCounters } from '../../../test/counter.ts'
import { makeTestDatabase, type TestDatabase } from '../../../test/database.ts'
import type { BatchTx, Database, Tx } from '../postgres/database.ts'
import { newId } from '../process/clock.ts'
import { type HandlerOptions, makeHandler } from './handle.ts'
import { fingerprintOf } from './idempotency.ts'
import type { Model, Translated } from './model.ts'
import { readProcessEvents } from './outbox.ts'

let db: TestDatabase
let id: string
beforeAll(async () => {
  db = await makeTestDatabase([])
  await createCounters(db)
})
afterAll(() => db.drop())
beforeEach(async () => {
  id = newId()
  await seedCounters(db, [id])
})

const add = (counter: string, amount = 1): Add => ({ type: 'Add', id: counter, amount })
const valueOf = async (counter: string) => (await readCounters(db)).get(counter)?.value
const withCode = (code: string) => Object.assign(new Error(`failed with ${code}`), { code })

/** The same database; each transaction is counted, and fails as `failure` says for its number. */
function failing(failure: (count: number) => unknown) {
  const seen = { begun: 0, plain: 0 }
  const wrapped: Database = {
    ...db,
    transaction<T>(work: (tx: Tx) => Promise<T>) {
      seen.plain += 1
      return db.transaction(work)
    },
    async batch<T>(work: (tx: BatchTx) => Promise<T>) {
      seen.begun += 1
      const error = failure(seen.begun)
      if (error !== undefined) return Promise.reject(error)
      return db.batch(work)
    },
  }
  return { wrapped, seen }
}
const handlerOn = (database: Database, options: Partial<HandlerOptions> = {}) =>
  makeHandler(counterModel, { db: database, onCommitted: () => undefined, lanes: 1, ...options })

describe('a transaction that fails', () => {
  test.each(['40001', '40P01', '23505', '23514'])(
    'with %s, because somebody came first, is tried again, five times in all',
    async (code) => {
      const passing = failing((count) => (count < 5 ? withCode(code) : undefined))
      expect(await handlerOn(passing.wrapped).handle(add(id))).toMatchObject({ ok: true })
      const lasting = failing(() => withCode(code))
      await expect(handlerOn(lasting.wrapped).handle(add(id))).rejects.toThrow(`failed with ${code}`)
      expect([passing.seen.begun, lasting.seen.begun, await valueOf(id)]).toEqual([5, 5, 1])
    },
  )

  test.each([
    ['a fault of the program', withCode('42P01')],
    ['an error without a code', new Error('no code')],
    ['nothing that is an error', null],
  ])('with %s is not tried again', async (_what, error) => {
    const { wrapped, seen } = failing(() => error)
    const outcome = await handlerOn(wrapped)
      .handle(add(id))
      .catch((failure: unknown) => ({ failure }))
    expect(outcome).toEqual({ failure: error })
    expect(seen.begun).toBe(1)
  })

  test('because the database is gone fails all its commands at once, and none is tried alone', async () => {
    const { wrapped, seen } = failing(() => withCode('57P01'))
    const handler = handlerOn(wrapped)
    const outcomes = await Promise.allSettled([handler.handle(add(id)), handler.handle(add(id))])
    expect(outcomes).toMatchObject([{ reason: { code: '57P01' } }, { reason: { code: '57P01' } }])
    expect(seen.begun).toBe(1)
  })

  test('for one of its commands is undone, and each is tried by itself', async () => {
    const { wrapped, seen } = failing((count) => (count === 1 ? withCode('23503') : undefined))
    const handler = handlerOn(wrapped)
    expect(await Promise.all([handler.handle(add(id, 2)), handler.handle(add(id, 3))])).toMatchObject([
      { answer: { value: 2 } },
      { answer: { value: 5 } },
    ])
    expect(seen.begun).toBe(3)
  })

  test('told nobody anything', async () => {
    const told: string[] = []
    const model = { ...counterModel, committed: () => void told.push('model') }
    const options = { onCommitted: () => void told.push('bus'), lanes: 1 }
    const { wrapped } = failing((count) => (count === 1 ? withCode('23503') : undefined))
    const handler = makeHandler(model, { db: wrapped, ...options })
    await expect(handler.handle(add(id))).rejects.toThrow('23503')
    expect(told).toEqual([])
    await handler.handle(add(id))
    expect(told).toEqual(['bus', 'model'])
  })
})

describe('a transaction that commits', () => {
  test('is a batch, which sends its first statements along with begin', async () => {
    const { wrapped, seen } = failing(() => undefined)
    await handlerOn(wrapped).handle(add(id))
    expect(seen).toEqual({ begun: 1, plain: 0 })
  })

  test('tells the bus which events it stored, and the model the world as it stands', async () => {
    const told: unknown[] = []
    const model = {
      ...counterModel,
      committed: (world: Awaited<ReturnType<typeof counterModel.load>>) =>
        void told.push(world.get(id)?.value),
    }
    const handler = makeHandler(model, {
      db,
      onCommitted: (events) => void told.push(events.map(({ type, subject }) => [type, subject])),
    })
    await handler.handle(add(id, 5))
    await handler.handle(add(newId()))
    expect(told).toEqual([[['PaymentVoided', id]], 5, undefined])
  })

  test('decides at the time of the database, also where nothing is read before', async () => {
    const clock: Model<Add, null, never, never, string> = {
      service: 'payments',
      load: async () => null,
      decide: (_world, _command, now) => ({ facts: [], answer: now }),
      apply: (_world, fact) => fact,
      save: () => [],
    }
    const outcome = await makeHandler(clock, { db, onCommitted: () => undefined }).handle(add(id))
    expect(outcome).toEqual({
      ok: true,
      answer: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      replayed: false,
    })
  })

  test('keeps of an answer what the model wants remembered, and gives that to a repeated request', async () => {
    const model = { ...counterModel, remember: ({ value }: { value: number }) => ({ value: value + 100 }) }
    const handler = makeHandler(model, { db, onCommitted: () => undefined })
    const idempotency = { scope: 's', key: newId(), fingerprint: fingerprintOf('x') }
    expect(await handler.handle(add(id, 5), { idempotency })).toMatchObject({
      answer: { value: 5 },
      replayed: false,
    })
    expect(await handler.handle(add(id, 5), { idempotency })).toMatchObject({
      answer: { value: 105 },
      replayed: true,
    })
  })
})

describe('a handler', () => {
  test('has two transactions under way at once where it is not told otherwise, and no third', async () => {
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (open = resolve))
    const seen = { begun: 0 }
    const wrapped: Database = {
      ...db,
      async batch<T>(work: (tx: BatchTx) => Promise<T>) {
        seen.begun += 1
        await gate
        return db.batch(work)
      },
    }
    const handler = makeHandler(counterModel, { db: wrapped, onCommitted: () => undefined, maxBatch: 1 })
    const outcomes = [1, 2, 3, 4].map(() => handler.handle(add(id)))
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect([seen.begun, handler.waiting]).toEqual([2, 2])
    open()
    expect(await Promise.all(outcomes)).toHaveLength(4)
    expect(await valueOf(id)).toBe(4)
  })

  test('counts the commands of events against what a batch may carry', async () => {
    const { wrapped, seen } = failing(() => undefined)
    const handler = handlerOn(wrapped, { maxBatch: 4 })
    const event = (): Translated<Add> => ({
      eventId: newId(),
      subject: newId(),
      commands: [add(id), add(id)],
    })
    await Promise.all([1, 2, 3].map(() => handler.handleEvents('heavy', [event()], () => false)))
    expect([seen.begun, await valueOf(id)]).toEqual([2, 6])
  })
})

describe('events in one batch', () => {
  const eventOf = (...commands: Add[]): Translated<Add> => ({ eventId: newId(), subject: newId(), commands })
  const never = () => false

  test('are the cause of what they bring about', async () => {
    const event = eventOf(add(id))
    await handlerOn(db).handleEvents('cause', [event], never)
    expect(await readProcessEvents(db, id)).toMatchObject([{ causationId: event.eventId }])
    await handlerOn(db).handle(add(id))
    expect(await readProcessEvents(db, id)).toMatchObject([
      { causationId: event.eventId },
      { causationId: null },
    ])
  })

  test('that were handled before are passed over, whichever of the callers brings them', async () => {
    const { wrapped, seen } = failing(() => undefined)
    const handler = handlerOn(wrapped)
    const [first, second] = [eventOf(add(id)), eventOf(add(id))]
    await handler.handleEvents('again', [first, second], never)
    const results = await Promise.all([
      handler.handleEvents('again', [first], never),
      handler.handleEvents('again', [second], never),
      handler.handleEvents('other', [first, second], never),
    ])
    expect(results).toEqual([[{ ok: true }], [{ ok: true }], [{ ok: true }, { ok: true }]])
    expect([seen.begun, await valueOf(id)]).toEqual([2, 4])
  })

  test('one of which is brought twice by two callers takes effect once, without a second try', async () => {
    const { wrapped, seen } = failing(() => undefined)
    const handler = handlerOn(wrapped)
    const event = eventOf(add(id))
    await Promise.all([
      handler.handleEvents('twice', [event], never),
      handler.handleEvents('twice', [event], never),
    ])
    expect([seen.begun, await valueOf(id)]).toEqual([1, 1])
  })

  test('that are put off hold back those behind them, also of another caller, and are not noted as handled', async () => {
    const handler = handlerOn(db)
    const notYet = (rejection: string) => rejection === 'counter_unknown'
    const unknown = newId()
    const early = eventOf(add(unknown))
    const late = { ...eventOf(add(id, 7)), subject: early.subject }
    const [one, other] = await Promise.all([
      handler.handleEvents('behind', [early], notYet),
      handler.handleEvents('behind', [late], notYet),
    ])
    expect([one, other]).toEqual([
      [{ ok: false, rejection: 'counter_unknown' }],
      [{ ok: false, rejection: 'counter_unknown' }],
    ])
    await seedCounters(db, [unknown])
    expect(await handler.handleEvents('behind', [early, late], notYet)).toEqual([{ ok: true }, { ok: true }])
    expect([await valueOf(unknown), await valueOf(id)]).toEqual([1, 7])
  })

  test('an event whose first command means nothing yet and whose second is final is put off whole', async () => {
    const handler = handlerOn(db)
    const event = eventOf(add(id, 5_000), add(newId()))
    const outcome = await handler.handleEvents(
      'mixed',
      [event],
      (rejection) => rejection === 'counter_unknown',
    )
    expect(outcome).toEqual([{ ok: false, rejection: 'counter_unknown' }])
    expect(await valueOf(id)).toBe(0)
  })
})

describe('an idempotency key', () => {
  test('used twice in one batch by two processes’ callers is answered once and replayed once', async () => {
    const [one, two] = [handlerOn(db), handlerOn(db)]
    const idempotency = { scope: 's', key: newId(), fingerprint: fingerprintOf('x') }
    const outcomes = await Promise.all([
      one.handle(add(id), { idempotency }),
      two.handle(add(id), { idempotency }),
    ])
    expect(outcomes.map((outcome) => outcome.ok && outcome.replayed).toSorted()).toEqual([false, true])
    expect(await valueOf(id)).toBe(1)
  })

  test('that is in flight does not keep another one waiting', async () => {
    const handler = handlerOn(db)
    const keyed = () => ({ idempotency: { scope: 's', key: newId(), fingerprint: fingerprintOf('x') } })
    const outcomes = await Promise.all([
      handler.handle(add(id), keyed()),
      handler.handle(add(id), keyed()),
      handler.handle(add(id)),
    ])
    expect(outcomes.every((outcome) => outcome.ok)).toBe(true)
  })
})
