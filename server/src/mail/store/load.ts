// SQL that reads and locks what a batch of mail's commands needs: shows, orders, tellings, mails, in
// this order and each by id. Decides nothing.
import type { Event, Language } from '@holdfast/contract'
import { type BatchTx, type Queryable, sql } from '../../platform/postgres/database.ts'
import { remindBeforeMs } from '../domain/telling.ts'
import type { Command, Unfinished, World } from '../world.ts'
import {
  type MailRow,
  mailColumns,
  type OrderRow,
  orderColumns,
  type ShowRow,
  showColumns,
  type TellingRow,
  tellingColumns,
  toMail,
  toOrder,
  toShow,
  toTelling,
} from './rows.ts'

const lockShows = sql(
  'mail.lock_shows',
  `select ${showColumns} from mail.shows where id = any($1::uuid[]) order by id for update`,
)
const readShows = sql('mail.read_shows', `select ${showColumns} from mail.shows where id = any($1::uuid[])`)
const lockOrders = sql(
  'mail.lock_orders',
  `select ${orderColumns} from mail.orders where id = any($1::uuid[]) order by id for update`,
)
const readOrders = sql(
  'mail.read_orders',
  `select ${orderColumns} from mail.orders where id = any($1::uuid[])`,
)
const lockMails = sql(
  'mail.lock_mails',
  `select ${mailColumns} from mail.mails where id = any($1::uuid[]) order by id for update`,
)
// What another process takes is skipped, so that any number of them share the work.
const lockDue = sql(
  'mail.lock_due',
  `select ${mailColumns} from mail.mails where due_at <= $2 order by due_at limit $1 for update skip locked`,
)
// A show that begins in a minute reminds nobody: they are on their way.
const lockSoon = sql(
  'mail.lock_soon',
  `select ${showColumns} from mail.shows
   where not cancelled and starts_at between $1 and $1::timestamptz + $2 * interval '1 millisecond'
     and reminded_for is distinct from starts_at
   order by id limit 20 for update skip locked`,
)
const lockTelling = sql(
  'mail.lock_telling',
  `select ${tellingColumns} from mail.tellings where not ended order by id limit 1 for update skip locked`,
)
const readHolders = sql(
  'mail.read_holders',
  `select ${orderColumns} from mail.orders
   where show_id = $1 and status <> 'cancelled' and ($2::uuid is null or id > $2) order by id limit $3`,
)

interface Wanted {
  readonly lockedShows: Set<string>
  readonly shows: Set<string>
  readonly orders: Set<string>
  readonly buyers: Set<string>
  /** Those whose past is asked for when mail does not know them. */
  readonly late: Set<string>
  readonly mails: Set<string>
  take: number
  tell: number
  remind: boolean
}

/** News that may come years after the order. */
const isLate = ({ type }: Command) => type === 'NoteRefund' || type === 'NoteVoid' || type === 'NoteBounce'

function wantedBy(commands: readonly Command[]): Wanted {
  const wanted: Wanted = {
    lockedShows: new Set(),
    shows: new Set(),
    orders: new Set(),
    buyers: new Set(),
    late: new Set(),
    mails: new Set(),
    take: 0,
    tell: 0,
    remind: false,
  }
  for (const command of commands) {
    if (command.type === 'NoteShow') wanted.lockedShows.add(command.show.id)
    else if (command.type === 'NoteShowEnd') wanted.lockedShows.add(command.showId)
    else if (command.type === 'TakeDue') wanted.take = Math.max(wanted.take, command.limit)
    else if (command.type === 'Tell') wanted.tell = Math.max(wanted.tell, command.limit)
    else if (command.type === 'BeginReminders') wanted.remind = true
    else if (command.type === 'NoteLink') continue
    else if ('mailId' in command) wanted.mails.add(command.mailId)
    else {
      wanted.orders.add(command.orderId)
      if (isLate(command)) wanted.late.add(command.orderId)
      if (command.type === 'NoteReserved') {
        wanted.shows.add(command.showId)
        wanted.buyers.add(command.buyer.id).add(command.by)
      }
      if (command.type !== 'NoteComplete') continue
      wanted.shows.add(command.showId)
      wanted.buyers.add(command.soldBy ?? command.buyer.id)
    }
  }
  return wanted
}

/** What the platform knows of orders and people. */
export interface Readers {
  readonly readProcessEvents: (tx: Queryable, orderId: string) => Promise<Event[]>
  readonly readLanguages: (tx: Queryable, people: readonly string[]) => Promise<Map<string, Language>>
  /** When this consumer began to read. */
  readonly readBegan: (tx: Queryable) => Promise<string | null>
}

export async function load(
  tx: BatchTx,
  commands: readonly Command[],
  { readProcessEvents, readLanguages, readBegan }: Readers,
): Promise<World> {
  const wanted = wantedBy(commands)
  const shows =
    wanted.lockedShows.size > 0 ? await tx.query<ShowRow>(lockShows, [[...wanted.lockedShows]]) : []
  const soon = wanted.remind ? await tx.query<ShowRow>(lockSoon, [await tx.begun, remindBeforeMs]) : []
  const orders = wanted.orders.size > 0 ? await tx.query<OrderRow>(lockOrders, [[...wanted.orders]]) : []
  const telling = await loadTelling(tx, wanted.tell)
  const mails = wanted.mails.size > 0 ? await tx.query<MailRow>(lockMails, [[...wanted.mails]]) : []
  const due = wanted.take > 0 ? await tx.query<MailRow>(lockDue, [wanted.take, await tx.begun]) : []
  const knownOrders = new Map([...orders, ...(await ordersOf(tx, due))].map((row) => [row.id, toOrder(row)]))
  const late = [...wanted.late].filter((id) => !knownOrders.has(id))
  const unfinished = await findUnfinished(late, (orderId) => readProcessEvents(tx, orderId))
  const others = new Set([
    ...wanted.shows,
    ...[...knownOrders.values(), ...unfinished.values()].flatMap((order) => order?.showId ?? []),
    ...due.flatMap((row) => row.show_id ?? []),
    ...(telling ? [telling.telling.showId] : []),
  ])
  const plain = others.size > 0 ? await tx.query<ShowRow>(readShows, [[...others]]) : []
  const buyers = [...wanted.buyers, ...[...unfinished.values()].flatMap((order) => order?.buyerId ?? [])]
  return {
    beganAt: await readBegan(tx),
    shows: new Map([...plain, ...soon, ...shows].map((row) => [row.id, toShow(row)])),
    orders: knownOrders,
    unfinished,
    forgotten: new Set(late.filter((id) => !unfinished.has(id))),
    languages: buyers.length > 0 ? await readLanguages(tx, buyers) : new Map<string, Language>(),
    mails: new Map([...mails, ...due].map((row) => [row.id, toMail(row)])),
    due: due.map(({ id }) => id),
    soon: soon.map(({ id }) => id),
    telling,
    changedShows: new Set(),
    changedOrders: new Set(),
    newMails: new Set(),
    changedMails: new Set(),
    begun: [],
    advanced: [],
  }
}

async function loadTelling(tx: BatchTx, limit: number): Promise<World['telling']> {
  if (limit === 0) return null
  const [row] = await tx.query<TellingRow>(lockTelling)
  if (!row) return null
  const orders = await tx.query<OrderRow>(readHolders, [row.show_id, row.after_id, limit])
  return { telling: toTelling(row), orders: orders.map(toOrder) }
}

async function ordersOf(tx: BatchTx, mails: readonly MailRow[]): Promise<OrderRow[]> {
  const ids = new Set(mails.flatMap(({ order_id }) => order_id ?? []))
  return ids.size > 0 ? tx.query<OrderRow>(readOrders, [[...ids]]) : []
}

/**
 * Orders that were held and not completed, from their first event. Mail does not hear each hold, so
 * that a hold costs nothing here.
 */
async function findUnfinished(
  orderIds: readonly string[],
  eventsOf: (orderId: string) => Promise<Event[]>,
): Promise<Map<string, Unfinished | null>> {
  const found = new Map<string, Unfinished | null>()
  for (const orderId of orderIds) {
    const events = await eventsOf(orderId)
    const created = events.find((event): event is Event & { type: 'OrderCreated' } => {
      return event.type === 'OrderCreated'
    })
    if (events.some(({ type }) => type === 'OrderCompleted')) found.set(orderId, null)
    else if (created) {
      const { showId, buyerId, buyerEmail: email, lines, amount: total } = created.data
      found.set(orderId, { showId, buyerId, email, lines, total, createdAt: created.occurredAt })
    }
  }
  return found
}
