// The HTTP edge: every answer that says no is problem details with our headers, whatever was wrong
// with the request.
import { createHash } from 'node:crypto'
import { type AddressInfo, connect } from 'node:net'
import { errorDefinitions, Id, Instant, PageQuery } from '@holdfast/contract'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeLog } from '../process/log.ts'
import { makeMetrics } from '../process/metrics.ts'
import { crowdLimits } from './crowd/limits.ts'
import { becomeStream } from './overload.ts'
import { ProblemError } from './problem.ts'
import {
  type HttpOptions,
  idempotencyKeyOf,
  makeHttp,
  requirePrincipal,
  sessionCookieName,
} from './server.ts'
import type { Principal } from './sessions.ts'

const guest: Principal = {
  id: '01900000-0000-7000-8000-000000000001',
  kind: 'guest',
  email: 'guest@example.com',
}
const logged: string[] = []
let app: FastifyInstance
let release: () => void
let gate: Promise<void>

const optionsWith = (changes: Partial<HttpOptions> = {}): HttpOptions => ({
  log: makeLog('warn', { write: (line) => logged.push(line) }),
  metrics: makeMetrics({ defaults: false }),
  sessions: {
    find: (token) => (token === 'good' ? guest : token === 'later' ? Promise.resolve(guest) : null),
    end: async () => undefined,
    forget: () => undefined,
  },
  publicUrl: 'http://localhost:3000',
  trustProxy: false,
  contentSecurityPolicy: "default-src 'self'",
  ...changes,
})

const body = Type.Object(
  { name: Type.String({ maxLength: 20 }), at: Type.Optional(Instant) },
  { additionalProperties: false },
)

function build(changes: Partial<HttpOptions> = {}): FastifyInstance {
  const built = makeHttp(optionsWith(changes)) as unknown as FastifyInstance
  built.post('/api/things', { schema: { body } }, async () => ({ ok: true }))
  built.get('/api/things', { schema: { querystring: PageQuery } }, async (request) => request.query)
  built.get(
    '/api/things/:id',
    { schema: { params: Type.Object({ id: Id }) } },
    async (request) => request.params,
  )
  built.post('/api/free', async () => ({ ok: true }))
  built.get('/api/me', async (request) => requirePrincipal(request))
  built.get('/api/seller', async (request) => requirePrincipal(request, 'user'))
  built.get('/api/key', async (request) => ({ key: idempotencyKeyOf(request) ?? null }))
  built.get('/api/broken', async () => Promise.reject(new Error('a secret inside')))
  built.get('/api/away', async () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })))
  built.get('/api/refusal', async () =>
    Promise.reject(new ProblemError('card_declined', { declineCode: 'lost_card', detail: 'no' })),
  )
  built.get('/api/slow', async () => gate.then(() => ({ ok: true })))
  built.get('/api/stream', (_request, reply) => {
    if (!becomeStream(reply.raw)) throw new ProblemError('overloaded')
    void gate.then(() => reply.send({ ok: true }))
  })
  built.get('/api/vital', { config: { vital: true } }, async () => ({ ok: true }))
  built.post('/api/hook', { config: { signed: true } }, async () => ({ ok: true }))
  return built
}

beforeEach(() => {
  logged.length = 0
  gate = new Promise((resolve) => (release = resolve))
  app = build()
})
afterEach(async () => {
  release()
  await app.close()
})

const json = { 'content-type': 'application/json' }

describe('problems', () => {
  test.each([
    [
      'malformed JSON',
      { method: 'POST', url: '/api/things', headers: json, payload: '{"name":' },
      'malformed_json',
    ],
    [
      'a body that would change prototypes',
      { method: 'POST', url: '/api/things', headers: json, payload: '{"__proto__":{"a":1}}' },
      'malformed_json',
    ],
    ['no body', { method: 'POST', url: '/api/things' }, 'invalid_request'],
    [
      'an unknown field',
      { method: 'POST', url: '/api/things', headers: json, payload: '{"name":"x","admin":true}' },
      'invalid_request',
    ],
    [
      'a number for a text',
      { method: 'POST', url: '/api/things', headers: json, payload: '{"name":5}' },
      'invalid_request',
    ],
    [
      'a day that does not exist',
      {
        method: 'POST',
        url: '/api/things',
        headers: json,
        payload: '{"name":"x","at":"2026-02-30T00:00:00Z"}',
      },
      'invalid_request',
    ],
    [
      'a leap second',
      {
        method: 'POST',
        url: '/api/things',
        headers: json,
        payload: '{"name":"x","at":"2016-12-31T23:59:60Z"}',
      },
      'invalid_request',
    ],
    [
      'a year that no calendar here has',
      {
        method: 'POST',
        url: '/api/things',
        headers: json,
        payload: '{"name":"x","at":"0000-01-01T00:00:00Z"}',
      },
      'invalid_request',
    ],
    [
      'a NUL',
      { method: 'POST', url: '/api/things', headers: json, payload: '{"name":"a\\u0000b"}' },
      'invalid_request',
    ],
    [
      'half of a character',
      { method: 'POST', url: '/api/things', headers: json, payload: '{"name":"\\ud83d"}' },
      'invalid_request',
    ],
    [
      'a NUL deep in a body without schema',
      {
        method: 'POST',
        url: '/api/free',
        headers: json,
        payload: `${'['.repeat(30_000)}"\\u0000"${']'.repeat(30_000)}`,
      },
      'invalid_request',
    ],
    ['a NUL in the address', { method: 'GET', url: '/api/things?cursor=%00' }, 'invalid_request'],
    [
      'another media type',
      { method: 'POST', url: '/api/things', headers: { 'content-type': 'text/xml' }, payload: '<a/>' },
      'unsupported_media_type',
    ],
    [
      'a form',
      {
        method: 'POST',
        url: '/api/things',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: 'name=x',
      },
      'unsupported_media_type',
    ],
    [
      'a huge body',
      {
        method: 'POST',
        url: '/api/things',
        headers: json,
        payload: JSON.stringify({ name: 'x'.repeat(200_000) }),
      },
      'body_too_large',
    ],
    ['an unknown route', { method: 'GET', url: '/api/nowhere' }, 'route_unknown'],
    ['another method', { method: 'DELETE', url: '/api/things' }, 'route_unknown'],
    ['a limit of nought', { method: 'GET', url: '/api/things?limit=0' }, 'invalid_request'],
    ['a limit that is no number', { method: 'GET', url: '/api/things?limit=many' }, 'invalid_request'],
    [
      'a cursor that is too long',
      { method: 'GET', url: `/api/things?cursor=${'x'.repeat(201)}` },
      'invalid_request',
    ],
    ['an unknown parameter', { method: 'GET', url: '/api/things?offset=5' }, 'invalid_request'],
    ['an id that is none', { method: 'GET', url: '/api/things/7' }, 'invalid_request'],
    [
      'an id in capitals',
      { method: 'GET', url: '/api/things/01900000-0000-7000-8000-00000000000A' },
      'invalid_request',
    ],
    [
      'an id with a prefix',
      { method: 'GET', url: '/api/things/urn:uuid:01900000-0000-7000-8000-000000000001' },
      'invalid_request',
    ],
    [
      'a parameter longer than any',
      { method: 'GET', url: `/api/things/${'x'.repeat(500)}` },
      'route_unknown',
    ],
    ['an address that cannot be decoded', { method: 'GET', url: '/api/things/%ff' }, 'invalid_request'],
    ['nobody asking', { method: 'GET', url: '/api/me' }, 'unauthenticated'],
    [
      'a guest who would sell',
      { method: 'GET', url: '/api/seller', headers: { authorization: 'Bearer good' } },
      'forbidden',
    ],
    [
      'a key that is too long',
      { method: 'GET', url: '/api/key', headers: { 'idempotency-key': 'x'.repeat(256) } },
      'invalid_idempotency_key',
    ],
    [
      'an empty key',
      { method: 'GET', url: '/api/key', headers: { 'idempotency-key': '' } },
      'invalid_idempotency_key',
    ],
    [
      'another origin',
      {
        method: 'POST',
        url: '/api/things',
        headers: { ...json, origin: 'https://evil.example' },
        payload: '{"name":"x"}',
      },
      'cross_origin',
    ],
    ['a refusal from below', { method: 'GET', url: '/api/refusal' }, 'card_declined'],
    ['a database that is away', { method: 'GET', url: '/api/away' }, 'unavailable'],
    ['a failure of ours', { method: 'GET', url: '/api/broken' }, 'internal'],
  ] as const)('%s', async (_what, request, code) => {
    const reply = await app.inject(request as never)
    const { status, title } = errorDefinitions[code]
    expect(reply.json()).toMatchObject({ code, status, title, type: `urn:holdfast:problem:${code}` })
    expect(reply.statusCode).toBe(status)
    expect(reply.headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'content-security-policy': "default-src 'self'",
      'cross-origin-opener-policy': 'same-origin',
    })
    expect(reply.body).not.toContain('a secret inside')
  })

  test('a failure of ours is logged with the request’s id, and the client gets that id', async () => {
    const reply = await app.inject('/api/broken')
    const { detail } = reply.json<{ detail: string }>()
    const id = detail.replace('request ', '')
    expect(logged.some((line) => line.includes(id) && line.includes('a secret inside'))).toBe(true)
  })

  test('what may be tried again says when', async () => {
    expect((await app.inject('/api/away')).headers['retry-after']).toBe('2')
  })

  test.each([
    ['bytes that are no HTTP', 'NONSENSE\r\n\r\n', 'invalid_request'],
    [
      'headers that are too long',
      `GET /api/me HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`,
      'header_too_large',
    ],
  ] as const)('%s are answered with a problem too', async (_what, bytes, code) => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(bytes)
    const answer = await new Promise<string>((resolve, reject) => {
      let text = ''
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
      socket.on('close', () => resolve(text))
      socket.on('error', reject)
    })
    const [head = '', payload = ''] = answer.split('\r\n\r\n')
    expect(head).toContain(`HTTP/1.1 ${errorDefinitions[code].status} `)
    expect(head).toContain('x-content-type-options: nosniff')
    expect(JSON.parse(payload)).toMatchObject({ code })
  })
})

describe('what is let in', () => {
  test('a sound body, text of any script, and an empty body that calls itself JSON', async () => {
    const post = (payload: string) =>
      app.inject({ method: 'POST', url: '/api/things', headers: json, payload })
    for (const payload of [
      '{"name":"x"}',
      '{"name":"Жизель 😀"}',
      '{"name":"\\ud83d\\ude00"}',
      '{"name":"x","at":"2024-02-29T23:59:59.5+14:00"}',
    ]) {
      expect([payload, (await post(payload)).statusCode]).toEqual([payload, 200])
    }
    expect((await app.inject({ method: 'POST', url: '/api/free', headers: json })).statusCode).toBe(200)
  })

  test('query strings are read as numbers, with their defaults', async () => {
    expect((await app.inject('/api/things?limit=5')).json()).toEqual({ limit: 5 })
    expect((await app.inject('/api/things')).json()).toEqual({ limit: 20 })
  })

  test('good answers carry the same headers, and nothing of the API is cached', async () => {
    const reply = await app.inject('/api/things')
    expect(reply.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    expect(reply.headers['strict-transport-security']).toBeUndefined()
    const secure = build({ publicUrl: 'https://shop.example' })
    expect((await secure.inject('/api/things')).headers['strict-transport-security']).toContain('max-age=')
    await secure.close()
  })

  test.each([
    [undefined, 'max-age=31536000; includeSubDomains'],
    [true, 'max-age=31536000; includeSubDomains'],
    [false, 'max-age=31536000'],
  ])('names under the shop are bound to https unless that is off: %s', async (hstsSubdomains, header) => {
    const bound = hstsSubdomains === undefined ? {} : { hstsSubdomains }
    const secure = build({ publicUrl: 'https://shop.example', ...bound })
    expect((await secure.inject('/api/things')).headers['strict-transport-security']).toBe(header)
    await secure.close()
  })

  test('the session comes from the cookie or a bearer token, found at once or later', async () => {
    const ask = async (headers: Record<string, string>) =>
      (await app.inject({ url: '/api/me', headers })).statusCode
    expect(await ask({ cookie: 'theme=dark; holdfast=good' })).toBe(200)
    expect(await ask({ cookie: 'holdfast=later' })).toBe(200)
    expect(await ask({ authorization: 'Bearer good' })).toBe(200)
    expect(await ask({ cookie: 'holdfast=bad' })).toBe(401)
    expect(await ask({ cookie: 'xholdfast=good; holdfastx=good; holdfast=' })).toBe(401)
    expect(await ask({ authorization: 'Basic good' })).toBe(401)
    expect(sessionCookieName('https://shop.example')).toBe('__Host-holdfast')
  })
})

describe('the origin of what changes something', () => {
  test.each([
    [{}, 200],
    [{ origin: 'http://localhost:3000' }, 200],
    [{ origin: 'http://shop.test', host: 'shop.test' }, 200],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'https://localhost:3000' }, 403],
    [{ origin: 'http://localhost:3001' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: '' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'cross-site', origin: 'http://localhost:3000' }, 403],
    [{ 'sec-fetch-site': 'cross-site', authorization: 'Bearer good' }, 403],
  ])('%j answers %i', async (headers, status) => {
    const sent = { cookie: 'holdfast=good', ...headers }
    const reply = await app.inject({
      method: 'POST',
      url: '/api/free',
      headers: sent as Record<string, string>,
    })
    expect(reply.statusCode).toBe(status)
  })

  test('reading is free, and signed calls answer for themselves', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    expect((await app.inject({ url: '/api/things', headers })).statusCode).toBe(200)
    expect((await app.inject({ method: 'POST', url: '/api/hook', headers })).statusCode).toBe(200)
  })
})

describe('overload', () => {
  /** Sent now, not when it is waited for. */
  const send = (url: string) => app.inject(url).then((reply) => reply)
  const crowd = {
    ...crowdLimits,
    requests: { total: 3, reserved: 1, perNetwork: 3, perNetworkInReserve: 3 },
  }
  beforeEach(async () => {
    await app.close()
    app = build({ crowd })
    await app.ready()
  })

  test('beyond what can be served soon, requests are refused at once, and vital ones keep a reserve', async () => {
    const under = [send('/api/slow'), send('/api/slow')]
    const refused = await app.inject('/api/things')
    expect(refused.statusCode).toBe(503)
    expect(refused.json()).toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 })
    expect(refused.headers['retry-after']).toBe('1')
    expect((await app.inject('/api/nowhere')).statusCode).toBe(503)
    expect((await app.inject('/api/vital')).statusCode).toBe(200)
    release()
    await Promise.all(under)
    for (let round = 0; round < 10; round += 1) expect((await app.inject('/api/things')).statusCode).toBe(200)
  })

  const page = { accept: 'text/html,application/xhtml+xml', 'accept-language': 'de-DE,de;q=0.9' }
  test.each([
    [
      'a German page',
      { url: '/shows/1', headers: page },
      /lang="de".*http-equiv="refresh".*Gerade ist viel los/s,
    ],
    [
      'any other page',
      { url: '/', headers: { ...page, 'accept-language': 'fr' } },
      /lang="en".*http-equiv="refresh".*The shop is busy/s,
    ],
    ['a program', { url: '/shows/1', headers: { accept: '*/*' } }, /^{.*"code":"overloaded"/],
    ['the API, whatever it takes', { url: '/api/things', headers: page }, /^{.*"code":"overloaded"/],
    [
      'what is no question',
      { method: 'POST' as const, url: '/shows/1', headers: page },
      /^{.*"code":"overloaded"/,
    ],
  ])('who is turned away gets an answer of the kind that was asked for: %s', async (_what, request, text) => {
    const under = [send('/api/slow'), send('/api/slow')]
    const reply = await app.inject(request)
    expect(reply.statusCode).toBe(503)
    expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0)
    expect(reply.body).toMatch(text)
    expect(reply.headers['cache-control']).toBe('no-store')
    release()
    await Promise.all(under)
  })

  test('the page that tries again may be styled by its own lines and do nothing else', async () => {
    const under = [send('/api/slow'), send('/api/slow')]
    const { headers, body: html } = await app.inject({ url: '/', headers: page })
    const [, style = ''] = /<style>(.*)<\/style>/s.exec(html) ?? []
    const hash = createHash('sha256').update(style).digest('base64')
    expect(headers['content-security-policy']).toContain(`default-src 'none'; style-src 'sha256-${hash}'`)
    expect(html).not.toMatch(/<script|style=/)
    release()
    await Promise.all(under)
  })

  test('a stream gives its place back while it is open, once', async () => {
    const streams = [send('/api/stream'), send('/api/stream'), send('/api/stream')]
    expect((await app.inject('/api/things')).statusCode).toBe(200)
    release()
    await Promise.all(streams)
    gate = new Promise((resolve) => (release = resolve))
    const under = [send('/api/slow'), send('/api/slow')]
    expect((await app.inject('/api/things')).statusCode).toBe(503)
    release()
    await Promise.all(under)
  })
})
