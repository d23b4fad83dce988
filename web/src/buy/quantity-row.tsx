// One general-admission type: price, what is left right now, and how many the buyer wants.
import type { Availability, ShowView } from '@holdfast/contract'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { Skeleton } from '../parts/basics.tsx'
import { isolated } from '../parts/user-text.tsx'
import { ChosenPriceField, chosenPriceText, KindNotes } from './kinds.tsx'

export interface QuantityRowProps {
  readonly type: ShowView['ticketTypes'][number]
  readonly currency: string
  readonly stock: Availability['ticketTypes'][number] | undefined
  readonly quantity: number
  /** How many more people this order may let in. */
  readonly mayAdd: number
  readonly change: (quantity: number) => void
  /** All types of the show: what this one needs is told by name. */
  readonly types?: readonly ShowView['ticketTypes'][number][]
  /** Of a price that the buyer chooses. */
  readonly choose?: (minor: number | null) => void
}

/** What is said to be left of a type that takes from no pool. */
const neverSoldOut = 1_000_000

/** From here down the exact number matters to a buyer. */
const fewLeft = 20

export function QuantityRow(props: QuantityRowProps) {
  const { type, currency, stock, quantity, mayAdd, change, types = [], choose } = props
  const t = useTranslations('buy')
  const format = useFormat()
  const { minPerOrder: least = 1, maxPerOrder: most = Number.POSITIVE_INFINITY } = type
  // The first press takes as many as an order must have, and the last one gives them all back.
  const more = quantity === 0 ? least : quantity + 1
  const full = stock !== undefined && more > Math.min(stock.available, most)
  const soldOut = stock?.available === 0
  return (
    <li className="py-4">
      <div className="flex items-center justify-between gap-4">
        <div className="min-w-0">
          <h3 dir="auto" className="leading-snug">
            {type.name}
          </h3>
          <p className="font-semibold">
            {type.price
              ? chosenPriceText(type.price, {
                  t,
                  money: (amountMinor) => format.money({ amountMinor, currency }),
                })
              : type.priceMinor === 0
                ? t('free')
                : format.money({ amountMinor: type.priceMinor, currency })}
          </p>
          <KindNotes type={type} types={types} />
          {type.feeMinor !== undefined && type.priceMinor > 0 && (
            <p className="text-small text-soft">
              {t('feeInPrice', { fee: format.money({ amountMinor: type.feeMinor, currency }) })}
            </p>
          )}
          <Left stock={stock} />
          <PerOrder type={type} />
        </div>
        <div role="group" aria-label={type.name} className="flex shrink-0 items-center gap-1">
          <button
            type="button"
            className="button size-11 p-0 text-title"
            aria-label={t('less', { name: type.name })}
            disabled={quantity === 0}
            onClick={() => change(quantity <= least ? 0 : quantity - 1)}
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
            disabled={(more - quantity) * (type.admits ?? 1) > mayAdd || full || stock === undefined}
            onClick={() => change(more)}
          >
            +
          </button>
        </div>
      </div>
      {type.price && quantity > 0 && choose && (
        <ChosenPriceField name={type.name} price={type.price} currency={currency} choose={choose} />
      )}
    </li>
  )
}

function Left({ stock }: { readonly stock: QuantityRowProps['stock'] }) {
  const t = useTranslations('buy')
  if (!stock) return <Skeleton className="my-0.5 h-5 w-24" />
  if (stock.available >= neverSoldOut) return null
  if (stock.available > fewLeft)
    return <p className="text-small text-soft">{t('left', { count: stock.available })}</p>
  if (stock.available > 0)
    return <p className="text-small font-medium text-warm">{t('fewLeft', { count: stock.available })}</p>
  if (stock.held > 0)
    return <p className="text-small font-medium text-warm">{t('allHeld', { count: stock.held })}</p>
  return <p className="text-small font-medium text-danger">{t('soldOut')}</p>
}

/** How many of a type one order must and may have, where its organiser says so. */
export function PerOrder({
  type,
  named = false,
}: {
  readonly type: QuantityRowProps['type']
  readonly named?: boolean
}) {
  const t = useTranslations('buy')
  const { minPerOrder: least = 1, maxPerOrder: most } = type
  if (least === 1 && most === undefined) return null
  const text =
    most === undefined
      ? t('leastPerOrder', { least })
      : least === 1
        ? t('mostPerOrder', { most })
        : t('perOrder', { least, most })
  return (
    <p className="text-small text-soft">
      {named && `${isolated(type.name)}: `}
      {text}
    </p>
  )
}
