// The state of a show in one word.
import type { ShowView } from '@holdfast/contract'
import { useTranslations } from 'use-intl'

const classes: Record<ShowView['status'], string> = {
  draft: 'chip',
  on_sale: 'chip chip-good',
  closed: 'chip chip-warm',
  cancelled: 'chip chip-bad',
}

export function ShowStatusChip({ status }: { readonly status: ShowView['status'] }) {
  const t = useTranslations('shows.status')
  return <span className={classes[status]}>{t(status)}</span>
}
