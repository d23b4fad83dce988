// The last two minutes of figures that the page saw, for its small curves. Kept in the page only.
import type { OpsOverview } from '@holdfast/contract'
import { useEffect, useState } from 'react'

export const spanMs = 120_000

export interface Sample {
  readonly atMs: number
  readonly value: number
}

export type Histories = ReadonlyMap<string, readonly Sample[]>

/** Pure: the histories with one more overview, and without what is too old. */
export function withOverview(before: Histories, { now, events }: OpsOverview): Histories {
  const atMs = Date.parse(now)
  return new Map(
    events.consumers.map(({ consumer, eventsPerSecond }) => {
      const kept = (before.get(consumer) ?? []).filter(
        (sample) => sample.atMs < atMs && sample.atMs >= atMs - spanMs,
      )
      return [consumer, [...kept, { atMs, value: eventsPerSecond }]]
    }),
  )
}

export function useHistories(overview: OpsOverview): Histories {
  const [histories, setHistories] = useState<Histories>(new Map())
  useEffect(() => setHistories((before) => withOverview(before, overview)), [overview])
  return histories
}
