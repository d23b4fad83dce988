// Whose an order is: the buyer's, the account's that the buyer became, that of whoever proved its
// address; and who may only look at it, by a link.
import type { OrderView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, expectStatus } from '../../../test/client.ts'
import { makeTestHandler, putOnSale } from '../../../test/orders-store.ts'
import { makeSale, numbered, type SaleSample, typeOf } from '../../../test/sale.ts'
import { type ServiceApp, startServiceApp } from '../../../test/service-app.ts'
import { noteBuyer, type Principal } from '../../platform/http/sessions.ts'
import { newId } from '../../platform/process/clock.ts'
import { service as orders } from '../index.ts'

let app: ServiceApp
let sale: SaleSample
beforeAll(async () => {
  app = await startServiceApp(orders)
  sale = makeSale({ capacities: [500] })
  await putOnSale(makeTestHandler(app.db), sale)
})
afterAll(() => app.stop())

const address = 'ann@example.com'
const guestOf = (email: string): Principal => ({ id: newId(), kind: 'guest', email })

/** An order of a guest, who gave this address. */
async function bought(guest: Principal): Promise<OrderView> {
  await noteBuyer(app.db, guest.email, guest.id)
  const body = { showId: sale.show.id, lines: [numbered(typeOf(sale), 1)] }
  return expectStatus(await (await app.as(guest)).call<OrderView>('POST', '/api/orders', body), 201)
}

async function accountOf(grants: Partial<Principal>, was: readonly Principal[] = []): Promise<Client> {
  const account: Principal = { id: newId(), kind: 'user', email: 'account@example.com', ...grants }
  for (const guest of was) await noteBuyer(app.db, account.id, guest.id)
  return app.as(account)
}

const listed = async (client: Client) =>
  expectStatus(await client.call<{ items: OrderView[] }>('GET', '/api/orders?limit=100'), 200).items.map(
    ({ id }) => id,
  )
/** What a client may do with an order: see it, see it listed, cancel it. */
async function rightsOf(client: Client, { id }: OrderView) {
  const look = await client.call('GET', `/api/orders/${id}`)
  const timeline = await client.call('GET', `/api/orders/${id}/timeline`)
  const isListed = (await listed(client)).includes(id)
  const cancel = await client.call('DELETE', `/api/orders/${id}`)
  return [look.status, timeline.status, isListed, cancel.status]
}
const all = [200, 200, true, 200]
const looks = [200, 200, false, 404]
const none = [404, 404, false, 404]

test('an order is for who bought it, was the buyer, or proved its address; a link lets look at it', async () => {
  const [ann, sameAddress, stranger] = [guestOf(address), guestOf(address), guestOf('eve@example.com')]
  const orderOf = () => bought(ann)
  const found = [
    await rightsOf(await app.as(ann), await orderOf()),
    await rightsOf(await accountOf({}, [ann]), await orderOf()),
    await rightsOf(await accountOf({}, [stranger, ann, sameAddress]), await orderOf()),
    await rightsOf(await accountOf({ proved: [address] }), await orderOf()),
    await rightsOf(await app.as({ ...stranger, proved: ['x@example.com', address] }), await orderOf()),
  ]
  expect(found).toEqual([all, all, all, all, all])
  const opened = await orderOf()
  expect(await rightsOf(await app.as({ ...stranger, orders: [opened.id] }), opened)).toEqual(looks)
  const others = [
    await rightsOf(await app.as(sameAddress), await orderOf()),
    await rightsOf(await accountOf({ email: address }), await orderOf()),
    await rightsOf(await accountOf({}, [stranger]), await orderOf()),
    await rightsOf(await accountOf({ proved: ['ann@example.co'], orders: [opened.id] }), await orderOf()),
  ]
  expect(others).toEqual([none, none, none, none])
})

test('a proved address shows what was bought with it, and not what its guest bought with another', async () => {
  const guest = guestOf('first@example.com')
  const first = await bought(guest)
  const second = await bought({ ...guest, email: 'second@example.com' })
  const reader = await accountOf({ proved: ['second@example.com'] })
  expect(await listed(reader)).toEqual([second.id])
  expect((await reader.call('GET', `/api/orders/${first.id}`)).status).toBe(404)
  const both = await accountOf({ proved: ['second@example.com', 'first@example.com'] })
  expect(await listed(both)).toEqual([second.id, first.id])
})

test('the orders of one person come newest first in whole pages, whoever they were', async () => {
  const guests = [guestOf('pages@example.com'), guestOf('pages@example.com'), guestOf('else@example.com')]
  const ids: string[] = []
  for (let n = 0; n < 3; n += 1) for (const guest of guests) ids.unshift((await bought(guest)).id)
  const reader = await accountOf({ proved: ['pages@example.com'] }, guests.slice(1))
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const path = `/api/orders?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`
    const page: { items: OrderView[]; nextCursor: string | null } = expectStatus(
      await reader.call<{ items: OrderView[]; nextCursor: string | null }>('GET', path),
      200,
    )
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor
  }
  expect(seen).toEqual(ids)
})
