// Choosing seats, on the map or in the list; both show and change the same choice.
import type { Availability, ShowView } from '@holdfast/contract'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useFormat } from '../format.ts'
import { UserText } from '../parts/user-text.tsx'
import { layOutSeats, rowLabelRoom } from './seat-layout.ts'
import { SeatList } from './seat-list.tsx'
import { SeatMap } from './seat-map.tsx'
import { type MapZoom, useMapZoom } from './seat-zoom.ts'

export interface SeatPickerProps {
  readonly show: ShowView
  readonly availability: Availability | undefined
  readonly chosen: ReadonlySet<string>
  readonly toggle: (seatId: string) => void
}

const swatches = ['bg-(--seat-free)', 'bg-(--seat-free-2)', 'bg-(--seat-free-3)', 'bg-(--seat-free-4)']

export function SeatPicker({ show, availability, chosen, toggle }: SeatPickerProps) {
  const t = useTranslations('seats')
  const format = useFormat()
  const [asList, setAsList] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const zooming = useMapZoom(box)
  const layout = useMemo(() => layOutSeats(show), [show])
  const states = useMemo(
    () => new Map(availability?.seats?.map((seat) => [seat.id, seat.state])),
    [availability],
  )
  const { currency } = show
  const priceText = useCallback(
    (priceMinor: number) => format.money({ amountMinor: priceMinor, currency }),
    [format, currency],
  )
  const props = { layout, states, chosen, toggle, priceText }
  return (
    <section aria-label={t('title')}>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <Legend show={show} priceText={priceText} />
        <div className="flex grow justify-between gap-3 sm:grow-0">
          <ViewSwitch asList={asList} choose={setAsList} />
          {!asList && (
            <Zoom zooming={zooming} fit={() => zooming.fit(layout.width, 2 * rowLabelRoom(layout))} />
          )}
        </div>
      </div>
      {asList ? <SeatList {...props} /> : <SeatMap {...props} box={box} zooming={zooming} />}
    </section>
  )
}

function Legend({
  show,
  priceText,
}: {
  readonly show: ShowView
  readonly priceText: (priceMinor: number) => string
}) {
  const t = useTranslations('seats')
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 text-small">
      {show.ticketTypes
        .filter((type) => type.seats)
        .map((type, index) => (
          <li key={type.id} className="flex items-center gap-2">
            <span
              className={`size-4 rounded-[5px] ${swatches[index % swatches.length]}`}
              aria-hidden="true"
            />
            <UserText>{type.name}</UserText> · {priceText(type.priceMinor)}
          </li>
        ))}
      <li className="flex items-center gap-2">
        <span className="size-4 rounded-full bg-(--seat-gone)" aria-hidden="true" />
        {t('gone')}
      </li>
    </ul>
  )
}

function ViewSwitch({
  asList,
  choose,
}: {
  readonly asList: boolean
  readonly choose: (asList: boolean) => void
}) {
  const t = useTranslations('seats')
  const chosenClass = 'aria-pressed:border-accent aria-pressed:bg-accent-soft'
  return (
    <div role="group" aria-label={t('viewAs')} className="flex">
      <button
        type="button"
        aria-pressed={!asList}
        className={`button rounded-r-none ${chosenClass}`}
        onClick={() => choose(false)}
      >
        {t('asMap')}
      </button>
      <button
        type="button"
        aria-pressed={asList}
        className={`button -ml-px rounded-l-none ${chosenClass}`}
        onClick={() => choose(true)}
      >
        {t('asList')}
      </button>
    </div>
  )
}

function Zoom({ zooming, fit }: { readonly zooming: MapZoom; readonly fit: () => void }) {
  const t = useTranslations('seats')
  const steps = [
    { sign: '−', label: t('zoomOut'), may: zooming.mayShrink, act: zooming.shrink },
    { sign: '+', label: t('zoomIn'), may: zooming.mayGrow, act: zooming.grow },
  ]
  return (
    <div className="flex gap-1">
      <button type="button" className="button" aria-label={t('fitTitle')} onClick={fit}>
        {t('fit')}
      </button>
      {steps.map(({ sign, label, may, act }) => (
        <button
          key={sign}
          type="button"
          className="button size-11 p-0 text-title"
          aria-label={label}
          disabled={!may}
          onClick={act}
        >
          {sign}
        </button>
      ))}
    </div>
  )
}
