// Orders' copy of the tickets of an order, for showing them beside it. Pure.
import type { IssuedTicket } from '@holdfast/contract'
import type { Order } from './order.ts'

/** With a code only if it was issued with a random one. */
export type KnownTicket = IssuedTicket & {
  readonly status: 'valid' | 'void'
  /** It let somebody in. */
  readonly used?: true
}

export type TicketCommand =
  | { readonly type: 'NoteTickets'; readonly orderId: string; readonly tickets: readonly KnownTicket[] }
  | { readonly type: 'NoteTicketsVoided'; readonly orderId: string; readonly ticketIds: readonly string[] }
  | { readonly type: 'NoteTicketUsed'; readonly orderId: string; readonly ticketId: string }

export type TicketFact =
  | {
      readonly type: 'TicketsKnown'
      readonly data: { readonly orderId: string; readonly tickets: readonly KnownTicket[] }
    }
  | {
      readonly type: 'TicketsKnownVoid'
      readonly data: { readonly orderId: string; readonly ticketIds: readonly string[] }
    }
  | {
      readonly type: 'TicketKnownUsed'
      readonly data: { readonly orderId: string; readonly ticketId: string }
    }

export type TicketDecision =
  | { readonly facts: readonly TicketFact[] }
  | { readonly rejection: 'order_unknown' }

export function decideTickets(order: Order | undefined, command: TicketCommand): TicketDecision {
  if (!order) return { rejection: 'order_unknown' }
  const { orderId } = command
  if (command.type === 'NoteTickets')
    return { facts: [{ type: 'TicketsKnown', data: { orderId, tickets: command.tickets } }] }
  if (command.type === 'NoteTicketUsed')
    return { facts: [{ type: 'TicketKnownUsed', data: { orderId, ticketId: command.ticketId } }] }
  return { facts: [{ type: 'TicketsKnownVoid', data: { orderId, ticketIds: command.ticketIds } }] }
}
