// Which events of the system the world is told of. Nothing waits for it.
import { publicKinds } from '@holdfast/contract'
import type { Bus } from '../platform/bus/bus.ts'
import { makeConsumer } from '../platform/commands/make-consumer.ts'
import { type Published, sayingOf, type Told } from './domain/public.ts'
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
] as const satisfies readonly Told[]

export function translate(event: Published): Command[] {
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
