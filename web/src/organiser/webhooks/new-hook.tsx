// A new webhook: its address, the events that it gets, and its secret, once.
import type { OrganisationView, PublicType, WebhookView } from '@holdfast/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../../api/client.ts'
import { Field, Notice, useFailureText } from '../../parts/basics.tsx'
import { Section } from '../house/parts.tsx'
import { hookPath, hooksQuery } from './queries.ts'

/** In the order in which an order lives. A type that is missing here does not compile. */
const order: Readonly<Record<PublicType, true>> = {
  OrderCompleted: true,
  OrderCancelled: true,
  TicketsIssued: true,
  TicketVoided: true,
  TicketCheckedIn: true,
  CheckInUndone: true,
  PlacesReturned: true,
  ChargeRefunded: true,
  RefundReturned: true,
  ShowPublished: true,
  ShowChanged: true,
  ShowCancelled: true,
  ShopRestored: true,
}
const types = Object.keys(order) as PublicType[]

export function Secret({ title, secret }: { readonly title: string; readonly secret: string }) {
  const t = useTranslations('webhooks')
  return (
    <Notice tone="good" title={title}>
      <p className="my-2 font-mono text-small break-all">{secret}</p>
      <p>{t('secretText')}</p>
    </Notice>
  )
}

export function AddHook({ house }: { readonly house: OrganisationView }) {
  const t = useTranslations('webhooks')
  const client = useQueryClient()
  const failureText = useFailureText()
  const [url, setUrl] = useState('')
  const [all, setAll] = useState(true)
  const [chosen, setChosen] = useState<readonly PublicType[]>([])
  const adding = useMutation({
    mutationFn: (body: { url: string; events: readonly string[] }) =>
      call<WebhookView & { secret: string }>(hookPath(house.id), { method: 'POST', body }),
    onSuccess: () => {
      setUrl('')
      return client.invalidateQueries({ queryKey: hooksQuery(house.id).queryKey })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    adding.mutate({ url: url.trim(), events: all ? ['*'] : chosen })
  }
  const toggle = (type: PublicType, on: boolean) =>
    setChosen(on ? [...chosen, type] : chosen.filter((each) => each !== type))
  return (
    <Section title={t('new')} text={t('newText')}>
      <form onSubmit={submit} className="grid gap-4">
        <Field
          label={t('url')}
          hint={t('urlHint')}
          input={{
            type: 'url',
            required: true,
            maxLength: 1_000,
            value: url,
            onChange: (event) => setUrl(event.target.value),
          }}
        />
        <fieldset>
          <legend className="mb-1 font-medium">{t('events')}</legend>
          <label className="flex min-h-9 items-center gap-2">
            <input
              type="checkbox"
              className="size-5 shrink-0"
              checked={all}
              onChange={(event) => setAll(event.target.checked)}
            />
            {t('allEvents')}
          </label>
          {!all &&
            types.map((type) => (
              <label key={type} className="flex min-h-9 items-center gap-2">
                <input
                  type="checkbox"
                  className="size-5 shrink-0"
                  checked={chosen.includes(type)}
                  onChange={(event) => toggle(type, event.target.checked)}
                />
                {t(`types.${type}`)}
              </label>
            ))}
        </fieldset>
        {adding.isError && <Notice tone="bad" title={failureText(adding.error)} />}
        {adding.isSuccess && <Secret title={t('secretTitle')} secret={adding.data.secret} />}
        <button
          type="submit"
          className="button button-main justify-self-start"
          disabled={adding.isPending || (!all && chosen.length === 0)}
        >
          {t('add')}
        </button>
      </form>
    </Section>
  )
}
