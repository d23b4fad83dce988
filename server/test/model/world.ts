// The state of the modelled shop: what each service and the processor know of each order, the
// messages that were sent, and the calls that are under way. Time is a few points: before the
// deadline, at it, at the extended one, a day later.
import type { Event } from '@holdfast/contract'
import type { Timer } from '../../src/expiration/domain/timer.ts'
import type { CodePool } from '../../src/orders/domain/code.ts'
import type { Order } from '../../src/orders/domain/order.ts'
import { type Pool, poolOf, type Sale, type StockSeat, saleOf } from '../../src/orders/domain/stock.ts'
import type { KnownOrder } from '../../src/payments/domain/known-order.ts'
import type { LedgerEntry } from '../../src/payments/domain/ledger.ts'
import type { IntentStatus, Payment } from '../../src/payments/domain/payment.ts'
import type { Refund } from '../../src/payments/domain/refund.ts'
import type { AnyAnswer, PlannedWork, Question } from '../../src/payments/processor/plan.ts'
import type { Admission } from '../../src/tickets/domain/admission.ts'
import { memory, type Part, part } from './parts.ts'
import type { Scope } from './scopes.ts'

/**
 * The points of time, as seen from one order: placed, its deadline, its extended deadline, a day
 * later, an extension then.
 */
export const times = [
  '2030-01-01T10:00:00.000Z',
  '2030-01-01T10:15:00.000Z',
  '2030-01-01T10:20:00.000Z',
  '2030-01-03T10:00:00.000Z',
  '2030-01-03T10:05:00.000Z',
] as const
export const dayAfter = 3
/** A lease in the model ends when the sweeper says so, and not by a clock. */
export const leaseEnd = '2099-01-01T00:00:00.000Z'
export const afterLease = '2099-01-02T00:00:00.000Z'

export const consumers = ['orders', 'payments', 'expiration', 'tickets'] as const
export type Consumer = (typeof consumers)[number]

/**
 * A message that was sent, and who has still to take it in. Those without an inbox hear it for
 * ever.
 */
export interface Letter {
  readonly name: string
  readonly event: Event
  readonly to: readonly Consumer[]
}

export interface Ordered {
  readonly order: Order | null
  /** Index of `times`. */
  readonly hour: number
}

export interface Paid {
  readonly payment: Payment
  readonly refunds: readonly Refund[]
  readonly entries: readonly LedgerEntry[]
}

/** A step at the processor that some process is busy with. Lost when the process dies. */
export interface Working extends PlannedWork {
  readonly answers: readonly AnyAnswer[]
}

/** A PaymentIntent at the processor, and the answers that it repeats for their keys. */
export interface Intent {
  readonly intentId: string
  readonly paymentId: string
  readonly status: IntentStatus
  readonly amountMinor: number
  readonly receivedMinor: number
  /** The money was taken without a capture of ours. */
  readonly byItself: boolean
  readonly disputed: boolean
  readonly refunds: readonly {
    id: string
    refundId: string | null
    amountMinor: number
    status: 'pending' | 'succeeded' | 'failed'
    /** It had succeeded before it failed: the money is owed again, and somebody has to act. */
    cameBack?: true
  }[]
}

export interface AtProcessor {
  readonly intent: Intent | null
  readonly stored: readonly { readonly key: string; readonly answer: AnyAnswer }[]
  /** Requests that nobody waits for any more, and that arrive some day. */
  readonly late: readonly Question[]
}

/**
 * One order and everything that belongs to it. `paid`, `works` and `held` run beside each other,
 * one for each payment.
 */
export interface Cluster {
  readonly number: number
  readonly ordered: Part<Ordered>
  /** What the other services know of the order. */
  readonly known: Part<KnownOrder | null>
  readonly timer: Part<Timer | null>
  readonly admission: Part<Admission | null>
  readonly paid: readonly Part<Paid | null>[]
  readonly works: readonly Part<readonly Working[]>[]
  readonly held: readonly Part<AtProcessor>[]
  readonly letters: readonly Part<Letter>[]
  /** What persons did that can be done once. */
  readonly done: Part<readonly string[]>
}

export interface StockKept {
  readonly pools: readonly Pool[]
  readonly seats: readonly StockSeat[]
  /** The uses of the scope's code, if it has one. */
  readonly codes: readonly CodePool[]
}

export interface State {
  readonly clusters: readonly Cluster[]
  readonly stock: Part<StockKept>
}

const clusters = memory<string, Cluster>()

/** The one cluster with these parts. */
export function cluster(parts: Omit<Cluster, 'number'>): Cluster {
  const { ordered, known: copy, timer, admission, paid, works, held, letters, done } = parts
  let key = `${ordered.number},${copy.number},${timer.number},${admission.number},${done.number}`
  for (const each of paid) key += `,${each.number}`
  key += ';'
  for (const each of works) key += `,${each.number}`
  key += ';'
  for (const each of held) key += `,${each.number}`
  key += ';'
  for (const each of letters) key += `,${each.number}`
  const known = clusters.get(key)
  if (known) return known
  const made = {
    ordered,
    known: copy,
    timer,
    admission,
    paid,
    works,
    held,
    letters,
    done,
    number: clusters.size,
  }
  clusters.set(key, made)
  return made
}

export const idsOf = (buyer: number) => ({
  order: `order-${buyer + 1}`,
  buyer: `buyer-${buyer + 1}`,
  payment: (index: number) => `payment-${buyer + 1}${'abc'[index] ?? 'z'}`,
  refund: (index: number) => `refund-${buyer + 1}${'xyz'[index] ?? 'w'}`,
  /** Its money goes back by a refund of this id. */
  returned: (index: number) => `refund-${buyer + 1}${'rst'[index] ?? 'u'}`,
})

export function startOf(scope: Scope): State {
  const { show } = scope
  const nothing = (buyer: number): Cluster => {
    const indexes = Array.from({ length: scope.payments[buyer] ?? 0 }, (_, index) => index)
    return cluster({
      ordered: part<Ordered>({ order: null, hour: 0 }),
      known: part<KnownOrder | null>(null),
      timer: part<Timer | null>(null),
      admission: part<Admission | null>(null),
      paid: indexes.map(() => part<Paid | null>(null)),
      works: indexes.map(() => part<readonly Working[]>([])),
      held: indexes.map(() => part<AtProcessor>({ intent: null, stored: [], late: [] })),
      letters: [],
      done: part<readonly string[]>([]),
    })
  }
  const pools = show.pools.map((pool): Pool => poolOf(show.id, pool, undefined))
  const codes = scope.code ? [{ id: scope.code.id, uses: scope.code.uses, held: 0, used: 0 }] : []
  const seats = show.ticketTypes.flatMap((type) =>
    (type.seats ?? []).map(
      ({ id }): StockSeat => ({ id, ticketTypeId: type.id, state: 'available', orderId: null }),
    ),
  )
  return {
    clusters: scope.wants.map((_, buyer) => nothing(buyer)),
    stock: part<StockKept>({ pools, seats, codes }),
  }
}

const sales = new WeakMap<Scope, Sale>()

export function saleFor(scope: Scope): Sale {
  let sale = sales.get(scope)
  if (!sale) sales.set(scope, (sale = saleOf(scope.show, 1)))
  return sale
}
