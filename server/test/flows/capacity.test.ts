// A capacity that was typed too high is lowered down to what is sold and on hold, and no further.
import type { Availability, OrderView, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asGuest, type Client, expectStatus, publishShow, showBody, signUp } from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'

let shop: TestShop
let organiser: Client
beforeAll(async () => {
  shop = await startTestShop()
  organiser = await signUp(shop.url)
})
afterAll(() => shop.stop())

test('a capacity goes down to what is sold and held, and less is refused at its field', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [{ name: 'Standing', priceMinor: 0, capacity: 5_000 }],
  })
  const ticketTypeId = show.ticketTypes[0]?.id ?? ''
  const buyer = await asGuest(shop.url)
  const lines = [{ ticketTypeId, quantity: 3 }]
  expectStatus(await buyer.call<OrderView>('POST', '/api/orders', { showId: show.id, lines }), 201)
  const lower = (capacity: number) =>
    organiser.call<ShowView & { code?: string; field?: string }>('PUT', `/api/shows/${show.id}`, {
      ...showBody(),
      ticketTypes: [{ id: ticketTypeId, name: 'Standing', priceMinor: 0, capacity }],
    })
  for (const capacity of [0, 2])
    expect(await lower(capacity)).toMatchObject({
      status: 422,
      body: { code: 'invalid_show', field: '/ticketTypes/0/capacity' },
    })
  expect(expectStatus(await lower(3), 200).ticketTypes[0]).toMatchObject({ capacity: 3 })
  await waitFor('nothing left', async () => {
    const path = `/api/shows/${show.id}/availability`
    const { ticketTypes } = expectStatus(await buyer.call<Availability>('GET', path), 200)
    return ticketTypes[0]?.available === 0 && ticketTypes[0].sold === 3
  })
})
