// What orders' events mean to deadlines.
import type { Event, EventOf, EventType } from '@holdfast/contract'
import { ack, type Bus } from '../platform/bus/bus.ts'
import type { ExpirationCommand, ExpirationHandler } from './model.ts'

export const heard = [
  'OrderCreated',
  'OrderExtended',
  'OrderReopened',
  'OrderCancelled',
  'OrderClaimed',
  'ClaimRejected',
] as const satisfies readonly EventType[]
type Heard = EventOf<(typeof heard)[number]>

export function translate(event: Heard): ExpirationCommand[] {
  const { orderId } = event.data
  const orderVersion = event.version
  switch (event.type) {
    case 'OrderCreated':
      // A free order is complete at once: it has no deadline.
      if (event.data.amount.amountMinor === 0) return [{ type: 'StopTimer', orderId, orderVersion }]
      return [{ type: 'SetTimer', orderId, expiresAt: event.data.expiresAt, orderVersion }]
    case 'OrderExtended':
    case 'OrderReopened':
      return [{ type: 'SetTimer', orderId, expiresAt: event.data.expiresAt, orderVersion }]
    case 'OrderCancelled':
    case 'OrderClaimed':
      return [{ type: 'StopTimer', orderId, orderVersion }]
    case 'ClaimRejected':
      // The order goes on as it was, and so does its deadline.
      return []
  }
}

export function subscribeExpiration(bus: Bus, handler: ExpirationHandler): void {
  bus.subscribe({
    consumer: 'expiration',
    types: heard,
    // Deadlines are minutes away.
    isUnhurried: () => true,
    async handle(events: readonly Event[]) {
      const translated = (events as readonly Heard[]).map((event) => ({
        eventId: event.id,
        subject: event.subject,
        commands: translate(event),
      }))
      await handler.handleEvents('expiration', translated, () => false)
      return events.map(() => ack)
    },
  })
}
