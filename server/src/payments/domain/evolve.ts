// Evolves the world of one batch by a fact. Pure but for the world, which it changes in place; decides nothing.
import type { PaymentFact, World } from './commands.ts'

export interface FactOwner {
  readonly subject: string
  readonly version: number
  readonly correlationId: string
}

const nobody: FactOwner = { subject: '', version: 0, correlationId: '' }

/** Applies a fact and tells whose it is: each published fact is one version of its payment. */
export function evolve(world: World, fact: PaymentFact): FactOwner {
  switch (fact.type) {
    case 'PaymentMoved': {
      const payment = fact.data
      const before = world.payments.get(payment.id)
      if (before) world.changed.payments.add(payment.id)
      else world.changed.newPayments.add(payment.id)
      world.payments.set(payment.id, payment)
      return nobody
    }
    case 'OrderNoted': {
      const order = fact.data
      if (world.orders.has(order.id)) world.changed.orders.add(order.id)
      else world.changed.newOrders.add(order.id)
      world.orders.set(order.id, order)
      return nobody
    }
    case 'RefundMoved': {
      const refund = fact.data
      const others = (world.refundsByPayment.get(refund.paymentId) ?? []).filter(({ id }) => id !== refund.id)
      world.refundsByPayment.set(refund.paymentId, [...others, refund])
      world.changed.refunds.set(refund.id, refund)
      return nobody
    }
    case 'LedgerPosted':
      world.entries.push(fact.data)
      return nobody
    case 'WorkLeased':
      world.works.push(fact.data)
      return nobody
    default: {
      const { paymentId, orderId } = fact.data
      const payment = world.payments.get(paymentId)
      if (!payment) throw new Error(`${fact.type} of a payment that is not loaded`)
      const version = payment.version + 1
      world.payments.set(paymentId, { ...payment, version })
      return { subject: paymentId, version, correlationId: orderId }
    }
  }
}
