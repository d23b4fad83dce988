// Server-sent events into the query cache: what the shop pushes replaces what was fetched. Never polls while the stream lives.
import type { Availability } from '@holdfast/contract'
import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

export type Liveness = 'connecting' | 'live' | 'lost'

/** The browser gives up on a stream that was answered with an error; we come back, slower each time. */
const firstRetryMs = 1_000
const lastRetryMs = 15_000

/** What is left of a show, and then only the seats that changed: a hall of thousands is sent once. */
export const availabilityStream = (showId: string) => `/api/shows/${showId}/availability/stream?seats=changed`

function withChanges(before: Availability, changes: Availability): Availability {
  const changed = new Map(changes.seats?.map((seat) => [seat.id, seat]))
  const seats = before.seats?.map((seat) => changed.get(seat.id) ?? seat)
  return { ticketTypes: changes.ticketTypes, ...(seats ? { seats } : {}) }
}

export function useLive(path: string, key: QueryKey, enabled = true): Liveness {
  const client = useQueryClient()
  const [liveness, setLiveness] = useState<Liveness>('connecting')
  const keyText = JSON.stringify(key)
  useEffect(() => {
    if (!enabled) return
    let source: EventSource | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    let retryMs = firstRetryMs
    /** As the stream told it. Changes are put on this and not on the cache, where an older answer may have come meanwhile. */
    let told: unknown
    const show = (thing: unknown) => {
      setLiveness('live')
      retryMs = firstRetryMs
      told = thing
      client.setQueryData(JSON.parse(keyText) as QueryKey, thing)
    }
    const take = (event: MessageEvent<string>) => show(JSON.parse(event.data))
    const takeChanges = (event: MessageEvent<string>) =>
      show(withChanges(told as Availability, JSON.parse(event.data) as Availability))
    const open = () => {
      source = new EventSource(path)
      source.onopen = () => setLiveness('live')
      source.onmessage = take
      for (const name of ['availability', 'order']) source.addEventListener(name, take)
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
      clearTimeout(timer)
      source?.close()
    }
  }, [path, keyText, enabled, client])
  return liveness
}
