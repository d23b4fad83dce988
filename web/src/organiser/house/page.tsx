// The organisation as its owners see it: people, devices, programs, settings.
import type { OrganisationView } from '@holdfast/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { call } from '../../api/client.ts'
import { Link } from '../../navigation/link.tsx'
import { Empty, Field, Loading, Notice, PageTitle, Skeleton, useFailureText } from '../../parts/basics.tsx'
import { isolated } from '../../parts/user-text.tsx'
import { RequireUser } from '../require-user.tsx'
import { HouseSwitch, useHouse } from './choice.tsx'
import { Devices, Tokens } from './keys.tsx'
import { Section } from './parts.tsx'
import { People } from './people.tsx'
import { housesQuery } from './queries.ts'
import { Settings } from './settings.tsx'

export function HousePage() {
  const t = useTranslations('house')
  return (
    <RequireUser title={t('title')}>
      <House />
    </RequireUser>
  )
}

function House() {
  const t = useTranslations('house')
  const organiser = useTranslations('organiser')
  const { houses, house, isPending, choose, may } = useHouse()
  return (
    <div className="mx-auto max-w-narrow pt-6">
      <Link to="/organiser" className="link text-small">
        {organiser('title')}
      </Link>
      <PageTitle title={t('title')} className="mt-2 mb-6 text-heading [overflow-wrap:anywhere]">
        {house ? isolated(house.name) : t('title')}
      </PageTitle>
      <HouseSwitch houses={houses} house={house} choose={choose} />
      {isPending && (
        <Loading>
          <Skeleton className="h-64 rounded-lg" />
        </Loading>
      )}
      {!isPending && house === null && <Found />}
      {house && !may('settings') && (
        <Empty title={t('notOwner')}>
          <p>{t('notOwnerText')}</p>
        </Empty>
      )}
      {house && may('settings') && (
        <div key={house.id} className="grid gap-4">
          <People house={house} />
          <Devices house={house} />
          <Tokens house={house} />
          <Settings house={house} />
          <Webhooks />
        </div>
      )}
    </div>
  )
}

function Webhooks() {
  const t = useTranslations('webhooks')
  return (
    <Section title={t('title')} text={t('text')}>
      <Link to="/organiser/webhooks" className="link justify-self-start">
        {t('manage')}
      </Link>
    </Section>
  )
}

/** Whoever has sold nothing yet has no organisation: it begins with a name. */
function Found() {
  const t = useTranslations('house')
  const client = useQueryClient()
  const failureText = useFailureText()
  const { register, handleSubmit } = useForm<{ name: string }>()
  const founding = useMutation({
    mutationFn: (body: { name: string }) =>
      call<OrganisationView>('/api/organisations', { method: 'POST', body }),
    onSuccess: () => client.invalidateQueries({ queryKey: housesQuery.queryKey }),
  })
  return (
    <form
      className="panel grid gap-4 p-5 sm:p-6"
      onSubmit={(event) => void handleSubmit((fields) => founding.mutate(fields))(event)}
    >
      <p>{t('foundText')}</p>
      <Field label={t('name')} input={{ maxLength: 100, required: true, ...register('name') }} />
      {founding.isError && <Notice tone="bad" title={failureText(founding.error)} />}
      <button type="submit" className="button button-main justify-self-start" disabled={founding.isPending}>
        {t('found')}
      </button>
    </form>
  )
}
