// Money that staff were given for what a buyer holds: recorded, it completes the order.
import type { ElsewhereTender, OrderView, PaymentView } from '@holdfast/contract'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call, makeIdempotencyKey, mayPass } from '../../api/client.ts'
import { useFormat } from '../../format.ts'
import { Notice, useFailureText } from '../../parts/basics.tsx'
import { useReload } from './money-back.tsx'

const tenders: readonly ElsewhereTender[] = ['cash', 'terminal', 'transfer', 'on_account']

export function TakePayment({ order }: { readonly order: OrderView }) {
  const t = useTranslations('organiserOrder')
  const names = useTranslations('tender')
  const format = useFormat()
  const failureText = useFailureText()
  const reload = useReload(order)
  const [tender, setTender] = useState<ElsewhereTender>('cash')
  const key = useRef(makeIdempotencyKey())
  const taking = useMutation({
    mutationFn: (by: ElsewhereTender) =>
      call<PaymentView>(`/api/orders/${order.id}/payments/elsewhere`, {
        method: 'POST',
        body: { tender: by },
        idempotencyKey: key.current,
      }),
    onSuccess: reload,
    onSettled: (_payment, error) => {
      if (!mayPass(error)) key.current = makeIdempotencyKey()
    },
  })
  if (order.status !== 'created' || order.due.amountMinor === 0) return null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    taking.mutate(tender)
  }
  return (
    <section aria-labelledby="take" className="panel p-5 sm:p-6">
      <h2 id="take" className="text-title">
        {t('takeTitle')}
      </h2>
      <form className="mt-3 grid gap-4" onSubmit={submit}>
        <p className="text-soft">{t('takeText', { total: format.money(order.due) })}</p>
        {taking.isError && <Notice tone="bad" title={failureText(taking.error)} />}
        <label className="block font-medium">
          {t('takeTender')}
          <select
            className="input mt-1"
            value={tender}
            onChange={(event) => setTender(event.target.value as ElsewhereTender)}
          >
            {tenders.map((each) => (
              <option key={each} value={each}>
                {names(each)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button" disabled={taking.isPending}>
          {t('takeButton')}
        </button>
      </form>
    </section>
  )
}
