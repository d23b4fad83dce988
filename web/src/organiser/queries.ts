// What organisers read of their shows: orders, one order, its story.
import type {
  AttendeeView,
  CurrentSeller,
  OrderStatus,
  OrderView,
  Question,
  Settlement,
  ShowSales,
  TimelineView,
} from '@holdfast/contract'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call } from '../api/client.ts'
import type { PageOf } from '../api/queries.ts'

export interface OrderFilter {
  readonly status: OrderStatus | ''
  /** The start of an address, or the code of an order. */
  readonly q: string
}

const pageSize = 100

function ordersPath(showId: string, { status, q }: OrderFilter, cursor: string | null): string {
  const query = new URLSearchParams({ limit: String(pageSize) })
  if (status !== '') query.set('status', status)
  if (q !== '') query.set('q', q)
  if (cursor !== null) query.set('cursor', cursor)
  return `/api/shows/${showId}/orders?${query.toString()}`
}

export const showOrdersQuery = (showId: string, filter: OrderFilter) =>
  infiniteQueryOptions({
    queryKey: ['show-orders', showId, filter],
    queryFn: ({ signal, pageParam }) =>
      call<PageOf<OrderView>>(ordersPath(showId, filter, pageParam), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  })

/** Every page of a list, one after the other: a file of any length is never whole in memory. */
export async function* everyPage<Item>(
  read: (cursor: string | null) => Promise<PageOf<Item>>,
): AsyncGenerator<readonly Item[]> {
  let cursor: string | null = null
  do {
    const page: PageOf<Item> = await read(cursor)
    yield page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}

const attendeesPath = (showId: string, cursor: string | null) =>
  `/api/shows/${showId}/attendees?${new URLSearchParams({ limit: String(pageSize), ...(cursor === null ? {} : { cursor }) })}`

/** Who comes, with the questions that the show asks. */
export interface AttendeePage extends PageOf<AttendeeView> {
  readonly questions: readonly Question[]
}
export const readAttendees = (showId: string, cursor: string | null) =>
  call<AttendeePage>(attendeesPath(showId, cursor))

export const everyOrder = (showId: string, filter: OrderFilter) =>
  everyPage((cursor) => call<PageOf<OrderView>>(ordersPath(showId, filter, cursor)))

/** Of one's own organisation, if none is named. */
export const currentSellerQuery = (organisationId = '') =>
  queryOptions({
    queryKey: ['current-seller', organisationId],
    queryFn: ({ signal }) =>
      call<CurrentSeller>(
        `/api/sellers/current${organisationId === '' ? '' : `?organisationId=${organisationId}`}`,
        { signal },
      ),
  })

export const showOrderQuery = (showId: string, orderId: string) =>
  queryOptions({
    queryKey: ['show-order', showId, orderId],
    queryFn: ({ signal }) =>
      call<OrderView>(`/api/shows/${showId}/orders/${encodeURIComponent(orderId)}`, { signal }),
  })

export const salesQuery = (showId: string) =>
  queryOptions({
    queryKey: ['sales', showId],
    queryFn: ({ signal }) => call<ShowSales>(`/api/shows/${showId}/sales`, { signal }),
  })

export const settlementQuery = (showId: string) =>
  queryOptions({
    queryKey: ['settlement', showId],
    queryFn: ({ signal }) => call<Settlement>(`/api/shows/${showId}/settlement`, { signal }),
  })

export const timelineQuery = (orderId: string) =>
  queryOptions({
    queryKey: ['timeline', orderId],
    queryFn: ({ signal }) => call<TimelineView>(`/api/orders/${orderId}/timeline`, { signal }),
  })
