// A small picture of the seats that a form describes. One path, so that twenty thousand cost no
// more than twenty.
import type { ShowView } from '@holdfast/contract'
import { useMemo } from 'react'
import { layOutSeats, pitch, seatSize } from '../../buy/seat-layout.ts'
import type { LooseSeat } from './seat-grid.ts'

export function SeatPreview({ seats }: { readonly seats: readonly LooseSeat[] }) {
  const { layout, path } = useMemo(() => {
    const named = seats.map((seat, index) => ({ ...seat, id: String(index) }))
    const made = layOutSeats({
      ticketTypes: [{ id: '', name: '', priceMinor: 0, capacity: 0, seats: named }],
    } as unknown as ShowView)
    const inset = (pitch - seatSize) / 2
    const drawn = [...made.byId.values()]
      .map((seat) => `M${seat.x + inset} ${seat.y}h${seatSize}v${seatSize}h-${seatSize}z`)
      .join('')
    return { layout: made, path: drawn }
  }, [seats])
  return (
    <svg
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      aria-hidden="true"
      className="max-h-72 w-full rounded-md border border-line bg-sunken p-3"
    >
      <path d={path} className="fill-(--seat-free)" />
      {layout.sections.map((section) => (
        <text
          key={section.name}
          x={layout.width / 2}
          y={section.y + 22}
          textAnchor="middle"
          className="fill-ink text-base font-semibold"
        >
          {section.name}
        </text>
      ))}
    </svg>
  )
}
