// What a code does, in the reader's words.
import type { CodeTerms, ShowView } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { useFormat } from '../../format.ts'
import { isolated } from '../../parts/user-text.tsx'

export function useCodeText(show: ShowView): (terms: CodeTerms) => string {
  const t = useTranslations('codes')
  const format = useFormat()
  const money = (amountMinor: number) => format.money({ amountMinor, currency: show.currency })
  const namesOf = (ids: readonly string[]) =>
    show.ticketTypes.flatMap(({ id, name }) => (ids.includes(id) ? [isolated(name)] : [])).join(', ')
  const discountOf = ({ percentBps, amountMinor, priceMinor, per }: CodeTerms) => {
    if (percentBps === 10_000) return t('free')
    if (percentBps !== undefined) return t('percent', { percent: format.percent(percentBps / 10_000) })
    if (amountMinor !== undefined)
      return t(per === 'order' ? 'amountOfOrder' : 'amount', { amount: money(amountMinor) })
    return priceMinor === undefined ? null : t('price', { price: money(priceMinor) })
  }
  return (terms) => {
    const { ticketTypeIds, unlocks, usesPerBuyer, validFrom, validUntil } = terms
    const parts = [
      discountOf(terms),
      ticketTypeIds ? t('of', { names: namesOf(ticketTypeIds) }) : null,
      unlocks ? t('unlocks', { names: namesOf(unlocks) }) : null,
      usesPerBuyer === undefined ? null : t('perBuyer', { count: usesPerBuyer }),
      validFrom === undefined ? null : t('from', { moment: format.moment(validFrom, show.timeZone) }),
      validUntil === undefined ? null : t('until', { moment: format.moment(validUntil, show.timeZone) }),
    ]
    return parts.filter((part) => part !== null).join(' · ')
  }
}
