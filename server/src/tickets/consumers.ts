// What other services' events mean here: a complete order gets its tickets, a refunded one loses
// them. Never decides.
import { type EventOf, type EventType, unitsOf } from '@holdfast/contract'
import type { Bus } from '../platform/bus/bus.ts'
import { makeConsumer } from '../platform/commands/make-consumer.ts'
import { ticketIdOf } from '../platform/secrets/tickets.ts'
import type { AdmissionCommand, AdmissionRejection, Place } from './domain/admission.ts'
import type { AdmissionHandler } from './model.ts'

export const heard = [
  'OrderCompleted',
  'ReturnRequested',
  'ChargeRefunded',
] as const satisfies readonly EventType[]
type Heard = EventOf<(typeof heard)[number]>

/** `keyVersion` names the key that makes codes now. */
export function translate(event: Heard, keyVersion: string): AdmissionCommand[] {
  if (event.type === 'ChargeRefunded') {
    const { orderId, paymentId, full } = event.data
    // A refund in part leaves the buyer his places.
    return full ? [{ type: 'VoidTickets', orderId, paymentId, reason: 'refunded' }] : []
  }
  if (event.type === 'ReturnRequested') {
    const { orderId, returnId, units } = event.data
    return [{ type: 'ReturnTickets', orderId, returnId, units }]
  }
  const { orderId, showId, paymentId = null } = event.data
  return [{ type: 'IssueTickets', orderId, showId, paymentId, places: placesOf(event.data), keyVersion }]
}

const placesOf = (order: EventOf<'OrderCompleted'>['data']): Place[] =>
  unitsOf(order).map(({ no, ticketTypeId, name, admits, seatIds: [seatId] }) => {
    const people = admits === 1 ? {} : { admits }
    const place = { ticketId: ticketIdOf(order.orderId, no), unit: no, ticketTypeId, name, ...people }
    return seatId === undefined ? place : { ...place, seatId }
  })

/** Places are given back of orders that we know; anything else follows at once. */
export const notYet = (rejection: AdmissionRejection) => rejection === 'order_unknown'

export function subscribe(bus: Bus, handler: AdmissionHandler, keyVersion: string): void {
  // Paid orders come before the tickets of those that are complete; a twentieth of a second later
  // is not seen.
  const isUnhurried = () => true
  const toCommands = (event: Heard) => translate(event, keyVersion)
  const consumer = { name: 'tickets', types: heard, translate: toCommands, notYet } as const
  bus.subscribe(makeConsumer(consumer, handler, { isUnhurried }))
}
