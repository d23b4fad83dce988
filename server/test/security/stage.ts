// A shop with everybody who may ask and one thing of each kind for either side, A and B. For the
// security tests.
import type { OrderView, ShowView } from '@holdfast/contract'
import { serveBuiltWeb } from '../../src/pages/shows.ts'
import { offerOperatorLink } from '../../src/platform/http/links/operator-link.ts'
import { expectStatus, makeClient, pay, placeOrder, publishShow, showBody } from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { heardOfOrder, heardOfShow, heardOfTicket } from './heard.ts'
import { makePages } from './pages.ts'

export const persons = [
  'none',
  'guest',
  'buyerA',
  'buyerB',
  'organiserA',
  'organiserB',
  'revoked',
  'operator',
  // Members of the organisation of organiser A, and what acts for it.
  'managerA',
  'financeA',
  'boxOfficeA',
  'doorA',
  'oneShowA',
  'tokenA',
  'deviceA',
] as const
export type Person = (typeof persons)[number]

/** All that belongs to one side: its organiser's show, and a paid order of its buyer on it. */
export interface Things {
  readonly show: string
  readonly order: string
  readonly payment: string
  readonly ticket: string
  readonly ticketCode: string
  readonly ticketType: string
  readonly organisation: string
  readonly member: string
  readonly code: string
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly person?: Person
}

export interface Stage {
  readonly shop: TestShop
  readonly things: { readonly A: Things; readonly B: Things }
  /**
   * Asks as a person, with the cookie a browser would send. A stream is left as soon as it has
   * answered.
   */
  ask(request: Request): Promise<Reply>
  cookieOf(person: Person): string
  stop(): Promise<void>
}

const password = 'correct horse'

interface Staffing {
  readonly shop: TestShop
  readonly ask: Stage['ask']
  readonly begin: (person: Person) => Promise<void>
  readonly cookies: Map<Person, string>
  readonly things: Things
}

/** Fills the house of side A: a member of each role, one for a single show, a token and a device. */
async function staff({ shop, ask, begin, cookies, things }: Staffing): Promise<void> {
  const path = `/api/organisations/${things.organisation}`
  const post = async (to: string, body: unknown, person: Person): Promise<Record<string, string>> => {
    const reply = await ask({ method: 'POST', path: to, body, person })
    if (reply.status >= 300) throw new Error(`${to} is refused: ${reply.text}`)
    return JSON.parse(reply.text)
  }
  const roles = { managerA: 'manager', financeA: 'finance', boxOfficeA: 'box_office', doorA: 'door' }
  const one = { oneShowA: 'box_office' }
  for (const [person, role] of Object.entries({ ...roles, ...one }) as [Person, string][]) {
    await begin(person)
    const email = `${person.toLowerCase()}@example.com`
    // A show that is not of this side: nothing of it is theirs.
    const scope = person === 'oneShowA' ? { role, showIds: [unknownShow] } : { role }
    const { id = '' } = await post(`${path}/invitations`, { email, ...scope }, 'organiserA')
    await post('/api/invitations/redeem', { token: shop.platform.linkTokens.make('invitation', id) }, person)
  }
  const token = await post(`${path}/tokens`, { name: 'A program', role: 'finance' }, 'organiserA')
  cookies.set('tokenA', `holdfast=${token['token']}`)
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  const device = await post(`${path}/devices`, { name: 'Gate', showIds: [things.show], endsAt }, 'organiserA')
  const paired = await post('/api/devices/pair', { code: device['pairingCode'] }, 'none')
  cookies.set('deviceA', `holdfast=${paired['token']}`)
}

const unknownShow = '01900000-0000-7000-8000-000000000002'

export async function startStage(environment: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const pages = await makePages()
  // The shop's own auditor writes down what it looked at; here nothing moves by itself.
  const quiet = { AUDIT_SECONDS: '0' }
  const shop = await startTestShop({
    environment: { ...quiet, ...environment },
    extend: (app) => serveBuiltWeb(app, { publicUrl: 'http://localhost:3000' }, pages.directory),
  })
  const cookies = new Map<Person, string>()
  const ask = async ({ method, path, body, headers = {}, person = 'none' }: Request): Promise<Reply> => {
    const cookie = cookies.get(person)
    const stopped = new AbortController()
    const response = await fetch(`${shop.url}${path}`, {
      method,
      redirect: 'manual',
      signal: stopped.signal,
      headers: {
        ...(cookie === undefined ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const { status } = response
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      stopped.abort()
      return { status, headers: response.headers, text: '' }
    }
    return { status, headers: response.headers, text: await response.text() }
  }

  const begin = async (person: Person, path = '/api/users/signup') => {
    const guest = path.endsWith('guest')
    const reply = await ask({
      method: 'POST',
      path,
      body: { email: `${person.toLowerCase()}@example.com`, ...(guest ? {} : { password }) },
    })
    const cookie = reply.headers.getSetCookie()[0]?.split(';')[0]
    if (reply.status !== 201 || cookie === undefined) throw new Error(`${person} cannot begin: ${reply.text}`)
    cookies.set(person, cookie)
  }
  await Promise.all([
    ...(['buyerA', 'buyerB', 'organiserA', 'organiserB', 'operator'] as const).map((person) => begin(person)),
    begin('guest', '/api/users/guest'),
  ])
  const token = await offerOperatorLink(shop.db)
  await ask({ method: 'POST', path: '/api/users/links/redeem', body: { token }, person: 'operator' })
  // A session of buyer A that was ended: whoever still has its cookie is nobody.
  const again = await ask({
    method: 'POST',
    path: '/api/users/signin',
    body: { email: 'buyera@example.com', password },
  })
  cookies.set('revoked', again.headers.getSetCookie()[0]?.split(';')[0] ?? '')
  await ask({ method: 'POST', path: '/api/users/signout', person: 'revoked' })

  const thingsOf = async (side: 'A' | 'B'): Promise<Things> => {
    const clientOf = (person: Person) => {
      const client = makeClient(shop.url)
      const cookie = cookies.get(person) ?? ''
      const call: typeof client.call = (method, path, body, headers) =>
        client.call(method, path, body, { cookie, ...headers })
      return { call }
    }
    const [organiser, buyer] = [clientOf(`organiser${side}`), clientOf(`buyer${side}`)]
    const show: ShowView = await publishShow(organiser, showBody({ title: `The show of ${side}` }))
    await heardOfShow(shop.db, show.id)
    const codes = await organiser.call<{ items: { id: string }[] }>('POST', `/api/shows/${show.id}/codes`, {
      code: 'Open Sesame',
      percentBps: 1_000,
    })
    const order = expectStatus(await placeOrder(buyer, show), 201)
    await heardOfOrder(shop.db, order.id)
    const payment = expectStatus(await pay(buyer, order.id), 201)
    const ticket = await waitFor(`the ticket of ${side}`, async () => {
      const { tickets } = (await buyer.call<OrderView>('GET', `/api/orders/${order.id}`)).body
      return tickets?.[0]
    })
    await heardOfTicket(shop.db, ticket.id)
    return {
      show: show.id,
      order: order.id,
      payment: payment.id,
      ticket: ticket.id,
      ticketCode: ticket.code ?? '',
      ticketType: show.ticketTypes[0]?.id ?? '',
      organisation: show.organiserId,
      member: show.organiserId,
      code: expectStatus(codes, 201).items[0]?.id ?? '',
    }
  }
  const things = { A: await thingsOf('A'), B: await thingsOf('B') }
  await staff({ shop, ask, begin, cookies, things: things.A })
  return {
    shop,
    things,
    ask,
    cookieOf: (person) => cookies.get(person) ?? '',
    async stop() {
      await shop.stop()
      await pages.remove()
    },
  }
}
