// Time for what does not decide: waiting, measuring, naming. Deadlines are decided by the database's clock.
import { randomFillSync } from 'node:crypto'

export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number
  /** Milliseconds from some fixed point that only grow: for durations, which a clock set back must not stretch. */
  elapsedMs(): number
  /** Resolves after `delayMs`, or at once when `signal` aborts. Longer than a timer can hold is cut to that. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

const longestTimerMs = 2 ** 31 - 1

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  elapsedMs: () => performance.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(delayMs, longestTimerMs))
      signal?.addEventListener('abort', done, { once: true })
    }),
}

/** Lets one loop rest until somebody wakes it or a time is over. A wake while it is busy is kept for the next rest. */
export interface Waker {
  wake(): void
  rest(delayMs: number): Promise<void>
}

const woken = 'woken'

export function makeWaker(clock: Clock): Waker {
  let controller = new AbortController()
  return {
    // A reason of our own: the default one is an error with a stack, made anew for each hint.
    wake: () => controller.abort(woken),
    async rest(delayMs) {
      if (!controller.signal.aborted) await clock.sleep(delayMs, controller.signal)
      controller = new AbortController()
    },
  }
}

const pool = new Uint8Array(16 * 256)
let poolOffset = pool.length
let lastMs = 0
let sequence = 0

/** Where ids come from. A run that must repeat itself exactly puts its own source here. */
export const ids = { next: timeOrderedId }

/** A UUIDv7: time-ordered, so that indexes grow at one end. Monotonic within a process. */
export function newId(): string {
  return ids.next()
}

function timeOrderedId(): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool)
    poolOffset = 0
  }
  const bytes = pool.subarray(poolOffset, poolOffset + 16)
  poolOffset += 16
  const nowMs = Date.now()
  if (nowMs > lastMs) {
    lastMs = nowMs
    sequence = ((bytes[6] ?? 0) << 4) & 0x7ff
  } else {
    sequence += 1
    if (sequence > 0xfff) {
      lastMs += 1
      sequence = 0
    }
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset + 8, 8).toString('hex')
  const variant = ((Number.parseInt(tail[0] ?? '0', 16) & 0x3) | 0x8).toString(16)
  const counter = sequence.toString(16).padStart(3, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${tail.slice(1, 4)}-${tail.slice(4)}`
}

/** `instant` plus `seconds`, both RFC 3339 UTC with milliseconds: such strings compare as the instants do. */
export function addSeconds(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString()
}
