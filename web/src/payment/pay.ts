// One attempt to pay, from the card form to the shop's answer. Card data goes from the form to the processor and never through here.
import type { OrderView, PaymentView } from '@holdfast/contract'
import { ApiError, call, makeIdempotencyKey, mayPass } from '../api/client.ts'
import type { StripeElements, StripeFailure, StripeJs } from './stripe.ts'

/** How an attempt ended, as far as the page must know. The order itself arrives by its stream. */
export type PayOutcome =
  /** The shop has it: authorized, captured, or unknown and being looked into. */
  | { readonly kind: 'accepted'; readonly payment: PaymentView }
  | { readonly kind: 'declined'; readonly declineCode: string }
  /** The form itself found something to mend, and shows it. */
  | { readonly kind: 'incomplete'; readonly message: string | undefined }

const retryDelaysMs = [500, 1_500, 3_000, 5_000]
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** The same request again, with the same key, while the shop cannot be reached: it can only count once. */
async function callUntilAnswered<Answer>(path: string, body: unknown): Promise<Answer> {
  const idempotencyKey = makeIdempotencyKey()
  for (const delayMs of retryDelaysMs) {
    try {
      return await call<Answer>(path, { method: 'POST', body, idempotencyKey })
    } catch (error) {
      const inUse = error instanceof ApiError && error.code === 'idempotency_key_in_use'
      if (!mayPass(error) && !inUse) throw error
      await pause(delayMs)
    }
  }
  return call<Answer>(path, { method: 'POST', body, idempotencyKey })
}

const advance = (paymentId: string) => callUntilAnswered<PaymentView>(`/api/payments/${paymentId}/advance`, {})

export interface PayParts {
  readonly stripe: StripeJs
  readonly elements: StripeElements
  readonly order: OrderView
  /** Told when the buyer's bank wants to ask something, and again when it has. */
  readonly onChallenge: (open: boolean) => void
}

export async function pay({ stripe, elements, order, onChallenge }: PayParts): Promise<PayOutcome> {
  const submitted = await elements.submit()
  if (submitted.error) return incomplete(submitted.error)
  const created = await stripe.createConfirmationToken({ elements, params: { return_url: location.href } })
  if (!created.confirmationToken) return incomplete(created.error ?? {})
  let payment: PaymentView
  try {
    payment = await callUntilAnswered<PaymentView>('/api/payments', {
      orderId: order.id,
      paymentMethod: created.confirmationToken.id,
    })
  } catch (error) {
    if (error instanceof ApiError && error.code === 'card_declined')
      return { kind: 'declined', declineCode: error.problem.declineCode ?? 'generic_decline' }
    throw error
  }
  if (payment.status === 'requires_action' && payment.clientSecret !== undefined) {
    onChallenge(true)
    // Its answer is only a hint; the shop asks the processor itself.
    await stripe.handleNextAction({ clientSecret: payment.clientSecret })
    onChallenge(false)
    try {
      payment = await advance(payment.id)
    } catch (error) {
      if (error instanceof ApiError && error.code === 'card_declined')
        return { kind: 'declined', declineCode: error.problem.declineCode ?? 'authentication_failed' }
      throw error
    }
    if (payment.status === 'requires_action') return { kind: 'declined', declineCode: 'authentication_failed' }
  }
  if (payment.status === 'declined' || payment.status === 'voided')
    return { kind: 'declined', declineCode: payment.declineCode ?? 'authentication_failed' }
  return { kind: 'accepted', payment }
}

/** Asks the shop to look at a payment again, when its end is not known yet. */
export async function lookAgain(paymentId: string): Promise<void> {
  await advance(paymentId)
}

function incomplete(error: StripeFailure): PayOutcome {
  return { kind: 'incomplete', message: error.type === 'validation_error' ? undefined : error.message }
}
