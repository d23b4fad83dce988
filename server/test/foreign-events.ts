// Events of services that do not run in a test, stored as those services store them: in the outbox, in one transaction.
import type { EventType, FactOf, ServiceName } from '@holdfast/contract'
import { eventDefinitions } from '@holdfast/contract'
import { appendToOutbox, seal } from '../src/platform/commands/outbox.ts'
import type { Platform } from '../src/service.ts'

/** Stores the facts in this order, each as an aggregate's next version, and wakes the bus. */
export async function tellFacts(
  platform: Platform,
  facts: readonly { fact: FactOf<EventType>; subject: string; version?: number }[],
): Promise<void> {
  await platform.db.transaction(async (tx) => {
    const events = facts.map(({ fact, subject, version = 1 }) => {
      const owner: ServiceName = eventDefinitions[fact.type].owner
      return seal(owner, { fact, subject, version, correlationId: subject }, tx.now, null)
    })
    await tx.commitWith(appendToOutbox(events))
  })
  platform.bus.hint()
}
