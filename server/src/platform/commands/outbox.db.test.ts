// The outbox: what was told is stored in its order and read back as it was, of one business process
// at a time.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTestDatabase, storeAtOnce, type TestDatabase } from '../../../test/database.ts'
import { sql } from '../postgres/database.ts'
import { newId } from '../process/clock.ts'
import { appendToOutbox, type Recorded, readProcessEvents, seal } from './outbox.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await makeTestDatabase([])
})
afterAll(() => db.drop())

const occurredAt = '2031-01-01T12:00:00.000Z'
const recordedOf = (correlationId: string, version: number, subject = newId()): Recorded => ({
  fact: {
    type: 'PaymentVoided',
    data: { orderId: correlationId, paymentId: subject, reason: `reason ${version}` },
  },
  subject,
  version,
  correlationId,
})
const append = (...events: ReturnType<typeof seal>[]) => storeAtOnce(db, () => appendToOutbox(events))

test('an event is sealed with an id of its own and with all that is known of it', () => {
  const order = newId()
  const organisationId = newId()
  const recorded = { ...recordedOf(order, 3), organisationId }
  const [one, other] = [
    seal('payments', recorded, occurredAt, 'a cause'),
    seal('orders', recorded, occurredAt, null),
  ]
  expect(one).toEqual({
    specversion: '1.0',
    id: one.id,
    source: 'holdfast/payments',
    type: 'PaymentVoided',
    subject: recorded.subject,
    version: 3,
    occurredAt,
    causationId: 'a cause',
    correlationId: order,
    organisationId,
    data: recorded.fact.data,
  })
  expect(other).toMatchObject({ source: 'holdfast/orders', causationId: null })
  expect(other.id).not.toBe(one.id)
})

test('events are read back as they were told, in the order in which they were told', async () => {
  const [order, subject] = [newId(), newId()]
  const told = [1, 2, 3].map((version) =>
    seal('payments', recordedOf(order, version, subject), occurredAt, version === 1 ? null : newId()),
  )
  // Their ids do not sort as they were told.
  const shuffled = told.map((event, index) => ({ ...event, id: told[(index + 1) % told.length]?.id ?? '' }))
  await append(...shuffled)
  expect(await readProcessEvents(db, order)).toEqual(shuffled)
})

test('events of several processes are told apart, and of a long one the oldest are read first', async () => {
  const [order, another] = [newId(), newId()]
  const told = [1, 2, 3].map((version) => seal('payments', recordedOf(order, version), occurredAt, null))
  await append(...told, seal('payments', recordedOf(another, 1), occurredAt, null))
  expect(await readProcessEvents(db, order, 2)).toEqual(told.slice(0, 2))
  expect(await readProcessEvents(db, another)).toHaveLength(1)
  expect(await readProcessEvents(db, newId())).toEqual([])
})

test('there is nothing to store when nothing was told', () => {
  expect(appendToOutbox([])).toEqual([])
})

test('an event without an aggregate is not stored, and neither are those beside it', async () => {
  const order = newId()
  const whole = seal('payments', recordedOf(order, 1), occurredAt, null)
  await expect(append(whole, { ...whole, id: newId(), subject: 'nobody' })).rejects.toThrow(
    'not a UUID: nobody',
  )
  expect(await readProcessEvents(db, order)).toEqual([])
  const [row] = await db.query(sql('', 'select 1 as alive'))
  expect(row).toEqual({ alive: 1 })
})
