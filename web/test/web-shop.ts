// A whole shop with its pages, and a way to prepare it through its own API. Nothing is faked.
import type { AddressInfo } from 'node:net'
import type { Availability, OrderView, ShowBody, ShowView } from '@holdfast/contract'
import { serveBuiltWeb } from '../../server/src/pages/shows.ts'
import { startTestShop } from '../../server/test/shop.ts'
import { waitFor } from '../../server/test/wait.ts'

export interface WebShop {
  /** Where a browser finds it. */
  readonly url: string
  readonly organiser: Account
  /** Makes trouble at the card processor, or moves its clock, by one of its controls. */
  control(name: 'faults' | 'clock', wish: object): Promise<void>
  /** Ends all trouble at the card processor. */
  endFaults(): Promise<void>
  /** Makes a show of the organiser and puts it on sale. */
  publish(show: Partial<ShowBody>): Promise<ShowView>
  /** Gives its only ticket type, of places without numbers, another price; buyers are asked that by now. */
  reprice(show: ShowView, priceMinor: number): Promise<void>
  /** Lets a show have begun this many hours ago. */
  begin(showId: string, hoursAgo: number): Promise<void>
  /** Calls a show off. */
  cancel(showId: string): Promise<void>
  /** Holds places as somebody else, in another browser. */
  hold(
    showId: string,
    line: { readonly ticketTypeId: string; readonly seatIds: readonly string[] },
  ): Promise<OrderView>
  /** Buys free places as somebody else, and waits for the tickets. */
  take(showId: string, ticketTypeId: string, quantity: number): Promise<OrderView>
  stop(): Promise<void>
}

export interface Account {
  readonly email: string
  readonly password: string
}

const tomorrow = () => new Date(Date.now() + 40 * 86_400_000).toISOString()

export async function startWebShop(): Promise<WebShop> {
  const shop = await startTestShop({ extend: (app) => serveBuiltWeb(app, { publicUrl: 'http://localhost' }) })
  const url = `http://localhost:${(shop.app.server.address() as AddressInfo).port}`
  const call = async <Answer>(
    path: string,
    body: unknown,
    cookie?: string,
    method: 'POST' | 'PUT' = 'POST',
  ): Promise<{ answer: Answer; cookie: string }> => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(cookie === undefined ? {} : { cookie }) },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return {
      answer: (await response.json()) as Answer,
      cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '',
    }
  }
  const processor = async (control: string, init: RequestInit) => {
    const response = await fetch(`${shop.sandbox.url}/_sandbox/${control}`, init)
    if (!response.ok) throw new Error(`${control} answered ${response.status}: ${await response.text()}`)
  }
  const organiser = { email: 'organiser@example.org', password: 'a long password' }
  const { cookie } = await call('/api/users/signup', organiser)
  return {
    url,
    organiser,
    async publish(show) {
      const { answer: draft } = await call<ShowView>(
        '/api/shows',
        {
          title: 'The Tide',
          startsAt: tomorrow(),
          timeZone: 'Europe/Berlin',
          currency: 'EUR',
          venue: 'Harbour Hall',
          description: 'Songs of the sea. <b>Text is text.</b>',
          ticketTypes: [{ name: 'Standing', priceMinor: 4_500, capacity: 100 }],
          ...show,
        },
        cookie,
      )
      return (await call<ShowView>(`/api/shows/${draft.id}/publish`, {}, cookie)).answer
    },
    async reprice({ id, title, startsAt, timeZone, currency, ticketTypes: [type] }, priceMinor) {
      const { id: typeId, name, capacity } = type as NonNullable<typeof type>
      const ticketTypes = [{ id: typeId, name, priceMinor, capacity }]
      await call(`/api/shows/${id}`, { title, startsAt, timeZone, currency, ticketTypes }, cookie, 'PUT')
      await waitFor('the new price', async () => {
        const answer = await fetch(`${url}/api/shows/${id}/availability`)
        return ((await answer.json()) as Availability).ticketTypes[0]?.priceMinor === priceMinor
      })
    },
    async begin(showId, hoursAgo) {
      const begin = 'update tickets.shows set starts_at = now() - make_interval(hours => $2) where id = $1'
      await shop.db.query({ name: '', text: begin }, [showId, hoursAgo])
    },
    async cancel(showId) {
      await call(`/api/shows/${showId}/cancel`, {}, cookie)
    },
    async control(name, wish) {
      await processor(name, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(wish),
      })
    },
    endFaults: () => processor('faults', { method: 'DELETE' }),
    async hold(showId, line) {
      const guest = await call('/api/users/guest', { email: `${crypto.randomUUID()}@example.org` })
      return (await call<OrderView>('/api/orders', { showId, lines: [line] }, guest.cookie)).answer
    },
    async take(showId, ticketTypeId, quantity) {
      const guest = await call('/api/users/guest', { email: `${crypto.randomUUID()}@example.org` })
      const { answer } = await call<OrderView>(
        '/api/orders',
        { showId, lines: [{ ticketTypeId, quantity }] },
        guest.cookie,
      )
      return waitFor('the tickets', async () => {
        const order = await fetch(`${url}/api/orders/${answer.id}`, { headers: { cookie: guest.cookie } })
        const seen = (await order.json()) as OrderView
        return seen.tickets ? seen : undefined
      })
    },
    stop: () => shop.stop(),
  }
}

/** Two rows of ten, with an aisle after the fifth. */
export function seatedType(name = 'Stalls'): ShowBody['ticketTypes'][number] {
  const numbers = ['1', '2', '3', '4', '5', '7', '8', '9', '10', '11']
  return {
    name,
    priceMinor: 2_200,
    seats: ['A', 'B'].flatMap((row) => numbers.map((number) => ({ section: 'Stalls', row, number }))),
  }
}
