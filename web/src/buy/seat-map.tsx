// The seats of a show as a map: moved by finger or mouse, zoomed by two fingers, keys walk from
// seat to seat. Loaded only for seated shows.
import type { Availability } from '@holdfast/contract'
import { type KeyboardEvent, type MouseEvent, memo, useMemo, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { neighbour, type PlacedSeat, pitch, rowLabelRoom, type SeatLayout, seatSize } from './seat-layout.ts'
import { type BoxRef, type MapZoom, useCentred, useDrag, usePinch } from './seat-zoom.ts'

type SeatState = NonNullable<Availability['seats']>[number]['state']
export type SeatStates = ReadonlyMap<string, SeatState>

export interface SeatsProps {
  readonly layout: SeatLayout
  readonly states: SeatStates
  readonly chosen: ReadonlySet<string>
  readonly toggle: (seatId: string) => void
  readonly priceText: (priceMinor: number) => string
}

const keys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']

interface SeatMapProps extends SeatsProps {
  readonly box: BoxRef
  readonly zooming: MapZoom
}

export function SeatMap({ layout, states, chosen, toggle, priceText, box, zooming }: SeatMapProps) {
  const t = useTranslations('seats')
  const { zoom } = zooming
  const [current, setCurrent] = useState(layout.sections[0]?.rows[0]?.seats[0]?.id ?? '')
  const picture = useRef<HTMLDivElement>(null)
  const drag = useDrag(box)
  const seats = { layout, states, chosen, toggle, priceText }
  const { onKeyDown, onClick } = useChoosing(seats, {
    current,
    setCurrent,
    scroller: box,
    wasDragged: drag.moved,
  })
  usePinch(box, picture, zooming)
  useCentred(box)
  const room = rowLabelRoom(layout)
  return (
    <div
      ref={box}
      className="max-h-[min(38rem,75dvh)] touch-pan-x touch-pan-y select-none overflow-auto overscroll-contain rounded-md border border-line bg-sunken py-4 [&.dragging]:cursor-grabbing"
      {...drag.handlers}
    >
      <div ref={picture} className="mx-auto w-fit">
        <p className="mx-auto mb-4 w-56 rounded-b-lg border border-t-0 border-line bg-surface py-1 text-center text-small text-soft">
          {t('stage')}
        </p>
        <div className="flex">
          {/* The letters of the rows stay in sight however far the map is moved. Each seat says its row itself. */}
          <svg
            width={room}
            height={layout.height * zoom}
            className="sticky left-0 z-1 shrink-0 bg-sunken"
            aria-hidden="true"
          >
            <RowLabels layout={layout} zoom={zoom} room={room} />
          </svg>
          <svg
            width={layout.width * zoom}
            height={layout.height * zoom}
            viewBox={`0 0 ${layout.width} ${layout.height}`}
            role="group"
            // A layer of its own: dragging moves a picture instead of drawing thousands of seats
            // again.
            className="shrink-0 will-change-transform"
            aria-label={t('map')}
            onClick={onClick}
            onKeyDown={onKeyDown}
          >
            <Sections {...seats} current={current} />
          </svg>
          {/* As much on the right keeps the hall in the middle. */}
          <div className="shrink-0" style={{ width: room }} />
        </div>
      </div>
    </div>
  )
}

interface RowLabelsProps {
  readonly layout: SeatLayout
  readonly zoom: number
  readonly room: number
}

/**
 * Always large enough to be read: where lines would touch on a small map, only every second or
 * third row is named.
 */
function RowLabels({ layout, zoom, room }: RowLabelsProps) {
  const rows = layout.sections.flatMap((section) => section.rows)
  const every = Math.ceil(16 / (pitch * zoom))
  return rows.map(
    (row, index) =>
      index % every === 0 && (
        <text
          key={row.y}
          x={room - 10}
          y={(row.y + seatSize / 2) * zoom}
          textAnchor="end"
          dominantBaseline="central"
          fontSize={14}
          className="fill-soft"
        >
          {row.label}
        </text>
      ),
  )
}

interface Choosing {
  /** The one seat that Tab reaches; arrow keys move it. */
  readonly current: string
  readonly setCurrent: (seatId: string) => void
  readonly scroller: BoxRef
  readonly wasDragged: () => boolean
}

function useChoosing(
  { layout, states, toggle }: SeatsProps,
  { current, setCurrent, scroller, wasDragged }: Choosing,
) {
  return {
    onKeyDown(event: KeyboardEvent) {
      if (keys.includes(event.key)) {
        event.preventDefault()
        const next = neighbour(layout, current, event.key)
        if (!next) return
        setCurrent(next.id)
        scroller.current?.querySelector<SVGElement>(`[data-seat="${next.id}"]`)?.focus()
      } else if (event.key === ' ' || event.key === 'Enter') {
        event.preventDefault()
        if (states.get(current) === 'available') toggle(current)
      }
    },
    onClick(event: MouseEvent) {
      const id = (event.target as Element).closest('[data-seat]')?.getAttribute('data-seat')
      if (!id || wasDragged()) return
      setCurrent(id)
      if (states.get(id) === 'available') toggle(id)
    },
  }
}

/** Not drawn again while the map is only zoomed. */
const Sections = memo(function Sections(props: SeatsProps & { readonly current: string }) {
  const { layout, states, chosen, priceText, current } = props
  const t = useTranslations('seats')
  // Five thousand sentences are made once, not at each change.
  const labels = useMemo(() => {
    const made = new Map<string, string>()
    for (const { id, section, row, number, priceMinor } of layout.byId.values())
      made.set(id, t('seatLabel', { section, row, number, price: priceText(priceMinor) }))
    return made
  }, [layout, t, priceText])
  const gone = t('gone')
  return layout.sections.map((section) => (
    <g key={section.name}>
      <text
        x={layout.width / 2}
        y={section.y + 22}
        textAnchor="middle"
        className="fill-ink text-base font-semibold"
      >
        {section.name}
      </text>
      {section.rows.flatMap((row) =>
        row.seats.map((seat) => (
          <SeatMark
            key={seat.id}
            seat={seat}
            state={states.get(seat.id) ?? 'held'}
            chosen={chosen.has(seat.id)}
            inTabOrder={seat.id === current}
            label={labels.get(seat.id) ?? ''}
            goneLabel={gone}
          />
        )),
      )}
    </g>
  ))
})

const freeClasses = [
  'fill-(--seat-free)',
  'fill-(--seat-free-2)',
  'fill-(--seat-free-3)',
  'fill-(--seat-free-4)',
]

interface SeatMarkProps {
  readonly seat: PlacedSeat
  readonly state: string
  readonly chosen: boolean
  readonly inTabOrder: boolean
  readonly label: string
  readonly goneLabel: string
}

/**
 * One seat. Five thousand of them are drawn, so each is one or two shapes and draws again only when
 * it changes.
 */
const SeatMark = memo(function SeatMark({
  seat,
  state,
  chosen,
  inTabOrder,
  label,
  goneLabel,
}: SeatMarkProps) {
  const free = state === 'available'
  const fill = chosen
    ? 'fill-(--seat-chosen)'
    : free
      ? freeClasses[seat.tier % freeClasses.length]
      : 'fill-(--seat-gone)'
  const inset = (pitch - seatSize) / 2
  return (
    <g
      data-seat={seat.id}
      role="checkbox"
      aria-checked={chosen}
      aria-disabled={!free}
      aria-label={free ? label : `${label}, ${goneLabel}`}
      tabIndex={inTabOrder ? 0 : -1}
      className={free ? 'seat cursor-pointer' : 'seat'}
    >
      <rect
        x={seat.x + inset}
        y={seat.y}
        width={seatSize}
        height={seatSize}
        rx={free ? 7 : 12}
        className={fill}
      />
      {chosen && (
        <path
          d={`M${seat.x + inset + 6} ${seat.y + 12}l4 4 8-8`}
          fill="none"
          strokeWidth="2.5"
          className="stroke-(--seat-tick)"
        />
      )}
      {!free && (
        <path
          d={`M${seat.x + inset + 8} ${seat.y + 8}l8 8m0-8l-8 8`}
          strokeWidth="1.5"
          className="stroke-(--seat-cross)"
        />
      )}
    </g>
  )
})
