// What pages read, each with its key. The only place that knows the paths of reads.
import type {
  Availability,
  CompactAvailability,
  CurrentUser,
  OrderView,
  SalesNotice,
  ShopConfig,
  ShowView,
} from '@holdfast/contract'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { wholeAvailability } from './availability.ts'
import { call } from './client.ts'

export interface PageOf<Item> {
  readonly items: Item[]
  readonly nextCursor: string | null
}

export const currentUserQuery = queryOptions({
  queryKey: ['current-user'],
  queryFn: ({ signal }) => call<CurrentUser>('/api/users/current', { signal }),
  staleTime: 60_000,
})

const salesEveryMs = 20_000

/**
 * Asked for as long as somebody looks at a page that sells: he should not learn it from a press
 * that fails.
 */
export const salesQuery = queryOptions({
  queryKey: ['sales-notice'],
  queryFn: ({ signal }) => call<SalesNotice>('/api/sales', { signal }),
  refetchInterval: salesEveryMs,
})

export const shopConfigQuery = queryOptions({
  queryKey: ['shop-config'],
  queryFn: ({ signal }) => call<ShopConfig>('/api/shop-config', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
})

function pageQuery<Item>(name: string, path: string, parameters: Record<string, string>) {
  return infiniteQueryOptions({
    queryKey: [name, parameters],
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams(parameters)
      if (pageParam !== null) query.set('cursor', pageParam)
      const text = query.toString()
      return call<PageOf<Item>>(text === '' ? path : `${path}?${text}`, { signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  })
}

/** Empty wishes are left out: the shop takes them for mistakes. */
const filled = (wishes: Record<string, string>) =>
  Object.fromEntries(Object.entries(wishes).filter(([, wish]) => wish !== ''))

export interface ShowWishes {
  readonly q: string
  readonly from: string
  readonly to: string
}
export const showsQuery = (wishes: ShowWishes) =>
  pageQuery<ShowView>('shows', '/api/shows', filled({ ...wishes }))
export const myShowsQuery = (organisationId = '') =>
  pageQuery<ShowView>('my-shows', '/api/shows', filled({ mine: 'true', organisationId }))
export const myOrdersQuery = () => pageQuery<OrderView>('orders', '/api/orders', {})

export const showQuery = (id: string) =>
  queryOptions({
    queryKey: ['show', id],
    queryFn: ({ signal }) => call<ShowView>(`/api/shows/${encodeURIComponent(id)}`, { signal }),
    staleTime: 30_000,
  })

export const availabilityQuery = (id: string) =>
  queryOptions({
    queryKey: ['availability', id],
    async queryFn({ signal, client }): Promise<Availability> {
      const path = `/api/shows/${encodeURIComponent(id)}/availability?seats=compact`
      const compact = await call<CompactAvailability>(path, { signal })
      const whole = wholeAvailability(compact, await client.ensureQueryData(showQuery(id)))
      if (whole) return whole
      // Seats were added since the show was read.
      const newer = await client.fetchQuery({ ...showQuery(id), staleTime: 0 })
      return wholeAvailability(compact, newer) ?? compact
    },
  })

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id],
    queryFn: ({ signal }) => call<OrderView>(`/api/orders/${encodeURIComponent(id)}`, { signal }),
  })
