// What payments hears: events of orders, each translated to an own command. A foreign event never
// enters a decision raw.
import type { EventOf, EventType } from '@holdfast/contract'
import type { Bus } from '../platform/bus/bus.ts'
import { makeConsumer } from '../platform/commands/make-consumer.ts'
import type { Arrivals } from './arrivals.ts'
import type { Command, Rejection } from './domain/commands.ts'
import type { PaymentsHandler } from './model.ts'

export const heard = [
  'OrderCreated',
  'OrderExtended',
  'OrderReopened',
  'OrderCancelled',
  'OrderClaimed',
  'ClaimRejected',
  'OrderCompleted',
] as const satisfies readonly EventType[]
type Heard = EventOf<(typeof heard)[number]>

export function translate(event: Heard): Command[] {
  const { version } = event
  switch (event.type) {
    case 'OrderCreated': {
      const { orderId, buyerId, buyerEmail, organiserId, showId, due: amount, expiresAt } = event.data
      const address = buyerEmail === null ? {} : { buyerEmail }
      const terms = { buyerId, ...address, organiserId, showId, amount }
      return [{ type: 'NoteOrderCreated', orderId, version, terms, expiresAt }]
    }
    case 'OrderExtended':
      return [
        { type: 'NoteOrderExtended', version, orderId: event.data.orderId, expiresAt: event.data.expiresAt },
      ]
    case 'OrderReopened':
      return [
        { type: 'NoteOrderReopened', version, orderId: event.data.orderId, expiresAt: event.data.expiresAt },
      ]
    case 'OrderCancelled':
      return [{ type: 'NoteOrderCancelled', version, orderId: event.data.orderId }]
    case 'OrderClaimed':
      return [{ type: 'NoteOrderClaimed', version, ...event.data }]
    case 'ClaimRejected':
      return [{ type: 'NoteClaimRejected', ...event.data }]
    case 'OrderCompleted':
      return [{ type: 'NoteOrderCompleted', version, orderId: event.data.orderId }]
  }
}

/** A claim of a payment that is not stored: its transaction may only be late. */
export const notYet = (rejection: Rejection) => rejection === 'payment_unknown'

export function subscribe(bus: Bus, handler: PaymentsHandler, arrivals: Pick<Arrivals, 'waiting'>): void {
  // Thousands who only hold are in no hurry; who pays is, and so is who waits for his order to come
  // in.
  const isUnhurried = (types: readonly EventType[]) =>
    arrivals.waiting === 0 && types.every((type) => type === 'OrderCreated')
  bus.subscribe(makeConsumer({ name: 'payments', types: heard, translate, notYet }, handler, { isUnhurried }))
}
