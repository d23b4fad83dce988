// Handles what a consumer reads: delivers it, parks what fails and comes back to it. While an
// aggregate has a parked event, its later events wait behind it.
import type { Connection } from '../postgres/database.ts'
import { type RetryPolicy, retryDelayMs } from './bus.ts'
import { type DeliveryOptions, type DeliveryVerdict, makeDeliver, waitsBehind } from './delivery.ts'
import { type Parking, park, readDue, readWaiting, unpark } from './parked-store.ts'
import type { StoredEvent } from './store.ts'

export interface PageHandlerOptions extends DeliveryOptions {
  readonly connection: Connection
  readonly retry: RetryPolicy
  readonly pageSize: number
}

export interface PageHandler {
  handlePage(rows: readonly StoredEvent[]): Promise<void>
  /**
   * Tries what is due once more; what stands behind it comes along. One round: new events get their
   * turn after it.
   */
  retryParked(): Promise<void>
  /** How long until something parked is due; nothing or less: now. */
  dueInMs(): number
  /** Something may be due already: another process may have given it another chance. */
  lookAgain(): void
}

/**
 * Parked deliveries are looked at this often even when none is due: another process may have
 * replayed a dead letter.
 */
const lookAgainEveryMs = 2_000

type Delivery = StoredEvent & { readonly attempts: number }

export function makePageHandler(options: PageHandlerOptions): PageHandler {
  const { subscription, connection, clock, log, metrics, retry } = options
  const { consumer } = subscription
  const deliver = makeDeliver(options)
  let waitingSubjects = new Set<string>()
  let lookAgainAtMs = 0

  const parkingOf = (delivery: Delivery, verdict: Exclude<DeliveryVerdict, { kind: 'ack' }>): Parking => {
    const attempts = delivery.attempts + 1
    const { subject, id: eventId } = delivery.envelope
    const patience = verdict.kind === 'unreadable' ? retry.maxUnreadable : retry.maxAttempts
    const dead = verdict.kind === 'dead' || attempts >= patience
    if (dead) log.error({ consumer, eventId, reason: verdict.reason }, 'an event is a dead letter')
    else if (verdict.kind === 'unreadable' && attempts === 1)
      log.error(
        { consumer, eventId, reason: verdict.reason },
        'an event waits for a version that can read it',
      )
    metrics.deliveriesFailed.inc({ consumer, outcome: dead ? 'dead' : verdict.kind })
    return {
      seq: delivery.seq,
      subject,
      attempts,
      delayMs: retryDelayMs(retry, attempts),
      reason: verdict.reason,
      dead,
    }
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

  const handlePage = async (rows: readonly StoredEvent[]): Promise<void> => {
    const deliveries = rows.map((row): Delivery => ({ ...row, attempts: 0 }))
    const free = deliveries.filter(({ envelope }) => !waitingSubjects.has(envelope.subject))
    const blocked = deliveries.filter(({ envelope }) => waitingSubjects.has(envelope.subject))
    await park(connection, consumer, blocked.map(parkingBehind))
    await handleAll(free)
  }

  const retryParked = async (): Promise<void> => {
    const due = await readDue(connection, consumer, options.pageSize)
    if (due.length > 0) await unpark(connection, consumer, await handleAll(due))
    const waiting = await readWaiting(connection, consumer)
    waitingSubjects = new Set(waiting.map(({ subject }) => subject))
    const soonestMs = waiting.reduce((soonest, { dueInMs }) => Math.min(soonest, dueInMs), lookAgainEveryMs)
    lookAgainAtMs = clock.elapsedMs() + Math.max(0, soonestMs)
  }

  return {
    handlePage,
    retryParked,
    dueInMs: () => lookAgainAtMs - clock.elapsedMs(),
    lookAgain() {
      lookAgainAtMs = Number.NEGATIVE_INFINITY
    },
  }
}
