// The seats of a show as a map. Scrolls and zooms as the browser does; keys walk from seat to seat. Loaded only for seated shows.
import type { Availability } from '@holdfast/contract'
import { type KeyboardEvent, type MouseEvent, memo, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { neighbour, type PlacedSeat, pitch, type SeatLayout, seatSize } from './seat-layout.ts'

type SeatState = NonNullable<Availability['seats']>[number]['state']
export type SeatStates = ReadonlyMap<string, SeatState>

export interface SeatsProps {
  readonly layout: SeatLayout
  readonly states: SeatStates
  readonly chosen: ReadonlySet<string>
  readonly toggle: (seatId: string) => void
  readonly priceText: (priceMinor: number) => string
}

export const zooms = [0.4, 0.6, 0.8, 1, 1.35, 1.8] as const
export const usualZoom = 3
const keys = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']

export function SeatMap(props: SeatsProps & { readonly zoom: number }) {
  const t = useTranslations('seats')
  const { layout, zoom } = props
  const [current, setCurrent] = useState(layout.sections[0]?.rows[0]?.seats[0]?.id ?? '')
  const scroller = useRef<HTMLDivElement>(null)
  const drag = useDrag(scroller)
  const { onKeyDown, onClick } = useChoosing(props, { current, setCurrent, scroller, wasDragged: drag.moved })
  useCentred(scroller)
  return (
    <div
      ref={scroller}
      className="max-h-[min(38rem,75dvh)] overflow-auto overscroll-contain rounded-md border border-line bg-sunken p-4 [&.dragging]:cursor-grabbing"
      {...drag.handlers}
    >
      <div className="mx-auto w-fit">
        <p className="mx-auto mb-4 w-56 rounded-b-lg border border-t-0 border-line bg-surface py-1 text-center text-small text-soft">
          {t('stage')}
        </p>
        <svg
          width={layout.width * zoom}
          height={layout.height * zoom}
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          role="group"
          // A layer of its own: dragging moves a picture instead of drawing thousands of seats again.
          className="will-change-transform"
          aria-label={t('map')}
          onClick={onClick}
          onKeyDown={onKeyDown}
        >
          <Sections {...props} current={current} />
        </svg>
      </div>
    </div>
  )
}

interface Choosing {
  /** The one seat that Tab reaches; arrow keys move it. */
  readonly current: string
  readonly setCurrent: (seatId: string) => void
  readonly scroller: React.RefObject<HTMLDivElement | null>
  readonly wasDragged: () => boolean
}

function useChoosing({ layout, states, toggle }: SeatsProps, { current, setCurrent, scroller, wasDragged }: Choosing) {
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

function Sections({ layout, states, chosen, priceText, current }: SeatsProps & { readonly current: string }) {
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
      <text x={layout.width / 2} y={section.y + 22} textAnchor="middle" className="fill-ink text-base font-semibold">
        {section.name}
      </text>
      {section.rows.map((row) => (
        <text key={row.label} x={6} y={row.y + 17} className="fill-soft text-small">
          {row.label}
        </text>
      ))}
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
}

const freeClasses = ['fill-(--seat-free)', 'fill-(--seat-free-2)', 'fill-(--seat-free-3)', 'fill-(--seat-free-4)']

interface SeatMarkProps {
  readonly seat: PlacedSeat
  readonly state: string
  readonly chosen: boolean
  readonly inTabOrder: boolean
  readonly label: string
  readonly goneLabel: string
}

/** One seat. Five thousand of them are drawn, so each is one or two shapes and draws again only when it changes. */
const SeatMark = memo(function SeatMark({ seat, state, chosen, inTabOrder, label, goneLabel }: SeatMarkProps) {
  const free = state === 'available'
  const fill = chosen ? 'fill-(--seat-chosen)' : free ? freeClasses[seat.tier % freeClasses.length] : 'fill-(--seat-gone)'
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
      <rect x={seat.x + inset} y={seat.y} width={seatSize} height={seatSize} rx={free ? 7 : 12} className={fill} />
      {chosen && (
        <path
          d={`M${seat.x + inset + 6} ${seat.y + 12}l4 4 8-8`}
          fill="none"
          strokeWidth="2.5"
          className="stroke-(--seat-tick)"
        />
      )}
      {!free && (
        <path d={`M${seat.x + inset + 8} ${seat.y + 8}l8 8m0-8l-8 8`} strokeWidth="1.5" className="stroke-(--seat-cross)" />
      )}
    </g>
  )
})

/** Dragging with a mouse scrolls, as a finger does by itself. A drag is no click. */
function useDrag(scroller: React.RefObject<HTMLDivElement | null>) {
  const start = useRef<{ x: number; y: number; left: number; top: number } | null>(null)
  const moved = useRef(false)
  const end = () => {
    start.current = null
    scroller.current?.classList.remove('dragging')
  }
  return {
    moved: () => moved.current,
    handlers: {
      onPointerDown(event: PointerEvent) {
        const box = scroller.current
        moved.current = false
        if (event.pointerType !== 'mouse' || event.button !== 0 || !box) return
        start.current = { x: event.clientX, y: event.clientY, left: box.scrollLeft, top: box.scrollTop }
      },
      onPointerMove(event: PointerEvent) {
        const from = start.current
        const box = scroller.current
        if (!from || !box || event.buttons === 0) return end()
        const dx = event.clientX - from.x
        const dy = event.clientY - from.y
        if (!moved.current && Math.hypot(dx, dy) < 5) return
        moved.current = true
        box.classList.add('dragging')
        box.scrollLeft = from.left - dx
        box.scrollTop = from.top - dy
      },
      onPointerUp: end,
      onPointerLeave: end,
    },
  }
}

/** A hall wider than the screen is first seen in its middle, where the good seats are. */
function useCentred(scroller: React.RefObject<HTMLDivElement | null>) {
  useEffect(() => {
    const box = scroller.current
    if (box) box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2
  }, [scroller])
}
