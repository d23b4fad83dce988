// What other services' events mean to mail: news that people are told of. Never decides.
import { type EventOf, type EventType, isLanguage } from '@holdfast/contract'
import type { Bus } from '../platform/bus/bus.ts'
import { makeConsumer } from '../platform/commands/make-consumer.ts'
import type { MailHandler, Rejection } from './model.ts'
import type { Command } from './world.ts'

export const heard = [
  'ShowPublished',
  'ShowChanged',
  'ShowCancelled',
  'OrderExtended',
  'OrderCompleted',
  'TicketsIssued',
  'TicketVoided',
  'ChargeRefunded',
  'RefundReturned',
  'LinkRequested',
  'MemberInvited',
] as const satisfies readonly EventType[]
type Heard = EventOf<(typeof heard)[number]>

const languageOf = (text: string) => (isLanguage(text) ? text : 'en')

export function translate(event: Heard): Command[] {
  const { version, occurredAt: at } = event
  switch (event.type) {
    case 'ShowPublished':
    case 'ShowChanged':
      return [{ type: 'NoteShow', show: event.data, version, at }]
    case 'ShowCancelled':
      return [{ type: 'NoteShowEnd', showId: event.data.showId, version, at }]
    case 'OrderExtended': {
      const { orderId, expiresAt: until, reserved } = event.data
      // Only a reservation is told by mail; whoever pays sees that the hold got longer.
      if (!reserved) return []
      const { by, showId, buyer, lines, amount: total } = reserved
      return [{ type: 'NoteReserved', orderId, showId, buyer, by, lines, total, until, at }]
    }
    case 'OrderCompleted': {
      const { orderId, showId, buyer, soldBy, lines, amount: total } = event.data
      const sold = soldBy === undefined ? {} : { soldBy }
      return [{ type: 'NoteComplete', orderId, showId, buyer, ...sold, lines, total, at }]
    }
    case 'TicketsIssued':
      return [{ type: 'NoteTickets', orderId: event.data.orderId, tickets: event.data.tickets, at }]
    case 'TicketVoided':
      return [{ type: 'NoteVoid', orderId: event.data.orderId, ticketIds: event.data.ticketIds }]
    case 'ChargeRefunded': {
      const { orderId, refundId, amount, full, tender } = event.data
      const elsewhere = tender === undefined ? {} : { elsewhere: true as const }
      return [{ type: 'NoteRefund', orderId, refundId, amount, full, ...elsewhere, at }]
    }
    case 'LinkRequested': {
      const { linkId, purpose, email, language } = event.data
      if (email === null) return []
      return [{ type: 'NoteLink', linkId, purpose, email, language: languageOf(language), at }]
    }
    case 'MemberInvited': {
      const { invitationId: linkId, organisation, role, invitedBy, email, language: asked } = event.data
      const content = { invitation: { organisation, role, invitedBy } }
      const language = languageOf(asked)
      return [{ type: 'NoteLink', linkId, purpose: 'invitation', email, language, content, at }]
    }
    case 'RefundReturned': {
      const { orderId, refundId, amount } = event.data
      return [{ type: 'NoteBounce', orderId, refundId, amount, at }]
    }
  }
}

/** The news before it is still on its way: of the show, or of the order. */
export const notYet = (rejection: Rejection) => rejection === 'show_unknown' || rejection === 'order_unknown'

export function subscribe(bus: Bus, handler: MailHandler): void {
  // A mail takes seconds anyway; buyers who wait come first.
  const isUnhurried = () => true
  bus.subscribe(makeConsumer({ name: 'mail', types: heard, translate, notYet }, handler, { isUnhurried }))
}
