// SQL of issued tickets: whole batches of orders with one statement each. Stores the codes that the
// door asks for, and tells them to nobody. Never decides.
import { copyInto, type InTransaction, sql, type Write, writeRows } from '../../platform/postgres/database.ts'
import type { TicketCodes } from '../../platform/secrets/tickets.ts'
import type { Admission, Ticket } from '../domain/admission.ts'
import type { Seat } from '../domain/show-content.ts'

const findTicketsByCode = sql(
  'tickets.find_tickets_by_code',
  `select code, id, order_id as "orderId" from tickets.tickets where code = any($1)`,
)
const lockAdmissions = sql(
  'tickets.lock_admissions',
  `select order_id as "orderId", show_id as "showId", payment_id as "paymentId", status,
     refunded_payment_ids as "refundedPaymentIds", version
   from tickets.admissions where order_id = any($1) order by order_id for update`,
)
const readTickets = sql(
  'tickets.read_tickets',
  `select order_id as "orderId", id, unit, generation, key_version as "keyVersion",
     ticket_type_id as "ticketTypeId", name, admits, seat_id as "seatId", section, row, number,
     status, used_at as "usedAt", used_door as "usedDoor"
   from tickets.tickets where order_id = any($1) order by order_id, unit`,
)
const readSeatLabels = sql(
  'tickets.read_seat_labels',
  `select id, section, row, number from tickets.seats where id = any($1)`,
)
interface AdmissionRow {
  readonly orderId: string
  readonly showId: string | null
  readonly paymentId: string | null
  readonly status: Admission['status']
  readonly refundedPaymentIds: readonly string[]
  readonly version: number
}
interface TicketRow {
  readonly orderId: string
  readonly id: string
  readonly unit: number
  readonly generation: number
  readonly keyVersion: string | null
  readonly ticketTypeId: string
  readonly name: string
  readonly admits: number
  readonly seatId: string | null
  readonly section: string | null
  readonly row: string | null
  readonly number: string | null
  readonly status: Ticket['status']
  readonly usedAt: string | null
  readonly usedDoor: string | null
}

/** Which ticket has a code. */
export interface CodedTicket {
  readonly id: string
  readonly orderId: string
}

/** The ticket of each code that exists. */
export async function findTickets(
  tx: InTransaction,
  codes: readonly string[],
): Promise<Map<string, CodedTicket>> {
  if (codes.length === 0) return new Map()
  const rows = await tx.query<CodedTicket & { readonly code: string }>(findTicketsByCode, [codes])
  return new Map(rows.map(({ code, id, orderId }) => [code, { id, orderId }]))
}

/** Locks what is known of these orders, in the order of their ids, and reads their tickets. */
export async function loadAdmissions(
  tx: InTransaction,
  orderIds: readonly string[],
): Promise<Map<string, Admission>> {
  if (orderIds.length === 0) return new Map()
  const [rows, tickets] = await Promise.all([
    tx.query<AdmissionRow>(lockAdmissions, [orderIds]),
    tx.query<TicketRow>(readTickets, [orderIds]),
  ])
  const ticketsByOrder = Map.groupBy(tickets, (ticket) => ticket.orderId)
  return new Map(rows.map((row) => [row.orderId, toAdmission(row, ticketsByOrder.get(row.orderId) ?? [])]))
}

function toAdmission(row: AdmissionRow, tickets: readonly TicketRow[]): Admission {
  const { orderId, version, status, showId, paymentId } = row
  if (status === 'refunded_early')
    return { status, orderId, version, refundedPaymentIds: row.refundedPaymentIds }
  if (showId === null) throw new Error(`the tickets of order ${orderId} have no show`)
  return { status, orderId, version, showId, paymentId, tickets: tickets.map(toTicket) }
}

function toTicket({
  id,
  unit,
  generation,
  keyVersion,
  ticketTypeId,
  name,
  admits,
  seatId,
  section,
  row,
  number,
  status,
  usedAt,
  usedDoor,
}: TicketRow): Ticket {
  const seat =
    seatId === null
      ? {}
      : { seat: { id: seatId, section: section ?? '', row: row ?? '', number: number ?? '' } }
  const version = keyVersion === null ? {} : { keyVersion }
  const people = admits === 1 ? {} : { admits }
  const issued = { id, unit, generation, ...version, ticketTypeId, name, ...people, ...seat }
  if (status === 'valid') return { ...issued, status }
  if (status === 'void') return { ...issued, status, usedAt, usedDoor }
  if (usedAt === null) throw new Error(`ticket ${id} was used at no time`)
  return { ...issued, status, usedAt, usedDoor }
}

export async function readSeats(tx: InTransaction, ids: readonly string[]): Promise<Map<string, Seat>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.query<Seat>(readSeatLabels, [ids])
  return new Map(rows.map((seat) => [seat.id, seat]))
}

const admissionRecord = `order_id uuid, show_id uuid, payment_id uuid, status text, refunded_payment_ids uuid[], version int`
// No "on conflict": when two processes hear of an order at once, one of them must fail, look again
// and decide anew.
const insertAdmissions = sql(
  'tickets.insert_admissions',
  `insert into tickets.admissions (order_id, show_id, payment_id, status, refunded_payment_ids, version)
   select order_id, show_id, payment_id, status, refunded_payment_ids, version
   from json_to_recordset($1) as a (${admissionRecord})`,
)
const updateAdmissions = sql(
  'tickets.update_admissions',
  `update tickets.admissions as old
   set show_id = a.show_id, payment_id = a.payment_id, status = a.status,
       refunded_payment_ids = a.refunded_payment_ids, version = a.version
   from json_to_recordset($1) as a (${admissionRecord})
   where old.order_id = a.order_id`,
)
const insertTickets = copyInto('tickets.insert_tickets', 'tickets.tickets', {
  order_id: 'uuid',
  id: 'uuid',
  unit: 'int',
  generation: 'int',
  key_version: 'text',
  ticket_type_id: 'uuid',
  name: 'text',
  admits: 'int',
  code: 'text',
  seat_id: 'uuid',
  section: 'text',
  row: 'text',
  number: 'text',
  status: 'text',
})
const updateTickets = sql(
  'tickets.update_tickets',
  `update tickets.tickets as old set status = t.status, used_at = t.used_at, used_door = t.used_door
   from json_to_recordset($1) as t (order_id uuid, id uuid, status text, used_at timestamptz, used_door text)
   where old.order_id = t.order_id and old.id = t.id`,
)

export interface AdmissionChanges {
  readonly inserted: readonly Admission[]
  readonly updated: readonly Admission[]
  /** Orders whose tickets are new; of the other changed ones the tickets are updated. */
  readonly issued: ReadonlySet<string>
  readonly codes: TicketCodes
}

export function saveAdmissions({ inserted, updated, issued, codes }: AdmissionChanges): readonly Write[] {
  const fresh: ReturnType<typeof freshRow>[] = []
  const changed: object[] = []
  for (const admission of [...inserted, ...updated]) {
    if (admission.status === 'refunded_early') continue
    const { orderId } = admission
    // A ticket may be issued and void within one batch, so that new tickets are updated as well
    // when they are not valid.
    for (const ticket of admission.tickets) {
      const isNew = issued.has(orderId)
      if (isNew) fresh.push(freshRow(orderId, ticket, codes))
      if (!isNew || ticket.status !== 'valid') changed.push(changedRow(orderId, ticket))
    }
  }
  return [
    ...writeRows(insertAdmissions, inserted.map(admissionRow)),
    ...writeRows(updateAdmissions, updated.map(admissionRow)),
    ...writeRows(insertTickets, fresh),
    ...writeRows(updateTickets, changed),
  ]
}

function admissionRow(admission: Admission) {
  const { orderId: order_id, status, version } = admission
  if (status === 'refunded_early')
    return { order_id, status, version, refunded_payment_ids: admission.refundedPaymentIds }
  return {
    order_id,
    status,
    version,
    show_id: admission.showId,
    payment_id: admission.paymentId,
    refunded_payment_ids: [],
  }
}

function freshRow(order_id: string, ticket: Ticket, codes: TicketCodes) {
  const { id, unit, generation, keyVersion = null, ticketTypeId, name, admits = 1, seat } = ticket
  // No door scans an extra: what has no code cannot be let in by one.
  const code = admits === 0 ? null : codes.codeOf(ticket)
  if (code === null && admits > 0) throw new Error(`the key of ticket ${id} is not known here`)
  return {
    order_id,
    id,
    unit,
    generation,
    key_version: keyVersion,
    ticket_type_id: ticketTypeId,
    name,
    admits,
    code,
    status: 'valid',
    seat_id: seat?.id ?? null,
    section: seat?.section ?? null,
    row: seat?.row ?? null,
    number: seat?.number ?? null,
  }
}

function changedRow(order_id: string, ticket: Ticket) {
  const { usedAt, usedDoor } = ticket.status === 'valid' ? { usedAt: null, usedDoor: null } : ticket
  return { order_id, id: ticket.id, status: ticket.status, used_at: usedAt, used_door: usedDoor }
}
