// One show as its organiser sees it: its state, sales as they happen, its orders.
import type { ShowView } from '@holdfast/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { availabilityStream, useLive } from '../api/live.ts'
import { availabilityQuery, showQuery } from '../api/queries.ts'
import { Link } from '../navigation/link.tsx'
import { useNavigate, useParams } from '../navigation/router.tsx'
import { Confirm, Failure, Loading, Notice, PageTitle, Skeleton, useFailureText } from '../parts/basics.tsx'
import { UserText } from '../parts/user-text.tsx'
import { When } from '../parts/when.tsx'
import { CopyShow } from './copy-show.tsx'
import { DraftHint } from './draft-hint.tsx'
import { useRights } from './house/choice.tsx'
import { currentSellerQuery } from './queries.ts'
import { RequireUser } from './require-user.tsx'
import { SellerNotice } from './seller-notice.tsx'
import { Sales } from './show-sales.tsx'
import { ShowStatusChip } from './show-status.tsx'

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
  const may = useRights(show.organiserId)
  const { data: availability } = useQuery({ ...availabilityQuery(show.id), enabled: wasOnSale })
  useLive(availabilityStream(show.id), availabilityQuery(show.id).queryKey, wasOnSale)
  return (
    <div className="pt-6">
      {may('shows') && <SellerNotice organisationId={show.organiserId} />}
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
        {may('shows') ? <Actions show={show} /> : may('orders') && <ToBoxOffice show={show} />}
      </div>
      {!wasOnSale && <DraftHint show={show} />}
      {wasOnSale && may('orders') && <Sales show={show} availability={availability} />}
    </div>
  )
}

function ToBoxOffice({ show }: { readonly show: ShowView }) {
  const t = useTranslations('organiser')
  if (show.status !== 'on_sale') return null
  return (
    <Link to="/organiser/shows/$showId/box-office" params={{ showId: show.id }} className="button">
      {t('boxOffice')}
    </Link>
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
      void client.invalidateQueries({ queryKey: currentSellerQuery(show.organiserId).queryKey })
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
        <ToBoxOffice show={show} />
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
