// Who may sell, on a real service: asking, approval, blocks and their end, and what a crash or a
// race between them leaves.
import type { CurrentSeller, OpsSeller, ShowView } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, expectStatus, showBody } from '../../test/client.ts'
import { type ServiceApp, startServiceApp } from '../../test/service-app.ts'
import { newId } from '../platform/process/clock.ts'
import { service } from './index.ts'
import { makeShowHandler } from './model.ts'
import { blockSeller, listUnsettledShows } from './store/sellers.ts'
import { settleSellers } from './worker.ts'

let app: ServiceApp
let operator: Client
beforeAll(async () => {
  app = await startServiceApp(service, { SELLERS: 'approved' })
  const id = newId()
  await app.db.execute(`insert into platform.operators values ('${id}')`)
  operator = await app.as({ id, kind: 'user', email: 'operator@example.com' })
})
afterAll(() => app.stop())

async function newSeller() {
  const id = newId()
  const client = await app.as({ id, kind: 'user', email: `${id}@example.com` })
  const draft = async () => expectStatus(await client.call<ShowView>('POST', '/api/shows', showBody()), 201)
  const publish = ({ id: showId }: ShowView) => client.call<ShowView>('POST', `/api/shows/${showId}/publish`)
  const state = async () => expectStatus(await client.call<CurrentSeller>('GET', '/api/sellers/current'), 200)
  return { id, client, draft, publish, state }
}
const act = (path: string, body: object = { reason: 'a good reason' }) =>
  operator.call<OpsSeller & { code?: string }>('POST', `/api/ops/${path}`, body)
const statusOf = async ({ client }: { client: Client }, { id }: ShowView) =>
  expectStatus(await client.call<ShowView>('GET', `/api/shows/${id}`), 200).status
const listed = async (client: Client) =>
  expectStatus(await client.call<{ items: ShowView[] }>('GET', '/api/shows?limit=100'), 200).items.map(
    ({ id }) => id,
  )
/** What orders was told last of a show. */
const toldOf = async ({ id }: ShowView) => {
  const [event] = await app.db.query<{ onSale: boolean }>(
    {
      name: '',
      text: `select (data->>'onSale')::boolean as "onSale" from platform.outbox where subject = $1 order by seq desc limit 1`,
    },
    [id],
  )
  return event?.onSale
}

test('a new seller drafts, waits, is approved and sells', async () => {
  const seller = await newSeller()
  const draft = await seller.draft()
  expect(await seller.state()).toEqual({ mayPublish: false, state: 'new' })
  for (let n = 0; n < 2; n += 1)
    expect(await seller.publish(draft)).toMatchObject({ status: 403, body: { code: 'seller_not_approved' } })
  expect(await seller.state()).toEqual({ mayPublish: false, state: 'waiting' })
  expect(await statusOf(seller, draft)).toBe('draft')
  expect(expectStatus(await act(`sellers/${seller.id}/approve`, {}), 200)).toEqual({
    id: seller.id,
    state: 'approved',
  })
  expectStatus(await seller.publish(draft), 200)
  expect(await toldOf(draft)).toBe(true)
})

test('a block stops what is on sale and what comes, and its end opens only what was open', async () => {
  const seller = await newSeller()
  await act(`sellers/${seller.id}/approve`, {})
  const [open, closed, cancelled, draft] = [
    await seller.draft(),
    await seller.draft(),
    await seller.draft(),
    await seller.draft(),
  ]
  for (const show of [open, closed, cancelled]) expectStatus(await seller.publish(show), 200)
  expectStatus(await seller.client.call('POST', `/api/shows/${closed.id}/close`), 200)
  expectStatus(await seller.client.call('POST', `/api/shows/${cancelled.id}/cancel`), 200)

  for (let n = 0; n < 2; n += 1)
    expect(expectStatus(await act(`sellers/${seller.id}/block`), 200).state).toBe('blocked')
  expect(await toldOf(open)).toBe(false)
  expect(await statusOf(seller, open)).toBe('closed')
  expect(await listed(seller.client)).not.toContain(open.id)
  expect(await seller.publish(draft)).toMatchObject({ status: 403, body: { code: 'seller_blocked' } })
  expect(await seller.state()).toEqual({ mayPublish: false, state: 'blocked' })
  // A change of the show is allowed, and does not put it on sale.
  const types = open.ticketTypes.map(({ id, name, priceMinor, capacity }) => ({
    id,
    name,
    priceMinor,
    capacity,
  }))
  const body = { ...showBody({ title: 'Another title' }), ticketTypes: types }
  expectStatus(await seller.client.call('PUT', `/api/shows/${open.id}`, body), 200)
  expect(await toldOf(open)).toBe(false)

  expect(expectStatus(await act(`sellers/${seller.id}/approve`), 200).state).toBe('approved')
  expect(await toldOf(open)).toBe(true)
  expect(await Promise.all([open, closed, cancelled, draft].map((show) => statusOf(seller, show)))).toEqual([
    'on_sale',
    'closed',
    'cancelled',
    'draft',
  ])
  expect(await listed(seller.client)).toContain(open.id)
})

test('of shows put on sale while their seller is blocked none stays on sale', async () => {
  const seller = await newSeller()
  await act(`sellers/${seller.id}/approve`, {})
  const drafts = await Promise.all(Array.from({ length: 12 }, () => seller.draft()))
  const published = drafts.map((show) => seller.publish(show))
  expectStatus(await act(`sellers/${seller.id}/block`), 200)
  const answers = await Promise.all(published)
  expect(await listed(seller.client)).not.toEqual(expect.arrayContaining(drafts.map(({ id }) => id)))
  for (const [index, { status }] of answers.entries()) {
    const draft = drafts[index] as ShowView
    expect(await statusOf(seller, draft)).toBe(status === 200 ? 'closed' : 'draft')
    if (status === 200) expect(await toldOf(draft)).toBe(false)
  }
  expect(await listUnsettledShows(app.db)).toEqual([])
})

test('what a crash left between a block and its shows is settled by the next look', async () => {
  const seller = await newSeller()
  await act(`sellers/${seller.id}/approve`, {})
  const show = await seller.draft()
  expectStatus(await seller.publish(show), 200)
  await blockSeller(app.db, seller.id, 'the process died right after this')
  expect(await listUnsettledShows(app.db)).toEqual([{ id: show.id, organiserId: seller.id }])
  const handler = makeShowHandler({ db: app.db, onCommitted: () => undefined }, 'approved')
  await Promise.all([1, 2, 3].map(() => settleSellers({ db: app.db, handler })))
  expect(await toldOf(show)).toBe(false)
  expect(await listUnsettledShows(app.db)).toEqual([])
})

test('an operator ends the sales of a show, with a reason', async () => {
  const seller = await newSeller()
  await act(`sellers/${seller.id}/approve`, {})
  const [show, draft] = [await seller.draft(), await seller.draft()]
  expectStatus(await seller.publish(show), 200)
  expectStatus(await act(`shows/${show.id}/close`), 200)
  expect(await toldOf(show)).toBe(false)
  expectStatus(await act(`shows/${show.id}/close`), 200)
  expect(await act(`shows/${draft.id}/close`)).toMatchObject({ status: 404, body: { code: 'show_unknown' } })
  expect(await act(`shows/${newId()}/close`)).toMatchObject({ status: 404 })
  for (const body of [{}, { reason: '' }, { reason: '\u200b' }, { reason: 'x'.repeat(501) }]) {
    expect(await act(`shows/${show.id}/close`, body)).toMatchObject({ status: 400 })
    expect(await act(`sellers/${seller.id}/block`, body)).toMatchObject({ status: 400 })
  }
})

test('nobody but an operator approves, blocks or closes', async () => {
  const seller = await newSeller()
  const show = await seller.draft()
  for (const path of [`sellers/${seller.id}/approve`, `sellers/${seller.id}/block`, `shows/${show.id}/close`])
    expect(await seller.client.call('POST', `/api/ops/${path}`, { reason: 'mine' })).toMatchObject({
      status: 404,
      body: { code: 'route_unknown' },
    })
  expect(await seller.state()).toEqual({ mayPublish: false, state: 'new' })
})
