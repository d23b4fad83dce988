// SQL of the door: the shows that it may be open for, and what became of a ticket. Never decides.
import { type InTransaction, type Queryable, sql } from '../../platform/postgres/database.ts'
import type { DoorShow } from '../domain/door.ts'
import type { CodedTicket } from './admissions.ts'

const doorColumns = `id, organiser_id as "organisationId", title, starts_at as "startsAt", time_zone as "timeZone",
  status = 'cancelled' as cancelled`
// With what else the organisations show about now: doors are open for the shows of the day.
const readDoorShows = sql(
  'tickets.read_door_shows',
  `select ${doorColumns} from tickets.shows where id = any($1::uuid[])
   union
   select ${doorColumns} from tickets.shows
   where organiser_id in (select organiser_id from tickets.shows where id = any($1::uuid[]))
     and status in ('on_sale', 'closed') and starts_at between now() - interval '2 days' and now() + interval '2 days'`,
)
const findTicketsById = sql(
  'tickets.find_tickets_by_id',
  `select id, order_id as "orderId" from tickets.tickets where id = any($1::uuid[])`,
)
const readShowOfCodeStatement = sql(
  'tickets.read_show_of_code',
  `select s.id, s.title, s.starts_at as "startsAt", s.time_zone as "timeZone"
   from tickets.tickets t join tickets.admissions a on a.order_id = t.order_id join tickets.shows s on s.id = a.show_id
   where t.code = $1`,
)

const readUseStatement = sql(
  'tickets.read_use',
  `select used_at as "usedAt", used_door as "usedDoor" from tickets.tickets where code = $1 and used_at is not null`,
)

/** When and where a ticket was used. What is used stays used, so that no lock is needed. */
export async function readUse(
  db: Queryable,
  code: string,
): Promise<{ usedAt: string; usedDoor: string | null } | null> {
  const [row] = await db.query<{ usedAt: string; usedDoor: string | null }>(readUseStatement, [code])
  return row ?? null
}

/** What a door knows of these shows, and of those of the same organisations about now. */
export async function loadDoorShows(
  tx: InTransaction,
  showIds: readonly string[],
): Promise<Map<string, DoorShow>> {
  if (showIds.length === 0) return new Map()
  const rows = await tx.query<DoorShow>(readDoorShows, [showIds])
  return new Map(rows.map((row) => [row.id, row]))
}

/** The order of each of these tickets. */
export async function findOrdersOf(
  tx: InTransaction,
  ticketIds: readonly string[],
): Promise<Map<string, string>> {
  if (ticketIds.length === 0) return new Map()
  const rows = await tx.query<CodedTicket>(findTicketsById, [ticketIds])
  return new Map(rows.map(({ id, orderId }) => [id, orderId]))
}

/** The show that a ticket is for, to tell a door that is not open for it. */
export async function readShowOfCode(
  db: Queryable,
  code: string,
): Promise<Pick<DoorShow, 'id' | 'title' | 'startsAt' | 'timeZone'> | null> {
  const [row] = await db.query<Pick<DoorShow, 'id' | 'title' | 'startsAt' | 'timeZone'>>(
    readShowOfCodeStatement,
    [code],
  )
  return row ?? null
}
