// The code that a buyer entered: what the shop says of it, and what it adds to the show.
import type { Availability, CodeCheck, LineBody, Price, ShowView } from '@holdfast/contract'
import { allInMinor } from '@holdfast/contract/sales-end'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../api/client.ts'
import { useSearchValue } from '../navigation/router.tsx'

/** What is left of hidden types is asked for this often. */
const leftEveryMs = 5_000

const codeQuery = (showId: string, text: string) =>
  queryOptions({
    queryKey: ['code', showId, text],
    queryFn: ({ signal }) =>
      call<CodeCheck>(`/api/shows/${encodeURIComponent(showId)}/codes/check`, {
        method: 'POST',
        body: { code: text },
        signal,
      }),
    retry: false,
    refetchInterval: ({ state }) => (state.data && state.data.ticketTypes.length > 0 ? leftEveryMs : false),
  })

export interface EnteredCode {
  /** Whether the page offers a field at all. */
  readonly offered: boolean
  /** As it was entered; empty: none was. */
  readonly text: string
  readonly check: CodeCheck | undefined
  readonly error: Error | null
  readonly isPending: boolean
  readonly enter: (text: string) => void
}

export function useCode(showId: string, hasCodes: boolean): EnteredCode {
  const linked = useSearchValue('code')
  const [text, enter] = useState(linked)
  const { data, error, isFetching } = useQuery({ ...codeQuery(showId, text), enabled: text !== '' })
  const known = text === '' ? undefined : data
  const isPending = isFetching && known === undefined
  return { offered: hasCodes || linked !== '', text, check: known, error, isPending, enter }
}

/** What lines cost with the code, as a hold would freeze it. */
export const priceQuery = (showId: string, code: string, lines: readonly LineBody[]) =>
  queryOptions({
    queryKey: ['price', showId, code, lines],
    queryFn: ({ signal }) =>
      call<Price>(`/api/shows/${encodeURIComponent(showId)}/price`, {
        method: 'POST',
        body: { lines, code },
        signal,
      }),
    retry: false,
  })

/** The show with the types that the code unlocks, at the end of the list. */
export function withUnlocked(show: ShowView, check: CodeCheck | undefined): ShowView {
  if (!check || check.ticketTypes.length === 0) return show
  const unlocked = check.ticketTypes.map(({ hidden: _hidden, available, held, sold, ...type }) => ({
    ...type,
    priceMinor: allInMinor(type),
    capacity: type.capacity ?? available + held + sold,
  }))
  return { ...show, ticketTypes: [...show.ticketTypes, ...unlocked] }
}

export function withUnlockedStock(
  availability: Availability | undefined,
  check: CodeCheck | undefined,
): Availability | undefined {
  if (!availability || !check || check.ticketTypes.length === 0) return availability
  const unlocked = new Set(check.ticketTypes.map(({ id }) => id))
  const more = check.ticketTypes.map(({ id, priceMinor, available, held, sold }) => {
    return { id, priceMinor, available, held, sold }
  })
  const seats = [...(availability.seats ?? []), ...(check.seats ?? [])]
  return {
    ...availability,
    ticketTypes: [...availability.ticketTypes.filter(({ id }) => !unlocked.has(id)), ...more],
    ...(seats.length > 0 ? { seats } : {}),
  }
}
