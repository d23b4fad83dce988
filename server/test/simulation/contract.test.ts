// The database twin against the real Postgres. Scenarios of store calls run on both and must tell
// the same, locks and visibility included; then whole simulated runs are replayed statement by
// statement on Postgres. Every statement that the twin knows must have been compared.
import { orderCodeOf } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as expirationStore from '../../src/expiration/store/timers.ts'
import type { Order } from '../../src/orders/domain/order.ts'
import * as ordersAvailability from '../../src/orders/read/availability.ts'
import * as ordersViews from '../../src/orders/read/views.ts'
import * as ordersStore from '../../src/orders/store/orders.ts'
import * as stockStore from '../../src/orders/store/stock.ts'
import type { KnownOrder } from '../../src/payments/domain/known-order.ts'
import * as paymentsStore from '../../src/payments/store/payments.ts'
import * as webhooks from '../../src/payments/webhook/store.ts'
import * as parkedStore from '../../src/platform/bus/parked-store.ts'
import * as bus from '../../src/platform/bus/store.ts'
import { findAnswers, storeAnswers } from '../../src/platform/commands/idempotency.ts'
import { readHandled, recordHandled } from '../../src/platform/commands/inbox.ts'
import { appendToOutbox, readProcessEvents } from '../../src/platform/commands/outbox.ts'
import {
  type Connection,
  type Database,
  type InTransaction,
  sql,
  type Tx,
} from '../../src/platform/postgres/database.ts'
import * as admissions from '../../src/tickets/store/admissions.ts'
import * as doors from '../../src/tickets/store/doors.ts'
import * as sellers from '../../src/tickets/store/sellers.ts'
import * as showStore from '../../src/tickets/store/shows.ts'
import { testCodes } from '../codes.ts'
import { makeTestDatabase, store, type TestDatabase, watched } from '../database.ts'
import { newWorld } from '../payments/samples.ts'
import { waitFor } from '../wait.ts'
import { makePlan } from './plan.ts'
import {
  idOf,
  makeRealTimeTwin,
  sampleEvent,
  sampleOrder,
  samplePayment,
  sampleRefund,
  sampleSale,
  sampleShow,
} from './samples.ts'
import type { Step } from './twin/database.ts'
import { tables } from './twin/schema.ts'
import { statementTwins } from './twin/statements.ts'
import { run } from './world.ts'

let postgres: TestDatabase
const compared = new Set<string>()

beforeAll(async () => {
  postgres = await makeTestDatabase(['tickets', 'orders', 'expiration', 'payments'])
})
afterAll(async () => {
  await postgres.drop()
})

const truncate = sql('', `truncate ${tables.map(({ name }) => name).join(', ')} restart identity`)

/** Notes which statements ran, so that none is forgotten. */
const noting = (db: Database) => watched(db, ({ name }) => compared.add(name))

type Scenario = (db: Database) => Promise<unknown>

/** What a failure is, whichever database tells it. */
const codeOf = (error: unknown): string => {
  const { code, name, message } = error as Error & { code?: string }
  return code ?? (name === 'Error' ? message : name)
}
const failing = (work: Promise<unknown>): Promise<string> => work.then(() => 'no failure', codeOf)

/** A gate that one transaction opens for another. */
function makeGate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open: () => open(), opened }
}

const both = async (scenario: Scenario) => {
  await postgres.query(truncate)
  const real = await scenario(noting(postgres))
  const twin = await scenario(makeRealTimeTwin())
  expect(twin).toEqual(real)
  return real
}

const orderA = sampleOrder(1)
const orderB = sampleOrder(2)
const claimed: Order = { ...orderA, version: 2, status: 'claimed', paymentId: idOf(70) }

const seed: Scenario = async (db) =>
  db.transaction(async (tx) => {
    await store(tx, [stockStore.saveSale(sampleSale)])
    await store(tx, stockStore.saveStock(sampleShow))
    await store(tx, ordersStore.insertOrders([orderA, orderB]))
  })

const loadOne = async (tx: Tx, id: string) => (await ordersStore.loadOrders(tx, [id]))[0]

test('whoever waits for a locked row then sees what the holder committed', async () => {
  const seen = await both(async (db) => {
    await seed(db)
    const story: unknown[] = []
    const locked = makeGate()
    const asked = makeGate()
    const first = db.transaction(async (tx) => {
      await loadOne(tx, orderA.id)
      locked.open()
      await asked.opened
      await store(tx, ordersStore.updateOrders([claimed]))
      story.push('first is done')
    })
    const second = db.transaction(async (tx) => {
      await locked.opened
      const waiting = loadOne(tx, orderA.id)
      asked.open()
      const order = await waiting
      story.push(order?.status)
    })
    await Promise.all([first, second])
    return story
  })
  expect(seen).toEqual(['first is done', 'claimed'])
})

const placeTaken = { withheld: 0, took: true, closed: false }
const nothing = { poolIds: [], showIds: [], ticketTypeIds: [], orderIds: [] }

test('whoever waits for a pool sees what the holder committed', async () => {
  const pool = {
    id: sampleShow.pools[0]?.id ?? '',
    showId: sampleShow.id,
    capacity: 10,
    held: 7,
    sold: 0,
    withheld: 0,
    latch: false,
    closed: false,
  }
  const seen = await both(async (db) => {
    await seed(db)
    const locked = makeGate()
    const asked = makeGate()
    const first = db.batch(async (tx) => {
      await tx.begun
      await stockStore.lockPools(tx, [pool.id])
      locked.open()
      await asked.opened
      await tx.commitWith(stockStore.movePools([{ ...placeTaken, id: pool.id, held: 7, sold: 0 }]))
    })
    const second = db.transaction(async (tx) => {
      await locked.opened
      const waiting = stockStore.lockPools(tx, [pool.id, idOf(99)])
      asked.open()
      return waiting
    })
    return (await Promise.all([second, first]))[0]
  })
  expect(seen).toEqual([pool])
})

test('a pool that latches closes when it is full, by its places or by what the batch saw, and only more places open it', async () => {
  const [first, ...others] = sampleShow.pools
  const id = first?.id ?? ''
  const late = { id, held: 1, sold: 0, withheld: 0, took: true, closed: false }
  await both(async (db) => {
    await seed(db)
    const save = (capacity: number, latch: boolean) =>
      db.transaction((tx) =>
        store(tx, stockStore.saveStock({ ...sampleShow, pools: [{ id, capacity, latch }, ...others] })),
      )
    const move = (change: object) =>
      db.transaction((tx) => store(tx, stockStore.movePools([{ ...late, ...change }])))
    const read = () => db.transaction((tx) => stockStore.loadPools(tx, { ...nothing, poolIds: [id] }))
    await save(10, true)
    const seen = [await read()]
    await move({ held: 10 })
    seen.push(await read())
    await move({ held: -4, took: false })
    seen.push(await read())
    const failures = [await failing(move({})), await failing(move({ held: 0 }))]
    await save(10, true)
    seen.push(await read())
    await save(11, true)
    await move({ held: 2 })
    await move({ held: -1, closed: true })
    seen.push(await read())
    await save(3, true)
    seen.push(await read())
    await save(3, false)
    seen.push(await read())
    return [seen, failures]
  })
})

test('a pool is moved from what others have made of it, and not from what was seen', async () => {
  const id = sampleShow.pools[0]?.id ?? ''
  const seen = await both(async (db) => {
    await seed(db)
    const moved = makeGate()
    const asked = makeGate()
    const load = (tx: InTransaction) => stockStore.loadPools(tx, { ...nothing, poolIds: [id] })
    const first = db.transaction(async (tx) => {
      await store(tx, stockStore.movePools([{ ...placeTaken, id, held: 3, sold: 0 }]))
      moved.open()
      await asked.opened
    })
    const second = db.batch(async (tx) => {
      await tx.begun
      await moved.opened
      const before = await load(tx)
      const waiting = tx.commitWith(stockStore.movePools([{ ...placeTaken, id, held: 2, sold: 1 }]))
      asked.open()
      await waiting
      return before
    })
    const [before] = await Promise.all([second, first])
    return [before, await db.transaction(load)]
  })
  expect(seen).toMatchObject([[{ held: 0, sold: 0 }], [{ held: 5, sold: 1 }]])
})

test('what is not committed is seen by nobody else, and a rollback leaves nothing', async () => {
  const seen = await both(async (db) => {
    await seed(db)
    const read = async () => (await ordersViews.readOrder(db, idOf(33), testCodes))?.view.status ?? null
    const story: unknown[] = []
    await db
      .transaction(async (tx) => {
        await store(tx, ordersStore.insertOrders([sampleOrder(33)]))
        story.push(await read(), (await loadOne(tx, idOf(33)))?.status)
        throw new Error('changed my mind')
      })
      .catch((error: Error) => story.push(error.message))
    story.push(await read())
    return story
  })
  expect(seen).toEqual([null, 'created', 'changed my mind', null])
})

test('an update that waited is applied to the newest row; a row that is gone by then is not changed', async () => {
  await both(async (db) => {
    await seed(db)
    await db.transaction((tx) => store(tx, appendToOutbox([sampleEvent(1)])))
    await parkedStore.park(db, 'orders', [
      { seq: 1, subject: idOf(1), attempts: 1, delayMs: 0, reason: 'why', dead: false },
    ])
    const removed = makeGate()
    const asked = makeGate()
    const first = db.transaction(async (tx) => {
      await parkedStore.unpark(tx, 'orders', [1])
      removed.open()
      await asked.opened
    })
    const second = db.transaction(async (tx) => {
      await removed.opened
      const waiting = parkedStore.park(tx, 'orders', [
        { seq: 1, subject: idOf(1), attempts: 5, delayMs: 0, reason: 'again', dead: true },
      ])
      asked.open()
      await waiting
      return parkedStore.listDeadLetters(tx)
    })
    await first
    const dead = await second
    return dead.map(({ attempts, reason }) => ({ attempts, reason }))
  })
})

test('the same key twice is refused, at once or after waiting for whoever was first', async () => {
  const seen = await both(async (db) => {
    await seed(db)
    const story: unknown[] = [
      await failing(db.transaction((tx) => store(tx, ordersStore.insertOrders([orderA])))),
    ]
    for (const outcome of ['commit', 'rollback'] as const) {
      const id = outcome === 'commit' ? 40 : 41
      const inserted = makeGate()
      const asked = makeGate()
      const first = db.transaction(async (tx) => {
        await store(tx, ordersStore.insertOrders([sampleOrder(id)]))
        inserted.open()
        await asked.opened
        if (outcome === 'rollback') throw new Error('no')
      })
      const second = db.transaction(async (tx) => {
        await inserted.opened
        const waiting = store(tx, ordersStore.insertOrders([sampleOrder(id)]))
        asked.open()
        await waiting
      })
      story.push(...(await Promise.all([failing(first), failing(second)])))
    }
    return story
  })
  expect(seen).toEqual(['23505', 'no failure', '23505', 'no', 'no failure'])
})

test('two processes that handle one event: the second one finds out and rolls back', async () => {
  const seen = await both(async (db) => {
    const recorded = makeGate()
    const asked = makeGate()
    const first = db.transaction(async (tx) => {
      await store(tx, recordHandled('orders', [idOf(1), idOf(2)]))
      recorded.open()
      await asked.opened
    })
    const second = db.batch(async (tx) => {
      await tx.begun
      await recorded.opened
      const before = await readHandled(tx, 'orders', [idOf(2)])
      const waiting = tx.commitWith(recordHandled('orders', [idOf(2)]))
      asked.open()
      await waiting
      return before
    })
    // Asked for together: whoever fails first must find somebody who listens.
    const ends = await Promise.all([failing(first), failing(second)])
    return [...ends, await db.transaction((tx) => readHandled(tx, 'orders', [idOf(1), idOf(3)]))]
  })
  expect(seen).toEqual(['no failure', '23505', new Set([idOf(1)])])
})

test('an answer is stored once under its key', async () => {
  await both(async (db) => {
    const key = { scope: 'buyer', key: 'k1', fingerprint: 'f' }
    await db.transaction((tx) => store(tx, storeAnswers([{ ...key, answer: { orderId: idOf(1) } }])))
    const again = await failing(db.transaction((tx) => store(tx, storeAnswers([{ ...key, answer: null }]))))
    await db.transaction((tx) => store(tx, storeAnswers([{ ...key, key: 'k2', answer: null }])))
    return [again, await findAnswers(db, [key, { ...key, key: 'k2' }, { ...key, key: 'k3' }])]
  })
})

test('the tables refuse what must never be', async () => {
  const seen = await both(async (db) => {
    await seed(db)
    const attempt = (work: (tx: Tx) => Promise<unknown>) => failing(db.transaction(work))
    const [pool] = sampleShow.pools
    const stock = { id: pool?.id ?? '', held: 0, sold: 0 }
    const payment = samplePayment(50)
    await db.transaction((tx) => savePayments(tx, [payment], []))
    return [
      await attempt((tx) => store(tx, stockStore.movePools([{ ...placeTaken, ...stock, held: 99 }]))),
      await attempt((tx) => store(tx, stockStore.movePools([{ ...placeTaken, ...stock, held: -1 }]))),
      await attempt((tx) => savePayments(tx, [{ ...samplePayment(51), intentId: payment.intentId }], [])),
      await attempt((tx) =>
        savePayments(tx, [{ ...samplePayment(52), intentId: null, authorizedMinor: 5_000 }], []),
      ),
      await attempt((tx) => savePayments(tx, [], [{ ...sampleRefund(53), paymentId: idOf(99) }])),
      await attempt((tx) =>
        store(
          tx,
          ordersStore.insertOrders([
            { ...orderA, id: idOf(60), buyer: { id: null as unknown as string, email: null } },
          ]),
        ),
      ),
    ]
  })
  expect(seen).toEqual(['23514', '23514', '23505', '23514', '23503', '23502'])
})

test('after a failed statement the rest of the transaction is refused, and its commit is a rollback', async () => {
  const seen = await both(async (db) => {
    await seed(db)
    const story: string[] = []
    story.push(
      await failing(
        db.transaction(async (tx) => {
          story.push(await failing(store(tx, ordersStore.insertOrders([orderA]))))
          story.push(await failing(loadOne(tx, orderA.id)))
        }),
      ),
    )
    return story
  })
  expect(seen).toEqual([
    '23505',
    '25P02',
    'the transaction was rolled back: a failed statement was ignored in it',
  ])
})

test('of two that wait for each other one is told so, and the other goes on', async () => {
  const seen = await both(async (db) => {
    await seed(db)
    const gates = [makeGate(), makeGate()]
    const take = (own: number, ids: readonly [string, string]) =>
      failing(
        db.transaction(async (tx) => {
          await loadOne(tx, ids[0])
          gates[own]?.open()
          await gates[1 - own]?.opened
          await loadOne(tx, ids[1])
        }),
      )
    const ends = await Promise.all([take(0, [orderA.id, orderB.id]), take(1, [orderB.id, orderA.id])])
    return ends.toSorted()
  })
  expect(seen).toEqual(['40P01', 'no failure'])
})

test('a shared lock lets others share, and keeps changes out', async () => {
  await both(async (db) => {
    await seed(db)
    const story: string[] = []
    const shared = makeGate()
    const asked = makeGate()
    const reader = db.transaction(async (tx) => {
      await stockStore.loadSales(tx, { showIds: [sampleSale.showId], orderIds: [] }, false)
      shared.open()
      await asked.opened
      story.push('read')
    })
    const other = db.transaction(async (tx) => {
      await shared.opened
      return (await stockStore.loadSales(tx, { showIds: [sampleSale.showId], orderIds: [] }, false)).length
    })
    const sharers = await other
    const writer = db.transaction(async (tx) => {
      const waiting = stockStore.loadSales(tx, { showIds: [sampleSale.showId], orderIds: [] }, true)
      asked.open()
      await waiting
      story.push('changed')
    })
    await Promise.all([reader, writer])
    return [sharers, story]
  })
})

const idsOf = (rows: readonly bus.StoredEvent[]) => rows.map(({ envelope }) => envelope.id)

test('events are read below the horizon, in windows, and none is lost or overtaken', async () => {
  await both(async (db) => {
    const types = ['PaymentStarted']
    const story: unknown[] = []
    let position = bus.startOfWindow(0)
    const read = async (limit: number) => {
      const page = await bus.readNextPage(db, { position, types, limit })
      position = page.next
      story.push(idsOf(page.rows))
      return page.rows.length
    }
    // The first writer is slow: what the others commit meanwhile waits for it.
    const slow = makeGate()
    const begun = makeGate()
    const first = db.transaction(async (tx) => {
      await store(tx, appendToOutbox([sampleEvent(1)]))
      begun.open()
      await slow.opened
    })
    await begun.opened
    for (const number of [2, 3, 4])
      await db.transaction((tx) => store(tx, appendToOutbox([sampleEvent(number)])))
    await read(2)
    const before = await bus.readHorizon(db)
    slow.open()
    await first
    // Other tests share the server, and with it the horizon: their open transactions hold it back
    // for a moment.
    await waitFor('the horizon behind all of them', async () => {
      const { rows } = await bus.readNextPage(db, { position: bus.startOfWindow(0), types, limit: 9 })
      return rows.length === 4
    })
    story.push((await bus.readHorizon(db)) > before)
    for (let page = 0; page < 4; page += 1) await read(2)
    story.push(
      idsOf(
        (await bus.readNextPage(db, { position: bus.startOfWindow(0), types: ['OrderCreated'], limit: 9 }))
          .rows,
      ),
    )
    story.push((await readProcessEvents(db, idOf(900))).map(({ id }) => id))
    return story
  })
})

test('positions only move forward; failed deliveries are parked, come again, and are given up', async () => {
  await both(async (db) => {
    await db.transaction((tx) =>
      store(tx, appendToOutbox([1, 2, 3, 4].map((number) => sampleEvent(number, 1 + (number % 2))))),
    )
    const story: unknown[] = [await bus.readPosition(db, 'orders')]
    for (const [windowFrom, afterSeq] of [
      [10, 0],
      [10, 5],
      [9, 9],
      [10, 4],
      [12, 0],
      [12, 6],
    ] as const) {
      await bus.savePosition(db, 'orders', { windowFrom, windowTo: afterSeq === 0 ? null : 20, afterSeq })
      story.push(await bus.readPosition(db, 'orders'))
    }
    story.push(await bus.readHeard(db, 'orders'), await bus.readHeard(db, 'tickets'))
    await bus.saveHeard(db, 'orders', { OrderCreated: null, OrderClaimed: 7 })
    await bus.saveHeard(db, 'tickets', { OrderCompleted: null })
    story.push(await bus.noteReturn(db, 'orders'), await bus.noteReturn(db, 'nobody'))
    story.push(
      await bus.readHeard(db, 'orders'),
      await bus.readHeard(db, 'tickets'),
      await bus.readPosition(db, 'tickets'),
    )
    story.push(await bus.readPosition(db, 'orders'))
    const parking = { attempts: 1, delayMs: 0, reason: 'why', dead: false }
    const parked = [1, 2, 3].map((seq) => ({ ...parking, seq, subject: idOf(1 + (seq % 2)) }))
    await parkedStore.park(db, 'orders', [
      ...parked,
      { ...parking, seq: 4, subject: idOf(1), delayMs: 3_600_000 },
    ])
    await parkedStore.park(db, 'orders', [
      { ...parking, seq: 3, subject: idOf(2), reason: 'no news', delayMs: 9_000_000 },
    ])
    await parkedStore.park(db, 'orders', [
      { ...parking, seq: 2, subject: idOf(1), attempts: 12, reason: 'enough', dead: true },
    ])
    const due = await parkedStore.readDue(db, 'orders', 10)
    story.push(due.map(({ seq, attempts }) => [seq, attempts]))
    const waiting = await parkedStore.readWaiting(db, 'orders')
    story.push(waiting.map(({ subject, dueInMs }) => [subject, dueInMs > 1_000_000]))
    const dead = await parkedStore.listDeadLetters(db, 'orders')
    const setAside = { afterSeq: 0, reason: 'wh', limit: 5 }
    for (const other of [{}, { afterSeq: 2 }, { reason: 'en' }, { reason: 'w_y' }, { limit: 1 }])
      story.push(
        await parkedStore.readSetAside(db, 'orders', { ...setAside, ...other }),
        await parkedStore.readSetAside(db, 'tickets', setAside),
      )
    story.push(
      dead.map(({ parkedAt: _, ...letter }) => letter),
      await parkedStore.listDeadLetters(db, 'tickets'),
    )
    story.push(
      await parkedStore.replayDeadLetter(db, 'orders', sampleEvent(2).id),
      await parkedStore.replayDeadLetter(db, 'orders', sampleEvent(1).id),
    )
    await parkedStore.unpark(db, 'orders', [1, 2, 7])
    story.push((await parkedStore.readDue(db, 'orders', 10)).map(({ seq, attempts }) => [seq, attempts]))
    await parkedStore.park(db, 'orders', [
      { ...parking, seq: 3, subject: idOf(2), attempts: 13, reason: 'given up', dead: true },
    ])
    await parkedStore.revive(db, 'orders', [3, 4, 9])
    await parkedStore.revive(db, 'tickets', [4])
    story.push((await parkedStore.readDue(db, 'orders', 10)).map(({ seq, attempts }) => [seq, attempts]))
    return story
  })
})

test('one connection at a time reads for a consumer', async () => {
  await both(async (db) => {
    const [a, b] = [await db.connect(), await db.connect()]
    const story = [
      await bus.tryLockConsumer(a, 'orders'),
      await bus.tryLockConsumer(b, 'orders'),
      await bus.tryLockConsumer(b, 'tickets'),
    ]
    await a.close()
    for (let tries = 0; tries < 500; tries += 1) if (await bus.tryLockConsumer(b, 'orders')) break
    story.push(await bus.tryLockConsumer(b, 'orders'))
    await b.close()
    return story
  })
})

test('timers that are due are shared, and those that somebody fires already are skipped', async () => {
  await both(async (db) => {
    const timer = (id: number, status: 'waiting' | 'stopped', expiresAt: string | null) => {
      return { orderId: idOf(id), status, expiresAt, orderVersion: 1, version: 1 }
    }
    const past = '2020-01-01T00:00:00.000Z'
    await db.transaction((tx) =>
      store(
        tx,
        expirationStore.insertTimers([
          timer(1, 'waiting', past),
          timer(2, 'waiting', '2020-01-02T00:00:00.000Z'),
          timer(3, 'stopped', null),
        ]),
      ),
    )
    await db.transaction((tx) =>
      store(
        tx,
        expirationStore.insertTimers([{ ...timer(4, 'waiting', '2999-01-01T00:00:00.000Z'), version: 2 }]),
      ),
    )
    const story: unknown[] = [((await expirationStore.nextDueInMs(db)) ?? 0) < 0]
    const locked = makeGate()
    const looked = makeGate()
    const first = db.batch(async (tx) => {
      story.push(await expirationStore.loadDueTimers(tx, 1))
      locked.open()
      await looked.opened
    })
    await locked.opened
    story.push(await db.batch((tx) => expirationStore.loadDueTimers(tx, 10)))
    looked.open()
    await first
    story.push(await db.transaction((tx) => expirationStore.loadTimers(tx, [idOf(4), idOf(1), idOf(9)])))
    return story
  })
})

async function savePayments(
  tx: Tx,
  payments: readonly ReturnType<typeof samplePayment>[],
  refunds: readonly ReturnType<typeof sampleRefund>[],
  { orders = [], known = [] }: { orders?: readonly KnownOrder[]; known?: readonly KnownOrder[] } = {},
) {
  const world = newWorld(payments, { orders, refunds })
  for (const { id } of known) if (world.changed.newOrders.delete(id)) world.changed.orders.add(id)
  await store(tx, paymentsStore.save(world, tx.now))
}

test('payments, refunds and webhooks read as they were written', async () => {
  await both(async (db) => {
    const payments = [1, 2, 3].map((number) => samplePayment(number))
    const refunds = [sampleRefund(11, 1), sampleRefund(12, 1), sampleRefund(13, 2)]
    const order: KnownOrder = {
      id: idOf(801),
      version: 3,
      status: 'claimed',
      terms: null,
      expiresAt: null,
      claimedBy: idOf(1),
    }
    await db.transaction((tx) => savePayments(tx, payments, [], { orders: [order] }))
    await db.transaction((tx) =>
      savePayments(tx, [], refunds, {
        orders: [{ ...order, version: 2, status: 'created' }],
        known: [order],
      }),
    )
    await webhooks.recordWebhookEvents(db, [{ id: 'evt_1', type: 't', payment_id: null, outcome: 'known' }])
    await webhooks.recordWebhookEvents(db, [
      { id: 'evt_1', type: 't', payment_id: idOf(1), outcome: 'advanced' },
    ])
    const asked = [
      { eventId: 'evt_1', paymentId: idOf(1), intentId: null },
      { eventId: 'evt_2', paymentId: null, intentId: 'pi_2' },
      { eventId: 'evt_3', paymentId: null, intentId: null },
    ]
    const load = (orderId: string) =>
      db.transaction(async (tx) => {
        const ask = {
          type: 'RequestRefund',
          refundId: idOf(1),
          orderId,
          organiserId: idOf(1),
          amountMinor: null,
          reason: null,
        } as const
        const start = {
          type: 'StartPayment',
          paymentId: idOf(9),
          orderId,
          buyerId: idOf(1),
          paymentMethod: 'pm',
        } as const
        return paymentsStore.load(tx, [ask, start])
      })
    return [
      await paymentsStore.readPayment(db, idOf(1)),
      await paymentsStore.readKnownOrder(db, idOf(801)),
      await paymentsStore.readRefund(db, idOf(12)),
      await paymentsStore.listRefunds(db, samplePayment(1).orderId, { before: idOf(12), limit: 5 }),
      (await paymentsStore.findDue(db, 10)).toSorted(),
      await webhooks.readKnownStates(db, asked),
      await load(samplePayment(1).orderId),
    ]
  })
})

test('orders, stock and shows look the same to buyers, organisers and the door', async () => {
  await both(async (db) => {
    await seed(db)
    const [poolId = ''] = sampleShow.pools.map(({ id }) => id)
    const touched = await db.transaction(async (tx) => {
      const ticketTypeIds = sampleShow.ticketTypes.slice(0, 1).map(({ id }) => id)
      const seatIds = sampleShow.ticketTypes.flatMap(({ seats }) =>
        (seats ?? []).slice(0, 1).map(({ id }) => id),
      )
      const ways = [
        { ...nothing, poolIds: [poolId] },
        { ...nothing, showIds: [sampleShow.id, idOf(99)], ticketTypeIds },
        { ...nothing, showIds: [idOf(99)], ticketTypeIds },
        { ...nothing, poolIds: [poolId], orderIds: [orderA.id, orderB.id, idOf(99)] },
      ]
      const found: unknown[] = []
      for (const way of ways) found.push(await stockStore.loadPools(tx, way))
      for (const ids of [[], seatIds, [...seatIds, idOf(99)]]) found.push(await stockStore.loadSeats(tx, ids))
      return found
    })
    await db.transaction(async (tx) => {
      await store(tx, stockStore.movePools([{ ...placeTaken, id: poolId, held: 2, sold: 1 }]))
      await store(tx, stockStore.saveStock({ ...sampleShow, pools: [{ id: poolId, capacity: 1 }] }))
      await store(
        tx,
        ordersStore.saveKnownTickets([
          {
            orderId: orderA.id,
            tickets: [
              {
                id: idOf(5),
                unit: 0,
                generation: 1,
                code: 'C',
                ticketTypeId: idOf(302),
                name: 'S',
                status: 'valid',
              },
              {
                id: idOf(6),
                unit: 1,
                generation: 1,
                code: 'D',
                ticketTypeId: idOf(302),
                name: 'S',
                status: 'valid',
              },
            ],
          },
        ]),
      )
      await store(tx, ordersStore.markTicketsUsed([orderA.id, orderB.id], [idOf(6)]))
      await store(tx, ordersStore.markTicketsVoid([orderA.id, orderB.id], [idOf(6)]))
    })
    const search = {
      showId: sampleShow.id,
      beforeId: null,
      limit: 10,
      status: null,
      emailPrefix: null,
      search: null,
      codes: testCodes,
    }
    return [
      touched,
      await ordersViews.readOrder(db, orderA.id, testCodes),
      await ordersViews.readShowIds(db, [orderA.id, orderB.id, idOf(99)]),
      await ordersViews.readOrganiser(db, sampleShow.id),
      await ordersViews.readSale(db, sampleShow.id),
      await ordersViews.readSale(db, idOf(99)),
      await ordersViews.listOrders(db, {
        buyerIds: [orderA.buyer.id],
        beforeId: null,
        limit: 5,
        codes: testCodes,
      }),
      await ordersViews.listShowOrders(db, search),
      await ordersViews.listShowOrders(db, { ...search, emailPrefix: 'buyer_1%', status: 'created' }),
      await ordersViews.listShowOrders(db, { ...search, emailPrefix: 'buyer2' }),
      await ordersViews.listShowOrders(db, { ...search, search: 'buyer_1' }),
      await ordersViews.listShowOrders(db, { ...search, search: orderCodeOf(orderB.id) }),
      await ordersAvailability.readAvailability(db, sampleShow.id),
      await ordersStore.listOpenOrderIds(db, sampleShow.id, idOf(0)),
      await showStore.readShow(db, idOf(0)),
      await db.transaction((tx) => sellers.loadSellers(tx, [idOf(41), idOf(40)])).then((found) => [...found]),
      await sellers.listUnsettledShows(db),
      await db.transaction((tx) => admissions.findTickets(tx, ['NOCODE'])),
      await doors.readUse(db, 'NOCODE'),
      await doors.readShowOfCode(db, 'NOCODE'),
      await showStore.readShowPlace(db, sampleShow.id),
      await showStore.readShowPlace(db, idOf(0)),
      await db.transaction((tx) => doors.findOrdersOf(tx, [idOf(0)])).then((found) => [...found]),
      await db.transaction((tx) => doors.loadDoorShows(tx, [sampleShow.id])).then((found) => [...found]),
    ]
  })
})

test('the twin has every table with every column that it stores, and what may be null', async () => {
  const columns = sql(
    '',
    `select table_schema || '.' || table_name as "table", column_name as name, is_nullable = 'NO' as required
     from information_schema.columns where table_schema || '.' || table_name = any($1)`,
  )
  const real = await postgres.query<{ table: string; name: string; required: boolean }>(columns, [
    tables.map(({ name }) => name),
  ])
  const twin = tables.flatMap(({ name: table, columns: own }) =>
    own.map(({ name, required }) => ({ table, name, required })),
  )
  const text = ({ table, name, required }: (typeof twin)[number]) =>
    `${table}.${name}${required ? ' not null' : ''}`
  expect(twin.map(text).toSorted()).toEqual(real.map(text).toSorted())
})

/**
 * What these give depends on the wall clock, on transaction numbers of the whole server, or on
 * whose connection it is.
 */
const beyondReplay =
  /^bus\.|payments\.find_due|tickets\.read_door_shows|expiration\.(next_due|load_due)|platform\.(notify_hint|delete_)/

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, canonical(each)]),
  )
}
const inWords = (rows: readonly unknown[], ordered: boolean) => {
  const words = rows.map((row) => JSON.stringify(canonical(row)))
  return ordered ? words : words.toSorted()
}

/**
 * Replays the steps of a simulated run on Postgres, each session on a connection of its own; tells
 * what differs.
 */
async function replay(steps: readonly Step[]): Promise<string[]> {
  const differences: string[] = []
  const free: Connection[] = []
  const lent = new Map<number, Connection>()
  const connect = async () => {
    const connection = await postgres.connect({ name: 'replay' })
    // A statement that had not to wait in the twin must not have to wait here.
    await connection.query(sql('', 'set lock_timeout = 2000'))
    return connection
  }
  const alone = await connect()
  for (const { session, kind, statement, values = [], rows, error } of steps) {
    if (kind === 'begin') lent.set(session, free.pop() ?? (await connect()))
    const connection = lent.get(session) ?? alone
    if (kind !== 'statement') {
      await connection.query(sql('', kind))
      if (kind === 'begin') continue
      lent.delete(session)
      free.push(connection)
      continue
    }
    if (!statement || beyondReplay.test(statement.name)) continue
    compared.add(statement.name)
    const real = await connection.query(statement, values).catch((failure: unknown) => codeOf(failure))
    const ordered = statement.text.includes('order by')
    const expected = error ?? inWords(rows ?? [], ordered)
    const given = typeof real === 'string' ? real : inWords(real, ordered)
    if (JSON.stringify(given) !== JSON.stringify(expected)) {
      differences.push(
        `${statement.name} ${JSON.stringify(values)}\n  twin     ${String(expected)}\n  postgres ${String(given)}`,
      )
    }
  }
  for (const connection of [alone, ...free, ...lent.values()]) await connection.close()
  return differences
}

// Their tables are not the twin's, or they only wake somebody: there is nothing to compare.
const outside = new Set([
  'orders.delete_network_holds',
  'platform.list_ending_guests',
  'platform.notify_hint',
  'platform.ping',
])
const notCompared = () =>
  Object.keys(statementTwins).filter((name) => !compared.has(name) && !outside.has(name))

test('what the twin said in whole simulated runs, Postgres says as well', async () => {
  let replayed = 0
  for (let seed = 1; seed <= 4 || (seed <= 40 && notCompared().length > 0); seed += 1) {
    const plan = makePlan(seed)
    const steps: Step[] = []
    // These reach into the twin's tables from outside.
    const faults = plan.faults.filter(({ kind }) => kind !== 'database_crash' && kind !== 'redelivery')
    await run({ ...plan, faults }, { onStep: (step) => steps.push(step) })
    await postgres.query(truncate)
    expect(await replay(steps), `seed ${seed}`).toEqual([])
    replayed += steps.length
  }
  expect(replayed).toBeGreaterThan(1_000)
}, 240_000)

test('every statement that the twin knows was compared', () => {
  expect(notCompared()).toEqual([])
})
