// Time for what does not decide: waiting, measuring, naming. Deadlines are decided by the
// database's clock.
import { randomFillSync } from 'node:crypto'

export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number
  /**
   * Milliseconds from some fixed point that only grow: for durations, which a clock set back must
   * not stretch.
   */
  elapsedMs(): number
  /**
   * Resolves after `delayMs`, or at once when `signal` aborts. Longer than a timer can hold is cut
   * to that.
   */
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

/**
 * Lets one loop rest until somebody wakes it or a time is over. A wake while it is busy is kept for
 * the next rest.
 */
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
      if (controller.signal.aborted) controller = new AbortController()
    },
  }
}

const idBytes = 16
const pool = new Uint8Array(idBytes * 256)
let poolOffset = pool.length
let lastMs = 0
let sequence = 0
const hexDigits = Buffer.from('0123456789abcdef', 'latin1')
/** Where the digits of each byte stand among the letters of an id. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
const letters = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1')

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
  const random = poolOffset
  poolOffset += idBytes
  const nowMs = Date.now()
  if (nowMs > lastMs) {
    writeTime(nowMs)
    sequence = ((pool[random + 6] ?? 0) << 4) & 0x7ff
  } else {
    sequence += 1
    if (sequence > 0xfff) {
      writeTime(lastMs + 1)
      sequence = 0
    }
  }
  writeByte(6, 0x70 | (sequence >> 8))
  writeByte(7, sequence & 0xff)
  writeByte(8, 0x80 | ((pool[random + 8] ?? 0) & 0x3f))
  for (let index = 9; index < idBytes; index += 1) writeByte(index, pool[random + index] ?? 0)
  return letters.toString('latin1')
}

/**
 * When `newId` of any process made this id, in milliseconds since the epoch; NaN of an id of
 * another kind.
 */
export function madeAtMs(id: string): number {
  return id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : Number.NaN
}

/** The first letters, which all ids of a millisecond share. */
function writeTime(ms: number): void {
  lastMs = ms
  for (let index = 5, rest = ms; index >= 0; index -= 1, rest = Math.floor(rest / 256))
    writeByte(index, rest % 256)
}

function writeByte(index: number, byte: number): void {
  const place = places[index] ?? 0
  letters[place] = hexDigits[byte >> 4] ?? 0
  letters[place + 1] = hexDigits[byte & 0xf] ?? 0
}
