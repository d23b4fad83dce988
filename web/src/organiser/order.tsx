// One order for its organiser: who, what, how much, what happened across the services, and giving money back.
import type { RefundView, ShowView } from '@holdfast/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call, makeIdempotencyKey } from '../api/client.ts'
import { showQuery } from '../api/queries.ts'
import { useFormat } from '../format.ts'
import { Confirm, Failure, Field, Loading, Notice, PageTitle, Skeleton, useFailureText } from '../parts/basics.tsx'
import { OrderSummary } from '../parts/order-summary.tsx'
import { StatusChip } from '../parts/status-chip.tsx'
import { amountText, parseAmount } from './amounts.ts'
import { type OrganiserOrder, showOrderQuery, timelineQuery } from './queries.ts'
import { RequireUser } from './require-user.tsx'

const route = getRouteApi('/organiser/shows/$showId/orders/$orderId')

export function OrganiserOrderPage() {
  const t = useTranslations('organiserOrder')
  const { showId, orderId } = route.useParams()
  const order = useQuery(showOrderQuery(showId, orderId))
  const show = useQuery(showQuery(showId))
  return (
    <RequireUser title={t('title')}>
      {order.isPending && (
        <Loading>
          <Skeleton className="mt-8 h-96 rounded-lg" />
        </Loading>
      )}
      {order.isError && <Failure error={order.error} retry={() => void order.refetch()} />}
      {order.isSuccess && <Order order={order.data} show={show.data} />}
    </RequireUser>
  )
}

function Order({ order, show }: { readonly order: OrganiserOrder; readonly show: ShowView | undefined }) {
  const t = useTranslations('organiserOrder')
  const format = useFormat()
  return (
    <div className="pt-6">
      <Link to="/organiser/shows/$showId" params={{ showId: order.showId }} className="link text-small">
        {show?.title ?? t('back')}
      </Link>
      <PageTitle title={t('title')} className="mt-2 text-heading [overflow-wrap:anywhere]">
        {t('heading', { email: order.buyerEmail })} <StatusChip status={order.status} />
      </PageTitle>
      <p className="mt-1 text-soft">{t('facts', { when: format.moment(order.createdAt), id: order.id })}</p>
      <div className="mt-6 grid gap-x-8 gap-y-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <Story orderId={order.id} />
        <div className="grid content-start gap-4 lg:order-last">
          <div className="panel p-5 sm:p-6">
            <OrderSummary order={order} show={show} />
          </div>
          <Money order={order} />
        </div>
      </div>
    </div>
  )
}

/** What an event means, in the reader's language; amounts and times come from the shop's own sentence. */
function useSentence(): (entry: { readonly type: string; readonly summary: string }) => string {
  const t = useTranslations('timeline')
  const format = useFormat()
  return ({ type, summary }) => {
    const known = t as unknown as { has(key: string): boolean } & ((key: string, values: Record<string, string>) => string)
    if (!known.has(type)) return summary
    const [, digits = '', currency = ''] = /(\d+(?:\.\d+)?) ([A-Z]{3})\b/.exec(summary) ?? []
    const until = /\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(summary)?.[0]
    const amountMinor = currency === '' ? null : parseAmount(digits, currency)
    return known(type, {
      amount: amountMinor === null ? '' : format.money({ amountMinor, currency }),
      until: until === undefined ? '' : format.time(until),
      reason: /\((\w+)\)/.exec(summary)?.[1] ?? /cancelled: ([^;]+)/.exec(summary)?.[1] ?? '',
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
      {timeline.isError && <Failure error={timeline.error} retry={() => void timeline.refetch()} />}
      <ol className="relative ml-2 border-l-2 border-line">
        {timeline.data?.items.map((entry) => (
          <li key={entry.id} className="relative pb-5 pl-6 last:pb-0">
            <span
              aria-hidden="true"
              className="absolute top-2 -left-[7px] size-3 rounded-full border-2 border-surface bg-accent"
            />
            <p className="[overflow-wrap:anywhere]">{sentence(entry)}</p>
            <p className="text-small text-soft">
              <time dateTime={entry.occurredAt}>{format.preciseTime(entry.occurredAt)}</time> ·{' '}
              {entry.source.replace('holdfast/', '')} · <span className="font-mono">{entry.type}</span>
            </p>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** How often an order is looked at again after money was asked back; the processor needs a moment. */
const settleChecks = [400, 1_200, 3_000]

function useReload(order: OrganiserOrder) {
  const client = useQueryClient()
  const reload = () => {
    void client.invalidateQueries({ queryKey: ['show-order', order.showId, order.id] })
    void client.invalidateQueries({ queryKey: timelineQuery(order.id).queryKey })
    void client.invalidateQueries({ queryKey: ['show-orders', order.showId] })
  }
  return () => {
    reload()
    for (const delayMs of settleChecks) setTimeout(reload, delayMs)
  }
}

function Money({ order }: { readonly order: OrganiserOrder }) {
  const t = useTranslations('organiserOrder')
  const format = useFormat()
  const failureText = useFailureText()
  const reload = useReload(order)
  const left = order.total.amountMinor - (order.refunded?.amountMinor ?? 0)
  const { currency } = order.total
  const [amount, setAmount] = useState(amountText(left, currency))
  const [reason, setReason] = useState('')
  const [asking, setAsking] = useState<'refund' | 'cancel' | null>(null)
  const key = useRef(makeIdempotencyKey())
  const amountMinor = parseAmount(amount, currency)
  const valid = amountMinor !== null && amountMinor > 0 && amountMinor <= left
  const refunding = useMutation({
    mutationFn: () =>
      call<RefundView>(`/api/orders/${order.id}/refunds`, {
        method: 'POST',
        body: { ...(amountMinor === left ? {} : { amountMinor }), ...(reason.trim() === '' ? {} : { reason: reason.trim() }) },
        idempotencyKey: key.current,
      }),
    onSuccess: reload,
    onSettled: () => {
      key.current = makeIdempotencyKey()
      setAsking(null)
    },
  })
  const cancelling = useMutation({
    mutationFn: () => call(`/api/orders/${order.id}`, { method: 'DELETE' }),
    onSuccess: reload,
    onSettled: () => setAsking(null),
  })
  const failed = refunding.error ?? cancelling.error
  const refundable = order.status === 'complete' && left > 0
  if (!refundable && order.status !== 'created' && !refunding.isSuccess && !failed) return null
  return (
    <section aria-labelledby="money" className="panel grid gap-4 p-5 sm:p-6">
      <h2 id="money" className="text-title">
        {order.status === 'created' ? t('cancelTitle') : t('refundTitle')}
      </h2>
      {failed && <Notice tone="bad" title={failureText(failed)} />}
      {refunding.isSuccess && (
        <Notice tone="good" title={t(`refund.${refunding.data.status}`, { amount: format.money(refunding.data.amount) })} />
      )}
      {refundable && (
        <form
          className="grid gap-4"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            if (valid) setAsking('refund')
          }}
        >
          <Field
            label={t('amount', { currency })}
            hint={t('amountHint', { left: format.money({ amountMinor: left, currency }) })}
            error={valid ? undefined : t('amountWrong')}
            input={{ inputMode: 'decimal', value: amount, onChange: (event) => setAmount(event.target.value) }}
          />
          <Field
            label={t('reason')}
            input={{ value: reason, maxLength: 500, onChange: (event) => setReason(event.target.value) }}
          />
          <button type="submit" className="button button-danger" disabled={refunding.isPending}>
            {t('refundButton')}
          </button>
        </form>
      )}
      {order.status === 'created' && (
        <button
          type="button"
          className="button button-danger"
          disabled={cancelling.isPending}
          onClick={() => setAsking('cancel')}
        >
          {t('cancelButton')}
        </button>
      )}
      <Confirm
        open={asking !== null}
        title={
          asking === 'cancel'
            ? t('cancelAsk')
            : t('refundAsk', { amount: format.money({ amountMinor: amountMinor ?? 0, currency }) })
        }
        confirmLabel={asking === 'cancel' ? t('cancelButton') : t('refundButton')}
        busy={refunding.isPending || cancelling.isPending}
        onClose={() => setAsking(null)}
        onConfirm={() => (asking === 'cancel' ? cancelling : refunding).mutate()}
      >
        <p>{asking === 'cancel' ? t('cancelText') : t('refundText')}</p>
      </Confirm>
    </section>
  )
}
