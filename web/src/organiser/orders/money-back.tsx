// Giving money back for an order, or ending one that is not paid. Asks before either; a lost answer
// never refunds twice.
import type { OrderView, RefundView } from '@holdfast/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { amountText, parseAmount } from '../../amounts.ts'
import { call, makeIdempotencyKey, mayPass } from '../../api/client.ts'
import { useFormat } from '../../format.ts'
import { Confirm, Field, Notice, useFailureText } from '../../parts/basics.tsx'
import { timelineQuery } from '../queries.ts'

export function MoneyBack({ order }: { readonly order: OrderView }) {
  if (order.status === 'created') return <CancelOrder order={order} />
  return <Refund order={order} />
}

/**
 * How often an order is looked at again after money was asked back; the processor needs a moment.
 */
const settleChecksMs = [400, 1_200, 3_000]

export function useReload(order: OrderView) {
  const client = useQueryClient()
  const reload = () => {
    void client.invalidateQueries({ queryKey: ['show-order', order.showId, order.id] })
    void client.invalidateQueries({ queryKey: timelineQuery(order.id).queryKey })
    void client.invalidateQueries({ queryKey: ['show-orders', order.showId] })
  }
  return () => {
    reload()
    for (const delayMs of settleChecksMs) setTimeout(reload, delayMs)
  }
}

interface Wish {
  /**
   * What was confirmed. Never "all that is left", which the shop may count otherwise than the page
   * that was read.
   */
  readonly amountMinor: number
  readonly reason: string
}

function useRefund(order: OrderView) {
  const reload = useReload(order)
  const key = useRef(makeIdempotencyKey())
  return useMutation({
    mutationFn: ({ amountMinor, reason }: Wish) =>
      call<RefundView>(`/api/orders/${order.id}/refunds`, {
        method: 'POST',
        body: { amountMinor, ...(reason === '' ? {} : { reason }) },
        idempotencyKey: key.current,
      }),
    onSuccess: reload,
    // While the end of an attempt is not known, the next press is the same attempt.
    onSettled: (_refund, error) => {
      if (!mayPass(error)) key.current = makeIdempotencyKey()
    },
  })
}

function Refund({ order }: { readonly order: OrderView }) {
  const t = useTranslations('organiserOrder')
  const format = useFormat()
  const failureText = useFailureText()
  const { currency } = order.total
  const left = order.total.amountMinor - (order.refunded?.amountMinor ?? 0)
  const [wish, setWish] = useState<Wish | null>(null)
  const refunding = useRefund(order)
  const refundable = order.status === 'complete' && left > 0
  if (!refundable && refunding.isIdle) return null
  return (
    <section aria-labelledby="money" className="panel grid gap-4 p-5 sm:p-6">
      <h2 id="money" className="text-title">
        {t('refundTitle')}
      </h2>
      {refunding.isError && <Notice tone="bad" title={failureText(refunding.error)} />}
      {refunding.isSuccess && (
        <Notice
          tone="good"
          title={t(`refund.${refunding.data.status}`, { amount: format.money(refunding.data.amount) })}
        />
      )}
      {refundable && (
        <RefundForm key={left} left={left} currency={currency} busy={refunding.isPending} ask={setWish} />
      )}
      <Confirm
        open={wish !== null}
        title={t('refundAsk', { amount: format.money({ amountMinor: wish?.amountMinor ?? left, currency }) })}
        confirmLabel={t('refundButton')}
        busy={refunding.isPending}
        onClose={() => setWish(null)}
        onConfirm={() => {
          if (wish) refunding.mutate(wish, { onSettled: () => setWish(null) })
        }}
      >
        <p>{t(order.tender ? 'refundTextElsewhere' : 'refundText')}</p>
      </Confirm>
    </section>
  )
}

interface RefundFormProps {
  readonly left: number
  readonly currency: string
  readonly busy: boolean
  readonly ask: (wish: Wish) => void
}

function RefundForm({ left, currency, busy, ask }: RefundFormProps) {
  const t = useTranslations('organiserOrder')
  const format = useFormat()
  const [amount, setAmount] = useState(amountText(left, currency))
  const [reason, setReason] = useState('')
  const amountMinor = parseAmount(amount, currency)
  const valid = amountMinor !== null && amountMinor > 0 && amountMinor <= left
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (valid) ask({ amountMinor, reason: reason.trim() })
  }
  return (
    <form className="grid gap-4" noValidate onSubmit={submit}>
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
      <button type="submit" className="button button-danger" disabled={busy}>
        {t('refundButton')}
      </button>
    </form>
  )
}

function CancelOrder({ order }: { readonly order: OrderView }) {
  const t = useTranslations('organiserOrder')
  const failureText = useFailureText()
  const reload = useReload(order)
  const [asking, setAsking] = useState(false)
  const cancelling = useMutation({
    mutationFn: () => call(`/api/orders/${order.id}`, { method: 'DELETE' }),
    onSuccess: reload,
    onSettled: () => setAsking(false),
  })
  return (
    <section aria-labelledby="money" className="panel grid gap-4 p-5 sm:p-6">
      <h2 id="money" className="text-title">
        {t('cancelTitle')}
      </h2>
      {cancelling.isError && <Notice tone="bad" title={failureText(cancelling.error)} />}
      <button
        type="button"
        className="button button-danger"
        disabled={cancelling.isPending}
        onClick={() => setAsking(true)}
      >
        {t('cancelButton')}
      </button>
      <Confirm
        open={asking}
        title={t('cancelAsk')}
        confirmLabel={t('cancelButton')}
        busy={cancelling.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => cancelling.mutate()}
      >
        <p>{t('cancelText')}</p>
      </Confirm>
    </section>
  )
}
