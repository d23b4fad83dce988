// What other services' events mean here: a complete order gets its tickets, a refunded one loses them. Never decides.
import type { Event, EventOf } from '@holdfast/contract'
import { ack, type Bus, type Verdict } from '../platform/bus/bus.ts'
import type { Translated } from '../platform/commands/model.ts'
import { newId } from '../platform/process/clock.ts'
import { makeCodes } from './codes.ts'
import type { AdmissionCommand, Place } from './domain/admission.ts'
import type { AdmissionHandler } from './model.ts'

export const heard = ['OrderCompleted', 'ChargeRefunded'] as const

export function translate(event: EventOf<(typeof heard)[number]>): AdmissionCommand[] {
  if (event.type === 'ChargeRefunded') {
    const { orderId, paymentId, full } = event.data
    // A refund in part leaves the buyer his places.
    return full ? [{ type: 'VoidTickets', orderId, paymentId, reason: 'refunded' }] : []
  }
  const { orderId, showId, paymentId = null, lines } = event.data
  return [{ type: 'IssueTickets', orderId, showId, paymentId, places: placesOf(lines) }]
}

/** One place per ticket, each with an id and a code that nobody has seen. They are lost if the tickets exist already. */
function placesOf(lines: EventOf<'OrderCompleted'>['data']['lines']): Place[] {
  const codes = makeCodes(lines.reduce((sum, line) => sum + line.quantity, 0))
  let next = 0
  return lines.flatMap(({ ticketTypeId, name, quantity, seatIds }) =>
    Array.from({ length: quantity }, (_, index): Place => {
      const code = codes[next++]
      const seatId = seatIds?.[index]
      if (code === undefined) throw new Error('fewer codes than places')
      return { ticketId: newId(), code, ticketTypeId, name, ...(seatId === undefined ? {} : { seatId }) }
    }),
  )
}

export function subscribeTickets(bus: Bus, handler: AdmissionHandler): void {
  bus.subscribe({
    consumer: 'tickets',
    types: heard,
    // Paid orders come before the tickets of those that are complete; a twentieth of a second later is not seen.
    isUnhurried: () => true,
    async handle(events: readonly Event[]): Promise<Verdict[]> {
      const translated = (events as readonly EventOf<(typeof heard)[number]>[]).map((event): Translated<AdmissionCommand> => {
        return { eventId: event.id, subject: event.subject, commands: translate(event) }
      })
      const handled = await handler.handleEvents('tickets', translated, () => false)
      return handled.map((result) => (result.ok ? ack : { kind: 'retry', reason: result.rejection }))
    },
  })
}
