// One show: what it is, when and where, and the panel that holds places of it.
import type { Availability, ShowView } from '@holdfast/contract'
import { salesEndAt } from '@holdfast/contract/sales-end'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { useTranslations } from 'use-intl'
import { useIsPast } from '../api/clock.ts'
import { availabilityStream, useLive } from '../api/live.ts'
import { availabilityQuery, showQuery } from '../api/queries.ts'
import { BuyPanel } from '../buy/buy-panel.tsx'
import { useCode, withUnlocked, withUnlockedStock } from '../buy/code/entered.ts'
import { OpenHold } from '../buy/open-hold.tsx'
import { atPrices, offeredShow, pricesOf } from '../buy/prices.ts'
import { SalesPaused } from '../buy/sales-paused.tsx'
import { useParams } from '../navigation/router.tsx'
import { ShowArt } from '../parts/art.tsx'
import { Loading, Notice, PageTitle, Skeleton } from '../parts/basics.tsx'
import { Evening } from '../parts/evening.tsx'
import { When } from '../parts/when.tsx'
import { LoadFailure } from './failure.tsx'

export function ShowPage() {
  const { showId } = useParams('/shows/$showId')
  const show = useQuery(showQuery(showId))
  if (show.isPending) return <ShowSkeleton />
  if (show.isLoadingError) return <LoadFailure error={show.error} retry={() => void show.refetch()} />
  return <ShowText key={showId} show={show.data} />
}

function ShowText({ show }: { readonly show: ShowView }) {
  const t = useTranslations('show')
  const seated = show.ticketTypes.some((type) => type.seats)
  const past = useIsPast(salesEndAt(show))
  const onSale = show.status === 'on_sale' && !past
  const state = past && show.status !== 'cancelled' ? 'past' : show.status
  const availability = useQuery({ ...availabilityQuery(show.id), enabled: onSale })
  const liveness = useLive(availabilityStream(show.id), availabilityQuery(show.id).queryKey, onSale)
  useNewestShow(show, availability.data)
  const code = useCode(show.id, availability.data?.hasCodes === true)
  const priced = usePrices(show, availability.data)
  const offered = useMemo(() => withUnlocked(priced, code.check), [priced, code.check])
  const stock = useMemo(
    () => withUnlockedStock(availability.data, code.check),
    [availability.data, code.check],
  )
  return (
    <article className={`grid gap-x-10 gap-y-6 pt-2 ${seated ? '' : 'lg:grid-cols-[minmax(0,1fr)_25rem]'}`}>
      <div className="min-w-0">
        <ShowArt
          seed={show.id}
          className={`mb-6 w-full rounded-lg ${seated ? 'h-32 sm:h-40' : 'h-32 sm:h-56'}`}
        />
        <PageTitle title={show.title} className="text-display [overflow-wrap:anywhere]">
          {show.title}
        </PageTitle>
        <div className={`mt-4 grid gap-4 ${seated ? 'sm:grid-cols-2' : ''}`}>
          <Fact name={t('when')}>
            <When show={show} />
            <Evening show={show} />
          </Fact>
          {show.venue && (
            <Fact name={t('where')}>
              <p dir="auto" className="font-semibold">
                {show.venue}
              </p>
            </Fact>
          )}
        </div>
        {show.description && (
          <p dir="auto" className="mt-6 hidden max-w-prose text-lead whitespace-pre-line lg:block">
            {show.description}
          </p>
        )}
      </div>
      <div className={`min-w-0 ${seated ? '' : 'lg:sticky lg:top-4 lg:self-start'}`}>
        <OpenHold showId={show.id} />
        {onSale && <SalesPaused />}
        {onSale ? (
          <BuyPanel show={offered} availability={stock} liveness={liveness} code={code} />
        ) : (
          <Notice tone={state === 'cancelled' ? 'bad' : 'plain'} title={t(`status.${state}.title`)} quiet>
            <p>{t(`status.${state}.text`)}</p>
          </Notice>
        )}
      </div>
      {show.description && (
        <p dir="auto" className="max-w-prose whitespace-pre-line lg:hidden">
          {show.description}
        </p>
      )}
    </article>
  )
}

/** The organiser changed the show, as its stream tells: it is read again. */
function useNewestShow(show: ShowView, availability: Availability | undefined): void {
  const client = useQueryClient()
  const isOld = availability !== undefined && availability.version > show.version
  useEffect(() => {
    if (isOld) void client.invalidateQueries({ queryKey: showQuery(show.id).queryKey })
  }, [isOld, show.id, client])
}

/** The show at the prices of its stream; another object only when one of them changes. */
function usePrices(show: ShowView, availability: Availability | undefined): ShowView {
  const known = JSON.stringify([...pricesOf(availability)])
  return useMemo(
    () => offeredShow(atPrices(show, new Map(JSON.parse(known) as [string, number][]))),
    [show, known],
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className="border-l-3 border-accent pl-4">
      <p className="text-small text-soft">{name}</p>
      {children}
    </div>
  )
}

function ShowSkeleton() {
  return (
    <Loading>
      <div className="grid gap-x-10 gap-y-6 pt-2 lg:grid-cols-[minmax(0,1fr)_25rem]">
        <div>
          <Skeleton className="mb-6 h-32 rounded-lg sm:h-56" />
          <Skeleton className="h-12 w-4/5" />
          <Skeleton className="mt-4 h-16 w-3/5" />
        </div>
        <Skeleton className="h-96 rounded-lg" />
      </div>
    </Loading>
  )
}
