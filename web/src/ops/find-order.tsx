// One order, found by the number that a buyer reads out or by its id.
import type { OpsOrder } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { StatusChip } from '../parts/status-chip.tsx'
import { ActionFailure, Section } from './parts.tsx'
import { findOrdersQuery } from './queries.ts'

export function FindOrder() {
  const t = useTranslations('ops.find')
  const id = useId()
  const [typed, setTyped] = useState('')
  const [asked, setAsked] = useState('')
  const found = useQuery(findOrdersQuery(asked))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setAsked(typed.trim())
  }
  return (
    <Section title={t('title')}>
      <form role="search" onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <label htmlFor={id} className="block min-w-0 grow text-small sm:max-w-96">
          {t('label')}
          <input
            id={id}
            className="input mt-1 font-mono"
            maxLength={100}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={found.isFetching}>
          {t('button')}
        </button>
      </form>
      <ActionFailure error={found.error} />
      <div aria-live="polite">
        {found.data?.items.length === 0 && <p className="mt-4 text-soft">{t('none')}</p>}
        <ul className="mt-2 divide-y divide-line">
          {found.data?.items.map((order) => (
            <Found key={order.id} order={order} />
          ))}
        </ul>
      </div>
    </Section>
  )
}

function Found({ order }: { readonly order: OpsOrder }) {
  const t = useTranslations('ops.find')
  const format = useFormat()
  return (
    <li className="py-3 last:pb-0">
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <span className="font-mono font-semibold">{order.code}</span>
        <StatusChip status={order.status} />
        <bdi dir="auto" className="[overflow-wrap:anywhere]">
          {order.showTitle}
        </bdi>
        <span>{format.money(order.total)}</span>
        {order.refunded.amountMinor > 0 && (
          <span className="text-soft">{t('refunded', { amount: format.money(order.refunded) })}</span>
        )}
      </p>
      <p className="mt-1 text-small text-soft">
        {t('times', { created: format.moment(order.createdAt), until: format.moment(order.expiresAt) })}
      </p>
      <p className="mt-1 text-small text-soft [overflow-wrap:anywhere]">
        {t('id')} <span className="font-mono">{order.id}</span>
        {order.paymentId !== null && (
          <>
            {' '}
            · {t('payment')} <span className="font-mono">{order.paymentId}</span>
          </>
        )}
      </p>
    </li>
  )
}
