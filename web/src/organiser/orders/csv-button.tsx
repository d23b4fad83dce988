// The orders of a show as a file for the reader's spreadsheet, in their language and number format.
// Programs read the API instead.
import type { OrderView, ShowView } from '@holdfast/contract'
import { useMutation } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { amountText } from '../../amounts.ts'
import { useLanguage } from '../../i18n.tsx'
import { Notice } from '../../parts/basics.tsx'
import { wallClockIn } from '../form/wall-clock.ts'
import { everyOrder, type OrderFilter } from '../queries.ts'
import { useBuyerName } from './buyer-name.ts'
import { csvFormatOf, csvOf } from './csv.ts'
import { downloadCsv } from './download.ts'

export function CsvButton({ show, filter }: { readonly show: ShowView; readonly filter: OrderFilter }) {
  const t = useTranslations('organiser')
  const heads = useHeads()
  const buyerOf = useBuyerName()
  const statuses = useTranslations('orderStatus')
  const format = csvFormatOf(useLanguage().locale)
  const rowOf = (order: OrderView) => [
    order.code,
    order.id,
    wallClockIn(order.createdAt, show.timeZone).replace('T', ' '),
    buyerOf(order),
    statuses(order.status),
    order.lines.map((line) => `${line.quantity} × ${line.name}`).join(', '),
    amountText(order.total.amountMinor, order.total.currency).replace('.', format.decimal),
    order.total.currency,
  ]
  const exporting = useMutation({
    mutationFn: () =>
      downloadCsv(`orders-${show.id}.csv`, everyOrder(show.id, filter), (orders, isFirst) =>
        csvOf([...(isFirst ? [heads] : []), ...orders.map(rowOf)], format),
      ),
  })
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={exporting.isPending}
        onClick={() => exporting.mutate()}
      >
        {t('csv')}
      </button>
      {exporting.isError && <Notice tone="bad" title={t('csvFailed')} />}
    </>
  )
}

function useHeads(): readonly string[] {
  const t = useTranslations('organiser.column')
  return [t('code'), t('id'), t('date'), t('buyer'), t('status'), t('tickets'), t('total'), t('currency')]
}
