// Who can keep how much of a show from everybody else, through a whole shop behind a proxy: the same
// person in every disguise, and neighbours who are not.
import type { Problem, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, expectStatus, makeClient, publishShow, signUp } from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'

let shop: TestShop
let organiser: Client
beforeAll(async () => {
  shop = await startTestShop({ environment: { RATE_LIMITS: 'on', TRUST_PROXY: 'on' } })
  organiser = await signUp(shop.url)
})
afterAll(() => shop.stop())

let guests = 0
const freshEmail = () => `guest${(guests += 1)}@example.com`

/** Somebody new, as the proxy tells of them. */
async function arrive(from: string, email = freshEmail()) {
  const headers = { 'x-forwarded-for': from }
  const client = makeClient(shop.url)
  expectStatus(await client.call('POST', '/api/users/guest', { email }, headers), 201)
  return {
    client,
    hold: (show: ShowView, quantity: number) =>
      client.call<{ id: string } & Problem>(
        'POST',
        '/api/orders',
        { showId: show.id, lines: [{ ticketTypeId: show.ticketTypes[0]?.id, quantity }] },
        headers,
      ),
  }
}

const bigShow = (more: Parameters<typeof publishShow>[1] = {}) =>
  publishShow(organiser, { ticketTypes: [{ name: 'Standing', priceMinor: 4_500, capacity: 500 }], ...more })

describe('one address, however it is spelled, is one buyer', () => {
  test.each([
    ['in capitals', 'ann@example.com', 'ANN@Example.COM'],
    ['with a domain in its own script', 'cem@müller.example', 'cem@xn--mller-kva.example'],
    ['with letters put together', 'j\u00f6rg@example.com', 'jo\u0308rg@example.com'],
  ])('%s', async (_how, one, other) => {
    const show = await bigShow({ maxPerBuyer: 3 })
    expectStatus(await (await arrive('203.0.113.1', one)).hold(show, 2), 201)
    const again = await (await arrive('203.0.113.2', other)).hold(show, 2)
    expect(again).toMatchObject({ status: 422, body: { code: 'limit_exceeded' } })
    expectStatus(await (await arrive('203.0.113.2', freshEmail())).hold(show, 2), 201)
  })
})

describe('one network holds forty tickets of a show at once', () => {
  test.each([
    ['with a new session for each order', (_time: number) => '198.51.100.7'],
    ['with a port for each connection', (time: number) => `198.51.100.7:${40_000 + time}`],
    ['with what the client said before the proxy', (time: number) => `10.9.8.${time}, 198.51.100.7`],
    ['as an IPv6 address of IPv4', () => '[::ffff:198.51.100.7]:443'],
    ['with every address of an IPv6 /64', (time: number) => `[2001:db8:7:1::${time + 1}]:${50_000 + time}`],
  ])('%s', async (_how, from) => {
    const show = await bigShow()
    const statuses: number[] = []
    for (let time = 0; time < 6; time += 1) {
      const { status, headers, body } = await (await arrive(from(time))).hold(show, 10)
      statuses.push(status)
      if (status !== 429) continue
      expect(body.code).toBe('too_many_holds')
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect(statuses).toEqual([201, 201, 201, 201, 429, 429])
    expectStatus(await (await arrive('198.51.100.8')).hold(show, 10), 201)
  })

  test('what is given back can be held by a neighbour', async () => {
    const show = await bigShow()
    const held = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const buyer = await arrive('198.51.100.9')
        return { buyer, order: expectStatus(await buyer.hold(show, 10), 201) }
      }),
    )
    const neighbour = await arrive('198.51.100.9')
    expect((await neighbour.hold(show, 1)).status).toBe(429)
    for (const { buyer, order } of held.slice(0, 1))
      expectStatus(await buyer.client.call('DELETE', `/api/orders/${order.id}`), 200)
    expectStatus(await neighbour.hold(show, 10), 201)
  })

  test('the security log counts it, and names the network once a minute', async () => {
    const counts = await shop.metrics.registry.getSingleMetricAsString('holdfast_security_events_total')
    expect(counts).toMatch(/event="limit_hit"\} [1-9]/)
  })
})
