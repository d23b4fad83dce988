// Taking tickets of an order back: which, how much goes back, and whether the places are sold again.
import type { OrderView } from '@holdfast/contract'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { amountText, parseAmount } from '../../amounts.ts'
import { useFormat } from '../../format.ts'
import { Confirm, Field, Notice, useFailureText } from '../../parts/basics.tsx'
import { type OrderTicket, ReturnChoice, useReturn } from '../../parts/returns/return-choice.tsx'
import { useReload } from './money-back.tsx'

const leftOf = ({ left }: OrderTicket) => left?.amountMinor ?? 0

export function TakeBack({ order }: { readonly order: OrderView }) {
  const t = useTranslations('organiserOrder')
  const format = useFormat()
  const failureText = useFailureText()
  const reload = useReload(order)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [restock, setRestock] = useState(true)
  /** Null: all that is left of the chosen tickets. */
  const [amount, setAmount] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)
  const returning = useReturn(order, () => {
    setChosen(new Set())
    setAmount(null)
    reload()
  })
  const { currency } = order.total
  const tickets = (order.tickets ?? []).filter(({ status, left }) => status === 'valid' && left !== undefined)
  const mayReturn = order.status === 'complete' && tickets.length > 0
  if (!mayReturn && returning.isIdle) return null
  const most = tickets.filter(({ id }) => chosen.has(id)).reduce((all, ticket) => all + leftOf(ticket), 0)
  const amountMinor = amount === null ? most : parseAmount(amount, currency)
  const valid = amountMinor !== null && amountMinor >= 0 && amountMinor <= most
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (valid && chosen.size > 0) setAsking(true)
  }
  return (
    <section aria-labelledby="take-back" className="panel grid gap-4 p-5 sm:p-6">
      <h2 id="take-back" className="text-title">
        {t('returnTitle')}
      </h2>
      {returning.isError && <Notice tone="bad" title={failureText(returning.error)} />}
      {returning.isSuccess && (
        <Notice
          tone={returning.data.status === 'money_owed' ? 'warm' : 'good'}
          title={t(`returned.${returning.data.status}`, { amount: format.money(returning.data.refund) })}
        />
      )}
      {mayReturn && (
        <form className="grid gap-4" noValidate onSubmit={submit}>
          <ReturnChoice
            legend={t('returnChoose')}
            tickets={tickets}
            all={order.tickets ?? []}
            worthOf={leftOf}
            currency={currency}
            chosen={chosen}
            choose={(next) => {
              setChosen(next)
              setAmount(null)
            }}
          />
          <Field
            label={t('returnAmount', { currency })}
            hint={t('returnAmountHint', { left: format.money({ amountMinor: most, currency }) })}
            error={valid ? undefined : t('returnAmountWrong')}
            input={{
              inputMode: 'decimal',
              value: amount ?? amountText(most, currency),
              onChange: (event) => setAmount(event.target.value),
            }}
          />
          <label className="flex min-h-11 items-center gap-3">
            <input
              type="checkbox"
              className="size-5 shrink-0"
              checked={restock}
              onChange={(event) => setRestock(event.target.checked)}
            />
            {t('restock')}
          </label>
          <button
            type="submit"
            className="button button-danger"
            disabled={chosen.size === 0 || returning.isPending}
          >
            {t('returnButton')}
          </button>
        </form>
      )}
      <Confirm
        open={asking}
        title={t('returnAsk', { count: chosen.size })}
        confirmLabel={t('returnConfirm')}
        busy={returning.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          returning.mutate(
            { ticketIds: [...chosen], amountMinor: amountMinor ?? 0, restock },
            { onSettled: () => setAsking(false) },
          )
        }
      >
        <p>
          {t(order.tender ? 'returnTextElsewhere' : 'returnText', {
            amount: format.money({ amountMinor: amountMinor ?? 0, currency }),
          })}
        </p>
      </Confirm>
    </section>
  )
}
