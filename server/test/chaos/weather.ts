// When it is struck and when not: storms, then a calm in which what was begun can come to its end;
// and how many kills there should have been by now. By the clock of the run, so that a slow machine
// gets fewer kills and not fewer sales.
import type { Random } from './random.ts'

export interface Weather {
  /** Nothing is struck now. */
  readonly isCalm: boolean
  /** There were fewer kills so far than the plan says. */
  isBehind(kills: number): boolean
  /** The clock of the plan begins. */
  begin(): void
}

export interface WeatherOptions {
  readonly random: Random
  readonly seconds: number
  readonly kills: number
  readonly longestStormMs: number
  readonly longestCalmMs: number
}

/**
 * So many of the planned time pass before the last planned kill: the rest is for what came late.
 */
const ahead = 0.97

export function makeWeather({
  random,
  seconds,
  kills,
  longestStormMs,
  longestCalmMs,
}: WeatherOptions): Weather {
  let startedMs = Number.POSITIVE_INFINITY
  let calm = false
  let changesMs = 0
  const turn = () => {
    calm = !calm
    changesMs += calm
      ? random.between(longestCalmMs / 2, longestCalmMs)
      : random.between(longestStormMs / 2, longestStormMs)
  }
  return {
    get isCalm() {
      while (performance.now() - startedMs >= changesMs) turn()
      return calm
    },
    isBehind: (count) => count < ((performance.now() - startedMs) / (seconds * 1_000 * ahead)) * kills,
    begin() {
      startedMs = performance.now()
      changesMs = random.between(longestStormMs / 2, longestStormMs)
    },
  }
}
