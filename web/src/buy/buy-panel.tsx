// The panel that holds places: how many, of what, for whom, and one button. Sends no money
// anywhere.
import type { Availability, ShowView } from '@holdfast/contract'
import { lazy, Suspense, useCallback, useEffect, useId, useMemo, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { Liveness } from '../api/live.ts'
import { useFormat } from '../format.ts'
import { Notice, Skeleton } from '../parts/basics.tsx'
import { seatValues } from '../parts/user-text.tsx'
import type { EnteredCode } from './code/entered.ts'
import { CodeField } from './code/field.tsx'
import { HoldForm } from './hold-form.tsx'
import { ChosenPriceField, extrasLast } from './kinds.tsx'
import { PriceNews } from './price-news.tsx'
import { PerOrder, QuantityRow } from './quantity-row.tsx'
import { ClosedRow, useOpenTypes } from './sale-window.tsx'
import {
  lostSeats,
  mayAddSeat,
  nothing,
  peopleOf,
  type Selection,
  withChosen,
  withQuantity,
  withSeat,
} from './selection.ts'

const SeatPicker = lazy(() => import('./seat-picker.tsx').then((module) => ({ default: module.SeatPicker })))

export interface BuyPanelProps {
  readonly show: ShowView
  readonly availability: Availability | undefined
  readonly liveness: Liveness
  readonly code: EnteredCode
}

export function BuyPanel({ show: offered, availability, liveness, code }: BuyPanelProps) {
  const t = useTranslations('buy')
  const open = useOpenTypes(offered.ticketTypes)
  const show = useMemo(() => ({ ...offered, ticketTypes: [...open] }), [offered, open])
  const closed = offered.ticketTypes.filter((type) => !open.includes(type))
  const heading = useId()
  const [selection, setSelection] = useState(nothing)
  const lost = useLostSeats({ show, availability, selection, setSelection })
  const general = extrasLast(show.ticketTypes.filter((type) => !type.seats))
  const seats = show.ticketTypes.filter((type) => type.seats)
  const seated = seats.length > 0
  const left = Math.max(0, show.maxPerOrder - peopleOf(show, selection))
  const toggleSeat = useCallback(
    (seatId: string) =>
      setSelection((before) =>
        before.seatIds.has(seatId) || mayAddSeat(show, before, seatId)
          ? withSeat(before, seatId, !before.seatIds.has(seatId))
          : before,
      ),
    [show],
  )
  return (
    <section aria-labelledby={heading} className="panel p-4 shadow-(--shadow) sm:p-6">
      <div className="mb-1 flex items-center justify-between gap-3">
        <h2 id={heading} className="text-title">
          {seated ? t('chooseSeats') : t('tickets')}
        </h2>
        <LiveMark liveness={liveness} />
      </div>
      {seated && (
        <div className="mt-3 mb-4">
          <Suspense fallback={<Skeleton className="h-[31rem]" />}>
            <SeatPicker
              show={show}
              availability={availability}
              chosen={selection.seatIds}
              toggle={toggleSeat}
            />
          </Suspense>
        </div>
      )}
      {offered.ticketTypes.length === 0 && <p className="py-4 text-soft">{t('nothingOffered')}</p>}
      {(general.length > 0 || closed.length > 0) && (
        <ul className="divide-y divide-line">
          {general.map((type) => (
            <QuantityRow
              key={type.id}
              type={type}
              currency={show.currency}
              stock={availability?.ticketTypes.find((known) => known.id === type.id)}
              quantity={selection.quantities.get(type.id) ?? 0}
              mayAdd={left}
              change={(quantity) => setSelection((before) => withQuantity(before, type.id, quantity))}
              types={offered.ticketTypes}
              choose={(minor) => setSelection((before) => withChosen(before, type.id, minor))}
            />
          ))}
          {closed.map((type) => (
            <ClosedRow key={type.id} type={type} show={offered} />
          ))}
        </ul>
      )}
      {seats.map((type) => (
        <div key={type.id}>
          <PerOrder type={type} named />
          {type.price && type.seats?.some(({ id }) => selection.seatIds.has(id)) && (
            <ChosenPriceField
              name={type.name}
              price={type.price}
              currency={show.currency}
              choose={(minor) => setSelection((before) => withChosen(before, type.id, minor))}
            />
          )}
        </div>
      ))}
      <p role="status" className="mt-2 text-small text-soft empty:hidden">
        {left === 0 && open.length > 0 ? t('maxReached', { count: show.maxPerOrder }) : ''}
      </p>
      <CodeField code={code} show={offered} />
      <PriceNews show={show} />
      {lost.length > 0 && (
        <div className="mt-3">
          <Notice tone="warm" title={t('seatsLost', { count: lost.length, seats: lost.join(', ') })}>
            <p>{t('seatsLostText')}</p>
          </Notice>
        </div>
      )}
      {open.length > 0 && (
        <div
          className={
            seated
              ? 'grid gap-x-10 border-t border-line pt-4 lg:grid-cols-[1fr_25rem]'
              : 'mt-3 border-t border-line pt-4'
          }
        >
          {seated && <ChosenSeats show={show} selection={selection} drop={toggleSeat} />}
          <HoldForm show={show} selection={selection} code={code} clear={() => setSelection(nothing)} />
        </div>
      )}
    </section>
  )
}

function LiveMark({ liveness }: { readonly liveness: Liveness }) {
  const t = useTranslations('buy')
  return (
    <span className={liveness === 'lost' ? 'chip chip-warm' : 'chip'} title={t(`liveness.${liveness}Title`)}>
      <span
        className={`size-2 rounded-full ${liveness === 'live' ? 'bg-accent' : 'bg-strong'}`}
        aria-hidden="true"
      />
      {t(`liveness.${liveness}`)}
    </span>
  )
}

/**
 * A chosen seat that goes to somebody else leaves the choice at once, and the buyer is told which.
 */
function useLostSeats(parts: {
  readonly show: ShowView
  readonly availability: Availability | undefined
  readonly selection: Selection
  readonly setSelection: (change: (before: Selection) => Selection) => void
}): readonly string[] {
  const t = useTranslations('buy')
  const { show, availability, selection, setSelection } = parts
  const [lost, setLost] = useState<readonly string[]>([])
  useEffect(() => {
    const gone = lostSeats(show, selection, availability)
    if (gone.length === 0) return
    setLost(gone.map((seat) => t('seatName', seatValues(seat))))
    setSelection((before) => gone.reduce((rest, seat) => withSeat(rest, seat.id, false), before))
  }, [show, availability, selection, setSelection, t])
  return lost
}

/** What was pressed on the map, in words, each with a way back. */
function ChosenSeats({
  show,
  selection,
  drop,
}: {
  readonly show: ShowView
  readonly selection: Selection
  readonly drop: (seatId: string) => void
}) {
  const t = useTranslations('buy')
  const format = useFormat()
  const seats = show.ticketTypes.flatMap((type) =>
    (type.seats ?? []).filter((seat) => selection.seatIds.has(seat.id)).map((seat) => ({ seat, type })),
  )
  return (
    <div className="mb-4">
      <h3 className="font-semibold">{t('yourSeats')}</h3>
      {seats.length === 0 && <p className="mt-1 text-soft">{t('noSeats')}</p>}
      <ul className="mt-2 grid gap-2">
        {seats.map(({ seat, type }) => {
          const name = t('seatName', seatValues(seat))
          return (
            <li key={seat.id} className="flex items-center justify-between gap-3 rounded-md bg-sunken pl-4">
              <span className="min-w-0 py-1.5">
                {name}{' '}
                {type.name !== seat.section && (
                  <span dir="auto" className="text-small text-soft">
                    {type.name}
                  </span>
                )}
              </span>
              <span className="flex shrink-0 items-center gap-1">
                {format.money({ amountMinor: type.priceMinor, currency: show.currency })}
                <button
                  type="button"
                  className="button button-quiet size-11 p-0"
                  aria-label={t('dropSeat', { seat: name })}
                  onClick={() => drop(seat.id)}
                >
                  ×
                </button>
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
