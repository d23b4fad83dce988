// The units of orders with what was said of them, for buyers and for those who sell them. Reads only.
import {
  type Asks,
  type AttendeeView,
  type OrderLine,
  type OrderUnits,
  orderCodeOf,
  questionsFor,
  type Unit,
  type UnitView,
  unitsOf,
} from '@holdfast/contract'
import {
  noParticulars,
  nothingSaid,
  type OrderParticulars,
  readParticulars,
} from '../../platform/personal/particulars.ts'
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { KnownTicket } from '../domain/known-tickets.ts'
import { missingOf, type Standing } from '../domain/particulars/particulars.ts'

interface Row {
  readonly id: string
  readonly status: Standing['status']
  readonly buyerId: string
  readonly buyerEmail: string | null
  readonly buyerName: string | null
  readonly showId: string
  readonly organiserId: string
  readonly lines: readonly OrderLine[]
  readonly tickets: readonly KnownTicket[] | null
  readonly asks: Asks | null
  readonly until: string | null
  readonly isOpen: boolean
}

const until = `coalesce((s.asks ->> 'holderDeadlineAt')::timestamptz, s.starts_at, s.sales_end_at)`
const columns = `o.id, o.status, o.buyer_id as "buyerId", o.buyer_email as "buyerEmail", o.buyer_name as "buyerName",
  o.show_id as "showId", s.organiser_id as "organiserId", o.lines, o.known_tickets as tickets, s.asks,
  ${until} as until, coalesce(now() < ${until}, true) as "isOpen"`
const readStatement = sql(
  'orders.read_units',
  `select ${columns} from orders.orders o join orders.shows s on s.id = o.show_id where o.id = $1`,
)
const listStatement = sql(
  'orders.list_attendees',
  `select ${columns} from orders.orders o join orders.shows s on s.id = o.show_id
   where o.show_id = $1 and o.status = 'complete' and o.id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
   order by o.id desc limit $3`,
)
const readShowAsksStatement = sql('orders.read_show_asks', 'select asks from orders.shows where id = $1')

/** An order as far as names and answers are concerned. */
export interface OrderWithUnits {
  readonly id: string
  readonly status: Standing['status']
  readonly buyer: { readonly id: string; readonly email: string | null; readonly name: string | null }
  readonly showId: string
  readonly organiserId: string
  readonly asks: Asks
  readonly until: string | null
  /** Buyers may still change what they said, by the database's clock. */
  readonly isOpen: boolean
  readonly units: readonly UnitWithTicket[]
  readonly said: OrderParticulars
}
export interface UnitWithTicket extends Unit {
  readonly ticket: KnownTicket | undefined
}

function toOrder(row: Row, said: OrderParticulars = nothingSaid): OrderWithUnits {
  const { id, status, showId, organiserId, isOpen, until: openUntil, asks, tickets, lines } = row
  const byUnit = new Map((tickets ?? []).map((ticket) => [ticket.unit, ticket]))
  return {
    id,
    status,
    buyer: { id: row.buyerId, email: row.buyerEmail, name: row.buyerName },
    showId,
    organiserId,
    asks: asks ?? {},
    until: openUntil,
    isOpen,
    units: unitsOf({ showId, lines }).map((unit) => ({ ...unit, ticket: byUnit.get(unit.no) })),
    said,
  }
}

export async function readUnits(db: Queryable, orderId: string): Promise<OrderWithUnits | null> {
  const [[row], said] = await Promise.all([
    db.query<Row>(readStatement, [orderId]),
    readParticulars(db, [orderId]),
  ])
  return row ? toOrder(row, said.get(orderId)) : null
}

/** Paid orders of a show, newest first, from the one behind `beforeId` on. */
export async function listAttending(
  db: Queryable,
  { showId, beforeId, limit }: { showId: string; beforeId: string | null; limit: number },
): Promise<OrderWithUnits[]> {
  const rows = await db.query<Row>(listStatement, [showId, beforeId, limit])
  const said = await readParticulars(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => toOrder(row, said.get(row.id)))
}

export async function readShowAsks(db: Queryable, showId: string): Promise<Asks> {
  const [row] = await db.query<{ asks: Asks | null }>(readShowAsksStatement, [showId])
  return row?.asks ?? {}
}

export function unitView({ asks, said }: OrderWithUnits, unit: UnitWithTicket): UnitView {
  const { no, ticketTypeId, name, ticket } = unit
  const { holderName, holderEmail, answers } = said.units.get(no) ?? noParticulars
  return {
    no,
    ticketTypeId,
    name,
    ...(ticket?.seat ? { seat: ticket.seat } : {}),
    ...(ticket ? { ticketId: ticket.id, ticketStatus: statusOf(ticket) } : {}),
    ...(holderName === null ? {} : { holderName }),
    ...(holderEmail === null ? {} : { holderEmail }),
    answers: { ...answers },
    ...missingOf({ holderName, holderEmail, answers }, { asks, ticketTypeId }),
  }
}

const statusOf = ({ status, used }: KnownTicket) => (status === 'valid' && used ? 'used' : status)

export function orderUnitsView(order: OrderWithUnits, changeable: boolean): OrderUnits {
  const { id: orderId, asks, units, said, until: changeableUntil } = order
  const asked = new Set(
    [null, ...units.map(({ ticketTypeId }) => ticketTypeId)].flatMap((typeId) =>
      questionsFor(asks.questions ?? [], typeId).map(({ id }) => id),
    ),
  )
  return {
    orderId,
    ...(asks.holderNames === undefined ? {} : { holderNames: asks.holderNames }),
    changeableUntil,
    changeable,
    questions: (asks.questions ?? []).filter(({ id }) => asked.has(id)),
    answers: { ...said.order.answers },
    ...missingOf(said.order, { asks, ticketTypeId: null }),
    items: units.map((unit) => unitView(order, unit)),
  }
}

export function attendeesOf(order: OrderWithUnits): AttendeeView[] {
  const { id: orderId, status: orderStatus, buyer, said } = order
  return order.units.map((unit) => ({
    orderId,
    orderCode: orderCodeOf(orderId),
    orderStatus,
    buyerEmail: buyer.email,
    ...(buyer.name === null ? {} : { buyerName: buyer.name }),
    orderAnswers: { ...said.order.answers },
    ...unitView(order, unit),
  }))
}
