// What a request on a payment intent may not combine, exceed or be allowed to say; checked before
// anything happens.
import { ApiError, invalidRequest } from '../core/errors.ts'
import type { PaymentIntent } from '../objects/kinds.ts'
import type { ApiCall } from './call.ts'

const METHODS = ['payment_method', 'payment_method_data', 'confirmation_token'] as const
/** What a buyer's browser must not decide. */
const SECRET_ONLY = [
  'amount_details',
  'amount_to_confirm',
  'capture_method',
  'error_on_requires_action',
  'hooks',
  'mandate',
  'off_session',
  'payment_details',
  'radar_options',
]

/** A payment is made with one method, named in one way. */
export function checkOneMethod(params: { [name in (typeof METHODS)[number]]?: unknown }): void {
  const given = METHODS.filter((name) => params[name] !== undefined)
  if (given.length > 1)
    throw invalidRequest(`You may only specify one of these parameters: ${given.join(', ')}.`, {
      code: 'parameters_exclusive',
    })
}

export function checkPublishable(call: ApiCall, params: object): void {
  if (!call.publishable) return
  for (const name of SECRET_ONLY) {
    if (!(name in params) || (params as Record<string, unknown>)[name] === undefined) continue
    throw new ApiError(400, {
      type: 'invalid_request_error',
      code: 'secret_key_required',
      param: name,
      message: `The parameter '${name}' can only be used with a secret API key.`,
    })
  }
}

/** An intent of this kind is confirmed by the shop's server alone. */
export function checkServerConfirms(call: ApiCall, intent: Pick<PaymentIntent, 'confirmation_method'>): void {
  if (!call.publishable || intent.confirmation_method !== 'manual') return
  throw invalidRequest(
    'This PaymentIntent cannot be confirmed using your publishable key because its `confirmation_method` is set to `manual`. Please use your secret key instead, or create a PaymentIntent with `confirmation_method` set to `automatic`.',
    { code: 'payment_intent_invalid_parameter' },
  )
}

/** A fee needs somebody else who is paid, and cannot be more than the payment. */
export function checkFee(
  fee: number | null,
  amount: number,
  hasSeller: boolean,
  param = 'application_fee_amount',
): void {
  if (fee === null || fee === 0) return
  if (!hasSeller)
    throw invalidRequest(
      'Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).',
      { param },
    )
  if (fee > amount)
    throw invalidRequest('The application fee cannot be greater than the amount of the payment.', { param })
}

export function checkShare(share: number | undefined, amount: number): void {
  if (share !== undefined && share > amount)
    throw invalidRequest('The transfer amount cannot be greater than the amount of the payment.', {
      param: 'transfer_data[amount]',
    })
}

/** The platform's part is named once: as its fee, or by what the seller gets. */
export function checkOneShare(fee: number | null, share: number | undefined): void {
  if (fee === null || share === undefined) return
  throw invalidRequest(
    'You may only specify one of these parameters: application_fee_amount, transfer_data[amount].',
    {
      code: 'parameters_exclusive',
      param: 'transfer_data[amount]',
    },
  )
}

export function checkSuffix(suffix: string | null | undefined): void {
  if (suffix == null || suffix === '') return
  const param = 'statement_descriptor_suffix'
  if (suffix.length > 22)
    throw invalidRequest(`Invalid string: ${suffix.slice(0, 10)}…; must be at most 22 characters`, { param })
  if (/[<>\\'"*]/.test(suffix) || !/[A-Za-z]/.test(suffix))
    throw invalidRequest(`The statement descriptor suffix must contain a letter and none of < > \\ ' " *.`, {
      param,
    })
}

/** Card statements have a fixed beginning; asking for another one is refused, as documented. */
export function checkDescriptor(intent: Pick<PaymentIntent, 'statement_descriptor'>): void {
  if (intent.statement_descriptor === null || intent.statement_descriptor === '') return
  throw invalidRequest(
    'The `statement_descriptor` parameter is not supported for the `card` payment method type. Use `statement_descriptor_suffix` instead.',
    { param: 'statement_descriptor' },
  )
}

export function checkEmail(email: string | null | undefined, param: string): void {
  if (email == null || email === '' || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) return
  throw invalidRequest(`Invalid email address: ${email.slice(0, 60)}`, { code: 'email_invalid', param })
}
