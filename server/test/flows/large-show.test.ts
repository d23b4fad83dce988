// A hall of 20,000 seats over the wire: sent compressed, sent once for each version, and its states
// as one letter each.
import { request } from 'node:http'
import type { Availability, CompactAvailability, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asGuest, type Client, expectStatus, publishShow, showBody, signUp } from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'

const rows = 100
const perRow = 200
const kilobyte = 1024

let shop: TestShop
let organiser: Client
let show: ShowView
const seats = Array.from({ length: rows * perRow }, (_, index) => ({
  section: 'Hall',
  row: String(Math.floor(index / perRow) + 1),
  number: String((index % perRow) + 1),
}))
const ticketTypes = [{ name: 'Seat', priceMinor: 6_000, seats }]

beforeAll(async () => {
  shop = await startTestShop()
  organiser = await signUp(shop.url)
  show = await publishShow(organiser, { ticketTypes })
})
afterAll(() => shop.stop())

interface Wire {
  readonly status: number
  readonly etag: string
  /** As they came over the wire. */
  readonly bytes: number
}

function ask(path: string, headers: Record<string, string> = {}): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const asked = request(`${shop.url}${path}`, { headers: { 'accept-encoding': 'br', ...headers } })
    asked.on('error', reject)
    asked.on('response', (response) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => (bytes += chunk.length))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, etag: String(response.headers.etag), bytes }),
      )
    })
    asked.end()
  })
}

const hold = async (buyer: Client, index: number) =>
  expectStatus(
    await buyer.call<{ id: string }>('POST', '/api/orders', {
      showId: show.id,
      lines: [{ ticketTypeId: show.ticketTypes[0]?.id, seatIds: [show.ticketTypes[0]?.seats?.[index]?.id] }],
    }),
    201,
  )

test('the show is sent compressed, and not again until it changes', async () => {
  const path = `/api/shows/${show.id}`
  const plain = await ask(path, { 'accept-encoding': 'identity' })
  const first = await ask(path)
  expect(plain.bytes).toBeGreaterThan(1_500 * kilobyte)
  expect(first.bytes).toBeLessThan(plain.bytes / 3)
  const known = { 'if-none-match': first.etag }
  expect(await ask(path, known)).toEqual({ status: 304, etag: first.etag, bytes: 0 })
  const types = show.ticketTypes.map(({ id, name, priceMinor }) => ({ id, name, priceMinor, seats }))
  expectStatus(
    await organiser.call('PUT', path, { ...showBody({ title: 'Another title' }), ticketTypes: types }),
    200,
  )
  const changed = await ask(path, known)
  expect(changed.status).toBe(200)
  expect(changed.etag).not.toBe(first.etag)
})

test('a draft is known by its tag to its organiser, and to nobody else', async () => {
  const draft = expectStatus(await organiser.call<ShowView>('POST', '/api/shows', showBody()), 201)
  const path = `/api/shows/${draft.id}`
  const { headers } = await organiser.call('GET', path)
  expect(headers.get('cache-control')).toBe('private, no-cache')
  const known = { 'if-none-match': String(headers.get('etag')) }
  expect((await organiser.call('GET', path, undefined, known)).status).toBe(304)
  expect((await ask(path, known)).status).toBe(404)
  // Called off before anybody saw it, it stays its organiser's.
  expectStatus(await organiser.call('POST', `${path}/cancel`), 200)
  expect((await organiser.call('GET', path)).headers.get('cache-control')).toBe('private, no-cache')
})

test('what is left is a letter for each seat, and its tag follows the seats and not only the counts', async () => {
  const path = `/api/shows/${show.id}/availability`
  const compactPath = `${path}?seats=compact`
  const buyer = await asGuest(shop.url)
  const first = await hold(buyer, 0)
  const before = await ask(compactPath)
  expect(before.bytes).toBeLessThan(2 * kilobyte)
  expect((await ask(compactPath, { 'if-none-match': before.etag })).status).toBe(304)
  const whole = expectStatus(await buyer.call<Availability>('GET', path), 200)
  const compact = expectStatus(await buyer.call<CompactAvailability>('GET', compactPath), 200)
  expect(compact.ticketTypes).toEqual(whole.ticketTypes)
  expect(compact.seatStates).toBe(whole.seats?.map(({ state }) => state.charAt(0)).join(''))
  // The same counts with another seat are another state.
  expectStatus(await buyer.call('DELETE', `/api/orders/${first.id}`), 200)
  await hold(buyer, 1)
  const after = await ask(compactPath, { 'if-none-match': before.etag })
  expect(after.status).toBe(200)
  expect(after.etag).not.toBe(before.etag)
})
