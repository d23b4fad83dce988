// The NATS adapter keeps the bus's promises, and its events do come by the stream.
import type { Event } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePostgresBus } from '../../src/platform/bus-postgres.ts'
import { newId, systemClock } from '../../src/platform/clock.ts'
import { makeLog } from '../../src/platform/log.ts'
import { makeMetrics } from '../../src/platform/metrics.ts'
import { makeProxy, type Proxy } from '../chaos/proxy.ts'
import { makeTestDatabase } from '../database.ts'
import { makeNatsServer, type NatsServer } from '../nats-server.ts'
import { waitFor } from '../wait.ts'
import { cutBusConnections, makeNatsRig, natsBusOn, waitUntilCarried } from './nats-rig.ts'
import { describeBusContract, eventOf, eventsOf, makeRecorder, publish } from './suite.ts'

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

test('events come by the stream, to every consumer and live view, and not out of the outbox', async () => {
  const rig = await makeNatsRig()
  const recorder = makeRecorder('told')
  const process = await rig.start([recorder.subscription])
  const seen: Event[] = []
  process.bus.tail(['PaymentVoided'], (events) => seen.push(...events))
  await waitUntilCarried(rig, process, recorder.handled)
  const before = await process.metric('holdfast_events_pulled_total')
  const [subject, last] = [newId(), eventOf(newId(), 1)]
  for (const event of [...eventsOf(subject, 300), last]) {
    await publish(rig.db, [event])
    process.bus.hint()
  }
  for (const list of [recorder.handled, seen]) await waitFor('the last event', () => list.some(({ id }) => id === last.id))
  expect(recorder.versionsOf(subject)).toEqual(eventsOf(subject, 300).map(({ version }) => version))
  expect(seen.filter((event) => event.subject === subject)).toHaveLength(300)
  // Only where this machine stood still for seconds would a reader have looked for some of them.
  expect((await process.metric('holdfast_events_pulled_total')) - before).toBeLessThan(60)
  expect(await process.metric('holdfast_broker_connected')).toBe(1)
  await rig.close()
})

test('a process that does not publish tells the one that does, and hears of its own events by the stream', async () => {
  const rig = await makeNatsRig()
  const publisher = await rig.start([])
  await waitFor('the publisher', async () => (await publisher.metric('holdfast_broker_connected')) === 1)
  const recorder = makeRecorder('elsewhere')
  const other = await rig.start([recorder.subscription])
  await waitUntilCarried(rig, other, recorder.handled)
  const pulled = await other.metric('holdfast_events_pulled_total')
  const lags: number[] = []
  for (let round = 0; round < 20; round += 1) {
    const event = eventOf(newId(), 1)
    await publish(rig.db, [event])
    other.bus.hint([event as Event])
    const startedMs = performance.now()
    await waitFor('the event', () => recorder.handled.some(({ id }) => id === event.id))
    lags.push(performance.now() - startedMs)
  }
  expect((await other.metric('holdfast_events_pulled_total')) - pulled).toBeLessThan(5)
  // Without the hint the publisher would look every 200 ms.
  expect(lags.toSorted((a, b) => a - b)[5]).toBeLessThan(100)
  await rig.close()
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
  expect(recorders.map(({ handled }) => handled.map(({ id }) => id))).toEqual(events.map((own) => own.map(({ id }) => id)))
  await Promise.all(buses.map((bus) => bus.stop()))
  await Promise.all([one.drop(), two.drop()])
})

test('a shop goes from Postgres to NATS and back, again and again, and misses nothing', async () => {
  const rig = await makeNatsRig()
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
  await rig.close()
})
