// Tells before anybody presses a button that nothing can be bought at the moment. Nothing while
// everything sells.
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { salesQuery } from '../api/queries.ts'
import { Notice } from '../parts/basics.tsx'

export function SalesPaused() {
  const t = useTranslations('problems')
  const { data } = useQuery(salesQuery)
  if (data?.state !== 'stopped') return null
  return (
    <div className="mb-4">
      <Notice tone="warm" title={t('sales_stopped')} />
    </div>
  )
}
