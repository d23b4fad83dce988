// What owners read of their webhooks. The only place that knows these paths.
import type { DeliveryView, WebhookView } from '@holdfast/contract'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { PageOf } from '../../api/queries.ts'
import { housePath } from '../house/queries.ts'

export const hookPath = (houseId: string, rest = '') => housePath(houseId, `/webhooks${rest}`)

export const hooksQuery = (houseId: string) =>
  queryOptions({
    queryKey: ['organisation', houseId, 'webhooks'],
    queryFn: async ({ signal }) => (await call<PageOf<WebhookView>>(hookPath(houseId), { signal })).items,
  })

const everyMs = 5_000

export const deliveriesQuery = (houseId: string, hookId: string) =>
  infiniteQueryOptions({
    queryKey: ['organisation', houseId, 'webhooks', hookId, 'deliveries'],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      call<PageOf<DeliveryView>>(
        hookPath(houseId, `/${hookId}/deliveries${pageParam === '' ? '' : `?cursor=${pageParam}`}`),
        { signal },
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: everyMs,
  })
