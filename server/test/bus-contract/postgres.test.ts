// The Postgres adapter keeps the bus's promises, and writes nothing while nothing happens.
import type { Event } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePostgresBus } from '../../src/platform/bus/postgres-carrier.ts'
import { type Database, makeDatabase, sql } from '../../src/platform/postgres/database.ts'
import { newId, systemClock } from '../../src/platform/process/clock.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { makeMetrics } from '../../src/platform/process/metrics.ts'
import { makeTestDatabase, type TestDatabase } from '../database.ts'
import { waitFor } from '../wait.ts'
import { describeBusContract, eventOf, makeRecorder, publish } from './suite.ts'

const log = makeLog('silent')
const tools = () => ({ clock: systemClock, log, metrics: makeMetrics({ defaults: false }) })

describeBusContract('Postgres', async () => {
  const db = await makeTestDatabase([])
  return {
    db,
    makeBus: (options) => makePostgresBus({ db, ...tools(), ...options }),
    async cutConnections() {
      const cut = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'holdfast-bus'`
      await db.query(sql('', cut))
    },
    close: () => db.drop(),
  }
})

let db: TestDatabase

beforeAll(async () => {
  db = await makeTestDatabase([])
})
afterAll(() => db.drop())

/** The same database, telling each statement that its lent connections run. */
function listenIn(database: Database, onStatement: (name: string) => void): Database {
  return {
    ...database,
    async connect(settings) {
      const connection = await database.connect(settings)
      return {
        ...connection,
        query: (statement, values) => {
          onStatement(statement.name)
          return connection.query(statement, values)
        },
      }
    },
  }
}

test('an idle consumer writes nothing, though others’ transactions move the horizon', async () => {
  const counts = new Map<string, number>()
  const countOf = (name: string) => counts.get(name) ?? 0
  const bus = makePostgresBus({ db: listenIn(db, (name) => counts.set(name, countOf(name) + 1)), ...tools() })
  const recorder = makeRecorder('idler')
  bus.subscribe(recorder.subscription)
  await bus.start()
  await publish(db, [eventOf(newId(), 1)])
  await waitFor(
    'the event and its position',
    () => recorder.handled.length === 1 && countOf('bus.save_cursor') === 1,
  )
  for (let round = 1; round <= 5; round += 1) {
    await db.query(sql('', 'select pg_current_xact_id()'))
    const before = countOf('bus.read_first_page')
    bus.hint()
    await waitFor('another look', () => countOf('bus.read_first_page') > before + 1)
  }
  expect(countOf('bus.save_cursor')).toBe(1)
  await bus.stop()
})

test('a bus without consumers keeps its connection, so that others hear its hints', async () => {
  let closed = 0
  const counting: Database = {
    ...db,
    async connect(settings) {
      const connection = await db.connect(settings)
      return {
        ...connection,
        close() {
          closed += 1
          return connection.close()
        },
      }
    },
  }
  const teller = makePostgresBus({ db: counting, ...tools() })
  const hearer = makePostgresBus({ db, ...tools() })
  const recorder = makeRecorder('far-hearer')
  hearer.subscribe(recorder.subscription)
  await Promise.all([teller.start(), hearer.start()])
  const told = eventOf(newId(), 1)
  await publish(db, [told])
  teller.hint()
  await waitFor('the event', () => recorder.handled.some(({ id }) => id === told.id))
  expect(closed).toBe(0)
  await Promise.all([teller.stop(), hearer.stop()])
  expect(closed).toBe(1)
})

test('a position is kept by a stop, and a process that lost its lock cannot move it back', async () => {
  const recorder = makeRecorder('keeper')
  const bus = makePostgresBus({ db, ...tools() })
  bus.subscribe(recorder.subscription)
  await bus.start()
  const first = eventOf(newId(), 1)
  await publish(db, [first])
  await waitFor('the event', () => recorder.handled.some(({ id }) => id === first.id))
  await bus.stop()
  const again = makeRecorder('keeper')
  const second = makePostgresBus({ db, ...tools() })
  second.subscribe(again.subscription)
  await second.start()
  const last = eventOf(newId(), 1)
  await publish(db, [last])
  await waitFor('the newest', () => again.handled.length > 0)
  expect(again.handled.map((event) => event.id)).toEqual([last.id])
  await second.stop()
})

test('a bus waits for a database that is away, and a stop ends the waiting', async () => {
  const away = makeDatabase({ url: 'postgres://nobody@127.0.0.1:9/none' })
  const bus = makePostgresBus({ db: away, ...tools() })
  bus.subscribe(makeRecorder('waiter').subscription)
  const started = bus.start()
  bus.hint()
  await bus.stop()
  await started
  await away.close()
})

test('a dead letter stays one when its page is delivered again after a crash', async () => {
  const subject = newId()
  const event = eventOf(subject, 1)
  await publish(db, [event])
  const retry = { maxAttempts: 2, maxUnreadable: 2, firstDelayMs: 1, maxDelayMs: 1 }
  const failing = makeRecorder('crasher', (each) => each.id === event.id)
  const bus = makePostgresBus({ db, ...tools(), retry })
  bus.subscribe(failing.subscription)
  await bus.start()
  await waitFor('the dead letter', async () => (await bus.listDeadLetters('crasher')).length === 1)
  await bus.stop()
  await db.query(sql('', `delete from platform.cursors where consumer = 'crasher'`))
  const again = makeRecorder('crasher', (each) => each.id === event.id)
  const second = makePostgresBus({ db, ...tools(), retry })
  second.subscribe(again.subscription)
  await second.start()
  const last = eventOf(subject, 2)
  await publish(db, [last])
  await waitFor('the newest', () => again.handled.some((each) => each.id === last.id))
  expect(await second.listDeadLetters('crasher')).toMatchObject([{ eventId: event.id, attempts: 2 }])
  await second.stop()
})

test('what this process committed is handed over without being fetched; what fails is fetched for the next try', async () => {
  const fetched: string[] = []
  const counted = listenIn(db, (name) => fetched.push(name))
  const [first, own, foreign] = [eventOf(newId(), 1), eventOf(newId(), 1), eventOf(newId(), 1)]
  let failures = 0
  const recorder = makeRecorder('near', (each) => each.id === own.id && (failures += 1) === 1)
  const retry = { maxAttempts: 5, maxUnreadable: 5, firstDelayMs: 1, maxDelayMs: 1 }
  const bus = makePostgresBus({ db: counted, ...tools(), retry })
  bus.subscribe(recorder.subscription)
  await bus.start()
  await publish(db, [first])
  await waitFor('all before', () => recorder.handled.some(({ id }) => id === first.id))
  const countOf = (name: string) => fetched.filter((each) => each === name).length
  const before = countOf('bus.read_events')
  // Told of it before it is committed: so no look can come between the two.
  bus.hint([own as Event])
  await publish(db, [own])
  await waitFor('the second try', () => recorder.handled.some(({ id }) => id === own.id))
  expect(countOf('bus.read_events')).toBe(before)
  await publish(db, [foreign])
  await waitFor('the event of another process', () => recorder.handled.some(({ id }) => id === foreign.id))
  expect(countOf('bus.read_events')).toBe(before + 1)
  expect(recorder.handled.find(({ id }) => id === own.id)).toEqual(own)
  await bus.stop()
})
