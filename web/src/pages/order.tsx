// One order of the buyer: its tickets when it is complete, and what it is waiting for or why it
// ended when not.
import type { OrderView, ShowView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { serverNowMs } from '../api/clock.ts'
import { useLive } from '../api/live.ts'
import { currentUserQuery, orderQuery, showQuery } from '../api/queries.ts'
import { useSendsMail } from '../api/sends-mail.ts'
import { AskedPanel } from '../asked/panel.tsx'
import { unitsQuery } from '../asked/queries.ts'
import { useFormat } from '../format.ts'
import { Link } from '../navigation/link.tsx'
import { useParams } from '../navigation/router.tsx'
import { FindTickets } from '../parts/ask-link.tsx'
import { Loading, Notice, PageTitle, Skeleton } from '../parts/basics.tsx'
import { Countdown } from '../parts/countdown.tsx'
import { OrderSummary } from '../parts/order-summary.tsx'
import { TicketStub } from '../parts/ticket.tsx'
import { When } from '../parts/when.tsx'
import { CancelHold } from './checkout.tsx'
import { LoadFailure } from './failure.tsx'

export function OrderPage() {
  const { orderId } = useParams('/orders/$orderId')
  const order = useQuery(orderQuery(orderId))
  if (order.isPending) {
    return (
      <Loading>
        <Skeleton className="mt-6 h-12 w-3/5" />
        <Skeleton className="mt-6 h-56 rounded-lg" />
        <Skeleton className="mt-4 h-56 rounded-lg" />
      </Loading>
    )
  }
  if (order.isLoadingError) {
    return (
      <LoadFailure error={order.error} retry={() => void order.refetch()}>
        <FindTickets />
      </LoadFailure>
    )
  }
  return <Order order={order.data} />
}

/** Once all of the money went back, its tickets open no door, though its places are still to follow. */
const asSeen = (order: OrderView): OrderView =>
  order.status === 'complete' && order.refunded?.amountMinor === order.due.amountMinor
    ? { ...order, status: 'refunded' }
    : order

function Order({ order: told }: { readonly order: OrderView }) {
  const t = useTranslations('order')
  const order = asSeen(told)
  const { data: show } = useQuery(showQuery(order.showId))
  useLive(`/api/orders/${order.id}/stream`, orderQuery(order.id).queryKey)
  return (
    <div className="grid gap-x-10 gap-y-8 pt-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="min-w-0">
        <Heading order={order} show={show} />
        <KeepTickets order={order} show={show} />
        {order.status === 'complete' && <Tickets order={order} show={show} />}
        {(order.status === 'complete' || order.status === 'created') && <AskedPanel order={order} />}
        {order.status === 'refunded' && order.tickets && <Tickets order={order} show={show} />}
        {order.status === 'created' && (
          <div className="mt-5">
            <Countdown {...order} />
            {order.due.amountMinor > 0 && (
              <Link
                to="/checkout/$orderId"
                params={{ orderId: order.id }}
                className="button button-main button-large mt-4"
              >
                {t('toPayment')}
              </Link>
            )}
          </div>
        )}
      </div>
      <aside className="panel self-start p-4 sm:p-6">
        {show ? (
          <div className="mb-4 border-b border-line pb-4">
            <h2 dir="auto" className="text-title">
              {show.title}
            </h2>
            <When show={show} className="mt-1" />
            {show.venue && (
              <p dir="auto" className="text-soft">
                {show.venue}
              </p>
            )}
          </div>
        ) : (
          <Skeleton className="mb-4 h-20" />
        )}
        <OrderSummary order={order} show={show} />
        <p className="mt-4 text-small text-soft">
          {t('number')} <span className="font-mono whitespace-nowrap text-ink">{order.code}</span>
        </p>
        {(order.status === 'complete' || order.status === 'refunded') && (
          <Link
            to="/orders/$orderId/receipt"
            params={{ orderId: order.id }}
            className="button mt-4 w-full print:hidden"
          >
            {t('receipt')}
          </Link>
        )}
        {order.status === 'created' && <CancelHold order={order} />}
      </aside>
    </div>
  )
}

/** By then a show is over that does not say when it ends, also one with a long second half. */
const pastAfterMs = 6 * 3_600_000

function occasionOf(show: ShowView | undefined): 'ahead' | 'past' | 'cancelled' {
  if (!show) return 'ahead'
  if (show.status === 'cancelled') return 'cancelled'
  const endMs = show.endsAt ? Date.parse(show.endsAt) : Date.parse(show.startsAt) + pastAfterMs
  return serverNowMs() > endMs ? 'past' : 'ahead'
}

/** Tells guests, before it is too late, how they keep tickets that open in this browser only. */
function KeepTickets({ order, show }: { readonly order: OrderView; readonly show: ShowView | undefined }) {
  const t = useTranslations('order')
  const { data: current } = useQuery(currentUserQuery)
  const sendsMail = useSendsMail()
  const isGuest = current?.user?.kind === 'guest'
  if (!isGuest || order.status !== 'complete' || occasionOf(show) === 'past') return null
  return (
    <div className="mt-5 print:hidden">
      <Notice tone="warm">
        <p>{t(sendsMail ? 'keepGuest' : 'keepGuestWithoutMail')}</p>
      </Notice>
    </div>
  )
}

function Heading({ order, show }: { readonly order: OrderView; readonly show: ShowView | undefined }) {
  const t = useTranslations('order')
  const checkout = useTranslations('checkout')
  const format = useFormat()
  const occasion = order.status === 'complete' ? occasionOf(show) : 'ahead'
  const isReserved = order.status === 'created' && order.kind === 'reservation'
  const title =
    occasion === 'cancelled'
      ? t('showCancelledHeading')
      : occasion === 'past'
        ? t('pastHeading')
        : t(`heading.${isReserved ? 'reserved' : order.status}`)
  const reason = order.cancelReason ?? 'buyer'
  return (
    <>
      <PageTitle title={show ? `${title}: ${show.title}` : title} className="text-display">
        {title}
      </PageTitle>
      <div className="mt-3 text-lead text-soft">
        {order.status === 'complete' && occasion === 'ahead' && <p>{t('completeText')}</p>}
        {occasion === 'cancelled' && (
          <p>{t(order.tender ? 'showCancelledElsewhereText' : 'showCancelledText')}</p>
        )}
        {order.status === 'complete' && order.refunded && (
          <p>
            {t(order.tender ? 'partlyRefundedElsewhereText' : 'partlyRefundedText', {
              amount: format.money(order.refunded),
            })}
          </p>
        )}
        {order.status === 'claimed' && <p role="status">{t('claimedText')}</p>}
        {order.status === 'cancelled' && (
          <p>
            {t(`cancelled.${reason}`)} {checkout('notCharged')}
          </p>
        )}
        {order.status === 'refunded' && <p>{t(order.tender ? 'refundedElsewhereText' : 'refundedText')}</p>}
      </div>
      {order.status === 'cancelled' && (
        <Link to="/shows/$showId" params={{ showId: order.showId }} className="button mt-5">
          {t('backToShow')}
        </Link>
      )}
    </>
  )
}

function FileLink(props: { readonly orderId: string; readonly file: string; readonly children: ReactNode }) {
  const href = `/api/orders/${encodeURIComponent(props.orderId)}/${props.file}`
  return (
    <a href={href} target="_blank" rel="noreferrer" className="button button-quiet">
      {props.children}
    </a>
  )
}

function Tickets({ order, show }: { readonly order: OrderView; readonly show: ShowView | undefined }) {
  const t = useTranslations('order')
  const { tickets } = order
  const { data: units } = useQuery(unitsQuery(order))
  const holderOf = (ticketId: string) => units?.items.find((unit) => unit.ticketId === ticketId)?.holderName
  if (!tickets || tickets.length === 0) {
    return (
      <div className="mt-6">
        <Notice title={t('ticketsComing')}>
          <p>{t('ticketsComingText')}</p>
        </Notice>
        <Skeleton className="mt-4 h-56 rounded-lg" />
      </div>
    )
  }
  return (
    <section aria-labelledby="tickets" className="mt-6">
      <div className="mb-3 flex items-center justify-between gap-4">
        <h2 id="tickets" className="text-title">
          {t('tickets', { count: tickets.length })}
        </h2>
        <div className="flex flex-wrap justify-end print:hidden">
          {order.status === 'complete' && (
            <>
              <FileLink orderId={order.id} file="tickets.pdf">
                {t('pdf')}
              </FileLink>
              <FileLink orderId={order.id} file="calendar.ics">
                {t('calendar')}
              </FileLink>
            </>
          )}
          <button type="button" className="button button-quiet" onClick={() => print()}>
            {t('print')}
          </button>
        </div>
      </div>
      <ul className="grid gap-4">
        {tickets.map((ticket, index) => (
          <TicketStub
            key={ticket.id}
            ticket={ticket}
            holder={holderOf(ticket.id)}
            show={show}
            position={index + 1}
            count={tickets.length}
          />
        ))}
      </ul>
    </section>
  )
}
