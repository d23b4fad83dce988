// The orders of a show: by state, by address or number, as a file.
import type { Availability, OrderStatus, OrderView, ShowView } from '@holdfast/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../../format.ts'
import { Link } from '../../navigation/link.tsx'
import { Failure, Skeleton } from '../../parts/basics.tsx'
import { StatusChip } from '../../parts/status-chip.tsx'
import { UserText } from '../../parts/user-text.tsx'
import { type OrderFilter, showOrdersQuery } from '../queries.ts'
import { useRefreshOnSales } from '../refresh.ts'
import { AttendeesButton } from './attendees-button.tsx'
import { useBuyerName } from './buyer-name.ts'
import { CsvButton } from './csv-button.tsx'

const statuses: readonly OrderStatus[] = ['created', 'claimed', 'complete', 'cancelled', 'refunded']

export function OrdersTable({
  show,
  availability,
}: {
  readonly show: ShowView
  readonly availability: Availability | undefined
}) {
  const t = useTranslations('organiser')
  const [filter, setFilter] = useState<OrderFilter>({ status: '', q: '' })
  const asked = useDeferredValue(filter)
  const orders = useInfiniteQuery({ ...showOrdersQuery(show.id, asked), placeholderData: (before) => before })
  useRefreshOnSales(availability, ['show-orders', show.id])
  const items = orders.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section aria-labelledby="orders" className="panel mt-3 p-5 sm:p-6">
      <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <h2 id="orders" className="text-title">
          {t('orders')}
        </h2>
        <div className="flex w-full flex-wrap items-end gap-3 md:w-auto">
          <label className="block min-w-0 grow text-small">
            {t('find')}
            <input
              type="search"
              className="input mt-1 md:w-52"
              value={filter.q}
              maxLength={254}
              onChange={(event) => setFilter({ ...filter, q: event.target.value.trim() })}
            />
          </label>
          <label className="block text-small">
            {t('byStatus')}
            <select
              className="input mt-1"
              value={filter.status}
              onChange={(event) => setFilter({ ...filter, status: event.target.value as OrderStatus | '' })}
            >
              <option value="">{t('anyStatus')}</option>
              {statuses.map((status) => (
                <StatusOption key={status} status={status} />
              ))}
            </select>
          </label>
          <CsvButton show={show} filter={filter} />
          <AttendeesButton show={show} />
        </div>
      </div>
      {orders.isError && items.length === 0 && (
        <Failure error={orders.error} retry={() => void orders.refetch()} />
      )}
      {orders.isPending && <Skeleton className="h-40" />}
      {orders.isSuccess && items.length === 0 && (
        <p className="py-10 text-center text-soft">{t('noOrders')}</p>
      )}
      {items.length > 0 && <Rows show={show} orders={items} />}
      {orders.hasNextPage && (
        <button
          type="button"
          className="button mt-4"
          disabled={orders.isFetchingNextPage}
          onClick={() => void orders.fetchNextPage()}
        >
          {t('more')}
        </button>
      )}
    </section>
  )
}

function StatusOption({ status }: { readonly status: OrderStatus }) {
  const t = useTranslations('orderStatus')
  return <option value={status}>{t(status)}</option>
}

function Rows({ show, orders }: { readonly show: ShowView; readonly orders: readonly OrderView[] }) {
  const buyerOf = useBuyerName()
  const t = useTranslations('organiser')
  const format = useFormat()
  return (
    <>
      <Cards show={show} orders={orders} />
      <table className="hidden w-full text-left md:table">
        <thead className="text-small text-soft">
          <tr className="border-b border-line [&>th]:py-2 [&>th]:pr-5 [&>th]:font-medium">
            <th scope="col">{t('column.code')}</th>
            <th scope="col">{t('column.buyer')}</th>
            <th scope="col">{t('column.date')}</th>
            <th scope="col" className="text-right">
              {t('column.tickets')}
            </th>
            <th scope="col" className="text-right">
              {t('column.total')}
            </th>
            <th scope="col">{t('column.status')}</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {orders.map((order) => (
            <tr key={order.id} className="[&>td]:py-2.5 [&>td]:pr-5 [&>td]:whitespace-nowrap">
              <td className="font-mono text-small">{order.code}</td>
              <td>
                <Link
                  to="/organiser/shows/$showId/orders/$orderId"
                  params={{ showId: show.id, orderId: order.id }}
                  className="link"
                >
                  <UserText>{buyerOf(order)}</UserText>
                </Link>
              </td>
              <td className="text-soft">{format.moment(order.createdAt)}</td>
              <td className="text-right">
                {format.number(order.lines.reduce((sum, line) => sum + line.quantity, 0))}
              </td>
              <td className="text-right">{format.money(order.total)}</td>
              <td>
                <StatusChip status={order.status} kind={order.kind} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

/** The same on a phone, where a table would have to be pushed sideways. */
function Cards({ show, orders }: { readonly show: ShowView; readonly orders: readonly OrderView[] }) {
  const buyerOf = useBuyerName()
  const t = useTranslations('orders')
  const format = useFormat()
  return (
    <ul className="divide-y divide-line border-t border-line md:hidden">
      {orders.map((order) => (
        <li key={order.id} className="relative py-3">
          <div className="flex items-start justify-between gap-3">
            <Link
              to="/organiser/shows/$showId/orders/$orderId"
              params={{ showId: show.id, orderId: order.id }}
              className="link min-w-0 font-medium [overflow-wrap:anywhere] after:absolute after:inset-0"
            >
              <UserText>{buyerOf(order)}</UserText>
            </Link>
            <StatusChip status={order.status} kind={order.kind} />
          </div>
          <p className="mt-0.5 text-small text-soft">
            {t('line', {
              when: format.moment(order.createdAt),
              count: order.lines.reduce((sum, line) => sum + line.quantity, 0),
              total: format.money(order.total),
            })}
          </p>
          <p className="font-mono text-small text-soft">{order.code}</p>
        </li>
      ))}
    </ul>
  )
}
