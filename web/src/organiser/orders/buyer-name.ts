// Whose an order is, in a word.
import type { OrderView } from '@holdfast/contract'
import { useTranslations } from 'use-intl'

/** Who bought at the counter may have said neither address nor name. */
export function useBuyerName(): (order: OrderView) => string {
  const t = useTranslations('organiserOrder')
  return ({ buyerEmail, buyerName }) => buyerEmail ?? buyerName ?? t('walkIn')
}
