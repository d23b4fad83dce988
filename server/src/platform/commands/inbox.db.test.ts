// The inbox: an event is handled once by each consumer, and whoever is second is told so instead of
// committing.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestDatabase, storeAtOnce, type TestDatabase } from '../../../test/database.ts'
import { lostRace } from '../postgres/failures.ts'
import { newId } from '../process/clock.ts'
import { readHandled, recordHandled } from './inbox.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase([])
})
afterAll(() => db.drop())

const record = (consumer: string, ids: readonly string[]) =>
  storeAtOnce(db, () => recordHandled(consumer, ids))
const handled = (consumer: string, ids: readonly string[]) =>
  db.transaction((tx) => readHandled(tx, consumer, ids))

test('of the events that are asked for, those are known that this consumer handled', async () => {
  const [one, two, three] = [newId(), newId(), newId()]
  await record('orders', [one, two])
  await record('payments', [three])
  expect(await handled('orders', [two, three])).toEqual(new Set([two]))
  expect(await handled('payments', [one, two, three])).toEqual(new Set([three]))
  expect(await handled('orders', [])).toEqual(new Set())
})

test('an event that is handled twice is a duplicate, and nothing of the second time is stored', async () => {
  const [seen, fresh] = [newId(), newId()]
  await record('orders', [seen])
  const second = await record('orders', [fresh, seen]).catch((error: unknown) => error)
  expect(second).toMatchObject({ code: '23505' })
  expect(lostRace(second)).toBe(true)
  expect(await handled('orders', [seen, fresh])).toEqual(new Set([seen]))
  await record('payments', [seen])
})

test('any other failure is no lost race', async () => {
  const nobody = await record(null as unknown as string, [newId()]).catch((error: unknown) => error)
  expect(nobody).toMatchObject({ code: '23502' })
  const nothing = await record('orders', ['not an id']).catch((error: unknown) => error)
  expect(nothing).toBeInstanceOf(RangeError)
  expect([lostRace(nobody), lostRace(nothing)]).toEqual([false, false])
})

test('nothing is stored when nothing was handled', () => {
  expect(recordHandled('orders', [])).toEqual([])
})
