// Webhooks as owners see them: where events go, what became of them, and a new one.
import type { OrganisationView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { Link } from '../../navigation/link.tsx'
import { Empty, Failure, Loading, PageTitle, Skeleton } from '../../parts/basics.tsx'
import { HouseSwitch, useHouse } from '../house/choice.tsx'
import { RequireUser } from '../require-user.tsx'
import { Hook } from './hook.tsx'
import { AddHook } from './new-hook.tsx'
import { hooksQuery } from './queries.ts'

export function WebhooksPage() {
  const t = useTranslations('webhooks')
  return (
    <RequireUser title={t('title')}>
      <Webhooks />
    </RequireUser>
  )
}

function Webhooks() {
  const t = useTranslations('webhooks')
  const organisation = useTranslations('house')
  const { houses, house, isPending, choose, may } = useHouse()
  return (
    <div className="mx-auto max-w-narrow pt-6">
      <Link to="/organiser/organisation" className="link text-small">
        {organisation('title')}
      </Link>
      <PageTitle title={t('title')} className="mt-2 mb-2 text-heading">
        {t('title')}
      </PageTitle>
      <p className="mb-6 text-soft">{t('text')}</p>
      <HouseSwitch houses={houses} house={house} choose={choose} />
      {isPending && <Waiting />}
      {!isPending && house === null && <Empty title={t('noHouse')} />}
      {house && !may('settings') && <Empty title={organisation('notOwner')} />}
      {house && may('settings') && <Hooks key={house.id} house={house} />}
    </div>
  )
}

function Waiting() {
  return (
    <Loading>
      <Skeleton className="h-64 rounded-lg" />
    </Loading>
  )
}

function Hooks({ house }: { readonly house: OrganisationView }) {
  const { data: hooks, error, refetch } = useQuery(hooksQuery(house.id))
  return (
    <div className="grid gap-4">
      {error && !hooks && <Failure error={error} retry={() => void refetch()} />}
      {!hooks && !error && <Waiting />}
      {hooks?.map((hook) => (
        <Hook key={hook.id} house={house} hook={hook} />
      ))}
      <AddHook house={house} />
    </div>
  )
}
