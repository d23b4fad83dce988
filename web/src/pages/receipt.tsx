// The receipt of an order, for paper or a file: what was bought, when, for how much.
import type { OrderView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { orderQuery, showQuery } from '../api/queries.ts'
import { useFormat } from '../format.ts'
import { Link } from '../navigation/link.tsx'
import { useParams } from '../navigation/router.tsx'
import { Loading, PageTitle, Skeleton } from '../parts/basics.tsx'
import { OrderSummary } from '../parts/order-summary.tsx'
import { isolated } from '../parts/user-text.tsx'
import { LoadFailure } from './failure.tsx'

/** What the paper proves. Only money that was charged is called paid. */
function proofOf({ status, total }: OrderView): 'refunded' | 'free' | 'paid' | 'notPaid' {
  if (status === 'refunded') return 'refunded'
  if (status !== 'complete') return 'notPaid'
  return total.amountMinor === 0 ? 'free' : 'paid'
}

export function ReceiptPage() {
  const t = useTranslations('receipt')
  const format = useFormat()
  const { orderId } = useParams('/orders/$orderId/receipt')
  const order = useQuery(orderQuery(orderId))
  const show = useQuery({ ...showQuery(order.data?.showId ?? ''), enabled: order.data !== undefined })
  if (order.isLoadingError) return <LoadFailure error={order.error} retry={() => void order.refetch()} />
  if (order.isPending) {
    return (
      <Loading>
        <Skeleton className="mx-auto mt-6 h-96 max-w-narrow rounded-lg" />
      </Loading>
    )
  }
  const facts = [
    [t('number'), order.data.code],
    [t('id'), order.data.id],
    [t('date'), format.moment(order.data.createdAt)],
    [t('buyer'), order.data.buyerEmail ?? isolated(order.data.buyerName ?? '')],
    [
      t('show'),
      show.data
        ? `${isolated(show.data.title)}, ${format.moment(show.data.startsAt, show.data.timeZone)}`
        : '',
    ],
    [t('venue'), isolated(show.data?.venue ?? '')],
  ]
  return (
    <div className="mx-auto max-w-narrow pt-6">
      <div className="mb-4 flex flex-wrap justify-between gap-3 print:hidden">
        <Link to="/orders/$orderId" params={{ orderId }} className="button">
          {t('back')}
        </Link>
        <button type="button" className="button button-main" onClick={() => print()}>
          {t('print')}
        </button>
      </div>
      <article className="panel p-6 sm:p-10 print:border-0 print:p-0">
        <PageTitle title={t('title')}>{t('title')}</PageTitle>
        <dl className="my-6 grid gap-x-6 gap-y-1 sm:grid-cols-[auto_1fr]">
          {facts.map(
            ([name, value]) =>
              value !== '' && (
                <div key={name} className="contents">
                  <dt className="text-soft">{name}</dt>
                  <dd className="mb-2 [overflow-wrap:anywhere] sm:mb-0">{value}</dd>
                </div>
              ),
          )}
        </dl>
        <OrderSummary order={order.data} show={show.data} />
        <p className="mt-6 text-small text-soft">
          {order.data.status === 'complete' && order.data.tender
            ? t(`elsewhere.${order.data.tender}`)
            : t(proofOf(order.data))}
        </p>
      </article>
    </div>
  )
}
