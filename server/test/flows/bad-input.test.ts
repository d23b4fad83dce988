// Bad input on every route that the OpenAPI document lists: a 4xx with a known code, and nothing
// changed. Never a 5xx.
import { type CurrentUser, errorDefinitions } from '@holdfast/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  asGuest,
  type Client,
  expectStatus,
  makeClient,
  pay,
  placeOrder,
  publishShow,
  showBody,
  signUp,
} from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'

interface Operation {
  readonly method: string
  readonly path: string
  readonly takesBody: boolean
}

interface OpenApi {
  readonly paths: Record<string, Record<string, { requestBody?: unknown }>>
}

let shop: TestShop
let organiser: Client
let stranger: Client
let operations: Operation[]
let ids: { show: string; order: string; ticketType: string; organisation: string }

beforeAll(async () => {
  shop = await startTestShop()
  organiser = await signUp(shop.url)
  const { user } = expectStatus(await organiser.call<CurrentUser>('GET', '/api/users/current'), 200)
  stranger = await signUp(shop.url)
  const show = await publishShow(organiser)
  const buyer = await asGuest(shop.url)
  const order = expectStatus(await placeOrder(buyer, show), 201)
  expectStatus(await pay(buyer, order.id), 201)
  ids = {
    show: show.id,
    order: order.id,
    ticketType: show.ticketTypes[0]?.id ?? '',
    organisation: user?.id ?? '',
  }
  const document = expectStatus(await makeClient(shop.url).call<OpenApi>('GET', '/openapi.json'), 200)
  operations = Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/api/'))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { requestBody }]) => ({
        method: method.toUpperCase(),
        path,
        takesBody: requestBody !== undefined,
      })),
    )
  await waitFor('the tickets', async () => (await fingerprint()).includes('TicketsIssued'))
  await waitFor('the mail with them', async () => (await fingerprint()).includes('MailSent'))
})

afterAll(async () => {
  await shop.stop()
})

/** Everything that a request could have changed: every event, and the rows that have none. */
async function fingerprint(): Promise<string> {
  const rows = await shop.db.query({
    name: 'test.fingerprint',
    text: `select (select json_agg(type || version order by seq) from platform.outbox) as events,
                  (select count(*) from identity.users) as users,
                  (select count(*) from orders.orders) as orders,
                  (select count(*) from platform.particulars) as particulars,
                  (select sum(held + sold) from orders.pools) as stock`,
  })
  return JSON.stringify(rows)
}

/** A sound body for each route that takes one; a route that is missing here fails the test. */
function soundBodies(): Record<string, Record<string, unknown>> {
  return {
    'POST /api/users/signup': { email: 'new@example.com', password: 'correct horse' },
    'POST /api/users/signin': { email: 'new@example.com', password: 'correct horse' },
    'POST /api/users/guest': { email: 'new@example.com' },
    'POST /api/users/links': { email: 'new@example.com', purpose: 'my_tickets' },
    'POST /api/users/links/redeem': { token: 'not one' },
    'POST /api/users/password/reset': { token: 'not one', password: 'battery staple' },
    'POST /api/users/password': { currentPassword: 'not the one', newPassword: 'battery staple' },
    'POST /api/shows': { ...showBody() },
    'PUT /api/shows/{id}': { ...showBody() },
    'POST /api/shows/{id}/price': { lines: [{ ticketTypeId: ids.ticketType, quantity: 1 }] },
    'POST /api/orders': { showId: ids.show, lines: [{ ticketTypeId: ids.ticketType, quantity: 1 }] },
    'POST /api/payments': { orderId: ids.order, paymentMethod: 'pm_card_visa' },
    'POST /api/mailbox/faults': { kind: 'refuse', times: 1 },
    'POST /api/orders/{id}/refunds': { amountMinor: 100, reason: 'x' },
    'POST /api/orders/{id}/reserve': { until: '2030-01-01T00:00:00Z' },
    'POST /api/orders/{id}/payments/elsewhere': { tender: 'cash', reason: 'x' },
    'POST /api/shows/{id}/sales': {
      lines: [{ ticketTypeId: ids.ticketType, quantity: 1 }],
      tender: 'cash',
    },
    'POST /api/shows/{id}/codes': { count: 2, percentBps: 1_000, uses: 5 },
    'PATCH /api/shows/{id}/codes/{codeId}': { uses: 5 },
    'POST /api/shows/{id}/codes/check': { code: 'SPRING' },
    'POST /api/shows/{id}/copies': { startsAt: '2030-01-01T19:00:00Z' },
    'POST /api/organisations': { name: 'x' },
    'PATCH /api/organisations/{id}': { name: 'x' },
    'PATCH /api/organisations/{id}/members/{userId}': { role: 'door' },
    'POST /api/organisations/{id}/invitations': { email: 'new@example.com', role: 'door' },
    'POST /api/invitations/redeem': { token: 'not one' },
    'POST /api/organisations/{id}/tokens': { name: 'x', role: 'door' },
    'POST /api/organisations/{id}/devices': {
      name: 'x',
      showIds: [ids.show],
      endsAt: '2030-01-01T00:00:00Z',
    },
    'POST /api/devices/pair': { code: 'ABCD-EFGH' },
    'POST /api/organisations/{id}/webhooks': { url: 'https://example.com/hooks', events: ['*'] },
    'PATCH /api/organisations/{id}/webhooks/{webhookId}': { state: 'active' },
    'POST /api/ops/demo/on-sale': { buyers: 1 },
    'POST /api/ops/sandbox/faults': { kind: 'reset' },
    'POST /api/ops/sellers/{id}/approve': { reason: 'x' },
    'POST /api/ops/sellers/{id}/block': { reason: 'x' },
    'POST /api/ops/shows/{id}/close': { reason: 'x' },
    'PATCH /api/orders/{id}': { answers: { [ids.show]: 'not asked' } },
    'PATCH /api/orders/{id}/units/{no}': { answers: { [ids.show]: 'not asked' } },
    'PATCH /api/tickets/{id}': { answers: { [ids.show]: 'not asked' } },
    'POST /api/tickets/check-in/undo': { ticketId: ids.show, reason: 'x' },
    'POST /api/tickets/check-in': { code: 'ABCDEFGHJKMNPQRSTVWXYZ0123' },
  }
}

/** The route of a thing that is there, as far as there is one. */
function addressOf(path: string, id?: string): string {
  const [, kind = ''] = /^\/api\/(\w+)\/\{id\}/.exec(path) ?? []
  const own: Record<string, string> = { shows: ids.show, organisations: ids.organisation }
  return path
    .replace('{id}', id ?? own[kind] ?? ids.order)
    .replace('{no}', '0')
    .replaceAll(/\{\w+\}/g, ids.ticketType)
}

const long = 'x'.repeat(20_000)

/** JSON texts that are nearly `sound`: one thing wrong in each. */
function spoiled(sound: Record<string, unknown>): string[] {
  const texts = [
    JSON.stringify({ ...sound, surprise: true }),
    JSON.stringify({ ...sound, __proto__x: { admin: true } }),
    '[]',
    '"text"',
    'null',
    '17',
  ]
  for (const [key, value] of Object.entries(sound)) {
    const wrong: unknown[] = [
      null,
      {},
      [[]],
      long,
      -1,
      1.5,
      Number.MAX_SAFE_INTEGER,
      true,
      '\u0000',
      "'; drop table orders.orders; --",
    ]
    for (const bad of wrong) {
      // A text where a text belongs is not wrong by its type alone.
      if (
        typeof value === 'string' &&
        typeof bad === 'string' &&
        bad !== long &&
        !/email|Id|code|currency|At|Zone|Method/.test(key)
      )
        continue
      texts.push(JSON.stringify({ ...sound, [key]: bad }))
    }
    texts.push(
      JSON.stringify(sound).replace(JSON.stringify(value), '1e309'),
      JSON.stringify(sound).replace(JSON.stringify(value), '-1e309'),
    )
  }
  return [...texts, '{', '{"a":}', '', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`]
}

const expectProblem = (
  what: string,
  answer: { status: number; body: { code?: string } | null; headers: Headers },
) => {
  const code = answer.body?.code ?? 'none'
  expect(answer.status, `${what} → ${answer.status} ${JSON.stringify(answer.body)}`).toBeGreaterThanOrEqual(
    400,
  )
  expect(answer.status, `${what} → ${answer.status} ${JSON.stringify(answer.body)}`).toBeLessThan(500)
  expect(Object.hasOwn(errorDefinitions, code), `${what} → unknown code ${code}`).toBe(true)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
}

it('the document lists the routes of every service', () => {
  const routes = operations.map(({ method, path }) => `${method} ${path}`)
  const expected = [
    'POST /api/users/signup',
    'POST /api/shows',
    'POST /api/orders',
    'DELETE /api/orders/{id}',
    'POST /api/payments',
    'POST /api/orders/{id}/refunds',
    'POST /api/tickets/check-in',
  ]
  expect(routes).toEqual(expect.arrayContaining(expected))
})

it('every route with a body refuses spoiled bodies and changes nothing', async () => {
  const bodies = soundBodies()
  const before = await fingerprint()
  for (const { method, path, takesBody } of operations) {
    if (!takesBody || method === 'GET') continue
    const route = `${method} ${path}`
    const sound = bodies[route]
    if (!sound) throw new Error(`${route} has no sound body in this test`)
    const url = addressOf(path)
    for (const text of spoiled(sound)) {
      expectProblem(
        `${route} ${text.slice(0, 120)}`,
        await organiser.call(method, url, text, { 'content-type': 'application/json' }),
      )
    }
  }
  expect(await fingerprint()).toBe(before)
})

it('huge bodies, other media types and no body are refused on every unsafe route', async () => {
  const before = await fingerprint()
  const huge = JSON.stringify({ text: 'x'.repeat(5_000_000) })
  for (const { method, path, takesBody } of operations) {
    if (method === 'GET' || !takesBody) continue
    const url = addressOf(path)
    expectProblem(`${method} ${path} huge`, await organiser.call(method, url, huge))
    expectProblem(
      `${method} ${path} text`,
      await organiser.call(method, url, 'a=b', { 'content-type': 'text/plain' }),
    )
    expectProblem(
      `${method} ${path} form`,
      await organiser.call(method, url, 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
    )
  }
  expect(await fingerprint()).toBe(before)
})

it('malformed, unknown and other people’s ids are refused on every route that takes one', async () => {
  const before = await fingerprint()
  const bodies = soundBodies()
  const bad = [
    'not-an-id',
    '0',
    '..%2F..%2Fetc%2Fpasswd',
    '%00',
    'a'.repeat(190),
    '00000000-0000-4000-8000-000000000000',
  ]
  for (const { method, path } of operations) {
    if (!path.includes('{id}')) continue
    const body = method === 'GET' || method === 'DELETE' ? undefined : bodies[`${method} ${path}`]
    for (const id of bad)
      expectProblem(`${method} ${path} ${id}`, await organiser.call(method, addressOf(path, id), body))
    const isRead = /^\/api\/shows\/\{id\}(\/availability(\/stream)?)?$/.test(path) && method === 'GET'
    if (isRead || path === '/api/shows/{id}/price') continue
    const answer = await stranger.call<{ code?: string; items?: unknown[] } | null>(
      method,
      addressOf(path),
      body,
    )
    // A list of what is one's own is empty for a stranger; everything else is not there.
    if (answer.status === 200) expect(answer.body?.items, `${method} ${path}`).toEqual([])
    else expectProblem(`${method} ${path} by a stranger`, answer)
  }
  expect(await fingerprint()).toBe(before)
})

it('bad query strings, cursors and limits are refused', async () => {
  for (const query of [
    'limit=0',
    'limit=-1',
    'limit=1000000',
    'limit=x',
    'cursor=%00',
    'cursor=zzz',
    'surprise=1',
    `cursor=${'a'.repeat(300)}`,
  ]) {
    for (const path of ['/api/orders', '/api/shows', `/api/shows/${ids.show}/orders`]) {
      expectProblem(`GET ${path}?${query}`, await organiser.call('GET', `${path}?${query}`))
    }
  }
})

it('malformed tokens and idempotency keys are nobody’s and no key', async () => {
  for (const token of ['x', 'hfs_', `hfs_${'a'.repeat(43)}`, '😀'.replace('😀', '%F0'), 'a'.repeat(4_000)]) {
    const answer = await makeClient(shop.url).call('POST', '/api/orders', soundBodies()['POST /api/orders'], {
      authorization: `Bearer ${token}`,
    })
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  }
  for (const key of ['', 'k'.repeat(256)]) {
    const answer = await organiser.call('POST', '/api/orders', soundBodies()['POST /api/orders'], {
      'idempotency-key': key,
    })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_idempotency_key' } })
  }
})
