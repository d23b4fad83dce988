// Waits for orders that payments has not heard of yet: a buyer is often faster than the event of his order. Only in
// memory, and only a hint: whoever is woken asks the database.
import type { Clock } from '../platform/clock.ts'

export interface Arrivals {
  /** Told of an order whose copy, with what it froze, was just committed by this process. */
  arrived(orderId: string): void
  /** True when the order arrived lately, so that asking at once is worth it. */
  isKnown(orderId: string): boolean
  /** Resolves when the order arrives, or after `delayMs`: another process may have taken it in. */
  wait(orderId: string, delayMs: number): Promise<void>
}

const rememberedMax = 5_000

export function makeArrivals(clock: Clock): Arrivals {
  const recent = new Set<string>()
  const waiting = new Map<string, PromiseWithResolvers<void>>()
  return {
    arrived(orderId) {
      if (recent.size >= rememberedMax) recent.clear()
      recent.add(orderId)
      waiting.get(orderId)?.resolve()
      waiting.delete(orderId)
    },
    isKnown: (orderId) => recent.has(orderId),
    async wait(orderId, delayMs) {
      let arrival = waiting.get(orderId)
      if (!arrival) {
        arrival = Promise.withResolvers()
        waiting.set(orderId, arrival)
      }
      await Promise.race([arrival.promise, clock.sleep(delayMs)])
      if (waiting.get(orderId) === arrival) waiting.delete(orderId)
    },
  }
}
