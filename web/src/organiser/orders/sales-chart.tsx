// Tickets and money over time, from the shop's own sums. Loaded only here: the chart library stays
// out of the shop's pages.
import type { ShowSales } from '@holdfast/contract'
import { currencyExponent } from '@holdfast/contract/currency'
import { useEffect, useMemo, useRef } from 'react'
import uPlot from 'uplot'
import { useTranslations } from 'use-intl'
import 'uplot/dist/uPlot.min.css'
import { useFormat } from '../../format.ts'
import { useLanguage } from '../../i18n.tsx'
import { Skeleton } from '../../parts/basics.tsx'

export function SalesChart({
  sales,
  held,
}: {
  readonly sales: ShowSales | undefined
  readonly held: number | undefined
}) {
  const t = useTranslations('organiser')
  const format = useFormat()
  const data = useMemo(() => (sales && sales.steps.length > 0 ? pointsOf(sales) : null), [sales])
  if (!sales) return <Skeleton className="h-72" />
  const heldText = <p className="text-small text-soft">{t('heldNow', { count: held ?? 0 })}</p>
  if (!data) {
    return (
      <div className="grid h-72 place-content-center gap-1 text-center">
        <p className="text-soft">{t('noSales')}</p>
        {heldText}
      </div>
    )
  }
  const complete = sales.byStatus.find(({ status }) => status === 'complete')
  const total = format.money({ amountMinor: complete?.totalMinor ?? 0, currency: sales.currency })
  return (
    <>
      <ul aria-hidden="true" className="mb-2 flex flex-wrap gap-x-5 text-small">
        <Key name={t('chartTickets')} className="bg-accent" />
        <Key name={t('chartRevenue')} className="bg-(--seat-chosen)" />
      </ul>
      <Plot data={data} currency={sales.currency} />
      <p className="mt-2 text-small text-soft">
        {t('chartText', { orders: complete?.orders ?? 0, tickets: complete?.tickets ?? 0, total })}
      </p>
      {heldText}
    </>
  )
}

function Key({ name, className }: { readonly name: string; readonly className: string }) {
  return (
    <li className="flex items-center gap-2">
      <span className={`h-1 w-5 rounded-full ${className}`} />
      {name}
    </li>
  )
}

/**
 * Sums that only grow: times, tickets, money. A line needs two points: it begins at nothing,
 * shortly before the first sale.
 */
function pointsOf({ steps, stepSeconds, currency }: ShowSales): uPlot.AlignedData {
  let [tickets, amount] = [0, 0]
  const unit = 10 ** currencyExponent(currency)
  const times = steps.map((step) => Date.parse(step.at) / 1000 + stepSeconds)
  const first = Date.parse(steps[0]?.at ?? '') / 1000
  return [
    [first, ...times],
    [0, ...steps.map((step) => (tickets += step.tickets))],
    [0, ...steps.map((step) => (amount += step.totalMinor) / unit)],
  ]
}

/** In pixels: the axis of the counts, and half of a day with its time. */
const countsWidth = 44
const halfLabel = 52

function Plot({ data, currency }: { readonly data: uPlot.AlignedData; readonly currency: string }) {
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
    const times = new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
    })
    const money = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      notation: 'compact',
      maximumFractionDigits: 1,
    })
    /** Says no minute twice, and nothing of which the edge would cut a part off. */
    const timeLabels = (chart: uPlot, splits: readonly number[]) => {
      let said = ''
      return splits.map((seconds) => {
        const label = times.format(seconds * 1000)
        const centre = countsWidth + chart.valToPos(seconds, 'x')
        const fits = centre >= halfLabel && centre <= chart.width - halfLabel
        if (!fits || label === said) return null
        said = label
        return label
      })
    }
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: 240,
        legend: { show: false },
        cursor: { show: false },
        axes: [
          { ...axis, space: 120, size: 30, values: timeLabels },
          {
            ...axis,
            size: countsWidth,
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000],
          },
          {
            ...axis,
            side: 1,
            size: 64,
            scale: 'money',
            grid: { show: false },
            values: (_plot, values) => values.map((value) => money.format(value)),
          },
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
          {
            scale: 'money',
            stroke: color('--seat-chosen'),
            width: 2,
            dash: [6, 4],
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
  }, [data, locale, currency])
  return <div ref={place} aria-hidden="true" className="h-60 overflow-hidden" />
}
