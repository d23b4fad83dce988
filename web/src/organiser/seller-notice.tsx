// What an organiser is told who may not put shows on sale yet, or not any more.
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { Notice } from '../parts/basics.tsx'
import { currentSellerQuery } from './queries.ts'

export function SellerNotice({ organisationId }: { readonly organisationId: string | undefined }) {
  const t = useTranslations('organiser.seller')
  const { data: seller } = useQuery(currentSellerQuery(organisationId))
  if (!seller || seller.mayPublish) return null
  const state = seller.state === 'blocked' || seller.state === 'waiting' ? seller.state : 'new'
  return (
    <div className="mb-6">
      <Notice tone={state === 'blocked' ? 'bad' : 'warm'} title={t(`${state}.title`)}>
        <p>{t(`${state}.text`)}</p>
      </Notice>
    </div>
  )
}
