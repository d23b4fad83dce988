// The list of shows, by month, with a search. Also the shop's front page.
import type { ShowView } from '@holdfast/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslations } from 'use-intl'
import { showsQuery } from '../api/queries.ts'
import { useFormat } from '../format.ts'
import { Link } from '../navigation/link.tsx'
import { useNavigate, useSearchValue } from '../navigation/router.tsx'
import { ShowArt } from '../parts/art.tsx'
import { Empty, Failure, Loading, PageTitle, Skeleton } from '../parts/basics.tsx'

/** Long enough that a word is typed and not each letter asked for. */
const searchDelayMs = 250

export function ShowsPage() {
  const t = useTranslations('shows')
  const q = useSearchValue('q')
  const shows = useInfiniteQuery(showsQuery(q))
  const items = shows.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-4 pt-6 pb-8 sm:pt-10">
        <div>
          <PageTitle title={t('title')} className="text-display">
            {t('heading')}
          </PageTitle>
          <p className="mt-2 max-w-prose text-lead text-soft">{t('lead')}</p>
        </div>
        <Search initial={q} />
      </div>
      {shows.isPending && <ListSkeleton />}
      {shows.isError && items.length === 0 && <Failure error={shows.error} retry={() => void shows.refetch()} />}
      {shows.isSuccess && items.length === 0 && (
        <Empty title={q === '' ? t('none') : t('noneFound', { q })}>{q !== '' && <p>{t('searchHint')}</p>}</Empty>
      )}
      <Months shows={items} />
      {shows.hasNextPage && (
        <div className="mt-8 text-center">
          <button type="button" className="button" disabled={shows.isFetchingNextPage} onClick={() => void shows.fetchNextPage()}>
            {t('more')}
          </button>
        </div>
      )}
    </>
  )
}

function Search({ initial }: { readonly initial: string }) {
  const t = useTranslations('shows')
  const navigate = useNavigate()
  const [text, setText] = useState(initial)
  useEffect(() => {
    const wanted = text.trim()
    if (wanted === initial) return
    const timer = setTimeout(() => void navigate({ to: '/', search: { q: wanted }, replace: true }), searchDelayMs)
    return () => clearTimeout(timer)
  }, [text, initial, navigate])
  return (
    <form role="search" className="w-full sm:w-80" onSubmit={(event) => event.preventDefault()}>
      <label htmlFor="search" className="mb-1 block text-small font-medium">
        {t('search')}
      </label>
      <input
        id="search"
        type="search"
        className="input"
        value={text}
        maxLength={100}
        onChange={(event) => setText(event.target.value)}
      />
    </form>
  )
}

function Months({ shows }: { readonly shows: readonly ShowView[] }) {
  const format = useFormat()
  const months = new Map<string, ShowView[]>()
  for (const show of shows) {
    const month = format.monthAndYear(show.startsAt, show.timeZone)
    const known = months.get(month)
    if (known) known.push(show)
    else months.set(month, [show])
  }
  return [...months].map(([month, inMonth]) => (
    <section key={month} className="mb-10">
      <h2 className="mb-3 text-title">{month}</h2>
      <ul className="grid gap-3">
        {inMonth.map((show) => (
          <ShowRow key={show.id} show={show} />
        ))}
      </ul>
    </section>
  ))
}

function ShowRow({ show }: { readonly show: ShowView }) {
  const t = useTranslations('shows')
  const format = useFormat()
  const { day, month, weekday } = format.parts(show.startsAt, show.timeZone)
  const prices = show.ticketTypes.map((type) => type.priceMinor)
  const lowest = Math.min(...prices)
  const price = { amountMinor: lowest, currency: show.currency }
  return (
    <li className="panel group relative flex items-stretch overflow-hidden transition-colors hover:border-strong">
      <div className="flex w-19 shrink-0 flex-col items-center justify-center border-r border-line py-4 leading-none sm:w-24">
        <span className="text-small text-soft">{weekday}</span>
        <span className="my-1 text-heading font-bold">{day}</span>
        <span className="text-small text-soft">{month}</span>
      </div>
      <div className="flex min-w-0 grow flex-wrap items-center justify-between gap-x-6 gap-y-1 px-4 py-4 sm:px-6">
        <div className="min-w-0">
          <h3 className="text-lead leading-snug [overflow-wrap:anywhere] sm:text-title">
            <Link
              to="/shows/$showId"
              params={{ showId: show.id }}
              className="underline-offset-4 group-hover:underline after:absolute after:inset-0"
            >
              {show.title}
            </Link>
          </h3>
          <p className="text-small text-soft">
            {[format.time(show.startsAt, show.timeZone), show.venue].filter(Boolean).join(' · ')}
          </p>
        </div>
        {show.status === 'on_sale' ? (
          <p className="font-semibold whitespace-nowrap">
            {lowest === 0
              ? t('free')
              : prices.every((amount) => amount === lowest)
                ? format.money(price)
                : t('from', { price: format.money(price) })}
          </p>
        ) : (
          <span className="chip">{t(`status.${show.status}`)}</span>
        )}
      </div>
      <ShowArt seed={show.id} className="hidden w-40 shrink-0 self-stretch sm:block" />
    </li>
  )
}

function ListSkeleton() {
  return (
    <Loading>
      <Skeleton className="mb-3 h-7 w-40" />
      <div className="grid gap-3">
        {[0, 1, 2, 3].map((row) => (
          <Skeleton key={row} className="h-[6.75rem] rounded-lg" />
        ))}
      </div>
    </Loading>
  )
}
