// What was sent to a webhook, what it answered, and each of it once more.
import type { DeliveryView, OrganisationView, PublicType } from '@holdfast/contract'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'use-intl'
import { call } from '../../api/client.ts'
import { useFormat } from '../../format.ts'
import { Failure, Loading, Notice, Skeleton, useFailureText } from '../../parts/basics.tsx'
import { housePath } from '../house/queries.ts'
import { deliveriesQuery } from './queries.ts'

const chips: Readonly<Record<DeliveryView['state'], string>> = {
  waiting: 'chip chip-warm',
  sending: 'chip',
  delivered: 'chip chip-good',
  given_up: 'chip chip-bad',
}

interface Parts {
  readonly house: OrganisationView
  readonly hookId: string
}

export function Deliveries({ house, hookId }: Parts) {
  const t = useTranslations('webhooks')
  const query = useInfiniteQuery(deliveriesQuery(house.id, hookId))
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = query
  const items = data?.pages.flatMap((page) => page.items)
  if (error && !items) return <Failure error={error} retry={() => void refetch()} />
  if (!items)
    return (
      <Loading>
        <Skeleton className="h-24 rounded-lg" />
      </Loading>
    )
  if (items.length === 0) return <p className="text-soft">{t('nothingSent')}</p>
  return (
    <>
      <ul className="divide-y divide-line">
        {items.map((delivery) => (
          <Delivery key={delivery.id} house={house} hookId={hookId} delivery={delivery} />
        ))}
      </ul>
      {hasNextPage && (
        <button
          type="button"
          className="button button-quiet justify-self-start"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t('older')}
        </button>
      )}
    </>
  )
}

function Delivery({ house, hookId, delivery }: Parts & { readonly delivery: DeliveryView }) {
  const t = useTranslations('webhooks')
  const client = useQueryClient()
  const failureText = useFailureText()
  const format = useFormat()
  const { id, state, attempts, answer, event } = delivery
  const replaying = useMutation({
    mutationFn: () => call(housePath(house.id, `/deliveries/${id}/replay`), { method: 'POST' }),
    onSettled: () => client.invalidateQueries({ queryKey: deliveriesQuery(house.id, hookId).queryKey }),
  })
  const when = format.momentWithSeconds(event.timestamp)
  const again = t(state === 'waiting' ? 'sendNow' : 'replay')
  return (
    <li className="grid gap-2 py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <div className="min-w-0 grow">
          <p>{t(`types.${event.type as PublicType}`)}</p>
          <p className="text-small text-soft">
            {when} · {t('attempts', { count: attempts })}
          </p>
        </div>
        <span className={chips[state]}>{t(`states.${state}`)}</span>
        {state !== 'sending' && (
          <button
            type="button"
            className="button button-quiet"
            aria-label={`${again}: ${event.id}`}
            disabled={replaying.isPending}
            onClick={() => replaying.mutate()}
          >
            {again}
          </button>
        )}
      </div>
      {replaying.isError && <Notice tone="bad" title={failureText(replaying.error)} />}
      <details>
        <summary className="cursor-pointer text-small">
          <AnswerText delivery={delivery} />
        </summary>
        {answer && <pre className="mt-2 text-small break-all whitespace-pre-wrap">{answer}</pre>}
        <p className="mt-2 text-small font-medium">{t('sent')}</p>
        <pre className="text-small break-all whitespace-pre-wrap">{JSON.stringify(event, null, 2)}</pre>
      </details>
    </li>
  )
}

function AnswerText({ delivery: { status, answeredAt } }: { readonly delivery: DeliveryView }) {
  const t = useTranslations('webhooks')
  const format = useFormat()
  if (answeredAt === null) return t('noAnswer')
  const when = format.momentWithSeconds(answeredAt)
  return status === null ? t('silence', { when }) : t('answer', { status, when })
}
