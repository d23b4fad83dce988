// What other services' events mean here: a complete order gets its tickets, a refunded one loses
// them. Never decides.
import { type EventOf, type EventType, unitsOf } from '@holdfast/contract'
import type { Bus } from '../platform/bus/bus.ts'
import { makeConsumer } from '../platform/commands/make-consumer.ts'
import { newId } from '../platform/process/clock.ts'
import { makeCodes } from './codes.ts'
import type { AdmissionCommand, Place } from './domain/admission.ts'
import type { AdmissionHandler } from './model.ts'

export const heard = ['OrderCompleted', 'ChargeRefunded'] as const satisfies readonly EventType[]
type Heard = EventOf<(typeof heard)[number]>

export function translate(event: Heard): AdmissionCommand[] {
  if (event.type === 'ChargeRefunded') {
    const { orderId, paymentId, full } = event.data
    // A refund in part leaves the buyer his places.
    return full ? [{ type: 'VoidTickets', orderId, paymentId, reason: 'refunded' }] : []
  }
  const { orderId, showId, paymentId = null } = event.data
  return [{ type: 'IssueTickets', orderId, showId, paymentId, places: placesOf(event.data) }]
}

/**
 * One place per ticket, each with an id and a code that nobody has seen. They are lost if the
 * tickets exist already.
 */
function placesOf(order: EventOf<'OrderCompleted'>['data']): Place[] {
  const units = unitsOf(order)
  const codes = makeCodes(units.length)
  return units.map(({ no, ticketTypeId, name, seatIds: [seatId] }): Place => {
    const code = codes[no]
    if (code === undefined) throw new Error('fewer codes than places')
    return { ticketId: newId(), code, ticketTypeId, name, ...(seatId === undefined ? {} : { seatId }) }
  })
}

/** Whatever becomes of an order, its tickets follow: nothing is waited for. */
export const notYet = () => false

export function subscribe(bus: Bus, handler: AdmissionHandler): void {
  // Paid orders come before the tickets of those that are complete; a twentieth of a second later
  // is not seen.
  const isUnhurried = () => true
  bus.subscribe(makeConsumer({ name: 'tickets', types: heard, translate, notYet }, handler, { isUnhurried }))
}
