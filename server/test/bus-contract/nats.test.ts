// The NATS adapter keeps the bus's promises, and its events do come by the stream.
import type { Event } from '@holdfast/contract'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { makeNatsPages } from '../../src/platform/bus/nats/pages.ts'
import { makePostgresBus } from '../../src/platform/bus/postgres-carrier.ts'
import { startOfWindow } from '../../src/platform/bus/store.ts'
import { newId, systemClock } from '../../src/platform/process/clock.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { makeMetrics } from '../../src/platform/process/metrics.ts'
import { makeProxy, type Proxy } from '../chaos/proxy.ts'
import { makeTestDatabase } from '../database.ts'
import { makeNatsServer, type NatsServer } from '../nats-server.ts'
import { waitFor } from '../wait.ts'
import { cutBusConnections, makeNatsRig, type NatsRig, natsBusOn, waitUntilCarried } from './nats-rig.ts'
import { checkInOf, describeBusContract, eventOf, eventsOf, makeRecorder, publish } from './suite.ts'

let broker: NatsServer
let wire: Proxy
beforeAll(async () => {
  broker = await makeNatsServer()
  await broker.start()
  wire = await makeProxy(() => broker.port)
})
afterAll(async () => {
  await wire.close()
  await broker.remove()
})

describeBusContract('NATS', async () => {
  const db = await makeTestDatabase([])
  return {
    db,
    makeBus: (options) => natsBusOn(db, wire.port, options).bus,
    async cutConnections() {
      wire.cut()
      await cutBusConnections(db)
    },
    close: () => db.drop(),
  }
})

const rigs: NatsRig[] = []
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close()
})
const openRig = async () => {
  const rig = await makeNatsRig()
  rigs.push(rig)
  return rig
}

test('events come by the stream, to every consumer and live view, and not out of the outbox', async () => {
  const rig = await openRig()
  const recorder = makeRecorder('told')
  const process = await rig.start([recorder.subscription])
  const seen: Event[] = []
  process.bus.tail(['PaymentVoided'], (events) => seen.push(...events))
  await waitUntilCarried(rig, process, recorder.handled)
  const before = await process.metric('holdfast_events_pulled_total')
  const [subject, last] = [newId(), eventOf(newId(), 1)]
  for (const event of [...eventsOf(subject, 100), last]) {
    await publish(rig.db, [event])
    process.bus.hint()
  }
  for (const list of [recorder.handled, seen])
    await waitFor('the last event', () => list.some(({ id }) => id === last.id))
  expect(recorder.versionsOf(subject)).toEqual(eventsOf(subject, 100).map(({ version }) => version))
  expect(seen.filter((event) => event.subject === subject)).toHaveLength(100)
  // Only where this machine stood still for seconds would a reader have looked for some of them.
  expect((await process.metric('holdfast_events_pulled_total')) - before).toBeLessThan(40)
  expect(await process.metric('holdfast_broker_connected')).toBe(1)
})

test('a process that does not publish tells the one that does, which has no need to tell anybody', async () => {
  const rig = await openRig()
  const recorder = makeRecorder('elsewhere')
  const publisher = await rig.start([recorder.subscription])
  await waitUntilCarried(rig, publisher, recorder.handled)
  const other = await rig.start([])
  await waitFor('the broker', async () => (await other.metric('holdfast_broker_connected')) === 1)
  await rig.withStream(async (_stream, connection, name) => {
    let hints = 0
    connection.subscribe(name.replace('HOLDFAST_', 'holdfast.hint.'), { callback: () => void (hints += 1) })
    await connection.flush()
    await waitFor('a hint', () => {
      other.bus.hint()
      return hints > 0
    })
    // What is on its way comes before what is sent after it.
    const marker = eventOf(newId(), 1)
    await publish(rig.db, [marker])
    await waitFor('the marker', () => recorder.handled.some(({ id }) => id === marker.id))
    await connection.flush()
    const before = hints
    for (let round = 0; round < 20; round += 1) {
      const event = eventOf(newId(), 1)
      await publish(rig.db, [event])
      publisher.bus.hint()
      await waitFor('the event', () => recorder.handled.some(({ id }) => id === event.id))
    }
    await connection.flush()
    expect(hints).toBe(before)
  })
})

test('while the stream tells nothing a reader moves with the outbox, and while it does he stays where it can go on', async () => {
  const db = await makeTestDatabase([])
  const feed = {
    at: () => undefined,
    first: 0,
    tells: false,
    doubt: () => undefined,
    run: () => Promise.resolve(),
  }
  const types = ['PaymentVoided']
  const pages = makeNatsPages({
    db,
    feed,
    types,
    limit: 9,
    atHand: () => undefined,
    clock: systemClock,
    onPulled: () => undefined,
  })
  await publish(db, [checkInOf(newId(), 1)])
  const start = startOfWindow(1)
  const moved = (await pages.next(start)).next
  expect(moved.windowFrom).toBeGreaterThan(start.windowFrom)
  await publish(db, [checkInOf(newId(), 1)])
  feed.tells = true
  expect((await pages.next({ ...moved })).next).toEqual(moved)
  await db.drop()
})

test('a broker that wants to be shown a password, or a token, is shown it; and with a wrong one the shop goes on without', async () => {
  const db = await makeTestDatabase([])
  const guarded = await Promise.all([
    makeNatsServer(['authorization { user: "me", password: "p@ss" }']),
    makeNatsServer(['authorization { token: "t0ken" }']),
  ])
  const shown = [{ user: 'me', pass: 'p@ss' }, { token: 't0ken' }, { user: 'me', pass: 'wrong' }, {}]
  for (const server of guarded) await server.start()
  for (const [index, each] of shown.entries()) {
    const port = guarded[index % 2]?.port ?? 0
    const recorder = makeRecorder(`shown-${index}`)
    const { bus, metrics } = natsBusOn(db, port, { shown: each })
    bus.subscribe(recorder.subscription)
    await bus.start()
    const event = eventOf(newId(), 1)
    await publish(db, [event])
    await waitFor('the event', () => recorder.handled.some(({ id }) => id === event.id))
    const isIn = async () =>
      (await metrics.registry.getSingleMetric('holdfast_broker_connected')?.get())?.values[0]?.value === 1
    if (index < 2) await waitFor('the broker', isIn)
    else expect(await isIn()).toBe(false)
    await bus.stop()
  }
  for (const server of guarded) await server.remove()
  await db.drop()
})

test('two shops on one broker hear nothing of each other', async () => {
  const [one, two] = await Promise.all([makeTestDatabase([]), makeTestDatabase([])])
  const recorders = [makeRecorder('same-name'), makeRecorder('same-name')] as const
  const buses = [natsBusOn(one, wire.port).bus, natsBusOn(two, wire.port).bus] as const
  for (const [index, bus] of buses.entries()) {
    bus.subscribe((recorders[index] ?? recorders[0]).subscription)
    await bus.start()
  }
  const events = [eventsOf(newId(), 40), eventsOf(newId(), 40)] as const
  for (let index = 0; index < 40; index += 1) {
    await publish(one, events[0].slice(index, index + 1))
    await publish(two, events[1].slice(index, index + 1))
    for (const bus of buses) bus.hint()
  }
  await waitFor('all of them', () => recorders.every(({ handled }) => handled.length >= 40))
  expect(recorders.map(({ handled }) => handled.map(({ id }) => id))).toEqual(
    events.map((own) => own.map(({ id }) => id)),
  )
  await Promise.all(buses.map((bus) => bus.stop()))
  await Promise.all([one.drop(), two.drop()])
})

test('a shop goes from Postgres to NATS and back, again and again, and misses nothing', async () => {
  const rig = await openRig()
  const subject = newId()
  const recorder = makeRecorder('mover')
  let version = 0
  const tell = async (count: number) => {
    for (let each = 0; each < count; each += 1) await publish(rig.db, [eventOf(subject, (version += 1))])
  }
  for (const round of [1, 2, 3, 4, 5]) {
    const metrics = makeMetrics({ defaults: false })
    const onPostgres = { db: rig.db, clock: systemClock, log: makeLog('silent'), metrics }
    const bus = round % 2 === 1 ? makePostgresBus(onPostgres) : natsBusOn(rig.db, rig.wire.port).bus
    bus.subscribe(recorder.subscription)
    await tell(20)
    await bus.start()
    await tell(20)
    await waitFor('what was told so far', () => recorder.handled.length >= version)
    await tell(7)
    await bus.stop()
    await tell(3)
  }
  const { bus } = await rig.start([recorder.subscription])
  await waitFor('all of them', () => recorder.handled.length >= version)
  await bus.stop()
  expect(recorder.versionsOf(subject)).toEqual(Array.from({ length: version }, (_, index) => index + 1))
})
