// Every route is sent nearly sound and hostile requests, made from its own OpenAPI description.
// Never a failure of ours, every answer as documented, and nothing changed by what was refused. The
// seed is fixed: a failure comes again.
import { type ErrorCode, errorDefinitions, Problem } from '@holdfast/contract'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { isLong } from '../long.ts'
import { hostileTexts, type Schema, soundValue, spoiledValue, toJson, type Words } from './hostile.ts'
import { makeRawClient, type RawClient, type RawReply, type RawRequest } from './raw-http.ts'
import { type Person, type Stage, startStage } from './stage.ts'
import { readRestingState, readState } from './state.ts'

// Thousands of requests: a busy machine gets its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

const seed = 20_261_122
const requestsPerRoute = isLong ? 32 : 24

interface Operation {
  readonly parameters?: readonly { name: string; in: string; schema: Schema }[]
  readonly requestBody?: { content: Record<string, { schema: Schema }> }
  readonly responses?: Record<string, { content?: Record<string, { schema: Schema }> }>
}
interface Route extends Operation {
  readonly method: string
  readonly path: string
}

let stage: Stage
let client: RawClient
let routes: Route[]
let words: Words
const tokens = new Map<Person, string>()

beforeAll(async () => {
  stage = await startStage()
  client = makeRawClient(stage.shop.url)
  for (const person of ['buyerA', 'organiserA', 'operator'] as const) {
    const { text } = await stage.ask({ method: 'POST', path: '/api/users/tokens', person })
    tokens.set(person, (JSON.parse(text) as { token: string }).token)
  }
  const guest = await stage.ask({
    method: 'POST',
    path: '/api/users/guest',
    body: { email: 'fuzz@example.com' },
  })
  tokens.set('guest', /=(hfs_[\w-]+)/.exec(guest.headers.get('set-cookie') ?? '')?.[1] ?? '')
  const { text } = await stage.ask({ method: 'GET', path: '/openapi.json' })
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Operation>> }
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      path,
      method: method.toUpperCase(),
    })),
  )
  const { show, order, payment, ticketType } = stage.things.A
  words = {
    uuid: [show, order, payment, ticketType, stage.things.B.show, stage.things.B.order],
    'date-time': ['2031-05-01T18:00:00.000Z', '2031-05-01T20:00:00+02:00'],
    visible: ['Night Ferry', '夜の船', '🎭'],
    'visible-or-empty': ['', 'Harbour Hall'],
    email: ['jörg@example.de', 'somebody@example.com', 'SOMEBODY@EXAMPLE.COM', 'somebody+x@example.com'],
    '^[A-Z]{3}$': ['EUR', 'USD', 'JPY', 'KWD', 'QQQ'],
    '^(pm|ctoken)_[A-Za-z0-9_]{1,250}$': ['pm_card_visa', 'pm_card_chargeDeclined', 'pm_none', 'ctoken_none'],
  }
})
afterAll(async () => {
  client.close()
  await stage.stop()
})

const json = { 'content-type': 'application/json' }
const contentTypes: readonly Readonly<Record<string, string | readonly string[]>>[] = [
  json,
  json,
  json,
  json,
  json,
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'application/JSON;charset="utf-8"' },
  { 'content-type': 'application/problem+json' },
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/xml' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-type': '*/*' },
  { 'content-type': '' },
  { 'content-type': ['application/json', 'text/plain'] },
  { ...json, 'content-encoding': 'gzip' },
  {},
]
const strayHeaders: readonly Readonly<Record<string, string | readonly string[]>>[] = [
  {},
  {},
  {},
  { 'idempotency-key': 'k' },
  { 'idempotency-key': ['k', 'l'] },
  { 'idempotency-key': 'é'.repeat(255) },
  { 'idempotency-key': "' or 1=1 --" },
  { cookie: ['holdfast=a', 'holdfast=b'] },
  { cookie: 'holdfast=;'.repeat(200) },
  { accept: 'text/html' },
  { 'accept-language': 'x-'.repeat(400) },
  {
    'x-http-method-override': 'DELETE',
    'x-forwarded-host': 'evil.example',
    'x-original-url': '/api/ops/overview',
  },
  { 'if-none-match': '*', range: 'bytes=0-1', expect: '' },
  { 'x-request-id': ['a', 'b'], 'request-id': '__proto__' },
]
const pathIds = [
  '..',
  '../..',
  '%2e%2e%2f%2e%2e',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '%ff',
  '%',
  '%zz',
  '%E0%A4%A',
  '0',
  '-1',
  '__proto__',
  'null',
  'a;b',
  'a?b',
  '%F0%9F%8E%AB',
  'x'.repeat(199),
  'x'.repeat(5_000),
]

const askers = ['none', 'guest', 'buyerA', 'organiserA', 'organiserA', 'operator'] as const satisfies Person[]

/** A request to the route: some sound, most with one thing wrong. */
function requestOf({ method, path, parameters = [], requestBody }: Route): fc.Arbitrary<RawRequest> {
  const pathOf = fc.tuple(
    ...path.split(/(\{\w+\})/).map((part) => {
      if (!part.startsWith('{')) return fc.constant(part)
      return fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...(words['uuid'] ?? [])) },
        { weight: 1, arbitrary: fc.constantFrom(...pathIds) },
      )
    }),
  )
  const queries = parameters.filter((parameter) => parameter.in === 'query')
  const query = fc.array(
    fc.tuple(
      fc.constantFrom(...queries.map(({ name }) => name), '__proto__', 'limit[]', 'limit[a]', ''),
      fc.oneof(
        fc.constantFrom(...hostileTexts.filter((text) => text.length < 1_000 && text.isWellFormed())),
        ...queries.map(({ schema }) => soundValue(schema, words).map(String)),
      ),
    ),
    { maxLength: queries.length > 0 ? 3 : 1 },
  )
  const schema = requestBody?.content['application/json']?.schema
  const sound = schema ? soundValue(schema, words) : fc.constant<unknown>({})
  const body = fc.oneof(
    { weight: 1, arbitrary: sound.map(toJson) },
    { weight: 6, arbitrary: spoiledValue(sound).map(toJson) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '{',
        '[]',
        'null',
        '"',
        '\ufeff{}',
        '{"a":1,"a":2}',
        '{}{}',
        '\u0000',
        'a=b',
        '{"__proto__":null}',
      ),
    },
  )
  const takesBody = method !== 'GET' && method !== 'HEAD'
  // What ends a session is not asked by those who need theirs again.
  const endsSession = path.endsWith('signout') ? ['none' as const] : ['none' as const, 'buyerA' as const]
  // Faults that an operator arms in the sandbox would fail payments long after they were asked for.
  const mayAsk = path.startsWith('/api/ops/sandbox') ? askers.filter((each) => each !== 'operator') : askers
  const person = fc.constantFrom<Person>(...(path.startsWith('/api/users/') ? endsSession : mayAsk))
  return fc
    .tuple(pathOf, query, body, person, fc.constantFrom(...contentTypes), fc.constantFrom(...strayHeaders))
    .map(([parts, pairs, text, who, types, stray]) => {
      const token = tokens.get(who)
      const search = pairs
        .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
        .join('&')
      return {
        method,
        path: `${parts.join('')}${search === '' ? '' : `?${search}`}`,
        headers: {
          ...(takesBody ? types : {}),
          ...stray,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(takesBody ? { body: text } : {}),
      }
    })
}

const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }))
const isProblem = ajv.compile(Problem)
const insides =
  /\bat .*\.(ts|js):\d+|node_modules|\/platform\/|syntax error at|violates|relation "|DatabaseError|whsec_|sk_test_/

/** What is wrong with an answer, or null. */
function faultOf({ responses = {} }: Route, { status, headers, text }: RawReply): string | null {
  if (status >= 500) return 'a failure of ours'
  if (insides.test(text)) return 'tells of the insides'
  if (headers['x-content-type-options'] !== 'nosniff') return 'comes without its headers'
  if (status >= 400) {
    if (headers['content-type'] !== 'application/problem+json; charset=utf-8')
      return `is no problem but ${headers['content-type']}`
    const problem = JSON.parse(text) as Problem
    if (!isProblem(problem)) return `is a malformed problem: ${ajv.errorsText(isProblem.errors)}`
    const defined = Object.hasOwn(errorDefinitions, problem.code)
      ? errorDefinitions[problem.code as ErrorCode]
      : null
    return defined?.status === status ? null : `has the code ${problem.code}`
  }
  const documented = responses[String(status)]
  if (!documented) return 'is not documented'
  const schema = documented.content?.['application/json']?.schema
  if (!schema) return null
  return ajv.validate(schema, text === '' ? null : JSON.parse(text))
    ? null
    : `is not as documented: ${ajv.errorsText()}`
}

/** A declined card is an answer that says no, and an attempt that is kept. */
const mayChange = ({ method }: RawRequest, { status }: RawReply) =>
  method !== 'GET' && (status < 400 || status === 402)

test('whatever is sent to whichever route, the answer is one that is documented, and no refusal changes anything', async () => {
  const faults: string[] = []
  const counts = new Map<number, number>()
  let before = await readRestingState(stage.shop.db)
  for (const route of routes) {
    const requests = fc.sample(requestOf(route), { numRuns: requestsPerRoute, seed })
    const replies = await Promise.all(requests.map((request) => client.send(request)))
    for (const [index, reply] of replies.entries()) {
      const request = requests[index] as RawRequest
      counts.set(reply.status, (counts.get(reply.status) ?? 0) + 1)
      const fault = faultOf(route, reply)
      if (fault !== null)
        faults.push(
          `${fault}: ${JSON.stringify(request).slice(0, 400)} → ${reply.status} ${reply.text.slice(0, 300)}`,
        )
    }
    const changed = replies.some((reply, index) => mayChange(requests[index] as RawRequest, reply))
    if (changed) before = await readRestingState(stage.shop.db)
    else expect(await readState(stage.shop.db), `${route.method} ${route.path}`).toEqual(before)
  }
  // What a refusal set going would show by now.
  expect(await readRestingState(stage.shop.db)).toEqual(before)
  expect(faults.slice(0, 10)).toEqual([])
  // The shop was not only refused at the door: requests of every kind came through to a decision.
  expect([200, 201, 400, 401, 403, 404, 409, 415, 422].filter((status) => !counts.has(status))).toEqual([])
  expect((await client.send({ method: 'GET', path: '/readyz', headers: {} })).status).toBe(200)
})
