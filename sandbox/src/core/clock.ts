// The sandbox's own clock: the machine's time plus an offset that only ever grows, kept in the
// store. Webhook signatures must not use it: receivers compare them with real time.

export interface SandboxClock {
  now(): number
  offsetSeconds(): number
  advance(seconds: number): void
}

export function makeClock(startOffset: number, onAdvance: (offset: number) => void): SandboxClock {
  let offset = startOffset
  return {
    now: () => Math.floor(Date.now() / 1000) + offset,
    offsetSeconds: () => offset,
    advance(seconds) {
      offset += seconds
      onAdvance(offset)
    },
  }
}

export const DAY_SECONDS = 86_400
