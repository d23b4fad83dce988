// Giving tickets back by their buyer: which, what comes back, and a question before it is done.
import type { OrderView } from '@holdfast/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { serverNowMs } from '../../api/clock.ts'
import { orderQuery } from '../../api/queries.ts'
import { useFormat } from '../../format.ts'
import { Confirm, Notice, useFailureText } from '../basics.tsx'
import { type OrderTicket, ReturnChoice, useReturn } from './return-choice.tsx'

const offerOf = ({ returnOffer }: OrderTicket) => returnOffer?.amountMinor ?? 0

export function ReturnTickets({ order }: { readonly order: OrderView }) {
  const t = useTranslations('returns')
  const format = useFormat()
  const failureText = useFailureText()
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const [asking, setAsking] = useState(false)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const returning = useReturn(order, () => {
    setChosen(new Set())
    setOpen(false)
    void client.invalidateQueries({ queryKey: orderQuery(order.id).queryKey })
  })
  const { returnableUntil, tickets = [] } = order
  const offered = tickets.filter(({ status, returnOffer }) => status === 'valid' && returnOffer !== undefined)
  const isOver = returnableUntil === undefined || serverNowMs() >= Date.parse(returnableUntil)
  const mayReturn = !isOver && offered.length > 0
  if (!mayReturn && returning.isIdle) return null
  const { currency } = order.total
  const sum = offered.filter(({ id }) => chosen.has(id)).reduce((all, ticket) => all + offerOf(ticket), 0)
  const money = (amountMinor: number) => format.money({ amountMinor, currency })
  return (
    <section aria-labelledby="return" className="panel mt-6 grid gap-4 p-4 sm:p-6 print:hidden">
      <div>
        <h2 id="return" className="text-title">
          {t('title')}
        </h2>
        {returnableUntil && mayReturn && (
          <p className="text-small text-soft">{t('until', { when: format.moment(returnableUntil) })}</p>
        )}
      </div>
      {returning.isError && <Notice tone="bad" title={failureText(returning.error)} />}
      {returning.isSuccess && (
        <Notice
          tone={returning.data.status === 'money_owed' ? 'warm' : 'good'}
          title={t(`ended.${returning.data.status}`, {
            count: returning.data.ticketIds.length,
            free: returning.data.refund.amountMinor === 0 ? 'yes' : 'no',
            amount: format.money(returning.data.refund),
          })}
        />
      )}
      {mayReturn && !open && (
        <button type="button" className="button justify-self-start" onClick={() => setOpen(true)}>
          {t('open')}
        </button>
      )}
      {mayReturn && open && (
        <>
          <ReturnChoice
            legend={t('choose')}
            tickets={offered}
            all={tickets}
            worthOf={offerOf}
            currency={currency}
            chosen={chosen}
            choose={setChosen}
          />
          <p role="status" className="font-semibold">
            {chosen.size === 0 ? t('none') : t('sum', { amount: money(sum) })}
          </p>
          <div className="flex flex-wrap gap-3">
            <button
              type="button"
              className="button button-main"
              disabled={chosen.size === 0 || returning.isPending}
              onClick={() => setAsking(true)}
            >
              {t('next')}
            </button>
            <button type="button" className="button" onClick={() => setOpen(false)}>
              {t('keep')}
            </button>
          </div>
        </>
      )}
      <Confirm
        open={asking}
        title={t('ask', { count: chosen.size })}
        confirmLabel={t('confirm')}
        busy={returning.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => returning.mutate({ ticketIds: [...chosen] }, { onSettled: () => setAsking(false) })}
      >
        <p>{sum > 0 ? t('text', { amount: money(sum) }) : t('textFree')}</p>
      </Confirm>
    </section>
  )
}
