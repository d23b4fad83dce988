// Hands stored events to a service and gives a verdict for each. Decides nothing about when they come again.
import { type Event, MalformedEvent, parseEvent } from '@holdfast/contract'
import type { Subscription, Verdict } from './bus.ts'
import type { StoredEvent } from './bus-postgres-store.ts'
import type { Clock } from './clock.ts'
import { isUnavailable } from './db.ts'
import { makeFailpoint } from './failpoint.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

export interface DeliveryOptions {
  readonly subscription: Subscription
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
}

/** Delivers events in order; gives one verdict for each. Throws only when the database is away. */
export type Deliver = (stored: readonly StoredEvent[]) => Promise<Verdict[]>

export function makeDeliver({ subscription, clock, log, metrics }: DeliveryOptions): Deliver {
  const { consumer } = subscription
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
      if (events.length === 1) return [{ kind: 'retry', reason: error instanceof Error ? error.message : String(error) }]
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
    const verdicts: Verdict[] = stored.map(() => ({ kind: 'ack' }))
    const sound: { index: number; event: Event }[] = []
    for (const [index, { envelope }] of stored.entries()) {
      try {
        sound.push({ index, event: parseEvent(envelope) })
      } catch (error) {
        if (!(error instanceof MalformedEvent)) throw error
        verdicts[index] = { kind: 'dead', reason: error.message }
      }
    }
    const given = await tryHandle(sound.map(({ event }) => event))
    for (const [position, { index, event }] of sound.entries()) {
      verdicts[index] = given[position] ?? { kind: 'retry', reason: 'no verdict' }
      metrics.eventLag.observe({ consumer }, Math.max(0, clock.nowMs() - Date.parse(event.occurredAt)) / 1000)
    }
    return verdicts
  }
}

export const waitsBehind = 'waits behind an earlier event'
