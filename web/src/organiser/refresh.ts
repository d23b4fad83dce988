// Orders are read again when the stream says that something was sold or held, and not more often
// than that is of use.
import type { Availability } from '@holdfast/contract'
import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'

const calmMs = 1_500

export function useRefreshOnSales(availability: Availability | undefined, key: QueryKey): void {
  const client = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const first = useRef(true)
  const keyText = JSON.stringify(key)
  useEffect(() => {
    if (!availability) return
    if (first.current) {
      first.current = false
      return
    }
    timer.current ??= setTimeout(() => {
      timer.current = null
      void client.invalidateQueries({ queryKey: JSON.parse(keyText) as QueryKey })
    }, calmMs)
  }, [availability, client, keyText])
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current)
    },
    [],
  )
}
