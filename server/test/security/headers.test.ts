// The headers of every class of answer, errors and what never reaches a route among them, and the
// cookie of a session, on https.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeRawClient, type RawClient } from './raw-http.ts'
import { type Stage, startStage } from './stage.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let stage: Stage
let client: RawClient
beforeAll(async () => {
  stage = await startStage({ PUBLIC_URL: 'https://shop.example', SANDBOX: 'on' })
  client = makeRawClient(stage.shop.url)
})
afterAll(async () => {
  client.close()
  await stage.stop()
})

const policyOf = (port: string | undefined) =>
  [
    `default-src 'self'`,
    `script-src 'self' http://localhost:${port}`,
    `frame-src 'self' http://localhost:${port}`,
    `connect-src 'self' http://localhost:${port}`,
    `img-src 'self' data:`,
    `style-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ')

/** What every answer carries, to the letter. */
const always = () => ({
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'content-security-policy': policyOf(stage.shop.environment['SANDBOX_PORT']),
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
})

type Class = [
  what: string,
  method: string,
  path: string,
  status: number,
  type: RegExp | null,
  cache: string | null,
]
const problem = /^application\/problem\+json; charset=utf-8$/
const html = /^text\/html; charset=utf-8$/
const unknownId = '01900000-0000-7000-8000-000000000001'

const classes: readonly Class[] = [
  ['a page', 'GET', '/', 200, html, 'no-cache'],
  ['the page of a show', 'GET', '/shows/SHOW', 200, html, 'no-cache'],
  ['the page of a show that is not there', 'GET', `/shows/${unknownId}`, 404, html, 'no-cache'],
  ['a page that is not there', 'GET', '/nowhere', 404, html, 'no-cache'],
  ['a built file', 'GET', '/assets/main-0.js', 200, /javascript/, 'public, max-age=31536000, immutable'],
  ['a built file that is not there', 'GET', '/assets/none.js', 404, problem, null],
  ['a built file outside of its folder', 'GET', '/assets/..%2findex.html', 404, problem, null],
  ['the button for other sites', 'GET', '/embed.js', 200, /javascript/, 'public, max-age=3600'],
  ['the sitemap', 'GET', '/sitemap.xml', 200, /^application\/xml/, null],
  ['the API described', 'GET', '/openapi.json', 200, /^application\/json/, null],
  ['the API’s pages', 'GET', '/docs', 200, html, null],
  ['a file of the API’s pages', 'GET', '/docs/static/swagger-ui.css', 200, /^text\/css/, 'public, max-age=0'],
  ['alive', 'GET', '/healthz', 200, /^application\/json/, null],
  ['figures, to strangers', 'GET', '/metrics', 401, problem, null],
  ['public data', 'GET', '/api/shows', 200, /^application\/json/, 'no-store'],
  [
    'public data made once for many',
    'GET',
    '/api/shows/SHOW/availability',
    200,
    /^application\/json/,
    'no-cache',
  ],
  ['private data', 'GET', '/api/orders', 200, /^application\/json/, 'no-store'],
  ['private data without its body', 'HEAD', '/api/orders', 200, /^application\/json/, 'no-store'],
  ['a stream', 'GET', '/api/orders/ORDER/stream', 200, /^text\/event-stream/, 'no-store'],
  ['a public stream', 'GET', '/api/shows/SHOW/availability/stream', 200, /^text\/event-stream/, 'no-store'],
  ['who is signed in', 'GET', '/api/users/current', 200, /^application\/json/, 'no-store'],
  ['another’s', 'GET', `/api/orders/${unknownId}`, 404, problem, 'no-store'],
  ['bad input', 'GET', '/api/orders/x', 400, problem, 'no-store'],
  ['a route that is not there', 'GET', '/api/nowhere', 404, problem, 'no-store'],
  ['a method that is not there', 'PATCH', '/api/orders', 404, problem, 'no-store'],
  ['an address that cannot be read', 'GET', '/api/orders/%ff', 400, problem, 'no-store'],
  ['an address with a part too long', 'GET', `/api/orders/${'x'.repeat(300)}`, 404, problem, 'no-store'],
]

describe('every class of answer has its headers', () => {
  test.each<Class>([...classes])('%s: %s %s', async (_what, ...[method, pattern, status, type, cache]) => {
    const path = pattern.replace('SHOW', stage.things.A.show).replace('ORDER', stage.things.A.order)
    const cookie = stage.cookieOf('buyerA')
    const { headers, ...reply } = await client.send({
      method,
      path,
      headers: { cookie, accept: 'text/html,*/*' },
    })
    expect(reply.status).toBe(status)
    expect(headers).toMatchObject(always())
    if (type) expect(headers['content-type']).toMatch(type)
    expect(headers['cache-control'] ?? null).toBe(cache)
    expect(headers['set-cookie']).toBeUndefined()
    expect(headers['server'] ?? headers['x-powered-by']).toBeUndefined()
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })

  test('the policy allows nothing inline, nothing evaluated, and nobody to frame a page', () => {
    const policy = policyOf('1')
    expect(policy).not.toMatch(/unsafe|\*|https:(?!\/\/)/)
    expect(policy).toContain(`frame-ancestors 'none'`)
  })

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }, '{}', 403],
    ['no JSON', { 'content-type': 'text/plain' }, 'x', 415],
    ['malformed JSON', { 'content-type': 'application/json' }, '{', 400],
    ['too much', { 'content-type': 'application/json' }, `"${'x'.repeat(120_000)}"`, 413],
    ['a forged webhook', {}, '{}', 400],
    // Node answered this by itself, with none of our headers.
    ['an expectation that nobody knows', { expect: 'tea', 'content-type': 'application/json' }, '{}', 400],
  ])('a refusal: %s', async (what, headers, body, status) => {
    const path = what.includes('webhook') ? '/api/payments/webhooks/stripe' : '/api/users/signin'
    const reply = await client.send({ method: 'POST', path, headers, body })
    expect(reply.status).toBe(status)
    expect(reply.headers).toMatchObject({ ...always(), 'cache-control': 'no-store' })
    expect(reply.headers['content-type']).toMatch(problem)
  })

  test.each([
    ['bytes that are no HTTP', 'NONSENSE\r\n\r\n', 400],
    [
      'two lengths',
      'POST /api/users/signin HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      400,
    ],
    [
      'a length and chunks',
      'POST /api/users/signin HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
  ])('%s', async (_what, bytes, status) => {
    const answer = await sendBytes(bytes)
    const [head = ''] = answer.split('\r\n\r\n')
    expect(head).toContain(`HTTP/1.1 ${status} `)
    for (const [name, value] of Object.entries(always()))
      expect(head.toLowerCase()).toContain(`${name}: ${value}`.toLowerCase())
  })
})

// The answer to HEAD was never ended: what came next on the same connection, as every browser keeps
// one, waited for ever.
test('a stream that is asked for its headers only lets the next request on the connection through', async () => {
  const { show, order } = stage.things.A
  for (const path of [`/api/orders/${order}/stream`, `/api/shows/${show}/availability/stream`]) {
    const head = `HEAD ${path} HTTP/1.1\r\nhost: x\r\ncookie: ${stage.cookieOf('buyerA')}\r\n\r\n`
    const answer = await sendBytes(`${head}GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*text\/event-stream[\s\S]*\{"status":"ok"\}$/)
  }
})

function sendBytes(bytes: string): Promise<string> {
  const { hostname, port } = new URL(stage.shop.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
    socket.write(bytes)
  })
}

describe('the session', () => {
  const ask = (path: string, body: object, headers: Record<string, string> = {}) =>
    client.send({
      method: 'POST',
      path: `/api/users/${path}`,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const cookieIn = (reply: { headers: { 'set-cookie'?: string[] | undefined } }) =>
    reply.headers['set-cookie']?.[0] ?? ''
  const whoHas = async (cookie: string) => {
    const { text } = await client.send({ method: 'GET', path: '/api/users/current', headers: { cookie } })
    return (JSON.parse(text) as { user: { email: string } | null }).user?.email ?? null
  }
  const email = 'session@example.com'
  const password = 'correct horse'
  const shape = /^__Host-holdfast=hfs_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure$/
  // A guest's session lasts until the show is over: the shop knows when, the browser does not.
  const shapeOfGuest = new RegExp(shape.source.replace('2592000', '34560000'))

  test('comes in one cookie, bound to the host, whichever way it begins; and goes with the same attributes', async () => {
    const begun = [
      await ask('signup', { email, password }),
      await ask('signin', { email, password }),
      await ask('guest', { email }),
    ]
    const shapes = [shape, shape, shapeOfGuest]
    for (const [index, reply] of begun.entries()) expect(cookieIn(reply)).toMatch(shapes[index] ?? shape)
    expect(new Set(begun.map(cookieIn)).size).toBe(3)
    const cookie = cookieIn(begun[1] ?? { headers: {} }).split(';')[0] ?? ''
    const changed = await ask('password', { currentPassword: password, newPassword: password }, { cookie })
    expect(cookieIn(changed)).toMatch(shape)
    const gone = await ask('signout', {}, { cookie: cookieIn(changed).split(';')[0] ?? '' })
    expect(cookieIn(gone)).toBe('__Host-holdfast=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure')
  })

  test('is never the one that somebody planted before the sign-in, and that one is worth nothing after', async () => {
    const visit = cookieIn(await ask('guest', { email: 'before@example.com' })).split(';')[0] ?? ''
    const invented = `__Host-holdfast=hfs_${'A'.repeat(43)}`
    for (const planted of [visit, invented]) {
      const reply = await ask('signin', { email, password }, { cookie: planted })
      const own = cookieIn(reply).split(';')[0] ?? ''
      expect(own).not.toBe(planted)
      expect(await whoHas(own)).toBe(email)
      expect(await whoHas(planted)).toBeNull()
    }
  })

  test('is dead at sign-out, for whoever kept the cookie', async () => {
    const cookie = cookieIn(await ask('signin', { email, password })).split(';')[0] ?? ''
    expect(await whoHas(cookie)).toBe(email)
    await ask('signout', {}, { cookie })
    expect(await whoHas(cookie)).toBeNull()
    const { status } = await client.send({ method: 'GET', path: '/api/orders', headers: { cookie } })
    expect(status).toBe(401)
  })

  test('is not taken from a cookie that a neighbouring subdomain could set', async () => {
    const token =
      cookieIn(await ask('signin', { email, password }))
        .split(';')[0]
        ?.split('=')[1] ?? ''
    for (const name of ['holdfast', '__host-holdfast', '__Host-holdfast2', ' __Secure-holdfast']) {
      expect([name, await whoHas(`${name}=${token}`)]).toEqual([name, null])
    }
    expect(await whoHas(`__Host-holdfast=${token}`)).toBe(email)
  })
})
