// One general-admission type: price, what is left right now, and how many the buyer wants.
import type { Availability, ShowView } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Skeleton } from '../parts/basics.tsx'

export interface QuantityRowProps {
  readonly type: ShowView['ticketTypes'][number]
  readonly currency: string
  readonly stock: Availability['ticketTypes'][number] | undefined
  readonly quantity: number
  /** How many more this order may have. */
  readonly mayAdd: number
  readonly change: (quantity: number) => void
}

/** From here down the exact number matters to a buyer. */
const fewLeft = 20

export function QuantityRow({ type, currency, stock, quantity, mayAdd, change }: QuantityRowProps) {
  const t = useTranslations('buy')
  const format = useFormat()
  const full = stock !== undefined && quantity >= stock.available
  const soldOut = stock?.available === 0
  return (
    <li className="flex items-center justify-between gap-4 py-4">
      <div className="min-w-0">
        <h3 dir="auto" className="leading-snug">
          {type.name}
        </h3>
        <p className="font-semibold">
          {type.priceMinor === 0 ? t('free') : format.money({ amountMinor: type.priceMinor, currency })}
        </p>
        <Left stock={stock} />
      </div>
      <div role="group" aria-label={type.name} className="flex shrink-0 items-center gap-1">
        <button
          type="button"
          className="button size-11 p-0 text-title"
          aria-label={t('less', { name: type.name })}
          disabled={quantity === 0}
          onClick={() => change(quantity - 1)}
        >
          −
        </button>
        <output
          className={`w-9 text-center text-lead font-semibold ${soldOut && quantity === 0 ? 'text-soft' : ''}`}
        >
          {format.number(quantity)}
        </output>
        <button
          type="button"
          className="button size-11 p-0 text-title"
          aria-label={t('more', { name: type.name })}
          disabled={mayAdd === 0 || full || stock === undefined}
          onClick={() => change(quantity + 1)}
        >
          +
        </button>
      </div>
    </li>
  )
}

function Left({ stock }: { readonly stock: QuantityRowProps['stock'] }) {
  const t = useTranslations('buy')
  if (!stock) return <Skeleton className="my-0.5 h-5 w-24" />
  if (stock.available > fewLeft)
    return <p className="text-small text-soft">{t('left', { count: stock.available })}</p>
  if (stock.available > 0)
    return <p className="text-small font-medium text-warm">{t('fewLeft', { count: stock.available })}</p>
  if (stock.held > 0)
    return <p className="text-small font-medium text-warm">{t('allHeld', { count: stock.held })}</p>
  return <p className="text-small font-medium text-danger">{t('soldOut')}</p>
}
