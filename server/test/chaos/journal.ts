// What the driver saw: every call with its start, its end and one of three results, and what the
// shop said of each order. It is the witness against the databases, so it holds only what was
// answered, never what was guessed.
import type { OrderView, PaymentView } from '@holdfast/contract'

/**
 * `unknown`: a call that changes something got no certain answer. It is asked again with the same
 * key until it is certain.
 */
export type Result = 'ok' | 'failed' | 'unknown'

export interface Call {
  readonly operation: string
  readonly startedMs: number
  readonly endedMs: number
  readonly result: Result
  /** The code of a refusal, the kind of a failure, or empty. */
  readonly code: string
  /** Which process was asked. */
  readonly target: string
}

interface Observation {
  readonly startedMs: number
  readonly endedMs: number
  readonly status: string
  readonly version: number
  readonly tickets: number
}

/** An order that somebody was told of. */
export interface Witness {
  readonly id: string
  readonly buyerId: string
  readonly showId: string
  readonly totalMinor: number
  readonly quantity: number
  readonly placedAtMs: number
  readonly observations: Observation[]
  /** Payments that were answered with a status. */
  readonly payments: Map<string, string>
  /** Refunds that were answered with 201. */
  readonly refunds: Map<string, number>
  cancelled: boolean
}

export interface Journal {
  readonly calls: readonly Call[]
  readonly orders: ReadonlyMap<string, Witness>
  /** Breaches that the driver itself is the witness of, such as two answers to one key. */
  readonly breaches: readonly string[]
  /**
   * Buyers whose hold was unknown and was refused when it was asked again: a late first call may
   * still have held.
   */
  readonly maybeHeld: ReadonlyMap<string, number>
  /** Prices that each ticket type ever had or may have had. */
  readonly prices: Map<string, Set<number>>
  readonly unresolved: ReadonlySet<string>
  record(call: Call): void
  breach(text: string): void
  placed(order: OrderView, seen: { buyerId: string; startedMs: number; endedMs: number }): void
  observed(order: OrderView, seen: { startedMs: number; endedMs: number }): void
  paid(payment: PaymentView): void
  refunded(orderId: string, refundId: string, amountMinor: number): void
  cancelled(orderId: string): void
  heldPerhaps(buyerId: string): void
  /** An operation with this name begins to be unknown, and ends being it. */
  open(name: string): void
  close(name: string): void
}

export function makeJournal(): Journal {
  const calls: Call[] = []
  const orders = new Map<string, Witness>()
  const breaches: string[] = []
  const maybeHeld = new Map<string, number>()
  const prices = new Map<string, Set<number>>()
  const unresolved = new Set<string>()

  const observe = (order: OrderView, seen: { startedMs: number; endedMs: number }) => {
    const valid = order.tickets?.filter(({ status }) => status === 'valid').length ?? 0
    orders
      .get(order.id)
      ?.observations.push({ ...seen, status: order.status, version: order.version, tickets: valid })
  }
  const checkPrice = (order: OrderView) => {
    for (const { ticketTypeId, unitPrice } of order.lines) {
      if (!prices.get(ticketTypeId)?.has(unitPrice.amountMinor))
        breaches.push(`order ${order.id} was sold at ${unitPrice.amountMinor}, which was never the price`)
    }
    const sum = order.lines.reduce(
      (total, { unitPrice, quantity }) => total + unitPrice.amountMinor * quantity,
      0,
    )
    if (sum !== order.total.amountMinor)
      breaches.push(`order ${order.id} costs ${order.total.amountMinor}, its lines ${sum}`)
  }
  return {
    calls,
    orders,
    breaches,
    maybeHeld,
    prices,
    unresolved,
    record: (call) => {
      calls.push(call)
    },
    breach: (text) => {
      breaches.push(text)
    },
    placed(order, { buyerId, startedMs, endedMs }) {
      const before = orders.get(order.id)
      if (before && before.buyerId !== buyerId) breaches.push(`order ${order.id} was given to two buyers`)
      checkPrice(order)
      if (before) return
      orders.set(order.id, {
        id: order.id,
        buyerId,
        showId: order.showId,
        totalMinor: order.total.amountMinor,
        quantity: order.lines.reduce((sum, { quantity }) => sum + quantity, 0),
        placedAtMs: endedMs,
        observations: [],
        payments: new Map(),
        refunds: new Map(),
        cancelled: false,
      })
      observe(order, { startedMs, endedMs })
    },
    observed: observe,
    paid(payment) {
      orders.get(payment.orderId)?.payments.set(payment.id, payment.status)
    },
    refunded(orderId, refundId, amountMinor) {
      orders.get(orderId)?.refunds.set(refundId, amountMinor)
    },
    cancelled(orderId) {
      const order = orders.get(orderId)
      if (order) order.cancelled = true
    },
    heldPerhaps(buyerId) {
      maybeHeld.set(buyerId, (maybeHeld.get(buyerId) ?? 0) + 1)
    },
    open: (name) => unresolved.add(name),
    close: (name) => unresolved.delete(name),
  }
}
