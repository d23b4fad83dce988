// What a draft has to offer, before anybody else sees it.
import type { ShowView } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Notice } from '../parts/basics.tsx'

export function DraftHint({ show }: { readonly show: ShowView }) {
  const t = useTranslations('organiser')
  const format = useFormat()
  return (
    <div className="mt-8 grid gap-4">
      <Notice title={t('draftTitle')} quiet>
        <p>{t('draftText')}</p>
      </Notice>
      <ul className="panel divide-y divide-line px-5">
        {show.ticketTypes.map((type) => (
          <li key={type.id} className="flex justify-between gap-4 py-3">
            <span dir="auto">{type.name}</span>
            <span className="text-soft">
              {t('places', { count: type.capacity })} ·{' '}
              {format.money({ amountMinor: type.priceMinor, currency: show.currency })}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
