// Server-sent events into the query cache: what the shop pushes replaces what was fetched. Never polls while the stream lives.
import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

export type Liveness = 'connecting' | 'live' | 'lost'

/** The browser gives up on a stream that was answered with an error; we come back, slower each time. */
const firstRetryMs = 1_000
const lastRetryMs = 15_000

export function useLive(path: string, key: QueryKey, enabled = true): Liveness {
  const client = useQueryClient()
  const [liveness, setLiveness] = useState<Liveness>('connecting')
  const keyText = JSON.stringify(key)
  useEffect(() => {
    if (!enabled) return
    let source: EventSource | null = null
    let timer: ReturnType<typeof setTimeout> | undefined
    let retryMs = firstRetryMs
    const take = (event: MessageEvent<string>) => {
      setLiveness('live')
      retryMs = firstRetryMs
      client.setQueryData(JSON.parse(keyText) as QueryKey, JSON.parse(event.data))
    }
    const open = () => {
      source = new EventSource(path)
      source.onopen = () => setLiveness('live')
      source.onmessage = take
      for (const name of ['availability', 'order']) source.addEventListener(name, take)
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
