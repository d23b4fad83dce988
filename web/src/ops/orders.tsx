// How many orders are in each state, as bars of one scale.
import type { OpsOverview, OrderStatus } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Section } from './parts.tsx'

const colours: Record<OrderStatus, string> = {
  created: 'bg-(--seat-chosen)',
  claimed: 'bg-(--seat-chosen)',
  complete: 'bg-accent',
  cancelled: 'bg-strong',
  refunded: 'bg-strong',
}
const statuses = Object.keys(colours) as OrderStatus[]

export function Orders({ orders }: { readonly orders: OpsOverview['orders'] }) {
  const t = useTranslations('ops.orders')
  const name = useTranslations('orderStatus')
  const format = useFormat()
  const most = Math.max(1, ...statuses.map((status) => orders[status]))
  const count = statuses.reduce((sum, status) => sum + orders[status], 0)
  return (
    <Section title={t('title')} aside={<span className="text-small text-soft">{t('total', { count })}</span>}>
      <dl className="grid gap-2.5">
        {statuses.map((status) => (
          <div
            key={status}
            className="grid grid-cols-[minmax(8.5rem,auto)_1fr_4rem] sm:grid-cols-[10rem_1fr_4rem] items-center gap-3"
          >
            <dt>{name(status)}</dt>
            <dd className="order-last text-right">{format.number(orders[status])}</dd>
            <dd aria-hidden="true" className="h-2.5 overflow-hidden rounded-full bg-sunken">
              <div
                className={`h-full origin-left rounded-full transition-transform duration-500 ${colours[status]}`}
                style={{ transform: `scaleX(${orders[status] / most})` }}
              />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}
