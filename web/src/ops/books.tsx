// Reconciliation: where payments, ledger and processor differ, by how much, since when, and who
// acts on it.
import type { OpsDifference } from '@holdfast/contract'
import { orderCodeOf } from '@holdfast/contract/order-code'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Failure, Notice, Skeleton } from '../parts/basics.tsx'
import { AllWell, agoMs, Section, useSpan } from './parts.tsx'
import { reconciliationQuery } from './queries.ts'

export function Books({ now }: { readonly now: string }) {
  const t = useTranslations('ops.books')
  const span = useSpan()
  const books = useQuery(reconciliationQuery)
  const lastRunAt = books.data?.lastRunAt ?? null
  const items = books.data?.items ?? []
  return (
    <Section
      title={t('title')}
      text={t('text')}
      aside={
        lastRunAt !== null && (
          <span className="text-small text-soft">{t('lastRun', { age: span(agoMs(lastRunAt, now)) })}</span>
        )
      }
    >
      {books.isPending && <Skeleton className="h-6 w-72" />}
      {books.isError && !books.data && <Failure error={books.error} retry={() => void books.refetch()} />}
      {books.data?.processorReachable === false && (
        <div className="mb-4">
          <Notice tone="warm" title={t('unreachable')} quiet />
        </div>
      )}
      {books.data &&
        items.length === 0 &&
        (lastRunAt === null ? <p>{t('notRun')}</p> : <AllWell>{t('none')}</AllWell>)}
      <ul className="divide-y divide-line">
        {items.map((item) => (
          <Difference key={item.id} item={item} />
        ))}
      </ul>
    </Section>
  )
}

function Difference({ item }: { readonly item: OpsDifference }) {
  const t = useTranslations('ops.books')
  const span = useSpan()
  return (
    <li className="grid gap-x-8 gap-y-3 py-4 first:pt-0 last:pb-0 lg:grid-cols-[minmax(0,1fr)_26rem]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <span className="font-semibold">{item.kind.replaceAll('_', ' ')}</span>
          <span className={item.owner === 'operator' ? 'chip chip-warm' : 'chip'}>
            {t(`owners.${item.owner}`)}
          </span>
          <span className="text-small text-soft">{span(item.ageSeconds * 1_000)}</span>
        </p>
        <p lang="en" dir="ltr" className="mt-1 text-soft [overflow-wrap:anywhere]">
          {item.explanation}
        </p>
        {item.orderId && (
          <p className="mt-1 font-mono text-small text-soft [overflow-wrap:anywhere]">
            {orderCodeOf(item.orderId)} ({item.orderId})
          </p>
        )}
      </div>
      <dl className="grid grid-cols-3 gap-3 lg:text-right">
        <Amount name={t('shop')} item={item} minor={item.shopMinor} />
        <Amount name={t('ledger')} item={item} minor={item.ledgerMinor} />
        <Amount name={t('processor')} item={item} minor={item.processorMinor} />
      </dl>
    </li>
  )
}

interface AmountProps {
  readonly name: string
  readonly item: OpsDifference
  readonly minor: number | null
}

function Amount({ name, item, minor }: AmountProps) {
  const format = useFormat()
  const text =
    minor === null || item.currency === null
      ? '–'
      : format.money({ amountMinor: minor, currency: item.currency })
  return (
    <div>
      <dt className="text-small text-soft">{name}</dt>
      <dd className="whitespace-nowrap">{text}</dd>
    </div>
  )
}
