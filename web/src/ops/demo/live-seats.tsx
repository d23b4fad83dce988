// The seats of one show as they go, pushed: a small map without any button, and a bar for places
// without a number.
import type { Availability, ShowView } from '@holdfast/contract'
import { useQuery } from '@tanstack/react-query'
import { memo, useMemo } from 'react'
import { useTranslations } from 'use-intl'
import { availabilityStream, type Liveness, useLive } from '../../api/live.ts'
import { availabilityQuery, showQuery } from '../../api/queries.ts'
import { layOutSeats, type PlacedSeat, pitch, seatSize } from '../../buy/seat-layout.ts'
import { useFormat } from '../../format.ts'
import { Link } from '../../navigation/link.tsx'
import { Failure, Skeleton } from '../../parts/basics.tsx'

export function LiveSeats({ showId }: { readonly showId: string }) {
  const t = useTranslations('ops.demo')
  const show = useQuery(showQuery(showId))
  const availability = useQuery(availabilityQuery(showId))
  const liveness = useLive(availabilityStream(showId), availabilityQuery(showId).queryKey)
  if (show.isLoadingError) return <Failure error={show.error} retry={() => void show.refetch()} />
  if (!show.data) return <Skeleton className="h-72" />
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <p className="font-semibold [overflow-wrap:anywhere]">
          <Link
            to="/shows/$showId"
            params={{ showId }}
            aria-label={`${show.data.title}: ${t('show')}`}
            className="link"
          >
            {show.data.title}
          </Link>
        </p>
        <Live liveness={liveness} />
      </div>
      <Counts availability={availability.data} />
      <Places show={show.data} availability={availability.data} />
    </div>
  )
}

function Live({ liveness }: { readonly liveness: Liveness }) {
  const t = useTranslations('ops.demo')
  return (
    <span className={liveness === 'lost' ? 'chip chip-warm' : 'chip'}>
      <span
        className={`size-2 rounded-full ${liveness === 'live' ? 'bg-accent' : 'bg-strong'}`}
        aria-hidden="true"
      />
      {t(liveness)}
    </span>
  )
}

type Stock = Availability['ticketTypes'][number]
const sumOf = (availability: Availability | undefined, pick: (stock: Stock) => number) =>
  availability?.ticketTypes.reduce((sum, stock) => sum + pick(stock), 0) ?? 0

const colours = { available: 'bg-(--seat-gone)', held: 'bg-(--seat-chosen)', sold: 'bg-accent' } as const
const fills = { available: 'fill-(--seat-gone)', held: 'fill-(--seat-chosen)', sold: 'fill-accent' } as const

function Counts({ availability }: { readonly availability: Availability | undefined }) {
  const t = useTranslations('ops.demo')
  const format = useFormat()
  const counts = [
    ['available', t('free'), sumOf(availability, (stock) => stock.available)],
    ['held', t('heldSeats'), sumOf(availability, (stock) => stock.held)],
    ['sold', t('sold'), sumOf(availability, (stock) => stock.sold)],
  ] as const
  return (
    <dl className="mt-3 grid grid-cols-3 gap-3">
      {counts.map(([state, name, count]) => (
        <div key={state}>
          <dt className="flex items-center gap-2 text-small text-soft">
            <span className={`size-3 rounded-sm ${colours[state]}`} aria-hidden="true" />
            {name}
          </dt>
          <dd className="text-title font-bold">{format.number(count)}</dd>
        </div>
      ))}
    </dl>
  )
}

function Places({
  show,
  availability,
}: {
  readonly show: ShowView
  readonly availability: Availability | undefined
}) {
  const general = show.ticketTypes.filter((type) => !type.seats)
  return (
    <div className="mt-4 grid gap-4">
      {general.length < show.ticketTypes.length && <SeatPicture show={show} availability={availability} />}
      {general.map((type) => (
        <Bar
          key={type.id}
          name={type.name}
          stock={availability?.ticketTypes.find(({ id }) => id === type.id)}
        />
      ))}
    </div>
  )
}

function Bar({ name, stock }: { readonly name: string; readonly stock: Stock | undefined }) {
  const capacity = Math.max(1, stock ? stock.available + stock.held + stock.sold : 1)
  const share = (count: number) => ({ transform: `scaleX(${count / capacity})` })
  return (
    <div>
      <p className="text-small">{name}</p>
      <div
        aria-hidden="true"
        className={`relative mt-1 h-3 overflow-hidden rounded-full ${colours.available}`}
      >
        <div
          className={`absolute inset-0 origin-left ${colours.held}`}
          style={share((stock?.sold ?? 0) + (stock?.held ?? 0))}
        />
        <div className={`absolute inset-0 origin-left ${colours.sold}`} style={share(stock?.sold ?? 0)} />
      </div>
    </div>
  )
}

/** Around the seats, in units of the picture. */
const margin = 12

function SeatPicture({
  show,
  availability,
}: {
  readonly show: ShowView
  readonly availability: Availability | undefined
}) {
  const t = useTranslations('ops.demo')
  const layout = useMemo(() => layOutSeats(show), [show])
  const columns = [...layout.byId.values()].map(({ x }) => x)
  const [left, right] = [Math.min(...columns) - margin, Math.max(...columns) + pitch + margin]
  const states = useMemo(
    () => new Map(availability?.seats?.map(({ id, state }) => [id, state])),
    [availability],
  )
  const count = (wanted: string) => [...states.values()].filter((state) => state === wanted).length
  const label = t('seats', {
    title: show.title,
    free: count('available'),
    held: count('held'),
    sold: count('sold'),
  })
  return (
    <svg
      viewBox={`${left} 0 ${right - left} ${layout.height + margin}`}
      role="img"
      aria-label={label}
      className="max-h-80 w-full rounded-md bg-sunken"
    >
      {layout.sections.map(({ name, y }) => (
        <text
          key={name}
          x={(left + right) / 2}
          y={y + 28}
          textAnchor="middle"
          fontSize="20"
          className="fill-soft"
        >
          {name}
        </text>
      ))}
      {[...layout.byId.values()].map((seat) => (
        <Seat key={seat.id} seat={seat} state={states.get(seat.id) ?? 'available'} />
      ))}
    </svg>
  )
}

const Seat = memo(function Seat({
  seat,
  state,
}: {
  readonly seat: PlacedSeat
  readonly state: keyof typeof fills
}) {
  const inset = (pitch - seatSize) / 2
  return (
    <rect
      x={seat.x + inset}
      y={seat.y}
      width={seatSize}
      height={seatSize}
      rx="6"
      className={`${fills[state]} transition-[fill] duration-300`}
    />
  )
})
