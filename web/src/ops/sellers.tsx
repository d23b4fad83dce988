// Who may sell: accounts that wait for an approval, and the way to approve, block, and end the
// sales of one show. Each act that stops something asks for a reason, which goes to the log.
import type { OpsSellerRow } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Failure, Notice, Skeleton } from '../parts/basics.tsx'
import { ActionFailure, AllWell, Section } from './parts.tsx'
import { sellersQuery, useApprove, useBlock, useCloseShow } from './queries.ts'

export function Sellers() {
  const t = useTranslations('ops.sellers')
  const [asked, setAsked] = useState('')
  const sellers = useQuery(sellersQuery(asked))
  const approve = useApprove()
  const block = useBlock()
  const busy = approve.isPending || block.isPending
  const items = sellers.data?.items ?? []
  return (
    <Section title={t('title')} text={sellers.data && t(`policy.${sellers.data.policy}`)}>
      <Find label={t('find')} button={t('findButton')} onFind={setAsked} />
      {sellers.isPending && <Skeleton className="mt-4 h-6 w-72" />}
      {sellers.isError && !sellers.data && (
        <Failure error={sellers.error} retry={() => void sellers.refetch()} />
      )}
      {sellers.data && items.length === 0 && (
        <div className="mt-4">
          <AllWell>{t(asked === '' ? 'none' : 'noneFound')}</AllWell>
        </div>
      )}
      <ul className="mt-2 divide-y divide-line">
        {items.map((seller) => (
          <Seller
            key={seller.id}
            seller={seller}
            busy={busy}
            approve={() => approve.mutate(seller.id)}
            block={(reason) => block.mutate({ id: seller.id, reason })}
          />
        ))}
      </ul>
      <ActionFailure error={approve.error ?? block.error} />
      <CloseShow />
    </Section>
  )
}

function Find(props: {
  readonly label: string
  readonly button: string
  readonly onFind: (text: string) => void
}) {
  const id = useId()
  const [typed, setTyped] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    props.onFind(typed.trim())
  }
  return (
    <form role="search" onSubmit={submit} className="flex flex-wrap items-end gap-3">
      <label htmlFor={id} className="block min-w-0 grow text-small sm:max-w-96">
        {props.label}
        <input
          id={id}
          className="input mt-1"
          maxLength={254}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      <button type="submit" className="button">
        {props.button}
      </button>
    </form>
  )
}

interface SellerProps {
  readonly seller: OpsSellerRow
  readonly busy: boolean
  readonly approve: () => void
  readonly block: (reason: string) => void
}

const chips = { new: 'chip', waiting: 'chip chip-warm', approved: 'chip chip-good', blocked: 'chip chip-bad' }

function Seller({ seller, busy, approve, block }: SellerProps) {
  const t = useTranslations('ops.sellers')
  const format = useFormat()
  const [asking, setAsking] = useState(false)
  const { state, askedAt, reason, drafts, onSale } = seller
  const name = seller.email ?? seller.id
  return (
    <li className="py-4 last:pb-0">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 grow basis-80">
          <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
            <span className="font-semibold [overflow-wrap:anywhere]">{name}</span>
            <span className={chips[state]}>{t(`state.${state}`)}</span>
          </p>
          <p className="mt-1 text-small text-soft [overflow-wrap:anywhere]">
            {t('shows', { drafts, onSale })}
            {askedAt !== null && state === 'waiting' && (
              <> · {t('asked', { time: format.moment(askedAt) })}</>
            )}
            {reason !== null && <> · {t('reasonWas', { reason })}</>}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          {state !== 'approved' && (
            <button
              type="button"
              className="button"
              disabled={busy}
              aria-label={t(state === 'blocked' ? 'liftOf' : 'approveOf', { name })}
              onClick={approve}
            >
              {t(state === 'blocked' ? 'lift' : 'approve')}
            </button>
          )}
          {state !== 'blocked' && (
            <button
              type="button"
              className="button button-danger"
              disabled={busy}
              aria-label={t('blockOf', { name })}
              aria-expanded={asking}
              onClick={() => setAsking(!asking)}
            >
              {t('block')}
            </button>
          )}
        </div>
      </div>
      {asking && state !== 'blocked' && (
        <WithReason
          text={t('blockText')}
          button={t('block')}
          busy={busy}
          onReason={(why) => {
            setAsking(false)
            block(why)
          }}
        />
      )}
    </li>
  )
}

function WithReason(props: {
  readonly text: string
  readonly button: string
  readonly busy: boolean
  readonly onReason: (reason: string) => void
}) {
  const t = useTranslations('ops.sellers')
  const id = useId()
  const [reason, setReason] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim() !== '') props.onReason(reason.trim())
  }
  return (
    <form onSubmit={submit} className="mt-3 rounded-md border border-line bg-sunken p-4">
      <p className="text-small">{props.text}</p>
      <div className="mt-3 flex flex-wrap items-end gap-3">
        <label htmlFor={id} className="block min-w-0 grow text-small">
          {t('reason')}
          <input
            id={id}
            className="input mt-1"
            required
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
        <button type="submit" className="button button-danger" disabled={props.busy}>
          {props.button}
        </button>
      </div>
    </form>
  )
}

/** Takes the address of a show's page, too: that is what a complaint names. */
const showIdIn = (text: string) => /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/i.exec(text)?.[0]

function CloseShow() {
  const t = useTranslations('ops.sellers')
  const id = useId()
  const [typed, setTyped] = useState('')
  const close = useCloseShow()
  const showId = showIdIn(typed)
  return (
    <div className="mt-6 border-t border-line pt-4">
      <label htmlFor={id} className="block text-small sm:max-w-xl">
        {t('closeShow')}
        <input
          id={id}
          className="input mt-1"
          maxLength={300}
          autoComplete="off"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
            close.reset()
          }}
        />
      </label>
      {showId !== undefined && !close.isSuccess && (
        <WithReason
          text={t('closeText')}
          button={t('close')}
          busy={close.isPending}
          onReason={(reason) => close.mutate({ id: showId.toLowerCase(), reason })}
        />
      )}
      <ActionFailure error={close.error} />
      {close.isSuccess && (
        <div className="mt-3">
          <Notice tone="good" title={t('closed', { title: close.data.title })} />
        </div>
      )}
    </div>
  )
}
