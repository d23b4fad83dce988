// The state of a show in one word.
import type { ShowView } from '@holdfast/contract'
import { salesEndAt } from '@holdfast/contract/sales-end'
import { useTranslations } from 'use-intl'
import { useIsPast } from '../api/clock.ts'

const classes: Record<ShowView['status'], string> = {
  draft: 'chip',
  on_sale: 'chip chip-good',
  closed: 'chip chip-warm',
  cancelled: 'chip chip-bad',
}

export function ShowStatusChip({ show }: { readonly show: ShowView }) {
  const t = useTranslations('shows.status')
  const past = useIsPast(salesEndAt(show))
  const status = past && show.status === 'on_sale' ? 'closed' : show.status
  return <span className={classes[status]}>{t(status)}</span>
}
