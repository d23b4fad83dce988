// One consumer's loop: get a page, handle it, remember the position; park what fails and come back to it. While an
// aggregate has a parked event, its later events wait behind it.
import type { EventType } from '@holdfast/contract'
import type { Connection } from '../postgres/database.ts'
import { isUnavailable } from '../postgres/failures.ts'
import { makeWaker } from '../process/clock.ts'
import { makeFailpoint } from '../process/failpoint.ts'
import { type RetryPolicy, retryDelayMs } from './bus.ts'
import type { PageSource } from './carrier.ts'
import { type DeliveryOptions, type DeliveryVerdict, makeDeliver, waitsBehind } from './delivery.ts'
import {
  type Parking,
  type Position,
  park,
  readDue,
  readPosition,
  readWaiting,
  type StoredEvent,
  savePosition,
  tryLockConsumer,
  unpark,
} from './store.ts'
import { catchUp, reviveReadable } from './takeover.ts'

export interface Consumer {
  /** Reads until `signal` aborts. Throws when its connection is of no use any more. */
  run(signal: AbortSignal): Promise<void>
  wake(): void
  /** A dead letter was given another chance: look again. */
  reloadParked(): void
}

export interface ConsumerOptions extends DeliveryOptions {
  readonly connection: Connection
  readonly retry: RetryPolicy
  readonly source: PageSource
  readonly pageSize: number
}

const lockRetryMs = 1_000
const busyPollMs = 10
const idlePollMs = 200
const quickLooksMax = 6
/** While events flow, pages are read this far apart: what comes meanwhile shares a transaction with them. */
const pageEveryMs = 4
const restMaxMs = 15
const unhurriedRestMaxMs = 60

/** After a page that took long, as long again: who is short of time saves it by fuller pages. */
const hurriedRestAfter = (tookMs: number): number => (tookMs < pageEveryMs ? pageEveryMs - tookMs : Math.min(tookMs, restMaxMs))
/** When nobody waits: a fifth of the time is enough. */
const unhurriedRestAfter = (tookMs: number): number => Math.min(4 * tookMs, unhurriedRestMaxMs)

/** Positions are saved this often: losing one in a crash repeats deliveries, which the inbox recognizes. */
const saveEveryMs = 100
/** A position that only moved over others' transactions: saving is one too, so an idle shop would write for ever. */
const saveIdleEveryMs = 60_000
/** Parked deliveries are looked at this often even when none is due: another process may have replayed a dead letter. */
const lookAgainEveryMs = 2_000

type Delivery = StoredEvent & { readonly attempts: number }

export function makeConsumer(options: ConsumerOptions): Consumer {
  const { subscription, connection, clock, log, metrics, retry, source } = options
  const { consumer } = subscription
  const deliver = makeDeliver(options)
  const waker = makeWaker(clock)
  const beforeMark = makeFailpoint(`${consumer}.before_mark`)
  /** Empty looks that are still made in quick succession: a hint may come before the horizon has passed its event. */
  let quickLooks = 0
  let waitingSubjects = new Set<string>()
  let lookAgainAtMs = 0

  const wake = () => {
    quickLooks = quickLooksMax
    waker.wake()
  }

  const isUnhurried = (rows: readonly StoredEvent[]): boolean =>
    subscription.isUnhurried?.(rows.map(({ envelope }) => envelope.type as EventType)) ?? false

  const parkingOf = (delivery: Delivery, verdict: Exclude<DeliveryVerdict, { kind: 'ack' }>): Parking => {
    const attempts = delivery.attempts + 1
    const { subject, id: eventId } = delivery.envelope
    const patience = verdict.kind === 'unreadable' ? retry.maxUnreadable : retry.maxAttempts
    const dead = verdict.kind === 'dead' || attempts >= patience
    if (dead) log.error({ consumer, eventId, reason: verdict.reason }, 'an event is a dead letter')
    else if (verdict.kind === 'unreadable' && attempts === 1)
      log.error({ consumer, eventId, reason: verdict.reason }, 'an event waits for a version that can read it')
    metrics.deliveriesFailed.inc({ consumer, outcome: dead ? 'dead' : verdict.kind })
    return { seq: delivery.seq, subject, attempts, delayMs: retryDelayMs(retry, attempts), reason: verdict.reason, dead }
  }

  const parkingBehind = ({ seq, envelope, attempts }: Delivery): Parking => {
    return { seq, subject: envelope.subject, attempts, delayMs: 0, reason: waitsBehind, dead: false }
  }

  /** Delivers, parks what failed and what stands behind it, and returns what is done with. */
  const handleAll = async (deliveries: readonly Delivery[]): Promise<number[]> => {
    const verdicts = await deliver(deliveries)
    const parkings: Parking[] = []
    const done: number[] = []
    const failedSubjects = new Set<string>()
    for (const [index, delivery] of deliveries.entries()) {
      const verdict = verdicts[index] ?? { kind: 'retry', reason: 'no verdict' }
      const { subject } = delivery.envelope
      if (verdict.kind === 'ack') done.push(delivery.seq)
      // Put off only because of the one before: that was no attempt of its own.
      else if (verdict.kind !== 'dead' && failedSubjects.has(subject)) parkings.push(parkingBehind(delivery))
      else parkings.push(parkingOf(delivery, verdict))
      if (verdict.kind === 'retry' || verdict.kind === 'unreadable') failedSubjects.add(subject)
    }
    await parkAll(parkings)
    return done
  }

  const parkAll = async (parkings: readonly Parking[]) => {
    await park(connection, consumer, parkings)
    for (const { subject, dead, delayMs } of parkings) {
      if (dead) continue
      waitingSubjects.add(subject)
      lookAgainAtMs = Math.min(lookAgainAtMs, clock.elapsedMs() + delayMs)
    }
  }

  const handlePage = async (rows: readonly StoredEvent[]) => {
    const deliveries = rows.map((row): Delivery => ({ ...row, attempts: 0 }))
    const free = deliveries.filter(({ envelope }) => !waitingSubjects.has(envelope.subject))
    const blocked = deliveries.filter(({ envelope }) => waitingSubjects.has(envelope.subject))
    await park(connection, consumer, blocked.map(parkingBehind))
    await handleAll(free)
  }

  /** Tries what is due once more; what stands behind it comes along. One round: new events get their turn after it. */
  const retryParked = async () => {
    const due = await readDue(connection, consumer, options.pageSize)
    if (due.length > 0) await unpark(connection, consumer, await handleAll(due))
    const waiting = await readWaiting(connection, consumer)
    waitingSubjects = new Set(waiting.map(({ subject }) => subject))
    const soonestMs = waiting.reduce((soonest, { dueInMs }) => Math.min(soonest, dueInMs), lookAgainEveryMs)
    lookAgainAtMs = clock.elapsedMs() + Math.max(0, soonestMs)
  }

  const readLoop = async (signal: AbortSignal) => {
    const { types } = subscription
    const { pageSize } = options
    const taking = { connection, consumer, types, pageSize, onPage: handlePage, signal }
    await reviveReadable(taking)
    // Before anything new is handled it must be known what waits.
    await retryParked()
    let position: Position = await catchUp(taking)
    let savedAtMs = clock.elapsedMs()
    let unsaved: 'nothing' | 'window' | 'events' = 'nothing'
    lookAgainAtMs = Number.NEGATIVE_INFINITY
    while (!signal.aborted) {
      if (clock.elapsedMs() >= lookAgainAtMs) await retryParked()
      const readAtMs = clock.elapsedMs()
      const page = await source.next(position)
      const idle = page.rows.length === 0
      if (!idle) {
        quickLooks = quickLooksMax
        await handlePage(page.rows)
        const restAfter = isUnhurried(page.rows) ? unhurriedRestAfter : hurriedRestAfter
        if (page.rows.length < pageSize) await clock.sleep(restAfter(clock.elapsedMs() - readAtMs), signal)
        unsaved = 'events'
      } else if (unsaved === 'nothing' && page.next.windowFrom !== position.windowFrom) unsaved = 'window'
      position = page.next
      const saveAfterMs = unsaved === 'events' ? saveEveryMs : saveIdleEveryMs
      if (unsaved !== 'nothing' && clock.elapsedMs() - savedAtMs >= saveAfterMs) {
        beforeMark()
        await savePosition(connection, consumer, position)
        savedAtMs = clock.elapsedMs()
        unsaved = 'nothing'
      }
      if (idle) {
        const pollMs = quickLooks > 0 ? busyPollMs : idlePollMs
        quickLooks = Math.max(0, quickLooks - 1)
        if (!signal.aborted) await waker.rest(Math.max(0, Math.min(pollMs, lookAgainAtMs - clock.elapsedMs())))
      }
    }
    if (unsaved !== 'nothing') await savePosition(connection, consumer, position)
  }

  return {
    wake,
    reloadParked() {
      lookAgainAtMs = Number.NEGATIVE_INFINITY
      wake()
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
          log.warn({ err: error, consumer }, 'reading events failed')
          await clock.sleep(250, signal)
          // What was not saved is read again. When even that fails, the connection is lost, and the lock with it.
          if (isUnavailable(error) && !signal.aborted) await readPosition(connection, consumer)
        }
      }
    },
  }
}
