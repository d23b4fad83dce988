// The dashboard's calls: the overview, the sandbox's controls, and the API with the test key of the
// account that is shown.

export interface Payment {
  id: string
  amount: number
  currency: string
  status: string
  created: number
  latest_charge: string | null
  metadata: Record<string, string>
  error: string | null
}
export interface Delivery {
  id: number
  event: string
  type: string
  endpoint: string
  state: string
  attempts: number
  fault: string | null
  log: { at: number; status: number | null; error: string | null; ms: number }[]
}
export interface Overview {
  now: number
  offset_seconds: number
  balance: { currency: string; available: number; pending: number }[]
  payments: Payment[]
  events: { id: string; type: string; created: number }[]
  deliveries: Delivery[]
  ledger: {
    id: string
    type: string
    amount: number
    fee: number
    net: number
    currency: string
    source: string
    status: string
    created: number
  }[]
  disputes: { id: string; amount: number; currency: string; status: string; reason: string; charge: string }[]
  endpoints: { id: string; url: string; enabled_events: string[]; status: string }[]
  faults: { id: string; kind: string; when: string; match: string; timesLeft: number | null; hits: number }[]
  struck: Record<string, number>
  waiting: number
}

/** Whose account is shown: `/?account=NAME` shows that of `sk_test_NAME`. */
export const accountName = new URLSearchParams(location.search).get('account') ?? 'holdfast'
const authorization = `Bearer sk_test_${accountName}`

async function read<T>(response: Response): Promise<T> {
  const body = (await response.json()) as T & { error?: { message?: string } }
  if (!response.ok) throw new Error(body.error?.message ?? `HTTP ${response.status}`)
  return body
}

export async function fetchOverview(): Promise<Overview> {
  return read(await fetch('/_sandbox/overview', { headers: { authorization } }))
}

export async function control(
  method: 'POST' | 'DELETE',
  path: string,
  body: Record<string, unknown> = {},
): Promise<unknown> {
  return read(
    await fetch(`/_sandbox/${path}`, {
      method,
      headers: { authorization, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
      ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
    }),
  )
}

export async function api(
  method: 'GET' | 'POST',
  path: string,
  form: Record<string, string> = {},
): Promise<unknown> {
  return read(
    await fetch(`/v1/${path}`, {
      method,
      headers: { authorization },
      ...(method === 'POST' ? { body: new URLSearchParams(form) } : {}),
    }),
  )
}
