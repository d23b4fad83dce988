// SQL of the mailbox page, of the organiser's list of an order's mails, and of their counts. Reads
// only, but for the faults that somebody asked for.
import type { MailboxFaultBody, MailView } from '@holdfast/contract'
import { type Queryable, sql } from '../../platform/postgres/database.ts'
import type { Mail } from '../domain/mail.ts'
import { type MailRow, mailColumns, toMail } from '../store/rows.ts'

const columns = mailColumns
  .split(', ')
  .map((column) => `m.${column}`)
  .join(', ')

const listReceived = sql(
  'mail.list_received',
  `select b.id as "receivedId", b.received_at as "receivedAt", ${columns}
   from mail.mailbox b join mail.mails m on m.id = b.mail_id
   where ($1::text is null or m.recipient = $1) and ($2::bigint is null or b.id < $2)
   order by b.id desc limit $3`,
)
const findReceived = sql(
  'mail.find_received',
  `select ${columns} from mail.mailbox b join mail.mails m on m.id = b.mail_id where b.id = $1`,
)
const listOfOrder = sql(
  'mail.list_of_order',
  `select ${mailColumns} from mail.mails where order_id = $1 order by queued_at, id limit 100`,
)
const readPlace = sql(
  'mail.read_place',
  `select s.organiser_id as "organisationId", s.id as "showId" from mail.orders o join mail.shows s on s.id = o.show_id where o.id = $1`,
)
const setFault = sql(
  'mail.set_mailbox_fault',
  `insert into mail.mailbox_faults (kind, times) values ($1, $2)
   on conflict (kind) do update set times = excluded.times`,
)
const readFaults = sql(
  'mail.read_mailbox_faults',
  `select kind, times from mail.mailbox_faults where times > 0 order by kind`,
)

export interface Received {
  readonly receivedId: number
  readonly receivedAt: string
  readonly mail: Mail
}

type ReceivedRow = MailRow & { readonly receivedId: number; readonly receivedAt: string }

export async function listMailbox(
  db: Queryable,
  query: { to: string | null; beforeId: number | null; limit: number },
): Promise<Received[]> {
  const rows = await db.query<ReceivedRow>(listReceived, [query.to, query.beforeId, query.limit])
  return rows.map(({ receivedId, receivedAt, ...row }) => ({ receivedId, receivedAt, mail: toMail(row) }))
}

export async function findInMailbox(db: Queryable, receivedId: number): Promise<Mail | null> {
  const [row] = await db.query<MailRow>(findReceived, [receivedId])
  return row ? toMail(row) : null
}

/** The show of an order and who sells it, or null when mail does not know it. */
export async function readPlaceOf(
  db: Queryable,
  orderId: string,
): Promise<{ organisationId: string; showId: string } | null> {
  const [row] = await db.query<{ organisationId: string; showId: string }>(readPlace, [orderId])
  return row ?? null
}

export async function listMailsOf(db: Queryable, orderId: string): Promise<MailView[]> {
  const rows = await db.query<MailRow>(listOfOrder, [orderId])
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    to: row.recipient,
    state: row.state,
    queuedAt: row.queued_at,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    attempts: row.attempts,
  }))
}

export async function saveFault(db: Queryable, { kind, times = 1 }: MailboxFaultBody): Promise<void> {
  await db.query(setFault, [kind, times])
}

export function listFaults(db: Queryable): Promise<Required<MailboxFaultBody>[]> {
  return db.query(readFaults)
}
