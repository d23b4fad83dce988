// One attempt to pay, from the card form to the shop's answer. Card data goes from the form to the
// processor and never through here.
import type { OrderView, PaymentView } from '@holdfast/contract'
import { ApiError, call, makeIdempotencyKey, mayPass } from '../api/client.ts'
import type { StripeElements, StripeFailure, StripeJs } from './stripe.ts'

/** How an attempt ended, as far as the page must know. The order itself arrives by its stream. */
export type PayOutcome =
  /** The money is set aside or taken. */
  | { readonly kind: 'accepted'; readonly paymentId: string }
  /** Nobody knows yet: to be looked at again. */
  | { readonly kind: 'unsure'; readonly paymentId: string }
  | { readonly kind: 'declined'; readonly declineCode: string }
  /** The form itself found something to mend, and shows it. */
  | { readonly kind: 'incomplete'; readonly message: string | undefined }

const retryDelaysMs = [500, 1_500, 3_000, 5_000]
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * The same request again, with the same key, while the shop cannot be reached: it can only count
 * once.
 */
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

/**
 * Asks the shop to look at a payment again. It answers how the payment stands, also when that is
 * declined.
 */
export const lookAgain = (paymentId: string) =>
  callUntilAnswered<PaymentView>(`/api/payments/${paymentId}/advance`, {})

/** Our word for money that was promised and then not taken, or that the shop let go. */
export const notTaken = 'not_taken'

export function outcomeOf({ id, status, declineCode }: PaymentView): PayOutcome {
  switch (status) {
    case 'authorized':
    case 'captured':
    case 'refunded':
      return { kind: 'accepted', paymentId: id }
    case 'declined':
      return { kind: 'declined', declineCode: declineCode ?? 'generic_decline' }
    case 'voided':
      return { kind: 'declined', declineCode: notTaken }
    // A challenge without its secret cannot be shown; the next look may bring it.
    case 'requires_action':
    case 'unknown':
      return { kind: 'unsure', paymentId: id }
  }
}

export interface ChallengeParts {
  readonly stripe: StripeJs
  /** Told when the buyer's bank wants to ask something, and again when it has. */
  readonly onChallenge: (open: boolean) => void
}

/** Lets the bank ask its question, where it has one, and tells how the payment stands then. */
export async function settle(
  payment: PaymentView,
  { stripe, onChallenge }: ChallengeParts,
): Promise<PayOutcome> {
  if (!hasChallenge(payment)) return outcomeOf(payment)
  onChallenge(true)
  // Its answer is only a hint; the shop asks the processor itself.
  await stripe.handleNextAction({ clientSecret: payment.clientSecret })
  onChallenge(false)
  const after = await lookAgain(payment.id)
  if (after.status === 'requires_action') return { kind: 'declined', declineCode: 'authentication_failed' }
  return outcomeOf(after)
}

export function hasChallenge(
  payment: PaymentView,
): payment is PaymentView & { readonly clientSecret: string } {
  return payment.status === 'requires_action' && payment.clientSecret !== undefined
}

export interface PayParts extends ChallengeParts {
  readonly elements: StripeElements
  readonly order: OrderView
}

export async function pay({ elements, order, ...parts }: PayParts): Promise<PayOutcome> {
  const { stripe } = parts
  const submitted = await elements.submit()
  if (submitted.error) return incomplete(submitted.error)
  const created = await stripe.createConfirmationToken({ elements, params: { return_url: location.href } })
  if (!created.confirmationToken) return incomplete(created.error ?? {})
  const paymentMethod = created.confirmationToken.id
  try {
    return await settle(
      await callUntilAnswered<PaymentView>('/api/payments', { orderId: order.id, paymentMethod }),
      parts,
    )
  } catch (error) {
    if (error instanceof ApiError && error.code === 'card_declined')
      return { kind: 'declined', declineCode: error.problem.declineCode ?? 'generic_decline' }
    throw error
  }
}

function incomplete(error: StripeFailure): PayOutcome {
  return { kind: 'incomplete', message: error.type === 'validation_error' ? undefined : error.message }
}
