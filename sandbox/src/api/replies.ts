// The answers of the API as HTTP: headers that the SDK reads, error bodies, and the broken answers
// that faults ask for.
import type { ApiError } from '../core/errors.ts'
import type { Fault } from '../faults/faults.ts'
import type { EdgeReply } from '../http/request.ts'
import { API_VERSION } from './events.ts'

const JSON_TYPE = 'application/json'

export function reply(
  requestId: string,
  key: string | undefined,
  status: number,
  body: string,
  replayOf?: string,
): EdgeReply {
  const headers: Record<string, string> = {
    'content-type': JSON_TYPE,
    'request-id': requestId,
    'stripe-version': API_VERSION,
    'cache-control': 'no-cache, no-store',
  }
  if (key !== undefined) {
    headers['idempotency-key'] = key
    headers['original-request'] = replayOf ?? requestId
    // What was done or refused once stays so; only where nothing is decided may the same key be
    // tried again.
    if (status < 500 && status !== 409 && status !== 429) headers['stripe-should-retry'] = 'false'
  }
  if (replayOf !== undefined) headers['idempotent-replayed'] = 'true'
  return { status, headers, body }
}

export function errorReply(
  baseUrl: string,
  requestId: string,
  key: string | undefined,
  error: ApiError,
): EdgeReply {
  return reply(
    requestId,
    key,
    error.status,
    JSON.stringify({ error: { ...error.body, request_log_url: `${baseUrl}/?request=${requestId}` } }),
  )
}

/**
 * A failure of the processor: stored under its key and replayed, so only looking up the state tells
 * what happened.
 */
export function storedServerError(requestId: string): { status: number; text: string } {
  return {
    status: 500,
    text: JSON.stringify({
      error: {
        type: 'api_error',
        message: `An unknown error occurred (request ${requestId}). If you retry with the same idempotency key, you will get this answer again.`,
      },
    }),
  }
}

const BAD_GATEWAY =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n'

/** A refusal that is over in a moment: the SDK tries again although it would not for a 429. */
function retried(answer: EdgeReply): EdgeReply {
  return { ...answer, headers: { ...answer.headers, 'stripe-should-retry': 'true' } }
}

/**
 * What the client gets instead of `body`. Latency, hang before, stored 500s and crashes are the
 * pipeline's own.
 */
export function spoilt(fault: Fault, requestId: string, key: string | undefined, body: string): EdgeReply {
  const refuse = (status: number, code: string, message: string): EdgeReply =>
    reply(requestId, key, status, JSON.stringify({ error: { type: 'invalid_request_error', code, message } }))
  switch (fault.kind) {
    case 'hang':
    case 'reset':
      return { status: 0, body: '', spoil: fault.kind }
    case 'truncate':
      return { ...reply(requestId, key, 200, body), spoil: 'truncate' }
    case 'rate_limit':
      return refuse(
        429,
        'rate_limit',
        'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
      )
    case 'lock_timeout':
      return retried(
        refuse(
          429,
          'lock_timeout',
          'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request.',
        ),
      )
    case 'in_use':
      return refuse(
        409,
        'idempotency_key_in_use',
        'There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through). Please try again later.',
      )
    case 'bad_gateway':
      return { status: 502, headers: { 'content-type': 'text/html' }, body: BAD_GATEWAY }
    case 'latency':
    case 'api_error':
    case 'crash':
      throw new Error(`${fault.kind} has no broken answer`)
  }
}
