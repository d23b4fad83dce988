// The rules that the model runs: the shop's own functions, and nothing else. A mutant puts a faulty
// one in the place of one of them.
import type { Event } from '@holdfast/contract'
import * as expirationConsumers from '../../src/expiration/consumers.ts'
import * as timers from '../../src/expiration/domain/timer.ts'
import * as ordersConsumers from '../../src/orders/consumers.ts'
import { decideInWorld } from '../../src/orders/model.ts'
import { apply as applyOrder } from '../../src/orders/world.ts'
import * as paymentsConsumers from '../../src/payments/consumers.ts'
import { decide as decidePayment } from '../../src/payments/domain/decide.ts'
import { close as closePayment } from '../../src/payments/domain/schedule.ts'
import { planStep } from '../../src/payments/processor/plan.ts'
import { apply as applyPayment } from '../../src/payments/world.ts'
import * as ticketsConsumers from '../../src/tickets/consumers.ts'
import { decideAdmission } from '../../src/tickets/domain/admission.ts'
import { evolveAdmission } from '../../src/tickets/domain/evolve-admission.ts'
import type { Consumer } from './world.ts'

type HeardBy<Translate extends (event: never) => unknown> = Parameters<Translate>[0]

export const rules = {
  decideOrder: decideInWorld,
  applyOrder,
  decidePayment,
  applyPayment,
  closePayment,
  decideTimer: timers.decide,
  evolveTimer: timers.evolve,
  decideAdmission,
  evolveAdmission,
  planStep,
  /** Foreign events as commands of the consumer. */
  toOrders: (event: Event) => ordersConsumers.translate(event as HeardBy<typeof ordersConsumers.translate>),
  toPayments: (event: Event) =>
    paymentsConsumers.translate(event as HeardBy<typeof paymentsConsumers.translate>),
  toExpiration: (event: Event) =>
    expirationConsumers.translate(event as HeardBy<typeof expirationConsumers.translate>),
  toTickets: (event: Event) =>
    ticketsConsumers.translate(event as Parameters<typeof ticketsConsumers.translate>[0], 'key'),
  /** Whether a consumer takes each message once. */
  hasInbox: (_consumer: Consumer, _type: string): boolean => true,
}
export type Rules = typeof rules

const heard: Record<Consumer, readonly string[]> = {
  orders: ordersConsumers.heard,
  payments: paymentsConsumers.heard,
  expiration: expirationConsumers.heard,
  tickets: ticketsConsumers.heard,
}

export function hearersOf(type: string): Consumer[] {
  return (Object.keys(heard) as Consumer[]).filter((consumer) => heard[consumer].includes(type))
}

/** Rejections that mean: the message is put off and comes again. */
export function isPutOff(consumer: Consumer, rejection: string): boolean {
  if (consumer === 'orders')
    return ordersConsumers.notYet(rejection as Parameters<typeof ordersConsumers.notYet>[0])
  if (consumer === 'payments')
    return paymentsConsumers.notYet(rejection as Parameters<typeof paymentsConsumers.notYet>[0])
  if (consumer === 'tickets')
    return ticketsConsumers.notYet(rejection as Parameters<typeof ticketsConsumers.notYet>[0])
  return false
}
