// Many people watch one show while it sells: all of them end with the same right numbers, on this
// process and on another.
import { get, type IncomingMessage } from 'node:http'
import type { Availability, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfig } from '../../src/config/config.ts'
import { makeLog } from '../../src/platform/process/log.ts'
import { freePort } from '../../src/platform/process/ports.ts'
import { type Shop, startShop } from '../../src/shop.ts'
import { asGuest, type Client, expectStatus, placeOrder, publishShow, signUp } from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'

const listenersCount = 200
const buyersCount = 40

let shop: TestShop
/** A second process' worth of shop on the same database. */
let other: Shop
let organiser: Client
const streams: IncomingMessage[] = []

beforeAll(async () => {
  shop = await startTestShop()
  const config = readConfig({
    ...shop.environment,
    PORT: String(await freePort()),
    SERVICES: 'identity,orders',
  })
  other = await startShop({ config, databaseUrl: shop.db.url, log: makeLog('error') })
  organiser = await signUp(shop.url)
})

afterAll(async () => {
  for (const stream of streams) stream.destroy()
  await other.stop()
  await shop.stop()
})

interface Listener {
  /** What a page shows that listens in this way. */
  shown(): Availability | null
  readonly gone: number[]
}

function listen(url: string, showId: string, changesOnly: boolean): Promise<Listener> {
  return new Promise((resolve, reject) => {
    let shown: Availability | null = null
    const gone: number[] = []
    let rest = ''
    const take = (name: string, told: Availability) => {
      if (name === 'changes' && shown?.seats && told.seats) {
        const states = new Map(told.seats.map((seat) => [seat.id, seat]))
        shown = {
          ticketTypes: told.ticketTypes,
          version: told.version,
          seats: shown.seats.map((seat) => states.get(seat.id) ?? seat),
        }
      } else shown = told
      gone.push(told.ticketTypes.reduce((sum, { held, sold }) => sum + held + sold, 0))
    }
    const address = `${url}/api/shows/${showId}/availability/stream${changesOnly ? '?seats=changed' : ''}`
    get(address, { agent: false }, (response) => {
      streams.push(response)
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        const parts = (rest + chunk).split('\n\n')
        rest = parts.pop() ?? ''
        for (const part of parts) {
          const found = /event: (\w+)\ndata: (.*)/.exec(part)
          if (found) take(found[1] ?? '', JSON.parse(found[2] ?? '') as Availability)
        }
      })
      response.on('error', () => undefined)
      resolve({ shown: () => shown, gone })
    }).on('error', reject)
  })
}

const seatsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    section: 'A',
    row: String(Math.floor(index / 20)),
    number: String(index % 20),
  }))

async function buySeats(show: ShowView): Promise<void> {
  const seated = show.ticketTypes.find((type) => type.seats)
  const buyers = await Promise.all(Array.from({ length: buyersCount }, () => asGuest(shop.url)))
  await Promise.all(
    buyers.map(async (buyer, index) => {
      expectStatus(await placeOrder(buyer, show, 2), 201)
      const seatIds = (seated?.seats ?? []).slice(index * 3, index * 3 + 3).map(({ id }) => id)
      const lines = [{ ticketTypeId: seated?.id, seatIds }]
      const order = expectStatus(
        await buyer.call<{ id: string }>('POST', '/api/orders', { showId: show.id, lines }),
        201,
      )
      if (index % 2 === 0) expectStatus(await buyer.call('DELETE', `/api/orders/${order.id}`), 200)
    }),
  )
}

it(`${listenersCount} listeners of a show, on both processes, end with what the shop has`, async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [
      { name: 'Standing', priceMinor: 4_500, capacity: 500 },
      { name: 'Seats', priceMinor: 6_000, seats: seatsOf(200) },
    ],
  })
  const listeners = await Promise.all(
    Array.from({ length: listenersCount }, (_, index) =>
      listen(index % 4 === 0 ? other.url : shop.url, show.id, index % 2 === 0),
    ),
  )
  await waitFor('everybody told once', () => listeners.every((each) => each.shown()))
  await buySeats(show)
  const { body: availability } = await organiser.call<Availability>(
    'GET',
    `/api/shows/${show.id}/availability`,
  )
  expect(availability.ticketTypes.map(({ held }) => held)).toEqual([buyersCount * 2, (buyersCount / 2) * 3])
  const expected = JSON.stringify(availability)
  await waitFor('everybody told of the last', () =>
    listeners.every((each) => JSON.stringify(each.shown()) === expected),
  )
  const { liveListeners } = shop.metrics
  const { values } = await liveListeners.get()
  expect(values).toContainEqual({ value: (listenersCount * 3) / 4, labels: { stream: 'availability' } })
  for (const stream of streams) stream.destroy()
  await waitFor('nobody listening', async () =>
    (await liveListeners.get()).values.every(({ value }) => value === 0),
  )
})
