// What payments hears: events of orders, each translated to an own command. A foreign event never enters a decision raw.
import type { Event, EventType } from '@holdfast/contract'
import type { Bus, Verdict } from '../platform/bus/bus.ts'
import { ack } from '../platform/bus/bus.ts'
import type { Arrivals } from './arrivals.ts'
import type { Command, Rejection } from './domain/commands.ts'
import type { PaymentsHandler } from './model.ts'

const consumer = 'payments'

export const heard = [
  'OrderCreated',
  'OrderExtended',
  'OrderReopened',
  'OrderCancelled',
  'OrderClaimed',
  'ClaimRejected',
  'OrderCompleted',
] as const satisfies EventType[]

export function translate(event: Event): Command[] {
  const { version } = event
  switch (event.type) {
    case 'OrderCreated': {
      const { orderId, buyerId, organiserId, amount, expiresAt } = event.data
      return [{ type: 'NoteOrderCreated', orderId, version, terms: { buyerId, organiserId, amount }, expiresAt }]
    }
    case 'OrderExtended':
      return [{ type: 'NoteOrderExtended', version, orderId: event.data.orderId, expiresAt: event.data.expiresAt }]
    case 'OrderReopened':
      return [{ type: 'NoteOrderReopened', version, orderId: event.data.orderId, expiresAt: event.data.expiresAt }]
    case 'OrderCancelled':
      return [{ type: 'NoteOrderCancelled', version, orderId: event.data.orderId }]
    case 'OrderClaimed':
      return [{ type: 'NoteOrderClaimed', version, orderId: event.data.orderId, paymentId: event.data.paymentId }]
    case 'ClaimRejected':
      return [{ type: 'NoteClaimRejected', ...event.data }]
    case 'OrderCompleted':
      return [{ type: 'NoteOrderCompleted', version, orderId: event.data.orderId }]
    default:
      return []
  }
}

/** A claim of a payment that is not stored: its transaction may only be late. */
export const notYet = (rejection: Rejection) => rejection === 'payment_unknown'

export function subscribe(bus: Bus, handler: PaymentsHandler, arrivals: Pick<Arrivals, 'waiting'>): void {
  bus.subscribe({
    consumer,
    types: heard,
    // Thousands who only hold are in no hurry; who pays is, and so is who waits for his order to come in.
    isUnhurried: (types) => arrivals.waiting === 0 && types.every((type) => type === 'OrderCreated'),
    async handle(events): Promise<Verdict[]> {
      const translated = events.map((event) => ({ eventId: event.id, subject: event.subject, commands: translate(event) }))
      const results = await handler.handleEvents(consumer, translated, notYet)
      return results.map((result): Verdict => (result.ok ? ack : { kind: 'retry', reason: result.rejection }))
    },
  })
}
