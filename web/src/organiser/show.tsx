// One show as its organiser sees it: its state, sales as they happen, its orders.
import type { Availability, ShowView } from '@holdfast/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { availabilityStream, useLive } from '../api/live.ts'
import { availabilityQuery, showQuery } from '../api/queries.ts'
import { useFormat } from '../format.ts'
import { Link } from '../navigation/link.tsx'
import { useNavigate, useParams } from '../navigation/router.tsx'
import { Confirm, Failure, Loading, Notice, PageTitle, Skeleton, useFailureText } from '../parts/basics.tsx'
import { UserText } from '../parts/user-text.tsx'
import { When } from '../parts/when.tsx'
import { CopyShow } from './copy-show.tsx'
import { DraftHint } from './draft-hint.tsx'
import { OrdersTable } from './orders/orders-table.tsx'
import { currentSellerQuery, salesQuery } from './queries.ts'
import { useRefreshOnSales } from './refresh.ts'
import { RequireUser } from './require-user.tsx'
import { SellerNotice } from './seller-notice.tsx'
import { ShowStatusChip } from './show-status.tsx'

const SalesChart = lazy(() =>
  import('./orders/sales-chart.tsx').then((module) => ({ default: module.SalesChart })),
)
export function OrganiserShowPage() {
  const t = useTranslations('organiser')
  const { showId } = useParams('/organiser/shows/$showId')
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
      {show.data && <Show show={show.data} />}
    </RequireUser>
  )
}

function Show({ show }: { readonly show: ShowView }) {
  const t = useTranslations('organiser')
  const wasOnSale = show.status !== 'draft'
  const { data: availability } = useQuery({ ...availabilityQuery(show.id), enabled: wasOnSale })
  useLive(availabilityStream(show.id), availabilityQuery(show.id).queryKey, wasOnSale)
  return (
    <div className="pt-6">
      <SellerNotice />
      <Link to="/organiser" className="link text-small">
        {t('title')}
      </Link>
      <div className="mt-2 flex flex-wrap items-start justify-between gap-x-8 gap-y-4">
        <div className="min-w-0">
          <PageTitle title={show.title} className="text-heading [overflow-wrap:anywhere]">
            <UserText>{show.title}</UserText> <ShowStatusChip show={show} />
          </PageTitle>
          <div className="mt-2 flex flex-wrap gap-x-6 gap-y-1">
            <When show={show} />
            {show.venue && (
              <p dir="auto" className="text-soft">
                {show.venue}
              </p>
            )}
          </div>
        </div>
        <Actions show={show} />
      </div>
      {wasOnSale ? <Sales show={show} availability={availability} /> : <DraftHint show={show} />}
    </div>
  )
}

type Step = 'publish' | 'close' | 'cancel'
/** What is asked about before it is done. */
type Question = Exclude<Step, 'publish'> | 'remove'

function Actions({ show }: { readonly show: ShowView }) {
  const t = useTranslations('organiser')
  const client = useQueryClient()
  const failureText = useFailureText()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<Question | null>(null)
  const stepping = useMutation({
    mutationFn: (step: Step) => call<ShowView>(`/api/shows/${show.id}/${step}`, { method: 'POST', body: {} }),
    onSuccess: (changed) => {
      client.setQueryData(showQuery(show.id).queryKey, changed)
      void client.invalidateQueries({ queryKey: ['my-shows'] })
      void client.invalidateQueries({ queryKey: availabilityQuery(show.id).queryKey })
    },
    onSettled: () => {
      setAsking(null)
      // A first try to put a show on sale may have asked for an approval.
      void client.invalidateQueries({ queryKey: currentSellerQuery.queryKey })
    },
  })
  const deleting = useMutation({
    mutationFn: () => call<null>(`/api/shows/${show.id}`, { method: 'DELETE' }),
    onSuccess: async () => {
      await navigate({ to: '/organiser', replace: true })
      client.removeQueries({ queryKey: showQuery(show.id).queryKey })
      void client.invalidateQueries({ queryKey: ['my-shows'] })
    },
    onSettled: () => setAsking(null),
  })
  const alive = show.status !== 'cancelled'
  return (
    <div>
      <div className="flex flex-wrap gap-2">
        {show.status !== 'draft' && (
          <Link to="/shows/$showId" params={{ showId: show.id }} className="button">
            {t('publicPage')}
          </Link>
        )}
        {alive && (
          <Link to="/organiser/shows/$showId/edit" params={{ showId: show.id }} className="button">
            {t('edit')}
          </Link>
        )}
        {alive && show.status !== 'draft' && (
          <Link to="/organiser/shows/$showId/codes" params={{ showId: show.id }} className="button">
            {t('codes')}
          </Link>
        )}
        <CopyShow key={show.id} show={show} />
        {show.status === 'on_sale' && (
          <button type="button" className="button" onClick={() => setAsking('close')}>
            {t('close')}
          </button>
        )}
        {alive && show.status !== 'draft' && (
          <button type="button" className="button button-danger" onClick={() => setAsking('cancel')}>
            {t('cancelShow')}
          </button>
        )}
        {show.status === 'draft' && (
          <button type="button" className="button button-danger" onClick={() => setAsking('remove')}>
            {t('deleteDraft')}
          </button>
        )}
        {show.status === 'draft' && (
          <button
            type="button"
            className="button button-main"
            disabled={stepping.isPending}
            onClick={() => stepping.mutate('publish')}
          >
            {t('publish')}
          </button>
        )}
      </div>
      {(stepping.error ?? deleting.error) && (
        <div className="mt-3">
          <Notice tone="bad" title={failureText(stepping.error ?? deleting.error)} />
        </div>
      )}
      {asking !== null && (
        <Confirm
          open
          title={t(`confirm.${asking}.title`)}
          confirmLabel={t(`confirm.${asking}.label`)}
          busy={stepping.isPending || deleting.isPending}
          onClose={() => setAsking(null)}
          onConfirm={() => (asking === 'remove' ? deleting.mutate() : stepping.mutate(asking))}
        >
          <p>{t(`confirm.${asking}.text`)}</p>
        </Confirm>
      )}
    </div>
  )
}

function Sales({
  show,
  availability,
}: {
  readonly show: ShowView
  readonly availability: Availability | undefined
}) {
  const t = useTranslations('organiser')
  const format = useFormat()
  const { data: sales } = useQuery(salesQuery(show.id))
  useRefreshOnSales(availability, salesQuery(show.id).queryKey)
  const sum = (pick: (stock: Availability['ticketTypes'][number]) => number) =>
    availability?.ticketTypes.reduce((total, stock) => total + pick(stock), 0)
  const figures = [
    [t('sold'), sum((stock) => stock.sold)],
    [t('held'), sum((stock) => stock.held)],
    [t('free'), sum((stock) => stock.available)],
  ] as const
  const complete = sales?.byStatus.find(({ status }) => status === 'complete')
  const revenueMinor = sales && (complete ? complete.totalMinor - complete.refundedMinor : 0)
  return (
    <>
      <dl className="mt-8 grid grid-cols-2 gap-3 lg:grid-cols-4">
        {figures.map(([name, value]) => (
          <Figure key={name} name={name} value={value === undefined ? null : format.number(value)} />
        ))}
        <Figure
          name={t('revenue')}
          value={
            revenueMinor === undefined
              ? null
              : format.money({ amountMinor: revenueMinor, currency: show.currency })
          }
        />
      </dl>
      <section aria-labelledby="by-type" className="panel mt-3 p-5 sm:p-6">
        <h2 id="by-type" className="mb-3 text-title">
          {t('byType')}
        </h2>
        <ul className="grid gap-4">
          {show.ticketTypes.map((type) => (
            <TypeBar
              key={type.id}
              type={type}
              stock={availability?.ticketTypes.find((known) => known.id === type.id)}
            />
          ))}
        </ul>
      </section>
      <section aria-labelledby="chart" className="panel mt-3 p-5 sm:p-6">
        <h2 id="chart" className="mb-3 text-title">
          {t('chart')}
        </h2>
        <Suspense fallback={<Skeleton className="h-60" />}>
          <SalesChart sales={sales} held={sum((stock) => stock.held)} />
        </Suspense>
      </section>
      <OrdersTable show={show} availability={availability} />
    </>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string | null }) {
  return (
    <div className="panel p-4 sm:p-5">
      <dt className="text-small text-soft">{name}</dt>
      <dd className="text-heading font-bold">{value ?? <Skeleton className="h-8 w-20" />}</dd>
    </div>
  )
}

function TypeBar({
  type,
  stock,
}: {
  readonly type: ShowView['ticketTypes'][number]
  readonly stock: Availability['ticketTypes'][number] | undefined
}) {
  const t = useTranslations('organiser')
  // Lowered, a capacity stops at what is sold and held: orders tells what it became.
  const capacity = stock ? stock.available + stock.held + stock.sold : type.capacity
  const share = (count: number | undefined) => ({
    transform: `scaleX(${(count ?? 0) / Math.max(1, capacity)})`,
  })
  return (
    <li>
      <p className="flex flex-wrap justify-between gap-x-4">
        <span dir="auto" className="font-medium">
          {type.name}
        </span>
        <span className="text-soft">
          {t('typeLine', { sold: stock?.sold ?? 0, held: stock?.held ?? 0, capacity })}
        </span>
      </p>
      <div aria-hidden="true" className="relative mt-1 h-2.5 overflow-hidden rounded-full bg-sunken">
        <div
          className="absolute inset-0 origin-left bg-(--seat-chosen)"
          style={share((stock?.sold ?? 0) + (stock?.held ?? 0))}
        />
        <div className="absolute inset-0 origin-left bg-accent" style={share(stock?.sold)} />
      </div>
    </li>
  )
}
