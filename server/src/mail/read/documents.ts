// SQL of documents: an order with its show, as mail knows them. Reads only.
import { readParticulars } from '../../platform/personal/particulars.ts'
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import type { Documented } from '../documents/compose.ts'
import { type OrderRow, orderTypes, type ShowRow, showTypes, toOrder, toShow } from '../store/rows.ts'
import { codesOf } from './codes.ts'

const columnsOf = (alias: string, types: object) =>
  Object.keys(types)
    .map((column) => `'${column}', ${alias}.${column}`)
    .join(', ')

// As two objects: the rows share names of columns.
const parts = `json_build_object(${columnsOf('o', orderTypes)}) as "order", json_build_object(${columnsOf('s', showTypes)}) as show`
const findByOrder = sql(
  'mail.find_documented',
  `select ${parts} from mail.orders o join mail.shows s on s.id = o.show_id where o.id = $1`,
)
const findByTicket = sql(
  'mail.find_documented_ticket',
  `select ${parts} from mail.ticket_orders t
   join mail.orders o on o.id = t.order_id join mail.shows s on s.id = o.show_id where t.ticket_id = $1`,
)

interface Row {
  readonly order: OrderRow
  readonly show: ShowRow
}

/** JSON writes instants in Postgres's own way. */
const instant = (text: string) => new Date(text).toISOString()

export async function readDocumented(
  { db, codes }: { db: Queryable; codes: TicketCodes },
  { orderId, ticketId }: { orderId: string; ticketId?: never } | { orderId?: never; ticketId: string },
): Promise<Documented | null> {
  const [row] = await db.query<Row>(orderId === undefined ? findByTicket : findByOrder, [orderId ?? ticketId])
  if (!row) return null
  const order = toOrder({ ...row.order, created_at: instant(row.order.created_at) })
  const said = (await readParticulars(db, [order.id])).get(order.id)
  const named = [...(said?.units ?? [])].flatMap(([unit, { holderName }]) =>
    holderName === null ? [] : [[unit, holderName] as const],
  )
  return {
    order,
    show: toShow({ ...row.show, starts_at: instant(row.show.starts_at) }),
    codes: codesOf(order.tickets, codes),
    holders: new Map(named),
  }
}
