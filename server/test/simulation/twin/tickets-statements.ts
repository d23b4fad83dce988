// Statements of tickets, by name.
import { only } from './engine.ts'
import type { Row } from './schema.ts'
import {
  by,
  byColumn,
  byKeys,
  columnsOf,
  compare,
  copyInto,
  except,
  recordsOf,
  type StatementTwin,
  type StatementTwins,
  shape,
  updateByKey,
} from './statement.ts'

const showColumns = `id organiserId=organiser_id title startsAt=starts_at timeZone=time_zone currency venue description
  holdSeconds=hold_seconds maxPerOrder=max_per_order maxPerBuyer=max_per_buyer status publishedAt=published_at announcedStart=announced_start evening asks version blocked`
const storedShow = `id organiser_id title starts_at time_zone currency venue description hold_seconds max_per_order max_per_buyer
  status published_at announced_start evening asks version local_day search_text blocked`
const admissionColumns = 'order_id show_id payment_id status refunded_payment_ids version'

/**
 * `delete … where show_id = any($1) and not id = any($2)`; refused while other rows refer to one.
 */
function deleteOthers(table: string): StatementTwin {
  return (view, [showIds, keptIds]) => {
    const shows = new Set(showIds as string[])
    const kept = new Set(keptIds as string[])
    for (const row of view.all(table)) {
      if (shows.has(row['show_id'] as string) && !kept.has(row['id'] as string))
        view.remove(table, row['id'] as string)
    }
    return []
  }
}

function upsert(table: string, columns: string, keptColumns: readonly string[]): StatementTwin {
  return (view, [json]) => {
    for (const record of recordsOf(json)) {
      const row = columnsOf(record, columns)
      view.insert(table, row, () => except(row, ...keptColumns))
    }
    return []
  }
}

export const ticketsStatements: StatementTwins = {
  'tickets.lock_shows': byKeys('tickets.shows', showColumns, 'update'),
  'tickets.make_sellers': (view, [ids]) => {
    for (const id of (ids as string[]).toSorted(compare)) view.insert('tickets.sellers', { id }, 'skip')
    return []
  },
  'tickets.lock_sellers': byKeys('tickets.sellers', 'id approved blocked', 'share'),
  'tickets.list_unsettled_shows': (view) => {
    const sellers = new Map(view.all('tickets.sellers').map((row) => [row['id'], row]))
    return view
      .all('tickets.shows')
      .filter((row) => {
        const isBlocked = sellers.get(row['organiser_id'])?.['blocked'] === true
        return row['blocked'] === true ? !isBlocked : isBlocked && row['status'] === 'on_sale'
      })
      .map(shape('id organiserId=organiser_id'))
  },
  'tickets.read_show': (view, [id]) => only(view.get('tickets.shows', id as string)).map(shape(showColumns)),
  'tickets.list_search_texts': (view, [afterId, limit]) =>
    view
      .all('tickets.shows')
      .filter((row) => compare(row['id'], afterId) > 0)
      .toSorted(by('id'))
      .slice(0, limit as number)
      .map(shape('id title venue searchText=search_text')),
  'tickets.read_types': byColumn(
    'tickets.ticket_types',
    'show_id',
    'id showId=show_id name priceMinor=price_minor taxRateBps=tax_rate_bps terms takes seated',
    ['show_id', 'position'],
  ),
  'tickets.read_pools': byColumn('tickets.pools', 'show_id', 'id showId=show_id name capacity latch', [
    'show_id',
    'position',
  ]),
  'tickets.read_seats_of_types': byColumn(
    'tickets.seats',
    'ticket_type_id',
    'id typeId=ticket_type_id section row number',
    ['ticket_type_id', 'position'],
  ),
  'tickets.upsert_shows': upsert('tickets.shows', storedShow, ['id', 'organiser_id']),
  'tickets.delete_other_seats': deleteOthers('tickets.seats'),
  'tickets.delete_other_types': deleteOthers('tickets.ticket_types'),
  'tickets.delete_other_pools': deleteOthers('tickets.pools'),
  'tickets.upsert_pools': upsert('tickets.pools', 'id show_id position name capacity latch', [
    'id',
    'show_id',
    'name',
  ]),
  'tickets.upsert_types': upsert(
    'tickets.ticket_types',
    'id show_id position name price_minor tax_rate_bps terms takes seated',
    ['id', 'show_id'],
  ),
  'tickets.upsert_seats': upsert('tickets.seats', 'id show_id ticket_type_id position section row number', [
    'id',
    'show_id',
    'ticket_type_id',
    'section',
    'row',
    'number',
  ]),
  'tickets.find_tickets_by_code': byColumn('tickets.tickets', 'code', 'code id orderId=order_id'),
  'tickets.read_use': (view, [code]) =>
    view
      .all('tickets.tickets')
      .filter((row) => row['code'] === code && row['used_at'] !== null)
      .map(shape('usedAt=used_at usedDoor=used_door')),
  'tickets.lock_admissions': byKeys(
    'tickets.admissions',
    'orderId=order_id showId=show_id paymentId=payment_id status refundedPaymentIds=refunded_payment_ids version',
    'update',
  ),
  'tickets.read_tickets': byColumn(
    'tickets.tickets',
    'order_id',
    `orderId=order_id id unit generation keyVersion=key_version ticketTypeId=ticket_type_id name admits seatId=seat_id section row number status usedAt=used_at usedDoor=used_door`,
    ['order_id', 'unit'],
  ),
  'tickets.read_seat_labels': byKeys('tickets.seats', 'id section row number'),
  'tickets.find_tickets_by_id': byColumn('tickets.tickets', 'id', 'id orderId=order_id'),
  'tickets.read_show_place': (view, [id]) =>
    only(view.get('tickets.shows', id as string)).map(shape('showId=id organisationId=organiser_id')),
  'tickets.read_door_shows': (view, [ids]) => {
    const rows = view.all('tickets.shows')
    const asked = new Set(ids as unknown[])
    const houses = new Set(rows.flatMap((row) => (asked.has(row['id']) ? [row['organiser_id']] : [])))
    const isNear = (row: Row) =>
      (row['status'] === 'on_sale' || row['status'] === 'closed') &&
      Math.abs(Date.parse(row['starts_at'] as string) - view.nowMs) <= 2 * 24 * 3_600_000
    return rows
      .filter((row) => asked.has(row['id']) || (houses.has(row['organiser_id']) && isNear(row)))
      .map((row) => ({
        ...shape('id organisationId=organiser_id title startsAt=starts_at timeZone=time_zone')(row),
        cancelled: row['status'] === 'cancelled',
      }))
  },
  'tickets.read_show_of_code': (view, [code]) =>
    view
      .all('tickets.tickets')
      .filter((row) => row['code'] === code)
      .flatMap((row) => only(view.get('tickets.admissions', row['order_id'] as string)))
      .flatMap((row) => only(view.get('tickets.shows', row['show_id'] as string)))
      .map(shape('id title startsAt=starts_at timeZone=time_zone')),
  'tickets.read_at_door': (view, [showId, typeId]) =>
    only(view.get('tickets.shows', showId as string)).map((show) => ({
      asks: show['asks'] ?? {},
      showNote: (show['evening'] as Row | null)?.['checkNote'] ?? null,
      typeNote:
        (view.get('tickets.ticket_types', typeId as string)?.['terms'] as Row | null | undefined)?.[
          'checkNote'
        ] ?? null,
    })),
  'tickets.insert_admissions': (view, [json]) => {
    for (const record of recordsOf(json))
      view.insert('tickets.admissions', columnsOf(record, admissionColumns))
    return []
  },
  'tickets.update_admissions': updateByKey(
    'tickets.admissions',
    'order_id',
    admissionColumns.replace('order_id ', ''),
  ),
  'tickets.insert_tickets': copyInto(
    'tickets.tickets',
    'order_id id unit generation key_version ticket_type_id name admits code seat_id section row number status',
  ),
  'tickets.update_tickets': updateByKey('tickets.tickets', 'order_id id', 'status used_at used_door'),
}
