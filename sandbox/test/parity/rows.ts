// One row of what the sandbox shares with the real processor: what is asked, where the answer is
// documented, the answer.
import type Stripe from 'stripe'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bench, refusal, startBench } from '../harness.ts'

export interface Row {
  what: string
  /** Below https://docs.stripe.com/. */
  docs: string
  ask(bench: Bench): Promise<unknown>
  answer: object
}

/** Runs the rows of one subject against a sandbox of their own. */
export function parity(subject: string, rows: readonly Row[]): void {
  describe(subject, () => {
    let bench: Bench
    beforeAll(async () => {
      bench = await startBench()
    })
    afterAll(() => bench.close())
    it.each(rows)('$what ($docs)', async ({ ask, answer }) => {
      expect(await ask(bench)).toMatchObject(answer)
    })
  })
}

/** What the error of a refused call says. */
export async function refused(call: Promise<unknown>): Promise<object> {
  const { statusCode, rawType, code, param, message } = await refusal(call)
  return { status: statusCode, type: rawType, code, param, message }
}

/** A call that the SDK's types would not let through, sent as it is. */
export async function send(
  { sandbox }: Bench,
  call: string,
  body = '',
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const [method = '', path = ''] = call.split(' ')
  const response = await fetch(`${sandbox.url}${path}`, {
    method,
    headers: {
      authorization: 'Bearer sk_test_holdfast',
      'content-type': 'application/x-www-form-urlencoded',
      ...headers,
    },
    ...(method === 'POST' ? { body } : {}),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  }
}

export const METHODS = { enabled: true, allow_redirects: 'never' as const }

export function pay(
  { stripe }: Pick<Bench, 'stripe'>,
  params: Partial<Stripe.PaymentIntentCreateParams> = {},
  options: Stripe.RequestOptions = {},
): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents.create(
    {
      amount: 5000,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_visa',
      automatic_payment_methods: METHODS,
      ...params,
    },
    options,
  )
}

/** The newest event of a type that is about this object. */
export async function eventOf(
  { stripe }: Bench,
  type: string,
  id: string,
  options: Stripe.RequestOptions = {},
): Promise<Stripe.Event | undefined> {
  const { data } = await stripe.events.list({ type, limit: 100 }, options)
  return data.find((event) => (event.data.object as { id?: string }).id === id)
}

export async function previous(
  bench: Bench,
  type: string,
  id: string,
  options: Stripe.RequestOptions = {},
): Promise<unknown> {
  return (await eventOf(bench, type, id, options))?.data.previous_attributes
}
