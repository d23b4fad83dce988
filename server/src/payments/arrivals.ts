// Waits for orders that payments has not heard of yet: a buyer is often faster than the event of his order. What this process
// takes in is told at once; for whoever waits still the database is asked, in one statement for all.
import type { Clock } from '../platform/process/clock.ts'

export interface Arrivals {
  /** Told of an order whose copy, with what it froze, was just committed by this process. */
  arrived(orderId: string): void
  /** True once the order is there; false when it did not come within `waitMs`. Throws when it cannot be asked for. */
  wait(orderId: string): Promise<boolean>
  /** How many orders are waited for. */
  readonly waiting: number
}

export interface ArrivalsOptions {
  readonly clock: Clock
  /** Which of these the database knows, in their order: another process may have taken them in. */
  readonly areKnown: (orderIds: readonly string[]) => Promise<readonly boolean[]>
}

const waitMs = 3_000
const askEveryMs = 50
const rememberedMax = 5_000

interface Waiting {
  readonly arrival: PromiseWithResolvers<boolean>
  readonly sinceMs: number
}

export function makeArrivals({ clock, areKnown }: ArrivalsOptions): Arrivals {
  const recent = new Set<string>()
  const waiting = new Map<string, Waiting>()
  let asking = false

  const arrived = (orderId: string): void => {
    if (recent.size >= rememberedMax) recent.clear()
    recent.add(orderId)
    waiting.get(orderId)?.arrival.resolve(true)
    waiting.delete(orderId)
  }

  const leave = (orderId: string, one: Waiting): void => {
    if (waiting.get(orderId) === one) waiting.delete(orderId)
  }

  const askFor = async (asked: readonly (readonly [string, Waiting])[]): Promise<void> => {
    const known = await areKnown(asked.map(([orderId]) => orderId))
    for (const [index, [orderId, one]] of asked.entries()) {
      if (known[index]) arrived(orderId)
      else if (clock.elapsedMs() - one.sinceMs >= waitMs) {
        leave(orderId, one)
        one.arrival.resolve(false)
      }
    }
  }

  /** Asks for all who wait, as long as there are any. */
  const askOn = async (): Promise<void> => {
    asking = true
    for (; waiting.size > 0; await clock.sleep(askEveryMs)) {
      const asked = [...waiting]
      await askFor(asked).catch((error: Error) => {
        for (const [orderId, one] of asked) {
          leave(orderId, one)
          one.arrival.reject(error)
        }
      })
    }
    asking = false
  }

  return {
    arrived,
    get waiting() {
      return waiting.size
    },
    async wait(orderId) {
      if (recent.has(orderId)) return true
      const before = waiting.get(orderId)
      if (before) return before.arrival.promise
      const arrival = Promise.withResolvers<boolean>()
      waiting.set(orderId, { arrival, sinceMs: clock.elapsedMs() })
      if (!asking) void askOn()
      return arrival.promise
    },
  }
}
