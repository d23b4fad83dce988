// Events of services that do not run in a test, stored as those services store them: in the outbox,
// in one transaction.

import type { EventType, FactOf, ServiceName } from '@holdfast/contract'
import { eventDefinitions } from '@holdfast/contract'
import { appendToOutbox, seal } from '../src/platform/commands/outbox.ts'
import type { Platform } from '../src/service.ts'
import { storeAtOnce } from './database.ts'

/** Stores the facts in this order, each as an aggregate's next version, and wakes the bus. */
export async function tellFacts(
  platform: Platform,
  facts: readonly { fact: FactOf<EventType>; subject: string; version?: number }[],
): Promise<void> {
  await storeAtOnce(platform.db, (now) => {
    const events = facts.map(({ fact, subject, version = 1 }) => {
      const owner: ServiceName = eventDefinitions[fact.type].owner
      return seal(owner, { fact, subject, version, correlationId: subject }, now, null)
    })
    return appendToOutbox(events)
  })
  platform.bus.hint()
}
