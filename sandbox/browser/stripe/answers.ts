// What the API answers to a page: the parts of an intent that the page reads, and failures.
import type { StripeError } from '../protocol.ts'

export type Params = Record<string, unknown>
export interface Intent {
  id: string
  object: 'payment_intent' | 'setup_intent'
  status: string
  next_action: {
    type: string
    use_stripe_sdk?: { stripe_js?: string }
    redirect_to_url?: { url: string | null }
  } | null
  last_payment_error?: StripeError | null
  last_setup_error?: StripeError | null
}
export type Failure = { error: StripeError }
export type Outcome = Record<string, unknown> | Failure

export function isFailure(answer: object): answer is Failure {
  return 'error' in answer
}

export function idOf(clientSecret: string): {
  id: string
  path: string
  name: 'paymentIntent' | 'setupIntent'
} {
  const [id = ''] = clientSecret.split('_secret_')
  const setup = id.startsWith('seti_')
  return {
    id,
    path: `/v1/${setup ? 'setup_intents' : 'payment_intents'}/${id}`,
    name: setup ? 'setupIntent' : 'paymentIntent',
  }
}

export function problem(message: string, code = 'invalid_usage'): Failure {
  return { error: { type: 'invalid_request_error', code, message } }
}
