// Which events of the system the world is told of. Nothing waits for it.
import { type EventOf, type PublicType, publicKinds } from '@holdfast/contract'
import type { Bus } from '../platform/bus/bus.ts'
import { makeConsumer } from '../platform/commands/make-consumer.ts'
import { sayingOf } from './domain/public.ts'
import type { FeedHandler } from './model.ts'
import type { Command } from './world.ts'

export const heard = [
  'ShowPublished',
  'ShowChanged',
  'ShowCancelled',
  'OrderCompleted',
  'OrderCancelled',
  'ChargeRefunded',
  'RefundReturned',
  'PlacesReturned',
  'TicketsIssued',
  'TicketVoided',
  'TicketCheckedIn',
  'CheckInUndone',
] as const satisfies readonly PublicType[]

export function translate(event: EventOf<PublicType>): Command[] {
  const { id, type, occurredAt, organisationId, correlationId } = event
  const entry = { id, type, version: publicKinds[type].version, occurredAt, ...sayingOf(event) }
  return [{ type: 'Publish', event: entry, organisationId, correlationId }]
}

/** Nothing is refused. */
const notYet = () => false

export function subscribe(bus: Bus, handler: FeedHandler): void {
  const isUnhurried = () => true
  bus.subscribe(makeConsumer({ name: 'webhooks', types: heard, translate, notYet }, handler, { isUnhurried }))
}
