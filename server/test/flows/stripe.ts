// The unmodified SDK on the sandbox: how a test looks at the processor's own books, or makes
// trouble there.
import Stripe from 'stripe'

export function stripeOf(sandbox: { readonly port: number }): Stripe {
  return new Stripe('sk_test_holdfast', {
    host: '127.0.0.1',
    port: sandbox.port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 1,
  })
}

/** What a person does in the bank's window. */
export async function answerChallenge(
  sandbox: { readonly url: string },
  paymentIntentId: string,
  outcome: 'succeed' | 'fail',
): Promise<number> {
  const response = await fetch(`${sandbox.url}/_sandbox/3ds/${paymentIntentId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `outcome=${outcome}`,
    redirect: 'manual',
  })
  return response.status
}
