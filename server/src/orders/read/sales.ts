// The sales of one show in figures: two statements over its orders, however many there are. Reads
// only; decides nothing.
import type { OrderStatus, ShowSales } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'

/** As many as a chart can show. */
const stepsMax = 150

const ticketsOf = `(select coalesce(sum((line ->> 'quantity')::int), 0) from json_array_elements(o.lines) as line)`

const readByStatus = sql(
  'orders.read_sales_by_status',
  `select o.status, count(*)::int as orders, coalesce(sum(${ticketsOf}), 0)::int as tickets,
     coalesce(sum(o.total_minor), 0)::bigint as "totalMinor", coalesce(sum(o.refunded_minor), 0)::bigint as "refundedMinor"
   from orders.orders o where o.show_id = $1 group by o.status order by o.status`,
)
const readSteps = sql(
  'orders.read_sales_steps',
  `with paid as (
     select extract(epoch from o.created_at) as at, o.total_minor, ${ticketsOf} as tickets
     from orders.orders o where o.show_id = $1 and o.status = 'complete'
   ), scale as (
     select greatest(1, ceil((max(at) - min(at)) / $2::int))::bigint as seconds from paid
   )
   select (floor(at / seconds) * seconds)::bigint as at, seconds, count(*)::int as orders, sum(tickets)::int as tickets,
     sum(total_minor)::bigint as "totalMinor"
   from paid cross join scale group by 1, seconds order by 1`,
)
const readCurrency = sql('orders.read_currency', `select currency from orders.shows where id = $1`)

interface StatusRow {
  readonly status: OrderStatus
  readonly orders: number
  readonly tickets: number
  readonly totalMinor: number | string
  readonly refundedMinor: number | string
}
interface StepRow {
  /** Seconds since 1970. */
  readonly at: number | string
  readonly seconds: number | string
  readonly orders: number
  readonly tickets: number
  readonly totalMinor: number | string
}

/** Whoever asks was found to be the show's organiser. */
export async function readShowSales(db: Queryable, showId: string): Promise<ShowSales> {
  const [[show], byStatus, steps] = await Promise.all([
    db.query<{ currency: string }>(readCurrency, [showId]),
    db.query<StatusRow>(readByStatus, [showId]),
    db.query<StepRow>(readSteps, [showId, stepsMax]),
  ])
  if (!show) throw new Error(`show ${showId} has an organiser and is not there`)
  return {
    currency: show.currency,
    byStatus: byStatus.map((row) => ({
      ...row,
      totalMinor: Number(row.totalMinor),
      refundedMinor: Number(row.refundedMinor),
    })),
    stepSeconds: Number(steps[0]?.seconds ?? 1),
    steps: steps.map(({ at, orders, tickets, totalMinor }) => ({
      at: new Date(Number(at) * 1_000).toISOString(),
      orders,
      tickets,
      totalMinor: Number(totalMinor),
    })),
  }
}
