// Tickets sold over time, from the complete orders. Loaded only here: the chart library stays out of the shop's pages.
import type { Availability, ShowView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import { useTranslations } from 'use-intl'
import 'uplot/dist/uPlot.min.css'
import { useFormat } from '../format.ts'
import { useLanguage } from '../i18n.tsx'
import { Skeleton } from '../parts/basics.tsx'
import { readAllOrders } from './queries.ts'
import { useRefreshOnSales } from './refresh.ts'

export function SalesChart({ show, availability }: { readonly show: ShowView; readonly availability: Availability | undefined }) {
  const t = useTranslations('organiser')
  const format = useFormat()
  const key = ['sales', show.id]
  const orders = useQuery({ queryKey: key, queryFn: () => readAllOrders(show.id, { status: 'complete', email: '' }) })
  useRefreshOnSales(availability, key)
  if (orders.isPending) return <Skeleton className="h-60" />
  const sales = (orders.data ?? [])
    .map((order) => ({
      at: Date.parse(order.createdAt) / 1000,
      count: order.lines.reduce((sum, line) => sum + line.quantity, 0),
      amount: order.total.amountMinor,
    }))
    .toSorted((one, other) => one.at - other.at)
  if (sales.length === 0) return <p className="py-16 text-center text-soft">{t('noSales')}</p>
  let tickets = 0
  const times = sales.map((sale) => sale.at)
  const counts = sales.map((sale) => (tickets += sale.count))
  const total = format.money({ amountMinor: sales.reduce((sum, sale) => sum + sale.amount, 0), currency: show.currency })
  // A line needs two points: it begins at nothing, shortly before the first sale.
  const spanSeconds = Math.max(1, ((times.at(-1) ?? 0) - (times[0] ?? 0)) * 0.05)
  const data: uPlot.AlignedData = [
    [(times[0] ?? 0) - spanSeconds, ...times],
    [0, ...counts],
  ]
  return (
    <>
      <Plot data={data} />
      <p className="mt-2 text-small text-soft">{t('chartText', { orders: sales.length, tickets, total })}</p>
    </>
  )
}

function Plot({ data }: { readonly data: uPlot.AlignedData }) {
  const place = useRef<HTMLDivElement>(null)
  const { locale } = useLanguage()
  useEffect(() => {
    const box = place.current
    if (!box) return
    const style = getComputedStyle(document.documentElement)
    const color = (name: string) => style.getPropertyValue(name).trim()
    const axis = {
      stroke: color('--ink-soft'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
      font: `14px ${style.fontFamily}`,
    }
    const times = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: 240,
        legend: { show: false },
        cursor: { show: false },
        axes: [
          { ...axis, space: 120, size: 30, values: (_plot, values) => values.map((seconds) => times.format(seconds * 1000)) },
          { ...axis, size: 48, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
        ],
        series: [
          {},
          {
            stroke: color('--accent'),
            width: 2.5,
            fill: color('--accent-soft'),
            paths: uPlot.paths.stepped?.({ align: 1 }) ?? null,
            points: { show: false },
          } as uPlot.Series,
        ],
      },
      data,
      box,
    )
    const watch = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: 240 }))
    watch.observe(box)
    return () => {
      watch.disconnect()
      plot.destroy()
    }
  }, [data, locale])
  return <div ref={place} aria-hidden="true" className="h-60 overflow-hidden" />
}
