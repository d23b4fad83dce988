// The server's clock, learned from the Date header of its answers. A countdown must never believe
// the reader's own clock.
import { useEffect, useState } from 'react'

let lowMs = Number.NEGATIVE_INFINITY
let highMs = Number.POSITIVE_INFINITY

/**
 * Each answer bounds the offset: the header was written between sending and receiving, and it is
 * cut to whole seconds.
 */
export function learnServerTime(dateHeader: string | null, sentMs: number, receivedMs: number): void {
  const dateMs = dateHeader === null ? Number.NaN : Date.parse(dateHeader)
  if (Number.isNaN(dateMs)) return
  const low = dateMs - receivedMs
  const high = dateMs + 1000 - sentMs
  // The reader's clock was set meanwhile: what was learned before is worth nothing.
  if (low > highMs || high < lowMs) {
    lowMs = low
    highMs = high
    return
  }
  lowMs = Math.max(lowMs, low)
  highMs = Math.min(highMs, high)
}

export function serverNowMs(): number {
  const offsetMs = Number.isFinite(lowMs) && Number.isFinite(highMs) ? (lowMs + highMs) / 2 : 0
  return Date.now() + offsetMs
}

/**
 * Whole seconds until an instant by the server's clock, never below zero; renders again as they
 * pass.
 */
export function useSecondsUntil(instant: string): number {
  const compute = () => Math.max(0, Math.ceil((Date.parse(instant) - serverNowMs()) / 1000))
  const [seconds, setSeconds] = useState(compute)
  useEffect(() => {
    setSeconds(compute())
    const timer = setInterval(() => setSeconds(compute()), 250)
    return () => clearInterval(timer)
  }, [instant])
  return seconds
}

const longestTimerMs = 2 ** 31 - 1

/** Whether an instant has passed by the server's clock; renders again when it does. */
export function useIsPast(instant: string): boolean {
  const leftMs = () => Date.parse(instant) - serverNowMs()
  const [past, setPast] = useState(() => leftMs() <= 0)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      const waitMs = leftMs()
      setPast(waitMs <= 0)
      if (waitMs > 0) timer = setTimeout(look, Math.min(waitMs, longestTimerMs))
    }
    look()
    return () => clearTimeout(timer)
  }, [instant])
  return past
}
