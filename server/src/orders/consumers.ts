// What other services' events mean to orders: each becomes a command of ours. Never decides, never
// skips the domain.
import type { Event, EventOf, EventType } from '@holdfast/contract'
import type { Bus } from '../platform/bus/bus.ts'
import { makeConsumer } from '../platform/commands/make-consumer.ts'
import type { OrderRejection } from './domain/order.ts'
import type { OrdersHandler } from './model.ts'
import type { Command } from './world.ts'

export const heard = [
  'ShowPublished',
  'ShowChanged',
  'ShowCancelled',
  'ExpirationComplete',
  'PaymentStarted',
  'PaymentAuthorized',
  'PaymentVoided',
  'ChargeCreated',
  'ChargeFailed',
  'ChargeRefunded',
  'RefundReturned',
  'TicketsIssued',
  'TicketVoided',
  'TicketsReturned',
  'ReturnRefused',
  'RefundFailed',
  'DisputeOpened',
  'DisputeClosed',
  'TicketCheckedIn',
] as const satisfies readonly EventType[]
type Heard = EventOf<(typeof heard)[number]>

export function translate(event: Heard): Command[] {
  switch (event.type) {
    case 'ShowPublished':
    case 'ShowChanged':
      return [{ type: 'KnowShow', show: event.data, version: event.version }]
    case 'ShowCancelled':
      return [{ type: 'EndSale', showId: event.data.showId, version: event.version }]
    case 'ExpirationComplete':
      return [{ type: 'ExpireOrder', orderId: event.data.orderId, deadline: event.data.expiresAt }]
    case 'PaymentStarted':
      return [{ type: 'NotePaymentStarted', ...event.data }]
    case 'PaymentVoided':
      return [{ type: 'NotePaymentEnded', orderId: event.data.orderId, paymentId: event.data.paymentId }]
    case 'PaymentAuthorized': {
      const { orderId, paymentId, amount, tendered } = event.data
      return [{ type: 'ClaimOrder', orderId, paymentId, amount, ...(tendered ? { tendered } : {}) }]
    }
    case 'ChargeCreated':
      return [{ type: 'CompleteOrder', orderId: event.data.orderId, paymentId: event.data.paymentId }]
    case 'ChargeFailed':
      return [{ type: 'ReleaseClaim', orderId: event.data.orderId, paymentId: event.data.paymentId }]
    case 'ChargeRefunded': {
      const { orderId, paymentId, refundId, amount, full } = event.data
      return [{ type: 'RecordRefund', orderId, paymentId, refundId, amountMinor: amount.amountMinor, full }]
    }
    case 'RefundReturned': {
      const { orderId, paymentId, refundId, amount } = event.data
      const amountMinor = -amount.amountMinor
      return [{ type: 'RecordRefund', orderId, paymentId, refundId, amountMinor, full: false }]
    }
    case 'TicketsIssued': {
      const tickets = event.data.tickets.map((ticket) => ({ ...ticket, status: 'valid' as const }))
      return [{ type: 'NoteTickets', orderId: event.data.orderId, tickets }]
    }
    case 'TicketsReturned':
      return [{ type: 'ReturnPlaces', orderId: event.data.orderId, returnId: event.data.returnId }]
    case 'ReturnRefused':
      return [{ type: 'TurnDownReturn', orderId: event.data.orderId, returnId: event.data.returnId }]
    case 'RefundFailed': {
      const { orderId, returnId, code } = event.data
      return [{ type: 'SettleReturn', orderId, returnId, code }]
    }
    case 'DisputeOpened':
    case 'DisputeClosed': {
      const { orderId, paymentId } = event.data
      return [{ type: 'NoteDispute', orderId, paymentId, disputed: event.type === 'DisputeOpened' }]
    }
    case 'TicketCheckedIn':
      return [{ type: 'NoteTicketUsed', orderId: event.data.orderId, ticketId: event.data.ticketId }]
    case 'TicketVoided':
      return [{ type: 'NoteTicketsVoided', orderId: event.data.orderId, ticketIds: event.data.ticketIds }]
  }
}

/**
 * Facts about something we have not heard of yet: the news may be on its way. Any other rejection
 * is final.
 */
export const notYet = (rejection: OrderRejection) =>
  rejection === 'order_unknown' || rejection === 'show_unknown'

export function subscribe(
  bus: Bus,
  handler: OrdersHandler,
  cancelOpenOrders: (showId: string) => Promise<void>,
): void {
  // The sale has ended by now, so no new order can slip in behind this.
  const afterwards = async (events: readonly Event[]) => {
    for (const event of events) if (event.type === 'ShowCancelled') await cancelOpenOrders(event.data.showId)
  }
  bus.subscribe(makeConsumer({ name: 'orders', types: heard, translate, notYet }, handler, { afterwards }))
}
