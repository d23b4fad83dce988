// The buyer's own orders, newest first.
import type { OrderView } from '@holdfast/contract'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { currentUserQuery, myOrdersQuery, showQuery } from '../api/queries.ts'
import { useSendsMail } from '../api/sends-mail.ts'
import { useFormat } from '../format.ts'
import { Link } from '../navigation/link.tsx'
import { ConfirmAddress, FindTickets } from '../parts/ask-link.tsx'
import { Empty, Failure, Loading, PageTitle, Skeleton } from '../parts/basics.tsx'
import { SignOut } from '../parts/sign-out.tsx'
import { StatusChip } from '../parts/status-chip.tsx'
import { isolated, UserText } from '../parts/user-text.tsx'

export function OrdersPage() {
  const t = useTranslations('orders')
  const sendsMail = useSendsMail()
  const current = useQuery(currentUserQuery)
  const user = current.data?.user ?? null
  const orders = useInfiniteQuery({ ...myOrdersQuery(), enabled: user !== null })
  const items = orders.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className="mx-auto max-w-narrow pt-6">
      <PageTitle title={t('title')} className="text-display">
        {t('title')}
      </PageTitle>
      {user && (
        <div className="mt-2 mb-6 flex flex-wrap items-center justify-between gap-x-4">
          <p className="min-w-0 text-soft [overflow-wrap:anywhere]">
            {t('of', { email: isolated(user.email) })}
          </p>
          <div className="-ml-2.5 sm:-mr-2.5 sm:ml-0">
            <SignOut />
          </div>
        </div>
      )}
      {user?.kind === 'user' && !user.emailVerified && (
        <div className="mb-6">
          <ConfirmAddress />
        </div>
      )}
      {current.isLoadingError && <Failure error={current.error} retry={() => void current.refetch()} />}
      {orders.isError && items.length === 0 && (
        <Failure error={orders.error} retry={() => void orders.refetch()} />
      )}
      {(current.isPending || (user !== null && orders.isPending)) && (
        <Loading>
          <div className="mt-6 grid gap-3">
            <Skeleton className="h-24 rounded-lg" />
            <Skeleton className="h-24 rounded-lg" />
          </div>
        </Loading>
      )}
      {current.isSuccess && user === null && (
        <div className="mt-6">
          <Empty title={t('nobody')}>
            <p>{t(sendsMail ? 'nobodyText' : 'nobodyTextWithoutMail')}</p>
            <Link to="/sign-in" search={{ to: '/orders' }} className="button button-main mt-5">
              {t('signIn')}
            </Link>
          </Empty>
        </div>
      )}
      {orders.isSuccess && items.length === 0 && (
        <Empty title={t('none')}>
          <Link to="/" className="button mt-4">
            {t('toShows')}
          </Link>
        </Empty>
      )}
      <ul className="grid gap-3">
        {items.map((order) => (
          <OrderRow key={order.id} order={order} />
        ))}
      </ul>
      {orders.hasNextPage && (
        <button
          type="button"
          className="button mt-6"
          disabled={orders.isFetchingNextPage}
          onClick={() => void orders.fetchNextPage()}
        >
          {t('more')}
        </button>
      )}
      {current.isSuccess && user?.kind !== 'user' && <FindTickets key={user?.email} email={user?.email} />}
    </div>
  )
}

function OrderRow({ order }: { readonly order: OrderView }) {
  const t = useTranslations('orders')
  const format = useFormat()
  const { data: show } = useQuery(showQuery(order.showId))
  const count = order.lines.reduce((sum, line) => sum + line.quantity, 0)
  return (
    <li className="panel group relative flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-4 transition-colors hover:border-strong sm:px-6">
      <div className="min-w-0">
        <h2 className="text-lead leading-snug [overflow-wrap:anywhere]">
          <Link
            to="/orders/$orderId"
            params={{ orderId: order.id }}
            className="underline-offset-4 group-hover:underline after:absolute after:inset-0"
          >
            <UserText>{show?.title ?? t('loadingTitle')}</UserText>
          </Link>
        </h2>
        <p className="text-small text-soft">
          {t('line', {
            when: show ? format.moment(show.startsAt, show.timeZone) : '…',
            count,
            total: format.money(order.total),
          })}
        </p>
      </div>
      <StatusChip status={order.status} kind={order.kind} />
    </li>
  )
}
