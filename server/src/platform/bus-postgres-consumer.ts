// One consumer's loop over the outbox: read a page, handle it, remember the position; park what fails and come back
// to it. While an aggregate has a parked event, its later events wait behind it.
import { MalformedEvent, parseEvent, type Event } from '@holdfast/contract'
import { retryDelayMs, type RetryPolicy, type Subscription, type Verdict } from './bus.ts'
import {
  park,
  readNextPage,
  readParked,
  readPosition,
  savePosition,
  tryLockConsumer,
  unpark,
  type Parked,
  type Parking,
  type Position,
  type StoredEvent,
} from './bus-postgres-store.ts'
import type { Clock } from './clock.ts'
import { isUnavailable, type Connection } from './db.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export interface Consumer {
  run(signal: AbortSignal): Promise<void>
  wake(): void
  /** Dead letters were given another chance by somebody else: look again. */
  reloadParked(): void
}

export interface ConsumerOptions {
  readonly subscription: Subscription
  readonly connection: Connection
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly retry: RetryPolicy
  readonly pageSize: number
}

const lockRetryMs = 1_000
const busyPollMs = 5
const idlePollMs = 200
const busyForMs = 1_000
/** Positions are saved this often: losing one in a crash repeats deliveries, which the inbox recognizes. */
const saveEveryMs = 100

type Delivery = StoredEvent & { readonly attempts: number }

export function makeConsumer(options: ConsumerOptions): Consumer {
  const { subscription, connection, clock, log, metrics, retry } = options
  const { consumer } = subscription
  let waker = new AbortController()
  let parkedSubjects = new Map<string, number>()
  let nextDueMs = Number.POSITIVE_INFINITY

  const wake = () => waker.abort()
  const rest = async (delayMs: number, signal: AbortSignal) => {
    if (signal.aborted) return
    if (!waker.signal.aborted) await clock.sleep(delayMs, waker.signal)
    waker = new AbortController()
  }

  /** Hands deliveries to the service; a batch that throws is tried event by event, to spare the good ones. */
  const deliver = async (deliveries: readonly Delivery[]): Promise<Verdict[]> => {
    const verdicts: Verdict[] = deliveries.map(() => ({ kind: 'ack' }))
    const sound: { index: number; event: Event }[] = []
    for (const [index, delivery] of deliveries.entries()) {
      try {
        sound.push({ index, event: parseEvent(delivery.envelope) })
      } catch (error) {
        if (!(error instanceof MalformedEvent)) throw error
        verdicts[index] = { kind: 'dead', reason: error.message }
      }
    }
    const given = await tryHandle(sound.map(({ event }) => event))
    for (const [position, { index }] of sound.entries()) verdicts[index] = given[position] ?? { kind: 'ack' }
    for (const { event } of sound) {
      metrics.eventLag.observe({ consumer }, (clock.nowMs() - Date.parse(event.occurredAt)) / 1000)
    }
    return verdicts
  }

  const tryHandle = async (events: readonly Event[]): Promise<readonly Verdict[]> => {
    if (events.length === 0) return []
    try {
      return await subscription.handle(events)
    } catch (error) {
      if (isUnavailable(error)) throw error
      log.warn({ err: error, consumer, events: events.length }, 'a batch of events failed')
      if (events.length === 1) return [{ kind: 'retry', reason: (error as Error).message }]
    }
    const verdicts: Verdict[] = []
    const failedSubjects = new Set<string>()
    for (const event of events) {
      if (failedSubjects.has(event.subject)) {
        verdicts.push({ kind: 'retry', reason: 'waits behind an earlier event' })
        continue
      }
      const [verdict] = await tryHandle([event])
      if (verdict?.kind === 'retry') failedSubjects.add(event.subject)
      verdicts.push(verdict ?? { kind: 'ack' })
    }
    return verdicts
  }

  const parkingOf = (delivery: Delivery, verdict: Exclude<Verdict, { kind: 'ack' }>): Parking => {
    const attempts = delivery.attempts + 1
    const dead = verdict.kind === 'dead' || attempts >= retry.maxAttempts
    if (dead) log.error({ consumer, eventId: delivery.envelope.id, reason: verdict.reason }, 'an event is a dead letter')
    metrics.deliveriesFailed.inc({ consumer, outcome: dead ? 'dead' : 'retry' })
    const { subject } = delivery.envelope
    return { seq: delivery.seq, subject, attempts, delayMs: retryDelayMs(retry, attempts), reason: verdict.reason, dead }
  }

  const parkAll = async (parkings: readonly Parking[]) => {
    if (parkings.length === 0) return
    await park(connection, consumer, parkings)
    for (const { subject, dead, delayMs } of parkings) {
      if (dead) continue
      parkedSubjects.set(subject, (parkedSubjects.get(subject) ?? 0) + 1)
      nextDueMs = Math.min(nextDueMs, clock.nowMs() + delayMs)
    }
  }

  const handlePage = async (rows: readonly StoredEvent[]) => {
    const blocked: Parking[] = []
    const free: Delivery[] = []
    for (const row of rows) {
      const { subject } = row.envelope
      if (parkedSubjects.has(subject)) {
        blocked.push({ seq: row.seq, subject, attempts: 0, delayMs: 0, reason: 'waits behind an earlier event', dead: false })
      } else free.push({ ...row, attempts: 0 })
    }
    const verdicts = await deliver(free)
    const failed: Parking[] = []
    for (const [index, delivery] of free.entries()) {
      const verdict = verdicts[index]
      if (verdict && verdict.kind !== 'ack') failed.push(parkingOf(delivery, verdict))
    }
    await parkAll([...failed, ...blocked])
  }

  /** Tries again what is due, one aggregate after the other, each in order until one of its events fails again. */
  const retryParked = async () => {
    const parked = await readParked(connection, consumer)
    const bySubject = Map.groupBy(parked, (entry) => entry.envelope.subject)
    nextDueMs = Number.POSITIVE_INFINITY
    for (const [subject, entries] of bySubject) {
      const left = await retrySubject(entries)
      if (left === 0) bySubject.delete(subject)
    }
    parkedSubjects = new Map([...bySubject].map(([subject, entries]) => [subject, entries.length]))
  }

  const retrySubject = async (entries: readonly Parked[]): Promise<number> => {
    for (const [index, entry] of entries.entries()) {
      if (entry.dueInMs > 0) {
        nextDueMs = Math.min(nextDueMs, clock.nowMs() + entry.dueInMs)
        return entries.length - index
      }
      const [verdict] = await deliver([entry])
      if (!verdict || verdict.kind === 'ack') {
        await unpark(connection, consumer, [entry.seq])
        continue
      }
      const parking = parkingOf(entry, verdict)
      await park(connection, consumer, [parking])
      if (parking.dead) continue
      nextDueMs = Math.min(nextDueMs, clock.nowMs() + parking.delayMs)
      return entries.length - index
    }
    return 0
  }

  const readLoop = async (signal: AbortSignal) => {
    let position: Position = await readPosition(connection, consumer)
    let savedMs = clock.nowMs()
    let saved = true
    let lastEventMs = 0
    nextDueMs = 0
    while (!signal.aborted) {
      if (clock.nowMs() >= nextDueMs) await retryParked()
      const page = await readNextPage(connection, { position, types: subscription.types, limit: options.pageSize })
      if (page.rows.length > 0) {
        lastEventMs = clock.nowMs()
        await handlePage(page.rows)
      }
      if (page.rows.length > 0 || page.next.windowFrom !== position.windowFrom) saved = false
      position = page.next
      const idle = page.rows.length === 0
      if (!saved && (clock.nowMs() - savedMs >= saveEveryMs || signal.aborted)) {
        await savePosition(connection, consumer, position)
        savedMs = clock.nowMs()
        saved = true
      }
      if (idle) {
        const pollMs = clock.nowMs() - lastEventMs < busyForMs ? busyPollMs : idlePollMs
        await rest(Math.max(0, Math.min(pollMs, nextDueMs - clock.nowMs())), signal)
      }
    }
    if (!saved) await savePosition(connection, consumer, position)
  }

  return {
    wake,
    reloadParked() {
      nextDueMs = 0
    },
    async run(signal) {
      signal.addEventListener('abort', wake, { once: true })
      while (!signal.aborted && !(await tryLockConsumer(connection, consumer))) await clock.sleep(lockRetryMs, signal)
      if (signal.aborted) return
      log.info({ consumer }, 'reads events')
      while (!signal.aborted) {
        try {
          await readLoop(signal)
        } catch (error) {
          // The database is away or refused: what was not saved is read again.
          log.warn({ err: error, consumer }, 'reading events failed')
          await clock.sleep(250, signal)
        }
      }
    },
  }
}


