// Which tickets of an order are given back, and the request for it: for buyers and for organisers.
import type { OrderView, ReturnView } from '@holdfast/contract'
import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { useTranslations } from 'use-intl'
import { call, makeIdempotencyKey, mayPass } from '../../api/client.ts'
import { useFormat } from '../../format.ts'

export type OrderTicket = NonNullable<OrderView['tickets']>[number]

interface Wish {
  readonly ticketIds: readonly string[]
  readonly amountMinor?: number
  readonly restock?: boolean
}

export function useReturn(order: OrderView, onSuccess: () => void) {
  const key = useRef(makeIdempotencyKey())
  return useMutation({
    mutationFn: (wish: Wish) =>
      call<ReturnView>(`/api/orders/${order.id}/returns`, {
        method: 'POST',
        body: wish,
        idempotencyKey: key.current,
      }),
    onSuccess,
    // While the end of an attempt is not known, the next press is the same attempt.
    onSettled: (_made, error) => {
      if (!mayPass(error)) key.current = makeIdempotencyKey()
    },
  })
}

export interface ReturnChoiceProps {
  readonly legend: string
  readonly tickets: readonly OrderTicket[]
  /** All of the order's, by which they are counted. */
  readonly all: readonly OrderTicket[]
  /** What each of them gives back. */
  readonly worthOf: (ticket: OrderTicket) => number
  readonly currency: string
  readonly chosen: ReadonlySet<string>
  readonly choose: (chosen: ReadonlySet<string>) => void
}

export function ReturnChoice(props: ReturnChoiceProps) {
  const { legend, tickets, all, worthOf, currency, chosen, choose } = props
  const t = useTranslations('ticket')
  const format = useFormat()
  const toggle = (id: string) => choose(chosen.symmetricDifference(new Set([id])))
  const placeOf = ({ id, seat }: OrderTicket) => {
    const position = all.findIndex((each) => each.id === id) + 1
    if (!seat) return all.length > 1 ? ` · ${t('position', { position, count: all.length })}` : ''
    const row = seat.row === '' ? '' : `${t('row')} ${seat.row}, `
    return ` · ${seat.section === '' ? '' : `${seat.section}, `}${row}${t('seat')} ${seat.number}`
  }
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-2 font-medium">{legend}</legend>
      {tickets.map((ticket) => (
        <label key={ticket.id} className="flex min-h-11 items-center gap-3">
          <input
            type="checkbox"
            className="size-5 shrink-0"
            checked={chosen.has(ticket.id)}
            onChange={() => toggle(ticket.id)}
          />
          <span dir="auto" className="grow">
            {ticket.name}
            {placeOf(ticket)}
          </span>
          <span className="text-soft">{format.money({ amountMinor: worthOf(ticket), currency })}</span>
        </label>
      ))}
    </fieldset>
  )
}
