// The operator's page: how the shop is, what waits for a person, and a sale to watch. To everybody
// else it is not there.
import type { OpsOverview } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { ApiError } from '../api/client.ts'
import { useFormat } from '../format.ts'
import { NotFoundPage } from '../pages/failure.tsx'
import { ConfirmAddress } from '../parts/ask-link.tsx'
import { Failure, Loading, Notice, PageTitle, Skeleton } from '../parts/basics.tsx'
import { Auditor } from './auditor.tsx'
import { Books } from './books.tsx'
import { DemoSale } from './demo/demo-sale.tsx'
import { Sandbox } from './demo/sandbox.tsx'
import { Events } from './events.tsx'
import { FindOrder } from './find-order.tsx'
import { Limits } from './limits.tsx'
import { Orders } from './orders.tsx'
import { overviewQuery } from './queries.ts'
import { Sellers } from './sellers.tsx'
import { Services } from './services.tsx'
import { Summary } from './summary.tsx'
import { Upkeep } from './upkeep.tsx'
import { DeadLetters } from './waiting/letters.tsx'
import { FailedMails } from './waiting/mails.tsx'
import { OpenPayments } from './waiting/payments.tsx'

export function OpsPage() {
  const overview = useQuery(overviewQuery)
  const { error } = overview
  if (error instanceof ApiError && error.code === 'email_unverified') {
    return (
      <div className="mx-auto max-w-narrow py-10">
        <ConfirmAddress why="operator" />
      </div>
    )
  }
  // Non-operators are told what anybody is told of an address that has no page.
  if (error instanceof ApiError && [401, 403, 404].includes(error.status)) return <NotFoundPage />
  if (!overview.data && overview.isError) {
    return (
      <div className="pt-6">
        <Failure error={error} retry={() => void overview.refetch()} />
      </div>
    )
  }
  if (!overview.data) return <Waiting />
  return <Overview overview={overview.data} stale={overview.isError} />
}

function Waiting() {
  return (
    <Loading>
      <Skeleton className="mt-6 h-12 w-56" />
      <div className="mt-8 grid grid-cols-2 gap-3 lg:grid-cols-4">
        {['selling', 'auditor', 'waiting', 'lag'].map((name) => (
          <Skeleton key={name} className="h-32 rounded-lg" />
        ))}
      </div>
      <Skeleton className="mt-3 h-96 rounded-lg" />
    </Loading>
  )
}

function Overview({ overview, stale }: { readonly overview: OpsOverview; readonly stale: boolean }) {
  const t = useTranslations('ops')
  const format = useFormat()
  return (
    <div className="pt-6">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div>
          <PageTitle title={t('title')} className="text-display">
            {t('title')}
          </PageTitle>
          <p className="mt-1 text-soft">{t('lead')}</p>
        </div>
        <p className="text-small text-soft">{t('asOf', { time: format.momentWithSeconds(overview.now) })}</p>
      </div>
      {stale && (
        <div className="mt-4">
          <Notice tone="warm" title={t('stale', { time: format.momentWithSeconds(overview.now) })} />
        </div>
      )}
      <Summary overview={overview} />
      <div className="mt-3 grid gap-3">
        <DemoSale demo={overview.demo} />
        <Events overview={overview} />
        <FindOrder />
        <Sellers />
        <DeadLetters now={overview.now} />
        <OpenPayments />
        <FailedMails />
        <Auditor now={overview.now} />
        <Books now={overview.now} />
        <Limits />
        <div className="grid gap-3 lg:grid-cols-2">
          <Services overview={overview} />
          <div className="grid content-start gap-3">
            <Orders orders={overview.orders} />
            <Upkeep overview={overview} />
            <Sandbox sandbox={overview.sandbox} />
          </div>
        </div>
      </div>
    </div>
  )
}
