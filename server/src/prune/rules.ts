// How long what is kept. Names no table: each kind has a file of its own.
import type { EventType } from '@holdfast/contract'

/** An event younger than this stays, whatever became of its order. */
export const eventDays = 90
/** So long after the start of its show an order is nobody's concern at the door any more. */
export const showDays = 30
/** A guest's session ends after 30 days: nobody without an order comes back after twice that. */
export const guestDays = 60
/** A consumer that says nothing for so long, while the others do, is waited for no longer. */
export const silentDays = 30
/**
 * The newest events stay in any case: a relay asks the outbox for the one that its stream ends with.
 */
export const newestEvents = 1_000

/**
 * `process`: goes with the order, or the mail, that it belongs to. `whole_state`: tells the whole
 * state of its aggregate, so the newest of each kind stays for consumers to come.
 */
const kinds: Readonly<Record<EventType, 'process' | 'whole_state'>> = {
  ShowPublished: 'whole_state',
  ShowChanged: 'whole_state',
  ShowCancelled: 'whole_state',
  OrderCreated: 'process',
  OrderExtended: 'process',
  OrderReopened: 'process',
  OrderCancelled: 'process',
  ExpirationComplete: 'process',
  PaymentStarted: 'process',
  PaymentAuthorized: 'process',
  OrderClaimed: 'process',
  ClaimRejected: 'process',
  ChargeCreated: 'process',
  ChargeFailed: 'process',
  PaymentVoided: 'process',
  OrderCompleted: 'process',
  ChargeRefunded: 'process',
  RefundReturned: 'process',
  TicketsIssued: 'process',
  ReturnRequested: 'process',
  TicketsReturned: 'process',
  ReturnRefused: 'process',
  PlacesReturned: 'process',
  RefundFailed: 'process',
  DisputeOpened: 'process',
  DisputeClosed: 'process',
  TicketVoided: 'process',
  TicketCheckedIn: 'process',
  CheckInUndone: 'process',
  LinkRequested: 'process',
  MemberInvited: 'process',
  MailSent: 'process',
  MailFailed: 'process',
}

/** All others are of a version that we do not know, and stay. */
export const knownTypes: readonly string[] = Object.keys(kinds)
export const wholeStateTypes: readonly string[] = knownTypes.filter(
  (type) => kinds[type as EventType] === 'whole_state',
)
