// What stands around every page: the way home, who is signed in, the language, and whether the shop
// can be reached.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { useTranslations } from 'use-intl'
import { currentUserQuery } from '../api/queries.ts'
import { languages, useLanguage } from '../i18n.tsx'
import { Link } from '../navigation/link.tsx'
import { Guard, usePlace } from '../navigation/router.tsx'
import { NotFoundPage, PageFailure } from '../pages/failure.tsx'

export function Frame() {
  const t = useTranslations('frame')
  const main = useFocusOnNavigation()
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#main" className="button absolute top-2 left-2 z-20 -translate-y-24 focus:translate-y-0">
        {t('skip')}
      </a>
      <Header />
      <OfflineNotice />
      <main
        id="main"
        ref={main}
        tabIndex={-1}
        className="mx-auto w-full max-w-column grow px-4 pt-2 pb-16 outline-none sm:px-6"
      >
        <CurrentPage />
      </main>
      <Footer />
    </div>
  )
}

function CurrentPage() {
  const { page: Page, pathname } = usePlace()
  if (Page === null) return <NotFoundPage />
  if (Page === 'failed') return <PageFailure />
  return (
    <Guard key={pathname} fallback={<PageFailure />}>
      <Page />
    </Guard>
  )
}

/**
 * A new page is a new text: the reader of a screen reader begins at its start, as after a full
 * load.
 */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null)
  const { pathname: path } = usePlace()
  const first = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (first.current !== undefined && first.current !== path) main.current?.focus({ preventScroll: true })
    first.current = path
  }, [path])
  return main
}

function Header() {
  const t = useTranslations('frame')
  const { data } = useQuery(currentUserQuery)
  const user = data?.user ?? null
  const linkClass =
    'inline-flex min-h-11 items-center px-2.5 font-medium underline-offset-4 hover:underline aria-[current]:text-accent sm:px-3'
  return (
    <header className="mx-auto flex w-full max-w-column items-center justify-between gap-2 px-2 py-2 sm:px-4 print:hidden">
      <Link
        to="/"
        className="inline-flex min-h-11 items-center gap-2 px-2 text-lead font-bold tracking-tight"
      >
        <Mark />
        Holdfast
      </Link>
      <nav aria-label={t('navigation')} className="flex items-center">
        <Link to="/orders" className={linkClass}>
          {t('orders')}
        </Link>
        {user?.kind === 'user' ? (
          <Link to="/organiser" className={linkClass}>
            {t('organiser')}
          </Link>
        ) : (
          <Link to="/sign-in" className={linkClass}>
            {t('signIn')}
          </Link>
        )}
      </nav>
    </header>
  )
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" className="size-7" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g fill="none" strokeWidth="2.6" strokeLinecap="round" className="stroke-paper">
        <path d="M16 6v12M16 12c-5 0-7 3-7 7s-1 5-3 6M16 12c5 0 7 3 7 7s1 5 3 6M16 18c-2 1-3 3-3 7M16 18c2 1 3 3 3 7" />
      </g>
    </svg>
  )
}

function Footer() {
  const t = useTranslations('frame')
  const { language, choose } = useLanguage()
  return (
    <footer className="border-t border-line print:hidden">
      <div className="mx-auto flex w-full max-w-column flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-5 text-small text-soft sm:px-6">
        <p>{t('promise')}</p>
        <div className="flex items-center gap-4">
          <Link
            to="/organiser"
            className="inline-flex min-h-6 items-center underline-offset-4 hover:underline"
          >
            {t('sell')}
          </Link>
          <label className="flex items-center gap-2">
            {t('language')}
            <select
              className="min-h-9 rounded-md border border-strong bg-surface px-2 text-ink"
              value={language}
              onChange={(event) => choose(event.target.value)}
            >
              {languages.map((code) => (
                <option key={code} value={code} lang={code}>
                  {new Intl.DisplayNames(code, { type: 'language' }).of(code)}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
    </footer>
  )
}

const watchConnection = (changed: () => void) => {
  addEventListener('online', changed)
  addEventListener('offline', changed)
  return () => {
    removeEventListener('online', changed)
    removeEventListener('offline', changed)
  }
}

function OfflineNotice() {
  const t = useTranslations('frame')
  const online = useSyncExternalStore(watchConnection, () => navigator.onLine)
  return (
    <div role="status" className="print:hidden">
      {!online && <p className="bg-warm-soft px-4 py-2 text-center font-medium text-warm">{t('offline')}</p>}
    </div>
  )
}
