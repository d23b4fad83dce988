// The state of an order in one word and one colour, never by colour alone.
import type { OrderKind, OrderStatus } from '@holdfast/contract'
import { useTranslations } from 'use-intl'

const classes: Record<OrderStatus, string> = {
  created: 'chip chip-warm',
  claimed: 'chip chip-warm',
  complete: 'chip chip-good',
  cancelled: 'chip',
  refunded: 'chip',
}

export function StatusChip(props: { readonly status: OrderStatus; readonly kind?: OrderKind }) {
  const t = useTranslations('orderStatus')
  const { status, kind } = props
  return (
    <span className={classes[status]}>
      {t(status === 'created' && kind === 'reservation' ? 'reserved' : status)}
    </span>
  )
}
