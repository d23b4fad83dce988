// The state of an order in one word and one colour, never by colour alone.
import type { OrderStatus } from '@holdfast/contract'
import { useTranslations } from 'use-intl'

const classes: Record<OrderStatus, string> = {
  created: 'chip chip-warm',
  claimed: 'chip chip-warm',
  complete: 'chip chip-good',
  cancelled: 'chip',
  refunded: 'chip',
}

export function StatusChip({ status }: { readonly status: OrderStatus }) {
  const t = useTranslations('orderStatus')
  return <span className={classes[status]}>{t(status)}</span>
}
