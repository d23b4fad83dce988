// One order for its organiser: who, what, how much, what happened across the services, and giving
// money back.
import type { OrderView, ShowView, TimelineView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { showQuery } from '../../api/queries.ts'
import { AskedPanel } from '../../asked/panel.tsx'
import { useFormat } from '../../format.ts'
import { Link } from '../../navigation/link.tsx'
import { useParams } from '../../navigation/router.tsx'
import { Failure, Loading, PageTitle, Skeleton } from '../../parts/basics.tsx'
import { OrderSummary } from '../../parts/order-summary.tsx'
import { StatusChip } from '../../parts/status-chip.tsx'
import { isolated } from '../../parts/user-text.tsx'
import { useRights } from '../house/choice.tsx'
import { showOrderQuery, timelineQuery } from '../queries.ts'
import { RequireUser } from '../require-user.tsx'
import { useBuyerName } from './buyer-name.ts'
import { MoneyBack } from './money-back.tsx'
import { Reserve } from './reserve.tsx'
import { TakePayment } from './take-payment.tsx'

type TimelineEntry = TimelineView['items'][number]
/** Messages whose keys come from outside. */
type Words = { has(key: string): boolean } & ((
  key: string,
  values?: Record<string, string | number>,
) => string)

export function OrganiserOrderPage() {
  const t = useTranslations('organiserOrder')
  const { showId, orderId } = useParams('/organiser/shows/$showId/orders/$orderId')
  const order = useQuery(showOrderQuery(showId, orderId))
  const show = useQuery(showQuery(showId))
  return (
    <RequireUser title={t('title')}>
      {order.isPending && (
        <Loading>
          <Skeleton className="mt-8 h-96 rounded-lg" />
        </Loading>
      )}
      {order.isLoadingError && <Failure error={order.error} retry={() => void order.refetch()} />}
      {order.data && <Order order={order.data} show={show.data} />}
    </RequireUser>
  )
}

function Order({ order, show }: { readonly order: OrderView; readonly show: ShowView | undefined }) {
  const t = useTranslations('organiserOrder')
  const may = useRights(show?.organiserId ?? '')
  const printLabel = useTranslations('receipt')
  const buyerOf = useBuyerName()
  const format = useFormat()
  return (
    <div className="pt-6">
      <div className="flex items-center justify-between gap-3">
        <Link to="/organiser/shows/$showId" params={{ showId: order.showId }} className="link text-small">
          {show?.title ?? t('back')}
        </Link>
        <button type="button" className="button print:hidden" onClick={() => print()}>
          {printLabel('print')}
        </button>
      </div>
      <PageTitle title={t('title')} className="mt-2 text-heading [overflow-wrap:anywhere]">
        {t('heading', { email: isolated(buyerOf(order)) })}{' '}
        <StatusChip status={order.status} kind={order.kind} />
      </PageTitle>
      <p className="mt-1 text-soft">
        {t('facts', { when: format.moment(order.createdAt), code: order.code })}
      </p>
      <p className="font-mono text-small text-soft [overflow-wrap:anywhere]">{order.id}</p>
      <div className="mt-6 grid gap-x-8 gap-y-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid content-start gap-4">
          <Story orderId={order.id} />
          <AskedPanel order={order} />
        </div>
        <div className="grid content-start gap-4 lg:order-last">
          <div className="panel p-5 sm:p-6">
            <OrderSummary order={order} show={show} />
          </div>
          <div className="grid gap-4 print:hidden">
            {may('orders') && <TakePayment order={order} />}
            {may('orders') && show && <Reserve order={order} show={show} />}
            {may(order.status === 'created' ? 'orders' : 'money') && <MoneyBack order={order} />}
          </div>
        </div>
      </div>
    </div>
  )
}

/**
 * What an event means, in the reader's language. Events that we have no words for are told in the
 * shop's own.
 */
function useSentence(): (entry: TimelineEntry) => string {
  const t = useTranslations('timeline')
  const reasons = useTranslations('timelineReason')
  const mails = useTranslations('mailKind')
  const format = useFormat()
  return ({ type, summary, data }) => {
    const known = t as unknown as Words
    const knownReasons = reasons as unknown as Words
    if (!known.has(type)) return summary
    const {
      amount,
      until,
      reason = '',
      count = 0,
      door = 'none',
      mailKind,
      tender = 'none',
      kind = 'none',
    } = data
    return known(type, {
      amount: amount ? format.money(amount) : '',
      until: until === undefined ? '' : kind === 'reservation' ? format.moment(until) : format.time(until),
      kind,
      reason: knownReasons.has(reason) ? knownReasons(reason) : reason,
      count,
      door,
      tender,
      mail: mailKind === undefined ? '' : mails(mailKind),
    })
  }
}

function Story({ orderId }: { readonly orderId: string }) {
  const t = useTranslations('organiserOrder')
  const format = useFormat()
  const sentence = useSentence()
  const timeline = useQuery(timelineQuery(orderId))
  return (
    <section aria-labelledby="story" className="panel p-5 sm:p-6">
      <h2 id="story" className="mb-4 text-title">
        {t('story')}
      </h2>
      {timeline.isPending && <Skeleton className="h-64" />}
      {timeline.isLoadingError && <Failure error={timeline.error} retry={() => void timeline.refetch()} />}
      <ol className="relative ml-2 border-l-2 border-line">
        {timeline.data?.items.map((entry) => (
          <li key={entry.id} className="relative break-inside-avoid pb-5 pl-6 last:pb-0">
            <span
              aria-hidden="true"
              className="absolute top-2 -left-[7px] size-3 rounded-full border-2 border-surface bg-accent"
            />
            <p className="[overflow-wrap:anywhere]">{sentence(entry)}</p>
            <p className="text-small text-soft">
              <time dateTime={entry.occurredAt}>
                {/* On paper, for support: each line by itself says when it was. */}
                <span className="hidden print:inline">{format.day(entry.occurredAt)}, </span>
                {format.preciseTime(entry.occurredAt)}
              </time>{' '}
              · {entry.source.replace('holdfast/', '')} · <span className="font-mono">{entry.type}</span>
            </p>
          </li>
        ))}
      </ol>
    </section>
  )
}
