// Server-sent events into the query cache: what the shop pushes replaces what was fetched. Only one
// tab of a browser streams; others that can be seen ask from time to time, and hidden ones do
// nothing.
import type { Availability, CompactAvailability } from '@holdfast/contract'
import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { wholeAvailability } from './availability.ts'
import { showQuery } from './queries.ts'
import { watchTurn } from './turn.ts'

export type Liveness = 'connecting' | 'live' | 'lost'

/**
 * The browser gives up on a stream that was answered with an error; we come back, slower each time.
 */
const firstRetryMs = 1_000
const lastRetryMs = 15_000
/** A second visible window learns of a change this late. */
const askEveryMs = 4_000

/**
 * What is left of a show, and then only the seats that changed: a hall of thousands is sent once.
 */
export const availabilityStream = (showId: string) => `/api/shows/${showId}/availability/stream?seats=compact`

function withChanges(before: Availability, changes: Availability): Availability {
  const { seats: moved, ...counts } = changes
  const changed = new Map(moved?.map((seat) => [seat.id, seat]))
  const seats = before.seats?.map((seat) => changed.get(seat.id) ?? seat)
  return { ...counts, ...(seats ? { seats } : {}) }
}

interface Followed {
  readonly path: string
  readonly key: QueryKey
  readonly client: QueryClient
  readonly setLiveness: (liveness: Liveness) => void
}

type Stop = () => void

function stream({ path, key, client, setLiveness }: Followed): Stop {
  let source: EventSource | null = null
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMs = firstRetryMs
  /**
   * As the stream told it. Changes are put on this and not on the cache, where an older answer may
   * have come meanwhile.
   */
  let told: unknown
  const show = (thing: unknown) => {
    setLiveness('live')
    retryMs = firstRetryMs
    told = thing
    client.setQueryData(key, thing)
  }
  const take = (event: MessageEvent<string>) => show(JSON.parse(event.data))
  const takeAvailability = (event: MessageEvent<string>) => {
    const compact = JSON.parse(event.data) as CompactAvailability
    const whole = wholeAvailability(compact, client.getQueryData(showQuery(String(key[1])).queryKey))
    if (whole) return show(whole)
    // Seats were added: the show is read again, and then the stream is begun again.
    source?.close()
    void client.prefetchQuery({ ...showQuery(String(key[1])), staleTime: 0 }).then(() => {
      if (stopped) return
      timer = setTimeout(open, retryMs)
      retryMs = Math.min(retryMs * 2, lastRetryMs)
    })
  }
  const takeChanges = (event: MessageEvent<string>) =>
    show(withChanges(told as Availability, JSON.parse(event.data) as Availability))
  const open = () => {
    source = new EventSource(path)
    source.onopen = () => setLiveness('live')
    source.onmessage = take
    source.addEventListener('order', take)
    source.addEventListener('availability', takeAvailability)
    source.addEventListener('changes', takeChanges)
    source.onerror = () => {
      setLiveness('lost')
      if (source?.readyState !== EventSource.CLOSED) return
      timer = setTimeout(open, retryMs)
      retryMs = Math.min(retryMs * 2, lastRetryMs)
    }
  }
  open()
  return () => {
    stopped = true
    clearTimeout(timer)
    source?.close()
  }
}

function ask({ key, client, setLiveness }: Followed): Stop {
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const again = async () => {
    await client.refetchQueries({ queryKey: key, exact: true })
    if (stopped) return
    setLiveness(client.getQueryState(key)?.status === 'error' ? 'lost' : 'live')
    timer = setTimeout(() => void again(), askEveryMs)
  }
  timer = setTimeout(() => void again(), askEveryMs)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

export function useLive(path: string, key: QueryKey, enabled = true): Liveness {
  const client = useQueryClient()
  const [liveness, setLiveness] = useState<Liveness>('connecting')
  const keyText = JSON.stringify(key)
  useEffect(() => {
    if (!enabled) return
    const followed: Followed = { path, client, key: JSON.parse(keyText) as QueryKey, setLiveness }
    let stop: Stop | undefined
    const unwatch = watchTurn((turn) => {
      stop?.()
      stop = turn === 'hidden' ? undefined : turn === 'mine' ? stream(followed) : ask(followed)
    })
    return () => {
      unwatch()
      stop?.()
    }
  }, [path, keyText, enabled, client])
  return liveness
}
