// Says that a price has changed while the page was open. Changes nothing by itself.
import type { ShowView } from '@holdfast/contract'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Notice } from '../parts/basics.tsx'
import { isolated } from '../parts/user-text.tsx'
import { changedPrices, pricesOf } from './prices.ts'

export function PriceNews({ show }: { readonly show: ShowView }) {
  const t = useTranslations('buy')
  const format = useFormat()
  const [seen] = useState(() => pricesOf(show))
  const changed = changedPrices(show, seen)
  const money = (amountMinor: number) => format.money({ amountMinor, currency: show.currency })
  if (changed.length === 0) return null
  return (
    <div className="mt-3">
      <Notice tone="warm" title={t('priceChanged', { count: changed.length })}>
        <ul>
          {changed.map(({ id, name, beforeMinor, nowMinor }) => (
            <li key={id}>
              {t('priceChangedLine', {
                name: isolated(name),
                before: money(beforeMinor),
                now: money(nowMinor),
              })}
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  )
}
