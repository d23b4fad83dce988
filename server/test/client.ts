// A person's or a program's way into a shop under test: HTTP with a cookie, as api.md describes it.
import type { OrderView, PaymentView, ShowBody, ShowView } from '@holdfast/contract'

export interface Answer<Body> {
  readonly status: number
  readonly body: Body
  readonly headers: Headers
}

export interface Client {
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>
}

/** A client without a session; it keeps the cookie that it is given. */
export function makeClient(baseUrl: string): Client {
  let cookie: string | undefined
  return {
    async call<Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${baseUrl}${path}`, {
        method,
        headers: {
          ...(cookie === undefined ? {} : { cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      for (const line of response.headers.getSetCookie()) cookie = line.split(';')[0]
      const text = await response.text()
      return {
        status: response.status,
        body: (text === '' ? null : JSON.parse(text)) as Body,
        headers: response.headers,
      }
    },
  }
}

/** Fails with the whole answer when the status is another one. */
export function expectStatus<Body>(answer: Answer<Body>, status: number): Body {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

let people = 0

export async function signUp(baseUrl: string): Promise<Client> {
  const client = makeClient(baseUrl)
  people += 1
  expectStatus(
    await client.call('POST', '/api/users/signup', {
      email: `user${people}.${process.pid}@example.com`,
      password: 'correct horse',
    }),
    201,
  )
  return client
}

export async function asGuest(baseUrl: string): Promise<Client> {
  const client = makeClient(baseUrl)
  people += 1
  expectStatus(await client.call('POST', '/api/users/guest', { email: `guest${people}@example.com` }), 201)
  return client
}

export const standing = { name: 'Standing', priceMinor: 4_500, capacity: 50 }

export function showBody(changes: Partial<ShowBody> = {}): ShowBody {
  return {
    title: 'A show',
    startsAt: '2031-05-01T18:00:00.000Z',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
    ticketTypes: [standing],
    ...changes,
  }
}

export async function publishShow(organiser: Client, changes: Partial<ShowBody> = {}): Promise<ShowView> {
  const show = expectStatus(await organiser.call<ShowView>('POST', '/api/shows', showBody(changes)), 201)
  return expectStatus(await organiser.call<ShowView>('POST', `/api/shows/${show.id}/publish`), 200)
}

export function placeOrder(buyer: Client, show: ShowView, quantity = 1): Promise<Answer<OrderView>> {
  return buyer.call<OrderView>('POST', '/api/orders', {
    showId: show.id,
    lines: [{ ticketTypeId: show.ticketTypes[0]?.id, quantity }],
  })
}

/** Pays. If payments has not heard of the order yet, the answer says so, and we ask again. */
export async function pay(
  buyer: Client,
  orderId: string,
  paymentMethod = 'pm_card_visa',
): Promise<Answer<PaymentView>> {
  const ask = () => buyer.call<PaymentView>('POST', '/api/payments', { orderId, paymentMethod })
  let answer = await ask()
  for (let tries = 1; tries < 5 && answer.headers.has('retry-after') && answer.status === 404; tries += 1)
    answer = await ask()
  return answer
}

export async function readOrder(buyer: Client, orderId: string): Promise<OrderView> {
  return expectStatus(await buyer.call<OrderView>('GET', `/api/orders/${orderId}`), 200)
}
