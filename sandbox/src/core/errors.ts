// The processor's errors as values that are thrown: HTTP status, type, code, message, param. `keep`
// marks a failure whose effects must be stored (a declined card leaves a failed charge behind).

export interface ErrorBody {
  type: string
  message: string
  code?: string
  param?: string
  decline_code?: string
  advice_code?: string
  charge?: string
  doc_url?: string
  payment_intent?: unknown
  payment_method?: unknown
  setup_intent?: unknown
  payment_method_type?: string
  request_log_url?: string
}

export class ApiError extends Error {
  readonly status: number
  readonly body: ErrorBody
  readonly keep: boolean

  constructor(status: number, body: ErrorBody, keep = false) {
    super(body.message)
    this.status = status
    this.keep = keep
    this.body =
      body.code === undefined
        ? body
        : { ...body, doc_url: `https://stripe.com/docs/error-codes/${body.code.replaceAll('_', '-')}` }
  }
}

export function invalidRequest(message: string, detail: { code?: string; param?: string } = {}): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', message, ...detail })
}

export function missingParam(param: string): ApiError {
  return invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param })
}

/**
 * How each kind is called when it is missing, and which parameter is blamed. Others: their own
 * name, and `id`.
 */
const SPOKEN: Record<string, [name: string, param: string]> = {
  payment_intent: ['payment_intent', 'intent'],
  payment_method: ['PaymentMethod', 'payment_method'],
  setup_intent: ['setupintent', 'intent'],
  confirmation_token: ['ConfirmationToken', 'confirmation_token'],
  webhook_endpoint: ['webhook endpoint', 'webhook_endpoint'],
  balance_transaction: ['balance transaction', 'id'],
  application_fee: ['application fee', 'id'],
  fee_refund: ['application fee refund', 'id'],
  transfer_reversal: ['transfer reversal', 'id'],
  setup_attempt: ['setup attempt', 'id'],
  external_account: ['external account', 'destination'],
  'radar.early_fraud_warning': ['early fraud warning', 'early_fraud_warning'],
  'checkout.session': ['checkout.session', 'session'],
  product: ['product', 'id'],
}

export function noSuch(kind: string, id: string, param?: string): ApiError {
  const [name, ownParam] = SPOKEN[kind] ?? [kind, 'id']
  return new ApiError(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${name}: '${id}'`,
    param: param ?? ownParam,
  })
}

export function badParamReference(kind: string, id: string, param: string): ApiError {
  const { body } = noSuch(kind, id, param)
  return new ApiError(400, body)
}
