// What the tables themselves refuse, whatever the program does, and that bulk statements store what
// they were given.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeTestDatabase, storeAtOnce, type TestDatabase } from '../../../test/database.ts'
import { newWorld, payment, refund } from '../../../test/payments/samples.ts'
import { sql } from '../../platform/postgres/database.ts'
import type { LedgerEntry } from '../domain/ledger.ts'
import { makeWorld } from '../world.ts'
import { findDue, load, readKnownOrder, readPayment, readRefund, save } from './payments.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase(['payments'])
})
afterAll(() => db.drop())

const people = { buyerId: crypto.randomUUID(), organiserId: crypto.randomUUID() }

function newPayment(changes: Parameters<typeof payment>[0] = {}) {
  return payment({ id: crypto.randomUUID(), orderId: crypto.randomUUID(), ...people, ...changes })
}

async function store(...payments: ReturnType<typeof payment>[]): Promise<void> {
  await storeAtOnce(db, (now) => save(newWorld(payments), now))
}

function entry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    sourceId: crypto.randomUUID(),
    kind: 'capture',
    paymentId: crypto.randomUUID(),
    orderId: crypto.randomUUID(),
    debit: 'processor_balance',
    credit: 'organiser_payable:x',
    currency: 'EUR',
    postedMinor: 100,
    pendingMinor: -100,
    ...changes,
  }
}

async function post(...entries: LedgerEntry[]): Promise<void> {
  const world = makeWorld()
  world.entries.push(...entries)
  await storeAtOnce(db, (now) => save(world, now))
}

it('stores and reads back payments, orders and refunds as they were', async () => {
  const full = newPayment({
    status: 'captured',
    step: null,
    intentId: 'pi_full',
    intentStatus: 'succeeded',
    chargeId: 'ch_full',
    claim: 'won',
    askedVersion: 3,
    capturedMinor: 4_500,
    refundedMinor: 100,
    reason: 'why',
    declineCode: 'code',
    disputed: true,
    captureRefused: true,
    leasedUntil: '2031-01-01T12:00:00.000Z',
    nextAttemptAt: '2031-01-01T12:00:00.000Z',
  })
  await store(full)
  expect(await readPayment(db, full.id)).toEqual(full)
  const world = makeWorld()
  const wanted = refund({ id: crypto.randomUUID(), paymentId: full.id, orderId: full.orderId })
  const order = {
    id: full.orderId,
    version: 2,
    status: 'cancelled',
    terms: null,
    expiresAt: null,
    claimedBy: null,
  } as const
  world.changed.refunds.set(wanted.id, wanted)
  world.orders.set(order.id, order)
  world.changed.newOrders.add(order.id)
  const changed = {
    ...full,
    status: 'refunded',
    version: 9,
    refundedMinor: 4_500,
    nextAttemptAt: null,
  } as const
  world.payments.set(full.id, changed)
  world.changed.payments.add(full.id)
  await storeAtOnce(db, (now) => save(world, now))
  expect(await readPayment(db, full.id)).toEqual(changed)
  expect(await readRefund(db, wanted.id)).toEqual(wanted)
  expect(await readKnownOrder(db, order.id)).toEqual(order)
})

it('a copy of an order that is newer in the database stays', async () => {
  const id = crypto.randomUUID()
  const write = (set: 'newOrders' | 'orders', version: number, status: 'created' | 'cancelled') => {
    const world = makeWorld()
    world.orders.set(id, { id, version, status, terms: null, expiresAt: null, claimedBy: null })
    world.changed[set].add(id)
    return storeAtOnce(db, (now) => save(world, now))
  }
  await write('newOrders', 3, 'cancelled')
  await write('orders', 2, 'created')
  expect(await readKnownOrder(db, id)).toMatchObject({ version: 3, status: 'cancelled' })
  await expect(write('newOrders', 1, 'created')).rejects.toMatchObject({ code: '23505' })
  await write('orders', 4, 'created')
  expect(await readKnownOrder(db, id)).toMatchObject({ version: 4, status: 'created' })
})

it('two payments cannot have one intent', async () => {
  await store(newPayment({ intentId: 'pi_shared' }))
  await expect(store(newPayment({ intentId: 'pi_shared' }))).rejects.toThrow(/payments_by_intent/)
})

it('an order keeps one charge at most', async () => {
  const orderId = crypto.randomUUID()
  await post(entry({ orderId }))
  await expect(post(entry({ orderId, kind: 'claim' }))).rejects.toThrow(/ledger_one_kept_charge/)
  await post(entry({ orderId, kind: 'late_capture', credit: 'clearing:late_money', pendingMinor: 0 }))
})

it('a thing that happens to money is posted once', async () => {
  const once = entry({ kind: 'refund' })
  await post(once)
  await expect(post({ ...once, orderId: crypto.randomUUID() })).rejects.toThrow(/source_id_kind/)
})

it('an entry has two accounts, and every account sums with the others to zero', async () => {
  await expect(post(entry({ credit: 'processor_balance' }))).rejects.toThrow(/check/)
  await expect(post(entry({ postedMinor: 0, pendingMinor: 0 }))).rejects.toThrow(/check/)
  await expect(post(entry({ postedMinor: -1 }))).rejects.toThrow(/check/)
  const sums = await db.query(
    sql(
      '',
      'select currency, sum(posted_minor)::bigint as posted, sum(pending_minor)::bigint as pending from payments.ledger_balances group by currency',
    ),
  )
  expect(sums).toEqual([{ currency: 'EUR', posted: 0, pending: 0 }])
})

it('more cannot be refunded than was captured, nor held than was asked', async () => {
  await expect(store(newPayment({ capturedMinor: 100, refundedMinor: 101 }))).rejects.toThrow(/check/)
  await expect(store(newPayment({ authorizedMinor: 4_501 }))).rejects.toThrow(/check/)
})

it('finds what is due, and locks what a command needs', async () => {
  const due = newPayment({ nextAttemptAt: '2020-01-01T00:00:00.000Z' })
  const later = newPayment({ nextAttemptAt: '2999-01-01T00:00:00.000Z' })
  const done = newPayment({ orderId: due.orderId })
  await store(due, later, done)
  const found = await findDue(db, 100)
  expect([found.includes(due.id), found.includes(later.id), found.includes(done.id)]).toEqual([
    true,
    false,
    false,
  ])
  const world = await db.transaction((tx) =>
    load(tx, [{ type: 'NoteOrderCancelled', orderId: due.orderId, version: 2 }]),
  )
  expect([...world.payments.keys()].toSorted()).toEqual([due.id, done.id].toSorted())
  const hint = await db.transaction((tx) =>
    load(tx, [
      {
        type: 'StartPayment',
        paymentId: crypto.randomUUID(),
        orderId: due.orderId,
        buyerId: due.buyerId,
        paymentMethod: 'pm_x',
      },
    ]),
  )
  expect([hint.payments.size, hint.siblingsByOrder.get(due.orderId)?.length]).toEqual([0, 2])
})
