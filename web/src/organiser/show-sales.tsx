// The sales of a show as they happen: figures, types, chart, what it brought in, and its orders.
import type { Availability, ShowView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Skeleton } from '../parts/basics.tsx'
import { useRights } from './house/choice.tsx'
import { OrdersTable } from './orders/orders-table.tsx'
import { salesQuery } from './queries.ts'
import { useRefreshOnSales } from './refresh.ts'
import { SettlementSection } from './settlement.tsx'

const SalesChart = lazy(() =>
  import('./orders/sales-chart.tsx').then((module) => ({ default: module.SalesChart })),
)

export function Sales({
  show,
  availability,
}: {
  readonly show: ShowView
  readonly availability: Availability | undefined
}) {
  const t = useTranslations('organiser')
  const format = useFormat()
  const may = useRights(show.organiserId)
  const { data: sales } = useQuery(salesQuery(show.id))
  useRefreshOnSales(availability, salesQuery(show.id).queryKey)
  const sum = (pick: (stock: Availability['ticketTypes'][number]) => number) =>
    availability?.ticketTypes.reduce((total, stock) => total + pick(stock), 0)
  const figures = [
    [t('sold'), sum((stock) => stock.sold)],
    [t('held'), sum((stock) => stock.held)],
    [t('free'), sum((stock) => stock.available)],
  ] as const
  const complete = sales?.byStatus.find(({ status }) => status === 'complete')
  const revenueMinor = sales && (complete ? complete.totalMinor - complete.refundedMinor : 0)
  return (
    <>
      <dl className="mt-8 grid grid-cols-2 gap-3 lg:grid-cols-4">
        {figures.map(([name, value]) => (
          <Figure key={name} name={name} value={value === undefined ? null : format.number(value)} />
        ))}
        <Figure
          name={t('revenue')}
          value={
            revenueMinor === undefined
              ? null
              : format.money({ amountMinor: revenueMinor, currency: show.currency })
          }
        />
      </dl>
      <section aria-labelledby="by-type" className="panel mt-3 p-5 sm:p-6">
        <h2 id="by-type" className="mb-3 text-title">
          {t('byType')}
        </h2>
        <ul className="grid gap-4">
          {show.ticketTypes.map((type) => (
            <TypeBar
              key={type.id}
              type={type}
              stock={availability?.ticketTypes.find((known) => known.id === type.id)}
            />
          ))}
        </ul>
      </section>
      <section aria-labelledby="chart" className="panel mt-3 p-5 sm:p-6">
        <h2 id="chart" className="mb-3 text-title">
          {t('chart')}
        </h2>
        <Suspense fallback={<Skeleton className="h-60" />}>
          <SalesChart sales={sales} held={sum((stock) => stock.held)} />
        </Suspense>
      </section>
      {may('money') && <SettlementSection show={show} availability={availability} />}
      <OrdersTable show={show} availability={availability} />
    </>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string | null }) {
  return (
    <div className="panel p-4 sm:p-5">
      <dt className="text-small text-soft">{name}</dt>
      <dd className="text-heading font-bold">{value ?? <Skeleton className="h-8 w-20" />}</dd>
    </div>
  )
}

function TypeBar({
  type,
  stock,
}: {
  readonly type: ShowView['ticketTypes'][number]
  readonly stock: Availability['ticketTypes'][number] | undefined
}) {
  const t = useTranslations('organiser')
  // Lowered, a capacity stops at what is sold and held: orders tells what it became.
  const capacity = stock ? stock.available + stock.held + stock.sold : type.capacity
  const share = (count: number | undefined) => ({
    transform: `scaleX(${(count ?? 0) / Math.max(1, capacity)})`,
  })
  return (
    <li>
      <p className="flex flex-wrap justify-between gap-x-4">
        <span dir="auto" className="font-medium">
          {type.name}
        </span>
        <span className="text-soft">
          {t('typeLine', { sold: stock?.sold ?? 0, held: stock?.held ?? 0, capacity })}
        </span>
      </p>
      <div aria-hidden="true" className="relative mt-1 h-2.5 overflow-hidden rounded-full bg-sunken">
        <div
          className="absolute inset-0 origin-left bg-(--seat-chosen)"
          style={share((stock?.sold ?? 0) + (stock?.held ?? 0))}
        />
        <div className="absolute inset-0 origin-left bg-accent" style={share(stock?.sold)} />
      </div>
    </li>
  )
}
