// The invariants of the domain over the twins: some looked at after every commit, all of them when
// the shop is at rest.
import type { EventType } from '@holdfast/contract'
import type { ProcessorIntent, ProcessorTwin } from './processor.ts'
import type { Change, Engine } from './twin/engine.ts'
import { placesIn, unitsIn } from './twin/orders-statements.ts'
import type { Row } from './twin/schema.ts'

export interface Checks {
  /** Told of each change of money at the processor. */
  moved(intent: ProcessorIntent, what: string): void
  /** What is not at rest yet, in words; null when nothing is left to do. */
  unrest(): string | null
  /** Orders that are still on their way. */
  openOrders(): string[]
  atRest(promised: { readonly acknowledged: Iterable<string>; readonly cancelled: Iterable<string> }): void
}

export interface ChecksOptions {
  readonly engine: Engine
  readonly processor: () => ProcessorTwin
  readonly subscriptions: ReadonlyMap<string, readonly EventType[]>
  breach(invariant: number, text: string): void
}

/** What one commit may make of an order. Events that waited together are handled in one. */
const allowed: Record<string, readonly string[]> = {
  created: ['created', 'claimed', 'cancelled', 'complete'],
  claimed: ['claimed', 'complete', 'created', 'cancelled'],
  complete: ['complete', 'refunded'],
  cancelled: ['cancelled'],
  refunded: ['refunded'],
}

interface Line {
  readonly takes: readonly { readonly poolId: string; readonly count: number }[]
  readonly quantity: number
  readonly seatIds?: readonly string[]
}

interface Told {
  readonly seq: number
  readonly subject: string
  readonly source: string
  readonly type: string
}

const text = (row: Row, column: string) => row[column] as string
const amount = (row: Row, column: string) => row[column] as number

export function makeChecks({ engine, processor, subscriptions, breach }: ChecksOptions): Checks {
  const events = new Map<string, Told>()
  /** The transaction in which a service answered an event. */
  const effects = new Map<string, number>()
  const handledUpTo = new Map<string, number>()
  /** What was taken of pools that are closed. */
  const closedAt = new Map<string, number>()

  const checkStock = (): void => {
    const held = new Map<string, number>()
    const sold = new Map<string, number>()
    const seats = new Map<string, string>()
    const ofBuyers = new Map<string, number>()
    for (const order of engine.rows('orders.orders')) {
      const status = text(order, 'status')
      if (status === 'cancelled' || status === 'refunded') continue
      const counts = status === 'complete' ? sold : held
      const buyer = `${order['show_id']} ${order['buyer_id']}`
      // Limits of buyers do not bind staff.
      if (order['sold_by'] === null)
        ofBuyers.set(buyer, (ofBuyers.get(buyer) ?? 0) + placesIn(order['lines']))
      for (const { takes, quantity, seatIds = [] } of order['lines'] as Line[]) {
        for (const { poolId, count } of takes)
          counts.set(poolId, (counts.get(poolId) ?? 0) + count * quantity)
        for (const seatId of seatIds) {
          if (seats.has(seatId))
            breach(1, `seat ${seatId} is in the orders ${seats.get(seatId)} and ${order['id']}`)
          seats.set(seatId, text(order, 'id'))
        }
      }
    }
    for (const [key, places] of ofBuyers) {
      const [showId = '', buyerId = ''] = key.split(' ')
      const limit = engine.row('orders.shows', showId)?.['max_per_buyer']
      if (typeof limit === 'number' && places > limit)
        breach(1, `buyer ${buyerId} has ${places} places, at most ${limit} are allowed`)
    }
    // Places are another's only once their tickets are void: at no moment are two codes valid for one.
    for (const ticket of engine.rows('tickets.tickets')) {
      const status = engine.row('orders.orders', text(ticket, 'order_id'))?.['status']
      if (ticket['status'] !== 'void' && status !== 'complete')
        breach(8, `ticket ${ticket['id']} opens a door, and its order is ${status}`)
    }
    for (const pool of engine.rows('orders.pools')) {
      const id = text(pool, 'id')
      const taken = amount(pool, 'held') + amount(pool, 'sold')
      if (taken > amount(pool, 'capacity')) breach(1, `pool ${id} is oversold`)
      if (pool['latch'] === true && taken === amount(pool, 'capacity') && pool['closed'] !== true)
        breach(1, `pool ${id} is full and did not latch`)
      if (taken > (closedAt.get(id) ?? taken)) breach(1, `pool ${id} was closed and took places`)
      if (pool['closed'] === true) closedAt.set(id, taken)
      else closedAt.delete(id)
      if (amount(pool, 'held') !== (held.get(id) ?? 0) || amount(pool, 'sold') !== (sold.get(id) ?? 0)) {
        breach(
          1,
          `pool ${id} says ${pool['held']} held, ${pool['sold']} sold; its orders ${held.get(id) ?? 0}, ${sold.get(id) ?? 0}`,
        )
      }
    }
    for (const pool of engine.rows('orders.code_pools')) {
      const usesIn = (...statuses: string[]) =>
        engine
          .rows('orders.orders')
          .filter((row) => row['code_id'] === pool['id'] && statuses.includes(text(row, 'status')))
          .reduce((sum, row) => sum + amount(row, 'code_uses'), 0)
      const [shouldHold, shouldHaveUsed] = [usesIn('created', 'claimed'), usesIn('complete')]
      if (amount(pool, 'held') + amount(pool, 'used') > amount(pool, 'uses'))
        breach(10, `code ${pool['id']} is used more often than it may be`)
      if (amount(pool, 'held') !== shouldHold || amount(pool, 'used') !== shouldHaveUsed)
        breach(
          10,
          `code ${pool['id']} says ${pool['held']} held, ${pool['used']} used; its orders ${shouldHold}, ${shouldHaveUsed}`,
        )
    }
    for (const seat of engine.rows('orders.seats')) {
      if ((seat['order_id'] ?? undefined) !== seats.get(text(seat, 'id'))) {
        breach(
          1,
          `seat ${seat['id']} says ${seat['order_id']}; the orders say ${seats.get(text(seat, 'id'))}`,
        )
      }
    }
  }

  const checkOrder = ({ before, after }: Change): void => {
    if (!after) return breach(4, 'an order is gone')
    if (!before) {
      const startsAt = engine.row('tickets.shows', text(after, 'show_id'))?.['starts_at']
      if (Date.parse(text(after, 'created_at')) >= Date.parse(String(startsAt)))
        breach(1, `order ${after['id']} was placed at ${after['created_at']}; its show began at ${startsAt}`)
      return
    }
    const [was, is] = [text(before, 'status'), text(after, 'status')]
    if (!allowed[was]?.includes(is)) breach(4, `order ${after['id']} went from ${was} to ${is}`)
    if (
      was !== is &&
      is === 'cancelled' &&
      was !== 'created' &&
      after['cancel_reason'] !== 'payment_failed'
    ) {
      breach(4, `order ${after['id']} left ${was} because of ${after['cancel_reason']}`)
    }
    if (amount(after, 'version') < amount(before, 'version'))
      breach(7, `order ${after['id']} went back to an older version`)
  }

  const checkOutbox = (after: Row, transaction: number): void => {
    const told: Told = {
      seq: amount(after, 'seq'),
      subject: text(after, 'subject'),
      source: text(after, 'source'),
      type: text(after, 'type'),
    }
    const cause = after['causation_id'] as string | null
    if (cause !== null && events.has(cause)) {
      const effect = `${told.source} ${cause}`
      const earlier = effects.get(effect)
      if (earlier !== undefined && earlier !== transaction) {
        breach(
          7,
          `${events.get(cause)?.type} ${cause} took effect twice in ${told.source}: ${told.type} again`,
        )
      }
      effects.set(effect, transaction)
    }
    events.set(text(after, 'id'), told)
  }

  const checkInbox = (after: Row): void => {
    const told = events.get(text(after, 'event_id'))
    if (!told) return breach(7, `${after['consumer']} handled an event that nobody told`)
    const line = `${after['consumer']} ${told.source} ${told.subject}`
    if (told.seq < (handledUpTo.get(line) ?? 0))
      breach(7, `${after['consumer']} handled ${told.type} of ${told.subject} out of order`)
    handledUpTo.set(line, told.seq)
  }

  engine.committedListeners.push((changes, tx) => {
    let stock = false
    // Events first: the inbox of the same transaction may not refer to them, but the causes do.
    for (const change of changes)
      if (change.table === 'platform.outbox' && change.after) checkOutbox(change.after, tx.number)
    const inbox: Row[] = []
    for (const change of changes) {
      if (change.table === 'orders.orders') checkOrder(change)
      if (change.table.startsWith('orders.')) stock = true
      if (change.table === 'platform.inbox' && change.after) inbox.push(change.after)
    }
    for (const row of inbox) checkInbox(row)
    if (stock) checkStock()
  })

  const openOrders = () =>
    engine
      .rows('orders.orders')
      .filter(
        ({ status, return_id }) =>
          status === 'created' || status === 'claimed' || (status === 'complete' && return_id !== null),
      )
      .map((row) => `order ${row['id']} is ${row['status']}, its deadline ${row['expires_at']}`)

  const undelivered = (): string | null => {
    for (const [consumer, types] of subscriptions) {
      const wanted = new Set<string>(types)
      for (const [id, { type }] of events) {
        if (wanted.has(type) && !engine.row('platform.inbox', `${consumer}\n${id}`))
          return `${consumer} has not handled ${type} ${id}`
      }
    }
    return null
  }

  const unrest = (): string | null => {
    const [order] = openOrders()
    if (order) return order
    const payment = engine.rows('payments.payments').find((row) => row['open'] === true)
    if (payment)
      return `payment ${payment['id']} is ${payment['status']}, step ${payment['step']}, next ${payment['next_attempt_at']}`
    const refund = engine
      .rows('payments.refunds')
      .find((row) => ['requested', 'pending', 'unknown'].includes(text(row, 'status')))
    if (refund) return `refund ${refund['id']} is ${refund['status']}`
    const [parked] = engine.rows('platform.parked_deliveries').filter((row) => row['dead'] === false)
    if (parked) return `${parked['consumer']} has parked ${parked['seq']}: ${parked['reason']}`
    return undelivered()
  }

  /** What the processor has of one order. */
  const atProcessor = (orderId: string) => {
    const intents = processor().intents.filter((intent) => intent.orderId === orderId)
    const keptBy = intents.map((intent) => {
      const returned = intent.refunds.reduce(
        (sum, refund) => (refund.status === 'succeeded' ? sum + refund.amountMinor : sum),
        0,
      )
      return { captured: intent.receivedMinor, kept: intent.receivedMinor - returned, returned }
    })
    return {
      authorized: intents
        .filter(({ status }) => status === 'requires_capture')
        .reduce((sum, each) => sum + each.amountMinor, 0),
      kept: keptBy.reduce((sum, each) => sum + each.kept, 0),
      keptPayments: keptBy.filter((each) => each.kept > 0).length,
    }
  }

  /** What payments has recorded of an order that staff took and did not give back. */
  const elsewhereOf = (orderId: string) => {
    const paid = engine
      .rows('payments.payments')
      .filter((row) => row['order_id'] === orderId && row['tender'] !== null)
    const inTill = paid.reduce(
      (sum, row) => sum + amount(row, 'captured_minor') - amount(row, 'refunded_minor'),
      0,
    )
    return { inTill, tender: paid.find((row) => amount(row, 'captured_minor') > 0)?.['tender'] }
  }

  const checkMoney = (): void => {
    for (const order of engine.rows('orders.orders')) {
      const { authorized, kept, keptPayments } = atProcessor(text(order, 'id'))
      const status = text(order, 'status')
      const due = status === 'complete' ? amount(order, 'total_minor') - amount(order, 'refunded_minor') : 0
      const invariant = status === 'cancelled' ? 3 : 2
      const { inTill, tender } = elsewhereOf(text(order, 'id'))
      const byStaff = order['tender'] !== null && order['tender'] !== 'comp'
      if (inTill !== (byStaff ? due : 0))
        breach(invariant, `order ${order['id']} is ${status}: ${due} is due, staff have ${inTill}`)
      if (byStaff && order['payment_id'] !== null && tender !== order['tender'])
        breach(2, `order ${order['id']} was paid by ${order['tender']}, and its payment by ${tender}`)
      if (kept !== (byStaff ? 0 : due))
        breach(invariant, `order ${order['id']} is ${status}: ${due} is due, the processor kept ${kept}`)
      if (authorized !== 0)
        breach(3, `order ${order['id']} is ${status}, and ${authorized} is still authorized`)
      if (keptPayments > 1) breach(5, `order ${order['id']} was paid ${keptPayments} times`)
    }
    for (const intent of processor().intents) {
      if (intent.receivedMinor > 0 && !engine.row('orders.orders', intent.orderId))
        breach(5, `${intent.id} was taken for no order`)
    }
  }

  const checkLedger = (): void => {
    const posted = new Map<string, number>()
    const pending = new Map<string, number>()
    const add = (sums: Map<string, number>, account: string, minor: number) =>
      sums.set(account, (sums.get(account) ?? 0) + minor)
    for (const row of engine.rows('payments.ledger_entries')) {
      for (const [side, sign] of [
        ['debit_account', 1],
        ['credit_account', -1],
      ] as const) {
        add(posted, text(row, side), sign * amount(row, 'posted_minor'))
        add(pending, text(row, side), sign * amount(row, 'pending_minor'))
      }
    }
    for (const [account, minor] of posted) {
      if (account.startsWith('clearing:') && minor !== 0) breach(6, `${account} stands at ${minor} at rest`)
    }
    for (const [account, minor] of pending)
      if (minor !== 0) breach(6, `${minor} is pending on ${account} at rest`)
    const kept = processor().intents.reduce((sum, { orderId }, index, all) => {
      const first = all.findIndex((each) => each.orderId === orderId) === index
      return first ? sum + atProcessor(orderId).kept : sum
    }, 0)
    const balance = posted.get('processor_balance') ?? 0
    const elsewhere = [...posted].reduce(
      (sum, [account, minor]) => (/^(taken_elsewhere|receivable):/.test(account) ? sum + minor : sum),
      0,
    )
    const inTill = engine.rows('orders.orders').reduce((sum, row) => {
      return sum + elsewhereOf(text(row, 'id')).inTill
    }, 0)
    if (elsewhere !== inTill)
      breach(6, `the ledger says that staff have ${elsewhere}; payments says ${inTill}`)
    if (balance !== kept) breach(6, `the ledger says the processor holds ${balance}; it holds ${kept}`)
  }

  const checkTickets = (): void => {
    const valid = new Map<string, number>()
    for (const ticket of engine.rows('tickets.tickets')) {
      if (ticket['status'] !== 'void')
        valid.set(text(ticket, 'order_id'), (valid.get(text(ticket, 'order_id')) ?? 0) + 1)
    }
    for (const order of engine.rows('orders.orders')) {
      const due = order['status'] === 'complete' ? unitsIn(order['lines']) : 0
      const has = valid.get(text(order, 'id')) ?? 0
      if (has !== due)
        breach(8, `order ${order['id']} is ${order['status']} and has ${has} tickets, not ${due}`)
      const shown = ((order['known_tickets'] ?? []) as Row[]).filter(
        (ticket) => ticket['status'] === 'valid',
      ).length
      if (shown !== due)
        breach(8, `order ${order['id']} is ${order['status']} and shows ${shown} tickets, not ${due}`)
    }
  }

  return {
    moved(intent, what) {
      if (what !== 'captured' || intent.card === 'takes_by_itself') return
      const order = engine.row('orders.orders', intent.orderId)
      const claimed = order?.['status'] === 'claimed' && order['payment_id'] === intent.paymentId
      if (!claimed)
        breach(
          5,
          `${intent.id} was captured while its order was ${order?.['status']} by ${order?.['payment_id']}`,
        )
    },
    unrest,
    openOrders,
    atRest({ acknowledged, cancelled }) {
      checkStock()
      checkMoney()
      checkLedger()
      checkTickets()
      for (const row of engine.rows('platform.parked_deliveries'))
        breach(7, `${row['consumer']} gave up on ${row['seq']}: ${row['reason']}`)
      const missed = undelivered()
      if (missed) breach(7, missed)
      for (const id of acknowledged)
        if (!engine.row('orders.orders', id)) breach(7, `order ${id} was promised and is not there`)
      for (const id of cancelled) {
        const status = engine.row('orders.orders', id)?.['status']
        if (status !== 'cancelled') breach(7, `order ${id} was said to be cancelled and is ${status}`)
      }
    },
  }
}
