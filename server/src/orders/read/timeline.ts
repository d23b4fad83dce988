// The story of an order for people: one sentence for each event of its process, whichever service
// told it.
import type { Envelope, Event, MailKind, Money, OrderKind, TimelineEntry } from '@holdfast/contract'
import { currencyExponent, MalformedEvent, parseEvent } from '@holdfast/contract'
import type { Static } from 'typebox'

type Entry = Static<typeof TimelineEntry>

function inWords({ amountMinor, currency }: Money): string {
  const exponent = currencyExponent(currency)
  return `${(amountMinor / 10 ** exponent).toFixed(exponent)} ${currency}`
}

const countOf = (tickets: readonly unknown[]): string =>
  tickets.length === 1 ? '1 ticket' : `${tickets.length} tickets`

const cancelReasons = {
  buyer: 'released by the buyer',
  expired: 'not paid in time',
  payment_failed: 'payment failed',
  organiser: 'cancelled by the organiser',
} as const

const mailKinds: Readonly<Record<MailKind, string>> = {
  order_confirmed: 'order and tickets',
  order_reserved: 'reservation',
  money_back: 'money back',
  late_money: 'late payment given back',
  refund_bounced: 'refund came back',
  show_changed: 'show changed',
  show_cancelled: 'show cancelled',
  reminder: 'reminder',
  sign_in: 'sign-in link',
  reset_password: 'password link',
  my_tickets: 'link to tickets',
  verify_email: 'link to confirm an address',
  invitation: 'invitation to an organisation',
}

function summarize(event: Event): string {
  switch (event.type) {
    case 'OrderCreated':
      return `Tickets ${event.data.kind === 'reservation' ? 'reserved' : 'held'} until ${event.data.expiresAt}, total ${inWords(event.data.amount)}`
    case 'OrderExtended':
      if (event.data.kind === 'reservation') return `Tickets reserved until ${event.data.expiresAt}`
      return `Payment in progress at the deadline: hold extended to ${event.data.expiresAt}`
    case 'OrderReopened':
      return `Charge failed: the buyer can pay again until ${event.data.expiresAt}`
    case 'OrderCancelled':
      return `Order cancelled (${cancelReasons[event.data.reason]}), tickets released`
    case 'OrderClaimed':
      return 'Payment accepted for this order; it can no longer expire'
    case 'ClaimRejected':
      return `Payment not accepted (${event.data.reason}); the pending amount is released`
    case 'OrderCompleted':
      return 'Order complete'
    case 'ExpirationComplete':
      return 'Hold time ran out'
    case 'PaymentStarted':
      return 'Payment started'
    case 'PaymentAuthorized':
      if (event.data.tendered) return `${inWords(event.data.amount)} given to staff`
      return `${inWords(event.data.amount)} pending on the card, not charged yet`
    case 'ChargeCreated':
      if (event.data.tender === 'on_account') return `${inWords(event.data.amount)} on account`
      if (event.data.tender) return `${inWords(event.data.amount)} paid outside of the shop`
      return `${inWords(event.data.amount)} charged to the card`
    case 'ChargeFailed':
      return `Charge failed (${event.data.code})`
    case 'PaymentVoided':
      return `Payment ended without a charge (${event.data.reason})`
    case 'ChargeRefunded':
      return `${inWords(event.data.amount)} refunded`
    case 'RefundReturned':
      return `Refund of ${inWords(event.data.amount)} bounced: the buyer's bank could not accept it`
    case 'TicketsIssued':
      return `${countOf(event.data.tickets)} issued`
    case 'TicketVoided':
      return `${countOf(event.data.ticketIds)} voided`
    case 'ReturnRequested':
      return `Return of ${countOf(event.data.units)} requested`
    case 'TicketsReturned':
      return `${countOf(event.data.ticketIds)} no longer valid`
    case 'PlacesReturned':
      return `${countOf(event.data.units)} back on sale`
    case 'TicketCheckedIn':
      return event.data.door === undefined
        ? 'Ticket scanned at the door'
        : `Ticket scanned at the door “${event.data.door}”`
    case 'CheckInUndone':
      return `Scan undone (${event.data.reason}); the ticket is valid again`
    case 'MailSent':
      return `Mail sent: ${mailKinds[event.data.kind]}`
    case 'MailFailed':
      return `Mail not delivered (${event.data.reason === 'bounced' ? 'refused' : 'given up'}): ${mailKinds[event.data.kind]}`
    case 'LinkRequested':
    case 'MemberInvited':
    case 'ShowPublished':
    case 'ShowChanged':
    case 'ShowCancelled':
      return event.type
  }
}

const kindOf = ({ kind }: { readonly kind?: OrderKind }) => (kind === undefined ? {} : { kind })

/** What a sentence about the event is made of. Ticket codes are secrets and stay out. */
function dataOf(event: Event): Entry['data'] {
  switch (event.type) {
    case 'OrderCreated':
      return { amount: event.data.amount, until: event.data.expiresAt, ...kindOf(event.data) }
    case 'OrderExtended':
      return { until: event.data.expiresAt, ...kindOf(event.data) }
    case 'OrderReopened':
      return { until: event.data.expiresAt }
    case 'OrderCancelled':
      return { reason: event.data.reason }
    case 'OrderClaimed':
    case 'PaymentStarted':
      return { paymentId: event.data.paymentId }
    case 'ClaimRejected':
    case 'PaymentVoided':
      return { paymentId: event.data.paymentId, reason: event.data.reason }
    case 'PaymentAuthorized': {
      const { paymentId, amount, tendered } = event.data
      return {
        paymentId,
        amount,
        ...(tendered && tendered.tender !== 'comp' ? { tender: tendered.tender } : {}),
      }
    }
    case 'ChargeCreated': {
      const { paymentId, amount, tender } = event.data
      return { paymentId, amount, ...(tender ? { tender } : {}) }
    }
    case 'ChargeFailed':
      return { paymentId: event.data.paymentId, reason: event.data.code }
    case 'ChargeRefunded':
    case 'RefundReturned':
      return { paymentId: event.data.paymentId, refundId: event.data.refundId, amount: event.data.amount }
    case 'TicketsIssued':
      return { count: event.data.tickets.length }
    case 'TicketVoided':
      return { count: event.data.ticketIds.length, reason: event.data.reason }
    case 'TicketsReturned':
      return { count: event.data.ticketIds.length }
    case 'ReturnRequested':
    case 'PlacesReturned':
      return { count: event.data.units.length }
    case 'TicketCheckedIn':
      return { count: 1, ...(event.data.door === undefined ? {} : { door: event.data.door }) }
    case 'CheckInUndone':
      return { count: 1, reason: event.data.reason }
    case 'MailSent':
      return { mailKind: event.data.kind }
    case 'MailFailed':
      return { mailKind: event.data.kind, reason: event.data.reason }
    case 'LinkRequested':
    case 'MemberInvited':
    case 'OrderCompleted':
    case 'ExpirationComplete':
    case 'ShowPublished':
    case 'ShowChanged':
    case 'ShowCancelled':
      return {}
  }
}

/** Null for an event of a newer version, which runs beside this one. */
function tryParse(envelope: Envelope): Event | null {
  try {
    return parseEvent(envelope)
  } catch (error) {
    if (!(error instanceof MalformedEvent)) throw error
    return null
  }
}

/**
 * Events of one order as its timeline: oldest first. Secrets of the events (ticket codes) stay out.
 */
export function toTimeline(envelopes: readonly Envelope[]): Entry[] {
  return envelopes.map((envelope) => {
    const event = tryParse(envelope)
    return {
      id: envelope.id,
      type: envelope.type,
      source: envelope.source,
      subject: envelope.subject,
      version: envelope.version,
      occurredAt: envelope.occurredAt,
      causationId: envelope.causationId,
      summary: event ? summarize(event) : envelope.type,
      data: event ? dataOf(event) : {},
    }
  })
}
