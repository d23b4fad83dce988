// Data of an older version: brought back to the shape in which that version stored it, it must open,
// sell and be sound after the migrations of today.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectSound } from '../audit.ts'
import {
  asGuest,
  type Client,
  expectStatus,
  pay,
  placeOrder,
  publishShow,
  readOrder,
  signUp,
  standing,
} from '../client.ts'
import { startTestShop, type TestShop } from '../shop.ts'
import { waitFor } from '../wait.ts'
import { expectMoneyInvariants, expectStockInvariants } from './invariants.ts'
import { stripeOf } from './stripe.ts'

/** Before units and pools: each line and each ticket type took one place of one pool of its own. */
const beforeUnits = `
  update orders.orders set lines = (
    select json_agg((line - 'takes') || jsonb_build_object('poolId', line #> '{takes,0,poolId}') order by position)
    from jsonb_array_elements(lines::jsonb) with ordinality as l (line, position));
  update orders.shows set ticket_types = (
    select json_agg((type - 'takes') || jsonb_build_object('poolId', type #> '{takes,0,poolId}') order by position)
    from jsonb_array_elements(ticket_types::jsonb) with ordinality as t (type, position));
  alter table orders.pools drop column latch cascade, drop column closed cascade;
  alter table tickets.ticket_types add column pool_id uuid, add column capacity int;
  update tickets.ticket_types t set pool_id = p.id, capacity = p.capacity
  from tickets.pools p where p.id = (t.takes #>> '{0,poolId}')::uuid;
  alter table tickets.ticket_types alter column pool_id set not null, alter column capacity set not null;
  alter table tickets.ticket_types drop column takes;
  drop table tickets.pools;
  update platform.outbox set data = (
    select jsonb_set(data::jsonb, '{lines}', jsonb_agg(
      (line - 'takes') || jsonb_build_object('poolId', line #> '{takes,0,poolId}') order by position))
    from jsonb_array_elements(data::jsonb -> 'lines') with ordinality as l (line, position))
  where type in ('OrderCreated', 'OrderCompleted');
  update platform.outbox set data = (
    select jsonb_set(data::jsonb, '{ticketTypes}', jsonb_agg(
      (one - 'takes') || jsonb_build_object('poolId', one #> '{takes,0,poolId}') order by position))
    from jsonb_array_elements(data::jsonb -> 'ticketTypes') with ordinality as t (one, position))
  where type in ('ShowPublished', 'ShowChanged');
  delete from holdfast_migrations where name in ('0010_units.sql', '0010_pools.sql');
`

/** Before tickets were computed: random codes, which events carried, and no return of places. */
const beforeComputedTickets = `
  update orders.orders o set known_tickets = (
    select json_agg((ticket - 'unit' - 'generation' - 'keyVersion') || jsonb_build_object('code', t.code) order by position)
    from jsonb_array_elements(o.known_tickets::jsonb) with ordinality as k (ticket, position)
    join tickets.tickets t on t.id = (ticket ->> 'id')::uuid)
  where known_tickets is not null;
  update mail.orders o set tickets = (
    select json_agg((ticket - 'unit' - 'generation' - 'keyVersion') || jsonb_build_object('code', t.code) order by position)
    from jsonb_array_elements(o.tickets::jsonb) with ordinality as k (ticket, position)
    join tickets.tickets t on t.id = (ticket ->> 'id')::uuid)
  where tickets is not null;
  update platform.outbox set data = (
    select jsonb_set(data::jsonb, '{tickets}', jsonb_agg(
      (ticket - 'unit' - 'generation' - 'keyVersion') || jsonb_build_object('code', t.code) order by position))
    from jsonb_array_elements(data::jsonb -> 'tickets') with ordinality as k (ticket, position)
    join tickets.tickets t on t.id = (ticket ->> 'id')::uuid)
  where type = 'TicketsIssued';
  alter table tickets.tickets drop column unit cascade, drop column generation, drop column key_version;
  alter table orders.orders drop column return_id;
  delete from holdfast_migrations where name in ('0011_units.sql', '0011_returns.sql', '0041_numbered_tickets.sql');
`

/** Before feeds: no event said whose it is, and nobody told programs of others. */
const beforeFeeds = `
  drop schema webhooks cascade;
  delete from platform.cursors where consumer = 'webhooks';
  delete from platform.inbox where consumer = 'webhooks';
  alter table platform.outbox drop column organisation_id;
  delete from holdfast_migrations where schema = 'webhooks' or name = '0040_event_organisation.sql';
`

let shop: TestShop
let organiser: Client
beforeAll(async () => {
  shop = await startTestShop()
  organiser = await signUp(shop.url)
})
afterAll(() => shop.stop())

const untilStatus = (buyer: Client, orderId: string, status: string) =>
  waitFor(`order ${status}`, async () => (await readOrder(buyer, orderId)).status === status)

test('held, paid, cancelled and refunded orders of before go on, and their places are sold again', async () => {
  const show = await publishShow(organiser, {
    ticketTypes: [
      { ...standing, capacity: 4 },
      { name: 'Stalls', priceMinor: 6_000, seats: [{ section: '', row: '1', number: '1' }] },
    ],
  })
  const buyers = [
    await asGuest(shop.url),
    await asGuest(shop.url),
    await asGuest(shop.url),
    await asGuest(shop.url),
  ]
  const [held, paid, refunded, late] = buyers as [Client, Client, Client, Client]
  const orderOf = async (buyer: Client) => expectStatus(await placeOrder(buyer, show, 1), 201).id
  const [heldId, paidId, refundedId] = [await orderOf(held), await orderOf(paid), await orderOf(refunded)]
  for (const [buyer, id] of [
    [paid, paidId],
    [refunded, refundedId],
  ] as const) {
    expectStatus(await pay(buyer, id), 201)
    await untilStatus(buyer, id, 'complete')
  }
  const ticketsBefore = await waitFor('tickets', async () => (await readOrder(paid, paidId)).tickets)

  await shop.restart(() => shop.db.execute(beforeComputedTickets + beforeUnits + beforeFeeds))

  expect(await readOrder(paid, paidId)).toMatchObject({ status: 'complete', tickets: ticketsBefore })
  const mail = await waitFor('the mail with the tickets', async () => {
    const { body } = await paid.call<{ items: { orderId?: string; text: string }[] }>('GET', '/api/mailbox')
    return body.items.find(({ orderId }) => orderId === paidId)
  })
  expect(mail.text).toContain(ticketsBefore[0]?.code)
  const told = await waitFor('the order in the feed of its organisation', async () => {
    const entries = await shop.db.query<{ about: string; type: string }>(
      {
        name: 'test.feed',
        text: 'select about, type from webhooks.feed where organisation_id = $1 order by position',
      },
      [show.organiserId],
    )
    return entries.some(({ type }) => type === 'TicketsIssued') && entries
  })
  expect(told).toContainEqual({ about: paidId, type: 'OrderCompleted' })
  expectStatus(await pay(held, heldId), 201)
  await untilStatus(held, heldId, 'complete')
  expectStatus(await organiser.call('POST', `/api/orders/${refundedId}/refunds`, {}), 201)
  await untilStatus(refunded, refundedId, 'refunded')
  expectStatus(await placeOrder(late, show, 2), 201)
  expect(await placeOrder(late, show, 1)).toMatchObject({
    status: 409,
    body: { code: 'sold_out', detail: '“Standing” is sold out' },
  })
  await expectStockInvariants(shop.db)
  await expectMoneyInvariants(shop.db, stripeOf(shop.sandbox))
  await expectSound(shop)
  const timeline = await paid.call<{ items: { type: string }[] }>('GET', `/api/orders/${paidId}/timeline`)
  expect(timeline.body.items.map(({ type }) => type)).toContain('OrderCompleted')
})
