// Payments whose outcome is not certain: which call has no answer, since when, and a way to ask the
// processor at once.
import type { OpsPayment } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { useFormat } from '../../format.ts'
import { Failure, Notice, Skeleton } from '../../parts/basics.tsx'
import { StatusChip } from '../../parts/status-chip.tsx'
import { ActionFailure, AllWell, Section, useSpan } from '../parts.tsx'
import { openPaymentsQuery, useLookAgain } from '../queries.ts'

export function OpenPayments() {
  const t = useTranslations('ops.payments')
  const payments = useQuery(openPaymentsQuery)
  const look = useLookAgain()
  const items = payments.data?.items ?? []
  return (
    <Section title={t('title')} text={t('text')}>
      {payments.isPending && <Skeleton className="h-6 w-72" />}
      {payments.isError && !payments.data && (
        <Failure error={payments.error} retry={() => void payments.refetch()} />
      )}
      {payments.data && items.length === 0 && <AllWell>{t('none')}</AllWell>}
      <ul className="divide-y divide-line">
        {items.map((payment) => (
          <Payment
            key={payment.id}
            payment={payment}
            busy={look.isPending}
            look={() => look.mutate(payment.id)}
          />
        ))}
      </ul>
      <ActionFailure error={look.error} />
      {look.isSuccess && (
        <div className="mt-3">
          {look.data.status === 'unknown' ? (
            <Notice title={t('looked')} />
          ) : (
            <Notice tone="good" title={t('certain', { status: t(`status.${look.data.status}`) })} />
          )}
        </div>
      )}
    </Section>
  )
}

function Payment({
  payment,
  busy,
  look,
}: {
  readonly payment: OpsPayment
  readonly busy: boolean
  readonly look: () => void
}) {
  const t = useTranslations('ops.payments')
  const format = useFormat()
  const span = useSpan()
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3 py-4 first:pt-0 last:pb-0">
      <div className="min-w-0 grow basis-80">
        <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <span className="font-semibold">{format.money(payment.amount)}</span>
          <span className="text-soft">
            {payment.step === null ? t('noStep') : t('step', { step: payment.step })}
          </span>
          {payment.orderStatus && <StatusChip status={payment.orderStatus} />}
        </p>
        <p className="mt-1 text-small text-soft [overflow-wrap:anywhere]">
          {span(payment.ageSeconds * 1_000)}
          {payment.nextAttemptAt &&
            ` · ${t('next', { moment: format.momentWithSeconds(payment.nextAttemptAt) })}`}
        </p>
        <p className="font-mono text-small text-soft [overflow-wrap:anywhere]">
          {payment.intentId ?? payment.id}
        </p>
      </div>
      <button
        type="button"
        className="button"
        disabled={busy}
        aria-label={t('lookOf', { id: payment.id })}
        onClick={look}
      >
        {t('look')}
      </button>
    </li>
  )
}
