// SQL that stores what a batch of mail's commands decided. Decides nothing.
import { type Write, withRows, writeRows } from '../../platform/postgres/database.ts'
import type { World } from '../world.ts'
import {
  mailColumns,
  mailRowOf,
  mailTypes,
  orderColumns,
  orderRowOf,
  orderTypes,
  showColumns,
  showRowOf,
  showTypes,
  tellingColumns,
  tellingRowOf,
  tellingTypes,
} from './rows.ts'

const setAll = (columns: string) =>
  columns
    .split(', ')
    .filter((column) => column !== 'id')
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')

const saveShows = withRows(
  'mail.save_shows',
  showTypes,
  (rows) => `insert into mail.shows (${showColumns}) select ${showColumns} from ${rows} as n
   on conflict (id) do update set ${setAll(showColumns)}`,
)
const saveOrders = withRows(
  'mail.save_orders',
  orderTypes,
  (rows) => `insert into mail.orders (${orderColumns}) select ${orderColumns} from ${rows} as n
   on conflict (id) do update set ${setAll(orderColumns)}`,
)
// The id follows from fact and recipient: a mail that is there already is the same one.
const insertMails = withRows(
  'mail.insert_mails',
  mailTypes,
  (rows) => `insert into mail.mails (${mailColumns}) select ${mailColumns} from ${rows} as n
   on conflict (id) do nothing`,
)
const changingTypes = {
  id: 'uuid',
  state: 'text',
  due_at: 'timestamptz',
  attempts: 'int',
  fence: 'int',
  reason: 'text',
  ended_at: 'timestamptz',
  version: 'int',
} as const
const updateMails = withRows(
  'mail.update_mails',
  changingTypes,
  (rows) => `update mail.mails m
   set state = n.state, due_at = n.due_at, attempts = n.attempts, fence = n.fence, reason = n.reason,
       ended_at = n.ended_at, version = n.version
   from ${rows} as n where m.id = n.id`,
)
const insertTellings = withRows(
  'mail.insert_tellings',
  tellingTypes,
  (rows) => `insert into mail.tellings (${tellingColumns}) select ${tellingColumns} from ${rows} as n
   on conflict (id) do nothing`,
)
const advanceTellings = withRows(
  'mail.advance_tellings',
  { id: 'uuid', after_id: 'uuid', ended: 'boolean', told: 'int' },
  (rows) => `update mail.tellings t set after_id = n.after_id, ended = n.ended, told = n.told
   from ${rows} as n where t.id = n.id`,
)

// In the order of their orders, which are stored before them.
const insertTickets = withRows(
  'mail.insert_ticket_orders',
  { ticket_id: 'uuid', order_id: 'uuid' },
  (rows) => `insert into mail.ticket_orders (ticket_id, order_id) select ticket_id, order_id from ${rows} as n
   on conflict (ticket_id) do nothing`,
)

const pick = <Value>(all: ReadonlyMap<string, Value>, ids: ReadonlySet<string>): Value[] =>
  [...ids].flatMap((id) => all.get(id) ?? [])

export function save(world: World): readonly Write[] {
  const { shows, orders, mails, changedShows, changedOrders, newMails, changedMails } = world
  return [
    ...writeRows(saveShows, pick(shows, changedShows).map(showRowOf)),
    ...writeRows(saveOrders, pick(orders, changedOrders).map(orderRowOf)),
    ...writeRows(
      insertTickets,
      pick(orders, changedOrders).flatMap(({ id, tickets }) =>
        (tickets ?? []).map((ticket) => ({ ticket_id: ticket.id, order_id: id })),
      ),
    ),
    ...writeRows(insertTellings, world.begun.map(tellingRowOf)),
    ...writeRows(advanceTellings, world.advanced.map(tellingRowOf)),
    ...writeRows(insertMails, pick(mails, newMails).map(mailRowOf)),
    ...writeRows(updateMails, pick(mails, changedMails.difference(newMails)).map(mailRowOf)),
  ]
}
