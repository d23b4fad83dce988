// Waits for orders that payments does not know yet: buyers are often faster than the event of their
// order. Orders that this process takes in end the wait at once. For all other waits, one statement
// asks the database.
import type { Clock } from '../platform/process/clock.ts'

export interface Arrivals {
  /** This process has just committed the copy of the order, with its terms. */
  arrived(orderId: string): void
  /**
   * True once the order is known. False if it did not arrive within `waitMs`. Throws if the
   * database fails.
   */
  wait(orderId: string): Promise<boolean>
  /** The number of orders that callers wait for. */
  readonly waiting: number
}

export interface ArrivalsOptions {
  readonly clock: Clock
  /**
   * Which of these the database knows, in the same order: another process may have taken them in.
   */
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

  /** Asks for all waiting orders until none is left. */
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
