// What a reader sees when an address has no page, or a page could not be loaded or drawn.
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { ApiError } from '../api/client.ts'
import { useSendsMail } from '../api/sends-mail.ts'
import { Link } from '../navigation/link.tsx'
import { Failure, Notice, PageTitle } from '../parts/basics.tsx'

export function NotFoundPage({ children }: { readonly children?: ReactNode }) {
  const t = useTranslations('notFound')
  const sendsMail = useSendsMail()
  return (
    <div className="mx-auto max-w-narrow py-10">
      <PageTitle title={t('title')}>{t('title')}</PageTitle>
      <p className="mt-3 text-soft">{t(sendsMail ? 'text' : 'textWithoutMail')}</p>
      <Link to="/" className="button mt-6">
        {t('toShows')}
      </Link>
      {children}
    </div>
  )
}

/** Statuses of what is not there, or not for this reader. */
const missing = new Set([400, 401, 404])

/**
 * Instead of a thing that could not be read. For pages that have nothing yet (`isLoadingError`):
 * what a reader has before him, the tickets at the door or a half-filled form, is not taken away
 * because asking again failed.
 */
export function LoadFailure(props: {
  readonly error: unknown
  readonly retry: () => void
  /** Shown below what is not there: another way to it. */
  readonly children?: ReactNode
}) {
  const { error, retry, children } = props
  if (error instanceof ApiError && missing.has(error.status)) return <NotFoundPage>{children}</NotFoundPage>
  return <Failure error={error} retry={retry} />
}

/**
 * Most often a new version was put on line and the old page's pieces are gone: loading again mends
 * it.
 */
export function PageFailure() {
  const t = useTranslations('common')
  return (
    <div className="mx-auto max-w-narrow py-10">
      <Notice tone="bad" title={t('failed')}>
        <p>{t('pageFailed')}</p>
        <button type="button" className="button mt-3" onClick={() => location.reload()}>
          {t('tryAgain')}
        </button>
      </Notice>
    </div>
  )
}
