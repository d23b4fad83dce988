// Ticket types that are not sold yet, or not any more: when they open, counted down by the server's
// clock, and that they have ended.
import type { ShowView } from '@holdfast/contract'
import { saleStateOf } from '@holdfast/contract/sales-end'
import { useEffect, useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import { serverNowMs, useSecondsUntil } from '../api/clock.ts'
import { useFormat } from '../format.ts'

type TicketType = ShowView['ticketTypes'][number]

const longestTimerMs = 2 ** 31 - 1

/** The types that can be held now; renders again when one opens or ends. */
export function useOpenTypes(types: readonly TicketType[]): readonly TicketType[] {
  const [atMs, setAtMs] = useState(serverNowMs)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      const nowMs = serverNowMs()
      setAtMs(nowMs)
      const changesMs = types
        .flatMap(({ saleStartsAt, saleEndsAt }) => [saleStartsAt, saleEndsAt])
        .flatMap((instant) => (instant === undefined ? [] : [Date.parse(instant)]))
        .filter((changeMs) => changeMs > nowMs)
      if (changesMs.length === 0) return
      timer = setTimeout(look, Math.min(Math.min(...changesMs) - nowMs, longestTimerMs))
    }
    look()
    return () => clearTimeout(timer)
  }, [types])
  return useMemo(() => types.filter((type) => saleStateOf(type, atMs) === 'open'), [types, atMs])
}

/** A type that cannot be held now, with the reason in the place of its counter. */
export function ClosedRow({ type, show }: { readonly type: TicketType; readonly show: ShowView }) {
  const t = useTranslations('buy')
  const format = useFormat()
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-4">
      <div className="min-w-0">
        <h3 dir="auto" className="leading-snug">
          {type.name}
        </h3>
        <p className="font-semibold">
          {type.priceMinor === 0
            ? t('free')
            : format.money({ amountMinor: type.priceMinor, currency: show.currency })}
        </p>
      </div>
      {type.saleStartsAt !== undefined && saleStateOf(type, serverNowMs()) === 'waiting' ? (
        <Opening at={type.saleStartsAt} timeZone={show.timeZone} />
      ) : (
        <p className="text-small font-medium text-soft">{t('saleEnded')}</p>
      )}
    </li>
  )
}

const daySeconds = 24 * 60 * 60

function Opening({ at, timeZone }: { readonly at: string; readonly timeZone: string }) {
  const t = useTranslations('buy')
  const format = useFormat()
  const seconds = useSecondsUntil(at)
  return (
    <div className="text-small">
      <p>{t('opensAt', { moment: format.moment(at, timeZone) })}</p>
      <p
        role="timer"
        aria-label={t('opensIn')}
        className="text-lead font-bold whitespace-nowrap tabular-nums"
      >
        {seconds >= daySeconds && `${t('days', { count: Math.floor(seconds / daySeconds) })} `}
        {format.countdown(seconds >= daySeconds ? seconds % daySeconds : seconds)}
      </p>
    </div>
  )
}
