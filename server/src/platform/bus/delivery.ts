// Hands stored events to a service and gives a verdict for each. Decides nothing about when they
// come again.
import { type Envelope, type Event, epochMsOf, MalformedEvent, parseEvent } from '@holdfast/contract'
import { isUnavailable } from '../postgres/failures.ts'
import type { Clock } from '../process/clock.ts'
import { makeFailpoint } from '../process/failpoint.ts'
import type { Log } from '../process/log.ts'
import type { Metrics } from '../process/metrics.ts'
import type { Subscription, Verdict } from './bus.ts'
import type { StoredEvent } from './store.ts'

export interface DeliveryOptions {
  readonly subscription: Subscription
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
}

/**
 * A consumer's verdict, or that the event could not be shown to it: a newer version may have told
 * of it.
 */
export type DeliveryVerdict = Verdict | { readonly kind: 'unreadable'; readonly reason: string }

/** Delivers events in order; gives one verdict for each. Throws only when the database is away. */
export type Deliver = (stored: readonly StoredEvent[]) => Promise<DeliveryVerdict[]>

export function makeDeliver({ subscription, clock, log, metrics }: DeliveryOptions): Deliver {
  const { consumer } = subscription
  const lag = metrics.eventLag.labels({ consumer })
  const afterInbox = makeFailpoint(`${consumer}.after_inbox`)

  const handle = async (events: readonly Event[]): Promise<readonly Verdict[]> => {
    const verdicts = await subscription.handle(events)
    afterInbox()
    // An event without a verdict would be lost if it passed for handled.
    if (verdicts.length !== events.length)
      throw new Error(`${consumer} gave ${verdicts.length} verdicts for ${events.length} events`)
    return verdicts
  }

  /** A batch that throws is tried event by event, to spare the good ones. */
  const tryHandle = async (events: readonly Event[]): Promise<readonly Verdict[]> => {
    if (events.length === 0) return []
    try {
      return await handle(events)
    } catch (error) {
      if (isUnavailable(error)) throw error
      log.warn({ err: error, consumer, events: events.length }, 'a batch of events failed')
      if (events.length === 1)
        return [{ kind: 'retry', reason: error instanceof Error ? error.message : String(error) }]
    }
    const verdicts: Verdict[] = []
    const failedSubjects = new Set<string>()
    for (const event of events) {
      if (failedSubjects.has(event.subject)) {
        verdicts.push({ kind: 'retry', reason: waitsBehind })
        continue
      }
      const [verdict] = await tryHandle([event])
      if (verdict?.kind === 'retry') failedSubjects.add(event.subject)
      verdicts.push(verdict ?? { kind: 'retry', reason: 'no verdict' })
    }
    return verdicts
  }

  return async (stored) => {
    const verdicts: DeliveryVerdict[] = stored.map(() => acknowledged)
    const sound: number[] = []
    const events: Event[] = []
    const unreadableSubjects = new Set<string>()
    stored.forEach(({ envelope, own }, index) => {
      if (unreadableSubjects.has(envelope.subject)) {
        verdicts[index] = { kind: 'retry', reason: waitsBehind }
        return
      }
      const read = own ?? tryRead(envelope)
      if ('reason' in read) {
        unreadableSubjects.add(envelope.subject)
        verdicts[index] = { kind: 'unreadable', reason: read.reason }
      } else {
        sound.push(index)
        events.push(read)
      }
    })
    const given = await tryHandle(events)
    const nowMs = clock.nowMs()
    sound.forEach((index, position) => {
      verdicts[index] = given[position] ?? { kind: 'retry', reason: 'no verdict' }
    })
    // Events of one transaction have one time, and stand together: what one of them waited, all
    // did.
    let told = ''
    for (const { occurredAt } of events) {
      if (occurredAt === told) continue
      told = occurredAt
      lag.observe(Math.max(0, nowMs - epochMsOf(occurredAt)) / 1000)
    }
    return verdicts
  }
}

const acknowledged: DeliveryVerdict = { kind: 'ack' }

export const waitsBehind = 'waits behind an earlier event'
/**
 * Begins the reason of an event that could not be read: so it is found again by a version that can.
 */
export const unreadable = 'cannot be read: '

/** An event for this version, or why it is none. */
export function tryRead(envelope: Envelope): Event | { readonly reason: string } {
  try {
    return parseEvent(envelope)
  } catch (error) {
    if (!(error instanceof MalformedEvent)) throw error
    return { reason: `${unreadable}${error.message}` }
  }
}
