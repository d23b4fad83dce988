// Every route × everybody who may ask × {own, another's, unknown}, against the one table of who may
// do what.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  type Person,
  persons,
  type Reply,
  type Request,
  type Stage,
  startStage,
  type Things,
} from './stage.ts'
import { readRestingState, readState } from './state.ts'
import { type Access, operatorsOnly, operatorsPrefix, type Verdict, whoMay } from './who-may.ts'

// Two thousand requests: a busy machine gets its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

let stage: Stage
let routes: string[]

beforeAll(async () => {
  stage = await startStage()
  routes = [...stage.shop.app.routeConfigs.keys()].filter((route) => !route.startsWith('HEAD ')).toSorted()
})
afterAll(() => stage.stop())

const unknownId = '01900000-0000-7000-8000-000000000001'
const unknown: Things = {
  show: unknownId,
  order: unknownId,
  payment: unknownId,
  ticketType: unknownId,
  code: unknownId,
  ticket: '01990000-0000-7000-8000-0000000000aa',
  ticketCode: '0123456789ABCDEFGHJKMNPQRS',
  organisation: unknownId,
  member: unknownId,
}
const other: Readonly<Record<Person, Person>> = {
  ...(Object.fromEntries(persons.map((person) => [person, person])) as Record<Person, Person>),
  buyerA: 'buyerB',
  buyerB: 'buyerA',
  organiserA: 'organiserB',
  organiserB: 'organiserA',
  // To the other side, the house of A is like any account.
  managerA: 'buyerB',
  financeA: 'buyerB',
  boxOfficeA: 'buyerB',
  doorA: 'buyerB',
  oneShowA: 'buyerB',
  tokenA: 'buyerB',
  deviceA: 'buyerB',
}

/** What is for no token and for no role at all is so on either side. */
const isSame = (own: Verdict, { roleFirst }: Access) => own === 403 || (own === 'role' && roleFirst === true)

interface Cell {
  readonly route: string
  readonly person: Person
  readonly target: 'A' | 'B' | 'unknown' | 'nothing'
  readonly expected: Verdict
  readonly access: Access
}

const accessOf = (route: string): Access | undefined =>
  whoMay[route] ?? (route.includes(` ${operatorsPrefix}`) ? { who: operatorsOnly } : undefined)

function cellsOf(route: string, access: Access): Cell[] {
  const { who, thing, unknownToo } = access
  return persons.flatMap((person): Cell[] => {
    const cell = { route, person, access }
    if (thing === undefined) return [{ ...cell, target: 'nothing', expected: who[person] }]
    const own = who[person]
    const same = isSame(own, access)
    // What is not there looks like what is another's: nobody learns which ids exist.
    const hidden = !same && (own === 'role' || (own === 'in' && !unknownToo)) ? 404 : own
    return [
      { ...cell, target: 'A', expected: who[person] },
      { ...cell, target: 'B', expected: same ? own : who[other[person]] },
      { ...cell, target: 'unknown', expected: hidden },
    ]
  })
}

function ask(
  { route, person, target, access }: Cell,
  { method, headers = {} }: Partial<Request> = {},
): Promise<Reply> {
  const things = target === 'A' || target === 'B' ? stage.things[target] : unknown
  const [verb = '', pattern = ''] = route.split(' ')
  const id = access.thing === undefined ? unknownId : things[access.thing]
  const path = pattern
    .replace(':orderId', things.order)
    .replace(':codeId', things.code)
    .replace(':no', '0')
    .replace(/:\w+/, id)
    .replaceAll(/:\w+Id/g, unknownId)
    .replace('*', 'main-0.js')
  const body = access.body?.(things)
  const query = access.query ?? ''
  return stage.ask({
    method: method ?? verb,
    path: `${path}${query}`,
    person,
    headers,
    ...(body === undefined ? {} : { body }),
  })
}

/** Some at a time: all at once, a busy machine lets some of them wait for too long. */
async function each<Item, Answer>(
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let index = 0; index < items.length; index += 100)
    answers.push(...(await Promise.all(items.slice(index, index + 100).map(work))))
  return answers
}

const codeOf = (text: string): string => {
  const problem = /"code":"([a-z_]+)"/.exec(text)
  return problem?.[1] ?? 'none'
}

function verdictOf({ status, text }: Reply): Verdict {
  const code = codeOf(text)
  if (code === 'unauthenticated' && status === 401) return 401
  if (code === 'forbidden' && status === 403) return 403
  if (code === 'role_missing' && status === 403) return 'role'
  // Who may change the house is told that what they name in it is not there.
  if (/^(member|invitation|token|device|webhook|delivery)_unknown$/.test(code)) return 'in'
  if (status === 404) return 404
  return 'in'
}

/** What lies behind them is there or not; nobody is kept out. */
const wildcards = /^GET \/(docs\/static\/)?\*$|\/api\/mailbox\/:id\/|\/:webhookId\//
const nameOf = ({ route, person, target }: Cell) => `${route} by ${person}, target ${target}`
const allCells = () =>
  routes.flatMap((route) => {
    const access = accessOf(route)
    return access ? cellsOf(route, access) : []
  })
const found = (cell: Cell, reply: Reply) =>
  `${nameOf(cell)} → ${verdictOf(reply)} (${reply.status} ${codeOf(reply.text)})`
const wanted = (cell: Cell, reply: Reply) =>
  `${nameOf(cell)} → ${cell.expected} (${reply.status} ${codeOf(reply.text)})`

test('the table has a row for every route of the shop, and none for a route that is not there', () => {
  expect(routes.length).toBeGreaterThan(50)
  expect(routes.filter((route) => !accessOf(route))).toEqual([])
  expect(Object.keys(whoMay).filter((route) => !routes.includes(route))).toEqual([])
})

test('every route of the OpenAPI document is one of them', async () => {
  const { text } = await stage.ask({ method: 'GET', path: '/openapi.json' })
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> }
  const listed = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  expect(listed.length).toBeGreaterThan(25)
  expect(listed.filter((route) => !routes.includes(route))).toEqual([])
})

test('the OpenAPI document tells of each route its name, for whom it is and how it refuses, and which of them read an Idempotency-Key', async () => {
  const { text } = await stage.ask({ method: 'GET', path: '/openapi.json' })
  type Operation = {
    operationId: string
    tags: string[]
    security?: unknown[]
    parameters?: { $ref?: string }[]
    responses: { default?: unknown }
  }
  const { paths, tags } = JSON.parse(text) as {
    paths: Record<string, Record<string, Operation>>
    tags: { name: string }[]
  }
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  )
  expect(
    all.filter(({ operation }) => operation.responses.default === undefined).map(({ route }) => route),
  ).toEqual([])
  const open = all.filter(({ operation }) => operation.security?.length === 0).map(({ route }) => route)
  const mailboxIsOpenHere = (route: string) => route.includes('/api/mailbox') || route === 'GET /metrics'
  expect(open.toSorted()).toEqual(
    all
      .map(({ route }) => route)
      .filter((route) => accessOf(route.replaceAll(/\{(\w+)\}/g, ':$1'))?.who.none === 'in')
      .filter((route) => !mailboxIsOpenHere(route))
      .toSorted(),
  )
  const ids = all.map(({ operation }) => operation.operationId)
  expect(ids).toEqual([...new Set(ids)])
  expect(ids).toEqual(expect.arrayContaining(['getShows', 'getShow', 'postOrders', 'deleteOrder']))
  const told = new Set(tags.map(({ name }) => name))
  expect(all.flatMap(({ operation }) => operation.tags).filter((tag) => !told.has(tag))).toEqual([])
  const keyed = all.filter(({ operation }) =>
    operation.parameters?.some(({ $ref }) => $ref?.endsWith('/IdempotencyKey')),
  )
  expect(keyed.map(({ route }) => route).toSorted()).toEqual([
    'POST /api/orders',
    'POST /api/orders/{id}/mails',
    'POST /api/orders/{id}/payments/elsewhere',
    'POST /api/orders/{id}/refunds',
    'POST /api/orders/{id}/returns',
    'POST /api/payments',
    'POST /api/shows',
    'POST /api/shows/{id}/copies',
    'POST /api/shows/{id}/sales',
    'POST /api/tickets/check-in',
    'POST /api/users/signup',
  ])
})

/** Thousands of requests. */
const slowMs = 240_000

describe('whoever may not', () => {
  test(
    'is refused by every route, in the same words for what is another’s and for what is not there, and changes nothing',
    async () => {
      const cells = allCells().filter(({ expected }) => expected !== 'in')
      const before = await readRestingState(stage.shop.db)
      const replies = await each(cells, (cell) => ask(cell))
      expect(cells.map((cell, index) => found(cell, replies[index] as Reply))).toEqual(
        cells.map((cell, index) => wanted(cell, replies[index] as Reply)),
      )
      expect(await readState(stage.shop.db)).toEqual(before)
      const words = new Map<string, Set<string>>()
      for (const [index, { route, expected }] of cells.entries()) {
        if (expected !== 404 || !route.includes('/api/') || route.includes(operatorsPrefix)) continue
        words.set(route, (words.get(route) ?? new Set()).add(replies[index]?.text ?? ''))
      }
      expect([...words].filter(([, texts]) => texts.size > 1)).toEqual([])
    },
    slowMs,
  )

  test(
    'is refused HEAD where GET is refused',
    async () => {
      const cells = allCells().filter(({ route, expected }) => expected !== 'in' && route.startsWith('GET '))
      const statuses = await each(
        cells,
        async (cell) => `${nameOf(cell)} ${(await ask(cell, { method: 'HEAD' })).status}`,
      )
      const statusOf = ({ expected }: Cell) => (expected === 'role' ? 403 : expected)
      expect(statuses).toEqual(cells.map((cell) => `${nameOf(cell)} ${statusOf(cell)}`))
    },
    slowMs,
  )
})

test('only the signed webhook is let in from other sites, and what keeps its place in an overload is paying, orders, their pages and health', () => {
  const { routeConfigs } = stage.shop.app
  const having = (flag: 'signed' | 'vital') =>
    routes.filter((route) => routeConfigs.get(route)?.[flag] === true)
  expect(having('signed')).toEqual(['POST /api/payments/webhooks/stripe'])
  expect(having('vital')).toEqual([
    'DELETE /api/orders/:id',
    'GET /api/orders/:id',
    'GET /api/orders/:id/stream',
    'GET /api/shop-config',
    'GET /api/users/current',
    'GET /checkout/:orderId',
    'GET /checkout/:orderId/',
    'GET /healthz',
    'GET /metrics',
    'GET /orders/:orderId',
    'GET /orders/:orderId/',
    'GET /readyz',
    'POST /api/orders/:id/payments/elsewhere',
    'POST /api/orders/:id/refunds',
    'POST /api/orders/:id/returns',
    'POST /api/payments',
    'POST /api/payments/:id/advance',
    'POST /api/payments/webhooks/stripe',
  ])
})

describe('a page of another site', () => {
  const others = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'https://other.shop.example' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]

  test('changes nothing by any route, whoever is signed in where it is open', async () => {
    const unsafe = routes.filter((route) => !route.startsWith('GET ') && !route.endsWith('/webhooks/stripe'))
    expect(unsafe.length).toBeGreaterThan(20)
    const before = await readRestingState(stage.shop.db)
    const cells = unsafe
      .flatMap((route) => cellsOf(route, accessOf(route) ?? { who: operatorsOnly }))
      .filter(({ expected }) => expected === 'in')
    const asked = cells.flatMap((cell) => others.map((headers) => ({ cell, headers })))
    const replies = await each(asked, ({ cell, headers }) => ask(cell, { headers }))
    const wrong = replies.flatMap((reply, index) =>
      codeOf(reply.text) === 'cross_origin' ? [] : [nameOf(asked[index]?.cell as Cell)],
    )
    expect(wrong).toEqual([])
    expect(await readState(stage.shop.db)).toEqual(before)
  })

  test('cannot send as a form what a route takes as JSON', async () => {
    const before = await readRestingState(stage.shop.db)
    const cells = routes
      .filter((route) => accessOf(route)?.body && !route.endsWith('/webhooks/stripe'))
      .flatMap((route) => cellsOf(route, accessOf(route) ?? { who: operatorsOnly }))
      .filter(({ expected }) => expected === 'in')
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]) {
      const replies = await each(cells, (cell) => ask(cell, { headers: { 'content-type': type } }))
      expect(replies.filter(({ status }) => status !== 415).map(({ text }) => text)).toEqual([])
    }
    expect(await readState(stage.shop.db)).toEqual(before)
  })
})

test('lists hold what is one’s own and nothing else', async () => {
  const { A, B } = stage.things
  for (const [person, own, others] of [
    ['buyerA', A.order, B.order],
    ['buyerB', B.order, A.order],
  ] as const) {
    const { text } = await stage.ask({ method: 'GET', path: '/api/orders', person })
    expect(text).toContain(own)
    expect(text).not.toContain(others)
  }
  for (const [person, own, others] of [
    ['organiserA', A.show, B.show],
    ['organiserB', B.show, A.show],
  ] as const) {
    const { text } = await stage.ask({ method: 'GET', path: '/api/shows?mine=true', person })
    expect(text).toContain(own)
    expect(text).not.toContain(others)
  }
  for (const person of ['guest', 'operator'] as const) {
    expect((await stage.ask({ method: 'GET', path: '/api/orders', person })).text).toBe(
      '{"items":[],"nextCursor":null}',
    )
  }
})

test('an order is not reached by way of another show than its own', async () => {
  const { A, B } = stage.things
  for (const [show, order] of [
    [A.show, B.order],
    [B.show, A.order],
  ]) {
    for (const person of ['organiserA', 'organiserB'] as const) {
      const { status } = await stage.ask({
        method: 'GET',
        path: `/api/shows/${show}/orders/${order}`,
        person,
      })
      expect([person, show, order, status]).toEqual([person, show, order, 404])
    }
  }
})

test('a draft is there for its house alone, also as a page', async () => {
  const draft = await stage.ask({
    method: 'POST',
    path: '/api/shows',
    person: 'organiserA',
    body: { ...(whoMay['POST /api/shows']?.body?.(unknown) as object), title: 'Not yet told' },
  })
  const { id } = JSON.parse(draft.text) as { id: string }
  // Members for single shows do not see what else is planned.
  const house: readonly Person[] = ['organiserA', 'managerA', 'financeA', 'boxOfficeA', 'doorA', 'tokenA']
  for (const person of persons) {
    const reply = await stage.ask({ method: 'GET', path: `/api/shows/${id}`, person })
    expect([person, reply.status]).toEqual([person, house.includes(person) ? 200 : 404])
    const shown = await stage.ask({ method: 'GET', path: `/shows/${id}`, person })
    expect([person, shown.status, shown.text.includes('Not yet told')]).toEqual([person, 404, false])
  }
})

test('whoever may is let in by every route, and reading needs no more than that', async () => {
  const replies: string[] = []
  const expected: string[] = []
  // One after the other, in the order of the table: what ends a sale or a session comes last.
  for (const route of [...Object.keys(whoMay), ...routes.filter((path) => !whoMay[path])]) {
    const access = accessOf(route)
    const cells = access ? cellsOf(route, access).filter((cell) => cell.expected === 'in') : []
    for (const cell of route.includes(operatorsPrefix) && !route.startsWith('GET') ? [] : cells) {
      const reply = await ask(cell)
      const read = route.startsWith('GET /api/') && !route.includes(operatorsPrefix)
      expect(reply.status, found(cell, reply)).toBeLessThan(500)
      if (read && !wildcards.test(route)) expect(reply.status, found(cell, reply)).toBe(200)
      if (route.includes(operatorsPrefix) || wildcards.test(route)) continue
      replies.push(found(cell, reply))
      expected.push(wanted(cell, reply))
    }
  }
  expect(replies).toEqual(expected)
})
