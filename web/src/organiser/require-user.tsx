// Pages for organisers need an account; guests and strangers are asked to sign in and come back.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { currentUserQuery } from '../api/queries.ts'
import { Link } from '../navigation/link.tsx'
import { usePlace } from '../navigation/router.tsx'
import { Empty, Failure, Loading, PageTitle, Skeleton } from '../parts/basics.tsx'

interface RequireUserProps {
  readonly title: string
  /** Why an account is needed here. */
  readonly text?: string
  readonly children: ReactNode
}

export function RequireUser({ title, text, children }: RequireUserProps) {
  const t = useTranslations('account')
  const { pathname } = usePlace()
  const current = useQuery(currentUserQuery)
  if (current.isLoadingError) return <Failure error={current.error} retry={() => void current.refetch()} />
  if (current.isPending) {
    return (
      <Loading>
        <Skeleton className="mt-8 h-10 w-64" />
        <Skeleton className="mt-6 h-64 rounded-lg" />
      </Loading>
    )
  }
  if (current.data.user?.kind === 'user') return children
  return (
    <div className="mx-auto max-w-narrow pt-8">
      <PageTitle title={title}>{title}</PageTitle>
      <div className="mt-6">
        <Empty title={t('signInFirst')}>
          <p>{text ?? t('signInText')}</p>
          <Link to="/sign-in" search={{ to: pathname }} className="button button-main mt-5">
            {t('signIn')}
          </Link>
        </Empty>
      </div>
    </div>
  )
}
