// The one table of error codes: every problem the HTTP API can answer. `docs/errors.md` is checked against it.

export interface ErrorDefinition {
  readonly status: number
  readonly title: string
}

export const errorDefinitions = {
  // Bad input
  invalid_request: { status: 400, title: 'The request does not match the schema of this route' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  bad_signature: { status: 400, title: 'The webhook signature is missing, wrong or too old' },
  invalid_idempotency_key: { status: 400, title: 'The Idempotency-Key is empty or longer than 255 characters' },
  body_too_large: { status: 413, title: 'The body is larger than this route takes' },
  unsupported_media_type: { status: 415, title: 'Send application/json' },
  header_too_large: { status: 431, title: 'The request headers are too large' },
  // Who is asking
  unauthenticated: { status: 401, title: 'Sign in first' },
  bad_credentials: { status: 401, title: 'E-mail address or password is wrong' },
  forbidden: { status: 403, title: 'This is not yours to do' },
  cross_origin: { status: 403, title: 'Requests that change something must come from the shop itself' },
  email_taken: { status: 409, title: 'There is an account with this e-mail address' },
  // Things that are not there
  route_unknown: { status: 404, title: 'There is no such route' },
  show_unknown: { status: 404, title: 'There is no such show' },
  order_unknown: { status: 404, title: 'There is no such order' },
  payment_unknown: { status: 404, title: 'There is no such payment' },
  ticket_unknown: { status: 404, title: 'There is no such ticket' },
  dead_letter_unknown: { status: 404, title: 'There is no such dead letter' },
  // The business says no
  sold_out: { status: 409, title: 'Not enough places are left' },
  seat_taken: { status: 409, title: 'A chosen seat is held or sold' },
  sales_stopped: { status: 409, title: 'Selling is stopped for the moment; what is held can still be paid' },
  not_on_sale: { status: 409, title: 'The show is not on sale' },
  limit_exceeded: { status: 422, title: 'More places than one order or one buyer may have' },
  unknown_ticket_type: { status: 422, title: 'The show has no such ticket type or seat' },
  show_not_draft: { status: 409, title: 'The show is published already' },
  show_cancelled: { status: 409, title: 'The show is cancelled' },
  invalid_show: { status: 422, title: 'The show cannot be sold as it stands' },
  order_claimed: { status: 409, title: 'The order is being paid' },
  order_complete: { status: 409, title: 'The order is complete' },
  order_refunded: { status: 409, title: 'The order is refunded' },
  order_not_payable: { status: 409, title: 'The order cannot be paid' },
  card_declined: { status: 402, title: 'The card was declined' },
  invalid_payment_method: { status: 422, title: 'The card processor does not know this payment method' },
  refund_exceeds_charge: { status: 422, title: 'More than what is left of the charge' },
  nothing_to_refund: { status: 409, title: 'Nothing of this order is charged' },
  payment_disputed: { status: 409, title: 'The buyer disputes the charge; the bank decides' },
  refund_failed: { status: 409, title: 'The card processor refused the refund' },
  ticket_void: { status: 409, title: 'The ticket is void' },
  ticket_used: { status: 409, title: 'The ticket was used already' },
  sandbox_off: { status: 409, title: 'The shop does not use the card sandbox' },
  demo_unavailable: { status: 409, title: 'There is no demo show on sale, or the card sandbox is off' },
  // Idempotency
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used with another request' },
  idempotency_key_in_use: { status: 409, title: 'A request with this Idempotency-Key is still in flight' },
  // Limits and operating failures
  too_many_requests: { status: 429, title: 'Too many attempts; wait and try again' },
  overloaded: { status: 503, title: 'The shop is busy; try again in a moment' },
  unavailable: { status: 503, title: 'A part of the shop cannot be reached; try again in a moment' },
  request_timeout: { status: 408, title: 'The request took too long to arrive' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, ErrorDefinition>

export type ErrorCode = keyof typeof errorDefinitions
