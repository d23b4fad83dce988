// Waits for a show that was just published and may not have reached orders yet.
import type { Clock } from '../../platform/process/clock.ts'

const knownWithinMs = 1_500
const askAgainMs = 20
/** Each wait is this much longer than the one before: asking is a transaction, and anybody can make up ids. */
const patience = 1.5
const waitersMax = 500

/** Asks until the answer is known, for a bounded time, by default that of a show. A bounded number of requests waits at once. */
export function makeWaiter(clock: Clock, withinMs = knownWithinMs) {
  let waiting = 0
  return async <T>(ask: () => Promise<T>, isKnown: (answer: T) => boolean): Promise<T> => {
    let answer = await ask()
    if (isKnown(answer) || waiting >= waitersMax) return answer
    waiting += 1
    try {
      const deadlineMs = clock.elapsedMs() + withinMs
      for (
        let delayMs = askAgainMs;
        !isKnown(answer) && clock.elapsedMs() < deadlineMs;
        delayMs *= patience
      ) {
        await clock.sleep(delayMs)
        answer = await ask()
      }
      return answer
    } finally {
      waiting -= 1
    }
  }
}
