// SQL of what a show asks of those who bought, and of which unit a ticket is. Never decides.
import type { PublishedShow } from '@holdfast/contract'
import { asksOf } from '@holdfast/contract'
import { type Queryable, sql, type Write, writeRows } from '../../platform/postgres/database.ts'
import type { KnownTicket } from '../domain/known-tickets.ts'

const saveAsksStatement = sql(
  'orders.save_asks',
  `update orders.shows set asks = $2::json, starts_at = $3::timestamptz where id = $1`,
)
const saveTicketUnitsStatement = sql(
  'orders.save_ticket_units',
  `insert into orders.ticket_units (ticket_id, order_id, unit)
   select ticket_id, order_id, unit from json_to_recordset($1) as t (ticket_id uuid, order_id uuid, unit int)
   on conflict do nothing`,
)
const findUnitStatement = sql(
  'orders.find_unit',
  `select order_id as "orderId", unit as no from orders.ticket_units where ticket_id = $1`,
)

/** Beside the sale, which no question changes. */
export function saveAsks(show: PublishedShow): Write {
  return { statement: saveAsksStatement, values: [show.id, JSON.stringify(asksOf(show)), show.startsAt] }
}

export function saveTicketUnits(
  known: Iterable<readonly [orderId: string, tickets: readonly KnownTicket[]]>,
): readonly Write[] {
  const rows = [...known].flatMap(([order_id, tickets]) =>
    tickets.map(({ id: ticket_id, unit }) => ({ ticket_id, order_id, unit })),
  )
  return writeRows(saveTicketUnitsStatement, rows)
}

export async function findUnit(
  db: Queryable,
  ticketId: string,
): Promise<{ readonly orderId: string; readonly no: number } | null> {
  const [row] = await db.query<{ orderId: string; no: number }>(findUnitStatement, [ticketId])
  return row ?? null
}
