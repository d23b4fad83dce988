// What a reader sees when an address has no page, or a page could not be loaded or drawn.
import { useTranslations } from 'use-intl'
import { Link } from '../navigation/link.tsx'
import { Notice, PageTitle } from '../parts/basics.tsx'

export function NotFoundPage() {
  const t = useTranslations('notFound')
  return (
    <div className="mx-auto max-w-narrow py-10">
      <PageTitle title={t('title')}>{t('title')}</PageTitle>
      <p className="mt-3 text-soft">{t('text')}</p>
      <Link to="/" className="button mt-6">
        {t('toShows')}
      </Link>
    </div>
  )
}

/** Most often a new version was put on line and the old page's pieces are gone: loading again mends it. */
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
