// What the quick scopes have to reach of the rules: every state, fact and rejection by name. What
// they cannot reach says why. A new name does not compile without its line.
import type { CancelReason, ClaimRejection } from '@holdfast/contract'
import type { Timer, TimerFact } from '../../src/expiration/domain/timer.ts'
import type { OrderFact, OrderRejection, OrderStatus } from '../../src/orders/domain/order.ts'
import type { Rejection } from '../../src/payments/domain/commands.ts'
import type { PaymentFact } from '../../src/payments/domain/facts.ts'
import type { EntryKind } from '../../src/payments/domain/ledger.ts'
import type { PaymentStatus, Step } from '../../src/payments/domain/payment.ts'

/** True, or why not. */
type Reached<Name extends string> = Record<Name, true | string>

const request = 'a buyer’s wrong request: its cells are in the matrix of orders'

export const orderTransitions = [
  'cancelled → cancelled',
  'claimed → cancelled',
  'claimed → claimed',
  'claimed → complete',
  'claimed → created',
  // A refund that was heard before its charge.
  'complete → complete',
  'complete → refunded',
  'created → cancelled',
  'created → claimed',
  'created → created',
  // At the counter.
  'none → claimed',
  'none → created',
  'refunded → refunded',
]

export const paymentTransitions = [
  'authorized → captured',
  'authorized → unknown',
  'authorized → voided',
  'captured → refunded',
  'none → authorized',
  'none → captured',
  'none → started',
  'requires_action → authorized',
  'requires_action → captured',
  'requires_action → declined',
  'requires_action → voided',
  'started → authorized',
  'started → captured',
  'started → declined',
  'started → requires_action',
  'started → unknown',
  'started → voided',
  'unknown → authorized',
  'unknown → captured',
  'unknown → declined',
  'unknown → voided',
]

export const reached = {
  'order facts': {
    OrderCreated: true,
    OrderExtended: true,
    OrderReopened: true,
    OrderCancelled: true,
    OrderClaimed: true,
    ClaimRejected: true,
    OrderCompleted: true,
    PaymentNoticed: true,
    RefundRecorded: true,
    ReturnRequested: true,
    PlacesReturned: true,
    ReturnTurnedDown: true,
    ReturnSettled: true,
    DisputeNoted: 'only refuses returns of buyers: its cells are in the matrix of orders',
  } satisfies Reached<OrderFact['type']>,
  'order rejections': {
    seat_taken: true,
    sold_out: true,
    order_claimed: true,
    order_complete: true,
    order_refunded: true,
    order_not_complete: true,
    return_under_way: true,
    return_not_allowed: true,
    payment_disputed: 'orders does not hear of disputes here: its cells are in the matrix of orders',
    refund_exceeds_charge: request,
    refund_not_payable: 'the modelled currency has no step',
    order_unknown: 'no message can come before its order is stored',
    show_unknown: request,
    not_on_sale: request,
    too_many_holds: request,
    price_changed: request,
    total_not_payable: request,
    invalid_reservation: true,
    invalid_price: request,
    needs_other_ticket: request,
    order_cancelled: true,
    unknown_ticket_type: request,
    limit_exceeded: request,
    code_used_up: true,
    code_unknown: request,
    code_not_applicable: request,
    code_taken: request,
    invalid_code: request,
  } satisfies Reached<OrderRejection>,
  ClaimRejected: {
    order_cancelled: true,
    order_claimed: true,
    order_complete: true,
    order_refunded: 'two cards and a refund together: its cell is in the matrix of orders',
    order_unknown: 'never decided: the message is put off until the order is there',
    amount_mismatch: 'payments takes the amount from the order',
  } satisfies Reached<ClaimRejection>,
  OrderCancelled: {
    buyer: true,
    organiser: true,
    expired: true,
    payment_failed: true,
  } satisfies Reached<CancelReason>,
  'payment facts': {
    PaymentStarted: true,
    PaymentAuthorized: true,
    ChargeCreated: true,
    ChargeFailed: true,
    PaymentVoided: true,
    ChargeRefunded: true,
    RefundReturned: true,
    PaymentOpened: true,
    IntentSeen: true,
    DisputeSeen: true,
    DisputeOpened: true,
    DisputeClosed: true,
    RefundFailed: true,
    AnswerReceived: true,
    OutcomeKnown: true,
    OutcomeUnknown: true,
    MoneyHeld: true,
    MoneyReleased: true,
    MoneyTaken: true,
    ClaimSettled: true,
    CaptureRefused: true,
    RefundRequested: true,
    RefundAnswered: true,
    WorkLeased: true,
    WorkPutOff: true,
    NextLookSet: true,
    OrderNoted: true,
  } satisfies Reached<PaymentFact['type']>,
  'payment rejections': {
    order_unknown: true,
    order_not_payable: true,
    lease_lost: true,
    nothing_to_refund: true,
    refund_exceeds_charge: true,
    payment_disputed: true,
    refund_not_payable: 'the modelled currency has no step',
    // A sale at the counter that payments hears of before its order.
    payment_unknown: true,
    intent_mismatch: 'the modelled processor does not mix up its intents',
  } satisfies Reached<Rejection>,
  steps: { create: true, retrieve: true, capture: true, void: true, refund: true } satisfies Reached<Step>,
  'ledger entries': {
    authorize: true,
    void: true,
    capture: true,
    late_capture: true,
    claim: true,
    refund_request: true,
    refund: true,
    refund_failure: true,
    refund_return: true,
  } satisfies Reached<EntryKind>,
} as const

/** States, by the list of what was seen that begins or ends with them. */
export const orderStates: Reached<OrderStatus> = {
  created: true,
  claimed: true,
  complete: true,
  refunded: true,
  cancelled: true,
}
export const paymentStates: Reached<PaymentStatus> = {
  started: true,
  requires_action: true,
  authorized: true,
  captured: true,
  voided: true,
  declined: true,
  refunded: true,
  unknown: true,
}
export const timerStates: Reached<Timer['status']> = { waiting: true, stopped: true, fired: true }
export const timerFacts: Reached<TimerFact['type']> = {
  TimerSet: true,
  TimerStopped: true,
  ExpirationComplete: true,
}
