// What another version passed over is made up for whenever the process dies on the way, and nothing
// is when nothing changed.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Heard,
  lowestPosition,
  type Position,
  readHeard,
  readHorizon,
  readNextPage,
  readPosition,
  saveHeard,
  savePosition,
} from '../../src/platform/bus/store.ts'
import { catchUp } from '../../src/platform/bus/takeover.ts'
import type { Connection } from '../../src/platform/postgres/database.ts'
import { newId } from '../../src/platform/process/clock.ts'
import { makeTestDatabase, type TestDatabase } from '../database.ts'
import { waitFor } from '../wait.ts'
import { checkInOf, eventOf, publish } from './suite.ts'

const old = ['PaymentVoided']
const both = ['PaymentVoided', 'TicketCheckedIn']
let db: TestDatabase
let connection: Connection
let consumer = ''
beforeAll(async () => {
  db = await makeTestDatabase([])
})
beforeEach(async () => {
  connection = await db.connect()
  consumer = newId()
})
afterEach(() => connection.close())
afterAll(() => db.drop())

class Killed extends Error {}

/**
 * Takes over with these types; what is handled, and where it reads on. `dies` at its so manyth
 * page.
 */
async function take(types: readonly string[], dies = Number.POSITIVE_INFINITY) {
  const told: string[] = []
  let pages = 0
  const onPage = (rows: readonly { envelope: { id: string } }[]) => {
    if (++pages >= dies) return Promise.reject(new Killed('at this page'))
    told.push(...rows.map(({ envelope }) => envelope.id))
    return Promise.resolve()
  }
  const { signal } = new AbortController()
  const position = await catchUp({ connection, consumer, types, pageSize: 2, onPage, signal })
  return { told, position }
}

/** What is read from a position on, up to now. */
async function readOn(from: Position, types: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (let position = from; ; ) {
    const { rows, next } = await readNextPage(db, { position, types, limit: 50 })
    ids.push(...rows.map(({ envelope }) => envelope.id))
    if (next.windowTo === null) return ids
    position = next
  }
}

/**
 * Tells one event of each type some times over; what there is to hear, and a window that ends
 * behind it.
 */
async function tell(times: number) {
  const windowFrom = await readHorizon(db)
  const events = Array.from({ length: times }, () => newId()).flatMap((subject) => [
    eventOf(subject, 1),
    checkInOf(subject, 2),
  ])
  await publish(db, events)
  const checkIns = events.filter(({ type }) => type === 'TicketCheckedIn').map(({ id }) => id)
  // Others use the same server: an open transaction of theirs holds the horizon back for a moment.
  const settled = await readSettled(events.map(({ id }) => id))
  let windowTo = windowFrom
  await waitFor('the horizon behind all of them', async () => {
    windowTo = await readHorizon(db)
    return windowTo > settled
  })
  return { windowFrom, windowTo, ids: events.map(({ id }) => id), checkIns }
}

async function readSettled(ids: readonly string[]): Promise<number> {
  const text = 'select max(settled_xid) as settled from platform.outbox where id = any($1::uuid[])'
  const [row] = await db.query<{ settled: number }>({ name: '', text }, [ids])
  return row?.settled ?? 0
}

async function readSeq(id: string): Promise<number> {
  const [row] = await db.query<{ seq: number }>(
    { name: '', text: 'select seq from platform.outbox where id = $1' },
    [id],
  )
  return row?.seq ?? 0
}

const stand = async (position: Position, heard: Heard | null) => {
  if (heard) await saveHeard(connection, consumer, heard)
  await savePosition(connection, consumer, position)
}

test('a new type in the part of the open window that was read already is not lost when the process dies before it reads on', async () => {
  const { windowFrom, windowTo, ids, checkIns } = await tell(3)
  await stand({ windowFrom, windowTo, afterSeq: await readSeq(ids.at(-1) ?? '') }, { PaymentVoided: null })
  const first = await take(both)
  // It dies here: nobody read on. Whoever comes next stands where it stood.
  const second = await take(both)
  expect(second.told.filter((id) => ids.includes(id))).toEqual([])
  for (const { position } of [first, second])
    expect((await readOn(position, both)).filter((id) => checkIns.includes(id))).toEqual(checkIns)
})

test('a process that dies while it makes up for a type begins again with all of it, also when the old version reads on meanwhile', async () => {
  const early = await tell(3)
  await stand({ windowFrom: early.windowTo, windowTo: null, afterSeq: 0 }, { PaymentVoided: null })
  await expect(take(both, 2)).rejects.toThrow(Killed)
  expect(await readHeard(connection, consumer)).toEqual({
    PaymentVoided: null,
    TicketCheckedIn: lowestPosition,
  })
  await take(old)
  const later = await tell(2)
  await savePosition(connection, consumer, { windowFrom: later.windowTo, windowTo: null, afterSeq: 0 })
  const { told, position } = await take(both)
  const wanted = [...early.checkIns, ...later.checkIns]
  expect(told.filter((id) => wanted.includes(id))).toEqual(wanted)
  expect(position).toEqual({ windowFrom: later.windowTo, windowTo: null, afterSeq: 0 })
  expect(await readHeard(connection, consumer)).toEqual({ PaymentVoided: null, TicketCheckedIn: null })
})

test('an old version that takes over leaves a note of what it does not hear, from the window on in which it began', async () => {
  const { windowFrom, windowTo, ids, checkIns } = await tell(2)
  await stand(
    { windowFrom, windowTo, afterSeq: await readSeq(ids[1] ?? '') },
    { PaymentVoided: null, TicketCheckedIn: null },
  )
  const { position } = await take(old)
  expect(position).toEqual({ windowFrom, windowTo: null, afterSeq: 0 })
  expect(await readHeard(connection, consumer)).toEqual({ PaymentVoided: null, TicketCheckedIn: windowFrom })
  await savePosition(connection, consumer, { windowFrom: windowTo, windowTo: null, afterSeq: 0 })
  const { told } = await take(both)
  expect(told.filter((id) => checkIns.includes(id))).toEqual(checkIns)
})

test('a position from before there was such a note stands for the types of the first who takes over', async () => {
  const { windowFrom, windowTo } = await tell(2)
  await stand({ windowFrom, windowTo, afterSeq: 1 }, null)
  const first = await take(both)
  expect(first).toEqual({ told: [], position: { windowFrom, windowTo: null, afterSeq: 0 } })
  expect(await readHeard(connection, consumer)).toEqual({ PaymentVoided: null, TicketCheckedIn: null })
})

test('the same version again reads nothing twice and writes nothing', async () => {
  const { windowFrom, windowTo, ids } = await tell(2)
  const position = { windowFrom, windowTo, afterSeq: await readSeq(ids[1] ?? '') }
  await stand(position, { PaymentVoided: null, TicketCheckedIn: null })
  expect(await take(both)).toEqual({ told: [], position })
  expect(await readPosition(connection, consumer)).toEqual(position)
})

test('a consumer that is new hears everything from the start on', async () => {
  const { checkIns } = await tell(1)
  const { told, position } = await take(both)
  expect(told).toEqual([])
  expect((await readOn(position, both)).filter((id) => checkIns.includes(id))).toEqual(checkIns)
})
