// Keeping the places of an unpaid order until a date, or until another one.
import type { OrderView, ShowView } from '@holdfast/contract'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../../api/client.ts'
import { useFormat } from '../../format.ts'
import { Confirm, Field, Notice, useFailureText } from '../../parts/basics.tsx'
import { inAWeek } from '../box-office/in-a-week.ts'
import { readWallClock, wallClockIn } from '../form/wall-clock.ts'
import { useReload } from './money-back.tsx'

export function Reserve({ order, show }: { readonly order: OrderView; readonly show: ShowView }) {
  const t = useTranslations('reserve')
  const format = useFormat()
  const failureText = useFailureText()
  const reload = useReload(order)
  const isReserved = order.kind === 'reservation'
  const [typed, setTyped] = useState<string | null>(null)
  const reserving = useMutation({
    mutationFn: (until: string) =>
      call<OrderView>(`/api/orders/${order.id}/reserve`, { method: 'POST', body: { until } }),
    onSuccess: () => {
      setTyped(null)
      reload()
    },
  })
  if (order.status !== 'created' || order.due.amountMinor === 0) return null
  const until = readWallClock(typed ?? '', show.timeZone)?.instant
  const begin = () => {
    reserving.reset()
    setTyped(wallClockIn(isReserved ? order.expiresAt : inAWeek(show), show.timeZone))
  }
  return (
    <section aria-labelledby="reserve" className="panel p-5 sm:p-6">
      <h2 id="reserve" className="text-title">
        {t('title')}
      </h2>
      <p className="mt-3 mb-4 text-soft">
        {isReserved ? t('until', { moment: format.moment(order.expiresAt, show.timeZone) }) : t('text')}
      </p>
      <button type="button" className="button" onClick={begin}>
        {t(isReserved ? 'otherDate' : 'button')}
      </button>
      <Confirm
        open={typed !== null}
        title={t('ask')}
        confirmLabel={t('confirm')}
        tone="main"
        busy={reserving.isPending || until === undefined}
        onClose={() => setTyped(null)}
        onConfirm={() => until !== undefined && reserving.mutate(until)}
      >
        {reserving.isError && <Notice tone="bad" title={failureText(reserving.error)} />}
        <Field
          label={t('field')}
          hint={t(order.buyerEmail === null ? 'hintNoMail' : 'hint')}
          className="mt-3"
          input={{
            type: 'datetime-local',
            value: typed ?? '',
            max: wallClockIn(show.endsAt ?? show.startsAt, show.timeZone),
            onChange: (event) => setTyped(event.target.value),
          }}
        />
      </Confirm>
    </section>
  )
}
