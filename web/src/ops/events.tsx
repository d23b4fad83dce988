// Event flow: how far behind each consumer is, how quickly it handles, and the last two minutes of
// that as a curve.
import type { OpsOverview } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { type Sample, spanMs, useHistories } from './history.ts'
import { Section, Table, useSpan } from './parts.tsx'

/** The shop counts no further. */
const countedMax = 10_000

export function Events({ overview }: { readonly overview: OpsOverview }) {
  const t = useTranslations('ops.events')
  const format = useFormat()
  const span = useSpan('narrow')
  const histories = useHistories(overview)
  const { events } = overview
  return (
    <Section
      title={t('title')}
      aside={
        <dl className="flex flex-wrap gap-x-6 text-small text-soft">
          <div className="flex gap-1.5">
            <dt>{t('total')}</dt>
            <dd className="text-ink">{format.number(events.total)}</dd>
          </div>
          <div className="flex gap-1.5">
            <dt>{t('horizon')}</dt>
            <dd className="min-w-14 text-right text-ink">{span(events.horizonAgeMs)}</dd>
          </div>
        </dl>
      }
    >
      {events.consumers.length === 0 ? (
        <p className="text-soft">{t('none')}</p>
      ) : (
        <Table
          label={t('region')}
          className="table-fixed"
          head={
            <>
              <th scope="col" className="w-[30%] sm:w-[19%]">
                {t('consumer')}
              </th>
              <th scope="col" className="w-[22%] text-right sm:w-[12%]">
                {t('behind')}
              </th>
              <th scope="col" className="w-[20%] text-right sm:w-[14%]">
                {t('lag')}
              </th>
              <th scope="col" className="hidden w-[14%] text-right sm:table-cell">
                {t('rate')}
              </th>
              <th scope="col" className="w-[16%] sm:w-[21%]">
                <span className="sr-only sm:not-sr-only">{t('flow')}</span>
              </th>
              <th scope="col" className="hidden w-[10%] text-right sm:table-cell">
                {t('parked')}
              </th>
              <th scope="col" className="w-[12%] text-right sm:w-[10%]">
                {t('dead')}
              </th>
            </>
          }
        >
          {events.consumers.map((each) => (
            <tr key={each.consumer} className="[&>td]:text-right [&>td]:whitespace-nowrap">
              <th scope="row" className="truncate font-medium">
                {each.consumer}
              </th>
              <td>
                {each.lagEvents >= countedMax
                  ? t('atLeast', { count: format.number(each.lagEvents) })
                  : format.number(each.lagEvents)}
              </td>
              <td>{span(each.lagMs)}</td>
              <td className="hidden sm:table-cell">
                {format.number(Math.round(each.eventsPerSecond * 10) / 10)}
              </td>
              <td>
                <Curve samples={histories.get(each.consumer) ?? []} nowMs={Date.parse(overview.now)} />
              </td>
              <td
                className={`hidden sm:table-cell ${each.parked > 0 ? 'font-semibold text-warm' : 'text-soft'}`}
              >
                {format.number(each.parked)}
              </td>
              <td className={each.dead > 0 ? 'font-semibold text-danger' : 'text-soft'}>
                {format.number(each.dead)}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  )
}

const width = 160
const height = 28
/** A trickle is drawn as a trickle: the curve is full only from this many a second on. */
const fullFrom = 20

/** Tells nothing that the figures beside it do not tell. */
function Curve({ samples, nowMs }: { readonly samples: readonly Sample[]; readonly nowMs: number }) {
  const most = Math.max(fullFrom, ...samples.map(({ value }) => value))
  const points = samples.map(({ atMs, value }) => {
    const x = width * (1 - (nowMs - atMs) / spanMs)
    return `${x.toFixed(1)} ${(height - 1 - (value / most) * (height - 4)).toFixed(1)}`
  })
  const first = points[0]?.split(' ')[0] ?? '0'
  const line = points.length > 1 ? `M${points.join('L')}` : ''
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className="h-7 w-full"
      aria-hidden="true"
    >
      <path d={`M0 ${height - 1}H${width}`} className="stroke-line" strokeWidth="1" />
      {line !== '' && (
        <>
          <path d={`${line}V${height - 1}H${first}z`} className="fill-accent-soft" />
          <path
            d={line}
            fill="none"
            strokeWidth="1.5"
            vectorEffect="non-scaling-stroke"
            className="stroke-accent"
          />
        </>
      )}
    </svg>
  )
}
