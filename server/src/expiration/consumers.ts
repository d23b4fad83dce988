// What orders' events mean to deadlines.
import type { EventOf, EventType } from '@holdfast/contract'
import type { Bus } from '../platform/bus/bus.ts'
import { makeConsumer } from '../platform/commands/make-consumer.ts'
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

/** A timer is never refused. */
export const notYet = () => false

export function subscribe(bus: Bus, handler: ExpirationHandler): void {
  // Deadlines are minutes away.
  const isUnhurried = () => true
  bus.subscribe(
    makeConsumer({ name: 'expiration', types: heard, translate, notYet }, handler, { isUnhurried }),
  )
}
