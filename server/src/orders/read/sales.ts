// The sales of one show in figures: one look at each of its orders, however many there are. Reads
// only; decides nothing.
import type { OrderStatus, ShowSales } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'

/** As many as a chart can show. */
const stepsMax = 150
/** The database adds up in finer steps, because it does not know yet which orders are complete. */
const finerSteps = 8 * stepsMax

// The ids of orders grow with time, so that the first and the last are found by their index. An
// order of another version has its number of tickets in its lines only.
const readFigures = sql(
  'orders.read_sales_figures',
  `with span as (
     select (select created_at from orders.orders where show_id = $1 order by id limit 1) as first,
       (select created_at from orders.orders where show_id = $1 order by id desc limit 1) as last
   ), scale as (
     select greatest(1, ceil(date_part('epoch', last - first) / ${finerSteps})) as seconds from span
   )
   select o.status, floor(date_part('epoch', o.created_at) / seconds) * seconds as at, seconds,
     min(date_part('epoch', o.created_at)) as first, max(date_part('epoch', o.created_at)) as last,
     count(*)::int as orders,
     sum(coalesce(o.places, (
       select sum((line ->> 'quantity')::int) from json_array_elements(o.lines) as line)))::int as tickets,
     sum(o.total_minor)::bigint as "totalMinor", sum(o.refunded_minor)::bigint as "refundedMinor"
   from orders.orders o cross join scale where o.show_id = $1 group by 1, 2, 3 order by 1, 2`,
)
const readCurrency = sql('orders.read_currency', `select currency from orders.shows where id = $1`)

interface Figures {
  readonly orders: number
  readonly tickets: number
  readonly totalMinor: number
  readonly refundedMinor: number
}
interface FigureRow extends Figures {
  readonly status: OrderStatus
  /** Seconds since 1970, as are `first` and `last`. */
  readonly at: number
  readonly seconds: number
  readonly first: number
  readonly last: number
}

/** Whoever asks was found to be the show's organiser. */
export async function readShowSales(db: Queryable, showId: string): Promise<ShowSales> {
  const [[show], rows] = await Promise.all([
    db.query<{ currency: string }>(readCurrency, [showId]),
    db.query<FigureRow>(readFigures, [showId]),
  ])
  if (!show) throw new Error(`show ${showId} has an organiser and is not there`)
  const byStatus = Map.groupBy(rows, ({ status }) => status)
  const complete = byStatus.get('complete') ?? []
  const stepSeconds = stepOf(complete)
  const steps = Map.groupBy(complete, ({ at }) => Math.floor(at / stepSeconds) * stepSeconds)
  return {
    currency: show.currency,
    byStatus: [...byStatus].map(([status, figures]) => ({ status, ...sumOf(figures) })),
    stepSeconds,
    steps: [...steps].map(([at, figures]) => {
      const { orders, tickets, totalMinor } = sumOf(figures)
      return { at: new Date(at * 1_000).toISOString(), orders, tickets, totalMinor }
    }),
  }
}

/** A whole number of the database's steps, so that each of those is in one of these. */
function stepOf(complete: readonly FigureRow[]): number {
  const [{ seconds, first } = { seconds: 1, first: 0 }] = complete
  const span = (complete.at(-1)?.last ?? first) - first
  return seconds * Math.max(1, Math.ceil(span / stepsMax / seconds))
}

function sumOf(figures: readonly Figures[]): Figures {
  const sum = { orders: 0, tickets: 0, totalMinor: 0, refundedMinor: 0 }
  for (const { orders, tickets, totalMinor, refundedMinor } of figures) {
    sum.orders += orders
    sum.tickets += tickets
    sum.totalMinor += totalMinor
    sum.refundedMinor += refundedMinor
  }
  return sum
}
