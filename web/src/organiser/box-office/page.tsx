// The box office of a show: what is sold on the left, how it is paid on the right, then the next
// one. For fingers and for keys.
import type { OrderView, ShowView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useCallback, useState } from 'react'
import { useTranslations } from 'use-intl'
import { availabilityStream, useLive } from '../../api/live.ts'
import { availabilityQuery, showQuery } from '../../api/queries.ts'
import { extrasLast } from '../../buy/kinds.tsx'
import { atPrices, pricesOf } from '../../buy/prices.ts'
import { QuantityRow } from '../../buy/quantity-row.tsx'
import { nothing, withChosen, withQuantity, withSeat } from '../../buy/selection.ts'
import { Link } from '../../navigation/link.tsx'
import { useParams } from '../../navigation/router.tsx'
import { Failure, Loading, Notice, PageTitle, Skeleton } from '../../parts/basics.tsx'
import { UserText } from '../../parts/user-text.tsx'
import { When } from '../../parts/when.tsx'
import { RequireUser } from '../require-user.tsx'
import { SellForm } from './sell-form.tsx'
import { Sold } from './sold.tsx'

const SeatPicker = lazy(() =>
  import('../../buy/seat-picker.tsx').then((module) => ({ default: module.SeatPicker })),
)

export function BoxOfficePage() {
  const t = useTranslations('boxOffice')
  const { showId } = useParams('/organiser/shows/$showId/box-office')
  const show = useQuery(showQuery(showId))
  return (
    <RequireUser title={t('title')}>
      {show.isPending && (
        <Loading>
          <Skeleton className="mt-8 h-12 w-2/3" />
          <Skeleton className="mt-6 h-72 rounded-lg" />
        </Loading>
      )}
      {show.isLoadingError && <Failure error={show.error} retry={() => void show.refetch()} />}
      {show.data && <BoxOffice show={show.data} />}
    </RequireUser>
  )
}

function BoxOffice({ show }: { readonly show: ShowView }) {
  const t = useTranslations('boxOffice')
  const isOpen = show.status === 'on_sale'
  return (
    <div className="pt-6">
      <Link to="/organiser/shows/$showId" params={{ showId: show.id }} className="link text-small">
        <UserText>{show.title}</UserText>
      </Link>
      <PageTitle title={`${t('title')}: ${show.title}`} className="mt-2 text-heading">
        {t('title')}
      </PageTitle>
      <div className="mt-1">
        <When show={show} />
      </div>
      {isOpen ? (
        <Counter show={show} />
      ) : (
        <div className="mt-6">
          <Notice title={t('closed')} quiet />
        </div>
      )}
    </div>
  )
}

function Counter({ show: published }: { readonly show: ShowView }) {
  const t = useTranslations('boxOffice')
  const [selection, setSelection] = useState(nothing)
  const [sold, setSold] = useState<OrderView | null>(null)
  const { data: availability } = useQuery(availabilityQuery(published.id))
  useLive(availabilityStream(published.id), availabilityQuery(published.id).queryKey, true)
  const show = atPrices(published, pricesOf(availability))
  const general = extrasLast(show.ticketTypes.filter((type) => !type.seats))
  const toggle = useCallback(
    (seatId: string) => setSelection((before) => withSeat(before, seatId, !before.seatIds.has(seatId))),
    [],
  )
  if (sold)
    return (
      <Sold
        order={sold}
        next={() => {
          setSelection(nothing)
          setSold(null)
        }}
      />
    )
  return (
    <div className="mt-6 grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-[minmax(0,1fr)_25rem] lg:items-start">
      <section aria-labelledby="choose" className="panel p-4 sm:p-6">
        <h2 id="choose" className="text-title">
          {t('choose')}
        </h2>
        {general.length < show.ticketTypes.length && (
          <div className="mt-3 mb-4">
            <Suspense fallback={<Skeleton className="h-[31rem]" />}>
              <SeatPicker
                show={show}
                availability={availability}
                chosen={selection.seatIds}
                toggle={toggle}
              />
            </Suspense>
          </div>
        )}
        <ul className="divide-y divide-line">
          {general.map((type) => (
            <QuantityRow
              key={type.id}
              type={type}
              currency={show.currency}
              stock={availability?.ticketTypes.find((known) => known.id === type.id)}
              quantity={selection.quantities.get(type.id) ?? 0}
              mayAdd={Number.POSITIVE_INFINITY}
              change={(quantity) => setSelection((before) => withQuantity(before, type.id, quantity))}
              choose={(minor) => setSelection((before) => withChosen(before, type.id, minor))}
            />
          ))}
        </ul>
      </section>
      <SellForm show={show} selection={selection} onSold={setSold} clear={() => setSelection(nothing)} />
    </div>
  )
}
