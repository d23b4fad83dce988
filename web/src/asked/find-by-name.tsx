// Somebody without a code at the door: their ticket is found by the name on it.
import type { CurrentDevice, FoundTicket, ShowView } from '@holdfast/contract'
import { isVisible } from '@holdfast/contract/text'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import type { PageOf } from '../api/queries.ts'
import { Notice, useFailureText } from '../parts/basics.tsx'
import { isolated, seatValues } from '../parts/user-text.tsx'

type Device = CurrentDevice['device']
const nightMs = 12 * 3_600_000
const showsMost = 20

/** The shows of a device, or those of the account that are on about now or still to come. */
const doorShowsQuery = (device: Device) => ({
  queryKey: ['door-shows', device?.id ?? ''],
  queryFn: async ({ signal }: { readonly signal: AbortSignal }): Promise<readonly ShowView[]> => {
    if (device)
      return Promise.all(
        device.showIds
          .slice(0, showsMost)
          .map((id) => call<ShowView>(`/api/shows/${encodeURIComponent(id)}`, { signal })),
      )
    const query = new URLSearchParams({
      mine: 'true',
      limit: String(showsMost),
      from: new Date(Date.now() - nightMs).toISOString(),
    })
    const { items } = await call<PageOf<ShowView>>(`/api/shows?${query}`, { signal })
    return items.filter(({ status }) => status === 'on_sale' || status === 'closed')
  },
})

export function FindByName(props: {
  readonly device: Device
  readonly check: (name: string, ticketId: string) => void
}) {
  const t = useTranslations('door')
  const [open, setOpen] = useState(false)
  return (
    <details
      className="mt-5 rounded-md border border-line px-4"
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary className="min-h-11 cursor-pointer py-2.5 font-medium">{t('byName')}</summary>
      {open && <Search {...props} />}
    </details>
  )
}

function Search({ device, check }: Parameters<typeof FindByName>[0]) {
  const t = useTranslations('door')
  const failureText = useFailureText()
  const { data: shows = [] } = useQuery(doorShowsQuery(device))
  const [chosen, setChosen] = useState('')
  const [name, setName] = useState('')
  const showId = chosen || shows[0]?.id
  const searching = useMutation({
    mutationFn: (q: string) =>
      call<{ items: readonly FoundTicket[] }>(
        `/api/shows/${encodeURIComponent(showId ?? '')}/tickets?${new URLSearchParams({ q })}`,
      ),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (showId && isVisible(name)) searching.mutate(name.trim())
  }
  const admit = ({ ticketId, holderName = '' }: FoundTicket) => {
    check(holderName, ticketId)
    searching.reset()
    setName('')
  }
  return (
    <form className="grid gap-3 pb-4" onSubmit={submit}>
      {shows.length > 1 && (
        <label className="block">
          <span className="mb-1 block font-medium">{t('atShow')}</span>
          <select className="input" value={showId} onChange={({ target }) => setChosen(target.value)}>
            {shows.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="flex items-end gap-2">
        <label className="min-w-0 grow">
          <span className="mb-1 block font-medium">{t('name')}</span>
          <input
            dir="auto"
            className="input"
            type="search"
            maxLength={100}
            autoComplete="off"
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <button type="submit" className="button" disabled={!isVisible(name) || !showId}>
          {t('search')}
        </button>
      </div>
      {searching.isError && <Notice tone="bad" title={failureText(searching.error)} />}
      {searching.isSuccess && <Found tickets={searching.data.items} admit={admit} />}
    </form>
  )
}

function Found(props: {
  readonly tickets: readonly FoundTicket[]
  readonly admit: (ticket: FoundTicket) => void
}) {
  const t = useTranslations('door')
  if (props.tickets.length === 0) return <p role="status">{t('nobody')}</p>
  return (
    <ul className="divide-y divide-line">
      {props.tickets.map((ticket) => (
        <li key={ticket.ticketId} className="flex items-center justify-between gap-4 py-2">
          <span className="min-w-0 [overflow-wrap:anywhere]">
            <span dir="auto" className="block font-semibold">
              {ticket.holderName}
            </span>
            <span dir="auto" className="block text-small text-soft">
              {ticket.name}
              {ticket.seat && ` · ${t('seat', seatValues(ticket.seat))}`} · {ticket.orderCode}
            </span>
          </span>
          {ticket.status === 'valid' ? (
            <button type="button" className="button button-main shrink-0" onClick={() => props.admit(ticket)}>
              {t('admit', { name: isolated(ticket.holderName ?? '') })}
            </button>
          ) : (
            <span className="chip chip-bad">{t(ticket.status === 'used' ? 'usedTitle' : 'refused')}</span>
          )}
        </li>
      ))}
    </ul>
  )
}
