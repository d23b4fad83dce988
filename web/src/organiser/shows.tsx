// The organiser's own shows in every state, soonest first.
import type { ShowView } from '@holdfast/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { myShowsQuery } from '../api/queries.ts'
import { useFormat } from '../format.ts'
import { Link } from '../navigation/link.tsx'
import { Empty, Failure, Loading, PageTitle, Skeleton } from '../parts/basics.tsx'
import { SignOut } from '../parts/sign-out.tsx'
import { isolated, UserText } from '../parts/user-text.tsx'
import { HouseSwitch, useHouse } from './house/choice.tsx'
import { RequireUser } from './require-user.tsx'
import { SellerNotice } from './seller-notice.tsx'
import { ShowStatusChip } from './show-status.tsx'

export function OrganiserShowsPage() {
  const t = useTranslations('organiser')
  return (
    <RequireUser title={t('title')}>
      <MyShows />
    </RequireUser>
  )
}

function MyShows() {
  const t = useTranslations('organiser')
  const { houses, house, choose, may } = useHouse()
  const shows = useInfiniteQuery(myShowsQuery(houses.length > 1 ? house?.id : ''))
  const items = shows.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className="pt-6">
      <div className="mb-6 flex flex-wrap items-center justify-between gap-4">
        <PageTitle title={t('title')} className="text-display">
          {t('title')}
        </PageTitle>
        <div className="flex flex-wrap gap-2">
          {may('door') && (
            <Link to="/door" className="button">
              {t('door')}
            </Link>
          )}
          {may('settings') && (
            <Link to="/organiser/organisation" className="button">
              {t('house')}
            </Link>
          )}
          {may('shows') && (
            <Link to="/organiser/new" className="button button-main">
              {t('new')}
            </Link>
          )}
          <SignOut />
        </div>
      </div>
      <HouseSwitch houses={houses} house={house} choose={choose} />
      {may('shows') && <SellerNotice organisationId={house?.id} />}
      {shows.isPending && (
        <Loading>
          <Skeleton className="h-24 rounded-lg" />
          <Skeleton className="mt-3 h-24 rounded-lg" />
        </Loading>
      )}
      {shows.isError && items.length === 0 && (
        <Failure error={shows.error} retry={() => void shows.refetch()} />
      )}
      {shows.isSuccess && items.length === 0 && (
        <Empty title={t('none')}>
          <p>{t('noneText')}</p>
        </Empty>
      )}
      <ul className="grid gap-3">
        {items.map((show) => (
          <Row key={show.id} show={show} />
        ))}
      </ul>
      {shows.hasNextPage && (
        <button
          type="button"
          className="button mt-6"
          disabled={shows.isFetchingNextPage}
          onClick={() => void shows.fetchNextPage()}
        >
          {t('more')}
        </button>
      )}
    </div>
  )
}

function Row({ show }: { readonly show: ShowView }) {
  const t = useTranslations('organiser')
  const format = useFormat()
  const capacity = show.ticketTypes.reduce((sum, type) => sum + type.capacity, 0)
  return (
    <li className="panel group relative flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-4 transition-colors hover:border-strong sm:px-6">
      <div className="min-w-0">
        <h2 className="text-lead leading-snug [overflow-wrap:anywhere]">
          <Link
            to="/organiser/shows/$showId"
            params={{ showId: show.id }}
            className="underline-offset-4 group-hover:underline after:absolute after:inset-0"
          >
            <UserText>{show.title}</UserText>
          </Link>
        </h2>
        <p className="text-small text-soft [overflow-wrap:anywhere]">
          {[
            format.moment(show.startsAt, show.timeZone),
            show.venue && isolated(show.venue),
            t('places', { count: capacity }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <ShowStatusChip show={show} />
    </li>
  )
}
