// Calls the API of this origin with the publishable key; every failure becomes an error as
// Stripe.js reports it.
import type { Answer, StripeError } from '../protocol.ts'
import { randomName } from '../random.ts'

export function encodeForm(params: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(params).flatMap(([name, value]): [string, string][] => {
    const full = prefix === '' ? name : `${prefix}[${name}]`
    if (value === undefined || value === null) return []
    if (typeof value === 'object') return encodeForm(value as Record<string, unknown>, full)
    return [[full, String(value)]]
  })
}

export interface Caller {
  key: string
  /** The connected account that is paid directly; '' is the platform. */
  account: string
  /** What the buyer is told when the service cannot be reached. */
  offline: string
}

export async function callApi(
  { key, account, offline }: Caller,
  method: 'GET' | 'POST',
  path: string,
  params: Record<string, unknown>,
): Promise<Answer> {
  const form = new URLSearchParams(encodeForm(params))
  try {
    const response = await fetch(method === 'GET' ? `${path}?${form}` : path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        accept: 'application/json',
        ...(account === '' ? {} : { 'stripe-account': account }),
        ...(method === 'POST' ? { 'idempotency-key': randomName() } : {}),
      },
      ...(method === 'POST' ? { body: form } : {}),
    })
    const body = (await response.json()) as { error?: StripeError }
    return body.error === undefined ? { value: body } : { error: body.error }
  } catch {
    // Neither a refused connection nor a broken answer says whether anything happened, and the
    // buyer is told the same.
    return { error: { type: 'api_connection_error', message: offline } }
  }
}
