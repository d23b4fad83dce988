// One webhook: whether it works, and what its owner may do with it.
import type { OrganisationView, PublicType, WebhookView } from '@holdfast/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../../api/client.ts'
import { useFormat } from '../../format.ts'
import { Notice, useFailureText } from '../../parts/basics.tsx'
import { End } from '../house/parts.tsx'
import { Deliveries } from './deliveries.tsx'
import { Secret } from './new-hook.tsx'
import { hookPath, hooksQuery } from './queries.ts'

interface Parts {
  readonly house: OrganisationView
  readonly hook: WebhookView
}

export function Hook({ house, hook }: Parts) {
  const t = useTranslations('webhooks')
  const [open, setOpen] = useState(false)
  const { id, url, events } = hook
  const isAll = events.includes('*')
  return (
    <section aria-label={url} className="panel grid gap-4 p-5 sm:p-6">
      <div>
        <h2 className="text-title [overflow-wrap:anywhere]">{url}</h2>
        <p className="mt-1 text-small text-soft">
          {isAll ? t('allEvents') : events.map((type) => t(`types.${type as PublicType}`)).join(' · ')}
        </p>
      </div>
      <State hook={hook} />
      <Actions house={house} hook={hook} />
      <button
        type="button"
        className="link justify-self-start"
        aria-expanded={open}
        aria-label={`${t('deliveries')}: ${url}`}
        onClick={() => setOpen(!open)}
      >
        {t('deliveries')}
      </button>
      {open && <Deliveries house={house} hookId={id} />}
    </section>
  )
}

function State({ hook: { state, disabledBecause, failingSince, nextTryAt } }: Pick<Parts, 'hook'>) {
  const t = useTranslations('webhooks')
  const format = useFormat()
  if (state === 'disabled') return <Notice tone="bad" title={t(`disabled.${disabledBecause ?? 'owner'}`)} />
  if (failingSince === null)
    return (
      <p>
        <span className="chip chip-good">{t('active')}</span>
      </p>
    )
  return (
    <Notice tone="bad" title={t('failing', { since: format.moment(failingSince) })}>
      {nextTryAt && <p>{t('nextTry', { when: format.moment(nextTryAt) })}</p>}
    </Notice>
  )
}

function Actions({ house, hook }: Parts) {
  const t = useTranslations('webhooks')
  const client = useQueryClient()
  const failureText = useFailureText()
  const format = useFormat()
  const { id, url, state, oldSecretUntil } = hook
  const refresh = () => client.invalidateQueries({ queryKey: hooksQuery(house.id).queryKey })
  const turning = useMutation({
    mutationFn: (body: { state: WebhookView['state'] }) =>
      call(hookPath(house.id, `/${id}`), { method: 'PATCH', body }),
    onSettled: refresh,
  })
  const rotating = useMutation({
    mutationFn: () => call<{ secret: string }>(hookPath(house.id, `/${id}/secret`), { method: 'POST' }),
    onSettled: refresh,
  })
  const turn = t(state === 'active' ? 'turnOff' : 'turnOn')
  const error = turning.error ?? rotating.error
  return (
    <>
      {error && <Notice tone="bad" title={failureText(error)} />}
      {rotating.isSuccess && <Secret title={t('newSecretTitle')} secret={rotating.data.secret} />}
      {oldSecretUntil && (
        <p className="text-small">{t('oldSecret', { until: format.moment(oldSecretUntil) })}</p>
      )}
      <div className="flex flex-wrap gap-2">
        <button
          type="button"
          className="button button-quiet"
          aria-label={`${turn}: ${url}`}
          disabled={turning.isPending}
          onClick={() => turning.mutate({ state: state === 'active' ? 'disabled' : 'active' })}
        >
          {turn}
        </button>
        <button
          type="button"
          className="button button-quiet"
          aria-label={`${t('rotate')}: ${url}`}
          disabled={rotating.isPending}
          onClick={() => rotating.mutate()}
        >
          {t('rotate')}
        </button>
        <End
          house={house}
          path={`/webhooks/${id}`}
          button={t('remove')}
          name={url}
          question={t('removeTitle')}
          text={t('removeText', { url })}
          done={() => undefined}
        />
      </div>
    </>
  )
}
