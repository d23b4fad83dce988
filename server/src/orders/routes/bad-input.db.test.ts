// What must be refused at the door of the orders API: each with a 4xx and a code of ours, and with
// nothing changed. And its streams, which must show every change.
import { errorDefinitions, type OrderView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, expectStatus } from '../../../test/client.ts'
import {
  expectSoundStock,
  foreignEvent,
  makeTestHandler,
  placeOne,
  publish,
  putOnSale,
  readPools,
} from '../../../test/orders-store.ts'
import { makeSale, numbered, seated, seatIdsOf, typeOf } from '../../../test/sale.ts'
import { type ServiceApp, startServiceApp } from '../../../test/service-app.ts'
import { waitFor } from '../../../test/wait.ts'
import { beginSession, type Principal } from '../../platform/http/sessions.ts'
import { newId } from '../../platform/process/clock.ts'
import { service as orders } from '../index.ts'

const sale = makeSale({ capacities: [50], seats: [3] })
const [standing, chairs] = [typeOf(sale, 0), typeOf(sale, 1)]
const [seatId] = seatIdsOf(chairs) as [string]
const showId = sale.show.id
const buyer: Principal = { id: newId(), kind: 'user', email: 'buyer@example.com' }
let app: ServiceApp
let client: Client
let orderId: string

beforeAll(async () => {
  app = await startServiceApp(orders)
  client = await app.as(buyer)
  const handler = makeTestHandler(app.db)
  await putOnSale(handler, sale)
  orderId = await placeOne(handler, sale, [numbered(standing)])
})
afterAll(() => app.stop())

type Bad = [
  what: string,
  method: string,
  path: string,
  status: number,
  code: string,
  body?: unknown,
  headers?: Record<string, string>,
]

const line = numbered(standing)
const badBodies: readonly (readonly [what: string, body: unknown])[] = [
  ['no body at all', {}],
  ['null', null],
  ['a list', []],
  ['a string', '"showId"'],
  ['no lines', { showId, lines: [] }],
  ['lines that are no list', { showId, lines: { ...line } }],
  ['an unknown field', { showId, lines: [line], total: 1 }],
  ['an unknown field in a line', { showId, lines: [{ ...line, priceMinor: 1 }] }],
  ['a chosen price below nothing', { showId, lines: [{ ...line, unitPriceMinor: -1 }] }],
  ['half a cent as a chosen price', { showId, lines: [{ ...line, unitPriceMinor: 0.5 }] }],
  ['a quantity of zero', { showId, lines: [{ ...line, quantity: 0 }] }],
  ['a negative quantity', { showId, lines: [{ ...line, quantity: -3 }] }],
  ['half a place', { showId, lines: [{ ...line, quantity: 0.5 }] }],
  ['a quantity as text', { showId, lines: [{ ...line, quantity: '1' }] }],
  ['an absurd quantity', { showId, lines: [{ ...line, quantity: 1e308 }] }],
  ['a quantity beyond any hall', { showId, lines: [{ ...line, quantity: 1_000_001 }] }],
  ['a quantity and seats', { showId, lines: [{ ...line, seatIds: [seatId] }] }],
  ['neither quantity nor seats', { showId, lines: [{ ticketTypeId: standing.id }] }],
  ['no seats', { showId, lines: [seated(chairs, [])] }],
  ['a seat twice', { showId, lines: [seated(chairs, [seatId, seatId])] }],
  ['a seat in capitals beside itself', { showId, lines: [seated(chairs, [seatId, seatId.toUpperCase()])] }],
  ['a show that is a number', { showId: 7, lines: [line] }],
  ['a show that is no id', { showId: 'the-show', lines: [line] }],
  ['an id in the form of a URN', { showId: `urn:uuid:${showId}`, lines: [line] }],
  ['an id with a quote', { showId: `${showId.slice(0, 35)}'`, lines: [line] }],
  ['a ticket type with NUL', { showId, lines: [{ ...line, ticketTypeId: `\u0000${standing.id.slice(1)}` }] }],
  ['fifty-one lines', { showId, lines: Array.from({ length: 51 }, () => line) }],
  [
    'a prototype',
    `{"showId":"${showId}","lines":[{"ticketTypeId":"${standing.id}","quantity":1}],"__proto__":{"x":1}}`,
  ],
]
const json = { 'content-type': 'application/json' }
const bad: readonly Bad[] = [
  ['broken JSON', 'POST', '/api/orders', 400, 'malformed_json', '{"showId":', json],
  ['an empty body', 'POST', '/api/orders', 400, 'invalid_request', '', json],
  [
    'a huge body',
    'POST',
    '/api/orders',
    413,
    'body_too_large',
    { showId, lines: [line], note: 'x'.repeat(200_000) },
  ],
  ['text', 'POST', '/api/orders', 415, 'unsupported_media_type', 'showId', { 'content-type': 'text/plain' }],
  [
    'a form',
    'POST',
    '/api/orders',
    415,
    'unsupported_media_type',
    'a=b',
    { 'content-type': 'application/x-www-form-urlencoded' },
  ],
  [
    'an empty key',
    'POST',
    '/api/orders',
    400,
    'invalid_idempotency_key',
    { showId, lines: [line] },
    { 'idempotency-key': '' },
  ],
  [
    'a long key',
    'POST',
    '/api/orders',
    400,
    'invalid_idempotency_key',
    { showId, lines: [line] },
    { 'idempotency-key': 'k'.repeat(256) },
  ],
  [
    'another site',
    'POST',
    '/api/orders',
    403,
    'cross_origin',
    { showId, lines: [line] },
    { 'sec-fetch-site': 'cross-site' },
  ],
  [
    'another origin',
    'POST',
    '/api/orders',
    403,
    'cross_origin',
    { showId, lines: [line] },
    { origin: 'https://elsewhere.example' },
  ],
  [
    'a foreign token',
    'POST',
    '/api/orders',
    401,
    'unauthenticated',
    { showId, lines: [line] },
    { authorization: 'Bearer hfs_forged' },
  ],
  ['no id', 'GET', '/api/orders/first', 400, 'invalid_request'],
  ['an id in capitals', 'GET', '/api/orders/ABCDEFAB-0000-7000-8000-000000000000', 400, 'invalid_request'],
  [
    'an id as a URN',
    'DELETE',
    '/api/orders/urn:uuid:00000000-0000-7000-8000-000000000000',
    400,
    'invalid_request',
  ],
  ['an id with NUL', 'GET', '/api/orders/%00', 400, 'invalid_request'],
  ['a bad escape', 'GET', '/api/orders/%E0%A4%A', 400, 'invalid_request'],
  ['no id of a show', 'GET', '/api/shows/x/availability', 400, 'invalid_request'],
  ['no id of a stream', 'GET', '/api/shows/x/availability/stream', 400, 'invalid_request'],
  ['a show never on sale', 'GET', `/api/shows/${newId()}/availability`, 404, 'show_unknown'],
  ['a limit of zero', 'GET', '/api/orders?limit=0', 400, 'invalid_request'],
  ['a negative limit', 'GET', '/api/orders?limit=-1', 400, 'invalid_request'],
  ['a limit over 100', 'GET', '/api/orders?limit=101', 400, 'invalid_request'],
  ['a limit as text', 'GET', '/api/orders?limit=all', 400, 'invalid_request'],
  ['an unknown parameter', 'GET', '/api/orders?buyer=me', 400, 'invalid_request'],
  ['a cursor that is not ours', 'GET', '/api/orders?cursor=next', 400, 'invalid_request'],
  ['a cursor with a quote', 'GET', `/api/orders?cursor=${newId().slice(0, 35)}'`, 400, 'invalid_request'],
  ['a long cursor', 'GET', `/api/orders?cursor=${'0'.repeat(201)}`, 400, 'invalid_request'],
  ['a cursor twice', 'GET', `/api/orders?cursor=${newId()}&cursor=${newId()}`, 400, 'invalid_request'],
  ['a status that is none', 'GET', `/api/shows/${showId}/orders?status=lost`, 400, 'invalid_request'],
  ['an address with NUL', 'GET', `/api/shows/${showId}/orders?email=%00`, 400, 'invalid_request'],
]

describe('bad input', () => {
  test.each([...badBodies])('an order with %s is refused', async (_what, body) => {
    const answer = await client.call(
      'POST',
      '/api/orders',
      typeof body === 'string' ? body : JSON.stringify(body),
      json,
    )
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(['invalid_request', 'malformed_json', 'unknown_ticket_type']).toContain(answer.body.code)
  })

  test.each<Bad>([...bad])(
    '%s: %s %s answers %i %s',
    async (_what, ...[method, path, status, code, body, headers]) => {
      const answer = await client.call(method, path, body, headers)
      expect(answer.body).toMatchObject({ status, code })
      expect(answer.status).toBe(status)
      expect(Object.keys(errorDefinitions)).toContain(code)
    },
  )

  test('who is nobody may look at what is left, and do nothing else', async () => {
    const nobody = { authorization: '' }
    for (const [method, path] of [
      ['GET', '/api/orders'],
      ['GET', `/api/orders/${orderId}`],
      ['DELETE', `/api/orders/${orderId}`],
      ['GET', `/api/orders/${orderId}/stream`],
      ['GET', `/api/orders/${orderId}/timeline`],
      ['GET', `/api/shows/${showId}/orders`],
    ] as const) {
      const answer = await client.call(method, path, undefined, nobody)
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 401, 'unauthenticated'])
    }
    expect((await client.call('GET', `/api/shows/${showId}/availability`, undefined, nobody)).status).toBe(
      200,
    )
  })

  test('after all of it nothing has changed', async () => {
    await expectSoundStock(app.db)
    expect(await readPools(app.db, sale)).toEqual([
      { capacity: 50, held: 1, sold: 0 },
      { capacity: 3, held: 0, sold: 0 },
    ])
    expect(expectStatus(await client.call('GET', '/api/orders'), 200)).toEqual({
      items: [],
      nextCursor: null,
    })
  })
})

/** Reads server-sent events until the test ends them. */
async function listen(path: string) {
  const { token } = await beginSession(app.db, buyer, { purpose: 'session', ttlSeconds: 600 })
  const ending = new AbortController()
  const response = await fetch(`${app.url}${path}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: ending.signal,
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  let text = ''
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true })
  })()
  const messages = <T>(event: string): T[] =>
    [...text.matchAll(new RegExp(`event: ${event}\ndata: (.*)\n\n`, 'g'))].map(
      (match) => JSON.parse(match[1] ?? '') as T,
    )
  const stop = async () => {
    ending.abort()
    await reading.catch((error: Error) => expect(error.name).toBe('AbortError'))
  }
  return { messages, stop }
}

describe('streams', () => {
  test('the order’s tells it as it is, and each change, whoever makes it', async () => {
    const order = expectStatus(
      await client.call<OrderView>('POST', '/api/orders', { showId, lines: [line] }),
      201,
    )
    const stream = await listen(`/api/orders/${order.id}/stream`)
    const first = await waitFor('the order as it is', () => stream.messages<OrderView>('order')[0])
    expect(first).toEqual(order)
    const paymentId = newId()
    await publish(app.db, [
      foreignEvent('PaymentAuthorized', paymentId, {
        orderId: order.id,
        paymentId,
        amount: order.total,
        orderVersion: 1,
      }),
    ])
    await waitFor('claimed', () =>
      stream.messages<OrderView>('order').some(({ status }) => status === 'claimed'),
    )
    await makeTestHandler(app.db).handle({ type: 'CompleteOrder', orderId: order.id, paymentId })
    await waitFor('complete', () =>
      stream.messages<OrderView>('order').some(({ status }) => status === 'complete'),
    )
    await stream.stop()
  })

  test('availability’s tells a hold and its return, also when both happen in another process', async () => {
    const stream = await listen(`/api/shows/${showId}/availability/stream`)
    const left = () =>
      stream
        .messages<{ ticketTypes: { available: number }[] }>('availability')
        .map(({ ticketTypes }) => ticketTypes[1]?.available)
    await waitFor('all seats', () => left().at(-1) === 3)
    const elsewhere = makeTestHandler(app.db)
    const heldId = await placeOne(elsewhere, sale, [seated(chairs, [seatId])])
    await waitFor('a seat less', () => left().at(-1) === 2)
    await elsewhere.handle({ type: 'CancelOrder', orderId: heldId, reason: 'buyer' })
    await waitFor('the seat is back', () => left().at(-1) === 3)
    await stream.stop()
  })
})
