// What every bus adapter promises, as tests. An adapter passes when `describeBusContract` runs
// green on its fixture.
import type { Envelope, Event } from '@holdfast/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  ack,
  type Bus,
  defaultRetryPolicy,
  type RetryPolicy,
  retryDelayMs,
  type Subscription,
  type Verdict,
} from '../../src/platform/bus/bus.ts'
import { makeHandler } from '../../src/platform/commands/handle.ts'
import { appendToOutbox } from '../../src/platform/commands/outbox.ts'
import { type Database, sql } from '../../src/platform/postgres/database.ts'
import { newId } from '../../src/platform/process/clock.ts'
import { type Add, counterModel, createCounters, readCounters } from '../counter.ts'
import { store, storeAtOnce } from '../database.ts'
import { waitFor } from '../wait.ts'

export interface BusFixture {
  /** Where events are committed and effects are stored. */
  readonly db: Database
  /** A bus as another process has it: a connection and a memory of its own. */
  makeBus(options?: { retry?: RetryPolicy; pageSize?: number }): Bus
  /** Cuts every connection by which buses read. */
  cutConnections(): Promise<void>
  close(): Promise<void>
}

export const quickRetry: RetryPolicy = { maxAttempts: 4, maxUnreadable: 6, firstDelayMs: 5, maxDelayMs: 40 }
/** For events that must not be given up while a test holds them back. */
export const patientRetry: RetryPolicy = {
  maxAttempts: 1_000_000,
  maxUnreadable: 1_000_000,
  firstDelayMs: 5,
  maxDelayMs: 20,
}

/** The `version`th event of an aggregate. */
export function eventOf(subject: string, version: number): Envelope {
  return {
    specversion: '1.0',
    id: newId(),
    source: 'holdfast/payments',
    subject,
    version,
    occurredAt: '2026-01-01T00:00:00.000Z',
    causationId: null,
    correlationId: subject,
    organisationId: null,
    type: 'PaymentVoided',
    data: { orderId: subject, paymentId: subject, reason: '1' },
  }
}

/** The same of a second type. */
export function checkInOf(subject: string, version: number): Envelope {
  return {
    ...eventOf(subject, version),
    source: 'holdfast/tickets',
    type: 'TicketCheckedIn',
    data: { orderId: subject, ticketId: subject },
  }
}

export function eventsOf(subject: string, count: number, from = 1): Envelope[] {
  return Array.from({ length: count }, (_, index) => eventOf(subject, from + index))
}

export function publish(db: Database, events: readonly Envelope[]): Promise<void> {
  return storeAtOnce(db, () => appendToOutbox(events))
}

/**
 * A consumer that writes down what it handled, and puts off what `holds` says, with what stands
 * behind it.
 */
export function makeRecorder(consumer: string, holds: (event: Event) => boolean = () => false) {
  const handled: Event[] = []
  const tries: Event[] = []
  const subscription: Subscription = {
    consumer,
    types: ['PaymentVoided'],
    async handle(events) {
      const heldSubjects = new Set<string>()
      return events.map((event): Verdict => {
        if (!heldSubjects.has(event.subject)) {
          tries.push(event)
          if (!holds(event)) {
            handled.push(event)
            return ack
          }
          heldSubjects.add(event.subject)
        }
        return { kind: 'retry', reason: 'held by the test' }
      })
    },
  }
  const versionsOf = (subject: string) =>
    handled.filter((event) => event.subject === subject).map((event) => event.version)
  return { subscription, handled, tries, versionsOf }
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

export function describeBusContract(name: string, makeFixture: () => Promise<BusFixture>): void {
  describe(`the bus on ${name}`, () => {
    let fixture: BusFixture
    let buses: Bus[]

    beforeEach(async () => {
      fixture = await makeFixture()
      buses = []
    })
    afterEach(async () => {
      await Promise.all(buses.map((bus) => bus.stop()))
      await fixture.close()
    })

    const startBus = async (
      subscriptions: readonly Subscription[],
      options?: { retry?: RetryPolicy; pageSize?: number },
    ) => {
      const bus = fixture.makeBus(options)
      buses.push(bus)
      for (const subscription of subscriptions) bus.subscribe(subscription)
      await bus.start()
      return bus
    }

    test('every consumer gets every event of its types, in order per aggregate', async () => {
      const [a, b] = [newId(), newId()]
      const first = makeRecorder('first')
      const second = makeRecorder('second')
      const other: Event[] = []
      const deaf: Subscription = {
        consumer: 'deaf',
        types: ['ShowCancelled'],
        handle: async (events) => (other.push(...events), events.map(() => ack)),
      }
      const bus = await startBus([first.subscription, second.subscription, deaf])
      await publish(fixture.db, [eventOf(a, 1), eventOf(b, 1), eventOf(a, 2)])
      bus.hint()
      await publish(fixture.db, [eventOf(a, 3), eventOf(b, 2)])
      for (const { handled, versionsOf } of [first, second]) {
        await waitFor('five events', () => handled.length >= 5)
        expect(versionsOf(a)).toEqual([1, 2, 3])
        expect(versionsOf(b)).toEqual([1, 2])
      }
      expect(other).toEqual([])
    })

    test('an event arrives as it was committed', async () => {
      const recorder = makeRecorder('reader')
      const sent = {
        ...eventOf(newId(), 7),
        causationId: 'request-1',
        occurredAt: '2026-03-04T05:06:07.089Z',
      }
      await startBus([recorder.subscription])
      await publish(fixture.db, [sent])
      const [got] = await waitFor('the event', () => recorder.handled.length > 0 && recorder.handled)
      expect(got).toEqual(sent)
    })

    test('an event is delivered again after its consumer threw, and its neighbours are spared', async () => {
      const [sick, sound] = [newId(), newId()]
      let failures = 0
      const handled: string[] = []
      await startBus(
        [
          {
            consumer: 'thrower',
            types: ['PaymentVoided'],
            async handle(events) {
              if (failures < 3 && events.some((event) => event.subject === sick)) {
                failures += 1
                throw new Error('not now')
              }
              handled.push(
                ...events.map((event) => `${event.subject === sick ? 'sick' : 'sound'} ${event.version}`),
              )
              return events.map(() => ack)
            },
          },
        ],
        { retry: quickRetry },
      )
      await publish(fixture.db, [eventOf(sound, 1), eventOf(sick, 1), eventOf(sound, 2), eventOf(sick, 2)])
      await waitFor('all four', () => handled.length === 4)
      expect(handled.filter((entry) => entry.startsWith('sound'))).toEqual(['sound 1', 'sound 2'])
      expect(handled.filter((entry) => entry.startsWith('sick'))).toEqual(['sick 1', 'sick 2'])
      expect(handled.indexOf('sound 2')).toBeLessThan(handled.indexOf('sick 1'))
    })

    test('a consumer that gives fewer verdicts than it got events loses none', async () => {
      const subject = newId()
      let silent = true
      const handled: number[] = []
      await startBus(
        [
          {
            consumer: 'silent',
            types: ['PaymentVoided'],
            async handle(events) {
              if (silent) {
                silent = false
                return []
              }
              handled.push(...events.map((event) => event.version))
              return events.map(() => ack)
            },
          },
        ],
        { retry: quickRetry },
      )
      await publish(fixture.db, eventsOf(subject, 3))
      await waitFor('all three', () => handled.length === 3)
      expect(handled).toEqual([1, 2, 3])
    })

    test('while one event is put off, its aggregate waits behind it and others go on', async () => {
      const [held, free] = [newId(), newId()]
      let holding = true
      const recorder = makeRecorder(
        'holder',
        (event) => holding && event.subject === held && event.version === 2,
      )
      await startBus([recorder.subscription], { retry: patientRetry, pageSize: 3 })
      await publish(fixture.db, [...eventsOf(held, 4), ...eventsOf(free, 4)])
      await waitFor('the free ones', () => recorder.versionsOf(free).length === 4)
      await publish(fixture.db, [eventOf(held, 5), eventOf(free, 5)])
      await waitFor('the free ones', () => recorder.versionsOf(free).length === 5)
      await waitFor(
        'a second try',
        () => recorder.tries.filter((event) => event.subject === held && event.version === 2).length > 1,
      )
      expect(recorder.versionsOf(held)).toEqual([1])
      holding = false
      await waitFor('the held ones', () => recorder.versionsOf(held).length === 5)
      expect(recorder.versionsOf(held)).toEqual(upTo(5))
      expect(recorder.versionsOf(free)).toEqual(upTo(5))
    })

    test('order is kept when more aggregates wait than fit into many pages', async () => {
      const subjects = Array.from({ length: 1_300 }, newId)
      let holding = true
      const recorder = makeRecorder('crowd', (event) => holding && event.version === 1)
      await startBus([recorder.subscription], { retry: patientRetry })
      await publish(
        fixture.db,
        subjects.map((subject) => eventOf(subject, 1)),
      )
      await waitFor('one try each', () => recorder.tries.length >= subjects.length)
      await publish(
        fixture.db,
        subjects.flatMap((subject) => [eventOf(subject, 2), eventOf(subject, 3)]),
      )
      await publish(fixture.db, [eventOf(newId(), 2)])
      await waitFor('the event after them', () => recorder.handled.length === 1)
      holding = false
      await waitFor('all of them', () => recorder.handled.length === subjects.length * 3 + 1)
      const seen = new Map<string, number[]>()
      for (const event of recorder.handled)
        seen.set(event.subject, [...(seen.get(event.subject) ?? []), event.version])
      expect(subjects.filter((subject) => seen.get(subject)?.join() !== '1,2,3')).toEqual([])
    })

    test('the time to the next try grows up to a bound', async () => {
      const growing = upTo(14).map((attempt) => retryDelayMs(defaultRetryPolicy, attempt))
      expect(growing.slice(0, 4)).toEqual([50, 100, 200, 400])
      expect(growing.at(-1)).toBe(defaultRetryPolicy.maxDelayMs)

      const triedAtMs: number[] = []
      const retry = { maxAttempts: 5, maxUnreadable: 5, firstDelayMs: 20, maxDelayMs: 80 }
      const recorder = makeRecorder('slower', () => (triedAtMs.push(performance.now()), true))
      const bus = await startBus([recorder.subscription], { retry })
      await publish(fixture.db, [eventOf(newId(), 1)])
      await waitFor('the dead letter', async () => (await bus.listDeadLetters()).length > 0)
      // A try may come late, never early; 5 ms for two clocks.
      const gapsMs = triedAtMs.slice(1).map((atMs, index) => atMs - (triedAtMs[index] ?? 0))
      for (const [index, leastMs] of [20, 40, 80, 80].entries())
        expect(gapsMs[index]).toBeGreaterThan(leastMs - 5)
    })

    test('what keeps failing is a dead letter after the last try, and its aggregate goes on', async () => {
      const [sick, sound] = [newId(), newId()]
      const recorder = makeRecorder('undertaker', (event) => event.subject === sick && event.version === 1)
      const bus = await startBus([recorder.subscription], { retry: quickRetry })
      const events = [...eventsOf(sick, 3), eventOf(sound, 1)]
      await publish(fixture.db, events)
      await waitFor('the later events', () => recorder.versionsOf(sick).length === 2)
      expect(recorder.versionsOf(sick)).toEqual([2, 3])
      expect(recorder.tries.filter((event) => event.id === events[0]?.id)).toHaveLength(
        quickRetry.maxAttempts,
      )
      const letters = await bus.listDeadLetters('undertaker')
      expect(letters).toMatchObject([
        {
          consumer: 'undertaker',
          eventId: events[0]?.id,
          type: 'PaymentVoided',
          subject: sick,
          attempts: 4,
          reason: 'held by the test',
        },
      ])
      expect(await bus.listDeadLetters('somebody else')).toEqual([])
    })

    test('what stands behind a failing event loses no tries of its own', async () => {
      const subject = newId()
      const recorder = makeRecorder('fair', (event) => event.version <= 2)
      const bus = await startBus([recorder.subscription], { retry: quickRetry })
      await publish(fixture.db, eventsOf(subject, 3))
      await waitFor('two dead letters', async () => (await bus.listDeadLetters()).length === 2)
      await waitFor('the third', () => recorder.handled.length === 1)
      const triesOf = (version: number) => recorder.tries.filter((event) => event.version === version).length
      expect([triesOf(1), triesOf(2), triesOf(3)]).toEqual([4, 4, 1])
    })

    /**
     * One that no version of the shop reads like this; `mend` makes it sound, as an upgrade makes
     * it readable.
     */
    const makeUnreadable = (subject: string, version: number) => {
      const sound = eventOf(subject, version)
      return {
        event: { ...sound, data: { ...(sound.data as object), orderId: 'no uuid' } },
        mend: () =>
          fixture.db.query(sql('', 'update platform.outbox set data = $2 where id = $1'), [
            sound.id,
            JSON.stringify(sound.data),
          ]),
      }
    }

    test('an event that cannot be read never reaches the service; its aggregate waits with it and others go on', async () => {
      const [odd, sound] = [newId(), newId()]
      const recorder = makeRecorder('strict')
      const bus = await startBus([recorder.subscription], { retry: patientRetry })
      const { event, mend } = makeUnreadable(odd, 2)
      await publish(fixture.db, [eventOf(odd, 1), event, eventOf(odd, 3), eventOf(sound, 1)])
      await waitFor('the sound one', () => recorder.versionsOf(sound).length === 1)
      await publish(fixture.db, [eventOf(odd, 4), eventOf(sound, 2)])
      await waitFor('the sound one', () => recorder.versionsOf(sound).length === 2)
      expect(recorder.versionsOf(odd)).toEqual([1])
      expect(await bus.listDeadLetters()).toEqual([])
      await mend()
      await waitFor('all of them', () => recorder.versionsOf(odd).length === 4)
      expect(recorder.versionsOf(odd)).toEqual([1, 2, 3, 4])
    })

    test('what nobody can read is a dead letter after a while, and its aggregate goes on', async () => {
      const subject = newId()
      const recorder = makeRecorder('strict')
      const bus = await startBus([recorder.subscription], { retry: quickRetry })
      const { event } = makeUnreadable(subject, 1)
      await publish(fixture.db, [event, eventOf(subject, 2)])
      await waitFor('the sound one', () => recorder.handled.length === 1)
      const [letter] = await bus.listDeadLetters()
      expect(letter).toMatchObject({ eventId: event.id, attempts: quickRetry.maxUnreadable })
      expect(letter?.reason).toContain('PaymentVoided/data/orderId')
      expect(recorder.tries.map((each) => each.version)).toEqual([2])
    })

    test('a process that can read what another gave up takes it up by itself; other dead letters wait for a person', async () => {
      const [odd, sick] = [newId(), newId()]
      const recorder = makeRecorder('upgraded', (each) => each.subject === sick)
      const { event, mend } = makeUnreadable(odd, 1)
      const older = await startBus([recorder.subscription], { retry: quickRetry })
      await publish(fixture.db, [event, eventOf(sick, 1)])
      await waitFor('two dead letters', async () => (await older.listDeadLetters()).length === 2)
      await older.stop()
      await mend()
      const newer = await startBus([recorder.subscription], { retry: quickRetry })
      await waitFor('the event', () => recorder.versionsOf(odd).length === 1)
      await waitFor('one dead letter', async () => (await newer.listDeadLetters()).length === 1)
      expect(recorder.tries.filter(({ subject }) => subject === sick)).toHaveLength(quickRetry.maxAttempts)
    })

    /**
     * A consumer as two versions have it: the newer one hears a type more, which is told all the
     * while.
     */
    const makeVersions = (consumer: string) => {
      const handled: Event[] = []
      const subscriptionOf = (types: Subscription['types']): Subscription => ({
        consumer,
        types,
        handle: async (events) => (handled.push(...events), events.map(() => ack)),
      })
      const older = subscriptionOf(['PaymentVoided'])
      const newer = subscriptionOf(['PaymentVoided', 'TicketCheckedIn'])
      return {
        older,
        newer,
        handled,
        idsOf: (type: string) => handled.filter((each) => each.type === type).map(({ id }) => id),
      }
    }

    test('a type that a newer version hears is heard from its first event on, also after an older one read on', async () => {
      const { older, newer, handled, idsOf } = makeVersions('both')
      const told: Envelope[] = []
      const tell = async () => {
        const subject = newId()
        const events = [eventOf(subject, 1), checkInOf(subject, 2), eventOf(subject, 3)]
        told.push(...events)
        await publish(fixture.db, events)
      }
      const idsTold = (type: string) => told.filter((each) => each.type === type).map(({ id }) => id)
      const runWith = async (subscription: Subscription) => {
        const bus = await startBus([subscription], { pageSize: 2 })
        for (let round = 0; round < 3; round += 1) await tell()
        await waitFor(
          'what it hears',
          () => new Set(idsOf('PaymentVoided')).size === idsTold('PaymentVoided').length,
        )
        if (subscription === newer)
          await waitFor(
            'all of the other type',
            () => new Set(idsOf('TicketCheckedIn')).size === idsTold('TicketCheckedIn').length,
          )
        await bus.stop()
      }
      await runWith(older)
      expect(idsOf('TicketCheckedIn')).toEqual([])
      await runWith(newer)
      const before = idsOf('TicketCheckedIn').length
      await runWith(older)
      expect(idsOf('TicketCheckedIn')).toHaveLength(before)
      await runWith(newer)
      // What was handled once may come again after a change of versions; nothing is missing and
      // nothing else came.
      expect(new Set(handled.map(({ id }) => id))).toEqual(new Set(told.map(({ id }) => id)))
    })

    test('the same version again reads nothing twice', async () => {
      const { newer, handled } = makeVersions('same')
      for (let round = 1; round <= 3; round += 1) {
        const bus = await startBus([newer])
        await publish(fixture.db, [eventOf(newId(), 1), checkInOf(newId(), 1)])
        await waitFor('two more', () => handled.length >= round * 2)
        await bus.stop()
        expect(handled).toHaveLength(round * 2)
      }
    })

    test('a verdict of dead is a dead letter at once', async () => {
      let tries = 0
      const bus = await startBus([
        {
          consumer: 'judge',
          types: ['PaymentVoided'],
          handle: async (events) =>
            events.map(() => ((tries += 1), { kind: 'dead' as const, reason: 'no such thing' })),
        },
      ])
      await publish(fixture.db, [eventOf(newId(), 1)])
      const letters = await waitFor('the dead letter', async () => {
        const found = await bus.listDeadLetters()
        return found.length > 0 && found
      })
      expect(letters).toMatchObject([{ attempts: 1, reason: 'no such thing' }])
      expect(tries).toBe(1)
    })

    test('a dead letter that is replayed gets a full round of tries, from whichever process asks', async () => {
      const subject = newId()
      let failing = true
      const recorder = makeRecorder('second-chance', () => failing)
      const bus = await startBus([recorder.subscription], { retry: quickRetry })
      const event = eventOf(subject, 1)
      await publish(fixture.db, [event])
      await waitFor('the dead letter', async () => (await bus.listDeadLetters()).length === 1)
      const elsewhere = fixture.makeBus()
      buses.push(elsewhere)
      expect(await elsewhere.replay('second-chance', event.id)).toBe(true)
      await waitFor('the next round', () => recorder.tries.length === quickRetry.maxAttempts * 2)
      await waitFor('the dead letter', async () => (await bus.listDeadLetters()).length === 1)
      failing = false
      expect(await bus.replay('second-chance', event.id)).toBe(true)
      await waitFor('the event', () => recorder.handled.length === 1)
      await waitFor('no dead letter', async () => (await bus.listDeadLetters()).length === 0)
      expect(await bus.replay('second-chance', event.id)).toBe(false)
      expect(await bus.replay('second-chance', newId())).toBe(false)
    })

    test('a consumer added later reads from the start, over many pages', async () => {
      const subjects = Array.from({ length: 7 }, newId)
      const early = makeRecorder('early')
      const first = await startBus([early.subscription], { pageSize: 10 })
      for (let version = 1; version <= 15; version += 1)
        await publish(
          fixture.db,
          subjects.map((subject) => eventOf(subject, version)),
        )
      await waitFor('all of them', () => early.handled.length === 105)
      await first.stop()
      const late = makeRecorder('late')
      await startBus([early.subscription, late.subscription], { pageSize: 10 })
      await waitFor('all of them', () => late.handled.length === 105)
      for (const subject of subjects) expect(late.versionsOf(subject)).toEqual(upTo(15))
      await publish(fixture.db, [eventOf(newId(), 1)])
      await waitFor('the newest', () => early.handled.length >= 106)
      expect(early.handled).toHaveLength(106)
    })

    test('twelve thousand waiting events are caught up with, each once and in order', async () => {
      const subjects = Array.from({ length: 400 }, newId)
      for (let version = 1; version <= 30; version += 1)
        await publish(
          fixture.db,
          subjects.map((subject) => eventOf(subject, version)),
        )
      const last = new Map<string, number>()
      let outOfOrder = 0
      let count = 0
      await startBus([
        {
          consumer: 'catcher',
          types: ['PaymentVoided'],
          async handle(events) {
            for (const { subject, version } of events) {
              if (version !== (last.get(subject) ?? 0) + 1) outOfOrder += 1
              last.set(subject, version)
            }
            count += events.length
            return events.map(() => ack)
          },
        },
      ])
      await waitFor('all of them', () => count >= 12_000)
      expect({ count, outOfOrder }).toEqual({ count: 12_000, outOfOrder: 0 })
    })

    test('an event whose transaction began first and committed last is not lost', async () => {
      const [slow, quick] = [newId(), newId()]
      const recorder = makeRecorder('patient')
      await startBus([recorder.subscription])
      const writer = await fixture.db.connect()
      await writer.query(sql('', 'begin'))
      await store(writer, appendToOutbox([eventOf(slow, 1)]))
      await publish(fixture.db, [eventOf(quick, 1)])
      const seen = makeRecorder('patient-too')
      await startBus([seen.subscription])
      await writer.query(sql('', 'commit'))
      await writer.close()
      await publish(fixture.db, [eventOf(quick, 2)])
      for (const { handled, versionsOf } of [recorder, seen]) {
        await waitFor('all three', () => handled.length === 3)
        expect(versionsOf(slow)).toEqual([1])
        expect(versionsOf(quick)).toEqual([1, 2])
      }
    })

    /**
     * A transaction gets its id (it locks another row), then one with a newer id writes the
     * aggregate's first event and commits, and only then the older transaction locks the aggregate
     * and writes the second. `between` may keep a third transaction open with an id between the
     * two.
     */
    const writeInverted = async (subject: string, other: string, between: boolean) => {
      const older = await fixture.db.connect()
      const middle = await fixture.db.connect()
      const lock = sql('', 'select 1 from public.counters where id = $1 for update')
      await older.query(sql('', 'begin'))
      await older.query(lock, [other])
      await middle.query(sql('', 'begin'))
      if (between) await middle.query(sql('', 'select pg_current_xact_id()'))
      await fixture.db.batch(async (tx) => {
        await tx.begun
        await tx.query(lock, [subject])
        await tx.commitWith(appendToOutbox([eventOf(subject, 1)]))
      })
      await older.query(lock, [subject])
      await store(older, appendToOutbox([eventOf(subject, 2)]))
      await older.query(sql('', 'commit'))
      await older.close()
      return {
        async finish() {
          await middle.query(sql('', 'commit'))
          await middle.close()
        },
      }
    }

    test.each([false, true])(
      'order is kept when the later event is of the older transaction (another open between them: %s)',
      async (between) => {
        const [subject, other, marker] = [newId(), newId(), newId()]
        await createCounters(fixture.db, [subject, other])
        const recorder = makeRecorder('historian')
        await publish(fixture.db, [eventOf(marker, 1)])
        const { finish } = await writeInverted(subject, other, between)
        await startBus([recorder.subscription])
        // The consumer has looked at the stream as it is now, with the transaction between still
        // open.
        await waitFor('the marker', () => recorder.versionsOf(marker).length === 1)
        await finish()
        await waitFor('all three', () => recorder.handled.length === 3)
        expect(recorder.versionsOf(subject)).toEqual([1, 2])
      },
    )

    test('order is kept under many writers of the same aggregates at once', async () => {
      const subjects = Array.from({ length: 6 }, newId)
      await createCounters(fixture.db, subjects)
      const handlers = upTo(3).map(() =>
        makeHandler(counterModel, { db: fixture.db, onCommitted: () => undefined, maxBatch: 7 }),
      )
      const recorder = makeRecorder('watcher')
      await startBus([recorder.subscription], { pageSize: 5 })
      const commands = upTo(360).map(
        (index): Add => ({ type: 'Add', id: subjects[index % 6] ?? '', amount: 1 }),
      )
      await Promise.all(commands.map((command, index) => handlers[index % 3]?.handle(command)))
      await waitFor('all of them', () => recorder.handled.length >= 360)
      for (const subject of subjects) expect(recorder.versionsOf(subject)).toEqual(upTo(60))
    })

    /** A consumer as services write them: each event adds one to a counter, through the inbox. */
    const makeCountingConsumer = (consumer: string, ids: ReadonlyMap<string, string>) => {
      const handler = makeHandler(counterModel, { db: fixture.db, onCommitted: () => undefined })
      let batches = 0
      const subscription: Subscription = {
        consumer,
        types: ['TicketCheckedIn'],
        async handle(events) {
          batches += 1
          const translated = events.map((event) => ({
            eventId: event.id,
            subject: event.subject,
            commands: [{ type: 'Add' as const, id: ids.get(event.subject) ?? event.subject, amount: 1 }],
          }))
          const handled = await handler.handleEvents(
            consumer,
            translated,
            (rejection) => rejection === 'counter_unknown',
          )
          return handled.map((each): Verdict => (each.ok ? ack : { kind: 'retry', reason: each.rejection }))
        },
      }
      return { subscription, batches: () => batches }
    }
    test('duplicates take effect once', async () => {
      const subject = newId()
      await createCounters(fixture.db, [subject])
      const consumer = makeCountingConsumer('counter', new Map())
      const twice: Subscription = {
        ...consumer.subscription,
        async handle(events) {
          await consumer.subscription.handle(events)
          return consumer.subscription.handle([...events])
        },
      }
      await startBus([twice])
      await publish(
        fixture.db,
        upTo(20).map((version) => checkInOf(subject, version)),
      )
      await waitFor('the effects', async () => (await readCounters(fixture.db)).get(subject)?.value === 20)
      await publish(fixture.db, [checkInOf(subject, 21)])
      await waitFor('one more', async () => (await readCounters(fixture.db)).get(subject)?.value === 21)
    })

    test('two processes share a consumer: every event takes effect once, and a stopped one hands over', async () => {
      const subjects = Array.from({ length: 20 }, newId)
      await createCounters(fixture.db, subjects)
      const [one, two] = [
        makeCountingConsumer('counter', new Map()),
        makeCountingConsumer('counter', new Map()),
      ]
      const first = await startBus([one.subscription], { pageSize: 7 })
      await startBus([two.subscription], { pageSize: 7 })
      const total = async () =>
        [...(await readCounters(fixture.db)).values()].reduce((sum, { value }) => sum + value, 0)
      await publish(
        fixture.db,
        subjects.flatMap((subject) => upTo(5).map((version) => checkInOf(subject, version))),
      )
      await waitFor('a hundred effects', async () => (await total()) >= 100)
      await first.stop()
      const before = two.batches()
      await publish(
        fixture.db,
        subjects.map((subject) => checkInOf(subject, 6)),
      )
      await waitFor('twenty more', async () => (await total()) >= 120)
      expect(two.batches()).toBeGreaterThan(before)
      expect(await total()).toBe(120)
    })

    test('a lost connection is made again, nothing is lost and nothing takes effect twice', async () => {
      const subjects = Array.from({ length: 10 }, newId)
      await createCounters(fixture.db, subjects)
      const consumer = makeCountingConsumer('counter', new Map())
      await startBus([consumer.subscription], { pageSize: 3 })
      const values = async () => [...(await readCounters(fixture.db)).values()].map(({ value }) => value)
      for (let version = 1; version <= 6; version += 1) {
        await publish(
          fixture.db,
          subjects.map((subject) => checkInOf(subject, version)),
        )
        if (version % 2 === 0) await fixture.cutConnections()
      }
      await waitFor('all effects', async () => (await values()).every((value) => value >= 6))
      await publish(
        fixture.db,
        subjects.map((subject) => checkInOf(subject, 7)),
      )
      await waitFor('the newest', async () => (await values()).every((value) => value >= 7))
      expect(await values()).toEqual(subjects.map(() => 7))
    })

    test('stop waits for what is being handled, and nothing is delivered after it', async () => {
      const subject = newId()
      let release = () => undefined as void
      const gate = new Promise<void>((resolve) => (release = resolve))
      const log: string[] = []
      const bus = await startBus([
        {
          consumer: 'slow',
          types: ['PaymentVoided'],
          async handle(events) {
            log.push('begun')
            await gate
            log.push('done')
            return events.map(() => ack)
          },
        },
      ])
      await publish(fixture.db, [eventOf(subject, 1)])
      await waitFor('the delivery', () => log.length === 1)
      const stopped = bus.stop().then(() => log.push('stopped'))
      release()
      await stopped
      await publish(fixture.db, [eventOf(subject, 2)])
      bus.hint()
      expect(log).toEqual(['begun', 'done', 'stopped'])
      const next = makeRecorder('slow')
      await startBus([next.subscription])
      await waitFor('the second event', () => next.handled.length === 1)
      expect(next.versionsOf(subject)).toEqual([2])
    })

    test('a bus that was never started stops, and two consumers of one name are refused', async () => {
      const bus = fixture.makeBus()
      bus.subscribe(makeRecorder('once').subscription)
      expect(() => bus.subscribe(makeRecorder('once').subscription)).toThrow('two consumers are once')
      await bus.stop()
    })

    test('a tail shows what is committed from now on, until it is closed, and survives its listener', async () => {
      const [old, fresh] = [newId(), newId()]
      await publish(fixture.db, eventsOf(old, 5))
      const before = makeRecorder('before-the-tail')
      const bus = await startBus([before.subscription])
      // A tail may show a few from just before: from here on these are not.
      await waitFor(
        'the old events',
        () => before.handled.filter(({ subject }) => subject === old).length === 5,
      )
      const seen: Event[] = []
      let failures = 0
      const close = bus.tail(['PaymentVoided'], (events) => {
        seen.push(...events)
        if (failures === 0) {
          failures += 1
          throw new Error('a listener that fails')
        }
      })
      let version = 0
      await waitFor('a new event', async () => {
        await publish(fixture.db, [eventOf(fresh, (version += 1))])
        bus.hint()
        return seen.length > 0
      })
      const next = (version += 1)
      await publish(fixture.db, [{ ...eventOf(fresh, 1), data: {} }, eventOf(fresh, next)])
      await waitFor('one after the failure and a malformed one', () =>
        seen.some((event) => event.version === next),
      )
      expect(seen.filter((event) => event.subject === old)).toEqual([])
      const versions = seen.map((event) => event.version)
      expect(versions).toEqual(versions.toSorted((a, b) => a - b))
      close()
      const other: Event[] = []
      bus.tail(['PaymentVoided'], (events) => other.push(...events))
      await waitFor('the other tail', async () => {
        await publish(fixture.db, [eventOf(fresh, (version += 1))])
        return other.length > 0
      })
      expect(seen.every((event) => event.version <= next)).toBe(true)
    })
  })
}
