// What one batch of payments may read and change, in memory, and how each fact changes it. Knows no
// database.
import type { Records, Sibling } from './domain/commands.ts'
import { evolvePayment, evolveRefund } from './domain/evolve.ts'
import type { PaymentChange, PaymentFact, RefundFact } from './domain/facts.ts'
import { evolveOrder, type KnownOrder, type OrderFact } from './domain/known-order.ts'
import { type LedgerEntry, paymentEntries, refundEntries } from './domain/ledger.ts'
import type { Payment, Step } from './domain/payment.ts'
import type { Refund } from './domain/refund.ts'

/** A step for the holder of the lease, with everything it needs. */
export interface Work {
  readonly payment: Payment
  readonly step: Step
  readonly fence: number
  readonly refund: Refund | null
}

export interface World extends Records {
  readonly payments: Map<string, Payment>
  readonly orders: Map<string, KnownOrder>
  readonly refundsByPayment: Map<string, Refund[]>
  readonly idsByOrder: Map<string, string[]>
  readonly siblingsByOrder: Map<string, Sibling[]>
  readonly entries: LedgerEntry[]
  readonly works: Work[]
  /** What has to be saved. */
  readonly changed: {
    payments: Set<string>
    newPayments: Set<string>
    orders: Set<string>
    newOrders: Set<string>
    refunds: Map<string, Refund>
  }
}

export function makeWorld(): World {
  return {
    payments: new Map(),
    orders: new Map(),
    refundsByPayment: new Map(),
    idsByOrder: new Map(),
    siblingsByOrder: new Map(),
    entries: [],
    works: [],
    changed: {
      payments: new Set(),
      newPayments: new Set(),
      orders: new Set(),
      newOrders: new Set(),
      refunds: new Map(),
    },
  }
}

/**
 * Takes a fact into the world, and tells whose fact it is: each published fact is one version of
 * its payment.
 */
export function apply(world: World, fact: PaymentFact, now: string) {
  switch (fact.type) {
    case 'OrderNoted':
      return applyToOrder(world, fact)
    case 'RefundRequested':
    case 'RefundAnswered':
      return applyToRefund(world, fact, now)
    default:
      return applyToPayment(world, fact, now)
  }
}

function applyToOrder({ orders, changed }: World, { data: note }: OrderFact) {
  const known = orders.get(note.orderId)
  if (known) changed.orders.add(note.orderId)
  else changed.newOrders.add(note.orderId)
  const order = evolveOrder(known, note)
  orders.set(order.id, order)
  return { subject: order.id, version: order.version, correlationId: order.id }
}

function applyToRefund(world: World, fact: RefundFact, now: string) {
  const { paymentId, refundId } = fact.data
  const payment = world.payments.get(paymentId)
  if (!payment) throw new Error(`${fact.type} of a payment that is not loaded`)
  const refunds = world.refundsByPayment.get(paymentId) ?? []
  const before = refunds.find(({ id }) => id === refundId)
  const refund = evolveRefund(before, fact, now)
  world.entries.push(...refundEntries(payment, before, refund))
  world.refundsByPayment.set(paymentId, [...refunds.filter(({ id }) => id !== refundId), refund])
  world.changed.refunds.set(refundId, refund)
  return recordedOf(payment)
}

function applyToPayment(world: World, fact: PaymentChange, now: string) {
  const { paymentId } = fact.data
  const before = world.payments.get(paymentId)
  if (before) world.changed.payments.add(paymentId)
  else world.changed.newPayments.add(paymentId)
  const payment = evolvePayment(before, fact, now)
  if (before) world.entries.push(...paymentEntries(before, fact))
  world.payments.set(paymentId, payment)
  if (fact.type === 'WorkLeased') {
    const { step, refundId } = fact.data
    const refund = world.refundsByPayment.get(paymentId)?.find(({ id }) => id === refundId) ?? null
    world.works.push({ payment, step, fence: payment.fence, refund })
  }
  return recordedOf(payment)
}

function recordedOf({ id, version, orderId, organiserId }: Payment) {
  return { subject: id, version, correlationId: orderId, organisationId: organiserId }
}
