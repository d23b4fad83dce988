// The one table of error codes: every problem the HTTP API can answer. `docs/errors.md` is checked
// against it.

export interface ErrorDefinition {
  readonly status: number
  readonly title: string
}

export const errorDefinitions = {
  // Bad input
  invalid_request: { status: 400, title: 'The request does not match this route’s schema' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  bad_signature: { status: 400, title: 'The webhook signature is missing, wrong or too old' },
  invalid_idempotency_key: {
    status: 400,
    title: 'The Idempotency-Key is empty or longer than 255 characters',
  },
  body_too_large: { status: 413, title: 'The request body is too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported content type: send application/json' },
  header_too_large: { status: 431, title: 'The request headers are too large' },
  // Who is asking
  unauthenticated: { status: 401, title: 'Sign in first' },
  bad_credentials: { status: 401, title: 'Wrong email address or password' },
  forbidden: { status: 403, title: 'This needs an account' },
  role_missing: { status: 403, title: 'Your role in this organisation does not allow this' },
  invitation_for_another: { status: 403, title: 'The invitation is for another email address' },
  email_unverified: { status: 403, title: 'Confirm your email address first' },
  cross_origin: { status: 403, title: 'Blocked: the request came from another site' },
  email_taken: { status: 409, title: 'This email address already has an account' },
  seller_not_approved: { status: 403, title: 'An operator has to approve this account before it can sell' },
  seller_blocked: { status: 403, title: 'An operator has stopped this account from selling' },
  password_common: { status: 422, title: 'The password is too easy to guess' },
  // Things that are not there
  route_unknown: { status: 404, title: 'Route not found' },
  show_unknown: { status: 404, title: 'Show not found' },
  order_unknown: { status: 404, title: 'Order not found' },
  payment_unknown: { status: 404, title: 'Payment not found' },
  ticket_unknown: { status: 404, title: 'Ticket not found' },
  code_unknown: { status: 404, title: 'No such code for this show' },
  mail_unknown: { status: 404, title: 'Mail not found' },
  organisation_unknown: { status: 404, title: 'Organisation not found' },
  member_unknown: { status: 404, title: 'Member not found' },
  invitation_unknown: { status: 404, title: 'Invitation not found' },
  token_unknown: { status: 404, title: 'Token not found' },
  device_unknown: { status: 404, title: 'Device not found' },
  dead_letter_unknown: { status: 404, title: 'Dead letter not found' },
  link_expired: { status: 410, title: 'The link has expired, or a newer one replaced it' },
  pairing_code_expired: { status: 410, title: 'The pairing code has expired or was used' },
  link_used: { status: 410, title: 'The link has already been used' },
  // The business says no
  sold_out: { status: 409, title: 'Not enough tickets left' },
  seat_taken: { status: 409, title: 'A selected seat is no longer available' },
  price_changed: { status: 409, title: 'The price has changed since the buyer saw it' },
  total_not_payable: { status: 422, title: 'No card can be charged this total' },
  sales_stopped: { status: 409, title: 'Sales are paused; tickets on hold can still be paid for' },
  not_on_sale: { status: 409, title: 'The show is not on sale' },
  too_many_holds: { status: 429, title: 'Too many tickets are on hold from this network' },
  limit_exceeded: { status: 422, title: 'Too many or too few tickets for one order or one buyer' },
  code_used_up: { status: 409, title: 'The code has no uses left' },
  code_taken: { status: 409, title: 'The show already has this code' },
  code_not_applicable: { status: 422, title: 'The code is not valid for this order' },
  invalid_code: { status: 422, title: 'The code cannot be saved like this' },
  unknown_ticket_type: { status: 422, title: 'The show has no such ticket type or seat' },
  quota_exceeded: { status: 409, title: 'This account keeps too much of this' },
  show_not_draft: { status: 409, title: 'The show has already been published' },
  show_past: { status: 409, title: 'The show has already begun' },
  show_cancelled: { status: 409, title: 'The show has been cancelled' },
  invalid_show: { status: 422, title: 'The show cannot be saved like this' },
  order_claimed: { status: 409, title: 'The order is already being paid' },
  order_complete: { status: 409, title: 'The order is already complete' },
  order_refunded: { status: 409, title: 'The order has been refunded' },
  order_not_payable: { status: 409, title: 'The order can no longer be paid' },
  card_declined: { status: 402, title: 'The card was declined' },
  invalid_payment_method: { status: 422, title: 'Unknown or expired payment method' },
  order_not_complete: { status: 409, title: 'The order is not complete' },
  return_not_allowed: { status: 409, title: 'These tickets cannot be returned' },
  return_under_way: { status: 409, title: 'These tickets are being returned already' },
  refund_exceeds_charge: { status: 422, title: 'The refund is more than what is left of the charge' },
  refund_not_payable: { status: 422, title: 'Cards cannot be given back this amount' },
  nothing_to_refund: { status: 409, title: 'Nothing left to refund on this order' },
  payment_disputed: {
    status: 409,
    title: 'The charge is disputed, so it cannot be refunded; the bank decides',
  },
  refund_failed: { status: 409, title: 'The card processor rejected the refund' },
  tickets_not_issued: { status: 409, title: 'The order has no tickets yet' },
  no_email_address: { status: 409, title: 'The order has no email address' },
  ticket_void: { status: 409, title: 'The ticket is no longer valid' },
  ticket_used: { status: 409, title: 'The ticket has already been used' },
  ticket_not_used: { status: 409, title: 'The ticket has not been used' },
  wrong_show: { status: 409, title: 'The ticket is for another show' },
  last_owner: { status: 409, title: 'An organisation needs an owner' },
  slug_taken: { status: 409, title: 'Another organisation has this short name' },
  colour_unreadable: { status: 422, title: 'Text on this colour is hard to read' },
  sandbox_off: { status: 409, title: 'The card sandbox is off' },
  demo_unavailable: { status: 409, title: 'No demo show is on sale, or the card sandbox is off' },
  // Idempotency
  idempotency_key_reused: {
    status: 422,
    title: 'This Idempotency-Key was already used for a different request',
  },
  idempotency_key_in_use: {
    status: 409,
    title: 'A request with this Idempotency-Key is still being processed',
  },
  // Limits and operating failures
  too_many_requests: { status: 429, title: 'Too many attempts; wait and try again' },
  overloaded: { status: 503, title: 'The shop is busy; try again in a moment' },
  unavailable: { status: 503, title: 'Part of the shop is not responding; try again in a moment' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, ErrorDefinition>

export type ErrorCode = keyof typeof errorDefinitions
