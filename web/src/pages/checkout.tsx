// Paying a hold: how long it lasts, what it holds, the card form, and what happens at each turn.
// The order comes by its stream.
import type { OrderView, ShowView } from '@holdfast/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { useSecondsUntil } from '../api/clock.ts'
import { useLive } from '../api/live.ts'
import { orderQuery, showQuery } from '../api/queries.ts'
import { AskedPanel } from '../asked/panel.tsx'
import { Link } from '../navigation/link.tsx'
import { useNavigate, useParams } from '../navigation/router.tsx'
import { Confirm, Loading, Notice, PageTitle, Skeleton, useFailureText } from '../parts/basics.tsx'
import { Countdown } from '../parts/countdown.tsx'
import { OrderSummary } from '../parts/order-summary.tsx'
import { When } from '../parts/when.tsx'
import { type Stage, useAttempt } from '../payment/attempt.ts'
import { CardForm } from '../payment/card-form.tsx'
import { LoadFailure } from './failure.tsx'

export function CheckoutPage() {
  const { orderId } = useParams('/checkout/$orderId')
  const order = useQuery(orderQuery(orderId))
  if (order.isPending) return <CheckoutSkeleton />
  if (order.isLoadingError) return <LoadFailure error={order.error} retry={() => void order.refetch()} />
  return <Checkout key={orderId} order={order.data} />
}

function Checkout({ order }: { readonly order: OrderView }) {
  const t = useTranslations('checkout')
  const navigate = useNavigate()
  const show = useQuery(showQuery(order.showId))
  const liveness = useLive(`/api/orders/${order.id}/stream`, orderQuery(order.id).queryKey)
  const finished = order.status === 'complete' || order.status === 'refunded'
  useEffect(() => {
    if (finished) void navigate({ to: '/orders/$orderId', params: { orderId: order.id }, replace: true })
  }, [finished, navigate, order.id])
  return (
    <div className="grid gap-x-10 gap-y-6 pt-4 lg:grid-cols-[minmax(0,1fr)_25rem]">
      <div className="min-w-0">
        <PageTitle title={t('title')}>{t('title')}</PageTitle>
        {liveness === 'lost' && (
          <div className="mt-4">
            <Notice tone="warm">{t('streamLost')}</Notice>
          </div>
        )}
        {order.status === 'cancelled' ? <Ended order={order} show={show.data} /> : <Paying order={order} />}
      </div>
      <aside className="panel p-4 shadow-(--shadow) sm:p-6 self-start lg:sticky lg:top-4">
        <ShowHead show={show.data} />
        <OrderSummary order={order} show={show.data} />
        {order.status === 'created' && <CancelHold order={order} />}
      </aside>
    </div>
  )
}

function Paying({ order }: { readonly order: OrderView }) {
  const t = useTranslations('checkout')
  const attempt = useAttempt(order)
  const seconds = useSecondsUntil(order.expiresAt)
  const waiting = order.status === 'created' ? waitingOf(attempt.stage) : 'accepted'
  return (
    <>
      <div className="mt-4">
        {waiting === null ? (
          <Countdown {...order} />
        ) : (
          <Notice tone={waiting === 'accepted' ? 'good' : 'warm'} title={t(`${waiting}Title`)}>
            <p>{t(`${waiting}Text`)}</p>
          </Notice>
        )}
      </div>
      <div className={waiting === null ? 'panel mt-5 p-4 sm:p-6' : 'hidden'}>
        <h2 className="mb-4 text-title">{t('card')}</h2>
        <CardForm order={order} mayPay={seconds > 0} attempt={attempt} />
      </div>
      {waiting !== 'accepted' && <AskedPanel order={order} />}
    </>
  )
}

/** What is waited for with the form put away, since nobody should pay again. */
const waitingOf = ({ kind }: Stage) => (kind === 'accepted' || kind === 'unsure' ? kind : null)

function ShowHead({ show }: { readonly show: ShowView | undefined }) {
  if (!show) return <Skeleton className="mb-4 h-20" />
  return (
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
  )
}

function Ended({ order, show }: { readonly order: OrderView; readonly show: ShowView | undefined }) {
  const t = useTranslations('checkout')
  const reason = order.cancelReason ?? 'buyer'
  return (
    <div className="mt-4">
      <Notice tone={reason === 'buyer' ? 'plain' : 'warm'} title={t(`ended.${reason}.title`)}>
        <p>{t(`ended.${reason}.text`)}</p>
        <p className="mt-1">{t('notCharged')}</p>
        {show?.status === 'on_sale' && (
          <Link to="/shows/$showId" params={{ showId: order.showId }} className="button button-main mt-4">
            {t('chooseAgain')}
          </Link>
        )}
      </Notice>
    </div>
  )
}

export function CancelHold({ order }: { readonly order: OrderView }) {
  const t = useTranslations('checkout')
  const client = useQueryClient()
  const failureText = useFailureText()
  const [asking, setAsking] = useState(false)
  const cancelling = useMutation({
    mutationFn: () => call<OrderView>(`/api/orders/${order.id}`, { method: 'DELETE' }),
    onSuccess: (cancelled) => {
      client.setQueryData(orderQuery(order.id).queryKey, cancelled)
      void client.invalidateQueries({ queryKey: ['orders'] })
      void client.invalidateQueries({ queryKey: ['open-orders'] })
    },
    onSettled: () => setAsking(false),
  })
  return (
    <div className="mt-4 border-t border-line pt-3">
      {cancelling.isError && <Notice tone="bad" title={failureText(cancelling.error)} />}
      <button type="button" className="button button-quiet -ml-2.5 text-soft" onClick={() => setAsking(true)}>
        {t('cancel')}
      </button>
      <Confirm
        open={asking}
        title={t('cancelTitle')}
        confirmLabel={t('cancelConfirm')}
        busy={cancelling.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => cancelling.mutate()}
      >
        <p>{t('cancelText')}</p>
      </Confirm>
    </div>
  )
}

function CheckoutSkeleton() {
  return (
    <Loading>
      <div className="grid gap-x-10 gap-y-6 pt-4 lg:grid-cols-[minmax(0,1fr)_25rem]">
        <div>
          <Skeleton className="h-9 w-56" />
          <Skeleton className="mt-4 h-24 rounded-lg" />
          <Skeleton className="mt-5 h-80 rounded-lg" />
        </div>
        <Skeleton className="h-72 rounded-lg" />
      </div>
    </Loading>
  )
}
