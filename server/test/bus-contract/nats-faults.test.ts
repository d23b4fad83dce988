// What may happen to a broker and its stream, and that no event is lost, doubled or out of order by
// it.
import type { Envelope } from '@holdfast/contract'
import { jetstreamManager } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import { afterEach, expect, test } from 'vitest'
import { startOfWindow } from '../../src/platform/bus/store.ts'
import { newId } from '../../src/platform/process/clock.ts'
import { waitFor } from '../wait.ts'
import {
  cutBusConnections,
  expectExact,
  makeNatsRig,
  makeStream,
  type NatsRig,
  waitUntilCarried,
} from './nats-rig.ts'
import { eventOf, eventsOf, makeRecorder, publish } from './suite.ts'

let rig: NatsRig
afterEach(() => rig.close())

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** A consumer with a teller of events of one aggregate, one transaction each. */
function makeStory(consumer: string) {
  const subject = newId()
  const recorder = makeRecorder(consumer)
  const told: Envelope[] = []
  const tell = async (count: number): Promise<Envelope> => {
    const events = eventsOf(subject, count, told.length + 1)
    for (const event of events) {
      await publish(rig.db, [event])
      told.push(event)
    }
    return events.at(-1) as Envelope
  }
  /** An event that came twice, because its first transaction was cut off, counts once. */
  const heard = (count = told.length) =>
    waitFor('what was told', () => new Set(recorder.versionsOf(subject)).size >= count)
  return {
    ...recorder,
    tell,
    heard,
    /** Each once, in order: nothing was delivered again, as no process died. */
    expectAll: () => expect(recorder.versionsOf(subject)).toEqual(upTo(told.length)),
  }
}

/** A shop that hears of its events by the stream. */
async function begin(consumer: string, settings: readonly string[] = []) {
  rig = await makeNatsRig({ settings })
  const story = makeStory(consumer)
  const process = await rig.start([story.subscription])
  await waitUntilCarried(rig, process, story.handled)
  return { story, process }
}

test('a bus starts while the broker is away, works by the outbox alone, and goes over to the stream when it comes', async () => {
  rig = await makeNatsRig({ started: false })
  const story = makeStory('early')
  const process = await rig.start([story.subscription])
  await story.tell(30)
  await story.heard()
  expect(await process.metric('holdfast_broker_connected')).toBe(0)
  // Whoever is to publish tells how long it has waited, though no broker was ever there.
  await waitFor('the backlog', async () => {
    await story.tell(1)
    return (await process.metric('holdfast_relay_backlog_seconds')) > 0
  })
  await rig.broker.start()
  await waitFor('the broker', async () => (await process.metric('holdfast_broker_connected')) === 1)
  await waitUntilCarried(rig, process, story.handled)
  await expectExact(rig, await story.tell(30))
  await story.heard()
  story.expectAll()
})

test('a broker killed with -9 again and again in the middle loses nothing, and the stream stays exact', async () => {
  const { story, process } = await begin('hard')
  for (let round = 0; round < 3; round += 1) {
    const telling = story.tell(40)
    await story.heard(round * 40 + 10)
    await rig.broker.kill()
    await telling
    await rig.broker.start()
    await waitUntilCarried(rig, process, story.handled)
  }
  const messages = await expectExact(rig, await story.tell(5))
  await story.heard()
  story.expectAll()
  expect(messages.length).toBeGreaterThan(50)
})

test('what the broker had is wiped: readers miss nothing, and the stream begins anew without the past', async () => {
  const { story, process } = await begin('wiped')
  await story.tell(50)
  await rig.broker.kill()
  await story.tell(25)
  // As the events of these tests are of long ago, so is the oldest that waits.
  await waitFor('the backlog', async () => (await process.metric('holdfast_relay_backlog_seconds')) > 0)
  await rig.broker.wipe()
  await rig.broker.start()
  await story.tell(25)
  await waitUntilCarried(rig, process, story.handled)
  const messages = await expectExact(rig, await story.tell(10))
  await waitFor('no backlog', async () => (await process.metric('holdfast_relay_backlog_seconds')) === 0)
  await story.heard()
  story.expectAll()
  expect(messages.length).toBeLessThan(story.handled.length)
})

test('a store set back to an older copy goes on from where it is, and what was heard is not heard again', async () => {
  const { story, process } = await begin('set-back')
  await expectExact(rig, await story.tell(20))
  await rig.broker.kill()
  const setBack = await rig.broker.copy()
  await rig.broker.start()
  await waitUntilCarried(rig, process, story.handled)
  await expectExact(rig, await story.tell(40))
  await rig.broker.kill()
  await setBack()
  await rig.broker.start()
  await waitUntilCarried(rig, process, story.handled)
  const messages = await expectExact(rig, await story.tell(20))
  await story.heard()
  story.expectAll()
  expect(await process.metric('holdfast_events_republished_total')).toBeGreaterThanOrEqual(40)
  expect(messages.length).toBeGreaterThanOrEqual(80)
})

test('a stream that is deleted under a running shop is made again, and nothing is missed', async () => {
  const { story, process } = await begin('deleted')
  for (let round = 0; round < 2; round += 1) {
    const telling = story.tell(40)
    await story.heard(round * 40 + 10)
    await rig.withStream(async (_stream, connection, name) =>
      (await jetstreamManager(connection)).streams.delete(name),
    )
    await telling
    await story.heard()
    await waitUntilCarried(rig, process, story.handled)
  }
  await expectExact(rig, await story.tell(5))
  await story.heard()
  story.expectAll()
})

test('a stream that is emptied under a running shop costs nothing, also what nobody had read yet', async () => {
  const { story } = await begin('emptied')
  for (let round = 0; round < 3; round += 1) {
    const telling = story.tell(40)
    await story.heard(round * 40 + 10)
    await rig.withStream((stream) => stream.clear())
    await telling
    await story.heard()
  }
  story.expectAll()
})

test('a stream that drops messages before they are read has gaps, which readers fill from the outbox', async () => {
  rig = await makeNatsRig()
  await makeStream(rig, { max_msgs: 3 })
  const story = makeStory('gaps')
  const process = await rig.start([story.subscription])
  await waitUntilCarried(rig, process, story.handled)
  const before = await process.metric('holdfast_events_pulled_total')
  const crowds = upTo(8).map(() => eventsOf(newId(), 300))
  for (const crowd of crowds) {
    await publish(rig.db, crowd)
    process.bus.hint()
  }
  await waitFor('all of them', () =>
    crowds.every(([first]) => story.versionsOf(first?.subject ?? '').length >= 300),
  )
  for (const [first] of crowds) expect(story.versionsOf(first?.subject ?? '')).toEqual(upTo(300))
  expect((await process.metric('holdfast_events_pulled_total')) - before).toBeGreaterThan(0)
})

test('a consumer that was away while the stream was trimmed is told all it missed, in order', async () => {
  rig = await makeNatsRig()
  await makeStream(rig, { max_msgs: 10 })
  const other = makeRecorder('present')
  const process = await rig.start([other.subscription])
  const story = makeStory('absent')
  const first = await rig.start([story.subscription])
  await story.tell(5)
  await story.heard()
  await first.bus.stop()
  await story.tell(100)
  await waitFor('the stream', async () => other.handled.length >= 105)
  await rig.start([story.subscription])
  await story.heard()
  await waitUntilCarried(rig, process, other.handled)
  await story.tell(5)
  await story.heard()
  story.expectAll()
})

test('a broker that is away for longer than it remembers duplicates gets each event once', async () => {
  const windowMs = 150
  rig = await makeNatsRig()
  await makeStream(rig, { duplicate_window: nanos(windowMs) })
  const story = makeStory('late')
  const process = await rig.start([story.subscription])
  await waitUntilCarried(rig, process, story.handled)
  for (let round = 0; round < 2; round += 1) {
    const telling = story.tell(40)
    await story.heard(round * 40 + 10)
    await rig.broker.kill()
    const downAtMs = performance.now()
    await telling
    await waitFor('the window over', () => performance.now() - downAtMs > windowMs * 2)
    await rig.broker.start()
    await waitUntilCarried(rig, process, story.handled)
  }
  await expectExact(rig, await story.tell(5))
  await story.heard()
  story.expectAll()
})

test('publishing moves to another process when its connections are cut, and the stream stays exact', async () => {
  rig = await makeNatsRig()
  const story = makeStory('moved')
  const one = await rig.start([story.subscription])
  await rig.start([])
  await waitUntilCarried(rig, one, story.handled)
  for (let round = 0; round < 3; round += 1) {
    const telling = story.tell(40)
    await story.heard(round * 40 + 10)
    if (round % 2 === 0) rig.wire.cut()
    await cutBusConnections(rig.db)
    await telling
  }
  await story.heard()
  await expectExact(rig, await story.tell(5))
  await story.heard()
  expect(new Set(story.handled.map(({ id }) => id)).size).toBeGreaterThanOrEqual(125)
})

test('a wire that falls silent without a word is noticed, and the outbox tells until it speaks again', async () => {
  const { story, process } = await begin('silence')
  rig.wire.hold(true)
  await story.tell(30)
  await story.heard()
  rig.wire.heal()
  await waitUntilCarried(rig, process, story.handled)
  await expectExact(rig, await story.tell(10))
  await story.heard()
  story.expectAll()
})

test('an event that is too large for the broker arrives as it was committed', async () => {
  const { story } = await begin('large', ['max_payload: 20000'])
  const subject = newId()
  const sent = eventsOf(subject, 5).map((event, index) => {
    const reason = 'x'.repeat(index % 2 === 1 ? 50_000 : 1)
    return { ...event, data: { ...(event.data as object), reason } }
  })
  await publish(rig.db, sent)
  await waitFor('all five', () => story.versionsOf(subject).length === 5)
  expect(story.handled.filter((event) => event.subject === subject)).toEqual(sent)
  const messages = await expectExact(rig, sent.at(-1) as Envelope)
  expect(messages.slice(-5).map(({ bytes }) => bytes === 0)).toEqual([false, true, false, true, false])
})

test('a stream that ends with an event of which the outbox knows nothing is emptied before anything is published to it', async () => {
  rig = await makeNatsRig()
  const stranger = eventOf(newId(), 1)
  await rig.withStream(async (stream) => {
    await stream.ensure()
    const place = { windowFrom: 1, windowTo: 2, seq: 1, endsWindow: true }
    await stream.publish([{ envelope: stranger, place, before: startOfWindow(1), expected: { sequence: 0 } }])
  })
  const story = makeStory('history')
  const process = await rig.start([story.subscription])
  await waitUntilCarried(rig, process, story.handled)
  const messages = await expectExact(rig, await story.tell(20))
  await story.heard()
  story.expectAll()
  expect(messages.some(({ id }) => id === stranger.id)).toBe(false)
})

test('what others put into the stream is passed over', async () => {
  const { story } = await begin('noise')
  for (let round = 0; round < 3; round += 1) {
    await rig.withStream(async (_stream, connection, name) => {
      connection.publish(
        `holdfast.events.${name.replace('HOLDFAST_', '')}.payments.PaymentVoided`,
        '{"id":"noise"}',
      )
      await connection.flush()
    })
    await story.tell(10)
    await story.heard()
  }
  story.expectAll()
})
