// Statements of orders and expiration, by name.
import { only, type View } from './engine.ts'
import type { Row } from './schema.ts'
import {
  by,
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

const orderColumns = `id version status buyer_id buyer_email buyer_name show_id lines code_id code_uses total_minor due_minor
  channel sold_by currency created_at kind expires_at extended hold_seconds payment_id payment_under_way refunded_minor
  return_id cancel_reason tender tender_reason tendered_by`
const saleColumns = `showId=id version organiserId=organiser_id title currency holdSeconds=hold_seconds
  maxPerOrder=max_per_order maxPerBuyer=max_per_buyer status salesEndAt=sales_end_at types=ticket_types`
const toViewRow = shape(`${orderColumns} known_tickets`)
const toView = (view: View, row: Row): Row => {
  const code = row['code_id'] === null ? undefined : view.get('orders.codes', row['code_id'] as string)
  return { ...toViewRow(row), code_word: code?.['word'] ?? null }
}
const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

const countsPlaces = new Set(['created', 'claimed', 'complete'])

interface Line {
  readonly quantity: number
  readonly admits?: number
}

function ordersBefore(view: View, fits: (row: Row) => boolean, before: unknown, limit: unknown): Row[] {
  return view
    .all('orders.orders')
    .filter((row) => fits(row) && (row['id'] as string) < ((before ?? last) as string))
    .toSorted((a, b) => compare(b['id'], a['id']))
    .slice(0, limit as number)
    .map((row) => toView(view, row))
}

/** `like` with its signs taken literally when a backslash stands before them. */
export function matches(text: unknown, pattern: string, flags = ''): boolean {
  const source = pattern.replaceAll(/\\[\\%_]|%|_|[.*+?^${}()|[\]]/g, (sign) => {
    if (sign === '%') return '.*'
    if (sign === '_') return '.'
    return sign.startsWith('\\') && sign.length === 2 && sign !== '\\\\' ? sign.slice(1) : `\\${sign.at(-1)}`
  })
  return typeof text === 'string' && new RegExp(`^${source}$`, `s${flags}`).test(text)
}

const idsIn = (view: View, table: string, ids: unknown, idsOf: (row: Row) => readonly string[]): string[] =>
  (ids as string[]).flatMap((id) => only(view.get(table, id)).flatMap(idsOf))
interface Taking {
  readonly takes: readonly { readonly poolId: string; readonly count: number; readonly name: string }[]
}
const linesOf = (row: Row) => row['lines'] as Taking[]
const poolIdsOf = ({ takes }: Taking) => takes.map(({ poolId }) => poolId)

const poolColumns = 'id showId=show_id capacity held sold latch closed'

const loadPools: StatementTwin = (view, [poolIds, showIds, typeIds, orderIds]) => {
  const wanted = new Set(typeIds as string[])
  const ofTypes = (row: Row) =>
    (row['ticket_types'] as (Taking & { id: string })[]).flatMap((type) =>
      wanted.has(type.id) ? poolIdsOf(type) : [],
    )
  const ids = [
    ...(poolIds as string[]),
    ...idsIn(view, 'orders.shows', showIds, ofTypes),
    ...idsIn(view, 'orders.orders', orderIds, (row) => linesOf(row).flatMap(poolIdsOf)),
  ]
  return byKeys('orders.pools', poolColumns)(view, [ids])
}

/** Moves pools from what they hold and have sold by then, or from what `before` says. */
export const movePools =
  (
    before: (view: View, id: string) => Row = (view, id) =>
      only(view.lock('orders.pools', [id], 'no key update')[0])[0] ?? {},
  ): StatementTwin =>
  (view, [json]) => {
    for (const { id, held, sold, took, closed } of recordsOf(json).toSorted(by('id'))) {
      const row = before(view, id as string)
      const sum = (column: string, more: unknown) => (row[column] as number) + (more as number)
      const after = { held: sum('held', held), sold: sum('sold', sold) }
      const full = row['latch'] === true && after.held + after.sold >= (row['capacity'] as number)
      const wasClosed = row['closed'] === true
      view.update('orders.pools', id as string, {
        held: wasClosed && took ? -1 : after.held,
        sold: after.sold,
        closed: wasClosed || closed === true || full,
      })
    }
    return []
  }

const loadSales =
  (mode: 'share' | 'update'): StatementTwin =>
  (view, [showIds, orderIds]) => {
    const ofOrders = idsIn(view, 'orders.orders', orderIds, (row) => [row['show_id'] as string])
    return byKeys('orders.shows', saleColumns, mode)(view, [[...(showIds as string[]), ...ofOrders]])
  }

/** Marks some of the tickets that orders show. */
const markTickets =
  (change: Row): StatementTwin =>
  (view, [orderIds, ticketIds]) => {
    const marked = new Set(ticketIds as string[])
    const known = (row: Row) => row['known_tickets'] !== null
    for (const id of orderIds as string[]) {
      const [row] = view.lock('orders.orders', [id], 'no key update', known)
      if (!row) continue
      const tickets = (row['known_tickets'] as Row[]).map((ticket) =>
        marked.has(ticket['id'] as string) ? { ...ticket, ...change } : ticket,
      )
      view.update('orders.orders', id, { known_tickets: tickets.length > 0 ? tickets : null })
    }
    return []
  }

export const ordersStatements: StatementTwins = {
  'orders.load_sales': loadSales('share'),
  'orders.load_sales_to_change': loadSales('update'),
  'orders.load_orders': byKeys('orders.orders', orderColumns, 'update'),
  'orders.read_organisations': (view, [ids]) =>
    (ids as string[]).flatMap((id) => {
      const order = view.get('orders.orders', id)
      const show = order && view.get('orders.shows', order['show_id'] as string)
      return show ? [{ id, organisationId: show['organiser_id'] as string }] : []
    }),
  'orders.load_pools': loadPools,
  'orders.lock_pools': byKeys('orders.pools', poolColumns, 'update'),
  'orders.load_seats': byKeys(
    'orders.seats',
    'id ticketTypeId=ticket_type_id state orderId=order_id',
    'update',
  ),
  'orders.insert_orders': copyInto('orders.orders', `${orderColumns} places`),
  'orders.update_orders': updateByKey(
    'orders.orders',
    'id',
    `version status kind expires_at extended payment_id payment_under_way refunded_minor return_id cancel_reason tender
     tender_reason tendered_by`,
  ),
  'orders.move_pools': movePools(),
  'orders.load_codes': (view, [ids, showIds, words]) => {
    const named = (showIds as string[]).flatMap((showId, index) =>
      view
        .all('orders.codes')
        .filter((row) => row['show_id'] === showId && row['word'] === (words as string[])[index])
        .map((row) => row['id'] as string),
    )
    return [...new Set([...(ids as string[]), ...named])]
      .flatMap((id) => only(view.get('orders.codes', id)))
      .map((row) => ({
        ...shape('id showId=show_id word terms ended')(row),
        ...shape('uses held used')(view.get('orders.code_pools', row['id'] as string) ?? {}),
      }))
  },
  'orders.list_codes': (view, [showId, ids]) =>
    view
      .all('orders.codes')
      .filter((row) => row['show_id'] === showId && (ids === null || (ids as unknown[]).includes(row['id'])))
      .toSorted(by('created_at', 'word'))
      .map((row) => {
        const pool = view.get('orders.code_pools', row['id'] as string)
        const sum = (statuses: readonly string[]) =>
          view
            .all('orders.orders')
            .filter((order) => order['code_id'] === row['id'] && statuses.includes(order['status'] as string))
            .reduce((uses, order) => uses + (order['code_uses'] as number), 0)
        return {
          ...shape('id word terms ended')(row),
          uses: pool?.['uses'] ?? null,
          held: pool?.['held'] ?? sum(['created', 'claimed']),
          used: pool?.['used'] ?? sum(['complete']),
        }
      }),
  'orders.lock_code_pools': byKeys('orders.code_pools', 'id uses held used', 'update'),
  'orders.save_codes': (view, [json]) => {
    for (const record of recordsOf(json)) {
      const row = columnsOf(record, 'id show_id=showId word terms ended')
      view.insert('orders.codes', row, () => except(row, 'id', 'show_id', 'word'))
    }
    return []
  },
  'orders.save_code_pools': (view, [json]) => {
    for (const { id, uses } of recordsOf(json).toSorted(by('id')))
      view.insert('orders.code_pools', { id, uses }, (old) => ({
        uses: Math.max(uses as number, (old['held'] as number) + (old['used'] as number)),
      }))
    return []
  },
  'orders.move_codes': (view, [json]) => {
    for (const { id, held, used } of recordsOf(json).toSorted(by('id'))) {
      const [row] = view.lock('orders.code_pools', [id as string], 'no key update')
      if (!row) continue
      const sum = (column: string, more: unknown) => (row[column] as number) + (more as number)
      view.update('orders.code_pools', id as string, { held: sum('held', held), used: sum('used', used) })
    }
    return []
  },
  'orders.update_seats': updateByKey('orders.seats', 'id', 'state order_id=orderId'),
  'orders.save_sale': (view, [json]) => {
    const record = JSON.parse(json as string) as Row
    const row = columnsOf(
      record,
      `id=showId version organiser_id=organiserId title currency hold_seconds=holdSeconds max_per_order=maxPerOrder max_per_buyer=maxPerBuyer status
       sales_end_at=salesEndAt ticket_types=types`,
    )
    view.insert('orders.shows', row, () => except(row, 'id', 'organiser_id', 'currency'))
    return []
  },
  'orders.save_pools': (view, [json, showId]) => {
    for (const { id, capacity: given, latch: latches = false } of recordsOf(json).toSorted(by('id'))) {
      const [capacity, latch] = [given as number, latches === true]
      const row = { id, show_id: showId, capacity, latch, closed: latch && capacity === 0 }
      view.insert('orders.pools', row, (old) => {
        const taken = (old['held'] as number) + (old['sold'] as number)
        const stays = old['closed'] === true && capacity <= (old['capacity'] as number)
        return { capacity: Math.max(capacity, taken), latch, closed: latch && (stays || taken >= capacity) }
      })
    }
    return []
  },
  'orders.save_seats': (view, [json, showId]) => {
    for (const { id, type_id } of recordsOf(json).toSorted(by('id'))) {
      view.insert('orders.seats', { id, show_id: showId, ticket_type_id: type_id }, 'skip')
    }
    return []
  },
  'orders.save_asks': (view, [id, asks, starts_at]) => {
    view.update('orders.shows', id as string, { asks: JSON.parse(asks as string) as Row, starts_at })
    return []
  },
  'orders.save_ticket_units': (view, [json]) => {
    for (const row of recordsOf(json)) view.insert('orders.ticket_units', row, () => ({}))
    return []
  },
  'orders.save_tickets': updateByKey('orders.orders', 'orderId', 'known_tickets=tickets'),
  'orders.mark_tickets_void': markTickets({ status: 'void' }),
  'orders.mark_tickets_used': markTickets({ used: true }),
  'orders.lock_buyers': (view, [slots]) => {
    for (const slot of slots as number[]) view.lockFact(`orders.buyers ${slot}`)
    return (slots as number[]).map(() => ({ pg_advisory_xact_lock: '' }))
  },
  'orders.count_places_of_buyers': (view, [showIds, buyerIds, emails]) =>
    (showIds as string[]).map((showId, index) => {
      const count = (column: string, values: unknown) =>
        view
          .all('orders.orders')
          .filter(
            (row) =>
              row[column] === (values as string[])[index] &&
              row['show_id'] === showId &&
              countsPlaces.has(row['status'] as string),
          )
          .reduce((sum, row) => sum + placesIn(row['lines']), 0)
      return { places: count('buyer_id', buyerIds), sharedPlaces: count('buyer_email', emails) }
    }),
  'orders.delete_network_holds': () => [],
  'platform.list_ending_guests': () => [],
  'orders.open_orders_of_show': (view, [showId, after]) =>
    view
      .all('orders.orders')
      .filter(
        (row) =>
          row['show_id'] === showId &&
          row['status'] === 'created' &&
          (row['id'] as string) > (after as string),
      )
      .toSorted(by('id'))
      .slice(0, 200)
      .map(shape('id')),
  'orders.read_order': (view, [id]) => {
    const row = view.get('orders.orders', id as string)
    const show = row && view.get('orders.shows', row['show_id'] as string)
    return show ? [{ ...toView(view, row), organiser_id: show['organiser_id'] }] : []
  },
  'orders.read_show_ids': (view, [ids]) => {
    const found = (ids as string[]).flatMap((id) => view.get('orders.orders', id)?.['show_id'] ?? [])
    return [...new Set(found)].map((show_id) => ({ show_id }))
  },
  'orders.read_sale': (view, [id]) => only(view.get('orders.shows', id as string)).map(shape(saleColumns)),
  'orders.read_organiser': (view, [id]) => {
    const row = view.get('orders.shows', id as string)
    return row ? [shape('organiser_id')(row)] : []
  },
  'orders.list_orders': (view, [buyerId, before, limit]) =>
    ordersBefore(view, (row) => row['buyer_id'] === buyerId, before, limit),
  'orders.list_show_orders': (view, [showId, before, limit, status, like, search, endings]) =>
    ordersBefore(
      view,
      (row) =>
        row['show_id'] === showId &&
        (status === null || row['status'] === status) &&
        (like === null || matches(row['buyer_email'], like as string)) &&
        (search === null ||
          matches(row['buyer_email'], search as string) ||
          (endings as string[]).includes(String(row['id']).slice(-14))),
      before,
      limit,
    ),
  'orders.read_sale_stock': (view, [showId, withHidden]) => {
    const show = view.get('orders.shows', showId as string)
    if (!show) return []
    const types = (show['ticket_types'] as (Row & Taking)[]).filter(
      (type) => withHidden === true || type['hidden'] !== true,
    )
    const version = show['version']
    const hasCodes = view
      .all('orders.codes')
      .some((row) => row['show_id'] === showId && row['ended'] !== true)
    if (types.length === 0)
      return [
        shape('version id priceMinor seated poolId count name shared capacity held sold closed reserved')({
          version,
        }),
      ]
    return types.flatMap((type) => {
      const own = { version, hasCodes, ...shape('id priceMinor seated')(type) }
      const nothing = { poolId: null, count: null, name: null, shared: null }
      const takes: readonly Row[] =
        type.takes.length > 0 ? (type.takes as readonly object[] as Row[]) : [nothing]
      return takes.map((take) => ({
        ...own,
        ...shape('poolId count name shared')(take),
        ...shape('capacity held sold closed')(view.get('orders.pools', String(take['poolId'])) ?? {}),
        reserved: reservedIn(view, showId, take['poolId']),
      }))
    })
  },
  'orders.read_seat_states': (view, [showId, typeIds]) =>
    view
      .all('orders.seats')
      .filter(
        (row) => row['show_id'] === showId && (typeIds as string[]).includes(row['ticket_type_id'] as string),
      )
      .toSorted(by('id'))
      .map(shape('id state')),
}

/** How many places of a pool staff keep for orders that wait for their payment. */
function reservedIn(view: View, showId: unknown, poolId: unknown): number {
  return view
    .all('orders.orders')
    .filter(
      (row) => row['show_id'] === showId && row['kind'] === 'reservation' && row['status'] === 'created',
    )
    .flatMap((row) => row['lines'] as (Line & Taking)[])
    .flatMap(({ quantity, takes }) =>
      takes.map((take) => (take.poolId === poolId ? take.count * quantity : 0)),
    )
    .reduce((sum, count) => sum + count, 0)
}

export const unitsIn = (lines: unknown): number =>
  (lines as Line[]).reduce((sum, { quantity }) => sum + quantity, 0)

/** People that they let in. */
export function placesIn(lines: unknown): number {
  return (lines as Line[]).reduce((sum, { quantity, admits = 1 }) => sum + quantity * admits, 0)
}

const timerColumns = 'orderId=order_id status expiresAt=expires_at orderVersion=order_version version'

export const expirationStatements: StatementTwins = {
  'expiration.load_timers': byKeys('expiration.timers', timerColumns, 'update'),
  'expiration.load_due': (view, [limit, now]) => {
    const due = view
      .all('expiration.timers')
      .filter((row) => row['status'] === 'waiting' && (row['expires_at'] as string) <= (now as string))
      .toSorted(by('expires_at'))
    return view
      .lockFree(
        'expiration.timers',
        due.map((row) => row['order_id'] as string),
        limit as number,
      )
      .map(shape(timerColumns))
  },
  'expiration.insert_timers': copyInto(
    'expiration.timers',
    'order_id status expires_at order_version version',
  ),
  'expiration.update_timers': updateByKey(
    'expiration.timers',
    'order_id',
    'status expires_at order_version version',
  ),
  'expiration.next_due': (view) => {
    const waiting = view.all('expiration.timers').filter((row) => row['status'] === 'waiting')
    const times = waiting.map((row) => Date.parse(row['expires_at'] as string))
    return [{ due_in_ms: times.length > 0 ? Math.min(...times) - view.nowMs : null }]
  },
}
