// The list of shows, by month, found by words and days. What is wanted stands in the address. Also
// the shop's front page.
import type { ShowView } from '@holdfast/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { type ChangeEvent, useEffect, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { type ShowWishes, showsQuery } from '../api/queries.ts'
import { entryPrices, offeredShow } from '../buy/prices.ts'
import { useFormat } from '../format.ts'
import { Link } from '../navigation/link.tsx'
import { useNavigate, useSearchValue } from '../navigation/router.tsx'
import { ShowArt } from '../parts/art.tsx'
import { Empty, Failure, Loading, PageTitle, Skeleton } from '../parts/basics.tsx'
import { isolated, UserText } from '../parts/user-text.tsx'

/** Long enough that a word is typed and not each letter asked for. */
const searchDelayMs = 250

export function ShowsPage() {
  const t = useTranslations('shows')
  const wanted: Wanted = {
    q: useSearchValue('q'),
    from: dayOf(useSearchValue('from')),
    to: dayOf(useSearchValue('to')),
  }
  const { q, from, to } = wanted
  // What is over is of no use to anybody who did not ask for it.
  const shows = useInfiniteQuery(showsQuery({ q, from: from === '' ? todayHere() : from, to }))
  const items = shows.data?.pages.flatMap((page) => page.items) ?? []
  const filtered = q !== '' || from !== '' || to !== ''
  return (
    <>
      <div className="pt-6 pb-8 sm:pt-10">
        <PageTitle title={t('title')} className="text-display">
          {t('heading')}
        </PageTitle>
        <p className="mt-2 max-w-prose text-lead text-soft">{t('lead')}</p>
        <Filter wanted={wanted} />
      </div>
      <p role="status" className="sr-only">
        {filtered && shows.isSuccess && !shows.hasNextPage ? t('found', { count: items.length }) : ''}
      </p>
      {shows.isPending && <ListSkeleton />}
      {shows.isError && items.length === 0 && (
        <Failure error={shows.error} retry={() => void shows.refetch()} />
      )}
      {shows.isSuccess && items.length === 0 && (
        <Empty title={q !== '' ? t('noneFound', { q: isolated(q) }) : filtered ? t('noneThen') : t('none')}>
          {filtered && (
            <>
              <p>{t('searchHint')}</p>
              <Link to="/" className="button mt-4">
                {t('reset')}
              </Link>
            </>
          )}
        </Empty>
      )}
      <Months shows={items} />
      {shows.hasNextPage && (
        <div className="mt-8 text-center">
          <button
            type="button"
            className="button"
            disabled={shows.isFetchingNextPage}
            onClick={() => void shows.fetchNextPage()}
          >
            {t('more')}
          </button>
        </div>
      )}
    </>
  )
}

type Wanted = ShowWishes

/** A day as an address may carry it; empty for anything else. */
const dayOf = (text: string): string =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : ''

/** Swedish writes days as addresses do. */
const todayHere = (): string => new Intl.DateTimeFormat('sv').format(Date.now())

function Filter({ wanted }: { readonly wanted: Wanted }) {
  const t = useTranslations('shows')
  const navigate = useNavigate()
  const [typed, setTyped] = useState(wanted)
  const shown = JSON.stringify(wanted)
  const told = useRef(shown)
  // The address changed by other means: back, forward, the link that resets it.
  useEffect(() => {
    if (told.current === shown) return
    told.current = shown
    setTyped(JSON.parse(shown) as Wanted)
  }, [shown])
  useEffect(() => {
    const next = { ...typed, q: typed.q.trim() }
    const text = JSON.stringify(next)
    if (text === told.current) return
    const timer = setTimeout(() => {
      told.current = text
      void navigate({ to: '/', search: { ...next }, replace: true })
    }, searchDelayMs)
    return () => clearTimeout(timer)
  }, [typed, navigate])
  const change = (name: keyof Wanted) => (event: ChangeEvent<HTMLInputElement>) =>
    setTyped((before) => ({ ...before, [name]: event.target.value }))
  return (
    <form
      role="search"
      aria-label={t('filter')}
      className="mt-6 grid grid-cols-2 gap-3 sm:grid-cols-[minmax(0,22rem)_10.5rem_10.5rem]"
      onSubmit={(event) => event.preventDefault()}
    >
      <label className="col-span-2 block text-small font-medium sm:col-span-1">
        {t('search')}
        <input
          type="search"
          className="input mt-1 text-base"
          value={typed.q}
          maxLength={100}
          onChange={change('q')}
        />
      </label>
      <label className="block min-w-0 text-small font-medium">
        {t('fromDay')}
        <input type="date" className="input mt-1 text-base" value={typed.from} onChange={change('from')} />
      </label>
      <label className="block min-w-0 text-small font-medium">
        {t('toDay')}
        <input
          type="date"
          className="input mt-1 text-base"
          value={typed.to}
          min={typed.from === '' ? undefined : typed.from}
          onChange={change('to')}
        />
      </label>
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
  const prices = entryPrices(offeredShow(show))
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
              <UserText>{show.title}</UserText>
            </Link>
          </h3>
          <p className="text-small text-soft">
            {[format.time(show.startsAt, show.timeZone), show.venue && isolated(show.venue)]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        {show.status !== 'on_sale' ? (
          <span className="chip">{t(`status.${show.status}`)}</span>
        ) : prices.length === 0 ? null : (
          <p className="font-semibold whitespace-nowrap">
            {lowest === 0
              ? t('free')
              : prices.every((amount) => amount === lowest)
                ? format.money(price)
                : t('from', { price: format.money(price) })}
          </p>
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
