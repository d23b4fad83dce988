// What the door is shown of a ticket, and tickets as it finds them by a name. Reads only.
import { type Asks, type FoundTicket, orderCodeOf } from '@holdfast/contract'
import {
  findHolders,
  noParticulars,
  nothingSaid,
  readParticulars,
} from '../../platform/personal/particulars.ts'
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { CheckedIn } from '../domain/admission.ts'
import { shownAtDoor } from '../domain/at-door.ts'

const readStatement = sql(
  'tickets.read_at_door',
  `select coalesce(s.asks, '{}') as asks, s.evening ->> 'checkNote' as "showNote", t.terms ->> 'checkNote' as "typeNote"
   from tickets.shows s left join tickets.ticket_types t on t.show_id = s.id and t.id = $2 where s.id = $1`,
)

/** Whose ticket it is, what to look at, and what was answered for the door. */
export async function readAtDoor(
  db: Queryable,
  { ticket, orderId, showId }: Pick<CheckedIn, 'ticket' | 'orderId' | 'showId'>,
): Promise<ReturnType<typeof shownAtDoor>> {
  const { ticketTypeId, unit } = ticket
  const [[show], saidOf] = await Promise.all([
    db.query<{ asks: Asks; showNote: string | null; typeNote: string | null }>(readStatement, [
      showId,
      ticketTypeId,
    ]),
    readParticulars(db, [orderId]),
  ])
  const said = saidOf.get(orderId) ?? nothingSaid
  const { holderName, answers } = said.units.get(unit) ?? noParticulars
  return shownAtDoor({
    asks: show?.asks ?? {},
    notes: [show?.showNote ?? null, show?.typeNote ?? null],
    ticketTypeId,
    holderName,
    orderAnswers: said.order.answers,
    answers,
  })
}

const findCodeStatement = sql('tickets.find_code', 'select code from tickets.tickets where id = $1')
const readFoundStatement = sql(
  'tickets.read_found',
  `select t.order_id as "orderId", t.id as "ticketId", t.unit, t.name, t.seat_id as "seatId", t.section, t.row, t.number,
     t.status, t.used_at as "usedAt"
   from tickets.tickets t join unnest($1::uuid[], $2::int[]) as f (order_id, unit)
     on t.order_id = f.order_id and t.unit = f.unit`,
)

/** The code of a ticket that is known by its id. */
export async function findCode(db: Queryable, ticketId: string): Promise<string | null> {
  const [row] = await db.query<{ code: string }>(findCodeStatement, [ticketId])
  return row?.code ?? null
}

interface FoundRow extends Pick<FoundTicket, 'orderId' | 'ticketId' | 'name' | 'status'> {
  readonly unit: number
  readonly seatId: string | null
  readonly section: string | null
  readonly row: string | null
  readonly number: string | null
  readonly usedAt: string | null
}

/** As many as fit on a page at the door: more words find fewer. */
const foundMost = 20

/** Tickets of a show whose holders' names have these words, by name. */
export async function searchAtDoor(db: Queryable, showId: string, text: string): Promise<FoundTicket[]> {
  // Of holds that ended, too: names without a ticket are passed over.
  const holders = await findHolders(db, { showId, text, limit: foundMost * 5 })
  const rows = await db.query<FoundRow>(readFoundStatement, [
    holders.map(({ orderId }) => orderId),
    holders.map(({ unit }) => unit),
  ])
  const found = holders.flatMap(({ orderId, unit, holderName }) => {
    const row = rows.find((each) => each.orderId === orderId && each.unit === unit)
    return row ? [foundView(row, holderName)] : []
  })
  return found.slice(0, foundMost)
}

function foundView(found: FoundRow, holderName: string): FoundTicket {
  const { ticketId, orderId, name, status, seatId, section, row, number, usedAt } = found
  return {
    ticketId,
    orderId,
    orderCode: orderCodeOf(orderId),
    name,
    holderName,
    status,
    ...(seatId === null
      ? {}
      : { seat: { id: seatId, section: section ?? '', row: row ?? '', number: number ?? '' } }),
    ...(usedAt === null ? {} : { usedAt }),
  }
}
