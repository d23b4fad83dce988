// What an order holds, line by line, with its seats, its total and the tax in it.
import type { OrderView, ShowView } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { isolated, seatValues } from './user-text.tsx'

export function OrderSummary({
  order,
  show,
}: {
  readonly order: OrderView
  readonly show: ShowView | undefined
}) {
  const t = useTranslations('summary')
  const format = useFormat()
  const { currency } = order.total
  return (
    <div>
      <ul className="grid gap-3">
        {order.lines.map((line, index) => (
          <li key={index} className="flex items-start justify-between gap-4">
            <div className="min-w-0">
              <p className="[overflow-wrap:anywhere]">
                {t('line', { quantity: line.quantity, name: isolated(line.name) })}
              </p>
              {line.seatIds && <Seats seatIds={line.seatIds} show={show} typeId={line.ticketTypeId} />}
            </div>
            <p className="whitespace-nowrap">
              {format.money({ amountMinor: line.unitPrice.amountMinor * line.quantity, currency })}
            </p>
          </li>
        ))}
      </ul>
      {(order.price.discounts ?? []).map(({ ticketTypeId, amount }) => (
        <p key={ticketTypeId} className="mt-3 flex justify-between gap-4">
          <span className="min-w-0 [overflow-wrap:anywhere]">
            {t('discount', {
              code: isolated(order.discountCode ?? ''),
              name: isolated(order.lines.find((line) => line.ticketTypeId === ticketTypeId)?.name ?? ''),
            })}
          </span>
          <span className="whitespace-nowrap">
            {format.money({ currency, amountMinor: -amount.amountMinor })}
          </span>
        </p>
      ))}
      {order.price.fees.amountMinor > 0 && (
        <p className="mt-3 flex justify-between gap-4">
          <span>{t('fees')}</span>
          <span className="whitespace-nowrap">{format.money(order.price.fees)}</span>
        </p>
      )}
      <p className="mt-4 flex items-baseline justify-between gap-4 border-t border-line pt-3 font-bold">
        <span>{t('total')}</span>
        <span className="text-title">{format.money(order.total)}</span>
      </p>
      {order.price.taxes
        .filter(({ tax }) => tax.amountMinor > 0)
        .map(({ rateBps, tax }) => (
          <p key={rateBps} className="text-right text-small text-soft">
            {t('tax', { rate: format.percent(rateBps / 10_000), tax: format.money(tax) })}
          </p>
        ))}
      {order.refunded && (
        <p className="flex items-baseline justify-between gap-4 text-soft">
          <span>{t('refunded')}</span>
          <span>{format.money(order.refunded)}</span>
        </p>
      )}
    </div>
  )
}

function Seats({
  seatIds,
  show,
  typeId,
}: {
  readonly seatIds: readonly string[]
  readonly show: ShowView | undefined
  readonly typeId: string
}) {
  const t = useTranslations('summary')
  const seats =
    show?.ticketTypes
      .find((type) => type.id === typeId)
      ?.seats?.filter((seat) => seatIds.includes(seat.id)) ?? []
  if (seats.length === 0) return null
  return <p className="text-small text-soft">{seats.map((seat) => t('seat', seatValues(seat))).join('; ')}</p>
}
